/* What a bulk build writes against what edits write: sorted records against a plain sort, suggestions byte by byte, posting lists posting by
 * posting, all with so little memory that everything goes through temporary files. */
#include "storage/bulk.h"
#include "storage/inverter.h"
#include "storage/postings.h"
#include "storage/suggest.h"
#include "storage/vocabulary.h"
#include "tests/storage/scratch.h"

enum { RECORDS = 5000, LARGE_BYTES = 200 * 1024, SUGGESTIONS = 3000, DOCUMENTS = 3000, TERMS = 400, TERMS_PER_DOCUMENT = 30 };

struct record {
    char key[8];
    uint32_t value; /* also the order of arrival */
};

static int record_order(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->value > b->value) - (a->value < b->value);
}

/* The value's number, then bytes that follow from it: now and then more than the sorter's memory. */
static void value_make(struct buffer *value, uint32_t number)
{
    size_t size = number % 997 == 0 ? LARGE_BYTES : number % 50;
    value->size = 0;
    buffer_append(value, &number, sizeof number);
    for (size_t i = 0; i < size; i++)
        buffer_append_char(value, (char)(number + i));
}

static void value_expect(struct bytes found, uint32_t number, struct buffer *scratch)
{
    value_make(scratch, number);
    assert_int_equal(found.size, scratch->size);
    assert_memory_equal(found.data, scratch->data, found.size);
}

static void sorter_check(struct env *env, uint64_t *state, size_t memory_bytes, unsigned count)
{
    static struct record records[RECORDS];
    struct sorter *sorter = sorter_new(env, memory_bytes);
    struct buffer value = {0};
    struct bytes key, found;
    for (unsigned i = 0; i < count; i++) {
        struct record *record = &records[i];
        snprintf(record->key, sizeof record->key, "%u", random_below(state, count));
        record->value = i;
        value_make(&value, i);
        assert_int_equal(sorter_add(sorter, bytes_of(record->key), (struct bytes){value.data, value.size}), STATUS_OK);
    }
    qsort(records, count, sizeof *records, record_order);
    for (unsigned round = 0; round < 2; round++) { /* the second reading begins anew */
        assert_int_equal(sorter_sort(sorter), STATUS_OK);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(sorter_next(sorter, &key, &found), STATUS_OK);
            assert_true(bytes_are(key, records[i].key));
            value_expect(found, records[i].value, &value);
        }
        assert_int_equal(sorter_next(sorter, &key, &found), STATUS_END);
    }
    assert_int_equal(sorter_sort(sorter), STATUS_OK);
    for (unsigned i = 0; i < count; i++) {
        if (i + 1 < count && strcmp(records[i].key, records[i + 1].key) == 0)
            continue;
        assert_int_equal(sorter_next_last(sorter, &key, &found), STATUS_OK);
        assert_true(bytes_are(key, records[i].key));
        value_expect(found, records[i].value, &value);
    }
    assert_int_equal(sorter_next_last(sorter, &key, &found), STATUS_END);
    assert_int_equal(sorter_next_last(sorter, &key, &found), STATUS_END);
    buffer_release(&value);
    sorter_free(sorter);
}

static void test_sorter(void **context)
{
    (void)context;
    uint64_t state = seed_take();
    struct scratch scratch;
    scratch_open(&scratch);
    sorter_check(scratch.env, &state, 0, RECORDS);
    sorter_check(scratch.env, &state, (size_t)64 << 20, RECORDS);
    sorter_check(scratch.env, &state, 0, 1);
    sorter_check(scratch.env, &state, 0, 0);
    scratch_close(&scratch);
}

/* Every entry of a database is the same in both. */
static void expect_same(struct scratch *left, struct scratch *right, enum database db)
{
    struct snapshot *a = scratch_read(left), *b = scratch_read(right);
    struct door_cursor x = {0}, y = {0};
    assert_int_equal(door_cursor_open(a, db, &x), STATUS_OK);
    assert_int_equal(door_cursor_open(b, db, &y), STATUS_OK);
    enum status status = door_cursor_seek(&x, NULL, 0);
    assert_int_equal(door_cursor_seek(&y, NULL, 0), status);
    while (status == STATUS_OK) {
        assert_int_equal(x.key.size, y.key.size);
        assert_memory_equal(x.key.data, y.key.data, x.key.size);
        assert_int_equal(x.payload.size, y.payload.size);
        if (x.payload.size > 0)
            assert_memory_equal(x.payload.data, y.payload.data, x.payload.size);
        status = door_cursor_next(&x);
        assert_int_equal(door_cursor_next(&y), status);
    }
    assert_int_equal(status, STATUS_END);
    door_cursor_close(&x);
    door_cursor_close(&y);
    snapshot_close(a);
    snapshot_close(b);
}

