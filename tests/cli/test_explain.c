/* Explanations from rows to JSON: which word is met how, and what keeps a product out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "indexer/build.h"
#include "server/render_explain.h"
#include "storage/env.h"
#include "storage/index.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

static struct analyzer *analyzer;
static struct snapshot *snapshot;
static struct arena arena;

static const char products[] =
    "{\"id\":\"1\",\"sku\":\"NR-BV360QSVN\",\"name\":\"Tủ lạnh Panasonic 322 lít\",\"brand\":\"Panasonic\",\"category\":[\"Tủ lạnh\"],"
    "\"price\":10000000,\"stock\":3,\"description\":\"Tiết kiệm điện\"}\n"
    "{\"id\":\"2\",\"name\":\"Tủ lạnh Samsung 236 lít\",\"brand\":\"Samsung\",\"category\":[\"Tủ lạnh\"],\"price\":4000000,\"stock\":0}\n"
    "{\"id\":\"3\",\"name\":\"Máy giặt Samsung\",\"brand\":\"Samsung\",\"price\":6000000,\"status\":\"draft\"}\n"
    "{\"id\":\"4\",\"name\":\"Áo thun\",\"variants\":[{\"id\":\"41\",\"price\":90000,\"stock\":0},{\"id\":\"42\",\"price\":150000,"
    "\"stock\":4}]}\n";

static const char settings[] =
    "{\"table\":\"search_rules\",\"id\":\"r1\",\"query\":\"máy lạnh\",\"action\":\"pin\",\"product_id\":\"2\",\"params\":{\"at\":1}}\n"
    "{\"table\":\"search_rules\",\"id\":\"r2\",\"query\":\"áo\",\"action\":\"hide\",\"product_id\":\"4\"}\n"
    "{\"table\":\"search_rules\",\"id\":\"r3\",\"query\":\"lít\",\"action\":\"boost\",\"params\":{\"brand\":\"samsung\",\"percent\":100}}"
    "\n";

/* The explanation as JSON has all of these, NULL-ended. */
static void check(const char *query, const char *const parameters[][2], const char *product, const char *const *parts)
{
    struct search_request request;
    struct error error = {0};
    struct buffer out = {0};
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    assert_non_null(why);
    request_init(&request);
    assert_int_equal(request_set(&request, "q", (struct bytes){query, strlen(query)}, &error), STATUS_OK);
    for (size_t i = 0; parameters != NULL && parameters[i][0] != NULL; i++)
        assert_int_equal(request_set(&request, parameters[i][0], (struct bytes){parameters[i][1], strlen(parameters[i][1])}, &error),
                         STATUS_OK);
    struct bytes id = {product, strlen(product)};
    assert_int_equal(search_explain(snapshot, analyzer, &request, id, &arena, why, &error), STATUS_OK);
    explain_render(&request, id, why, &out);
    buffer_append_char(&out, '\0');
    for (; *parts != NULL; parts++)
        if (strstr(out.data, *parts) == NULL)
            fail_msg("%s, %s: no %s in %s", query, product, *parts, out.data);
    buffer_release(&out);
    arena_reset(&arena);
}

#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_hit_in_parts(void **state)
{
    (void)state;
    check("tủ lạnh pana", NULL, "1",
          PARTS("\"verdict\":\"hit\",\"place\":1,\"total\":1,", "{\"text\":\"tủ\",\"kind\":\"word\",\"term\":\"tu\",\"written\":\"tủ\",",
                "\"band\":8,\"bandName\":\"exact\"", "{\"text\":\"pana\",\"kind\":\"beginning\",\"term\":\"panasonic\"",
                "\"words\":\"tu lanh\"", "\"blockers\":[],\"together\":0,\"later\":null"));
    check("tulanh", NULL, "1",
          PARTS("\"place\":1,\"total\":2", "{\"text\":\"tulanh\",\"kind\":\"split\",\"term\":\"lanh\",\"written\":\"lạnh\""));
    check("tulanh", NULL, "2", PARTS("\"place\":2,", "\"inStock\":false", "\"tier\":0"));
    check("nr bv360", NULL, "1", PARTS("{\"text\":\"bv360\",\"kind\":\"word\""));
    check("nr-bv360", NULL, "1", PARTS("\"written\":\"nrbv360\""));
    check("điện", NULL, "1", PARTS("\"zone\":\"body\"", "\"bandName\":\"body\""));
    static const char *const by_price[][2] = {{"sort", "priceAsc"}, {NULL, NULL}};
    check("tủ lạnh", by_price, "2", PARTS("\"place\":1", "\"rank\":{\"value\":\"4290967295\"}"));
}

