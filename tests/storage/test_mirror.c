#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/mirror.h"
#include "storage/parts.h"
#include "tests/storage/scratch.h"

static struct arena arena;

static void arena_fresh(void)
{
    arena_release(&arena);
    arena_init(&arena, (size_t)64 << 20);
}

static void put_row(struct batch *batch, uint8_t table, const char *key, const char *row)
{
    assert_int_equal(mirror_put(batch, table, bytes_of(key), bytes_of(row)), STATUS_OK);
}

static void assert_row(struct snapshot *snapshot, uint8_t table, const char *key, const char *row)
{
    struct bytes found = {0};
    enum status status = mirror_get(snapshot, table, bytes_of(key), &arena, &found);
    assert_int_equal(status, row == NULL ? STATUS_NOT_FOUND : STATUS_OK);
    if (row != NULL)
        assert_true(bytes_are(found, row));
}

static void rows_are_kept_apart(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    put_row(batch, 1, "1", "một");
    put_row(batch, 1, "12", "mười hai");
    put_row(batch, 1, "1\x01", "một phẩy");
    put_row(batch, 2, "1", "");
    assert_row(batch_snapshot(batch), 1, "1", "một");
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_row(snapshot, 1, "1", "một");
    assert_row(snapshot, 1, "12", "mười hai");
    assert_row(snapshot, 2, "1", "");
    assert_row(snapshot, 2, "12", NULL);
    assert_row(snapshot, 0, "1", NULL);
    snapshot_close(snapshot);
    batch = scratch_begin(&scratch);
    assert_int_equal(mirror_del(batch, 1, bytes_of("1")), STATUS_OK);
    assert_int_equal(mirror_del(batch, 1, bytes_of("1")), STATUS_NOT_FOUND);
    assert_row(batch_snapshot(batch), 1, "12", "mười hai");
    scratch_commit(batch);
    scratch_close(&scratch);
}

static void keys_at_their_bounds(void **state)
{
    (void)state;
    char longest[MIRROR_KEY_BYTES_MAX + 2];
    uint32_t document = 0;
    struct bytes row = {0};
    struct scratch scratch;
    memset(longest, 'k', sizeof longest);
    struct bytes fits = {.data = longest, .size = MIRROR_KEY_BYTES_MAX}, over = {.data = longest, .size = MIRROR_KEY_BYTES_MAX + 1};
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    struct snapshot *view = batch_snapshot(batch);
    assert_int_equal(mirror_put(batch, 0, fits, bytes_of("x")), STATUS_OK);
    assert_int_equal(mirror_put(batch, 0, over, bytes_of("x")), STATUS_LIMIT);
    assert_int_equal(mirror_put(batch, 0, (struct bytes){0}, bytes_of("x")), STATUS_LIMIT);
    assert_int_equal(mirror_get(view, 0, fits, &arena, &row), STATUS_OK);
    assert_int_equal(mirror_get(view, 0, over, &arena, &row), STATUS_NOT_FOUND);
    assert_int_equal(mirror_del(batch, 0, over), STATUS_NOT_FOUND);
    assert_int_equal(document_put(batch, fits, 7), STATUS_OK);
    assert_int_equal(document_put(batch, over, 7), STATUS_LIMIT);
    assert_int_equal(document_get(view, fits, &document), STATUS_OK);
    assert_int_equal(document, 7);
    assert_int_equal(document_get(view, over, &document), STATUS_NOT_FOUND);
    assert_int_equal(document_del(batch, over), STATUS_NOT_FOUND);
    assert_int_equal(dirty_put(batch, fits), STATUS_OK);
    assert_int_equal(dirty_put(batch, over), STATUS_LIMIT);
    assert_int_equal(dirty_put(batch, (struct bytes){0}), STATUS_LIMIT);
    batch_abort(batch);
    scratch_close(&scratch);
}

