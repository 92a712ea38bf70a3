#include "storage/suggest.h"
#include "storage/suggest_entry.h"
#include "tests/storage/scratch.h"

static struct arena arena;

static struct suggestion entry_of(const char *text, uint8_t kind, uint16_t weight, const char *reference)
{
    return (struct suggestion){.text = bytes_of(text), .kind = kind, .weight = weight, .reference = bytes_of(reference)};
}

static void put(struct batch *batch, const char *text, uint8_t kind, uint16_t weight, const char *reference)
{
    struct suggestion entry = entry_of(text, kind, weight, reference);
    assert_int_equal(suggest_put(batch, &entry), STATUS_OK);
}

static unsigned top(struct snapshot *snapshot, const char *prefix, struct suggestion out[SUGGEST_TOP])
{
    unsigned count = 0;
    arena_release(&arena);
    arena_init(&arena, 1 << 20);
    assert_int_equal(suggest_top(snapshot, bytes_of(prefix), SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    return count;
}

static void best_first_then_by_name(void **state)
{
    (void)state;
    struct suggestion out[SUGGEST_TOP];
    unsigned count = 0;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    put(batch, "dien thoai", 1, 5, "b");
    put(batch, "dien thoai", 1, 5, "a");
    put(batch, "dien thoai", 0, 5, "c");
    put(batch, "dien", 9, 5, "");
    put(batch, "dien may", 9, UINT16_MAX, "m");
    put(batch, "den", 9, 0, "x");
    assert_int_equal(top(batch_snapshot(batch), "dien", out), 5);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(top(snapshot, "dien", out), 5);
    assert_true(bytes_are(out[0].text, "dien may") && out[0].weight == UINT16_MAX && out[0].kind == 9 && bytes_are(out[0].reference, "m"));
    assert_true(bytes_are(out[1].text, "dien") && out[1].reference.size == 0);
    assert_true(out[2].kind == 0 && bytes_are(out[2].reference, "c"));
    assert_true(bytes_are(out[3].reference, "a") && bytes_are(out[4].reference, "b"));
    assert_int_equal(top(snapshot, "", out), 6);
    assert_true(bytes_are(out[5].text, "den"));
    assert_int_equal(top(snapshot, "dienx", out), 0);
    assert_int_equal(suggest_top(snapshot, bytes_of("d"), 2, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(suggest_top(snapshot, (struct bytes){.data = "d\0", .size = 2}, 2, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 0);
    snapshot_close(snapshot);
    batch = scratch_begin(&scratch);
    struct suggestion gone = entry_of("dien may", 9, 1, "m");
    assert_int_equal(suggest_del(batch, &gone), STATUS_OK);
    assert_int_equal(suggest_del(batch, &gone), STATUS_NOT_FOUND);
    assert_int_equal(top(batch_snapshot(batch), "dien m", out), 0);
    batch_abort(batch);
    scratch_close(&scratch);
}

/* The text itself, of one kind; longer texts and other kinds stand beside it. */
static void whole_names(void **state)
{
    (void)state;
    struct suggestion out[SUGGEST_TOP];
    unsigned count = 0;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    put(batch, "tu lanh", 2, 7, "b");
    put(batch, "tu lanh", 2, 9, "a");
    put(batch, "tu lanh", 3, 9, "c");
    put(batch, "tu lanh mini", 2, 9, "d");
    put(batch, "tu", 2, 9, "e");
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    arena_init(&arena, 1 << 20);
    assert_int_equal(suggest_named(snapshot, bytes_of("tu lanh"), 2, SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_true(bytes_are(out[0].reference, "a") && out[0].weight == 9 && bytes_are(out[1].reference, "b"));
    assert_int_equal(suggest_named(snapshot, bytes_of("tu lanh"), 2, 1, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(suggest_named(snapshot, bytes_of("tu lan"), 2, SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(suggest_named(snapshot, bytes_of(""), 2, SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(suggest_named(snapshot, bytes_of("tu lanh"), 4, SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 0);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void names_at_their_bounds(void **state)
{
    (void)state;
    char text[SUGGEST_KEY_BYTES_MAX + 3], reference[SUGGEST_REFERENCE_BYTES_MAX + 1];
    struct suggestion out[SUGGEST_TOP];
    unsigned count = 0;
    struct check check = {0};
    struct scratch scratch;
    memset(text, 'x', sizeof text);
    memset(reference, 'r', sizeof reference);
    text[SUGGEST_KEY_BYTES_MAX - 1] = (char)0xC4; /* đ lies across the bound */
    text[SUGGEST_KEY_BYTES_MAX] = (char)0x91;
    struct suggestion entry = {.text = {.data = text, .size = sizeof text},
                               .kind = 1,
                               .weight = 3,
                               .reference = {.data = reference, .size = SUGGEST_REFERENCE_BYTES_MAX}};
    scratch_open(&scratch);
    arena_release(&arena);
    arena_init(&arena, 1 << 20);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(suggest_put(batch, &entry), STATUS_OK);
    entry.reference.size++;
    assert_int_equal(suggest_put(batch, &entry), STATUS_LIMIT);
    entry.reference.size--;
    text[SUGGEST_KEY_BYTES_MAX - 1] = text[SUGGEST_KEY_BYTES_MAX] = 'y';
    assert_int_equal(suggest_put(batch, &entry), STATUS_OK);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(suggest_top(snapshot, (struct bytes){.data = text, .size = 50}, SUGGEST_TOP, &arena, out, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(out[0].text.size, SUGGEST_KEY_BYTES_MAX - 1);
    assert_int_equal(out[1].text.size, SUGGEST_KEY_BYTES_MAX);
    assert_int_equal(out[1].reference.size, SUGGEST_REFERENCE_BYTES_MAX);
    assert_int_equal(suggest_top(snapshot, (struct bytes){.data = text, .size = SUGGEST_KEY_BYTES_MAX}, SUGGEST_TOP, &arena, out, &count),
                     STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(
        suggest_top(snapshot, (struct bytes){.data = text, .size = SUGGEST_KEY_BYTES_MAX + 1}, SUGGEST_TOP, &arena, out, &count),
        STATUS_OK);
    assert_int_equal(count, 0);
    snapshot_close(snapshot);
    batch = scratch_begin(&scratch);
    text[3] = 0;
    assert_int_equal(suggest_put(batch, &entry), STATUS_INVALID);
    assert_int_equal(suggest_del(batch, &entry), STATUS_INVALID);
    text[3] = 'x';
    assert_int_equal(suggest_del(batch, &entry), STATUS_OK); /* cut as the put was */
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, suggest_verify), 0);
    assert_int_equal(check.counts.suggestions, 1);
    scratch_close(&scratch);
}

static unsigned tops_stored(struct scratch *scratch)
{
    struct suggest_best best = {0};
    unsigned count = 0;
    struct snapshot *snapshot = scratch_read(scratch);
    while (count < SUGGEST_PREFIX_BYTES_MAX &&
           suggest_stored(snapshot, (const unsigned char *)"aaaaaaaaaaaaaaaaaaaaaaaa", count, &best) == STATUS_OK)
        count++;
    snapshot_close(snapshot);
    return count;
}

/* One text with many references: what no longer prefix divides. The best are deleted one by one. */
static void a_prefix_is_crowded_past_its_bound(void **state)
{
    (void)state;
    struct check check = {0};
    struct suggestion out[SUGGEST_TOP];
    char reference[8];
    struct scratch scratch;
    scratch_open(&scratch);
    for (unsigned size = 1; size <= SUGGEST_CROWDED + 6; size++) {
        struct batch *batch = scratch_begin(&scratch);
        snprintf(reference, sizeof reference, "%03u", size);
        put(batch, "aaa", 1, (uint16_t)size, reference);
        scratch_commit(batch);
        assert_int_equal(tops_stored(&scratch), size > SUGGEST_CROWDED ? 4 : 0);
        assert_int_equal(check_run(&scratch, &check, suggest_verify), 0);
    }
    for (unsigned size = SUGGEST_CROWDED + 6; size > 0; size--) {
        struct snapshot *snapshot = scratch_read(&scratch);
        assert_int_equal(top(snapshot, size % 2 ? "a" : "aaa", out), size < SUGGEST_TOP ? size : SUGGEST_TOP);
        for (unsigned i = 0; i < SUGGEST_TOP && i < size; i++)
            assert_int_equal(out[i].weight, size - i);
        snapshot_close(snapshot);
        struct batch *batch = scratch_begin(&scratch);
        snprintf(reference, sizeof reference, "%03u", size);
        struct suggestion gone = entry_of("aaa", 1, 0, reference);
        assert_int_equal(suggest_del(batch, &gone), STATUS_OK);
        scratch_commit(batch);
        assert_int_equal(tops_stored(&scratch), size - 1 > SUGGEST_CROWDED ? 4 : 0);
        assert_int_equal(check_run(&scratch, &check, suggest_verify), 0);
    }
    scratch_close(&scratch);
}

static void long_prefixes_are_scanned_to_a_bound(void **state)
{
    (void)state;
    struct suggestion out[SUGGEST_TOP];
    char text[64];
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned i = 0; i <= SUGGEST_SCAN_MAX; i++) { /* the weights rise with the names */
        snprintf(text, sizeof text, "aaaaaaaaaaaaaaaaaaaaaaaabc%05u", i);
        put(batch, text, 1, (uint16_t)i, "");
    }
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(top(snapshot, "aaaaaaaaaaaaaaaaaaaaaaaa", out), SUGGEST_TOP); /* 24 bytes: exact */
    assert_int_equal(out[0].weight, SUGGEST_SCAN_MAX);
    assert_int_equal(top(snapshot, "aaaaaaaaaaaaaaaaaaaaaaa", out), SUGGEST_TOP);
    assert_int_equal(out[0].weight, SUGGEST_SCAN_MAX);
    assert_int_equal(top(snapshot, "aaaaaaaaaaaaaaaaaaaaaaaab", out), SUGGEST_TOP);
    assert_int_equal(out[0].weight, SUGGEST_SCAN_MAX - 1);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static uint64_t faults_with(struct scratch *scratch, const struct suggest_key *key, const void *payload, size_t size)
{
    struct check check = {0};
    struct batch *batch = scratch_begin(scratch);
    unsigned char old[PAYLOAD_BYTES_MAX];
    struct bytes stored = {0};
    enum status found = door_get(batch_snapshot(batch), DB_SUGGEST, key->bytes, key->size, &stored);
    if (found == STATUS_OK)
        memcpy(old, stored.data, stored.size);
    if (payload == NULL)
        assert_int_equal(door_del(batch, DB_SUGGEST, key->bytes, key->size), STATUS_OK);
    else
        assert_int_equal(door_put(batch, DB_SUGGEST, key->bytes, key->size, payload, size), STATUS_OK);
    scratch_commit(batch);
    uint64_t faults = check_run(scratch, &check, suggest_verify);
    batch = scratch_begin(scratch);
    if (found == STATUS_OK)
        assert_int_equal(door_put(batch, DB_SUGGEST, key->bytes, key->size, old, stored.size), STATUS_OK);
    else
        assert_int_equal(door_del(batch, DB_SUGGEST, key->bytes, key->size), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(check_run(scratch, &check, suggest_verify), 0);
    return faults;
}

static void verify_finds_planted_faults(void **state)
{
    (void)state;
    char text[16];
    struct suggest_key key;
    unsigned char bytes[SUGGEST_TOP_BYTES_MAX];
    struct suggest_best best = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned i = 0; i < 70; i++) {
        snprintf(text, sizeof text, "a%02u", i);
        put(batch, text, 1, (uint16_t)i, "r");
    }
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(suggest_stored(snapshot, (const unsigned char *)"a", 1, &best), STATUS_OK);
    best.items[9].weight--;
    size_t size = suggest_top_encode(&best, bytes);
    snapshot_close(snapshot);
    suggest_key(&key, SUGGEST_STORED_TOP, (const unsigned char *)"a", 1);
    assert_int_equal(faults_with(&scratch, &key, bytes, size), 1); /* a wrong top */
    assert_int_equal(faults_with(&scratch, &key, NULL, 0), 2);     /* a missing one, and their number */
    suggest_key(&key, SUGGEST_STORED_TOP, (const unsigned char *)"a0", 2);
    assert_int_equal(faults_with(&scratch, &key, bytes, size), 1); /* one too many */
    suggest_key(&key, SUGGEST_ENTRY, (const unsigned char *)"a05\0\1r", 6);
    assert_int_equal(faults_with(&scratch, &key, "\x06", 2), 1); /* a weight that is not that of the ranked row */
    suggest_key(&key, SUGGEST_ENTRY, (const unsigned char *)"a65\0\1r", 6);
    assert_int_equal(faults_with(&scratch, &key, NULL, 0), 3); /* an entry of both tops, still ranked */
    suggest_key_ranked(&key, &(struct suggest_item){.name = (const unsigned char *)"a05\0\1r", .size = 6, .weight = 5});
    assert_int_equal(faults_with(&scratch, &key, NULL, 0), 2);
    suggest_key(&key, SUGGEST_ENTRY, (const unsigned char *)"zzz", 3);
    assert_int_equal(faults_with(&scratch, &key, "\x06", 2), 1); /* not a name */
    suggest_key(&key, (enum suggest_row)'q', (const unsigned char *)"zzz", 3);
    assert_int_equal(faults_with(&scratch, &key, "\x06", 2), 1);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_first_then_by_name),
        cmocka_unit_test(whole_names),
        cmocka_unit_test(names_at_their_bounds),
        cmocka_unit_test(a_prefix_is_crowded_past_its_bound),
        cmocka_unit_test(long_prefixes_are_scanned_to_a_bound),
        cmocka_unit_test(verify_finds_planted_faults),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
