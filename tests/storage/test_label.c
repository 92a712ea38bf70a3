#include "storage/label.h"
#include "storage/label_entry.h"
#include "tests/storage/scratch.h"

static uint32_t put(struct batch *batch, uint16_t field, const char *key, const char *text, const char *slug, uint32_t parent)
{
    struct label label = {.key = bytes_of(key), .text = bytes_of(text), .slug = bytes_of(slug), .parent = parent};
    uint32_t ordinal = UINT32_MAX;
    assert_int_equal(label_put(batch, field, &label, &ordinal), STATUS_OK);
    return ordinal;
}

static void ordinals_are_permanent(void **state)
{
    (void)state;
    struct label label = {0};
    uint32_t ordinal = 0, limit = 0;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(put(batch, 1, "7", "Điện thoại", "dien-thoai", LABEL_NO_PARENT), 0);
    assert_int_equal(put(batch, 1, "8", "Máy tính", "may-tinh", 0), 1);
    assert_int_equal(put(batch, 1, "7", "Điện thoại di động", "dien-thoai", LABEL_NO_PARENT), 0);
    assert_int_equal(put(batch, 2, "7", "Samsung", "samsung", LABEL_NO_PARENT), 0);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(label_del(batch, 1, 1), STATUS_OK);
    assert_int_equal(label_del(batch, 1, 1), STATUS_NOT_FOUND);
    assert_int_equal(put(batch, 1, "8", "Máy tính", "may-tinh", LABEL_NO_PARENT), 2);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(label_get(snapshot, 1, 0, &label), STATUS_OK);
    assert_true(bytes_are(label.key, "7") && bytes_are(label.text, "Điện thoại di động") && bytes_are(label.slug, "dien-thoai"));
    assert_true(label.parent == LABEL_NO_PARENT);
    assert_int_equal(label_get(snapshot, 1, 1, &label), STATUS_NOT_FOUND);
    assert_int_equal(label_get(snapshot, 3, 0, &label), STATUS_NOT_FOUND);
    assert_int_equal(label_find(snapshot, 1, bytes_of("8"), &ordinal), STATUS_OK);
    assert_int_equal(ordinal, 2);
    assert_int_equal(label_find(snapshot, 1, bytes_of("9"), &ordinal), STATUS_NOT_FOUND);
    assert_int_equal(label_limit(snapshot, 1, &limit), STATUS_OK);
    assert_int_equal(limit, 3);
    assert_int_equal(label_limit(snapshot, 9, &limit), STATUS_OK);
    assert_int_equal(limit, 0);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void assert_slug(struct snapshot *snapshot, const char *slug, uint32_t wanted)
{
    uint32_t ordinal = UINT32_MAX;
    enum status status = label_find_slug(snapshot, 1, bytes_of(slug), &ordinal);
    assert_int_equal(status, wanted == UINT32_MAX ? STATUS_NOT_FOUND : STATUS_OK);
    assert_true(ordinal == wanted);
}

static void slugs_follow_their_labels(void **state)
{
    (void)state;
    struct check check = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    struct snapshot *view = batch_snapshot(batch);
    put(batch, 1, "a", "A", "chung", LABEL_NO_PARENT);
    put(batch, 1, "b", "B", "chung", LABEL_NO_PARENT);
    put(batch, 1, "c", "C", "", LABEL_NO_PARENT);
    put(batch, 1, "d", "D", "chung-cu", LABEL_NO_PARENT);
    assert_slug(view, "chung", 0);
    assert_slug(view, "chung-cu", 3);
    assert_slug(view, "chun", UINT32_MAX);
    assert_slug(view, "", UINT32_MAX);
    put(batch, 1, "a", "A", "rieng", LABEL_NO_PARENT);
    assert_slug(view, "chung", 1);
    assert_slug(view, "rieng", 0);
    put(batch, 1, "b", "B", "", LABEL_NO_PARENT);
    assert_slug(view, "chung", UINT32_MAX);
    put(batch, 1, "b", "B", "rieng", LABEL_NO_PARENT);
    assert_int_equal(label_del(batch, 1, 0), STATUS_OK);
    assert_slug(view, "rieng", 1);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, label_verify), 0);
    assert_int_equal(check.counts.labels, 3);
    scratch_close(&scratch);
}