static void long_rows_shrink_and_grow(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, PART_BYTES_MAX, PART_BYTES_MAX + 1, 3 * PART_BYTES_MAX, 100000, 17};
    char *text = memory_alloc(100000);
    struct scratch scratch;
    scratch_open(&scratch);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bytes row = {.data = text, .size = sizes[i]}, found = {0};
        arena_fresh();
        memset(text, 'a' + (int)i, 100000);
        struct batch *batch = scratch_begin(&scratch);
        assert_int_equal(mirror_put(batch, 1, bytes_of("x"), row), STATUS_OK);
        assert_int_equal(fragment_put(batch, 9, row), STATUS_OK);
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        assert_int_equal(mirror_get(snapshot, 1, bytes_of("x"), &arena, &found), STATUS_OK);
        assert_true(found.size == row.size && memcmp(found.data, row.data, row.size) == 0);
        assert_int_equal(fragment_get(snapshot, 9, &arena, &found), STATUS_OK);
        assert_true(found.size == row.size && memcmp(found.data, row.data, row.size) == 0);
        assert_int_equal(fragment_get(snapshot, 8, &arena, &found), STATUS_NOT_FOUND);
        snapshot_close(snapshot);
    }
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(fragment_del(batch, 9), STATUS_OK);
    assert_int_equal(fragment_del(batch, 9), STATUS_NOT_FOUND);
    batch_abort(batch);
    scratch_close(&scratch);
    free(text);
}

/* Writes into the table between two steps: rows behind the cursor, under it and of several parts. */
static void a_cursor_shows_a_table(void **state)
{
    (void)state;
    static const char *const order[] = {"2", "9", "10", "100", "ab1"};
    char *parts = memory_alloc(20000);
    struct mirror_cursor *cursor = NULL;
    struct bytes key = {0}, row = {0};
    struct scratch scratch;
    memset(parts, 'p', 20000);
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(mirror_put(batch, 4, bytes_of(order[4 - i]), (struct bytes){.data = parts, .size = 4000 * (4 - i)}), STATUS_OK);
    put_row(batch, 3, "1", "trước");
    put_row(batch, 5, "1", "sau");
    scratch_commit(batch);
    for (unsigned writing = 0; writing < 2; writing++) {
        batch = writing ? scratch_begin(&scratch) : NULL;
        struct snapshot *snapshot = writing ? batch_snapshot(batch) : scratch_read(&scratch);
        assert_int_equal(mirror_cursor_open(snapshot, 4, &cursor), STATUS_OK);
        for (unsigned i = 0; i < 5; i++) {
            assert_int_equal(mirror_cursor_next(cursor, &arena, &key, &row), STATUS_OK);
            assert_true(bytes_are(key, order[i]));
            assert_int_equal(row.size, 4000 * i);
            if (writing) {
                put_row(batch, 4, "1", "ở trước");
                assert_int_equal(mirror_put(batch, 4, key, (struct bytes){.data = parts, .size = 20000}), STATUS_OK);
                assert_true(row.size == 0 || row.data[row.size - 1] == 'p');
                if (i == 2)
                    assert_int_equal(mirror_del(batch, 4, key), STATUS_OK);
            }
        }
        assert_int_equal(mirror_cursor_next(cursor, &arena, &key, &row), STATUS_END);
        mirror_cursor_close(cursor);
        if (writing)
            batch_abort(batch);
        else
            snapshot_close(snapshot);
    }
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(mirror_cursor_open(snapshot, 6, &cursor), STATUS_OK);
    assert_int_equal(mirror_cursor_next(cursor, &arena, &key, &row), STATUS_END);
    mirror_cursor_close(cursor);
    snapshot_close(snapshot);
    scratch_close(&scratch);
    free(parts);
}

