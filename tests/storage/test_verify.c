/* Planted faults, each of which verify must find: a byte changed in every stored value of every database, and lies that keep their
 * checksums: postings, counts, bounds, forms, terms and forward lists that do not agree. */
#include "storage/column.h"
#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/list_edit.h"
#include "storage/meta.h"
#include "storage/mirror.h"
#include "storage/multi.h"
#include "storage/post_key.h"
#include "storage/suggest.h"
#include "storage/term_record.h"
#include "storage/verify.h"
#include "storage/vocabulary_row.h"
#include "tests/storage/scratch.h"

/* NUMBERS: of documents, given away in the end: by then the live list is DENSE, and "ban", edited once more, PACKED. */
enum { DOCUMENTS = 200, NUMBERS = 5001, FIELD = 3 };

static const struct column_family family = {.name = "price", .id = 1, .space = SPACE_DOCUMENT, .field_count = 1, .widths = {4}};
static const struct column_family *const families[] = {&family};

static struct scratch scratch;

/* Terms by their first two letters, and by their last. */
static void keys_of(const void *context, struct bytes term, struct vocabulary_keys *keys)
{
    (void)context;
    vocabulary_key_add(keys, VOCABULARY_TYPO, term.data, term.size < 2 ? term.size : 2);
    vocabulary_key_add(keys, VOCABULARY_PHONETIC, term.data + term.size - 1, 1);
}

static void document_write(struct batch *batch, uint32_t document, struct arena *arena)
{
    char word[16], id[16];
    struct forward_entry entries[] = {
        {.class = TERM_LIVE, .impact = 1},
        {.class = TERM_CORE, .bytes = "ban", .size = 3, .impact = (uint8_t)(1 + document % 9), .form = {.bytes = "bàn", .size = 4}},
        {.class = TERM_CORE, .bytes = word, .impact = 5},
        {.class = TERM_BODY, .bytes = word, .impact = 7},
    };
    uint32_t changed = 0, ordinal = document % 4;
    int size = snprintf(word, sizeof word, "w%u", document % 20);
    entries[2].size = entries[3].size = (uint8_t)size;
    if (document % 3 == 0)
        entries[1].form = (struct posting_form){.bytes = "bán", .size = 4};
    struct forward_list list = {.entries = entries, .count = 4};
    forward_sort(&list);
    assert_int_equal(forward_replace(batch, document, &list, arena, &changed), STATUS_OK);
    assert_int_equal(changed, 4);
    snprintf(id, sizeof id, "p%u", document);
    assert_int_equal(document_put(batch, bytes_of(id), document), STATUS_OK);
    assert_int_equal(fragment_put(batch, document, bytes_of(id)), STATUS_OK);
    assert_int_equal(mirror_put(batch, 1, bytes_of(id), bytes_of("row")), STATUS_OK);
    assert_int_equal(reverse_put(batch, 2, bytes_of(word), bytes_of(id)), STATUS_OK);
    assert_int_equal(column_put(batch, &family, 0, document, document * 1000), STATUS_OK);
    assert_int_equal(multi_put(batch, FIELD, document, &ordinal, 1), STATUS_OK);
    struct suggestion entry = {.text = bytes_of(id), .kind = 1, .weight = (uint16_t)document, .reference = bytes_of(id)};
    assert_int_equal(suggest_put(batch, &entry), STATUS_OK);
}

static int fill(void **state)
{
    (void)state;
    struct arena arena;
    uint32_t first = 0;
    struct tree_interval intervals[4] = {{0, 4}, {1, 2}, {2, 3}, {3, 4}};
    struct tree tree = {.intervals = intervals, .count = 4};
    struct position position = {.lsn = 1, .slot = "tim"};
    arena_init(&arena, 16 << 20);
    scratch_open(&scratch);
    env_set_term_keys(scratch.env, keys_of, NULL);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first), STATUS_OK);
    for (unsigned i = 0; i < 4; i++) {
        char text[8];
        uint32_t ordinal = 0;
        snprintf(text, sizeof text, "l%u", i);
        struct label label = {
            .key = bytes_of(text), .text = bytes_of(text), .slug = bytes_of(text), .parent = i == 0 ? LABEL_NO_PARENT : 0};
        assert_int_equal(label_put(batch, FIELD, &label, &ordinal), STATUS_OK);
        assert_int_equal(ordinal, i);
    }
    for (uint32_t document = 0; document < DOCUMENTS; document++) {
        document_write(batch, document, &arena);
        arena_reset(&arena);
    }
    assert_int_equal(tree_put(batch, FIELD, &tree), STATUS_OK);
    assert_int_equal(dirty_put(batch, bytes_of("p1")), STATUS_OK);
    assert_int_equal(position_put(batch, &position), STATUS_OK);
    assert_int_equal(fingerprint_put(batch, 1), STATUS_OK);
    assert_int_equal(complete_put(batch, 1), STATUS_OK);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, NUMBERS - DOCUMENTS, &first), STATUS_OK);
    posting_put(batch, TERM_CORE, "ban", 3, 0, 1, (struct posting_form){.bytes = "bán", .size = 4});
    scratch_commit(batch);
    arena_release(&arena);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    scratch_close(&scratch);
    return 0;
}

