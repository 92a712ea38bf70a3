/* tim build as a function: the order of documents, bounded memory, and a folder that is as it was whatever ends the build. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/dump.h"
#include "catalog/field.h"
#include "catalog/product_verify.h"
#include "indexer/build.h"
#include "storage/index.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/multi.h"
#include "storage/snapshot.h"

enum { PRODUCTS = 3000, PATH_BYTES = 256 };

static struct analyzer *analyzer;
static char folder[PATH_BYTES], source[PATH_BYTES];

static void folder_remove(void)
{
    char command[PATH_BYTES];
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        static const char *const files[] = {"", "/data.mdb", "/lock.mdb"};
        for (size_t i = sizeof files / sizeof files[0]; entry->d_name[0] != '.' && i > 0; i--) {
            snprintf(command, sizeof command, "%.90s/%.90s%s", folder, entry->d_name, files[i - 1]);
            remove(command);
        }
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(folder);
}

/* Products of three categories, in an order that has nothing to do with that of the documents. */
static void source_write(unsigned products)
{
    static const char *const categories[] = {"Điện thoại", "Máy giặt", "Tủ lạnh"};
    FILE *file = fopen(source, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < products; i++) {
        unsigned id = i * 7919 % products;
        fprintf(file,
                "{\"id\":\"%u\",\"name\":\"Sản phẩm số %u\",\"brand\":\"Hãng %u\",\"category\":[\"Hàng\",\"%s\"],\"price\":%u,"
                "\"soldCount\":%u,\"stock\":3,\"specs\":{\"Màu\":\"đỏ %u\"},\"description\":\"mô tả dài của sản phẩm thứ %u\"}\n",
                id, id, id % 13, categories[id % 3], 1000 + id, id % 101 * 10, id % 7, id);
    }
    fclose(file);
}

static enum status build(const volatile sig_atomic_t *stop, size_t memory_bytes, unsigned threads, struct build_counts *counts,
                         struct error *error)
{
    struct index *index = NULL;
    enum status status = index_open(folder, INDEX_WRITE, (uint64_t)1 << 30, &index, error);
    if (status != STATUS_OK)
        return status;
    struct build_options options = {
        .from = source, .index = index, .analyzer = analyzer, .memory_bytes = memory_bytes, .threads = threads, .stop = stop};
    status = build_run(&options, counts, error);
    index_close(index);
    return status;
}

static const volatile sig_atomic_t never = 0;