static void documents_come_and_go(void **state)
{
    (void)state;
    uint32_t document = 0;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(document_put(batch, bytes_of("sp-1"), 0), STATUS_OK);
    assert_int_equal(document_put(batch, bytes_of("sp-2"), INT32_MAX), STATUS_OK);
    assert_int_equal(document_del(batch, bytes_of("sp-3")), STATUS_NOT_FOUND);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(document_get(snapshot, bytes_of("sp-2"), &document), STATUS_OK);
    assert_int_equal(document, INT32_MAX);
    assert_int_equal(document_get(snapshot, bytes_of("sp-"), &document), STATUS_NOT_FOUND);
    snapshot_close(snapshot);
    batch = scratch_begin(&scratch);
    assert_int_equal(document_del(batch, bytes_of("sp-2")), STATUS_OK);
    assert_int_equal(document_get(batch_snapshot(batch), bytes_of("sp-2"), &document), STATUS_NOT_FOUND);
    scratch_commit(batch);
    scratch_close(&scratch);
}

static void reverse_keys_list_and_page(void **state)
{
    (void)state;
    struct bytes *to = NULL, first = {0}, after = {0};
    size_t count = 0, all = 0;
    char text[16];
    struct scratch scratch;
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "%03u", (i * 37) % 100);
        assert_int_equal(reverse_put(batch, 2, bytes_of("hãng"), bytes_of(text)), STATUS_OK);
    }
    assert_int_equal(reverse_put(batch, 2, bytes_of("hãng"), bytes_of("005")), STATUS_OK); /* again */
    assert_int_equal(reverse_put(batch, 2, bytes_of("hãn"), bytes_of("g000")), STATUS_OK);
    assert_int_equal(reverse_put(batch, 3, bytes_of("hãng"), bytes_of("z")), STATUS_OK);
    assert_int_equal(reverse_put(batch, 3, (struct bytes){0}, bytes_of("trống")), STATUS_OK);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(reverse_list(snapshot, 2, bytes_of("hãng"), &arena, &to, &count), STATUS_OK);
    assert_int_equal(count, 100);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "%03u", i);
        assert_true(bytes_are(to[i], text));
    }
    do {
        assert_int_equal(reverse_page(snapshot, 2, bytes_of("hãng"), after, 33, &arena, &to, &count), STATUS_OK);
        assert_int_equal(count, all == 99 ? 1 : all == 100 ? 0 : 33);
        all += count;
        after = count > 0 ? to[count - 1] : after;
    } while (count > 0);
    assert_int_equal(all, 100);
    assert_int_equal(reverse_page(snapshot, 2, bytes_of("hãng"), bytes_of("0055"), 1, &arena, &to, &count), STATUS_OK);
    assert_true(count == 1 && bytes_are(to[0], "006"));
    assert_int_equal(reverse_list(snapshot, 2, bytes_of("hã"), &arena, &to, &count), STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(reverse_first(snapshot, 2, bytes_of("hãng"), &first), STATUS_OK);
    assert_true(bytes_are(first, "000"));
    assert_int_equal(reverse_first(snapshot, 3, (struct bytes){0}, &first), STATUS_OK);
    assert_true(bytes_are(first, "trống"));
    assert_int_equal(reverse_first(snapshot, 4, bytes_of("hãng"), &first), STATUS_NOT_FOUND);
    static const uint64_t counts[] = {0, 0, 101, 2, 0};
    for (uint8_t kind = 0; kind < 5; kind++) {
        uint64_t of_kind = 7;
        assert_int_equal(reverse_count(snapshot, kind, &of_kind), STATUS_OK);
        assert_int_equal(of_kind, counts[kind]);
    }
    assert_int_equal(reverse_has(snapshot, 2, bytes_of("hãng"), bytes_of("005")), STATUS_OK);
    assert_int_equal(reverse_has(snapshot, 2, bytes_of("hãng"), bytes_of("00")), STATUS_NOT_FOUND);
    assert_int_equal(reverse_has(snapshot, 3, bytes_of("hãng"), bytes_of("005")), STATUS_NOT_FOUND);
    char longer[REVERSE_TO_BYTES_MAX + 1] = {0};
    assert_int_equal(reverse_has(snapshot, 2, bytes_of("hãng"), (struct bytes){longer, sizeof longer}), STATUS_NOT_FOUND);
    snapshot_close(snapshot);
    batch = scratch_begin(&scratch);
    assert_int_equal(reverse_del(batch, 2, bytes_of("hãng"), bytes_of("000")), STATUS_OK);
    assert_int_equal(reverse_del(batch, 2, bytes_of("hãng"), bytes_of("000")), STATUS_NOT_FOUND);
    assert_int_equal(reverse_first(batch_snapshot(batch), 2, bytes_of("hãng"), &first), STATUS_OK);
    assert_true(bytes_are(first, "001"));
    batch_abort(batch);
    scratch_close(&scratch);
}

