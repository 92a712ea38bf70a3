/* What is learned of queries: kept as it was put, decayed, bounded, refused when it is damaged. */
#include "scratch.h"

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/learned.h"

static void open_fresh(struct scratch *scratch)
{
    struct error error = {0};
    *scratch = (struct scratch){.env = NULL};
    assert_true(fast_folder(scratch->folder, sizeof scratch->folder, "learned"));
    if (learned_open(scratch->folder, ENV_CREATE, &scratch->env, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static void close_all(struct scratch *scratch)
{
    char path[128];
    learned_close(scratch->env);
    snprintf(path, sizeof path, "%s/data.mdb", scratch->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", scratch->folder);
    unlink(path);
    rmdir(scratch->folder);
}

static struct learned sample(void)
{
    struct learned learned = {.updated_s = 1700000000,
                              .searches = 5 * LEARNED_WEIGHT_ONE,
                              .clicks = 2 * LEARNED_WEIGHT_ONE,
                              .conversions = LEARNED_WEIGHT_ONE,
                              .total = 17,
                              .windows = 3,
                              .window_last = 99};
    learned_text_add(learned.spellings, &learned.spelling_count, LEARNED_SPELLINGS_MAX, bytes_of("tu lanh"), LEARNED_WEIGHT_ONE);
    learned_text_add(learned.spellings, &learned.spelling_count, LEARNED_SPELLINGS_MAX, bytes_of("tủ lạnh"), 4 * LEARNED_WEIGHT_ONE);
    learned_text_add(learned.products, &learned.product_count, LEARNED_PRODUCTS_MAX, bytes_of("42"), 2 * LEARNED_WEIGHT_ONE);
    return learned;
}

static enum status count_one(void *context, struct bytes query, const struct learned *learned)
{
    unsigned *count = context;
    assert_true(query.size > 0 && learned->searches > 0);
    (*count)++;
    return STATUS_OK;
}

static void kept(void **state)
{
    (void)state;
    struct scratch scratch;
    struct error error = {0};
    struct learned learned = sample(), found;
    unsigned count = 0;
    open_fresh(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(learned_put(batch, bytes_of("tu lanh"), &learned), STATUS_OK);
    assert_int_equal(learned_put(batch, bytes_of("a"), &learned), STATUS_OK);
    assert_int_equal(learned_del(batch, bytes_of("b")), STATUS_NOT_FOUND);
    scratch_commit(batch);
    learned_close(scratch.env);
    scratch.env = NULL;
    assert_int_equal(learned_open(scratch.folder, ENV_READ, &scratch.env, &error), STATUS_OK);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(learned_get(snapshot, bytes_of("tu lanh"), &found), STATUS_OK);
    assert_int_equal(found.updated_s, 1700000000);
    assert_int_equal(found.searches, 5 * LEARNED_WEIGHT_ONE);
    assert_int_equal(found.total, 17);
    assert_int_equal(found.windows, 3);
    assert_int_equal(found.window_last, 99);
    assert_true(bytes_are(learned_text_best(found.spellings, found.spelling_count), "tủ lạnh"));
    assert_true(bytes_are(learned_text_best(found.products, found.product_count), "42"));
    assert_int_equal(learned_get(snapshot, bytes_of("tu"), &found), STATUS_NOT_FOUND);
    assert_int_equal(learned_each(snapshot, count_one, &count), STATUS_OK);
    assert_int_equal(count, 2);
    snapshot_close(snapshot);
    close_all(&scratch);
}

static void decays(void **state)
{
    (void)state;
    struct learned learned = sample();
    learned_decay(&learned, learned.updated_s + 100, 100);
    assert_int_equal(learned.searches, 5 * LEARNED_WEIGHT_ONE / 2);
    assert_int_equal(learned.spellings[1].weight, 2 * LEARNED_WEIGHT_ONE);
    assert_int_equal(learned.products[0].weight, LEARNED_WEIGHT_ONE);
    uint64_t before = learned.searches;
    learned_decay(&learned, learned.updated_s - 50, 100); /* a clock that went back */
    assert_int_equal(learned.searches, before);
    learned_decay(&learned, UINT64_MAX, 1);
    assert_int_equal(learned.searches, 0);
}

static void texts_bounded(void **state)
{
    (void)state;
    struct learned_text texts[LEARNED_SPELLINGS_MAX] = {{0}};
    uint8_t count = 0;
    char text[LEARNED_SPELLING_BYTES_MAX + 1];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "q%u", i);
        learned_text_add(texts, &count, LEARNED_SPELLINGS_MAX, bytes_of(text), 1);
        learned_text_add(texts, &count, LEARNED_SPELLINGS_MAX, bytes_of("hay"), 2);
    }
    assert_int_equal(count, LEARNED_SPELLINGS_MAX);
    assert_true(bytes_are(learned_text_best(texts, count), "hay"));
    memset(text, 'x', sizeof text);
    learned_text_add(texts, &count, LEARNED_SPELLINGS_MAX, (struct bytes){text, sizeof text}, 1u << 20);
    assert_true(bytes_are(learned_text_best(texts, count), "hay"));
    learned_text_add(texts, &count, LEARNED_SPELLINGS_MAX, (struct bytes){text, sizeof text - 1}, 1u << 20);
    assert_int_equal(learned_text_best(texts, count).size, LEARNED_SPELLING_BYTES_MAX);
}

/* Every truncation of a record, and every byte of its counts raised, is refused or read without leaving the record. */
static void damaged(void **state)
{
    (void)state;
    struct scratch scratch;
    struct learned learned = sample(), found;
    struct bytes payload = {0};
    char record[1024];
    open_fresh(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(learned_put(batch, bytes_of("tu lanh"), &learned), STATUS_OK);
    assert_int_equal(door_get(batch_snapshot(batch), DB_META, "qtu lanh", 8, &payload), STATUS_OK);
    size_t size = payload.size;
    assert_true(size < sizeof record);
    memcpy(record, payload.data, size);
    batch_abort(batch);
    for (size_t cut = 0; cut < size; cut++) {
        batch = scratch_begin(&scratch);
        assert_int_equal(door_put(batch, DB_META, "qtu lanh", 8, record, cut), STATUS_OK);
        assert_int_equal(learned_get(batch_snapshot(batch), bytes_of("tu lanh"), &found), STATUS_CORRUPT);
        batch_abort(batch);
    }
    for (size_t at = 0; at < size; at++) {
        char wrong[sizeof record];
        memcpy(wrong, record, size);
        wrong[at] = (char)0xFF;
        batch = scratch_begin(&scratch);
        assert_int_equal(door_put(batch, DB_META, "qtu lanh", 8, wrong, size), STATUS_OK);
        enum status status = learned_get(batch_snapshot(batch), bytes_of("tu lanh"), &found);
        assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
        assert_true(status == STATUS_CORRUPT || found.spelling_count <= LEARNED_SPELLINGS_MAX);
        batch_abort(batch);
    }
    close_all(&scratch);
}

static void not_there(void **state)
{
    (void)state;
    struct env *env = NULL;
    struct error error = {0};
    assert_int_equal(learned_open("/dev/null/nowhere", ENV_READ, &env, &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "nothing was learned"));
    assert_int_not_equal(learned_open("/proc/nowhere", ENV_CREATE, &env, &error), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept),    cmocka_unit_test(decays),    cmocka_unit_test(texts_bounded),
        cmocka_unit_test(damaged), cmocka_unit_test(not_there),
    };
    return cmocka_run_group_tests_name("learned", tests, NULL, NULL);
}