static void suggestions_check(uint64_t *state, unsigned count)
{
    struct scratch edited, bulk;
    struct error error = {0};
    scratch_open(&edited);
    scratch_open(&bulk);
    struct sorter *sorter = sorter_new(bulk.env, 0);
    struct batch *batch = scratch_begin(&edited);
    for (unsigned i = 0; i < count; i++) {
        char text[64] = "", reference[16];
        for (unsigned size = 0, wanted = random_below(state, 40); size < wanted; size++)
            text[size] = random_below(state, 4) == 0 ? "ab "[random_below(state, 3)] : 'a';
        snprintf(reference, sizeof reference, "%u", i);
        struct suggestion entry = {.text = bytes_of(text),
                                   .kind = (uint8_t)random_below(state, 3),
                                   .weight = (uint16_t)random_below(state, 50),
                                   .reference = bytes_of(reference)};
        assert_int_equal(suggest_put(batch, &entry), STATUS_OK);
        assert_int_equal(suggest_sort(sorter, &entry), STATUS_OK);
    }
    scratch_commit(batch);
    struct bulk_run run = {.env = bulk.env};
    assert_int_equal(bulk_write_suggestions(&run, sorter, &error), STATUS_OK);
    sorter_free(sorter);
    expect_same(&edited, &bulk, DB_SUGGEST);
    scratch_close(&edited);
    scratch_close(&bulk);
}

static void test_suggestions(void **context)
{
    (void)context;
    uint64_t state = seed_take();
    suggestions_check(&state, SUGGESTIONS);
    suggestions_check(&state, SUGGEST_CROWDED + 1); /* the empty prefix alone is crowded */
    suggestions_check(&state, SUGGEST_CROWDED);
    suggestions_check(&state, 0);
}

/* Terms of one document: now and then with a form, or several; frequent terms make lists of many blocks. */
static void document_make(uint64_t *state, struct forward_list *list, struct forward_entry *entries, char (*texts)[16])
{
    static const char *const forms[] = {"đỏ", "đen", "trắng", "xám", "bạc"};
    list->entries = entries;
    list->count = 0;
    for (unsigned i = 0; i < TERMS_PER_DOCUMENT; i++) {
        static const enum term_class classes[] = {TERM_CORE, TERM_BODY, TERM_PREFIX};
        uint32_t number = random_below(state, 1 + random_below(state, TERMS));
        struct forward_entry *entry = &entries[list->count++];
        snprintf(texts[i], sizeof texts[i], "%s%u", number % 3 == 0 ? "longerterm" : "t", number);
        *entry = (struct forward_entry){.class = classes[random_below(state, 3)],
                                        .bytes = texts[i],
                                        .size = (uint8_t)strlen(texts[i]),
                                        .impact = (uint8_t)(1 + random_below(state, 255))};
        const char *form = forms[random_below(state, 5)];
        if (random_below(state, 3) == 0)
            entry->form = (struct posting_form){.bytes = form, .size = (uint8_t)strlen(form)};
        else if (random_below(state, 10) == 0)
            entry->form = (struct posting_form){.several = true};
    }
    entries[list->count++] = (struct forward_entry){.class = TERM_LIVE, .bytes = "", .impact = 1};
    forward_sort(list);
}

static void form_text(const struct term *term, unsigned ordinal, char out[32])
{
    struct bytes form = {0};
    if (term_form(term, ordinal, &form))
        snprintf(out, 32, "%.*s", (int)form.size, form.data);
    else
        snprintf(out, 32, "#%u", ordinal);
}

static void expect_same_list(struct snapshot *a, const struct term *left, struct snapshot *b, const struct term *right)
{
    struct postings x, y;
    unsigned i = 0, j = 0;
    assert_int_equal(left->df, right->df);
    postings_open(&x, a, left);
    postings_open(&y, b, right);
    for (uint32_t n = 0; n < left->df; n++, i++, j++) {
        char form_x[32], form_y[32];
        if (i == x.count) {
            assert_int_equal(postings_next(&x), STATUS_OK);
            i = 0;
        }
        if (j == y.count) {
            assert_int_equal(postings_next(&y), STATUS_OK);
            j = 0;
        }
        assert_int_equal(x.documents[i], y.documents[j]);
        assert_int_equal(x.impacts[i], y.impacts[j]);
        form_text(left, x.forms[i], form_x);
        form_text(right, y.forms[j], form_y);
        assert_string_equal(form_x, form_y);
    }
    postings_close(&x);
    postings_close(&y);
}