static void long_reverse_keys_are_hashed(void **state)
{
    (void)state;
    char from[700], to[REVERSE_TO_BYTES_MAX + 1];
    struct bytes found = {0}, *list = NULL;
    size_t count = 0;
    struct scratch scratch;
    memset(from, 'f', sizeof from);
    memset(to, 't', sizeof to);
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    static const size_t sizes[] = {399, REVERSE_FROM_BYTES_MAX, REVERSE_FROM_BYTES_MAX + 1, 699, 700};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(reverse_put(batch, 1, (struct bytes){.data = from, .size = sizes[i]},
                                     (struct bytes){.data = to, .size = REVERSE_TO_BYTES_MAX - i}),
                         STATUS_OK);
    from[699] = 'g'; /* behind what is kept of it */
    assert_int_equal(reverse_put(batch, 1, (struct bytes){.data = from, .size = 700}, bytes_of("khác")), STATUS_OK);
    from[699] = 'f';
    assert_int_equal(reverse_put(batch, 1, bytes_of("f"), (struct bytes){.data = to, .size = REVERSE_TO_BYTES_MAX + 1}), STATUS_LIMIT);
    assert_int_equal(reverse_del(batch, 1, bytes_of("f"), (struct bytes){.data = to, .size = REVERSE_TO_BYTES_MAX + 1}), STATUS_NOT_FOUND);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(reverse_list(snapshot, 1, (struct bytes){.data = from, .size = sizes[i]}, &arena, &list, &count), STATUS_OK);
        assert_int_equal(count, 1);
        assert_int_equal(list[0].size, REVERSE_TO_BYTES_MAX - i);
    }
    from[699] = 'g';
    assert_int_equal(reverse_first(snapshot, 1, (struct bytes){.data = from, .size = 700}, &found), STATUS_OK);
    assert_true(bytes_are(found, "khác"));
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void the_queue_is_taken_in_slices(void **state)
{
    (void)state;
    struct bytes *ids = NULL;
    size_t count = 0;
    uint64_t waiting = 0;
    char text[16];
    struct scratch scratch;
    scratch_open(&scratch);
    arena_fresh();
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(dirty_take(batch, 10, &arena, &ids, &count), STATUS_OK);
    assert_int_equal(count, 0);
    for (unsigned i = 0; i < 25; i++) {
        snprintf(text, sizeof text, "%02u", i);
        assert_int_equal(dirty_put(batch, bytes_of(text)), STATUS_OK);
        assert_int_equal(dirty_put(batch, bytes_of(text)), STATUS_OK);
    }
    scratch_commit(batch);
    for (unsigned slice = 0; slice < 4; slice++) {
        batch = scratch_begin(&scratch);
        assert_int_equal(dirty_take(batch, 10, &arena, &ids, &count), STATUS_OK);
        assert_int_equal(count, slice < 2 ? 10 : slice == 2 ? 5 : 0);
        snprintf(text, sizeof text, "%02u", 10 * slice);
        if (count > 0)
            assert_true(bytes_are(ids[0], text));
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        assert_int_equal(dirty_count(snapshot, &waiting), STATUS_OK);
        assert_int_equal(waiting, slice < 2 ? 15 - 10 * slice : 0);
        snapshot_close(snapshot);
    }
    scratch_close(&scratch);
}