struct reports {
    unsigned count;
    char all[20000];
};

static void report(void *context, const char *sentence)
{
    struct reports *reports = context;
    size_t used = strlen(reports->all);
    reports->count++;
    snprintf(reports->all + used, sizeof reports->all - used, "%s\n", sentence);
}

static uint64_t faults(struct snapshot *snapshot, struct reports *reports)
{
    struct verify_counts counts;
    *reports = (struct reports){0};
    assert_int_equal(verify_run(snapshot, families, 1, report, reports, &counts), STATUS_OK);
    assert_int_equal(reports->count, counts.faults < VERIFY_REPORTS_MAX ? counts.faults : VERIFY_REPORTS_MAX);
    return counts.faults;
}

/* Verifies what the batch would commit, then throws it away. Every word of `wanted` must be in a report. */
static void found(struct batch *batch, const char *wanted)
{
    static struct reports reports;
    uint64_t count = faults(batch_snapshot(batch), &reports);
    if (count == 0 || strstr(reports.all, wanted) == NULL)
        fail_msg("%u faults, none says \"%s\":\n%s", (unsigned)count, wanted, reports.all);
    batch_abort(batch);
}

static void clean(void **state)
{
    (void)state;
    static struct reports reports;
    struct verify_counts counts;
    struct snapshot *snapshot = scratch_read(&scratch);
    uint64_t count = faults(snapshot, &reports);
    if (count != 0)
        fail_msg("%s", reports.all);
    assert_int_equal(verify_run(snapshot, families, 1, report, &reports, &counts), STATUS_OK);
    assert_int_equal(counts.documents, DOCUMENTS);
    assert_int_equal(counts.terms, 2 + 20 + 20);
    assert_int_equal(counts.postings, 4 * DOCUMENTS);
    snapshot_close(snapshot);
}

/* One entry after another of each database (every one where they are few, so blocks of both kinds) loses a bit; those of meta that hold the limits
 * end the run with CORRUPT. */
static void flipped_bytes(void **state)
{
    (void)state;
    static struct reports reports;
    uint64_t random = seed_take();
    for (unsigned db = 0; db < DB_COUNT; db++) {
        uint64_t entries = 0;
        struct snapshot *snapshot = scratch_read(&scratch);
        assert_int_equal(door_count(snapshot, (enum database)db, &entries), STATUS_OK);
        snapshot_close(snapshot);
        if (entries == 0)
            fail_msg("nothing in database %s to damage", database_name((enum database)db));
        for (unsigned tries = 0; tries < 8; tries++) {
            struct door_cursor cursor = {0};
            unsigned char key[STORED_KEY_BYTES_MAX], stored[STORED_BYTES_MAX];
            struct verify_counts counts;
            struct batch *batch = scratch_begin(&scratch);
            assert_int_equal(door_cursor_open(batch_snapshot(batch), (enum database)db, &cursor), STATUS_OK);
            assert_int_equal(door_cursor_seek(&cursor, NULL, 0), STATUS_OK);
            uint32_t skip = tries < entries && entries <= 8 ? tries : random_below(&random, (uint32_t)entries);
            for (; skip > 0; skip--)
                assert_int_equal(door_cursor_next(&cursor), STATUS_OK);
            MDB_val at = {.mv_size = cursor.key.size, .mv_data = key}, value = {.mv_size = cursor.payload.size + 4, .mv_data = stored};
            memcpy(key, cursor.key.data, cursor.key.size);
            memcpy(stored, cursor.payload.data - 4, value.mv_size);
            door_cursor_close(&cursor);
            stored[random_below(&random, (uint32_t)value.mv_size)] ^= (unsigned char)(1U << random_below(&random, 8));
            assert_int_equal(mdb_put(batch->view.txn, scratch.env->dbi[db], &at, &value, 0), 0);
            reports = (struct reports){0};
            enum status status = verify_run(batch_snapshot(batch), families, 1, report, &reports, &counts);
            if (status == STATUS_OK && counts.faults == 0)
                fail_msg("a changed byte in database %s was not found", database_name((enum database)db));
            assert_true(status == STATUS_OK || (db == DB_META && status == STATUS_CORRUPT));
            batch_abort(batch);
        }
    }
}