static void expect_same_terms(struct scratch *left, struct scratch *right)
{
    static const enum term_class classes[] = {TERM_BODY, TERM_CORE, TERM_LIVE, TERM_PREFIX};
    struct snapshot *a = scratch_read(left), *b = scratch_read(right);
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        struct term_cursor *x = NULL, *y = NULL;
        struct bytes key_x, key_y;
        struct term term_x, term_y;
        assert_int_equal(term_cursor_open(a, classes[i], &x), STATUS_OK);
        assert_int_equal(term_cursor_open(b, classes[i], &y), STATUS_OK);
        enum status status = term_cursor_seek(x, "", 0, &key_x, &term_x);
        assert_int_equal(term_cursor_seek(y, "", 0, &key_y, &term_y), status);
        while (status == STATUS_OK) {
            assert_true(bytes_equal(key_x, key_y));
            expect_same_list(a, &term_x, b, &term_y);
            status = term_cursor_next(x, &key_x, &term_x);
            assert_int_equal(term_cursor_next(y, &key_y, &term_y), status);
        }
        assert_int_equal(status, STATUS_END);
        term_cursor_close(x);
        term_cursor_close(y);
    }
    snapshot_close(a);
    snapshot_close(b);
}

/* Terms by their beginnings, so that many share a key. */
static void keys_of(const void *context, struct bytes term, struct vocabulary_keys *keys)
{
    (void)context;
    for (size_t size = 1; size <= term.size && size <= 3; size++)
        vocabulary_key_add(keys, size == 2 ? VOCABULARY_PHONETIC : VOCABULARY_TYPO, term.data, size);
}

/* Documents fall to the inverters at random, as they fall to threads. */
static void inverters_check(uint64_t *state, unsigned inverter_count, unsigned documents)
{
    struct scratch edited, bulk;
    struct error error = {0};
    struct bulk_run run = {0};
    struct inverter *inverters[3];
    struct forward_entry entries[TERMS_PER_DOCUMENT + 1];
    char texts[TERMS_PER_DOCUMENT][16];
    scratch_open(&edited);
    scratch_open(&bulk);
    env_set_term_keys(edited.env, keys_of, NULL);
    env_set_term_keys(bulk.env, keys_of, NULL);
    run.env = bulk.env;
    for (unsigned i = 0; i < inverter_count; i++)
        inverters[i] = inverter_new(bulk.env, 0);
    struct batch *batch = scratch_begin(&edited);
    for (uint32_t document = 0; document < documents; document++) {
        struct forward_list list;
        document_make(state, &list, entries, texts);
        for (uint32_t i = 0; i < list.count; i++)
            posting_put(batch, list.entries[i].class, list.entries[i].bytes, list.entries[i].size, document, list.entries[i].impact,
                        list.entries[i].form);
        struct inverter *inverter = inverters[random_below(state, inverter_count)];
        assert_int_equal(inverter_add(inverter, document, &list), STATUS_OK);
        if (random_below(state, 500) == 0) /* as when the memory is full */
            assert_int_equal(inverter_end(inverter), STATUS_OK);
    }
    scratch_commit(batch);
    for (unsigned i = 0; i < inverter_count; i++)
        assert_int_equal(inverter_end(inverters[i]), STATUS_OK);
    assert_int_equal(inverters_write(inverters, inverter_count, &run, &error), STATUS_OK);
    for (unsigned i = 0; i < inverter_count; i++)
        inverter_free(inverters[i]);
    assert_int_equal(bulk_write_vocabulary(&run, 0, &error), STATUS_OK);
    expect_same_terms(&edited, &bulk);
    expect_same(&edited, &bulk, DB_VOCABULARY);
    scratch_close(&edited);
    scratch_close(&bulk);
}

static void test_inverters(void **context)
{
    (void)context;
    uint64_t state = seed_take();
    for (unsigned inverters = 1; inverters <= 3; inverters++)
        inverters_check(&state, inverters, DOCUMENTS);
    inverters_check(&state, 2, 1);
    inverters_check(&state, 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorter),
        cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_inverters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
