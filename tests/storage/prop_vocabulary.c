/* Terms are born and die under random edits, spills and aborts: the vocabulary holds what a plain list of the living terms gives, and verify
 * agrees. Then readers: lists, ranges, bounds. */
#include "storage/postings.h"
#include "storage/verify.h"
#include "storage/vocabulary_row.h"
#include "tests/storage/scratch.h"

enum { WORDS = 300, DOCUMENTS = 40, BATCHES = 150, EDITS = 60, KEY_LETTERS = 2 };

static bool has[WORDS][DOCUMENTS], before[WORDS][DOCUMENTS];

static size_t word_write(char out[16], unsigned word)
{
    return (size_t)snprintf(out, 16, "%c%c%u", 'a' + word % 3, 'a' + word % 2, word);
}

static void keys_of(const void *context, struct bytes term, struct vocabulary_keys *keys)
{
    (void)context;
    vocabulary_key_add(keys, VOCABULARY_TYPO, term.data, KEY_LETTERS);
    vocabulary_key_add(keys, VOCABULARY_TYPO, term.data, KEY_LETTERS);
    vocabulary_key_add(keys, VOCABULARY_PHONETIC, term.data, 1);
}

static bool word_lives(unsigned word)
{
    for (unsigned document = 0; document < DOCUMENTS; document++)
        if (has[word][document])
            return true;
    return false;
}

static int text_order(const void *left, const void *right)
{
    return strcmp(left, right);
}

static void expect_list(struct snapshot *snapshot, enum vocabulary_kind kind, const char *key)
{
    static char wanted[WORDS][16];
    struct bytes *terms = NULL;
    struct arena arena;
    uint32_t count = 0, wanted_count = 0;
    for (unsigned word = 0; word < WORDS; word++) {
        word_write(wanted[wanted_count], word);
        wanted_count += word_lives(word) && strncmp(wanted[wanted_count], key, strlen(key)) == 0;
    }
    qsort(wanted, wanted_count, sizeof wanted[0], text_order);
    arena_init(&arena, 1 << 20);
    assert_int_equal(vocabulary_list(snapshot, kind, bytes_of(key), &arena, &terms, &count), STATUS_OK);
    assert_int_equal(count, wanted_count);
    for (uint32_t i = 0; i < count; i++)
        assert_true(bytes_are(terms[i], wanted[i]));
    arena_release(&arena);
}

static void fault_fail(void *context, const char *sentence)
{
    (void)context;
    print_error("%s\n", sentence);
}

static void expect_model(struct scratch *scratch)
{
    struct verify_counts counts;
    struct snapshot *snapshot = scratch_read(scratch);
    uint64_t rows = 0, wanted = 0;
    for (unsigned word = 0; word < WORDS; word++)
        wanted += word_lives(word) ? 2 : 0;
    assert_int_equal(door_count(snapshot, DB_VOCABULARY, &rows), STATUS_OK);
    assert_int_equal(rows, wanted);
    for (char first = 'a'; first < 'd'; first++) {
        char key[] = {first, 'a', '\0'}, other[] = {first, 'b', '\0'}, one[] = {first, '\0'};
        expect_list(snapshot, VOCABULARY_TYPO, key);
        expect_list(snapshot, VOCABULARY_TYPO, other);
        expect_list(snapshot, VOCABULARY_PHONETIC, one);
    }
    struct verify verify = {.snapshot = snapshot, .counts = &counts, .report = fault_fail};
    counts = (struct verify_counts){0};
    assert_int_equal(vocabulary_verify(&verify), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    snapshot_close(snapshot);
}

static void edit(struct batch *batch, uint64_t *state)
{
    char word[16];
    unsigned number = random_below(state, WORDS), document = random_below(state, DOCUMENTS);
    size_t size = word_write(word, number);
    has[number][document] = random_below(state, 3) == 0;
    if (has[number][document])
        posting_put(batch, TERM_CORE, word, size, document, 1, (struct posting_form){0});
    else
        posting_del(batch, TERM_CORE, word, size, document);
    posting_put(batch, TERM_BODY, "onlybody", 8, document, 1, (struct posting_form){0});
}

static void births_and_deaths(void **context)
{
    (void)context;
    uint64_t state = seed_take();
    struct scratch scratch;
    uint32_t first = 0;
    scratch_open(&scratch);
    env_set_term_keys(scratch.env, keys_of, NULL);
    memset(has, 0, sizeof has);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first), STATUS_OK);
    scratch_commit(batch);
    for (unsigned i = 0; i < BATCHES; i++) {
        batch = scratch_begin(&scratch);
        memcpy(before, has, sizeof has);
        for (unsigned edits = random_below(&state, EDITS); edits > 0; edits--) {
            edit(batch, &state);
            if (random_below(&state, 40) == 0)
                assert_int_equal(batch_spill(batch), STATUS_OK);
        }
        if (random_below(&state, 8) == 0) {
            batch_abort(batch);
            memcpy(has, before, sizeof has);
        } else {
            scratch_commit(batch);
        }
        if (i % 10 == 0)
            expect_model(&scratch);
    }
    expect_model(&scratch);
    scratch_close(&scratch);
}