static struct batch *with_edit(enum term_class class, const char *term, uint32_t document, uint8_t impact, struct posting_form form)
{
    struct batch *batch = scratch_begin(&scratch);
    if (impact == 0)
        posting_del(batch, class, term, strlen(term), document);
    else
        posting_put(batch, class, term, strlen(term), document, impact, form);
    assert_int_equal(posting_edits_write(batch), STATUS_OK);
    return batch;
}

/* Lists changed behind the forward lists' back, in blocks and inline. */
static void postings_against_forward(void **state)
{
    (void)state;
    const struct posting_form none = {0}, ban = {.bytes = "bàn", .size = 4}, several = {.several = true};
    found(with_edit(TERM_CORE, "ban", 17, 0, none), "Document 17 has term c \"ban\" in its forward list, but the term does not list it");
    found(with_edit(TERM_BODY, "w3", 3, 0, none), "Document 3 has term b \"w3\" in its forward list");
    found(with_edit(TERM_BODY, "w3", 4, 9, none), "Term b \"w3\" lists document 4, but");
    found(with_edit(TERM_CORE, "moi", 4, 9, none), "Term c \"moi\" lists document 4, but");
    found(with_edit(TERM_CORE, "ban", 4, 200, ban), "Document 4 has term c \"ban\" with impact 200, but its forward list says 5");
    found(with_edit(TERM_CORE, "ban", 3, 4, ban), "Document 3 has term c \"ban\" in another form");
    found(with_edit(TERM_CORE, "ban", 3, 4, none), "Document 3 has term c \"ban\" in another form");
    found(with_edit(TERM_CORE, "ban", 3, 4, several), "Document 3 has term c \"ban\" in another form");
    found(with_edit(TERM_LIVE, "", 9, 0, none), "Document 9 has term l \"\"");
    found(with_edit(TERM_BODY, "w3", NUMBERS + 5, 9, none), "a document that was never given");
}

static void forward_against_postings(void **state)
{
    (void)state;
    unsigned char key[6] = {0};
    struct arena arena;
    struct forward_list list = {0};
    struct buffer record = {0};
    arena_init(&arena, 1 << 20);
    key_put_u32(key, 42);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(door_del(batch, DB_FORWARD, key, sizeof key), STATUS_OK);
    found(batch, "Document 42 is live but has no forward list");
    batch = scratch_begin(&scratch);
    assert_int_equal(forward_get(batch_snapshot(batch), 42, &arena, &list), STATUS_OK);
    list.count--;
    append_u16(&record, 1);
    forward_encode(&record, &list);
    assert_int_equal(door_put(batch, DB_FORWARD, key, sizeof key, record.data, record.size), STATUS_OK);
    found(batch, "lists document 42, but that document's forward list does not have it");
    batch = scratch_begin(&scratch);
    key_put_u32(key, NUMBERS);
    assert_int_equal(door_put(batch, DB_FORWARD, key, sizeof key, record.data, record.size), STATUS_OK);
    found(batch, "a forward list of a document that was never given");
    batch = scratch_begin(&scratch);
    key_put_u32(key, 42);
    record.data[record.size - 1] = 0; /* the last entry's impact */
    assert_int_equal(door_put(batch, DB_FORWARD, key, sizeof key, record.data, record.size), STATUS_OK);
    found(batch, "a forward list that does not decode");
    buffer_release(&record);
    arena_release(&arena);
}

/* Rewrites a term's record as the caller wants it. */
static struct batch *with_record(enum term_class class, const char *text, void (*change)(struct term *))
{
    struct batch *batch = scratch_begin(&scratch);
    struct buffer record = {0};
    struct term term;
    struct term_key key = term_key(class, text, strlen(text));
    assert_int_equal(term_get(batch_snapshot(batch), class, text, strlen(text), &term), STATUS_OK);
    change(&term);
    term_encode(&record, &term);
    assert_int_equal(door_put(batch, DB_TERM, key.bytes, key.size, record.data, record.size), STATUS_OK);
    buffer_release(&record);
    return batch;
}

static void df_up(struct term *term)
{
    term->df++;
}

static void impact_down(struct term *term)
{
    term->impact_max = 2;
}