static void a_label_read_may_be_put_back(void **state)
{
    (void)state;
    struct label label = {0};
    uint32_t ordinal = 0;
    char text[8];
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "k%u", i);
        put(batch, 1, text, text, text, LABEL_NO_PARENT);
    }
    for (uint32_t i = 0; i < 300; i++) { /* borrowed bytes go in while the pages they lie in are written */
        assert_int_equal(label_get(batch_snapshot(batch), 1, i, &label), STATUS_OK);
        label.slug = (struct bytes){.data = label.text.data, .size = label.text.size - 1};
        label.parent = i;
        assert_int_equal(label_put(batch, 1, &label, &ordinal), STATUS_OK);
        assert_int_equal(ordinal, i);
    }
    scratch_commit(batch);
    struct check check = {0};
    assert_int_equal(check_run(&scratch, &check, label_verify), 0);
    scratch_close(&scratch);
}

static void texts_at_their_bounds(void **state)
{
    (void)state;
    char text[LABEL_TEXT_BYTES_MAX + 1];
    uint32_t ordinal = 0;
    struct label found = {0};
    struct check check = {0};
    struct scratch scratch;
    memset(text, 'x', sizeof text);
    struct bytes most = {.data = text, .size = LABEL_TEXT_BYTES_MAX}, over = {.data = text, .size = LABEL_TEXT_BYTES_MAX + 1};
    struct bytes nearly = {.data = text, .size = LABEL_TEXT_BYTES_MAX - 1};
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    struct label label = {.key = most, .text = most, .slug = most, .parent = 0};
    assert_int_equal(label_put(batch, 1, &label, &ordinal), STATUS_OK);
    assert_int_equal(ordinal, 0);
    label.key = nearly;
    assert_int_equal(label_put(batch, 1, &label, &ordinal), STATUS_OK);
    assert_int_equal(ordinal, 1);
    label.slug = over;
    assert_int_equal(label_put(batch, 1, &label, &ordinal), STATUS_LIMIT);
    label.slug = most;
    label.key = over;
    assert_int_equal(label_put(batch, 1, &label, &ordinal), STATUS_LIMIT);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(label_find(snapshot, 1, nearly, &ordinal), STATUS_OK);
    assert_int_equal(ordinal, 1);
    assert_int_equal(label_find_slug(snapshot, 1, most, &ordinal), STATUS_OK);
    assert_int_equal(ordinal, 0);
    assert_int_equal(label_find_slug(snapshot, 1, nearly, &ordinal), STATUS_NOT_FOUND);
    assert_int_equal(label_get(snapshot, 1, 0, &found), STATUS_OK);
    assert_int_equal(found.text.size, LABEL_TEXT_BYTES_MAX);
    snapshot_close(snapshot);
    assert_int_equal(check_run(&scratch, &check, label_verify), 0);
    scratch_close(&scratch);
}

static void trees_of_any_size(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 509, 510, 5000, 3};
    struct tree_interval *intervals = memory_calloc(5000, sizeof *intervals);
    struct arena arena;
    struct tree tree = {0};
    struct scratch scratch;
    arena_init(&arena, 1 << 20);
    scratch_open(&scratch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(tree_get(snapshot, 1, &arena, &tree), STATUS_OK);
    assert_int_equal(tree.count, 0);
    snapshot_close(snapshot);
    for (uint32_t i = 0; i < 5000; i++)
        intervals[i] = (struct tree_interval){.low = i, .high = i + 1};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        arena_reset(&arena);
        struct batch *batch = scratch_begin(&scratch);
        assert_int_equal(tree_put(batch, 1, &(struct tree){.intervals = intervals, .count = counts[i]}), STATUS_OK);
        assert_int_equal(tree_get(batch_snapshot(batch), 1, &arena, &tree), STATUS_OK);
        assert_int_equal(tree.count, counts[i]);
        scratch_commit(batch);
        snapshot = scratch_read(&scratch);
        assert_int_equal(tree_get(snapshot, 1, &arena, &tree), STATUS_OK);
        assert_int_equal(tree.count, counts[i]);
        for (uint32_t ordinal = 0; ordinal < tree.count; ordinal++)
            assert_true(tree.intervals[ordinal].low == ordinal && tree.intervals[ordinal].high == ordinal + 1);
        snapshot_close(snapshot);
    }
    arena_release(&arena);
    scratch_close(&scratch);
    free(intervals);
}