/* Numbers as keys, in order; keys of another size or kind stay out. */
static void range_keys(const void *context, struct bytes term, struct vocabulary_keys *keys)
{
    (void)context;
    vocabulary_key_add(keys, term.size == 3 ? VOCABULARY_UNIT : VOCABULARY_TYPO, term.data, term.size);
}

static unsigned range_count(struct snapshot *snapshot, const char *first, const char *last)
{
    struct vocabulary_cursor *cursor = NULL;
    struct vocabulary_entry entry;
    unsigned count = 0;
    assert_int_equal(vocabulary_cursor_open(snapshot, &cursor), STATUS_OK);
    enum status status = vocabulary_cursor_seek(cursor, VOCABULARY_UNIT, bytes_of(first), bytes_of(last), &entry);
    for (; status == STATUS_OK; status = vocabulary_cursor_next(cursor, &entry)) {
        assert_true(bytes_equal(entry.key, entry.term));
        assert_true(bytes_compare(entry.key, bytes_of(first)) >= 0 && bytes_compare(entry.key, bytes_of(last)) <= 0);
        count++;
    }
    assert_int_equal(status, STATUS_END);
    vocabulary_cursor_close(cursor);
    return count;
}

static void ranges(void **context)
{
    (void)context;
    struct scratch scratch;
    struct arena arena;
    struct bytes *terms = NULL;
    uint32_t count = 0;
    scratch_open(&scratch);
    env_set_term_keys(scratch.env, range_keys, NULL);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 1, &count), STATUS_OK);
    for (unsigned i = 0; i < 1200; i++) {
        char word[16];
        int size = snprintf(word, sizeof word, "%03u", i);
        posting_put(batch, TERM_CORE, word, (size_t)size, 0, 1, (struct posting_form){0});
    }
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(range_count(snapshot, "000", "999"), 1000);
    assert_int_equal(range_count(snapshot, "100", "199"), 100);
    assert_int_equal(range_count(snapshot, "500", "500"), 1);
    assert_int_equal(range_count(snapshot, "500", "499"), 0);
    assert_int_equal(range_count(snapshot, "5", "6"), 0);
    arena_init(&arena, 32);
    assert_int_equal(vocabulary_list(snapshot, VOCABULARY_UNIT, bytes_of(""), &arena, &terms, &count), STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(
        vocabulary_list(snapshot, VOCABULARY_UNIT, bytes_of("a key that is longer than any key can be"), &arena, &terms, &count),
        STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(vocabulary_list(snapshot, VOCABULARY_UNIT, bytes_of("500"), &arena, &terms, &count), STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(vocabulary_list(snapshot, VOCABULARY_UNIT, bytes_of("501"), &arena, &terms, &count), STATUS_LIMIT);
    arena_release(&arena);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

/* A row at its bounds, every cut of it, and one byte more. */
static void rows(void **context)
{
    (void)context;
    char text[TERM_BYTES_MAX];
    struct vocabulary_key key = {.kind = VOCABULARY_UNIT, .size = VOCABULARY_KEY_BYTES_MAX};
    struct vocabulary_row row;
    struct vocabulary_entry entry;
    unsigned char longer[VOCABULARY_ROW_BYTES_MAX + 1] = {0};
    memset(text, 't', sizeof text);
    memset(key.bytes, 'k', sizeof key.bytes);
    vocabulary_row_encode(&row, &key, (struct bytes){text, sizeof text});
    assert_int_equal(row.size, VOCABULARY_ROW_BYTES_MAX);
    for (size_t size = 0; size <= row.size; size++) {
        bool whole = size > 2 + VOCABULARY_KEY_BYTES_MAX;
        enum status status = vocabulary_row_decode((struct bytes){(const char *)row.bytes, size}, &entry);
        assert_int_equal(status, whole ? STATUS_OK : STATUS_CORRUPT);
        assert_true(!whole || entry.term.size == size - 2 - VOCABULARY_KEY_BYTES_MAX);
    }
    memcpy(longer, row.bytes, row.size);
    assert_int_equal(vocabulary_row_decode((struct bytes){(const char *)longer, sizeof longer}, &entry), STATUS_CORRUPT);
    row.bytes[1] = VOCABULARY_KEY_BYTES_MAX + 1;
    assert_int_equal(vocabulary_row_decode((struct bytes){(const char *)row.bytes, row.size}, &entry), STATUS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(births_and_deaths),
        cmocka_unit_test(ranges),
        cmocka_unit_test(rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