static void id_taken(struct term *term)
{
    term->id = 0;
}

static void id_unknown(struct term *term)
{
    term->id = 1000000;
}

static void forms_gone(struct term *term)
{
    term->form_count = 0;
    term->forms_size = 0;
}

static void forms_twice(struct term *term)
{
    static const unsigned char twice[] = {1, 'x', 1, 'x'};
    term->form_count = 2;
    term->forms = twice;
    term->forms_size = sizeof twice;
}

static void postings_fewer(struct term *term)
{
    term->df--;
}

static void records(void **state)
{
    (void)state;
    found(with_record(TERM_CORE, "ban", df_up), "Term c \"ban\" counts 201 documents but lists 200");
    found(with_record(TERM_CORE, "ban", impact_down), "above the bound");
    found(with_record(TERM_BODY, "w3", impact_down), "above the bound");
    found(with_record(TERM_BODY, "w3", id_taken), "a term id that another term has too");
    found(with_record(TERM_BODY, "w3", id_unknown), "a term id that was never given");
    found(with_record(TERM_CORE, "ban", id_unknown), "a posting block of no term");
    found(with_record(TERM_CORE, "ban", forms_gone), "whose form is not in its table");
    found(with_record(TERM_CORE, "ban", forms_twice), "a form table with a form twice");
    found(with_record(TERM_BODY, "w3", forms_twice), "in a class without forms");
    found(with_record(TERM_BODY, "w3", postings_fewer), "in its forward list, but the term does not list it");
}

static struct batch *with_block(uint32_t first, struct posting *postings, unsigned count)
{
    unsigned char block[PACKED_BYTES_MAX];
    struct term term;
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(term_get(batch_snapshot(batch), TERM_CORE, "ban", 3, &term), STATUS_OK);
    assert_true(term.has_blocks);
    struct post_key key = post_key(term.id, first);
    if (count == 0) {
        assert_int_equal(door_del(batch, DB_POST, key.bytes, sizeof key.bytes), STATUS_OK);
        return batch;
    }
    size_t size = packed_encode(postings, count, block);
    assert_int_equal(door_put(batch, DB_POST, key.bytes, sizeof key.bytes, block, size), STATUS_OK);
    return batch;
}

static void blocks(void **state)
{
    (void)state;
    struct posting posting = {.document = 100, .impact = 1, .form = 0};
    found(with_block(100, &posting, 1), "a block that begins before the one ahead of it ends");
    found(with_block(100, &posting, 1), "counts 200 documents but lists 201");
    found(with_block(0, NULL, 0), "counts 200 documents but lists 72");
    struct batch *batch = scratch_begin(&scratch);
    struct post_key key = post_key(3000000, 1);
    assert_int_equal(door_put(batch, DB_POST, key.bytes, sizeof key.bytes, "x", 1), STATUS_OK);
    found(batch, "a posting block of no term");
    batch = with_block(0, NULL, 0);
    struct term term;
    assert_int_equal(term_get(batch_snapshot(batch), TERM_CORE, "ban", 3, &term), STATUS_OK);
    key = post_key(term.id, 0);
    assert_int_equal(door_put(batch, DB_POST, key.bytes, sizeof key.bytes, "\x01\x00\x00", 3), STATUS_OK);
    found(batch, "a posting block that does not decode");
}

static void is_packed(struct term *term)
{
    term->is_dense = false;
}

/* The live list's one block with a change; its postings are all alike, so it is words, ranks and a form. */
static struct batch *with_live_block(size_t at, unsigned char byte)
{
    struct batch *batch = scratch_begin(&scratch);
    unsigned char block[DENSE_BYTES_MAX];
    struct bytes payload = {0};
    struct term term;
    assert_int_equal(term_get(batch_snapshot(batch), TERM_LIVE, "", 0, &term), STATUS_OK);
    assert_true(term.is_dense);
    struct post_key key = post_key(term.id, 0);
    assert_int_equal(door_get(batch_snapshot(batch), DB_POST, key.bytes, sizeof key.bytes, &payload), STATUS_OK);
    memcpy(block, payload.data, payload.size);
    block[at] = byte;
    assert_int_equal(door_put(batch, DB_POST, key.bytes, sizeof key.bytes, block, payload.size), STATUS_OK);
    return batch;
}

