/* Term records and forward lists: bounds, form tables that are full, every cut and flipped bit, cursors, and what a replacement touches. */
#include "storage/forward.h"
#include "storage/postings.h"
#include "storage/term_record.h"
#include "tests/storage/scratch.h"

static struct term term_read(struct snapshot *snapshot, enum term_class class, const char *text)
{
    struct term term = {0};
    assert_int_equal(term_get(snapshot, class, text, strlen(text), &term), STATUS_OK);
    return term;
}

static bool form_is(struct snapshot *snapshot, const struct term *term, uint32_t document, const char *text)
{
    struct posting posting = {0};
    struct bytes form = {0};
    assert_int_equal(postings_find(snapshot, term, document, &posting), STATUS_OK);
    return term_form(term, posting.form, &form) && bytes_are(form, text);
}

/* Inline up to 32, blocks above; back inline below 24, not before. */
static void inline_bounds(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    for (uint32_t document = 0; document < 40; document++) {
        struct batch *batch = scratch_begin(&scratch);
        posting_put(batch, TERM_PREFIX, "a", 1, document, 1, (struct posting_form){0});
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        struct term term = term_read(snapshot, TERM_PREFIX, "a");
        assert_int_equal(term.df, document + 1);
        assert_int_equal(term.has_blocks, term.df > TERM_INLINE_MAX);
        snapshot_close(snapshot);
    }
    for (uint32_t document = 0; document < 40; document++) {
        struct batch *batch = scratch_begin(&scratch);
        posting_del(batch, TERM_PREFIX, "a", 1, document);
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        struct term term = {0};
        if (document == 39) {
            assert_int_equal(term_get(snapshot, TERM_PREFIX, "a", 1, &term), STATUS_NOT_FOUND);
        } else {
            term = term_read(snapshot, TERM_PREFIX, "a");
            assert_int_equal(term.df, 39 - document);
            assert_int_equal(term.has_blocks, term.df >= 24);
        }
        snapshot_close(snapshot);
    }
    scratch_close(&scratch);
}

/* A key of every length there may be, in every class; the last edit of a batch wins; deletes of what is not there do nothing. */
static void keys_and_last_edit(void **state)
{
    (void)state;
    static const enum term_class classes[] = {TERM_CORE, TERM_BODY, TERM_PREFIX, TERM_LIVE};
    char text[TERM_BYTES_MAX];
    struct scratch scratch;
    memset(text, 0xFF, sizeof text);
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned c = 0; c < sizeof classes / sizeof classes[0]; c++)
        for (size_t size = 0; size <= TERM_BYTES_MAX; size++) {
            posting_del(batch, classes[c], text, size, 7);
            posting_put(batch, classes[c], text, size, 7, 1, (struct posting_form){0});
            posting_put(batch, classes[c], text, size, 6, 2, (struct posting_form){0});
            posting_put(batch, classes[c], text, size, 7, (uint8_t)(size + 1), (struct posting_form){0});
            posting_del(batch, classes[c], text, size, 6);
        }
    posting_del(batch, TERM_BODY, "nowhere", 7, 1);
    assert_true(batch_pending_bytes(batch) > 5 * 65 * 5 * 16);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    for (unsigned c = 0; c < sizeof classes / sizeof classes[0]; c++) {
        struct term_cursor *cursor = NULL;
        struct bytes found = {0};
        struct term term;
        unsigned count = 0;
        assert_int_equal(term_cursor_open(snapshot, classes[c], &cursor), STATUS_OK);
        enum status status = term_cursor_seek(cursor, "", 0, &found, &term);
        for (; status == STATUS_OK; count++) {
            assert_int_equal(found.size, count);
            assert_int_equal(term.df, 1);
            assert_int_equal(term_inline_posting(&term, 0).document, 7);
            assert_int_equal(term_inline_posting(&term, 0).impact, count + 1);
            status = term_cursor_next(cursor, &found, &term);
        }
        assert_int_equal(status, STATUS_END);
        assert_int_equal(count, TERM_BYTES_MAX + 1);
        char longer[TERM_BYTES_MAX + 10];
        memset(longer, 0xFF, sizeof longer);
        assert_int_equal(term_cursor_seek(cursor, longer, sizeof longer, &found, &term), STATUS_END);
        longer[0] = 'a';
        assert_int_equal(term_cursor_seek(cursor, longer, sizeof longer, &found, &term), STATUS_OK);
        assert_int_equal(found.size, 1);
        term_cursor_close(cursor);
        assert_int_equal(term_get(snapshot, classes[c], longer, sizeof longer, &term), STATUS_NOT_FOUND);
    }
    struct term term;
    assert_int_equal(term_get(snapshot, TERM_BODY, "nowhere", 7, &term), STATUS_NOT_FOUND);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