static void why_not(void **state)
{
    (void)state;
    static const char *const cheap[][2] = {{"priceMax", "5000000"}, {"brand", "samsung"}, {NULL, NULL}};
    static const char *const cheap_in_stock[][2] = {{"priceMax", "100000"}, {"inStock", "true"}, {NULL, NULL}};
    check("tủ lạnh", NULL, "9", PARTS("\"verdict\":\"absent\""));
    check("máy giặt", NULL, "3", PARTS("\"verdict\":\"inactive\""));
    check("tủ lạnh samsung", NULL, "1",
          PARTS("\"verdict\":\"words\"", "\"blockers\":[{\"kind\":\"word\",\"text\":\"samsung\",\"alone\":true}],\"together\":1"));
    check("tủ lạnh", cheap, "1",
          PARTS("\"verdict\":\"filters\"", "{\"name\":\"price\",\"fromWords\":false,\"passes\":false}",
                "{\"kind\":\"filter\",\"text\":null,\"filter\":\"brand\",\"alone\":false}", "\"together\":2"));
    check("tủ lạnh dưới 5tr", NULL, "1",
          PARTS("\"filters\":[{\"name\":\"price\",\"fromWords\":true,\"passes\":false}]",
                "{\"kind\":\"filter\",\"text\":\"dưới 5tr\",\"filter\":\"price\",\"alone\":true}"));
    check("\"lạnh tủ\"", NULL, "1", PARTS("\"verdict\":\"signs\"", "{\"kind\":\"quotation\",\"text\":\"lạnh tủ\",\"alone\":true}"));
    check("tủ lạnh -panasonic", NULL, "1", PARTS("{\"kind\":\"exclusion\",\"text\":\"panasonic\",\"alone\":true}"));
    check("áo thun", cheap_in_stock, "4",
          PARTS("\"apart\":true", "\"filter\":\"price\",\"alone\":true", "\"filter\":\"inStock\",\"alone\":true"));
}

static void rules(void **state)
{
    (void)state;
    check("máy lạnh", NULL, "2",
          PARTS("\"verdict\":\"hit\",\"place\":1", "\"pinned\":true",
                "\"rules\":[{\"id\":\"r1\",\"action\":\"pin\",\"place\":1,\"points\":0}]"));
    check("áo", NULL, "4", PARTS("\"verdict\":\"hidden\"", "\"rules\":[{\"id\":\"r2\",\"action\":\"hide\",", "\"blockers\":[]"));
    check("lít", NULL, "2", PARTS("\"rules\":[{\"id\":\"r3\",\"action\":\"boost\",\"place\":null,\"points\":"));
    check("lít", NULL, "1", PARTS("\"rules\":[]"));
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

int main(void)
{
    char folder[] = "/tmp/tim-explain-XXXXXX", source[sizeof folder + 16], rows[sizeof folder + 16];
    struct index *index = NULL;
    struct env *env = NULL;
    struct error error = {0};
    struct build_counts counts = {0};
    uint32_t generation = 0;
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(source, sizeof source, "%s.ndjson", folder);
    snprintf(rows, sizeof rows, "%s.rules", folder);
    file_write(source, products);
    file_write(rows, settings);
    log_set_level(LOG_ERROR);
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)64 << 20);
    struct build_options options = {.from = source, .settings = rows, .analyzer = analyzer, .memory_bytes = (size_t)64 << 20, .threads = 1};
    static const volatile sig_atomic_t never = 0;
    options.stop = &never;
    if (index_open(folder, INDEX_WRITE, (uint64_t)1 << 28, &options.index, &error) != STATUS_OK ||
        build_run(&options, &counts, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    index_close(options.index);
    if (index_open(folder, INDEX_READ, (uint64_t)1 << 28, &index, &error) != STATUS_OK ||
        index_acquire(index, &env, &generation, &error) != STATUS_OK || snapshot_open(env, &snapshot, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_in_parts),
        cmocka_unit_test(why_not),
        cmocka_unit_test(rules),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snapshot_close(snapshot);
    index_release(index, env);
    index_close(index);
    arena_release(&arena);
    analyzer_free(analyzer);
    unlink(source);
    unlink(rows);
    return remove_folder(folder) != 0 || failed != 0;
}