static uint64_t faults_after(struct scratch *scratch, const struct label_key *key, const void *payload, size_t size)
{
    struct check check = {0};
    struct batch *batch = scratch_begin(scratch);
    enum status status = payload == NULL && size != 0 ? door_del(batch, DB_LABEL, key->bytes, key->size)
                                                      : door_put(batch, DB_LABEL, key->bytes, key->size, payload, size);
    assert_int_equal(status, STATUS_OK);
    scratch_commit(batch);
    return check_run(scratch, &check, label_verify);
}

enum { REMOVE = 1 };

static void verify_finds_planted_faults(void **state)
{
    (void)state;
    uint32_t zero = 0, one = 1, two = 2;
    struct label_key key;
    struct check check = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    put(batch, 1, "a", "A", "sa", LABEL_NO_PARENT);
    put(batch, 1, "b", "B", "sb", 0);
    const struct tree_interval nested[2] = {{0, 2}, {1, 2}}, crossed[2] = {{0, 2}, {1, 3}}, turned[2] = {{2, 0}, {1, 1}};
    assert_int_equal(tree_put(batch, 1, &(struct tree){.intervals = nested, .count = 2}), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, label_verify), 0);

    label_key_slug(&key, 1, bytes_of("sx"), 1); /* a stale slug */
    assert_int_equal(faults_after(&scratch, &key, NULL, 0), 1);
    assert_int_equal(faults_after(&scratch, &key, NULL, REMOVE), 0);
    label_key_slug(&key, 1, bytes_of("sb"), 7); /* of nobody */
    assert_int_equal(faults_after(&scratch, &key, NULL, 0), 1);
    assert_int_equal(faults_after(&scratch, &key, NULL, REMOVE), 0);
    label_key_slug(&key, 1, bytes_of("sb"), 1); /* missing */
    assert_int_equal(faults_after(&scratch, &key, NULL, REMOVE), 1);
    assert_int_equal(faults_after(&scratch, &key, NULL, 0), 0);
    label_key_name(&key, LABEL_KEY, 1, bytes_of("b")); /* to another, from both sides */
    assert_int_equal(faults_after(&scratch, &key, &zero, sizeof zero), 2);
    assert_int_equal(faults_after(&scratch, &key, &one, sizeof one), 0);
    label_key_name(&key, LABEL_KEY, 1, bytes_of("z"));
    assert_int_equal(faults_after(&scratch, &key, &two, sizeof two), 1);
    assert_int_equal(faults_after(&scratch, &key, NULL, REMOVE), 0);
    label_key_head(&key, LABEL_NEXT, 1); /* b was then never given, and the tree is too long */
    assert_int_equal(faults_after(&scratch, &key, &one, sizeof one), 2);
    assert_int_equal(faults_after(&scratch, &key, &two, sizeof two), 0);
    label_key_record(&key, 1, 1); /* does not decode: nor do its key and slug lead anywhere */
    assert_int_equal(faults_after(&scratch, &key, "\0\0\0\0\1\0\1\0\2\0bB", 12), 3);
    batch = scratch_begin(&scratch);
    assert_int_equal(door_put(batch, DB_LABEL, key.bytes, key.size, "\0\0\0\0\1\0\1\0\2\0bBsb", 14), STATUS_OK);
    assert_int_equal(tree_put(batch, 1, &(struct tree){.intervals = crossed, .count = 2}), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, label_verify), 1);
    assert_non_null(strstr(check.last, "nest"));
    batch = scratch_begin(&scratch);
    assert_int_equal(tree_put(batch, 1, &(struct tree){.intervals = turned, .count = 2}), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, label_verify), 1);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinals_are_permanent),
        cmocka_unit_test(slugs_follow_their_labels),
        cmocka_unit_test(a_label_read_may_be_put_back),
        cmocka_unit_test(texts_at_their_bounds),
        cmocka_unit_test(trees_of_any_size),
        cmocka_unit_test(verify_finds_planted_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