/* The 255th form and one that the table's bytes have no room for share FORM_OTHER; ordinals given stay. */
static void full_form_tables(void **state)
{
    (void)state;
    struct scratch scratch;
    char form[FORM_BYTES_MAX + 1];
    scratch_open(&scratch);
    for (uint32_t round = 0; round < 2; round++) {
        struct batch *batch = scratch_begin(&scratch);
        for (uint32_t document = 0; document < 300; document++) {
            int size = snprintf(form, sizeof form, "form %u", document);
            posting_put(batch, TERM_CORE, "many", 4, document, 1, (struct posting_form){.bytes = form, .size = (uint8_t)size});
            snprintf(form, sizeof form, "%0*u", FORM_BYTES_MAX, document);
            posting_put(batch, TERM_CORE, "long", 4, document, 1, (struct posting_form){.bytes = form, .size = FORM_BYTES_MAX});
        }
        posting_put(batch, TERM_CORE, "many", 4, 300, 1, (struct posting_form){.several = true});
        posting_put(batch, TERM_CORE, "long", 4, 300, 1, (struct posting_form){.bytes = "short", .size = 5});
        posting_put(batch, TERM_CORE, "long", 4, 301, 1, (struct posting_form){.bytes = "long", .size = 4});
        posting_put(batch, TERM_CORE, "long", 4, 302, 1, (struct posting_form){0});
        scratch_commit(batch);
    }
    struct snapshot *snapshot = scratch_read(&scratch);
    struct term many = term_read(snapshot, TERM_CORE, "many"), longer = term_read(snapshot, TERM_CORE, "long");
    struct posting posting = {0};
    assert_int_equal(many.form_count, TERM_FORMS_MAX);
    for (uint32_t document = 0; document < 300; document++) {
        snprintf(form, sizeof form, "form %u", document);
        assert_int_equal(form_is(snapshot, &many, document, form), document < TERM_FORMS_MAX);
        assert_int_equal(postings_find(snapshot, &many, document, &posting), STATUS_OK);
        assert_int_equal(posting.form, document < TERM_FORMS_MAX ? document : FORM_OTHER);
    }
    assert_int_equal(postings_find(snapshot, &many, 300, &posting), STATUS_OK);
    assert_int_equal(posting.form, FORM_SEVERAL);
    assert_true(longer.forms_size <= TERM_FORMS_BYTES_MAX && longer.forms_size + FORM_BYTES_MAX > TERM_FORMS_BYTES_MAX);
    assert_int_equal(postings_find(snapshot, &longer, 299, &posting), STATUS_OK);
    assert_int_equal(posting.form, FORM_OTHER);
    assert_true(form_is(snapshot, &longer, 300, "short"));
    assert_true(form_is(snapshot, &longer, 301, ""));
    assert_true(form_is(snapshot, &longer, 302, ""));
    struct bytes unused;
    assert_false(term_form(&many, FORM_OTHER, &unused));
    assert_false(term_form(&many, FORM_SEVERAL, &unused));
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void record_use(const unsigned char *data, size_t size)
{
    struct term term;
    struct bytes form;
    unsigned char *copy = memory_alloc(size); /* on the heap, so that a sanitizer sees every step past it */
    if (size > 0)
        memcpy(copy, data, size);
    if (term_decode((struct bytes){.data = (const char *)copy, .size = size}, &term) == STATUS_OK) {
        for (unsigned ordinal = 0; ordinal < 256; ordinal++)
            if (term_form(&term, ordinal, &form))
                assert_true(form.data >= (const char *)copy && form.data + form.size <= (const char *)copy + size);
        uint32_t last = 0;
        for (unsigned i = 0; !term.has_blocks && i < term.df; i++) {
            struct posting posting = term_inline_posting(&term, i);
            assert_true(i == 0 || posting.document > last);
            last = posting.document;
        }
    }
    free(copy);
}

static void damaged_records(void **state)
{
    (void)state;
    unsigned char postings[TERM_INLINE_MAX * INLINE_POSTING_BYTES] = {0};
    static const unsigned char forms[] = {2, 'a', 'b', 0, 3, 'x', 'y', 'z'};
    for (uint32_t i = 0; i < TERM_INLINE_MAX; i++) {
        uint32_t document = i * 1000;
        memcpy(postings + (size_t)i * INLINE_POSTING_BYTES, &document, sizeof document);
        postings[i * INLINE_POSTING_BYTES + 4] = 9;
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        struct buffer record = {0};
        struct term term = {.id = 5, .df = kind == 0 ? 1 : TERM_INLINE_MAX, .impact_max = 9, .has_blocks = kind == 2, .postings = postings};
        if (kind > 0) {
            term.forms = forms;
            term.forms_size = sizeof forms;
            term.form_count = 3;
        }
        term_encode(&record, &term);
        unsigned char *bytes = (unsigned char *)record.data;
        for (size_t cut = 0; cut < record.size; cut++) {
            struct term cut_term;
            assert_int_equal(term_decode((struct bytes){.data = record.data, .size = cut}, &cut_term), STATUS_CORRUPT);
            record_use(bytes, cut);
        }
        for (size_t bit = 0; bit < record.size * 8; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
            record_use(bytes, record.size);
            bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        buffer_release(&record);
    }
}

static struct forward_entry entry(enum term_class class, const char *text, uint8_t impact, const char *form)
{
    struct forward_entry made = {.class = class, .bytes = text, .size = (uint8_t)strlen(text), .impact = impact};
    if (form != NULL)
        made.form = (struct posting_form){.bytes = form, .size = (uint8_t)strlen(form)};
    return made;
}

static void sort_and_merge(void **state)
{
    (void)state;
    struct forward_entry entries[] = {
        entry(TERM_CORE, "dien", 3, "điện"), entry(TERM_CORE, "ban", 9, "bàn"), entry(TERM_BODY, "ban", 1, "bàn"),
        entry(TERM_CORE, "dien", 8, "điện"), entry(TERM_CORE, "ban", 2, "bán"), entry(TERM_CORE, "may", 4, "may"),
        entry(TERM_LIVE, "", 1, NULL),       entry(TERM_CORE, "may", 4, NULL),  entry(TERM_CORE, "ba", 1, "bà"),
    };
    struct forward_list list = {.entries = entries, .count = sizeof entries / sizeof entries[0]}, none = {0};
    forward_sort(&none);
    forward_sort(&list);
    assert_int_equal(list.count, 6);
    static const char *const order[] = {"ban", "ba", "ban", "dien", "may", ""};
    for (unsigned i = 0; i < 6; i++)
        assert_true(bytes_are((struct bytes){.data = entries[i].bytes, .size = entries[i].size}, order[i]));
    assert_int_equal(entries[0].class, TERM_BODY);
    assert_int_equal(entries[0].form.size, 0);
    assert_int_equal(entries[2].impact, 9);
    assert_true(entries[2].form.several);
    assert_int_equal(entries[3].impact, 8);
    assert_false(entries[3].form.several);
    assert_true(bytes_are((struct bytes){.data = entries[3].form.bytes, .size = entries[3].form.size}, "điện"));
    assert_false(entries[4].form.several);
    assert_int_equal(entries[4].form.size, 0);
}

static void damaged_lists(void **state)
{
    (void)state;
    struct forward_entry entries[] = {entry(TERM_BODY, "ban", 1, NULL), entry(TERM_CORE, "ban", 9, "bàn"),
                                      entry(TERM_CORE, "bang", 2, "bảng"), entry(TERM_CORE, "bangchu", 2, NULL),
                                      entry(TERM_LIVE, "", 1, NULL)};
    struct forward_list list = {.entries = entries, .count = 5}, decoded = {0};
    struct buffer record = {0};
    struct arena arena;
    entries[3].form = (struct posting_form){.several = true};
    arena_init(&arena, 1 << 20);
    forward_sort(&list);
    assert_int_equal(list.count, 5);
    forward_encode(&record, &list);
    assert_int_equal(forward_decode((struct bytes){.data = record.data, .size = record.size}, &arena, &decoded), STATUS_OK);
    assert_int_equal(decoded.count, 5);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(decoded.entries[i].class, entries[i].class);
        assert_int_equal(decoded.entries[i].impact, entries[i].impact);
        assert_int_equal(decoded.entries[i].size, entries[i].size);
        assert_memory_equal(decoded.entries[i].bytes, entries[i].bytes, entries[i].size);
        assert_int_equal(decoded.entries[i].form.several, entries[i].form.several);
        assert_int_equal(decoded.entries[i].form.size, entries[i].form.size);
    }
    for (size_t cut = 0; cut < record.size; cut++) {
        char *copy = memory_copy(record.data, cut);
        assert_int_equal(forward_decode((struct bytes){.data = copy, .size = cut}, &arena, &decoded), STATUS_CORRUPT);
        free(copy);
        arena_reset(&arena);
    }
    for (size_t bit = 0; bit < record.size * 8; bit++) {
        record.data[bit / 8] = (char)((unsigned char)record.data[bit / 8] ^ 1U << bit % 8);
        enum status status = forward_decode((struct bytes){.data = record.data, .size = record.size}, &arena, &decoded);
        assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
        record.data[bit / 8] = (char)((unsigned char)record.data[bit / 8] ^ 1U << bit % 8);
        arena_reset(&arena);
    }
    struct arena small;
    arena_init(&small, 64);
    assert_int_equal(forward_decode((struct bytes){.data = record.data, .size = record.size}, &small, &decoded), STATUS_LIMIT);
    arena_release(&small);
    arena_release(&arena);
    buffer_release(&record);
}

/* Only what differs is touched; a list longer than a page comes back whole; an empty one leaves nothing. */
static void replacements(void **state)
{
    (void)state;
    enum { LONG = 2000 };
    static char texts[LONG][24];
    static struct forward_entry entries[LONG];
    struct scratch scratch;
    struct arena arena;
    uint32_t changed = 0;
    arena_init(&arena, 1 << 22);
    scratch_open(&scratch);
    for (unsigned i = 0; i < LONG; i++) {
        snprintf(texts[i], sizeof texts[i], "%u từ dài", i * 7919);
        entries[i] = entry(TERM_BODY, texts[i], (uint8_t)(1 + i % 200), NULL);
    }
    struct forward_list list = {.entries = entries, .count = LONG}, stored = {0}, none = {0};
    forward_sort(&list);
    assert_int_equal(list.count, LONG);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(forward_get(batch_snapshot(batch), 3, &arena, &stored), STATUS_NOT_FOUND);
    assert_int_equal(forward_replace(batch, 3, &list, &arena, &changed), STATUS_OK);
    assert_int_equal(changed, LONG);
    assert_int_equal(forward_replace(batch, 3, &list, &arena, &changed), STATUS_OK);
    assert_int_equal(changed, 0);
    entries[5].impact++;
    list.count--;
    assert_int_equal(forward_replace(batch, 3, &list, &arena, &changed), STATUS_OK);
    assert_int_equal(changed, 2);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(forward_get(batch_snapshot(batch), 3, &arena, &stored), STATUS_OK);
    assert_int_equal(stored.count, LONG - 1);
    for (unsigned i = 0; i < stored.count; i++) {
        assert_memory_equal(stored.entries[i].bytes, entries[i].bytes, entries[i].size);
        assert_int_equal(stored.entries[i].impact, entries[i].impact);
    }
    assert_int_equal(forward_replace(batch, 4, &none, &arena, &changed), STATUS_OK);
    assert_int_equal(changed, 0);
    assert_int_equal(forward_replace(batch, 3, &none, &arena, &changed), STATUS_OK);
    assert_int_equal(changed, LONG - 1);
    scratch_commit(batch);
    struct env_size size = {0};
    struct env_database database = {0};
    assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
    assert_int_equal(env_database(scratch.env, DB_TERM, &database), STATUS_OK);
    assert_int_equal(database.entries, 0);
    assert_int_equal(size.entries, 2); /* format and counters */
    scratch_close(&scratch);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inline_bounds),   cmocka_unit_test(keys_and_last_edit), cmocka_unit_test(full_form_tables),
        cmocka_unit_test(damaged_records), cmocka_unit_test(sort_and_merge),     cmocka_unit_test(damaged_lists),
        cmocka_unit_test(replacements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