static void dense_blocks(void **state)
{
    (void)state;
    enum { WORDS = 4, RANKS = WORDS + 4 * 8 };
    found(with_live_block(RANKS + 2, 63), "a posting block that does not decode"); /* the second word's rank */
    found(with_live_block(WORDS, 0xFE), "a posting block that does not decode");   /* a document less than the ranks say */
    found(with_live_block(2, 0x40), "a posting block that does not decode");       /* forms that are not there */
    found(with_live_block(3, 2), "Document 9 has term l \"\" with impact 2, but its forward list says 1");
    found(with_record(TERM_LIVE, "", is_packed), "a posting block that does not decode");
}

/* Readers of documents check the ranks; readers of windows leave that to whoever follows one out of the block. */
static void dense_readers(void **state)
{
    (void)state;
    struct batch *batch = with_live_block(4 + 4 * 8 + 2, 63);
    struct snapshot *snapshot = batch_snapshot(batch);
    struct postings postings;
    struct postings_window window;
    struct term term;
    assert_int_equal(term_get(snapshot, TERM_LIVE, "", 0, &term), STATUS_OK);
    postings_open(&postings, snapshot, &term);
    assert_int_equal(postings_window(&postings, 0, &window), STATUS_OK);
    assert_int_equal(dense_check(&window.blocks[0]), STATUS_CORRUPT);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
    assert_int_equal(postings_damaged(&postings), STATUS_CORRUPT);
    assert_int_equal(snapshot_status(snapshot), STATUS_CORRUPT);
    postings_close(&postings);
    batch_abort(batch);
    batch = with_live_block(4 + 4 * 8 + 2, 63);
    postings_open(&postings, batch_snapshot(batch), &term);
    assert_int_equal(postings_next(&postings), STATUS_CORRUPT);
    assert_int_equal(snapshot_status(batch_snapshot(batch)), STATUS_CORRUPT);
    postings_close(&postings);
    batch_abort(batch);
}

static struct batch *with_entry(enum vocabulary_kind kind, const char *key, const char *term, bool gone, const char *value)
{
    struct batch *batch = scratch_begin(&scratch);
    struct vocabulary_key at = {.kind = (uint8_t)kind, .size = (uint8_t)strlen(key)};
    struct vocabulary_row row;
    memcpy(at.bytes, key, at.size);
    vocabulary_row_encode(&row, &at, bytes_of(term));
    if (gone)
        assert_int_equal(door_del(batch, DB_VOCABULARY, row.bytes, row.size), STATUS_OK);
    else
        assert_int_equal(door_put(batch, DB_VOCABULARY, row.bytes, row.size, value, strlen(value)), STATUS_OK);
    return batch;
}

static void vocabulary(void **state)
{
    (void)state;
    found(with_entry(VOCABULARY_TYPO, "ba", "ban", true, ""), "a term is not under its key");
    found(with_entry(VOCABULARY_PHONETIC, "n", "ban", true, ""), "There are 41 vocabulary entries for 42 keys of terms");
    found(with_entry(VOCABULARY_TYPO, "mo", "moi", false, ""), "an entry of a term that no document has");
    found(with_entry(VOCABULARY_TYPO, "an", "ban", false, ""), "There are 43 vocabulary entries for 42 keys of terms");
    found(with_entry(VOCABULARY_TYPO, "ba", "ban", false, "x"), "an entry that does not decode");
    found(with_entry((enum vocabulary_kind)'z', "ba", "ban", false, ""), "an entry that does not decode");
    found(with_entry(VOCABULARY_TYPO, "", "ban", false, ""), "an entry that does not decode");
    found(with_entry(VOCABULARY_TYPO, "ba", "", false, ""), "an entry that does not decode");
}

/* So many faults that not every one is told: all are counted. */
static void many_faults(void **state)
{
    (void)state;
    static struct reports reports;
    struct batch *batch = scratch_begin(&scratch);
    unsigned char key[6] = {0};
    for (uint32_t document = 0; document < DOCUMENTS; document++) {
        key_put_u32(key, document);
        assert_int_equal(door_del(batch, DB_FORWARD, key, sizeof key), STATUS_OK);
    }
    assert_true(faults(batch_snapshot(batch), &reports) >= 5 * DOCUMENTS);
    assert_int_equal(reports.count, VERIFY_REPORTS_MAX);
    batch_abort(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean),
        cmocka_unit_test(flipped_bytes),
        cmocka_unit_test(postings_against_forward),
        cmocka_unit_test(forward_against_postings),
        cmocka_unit_test(records),
        cmocka_unit_test(blocks),
        cmocka_unit_test(dense_blocks),
        cmocka_unit_test(dense_readers),
        cmocka_unit_test(vocabulary),
        cmocka_unit_test(many_faults),
    };
    return cmocka_run_group_tests(tests, fill, clear);
}