static void build_whole(size_t memory_bytes, unsigned threads)
{
    struct error error = {0};
    struct build_counts counts = {0};
    if (build(&never, memory_bytes, threads, &counts, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(counts.bulk.documents, PRODUCTS);
    assert_int_equal(counts.malformed, 0);
}

static void report(void *context, const char *sentence)
{
    (void)context;
    print_error("verify: %s\n", sentence);
}

/* What `look` finds in the live generation, whose number comes back. */
static uint32_t live_look(void (*look)(struct snapshot *snapshot, void *context), void *context)
{
    struct error error = {0};
    struct index *index = NULL;
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct verify_counts counts = {0};
    uint32_t generation = 0;
    if (index_open(folder, INDEX_READ, (uint64_t)1 << 30, &index, &error) != STATUS_OK ||
        index_acquire(index, &env, &generation, &error) != STATUS_OK || snapshot_open(env, &snapshot, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(product_verify(snapshot, report, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    if (look != NULL)
        look(snapshot, context);
    snapshot_close(snapshot);
    index_release(index, env);
    index_close(index);
    return generation;
}

static void hash_look(struct snapshot *snapshot, void *context)
{
    struct error error = {0};
    if (dump_write(snapshot, analyzer, DUMP_ALL, NULL, context, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

/* Categories one after the other; in each, what sells more first, and of the same the lower id. */
static void order_look(struct snapshot *snapshot, void *context)
{
    struct column_reader category, prior, order;
    uint64_t seen[3], category_count = 0;
    (void)context;
    column_reader_init(&category, snapshot, &family_category);
    column_reader_init(&prior, snapshot, &family_fame);
    column_reader_init(&order, snapshot, &family_order);
    for (uint32_t document = 0; document < PRODUCTS; document++) {
        uint64_t here = column_get(&category, 0, document);
        assert_true(here != COLUMN_UNKNOWN);
        if (document == 0 || here != column_get(&category, 0, document - 1)) {
            for (uint64_t i = 0; i < category_count; i++)
                assert_true(seen[i] != here);
            assert_true(category_count < 3);
            seen[category_count++] = here;
            continue;
        }
        uint64_t before = column_get(&prior, FAME_PRIOR, document - 1), now = column_get(&prior, FAME_PRIOR, document);
        assert_true(before >= now);
        assert_true(before > now || column_get(&order, 0, document - 1) < column_get(&order, 0, document));
    }
    assert_int_equal(category_count, 3);
}

static void test_order(void **state)
{
    (void)state;
    source_write(PRODUCTS);
    build_whole(0, 2);
    live_look(order_look, NULL);
    folder_remove();
}

/* Neither memory nor threads show in what comes out. */
static void test_memory_and_threads(void **state)
{
    (void)state;
    char first[33], next[33];
    source_write(PRODUCTS);
    build_whole(0, 1);
    live_look(hash_look, first);
    static const unsigned threads[] = {1, 3, 0};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        build_whole(1, threads[i]);
        live_look(hash_look, next);
        assert_string_equal(first, next);
    }
    folder_remove();
}

static unsigned generation_folders(void)
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strncmp(entry->d_name, "gen-", 4) == 0;
    closedir(directory);
    return count;
}

static void test_stopped(void **state)
{
    (void)state;
    struct error error = {0};
    struct build_counts counts = {0};
    const volatile sig_atomic_t now = 1;
    source_write(PRODUCTS);
    build_whole(0, 2);
    assert_int_equal(live_look(NULL, NULL), 1);
    assert_int_equal(build(&now, 0, 2, &counts, &error), STATUS_END);
    assert_int_equal(generation_folders(), 1);
    assert_int_equal(live_look(NULL, NULL), 1);
    folder_remove();
}

static void child_build(void)
{
    struct error error = {0};
    struct build_counts counts = {0};
    analyzer = analyzer_new();
    _exit(build(&never, 1, 2, &counts, &error) == STATUS_OK ? 0 : 1);
}

/* Killed at a moment that moves through the build: the live generation answers as before, and the next build leaves one generation. */
static void test_killed(void **state)
{
    (void)state;
    char before[33], after[33];
    unsigned killed = 0;
    source_write(PRODUCTS);
    build_whole(0, 2);
    live_look(hash_look, before);
    for (unsigned i = 0; i < 8; i++) {
        pid_t child = fork();
        int code = 0;
        if (child == 0)
            child_build();
        clock_sleep_ms(30 + 60 * i);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &code, 0), child);
        killed += WIFSIGNALED(code);
        live_look(hash_look, after);
        assert_string_equal(before, after);
    }
    assert_true(killed > 0);
    build_whole(0, 2);
    assert_int_equal(generation_folders(), 1);
    live_look(hash_look, after);
    assert_string_equal(before, after);
    folder_remove();
}

static const char *const spelled[] = {
    "{\"id\":\"1\",\"name\":\"A\",\"specs\":{\"ram\":\"16GB\",\"MÀU\":\"đỏ\"}}",
    "{\"id\":\"2\",\"name\":\"B\",\"specs\":{\"RAM\":\"16 gb\",\"Màu\":[\"Đỏ\",\"xanh\"]}}",
    "{\"id\":\"3\",\"name\":\"C\",\"specs\":{\"Ram\":16,\"màu\":[\"do\",\"Xanh\"]},\"variants\":[{\"id\":\"31\",\"attributes\":{\"MÀU\":"
    "\"Đỏ\"}},"
    "{\"id\":\"32\",\"attributes\":{\"màu\":\"tím\"}}]}",
    "{\"id\":\"4\",\"name\":\"D\",\"specs\":{\"Màu\":\"nâu\"},\"variants\":[{\"id\":\"41\",\"attributes\":{\"Màu\":\"Tím\"}},{\"id\":"
    "\"42\"}]}",
};
enum { SPELLED = sizeof spelled / sizeof spelled[0] };

/* The labels of a product's values of one spec, by ordinal of its document's order: "a, b". */
static void values_of(struct snapshot *snapshot, const char *spec, const char *product, char out[200])
{
    uint32_t name = 0, document = 0;
    struct multi_chunk chunk;
    struct label label;
    *out = '\0';
    assert_int_equal(label_find(snapshot, FACET_SPEC_NAMES, bytes_of(spec), &name), STATUS_OK);
    assert_int_equal(document_get(snapshot, bytes_of(product), &document), STATUS_OK);
    uint16_t field = (uint16_t)(FACET_SPEC_FIRST + name);
    if (multi_seek(snapshot, field, document, &chunk) != STATUS_OK || chunk.first > document)
        return;
    const char *shown[16] = {0};
    char texts[16][40];
    unsigned count = 0;
    for (uint32_t i = chunk.offsets[document - chunk.first]; i < chunk.offsets[document - chunk.first + 1]; i++) {
        assert_int_equal(label_get(snapshot, field, chunk.ordinals[i], &label), STATUS_OK);
        snprintf(texts[count], sizeof texts[count], "%.*s", (int)label.text.size, label.text.data);
        shown[count] = texts[count];
        for (unsigned j = count++; j > 0 && strcmp(shown[j - 1], shown[j]) > 0; j--) {
            const char *swapped = shown[j];
            shown[j] = shown[j - 1];
            shown[j - 1] = swapped;
        }
    }
    for (unsigned i = 0; i < count; i++)
        snprintf(out + strlen(out), 200 - strlen(out), "%s%s", i > 0 ? ", " : "", shown[i]);
}

static void spelled_look(struct snapshot *snapshot, void *context)
{
    static const char *const expected[][3] = {
        {"ram", "1", "16 GB"},    {"ram", "2", "16 GB"},   {"ram", "3", "16"},       {"mau", "1", "Đỏ"},
        {"mau", "2", "Xanh, Đỏ"}, {"mau", "3", "Tím, Đỏ"}, {"mau", "4", "Tím, nâu"},
    };
    struct label label;
    uint32_t ordinal = 0;
    char shown[200];
    (void)context;
    assert_int_equal(label_find(snapshot, FACET_SPEC_NAMES, (struct bytes){"ram", 3}, &ordinal), STATUS_OK);
    assert_int_equal(label_get(snapshot, FACET_SPEC_NAMES, ordinal, &label), STATUS_OK);
    assert_memory_equal(label.text.data, "RAM", 3);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        values_of(snapshot, expected[i][0], expected[i][1], shown);
        assert_string_equal(shown, expected[i][2]);
    }
}

/* In any order of the products. */
static void test_spellings(void **state)
{
    (void)state;
    char first[33] = "", hash[33] = "";
    for (unsigned round = 0; round < SPELLED; round++) {
        struct error error = {0};
        struct build_counts counts = {0};
        FILE *file = fopen(source, "w");
        assert_non_null(file);
        for (unsigned i = 0; i < SPELLED; i++)
            fprintf(file, "%s\n", spelled[(i * 3 + round) % SPELLED]);
        fclose(file);
        if (build(&never, 64 << 20, 1, &counts, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        live_look(spelled_look, NULL);
        live_look(hash_look, hash);
        if (round == 0)
            memcpy(first, hash, sizeof first);
        assert_string_equal(first, hash);
        folder_remove();
    }
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/tim-build-%d", (int)getpid());
    snprintf(source, sizeof source, "/tmp/tim-build-%d.ndjson", (int)getpid());
    log_set_level(LOG_ERROR);
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),  cmocka_unit_test(test_memory_and_threads), cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_killed), cmocka_unit_test(test_spellings),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    unlink(source);
    return failed;
}