static void del_at(struct scratch *scratch, enum database db, const void *key, size_t size)
{
    struct batch *batch = scratch_begin(scratch);
    assert_int_equal(door_del(batch, db, key, size), STATUS_OK);
    scratch_commit(batch);
}

static void put_at(struct scratch *scratch, enum database db, const void *key, size_t size, const void *payload, size_t payload_size)
{
    struct batch *batch = scratch_begin(scratch);
    assert_int_equal(door_put(batch, db, key, size, payload, payload_size), STATUS_OK);
    scratch_commit(batch);
}

static void verify_finds_planted_faults(void **state)
{
    (void)state;
    char *parts = memory_calloc(1, 10000);
    struct bytes row = {.data = parts, .size = 10000};
    uint32_t same = 1, past = 3;
    struct check check = {.document_limit = 3, .live = {1 << 0 | 1 << 1}};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (uint32_t document = 0; document < 2; document++) {
        char id[2] = {(char)('a' + document), 0};
        assert_int_equal(mirror_put(batch, 1, bytes_of(id), row), STATUS_OK);
        assert_int_equal(document_put(batch, bytes_of(id), document), STATUS_OK);
        assert_int_equal(fragment_put(batch, document, row), STATUS_OK);
        assert_int_equal(reverse_put(batch, 1, bytes_of(id), bytes_of("x")), STATUS_OK);
        assert_int_equal(dirty_put(batch, bytes_of(id)), STATUS_OK);
    }
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 0);
    assert_int_equal(check.counts.rows, 2);
    assert_int_equal(check_run(&scratch, &check, fragment_verify), 0);

    check.live[0] |= 1 << 2; /* a live document that nobody knows */
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    assert_int_equal(check_run(&scratch, &check, fragment_verify), 1);
    check.live[0] = 1 << 0 | 1 << 1;

    put_at(&scratch, DB_EXT, "c", 1, &same, sizeof same);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    assert_non_null(strstr(check.last, "another product"));
    put_at(&scratch, DB_EXT, "c", 1, &past, sizeof past);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    del_at(&scratch, DB_EXT, "c", 1);

    put_at(&scratch, DB_REVERSE, "\x01\x00\x05q", 4, NULL, 0);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    del_at(&scratch, DB_REVERSE, "\x01\x00\x05q", 4);
    put_at(&scratch, DB_DIRTY, "d", 1, "!", 1);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    del_at(&scratch, DB_DIRTY, "d", 1);
    put_at(&scratch, DB_ROW, "\x01\x02q\x00\x00", 5, "\x01\x00", 2);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    del_at(&scratch, DB_ROW, "\x01\x02q\x00\x00", 5);
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 0);

    del_at(&scratch, DB_ROW,
           "\x01\x01"
           "a\x00\x01",
           5); /* in the middle of three */
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 1);
    del_at(&scratch, DB_ROW,
           "\x01\x01"
           "b\x00\x02",
           5); /* the last */
    assert_int_equal(check_run(&scratch, &check, mirror_verify), 2);
    del_at(&scratch, DB_HIT, "\0\0\0\1\0\0", 6); /* the first */
    assert_int_equal(check_run(&scratch, &check, fragment_verify), 1);
    check.document_limit = 1;
    assert_true(check_run(&scratch, &check, fragment_verify) >= 1);
    scratch_close(&scratch);
    free(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_kept_apart),          cmocka_unit_test(keys_at_their_bounds),
        cmocka_unit_test(long_rows_shrink_and_grow),    cmocka_unit_test(a_cursor_shows_a_table),
        cmocka_unit_test(documents_come_and_go),        cmocka_unit_test(reverse_keys_list_and_page),
        cmocka_unit_test(long_reverse_keys_are_hashed), cmocka_unit_test(the_queue_is_taken_in_slices),
        cmocka_unit_test(verify_finds_planted_faults),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
