#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "analyzers/analyzer.h"
#include "bench/generate.h"
#include "bench/generate_product.h"
#include "catalog/ndjson.h"

enum { SAMPLE = 5000 };

static char *sample; /* the catalog of 5,000 with seed 1 */
static size_t sample_size;
static json_t *products; /* the same, parsed */

static char *generate(uint64_t count, uint64_t seed, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    assert_non_null(out);
    struct error error = {0};
    assert_int_equal(generate_catalog(&(struct generate_options){.products = count, .seed = seed}, out, &error), STATUS_OK);
    fclose(out);
    return text;
}

static int setup(void **state)
{
    (void)state;
    sample = generate(SAMPLE, 1, &sample_size);
    products = json_array();
    for (char *line = sample; line < sample + sample_size;) {
        char *end = memchr(line, '\n', (size_t)(sample + sample_size - line));
        assert_non_null(end);
        assert_true(text_is_valid(line, (size_t)(end - line)));
        json_error_t why;
        json_t *product = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, &why);
        if (product == NULL)
            fail_msg("line %zu: %s", json_array_size(products) + 1, why.text);
        json_array_append_new(products, product);
        line = end + 1;
    }
    assert_int_equal(json_array_size(products), SAMPLE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(sample);
    json_decref(products);
    return 0;
}

static const char *text_at(const json_t *product, const char *key)
{
    return json_string_value(json_object_get(product, key));
}

static json_int_t number_at(const json_t *product, const char *key)
{
    return json_integer_value(json_object_get(product, key));
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    size_t size = 0;
    char *again = generate(SAMPLE, 1, &size);
    assert_int_equal(size, sample_size);
    assert_memory_equal(again, sample, size);
    free(again);
    /* A shorter catalog is the beginning of a longer one. */
    char *shorter = generate(137, 1, &size);
    assert_memory_equal(shorter, sample, size);
    free(shorter);
    char *other = generate(137, 2, &size);
    assert_memory_not_equal(other, sample, size < 20000 ? size : 20000);
    free(other);
}

static void single_products(void **state)
{
    (void)state;
    struct generator *generator = generator_new(1);
    struct buffer out = {0};
    generator_append(generator, 3, &out);
    size_t size = 0;
    char *three = generate(3, 1, &size);
    assert_memory_equal(out.data, three + size - out.size, out.size);
    free(three);
    buffer_release(&out);
    generator_free(generator);
}

static void check_price(const json_t *of)
{
    json_int_t price = number_at(of, "price");
    json_int_t sale = number_at(of, "salePrice");
    assert_in_range(price, 9000, 250000000);
    assert_int_equal(price % 1000, 0);
    if (json_object_get(of, "salePrice") != NULL)
        assert_true(sale > 0 && sale < price && sale % 1000 == 0);
    const json_t *stock = json_object_get(of, "stock");
    assert_true(stock == NULL || (json_is_integer(stock) && json_integer_value(stock) >= 0));
}

static void check_variants(const json_t *product, json_t *skus)
{
    size_t i;
    json_t *variant;
    json_array_foreach(json_object_get(product, "variants"), i, variant)
    {
        check_price(variant);
        assert_true(json_object_size(json_object_get(variant, "attributes")) >= 1);
        assert_non_null(text_at(variant, "name"));
        assert_null(json_object_get(skus, text_at(variant, "sku")));
        json_object_set_new(skus, text_at(variant, "sku"), json_true());
        for (size_t j = 0; j < i; j++)
            assert_false(json_equal(json_object_get(json_array_get(json_object_get(product, "variants"), j), "attributes"),
                                    json_object_get(variant, "attributes")) &&
                         strcmp(text_at(json_array_get(json_object_get(product, "variants"), j), "name"), text_at(variant, "name")) == 0);
    }
}

static void every_product_is_whole(void **state)
{
    (void)state;
    json_t *slugs = json_object();
    json_t *skus = json_object();
    size_t i;
    json_t *product;
    json_array_foreach(products, i, product)
    {
        char id[24];
        snprintf(id, sizeof id, "%zu", i + 1);
        assert_string_equal(text_at(product, "id"), id);
        const char *slug = text_at(product, "slug");
        assert_null(json_object_get(slugs, slug));
        json_object_set_new(slugs, slug, json_true());
        assert_int_equal(strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(slug));
        assert_null(json_object_get(skus, text_at(product, "sku")));
        json_object_set_new(skus, text_at(product, "sku"), json_true());
        assert_true(strlen(text_at(product, "name")) >= 8);
        assert_null(strpbrk(text_at(product, "name"), "{}#"));
        assert_null(strpbrk(text_at(product, "description"), "{}"));
        assert_in_range(json_array_size(json_object_get(product, "category")), 2, LISTS_LEVELS_MAX);
        assert_true(json_object_size(json_object_get(product, "specs")) >= 1);
        check_price(product);
        check_variants(product, skus);
        json_int_t reviews = number_at(product, "reviewCount");
        assert_true(reviews <= number_at(product, "soldCount"));
        double rating = json_number_value(json_object_get(product, "rating"));
        assert_true(reviews == 0 ? rating == 0 : rating >= 1 && rating <= 5);
        const char *created = text_at(product, "createdAt");
        assert_true(strcmp(created, "2022-07-01") >= 0 && strcmp(created, "2026-07-01") < 0);
    }
    json_decref(slugs);
    json_decref(skus);
}

/* Per mille of the sample for which `holds`. */
static size_t permille(bool (*holds)(const json_t *))
{
    size_t count = 0, i;
    json_t *product;
    json_array_foreach(products, i, product) count += holds(product);
    return count * 1000 / SAMPLE;
}

static bool on_sale(const json_t *product)
{
    return json_object_get(product, "salePrice") != NULL;
}

static bool hidden(const json_t *product)
{
    return strcmp(text_at(product, "status"), "active") != 0;
}

static bool out_of_stock(const json_t *product)
{
    return json_is_integer(json_object_get(product, "stock")) && number_at(product, "stock") == 0;
}

static bool stock_unknown(const json_t *product)
{
    return json_object_get(product, "stock") == NULL;
}

static bool has_variants(const json_t *product)
{
    return json_array_size(json_object_get(product, "variants")) >= 2;
}

static bool new_tones(const json_t *product)
{
    const char *text = text_at(product, "description");
    return strstr(text, "hoà") != NULL || strstr(text, "khoá") != NULL || strstr(text, "toả") != NULL || strstr(text, "xoá") != NULL;
}

static bool old_tones(const json_t *product)
{
    const char *text = text_at(product, "description");
    return strstr(text, "hòa") != NULL || strstr(text, "khóa") != NULL || strstr(text, "tỏa") != NULL || strstr(text, "xóa") != NULL;
}

static bool decomposed_name(const json_t *product)
{
    const char *name = text_at(product, "name");
    return strstr(name, "\u0301") != NULL || strstr(name, "\u0300") != NULL || strstr(name, "\u0323") != NULL;
}

static bool double_blank(const json_t *product)
{
    return strstr(text_at(product, "name"), "  ") != NULL;
}

static bool entity(const json_t *product)
{
    return strstr(text_at(product, "description"), "&nbsp;") != NULL;
}

static bool unit_apart(const json_t *product)
{
    return strstr(text_at(product, "name"), "8 GB") != NULL;
}

static bool unit_joined(const json_t *product)
{
    return strstr(text_at(product, "name"), "8GB") != NULL;
}

static bool inch_sign(const json_t *product)
{
    return strchr(text_at(product, "name"), '"') != NULL;
}

static bool inch_word(const json_t *product)
{
    return strstr(text_at(product, "name"), "inch") != NULL;
}

static bool upper_name(const json_t *product)
{
    const char *name = text_at(product, "name");
    return strpbrk(name, "abcdefghijklmnopqrstuvwxyz") == NULL;
}

static void rates(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        bool (*holds)(const json_t *);
        size_t low, high;
    } cases[] = {
        {"on sale", on_sale, 250, 350},
        {"not active", hidden, 10, 35},
        {"out of stock", out_of_stock, 25, 90},
        {"stock unknown", stock_unknown, 50, 200},
        {"variants", has_variants, 150, 450},
        {"new tones", new_tones, 120, 320},
        {"old tones", old_tones, 60, 500},
        {"NFD name", decomposed_name, 1, 12},
        {"double blank", double_blank, 5, 40},
        {"entity", entity, 15, 50},
        {"8 GB", unit_apart, 10, 120},
        {"8GB", unit_joined, 10, 120},
        {"55\"", inch_sign, 5, 100},
        {"inch", inch_word, 10, 150},
        {"capitals", upper_name, 3, 40},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t found = permille(cases[i].holds);
        if (found < cases[i].low || found > cases[i].high)
            fail_msg("%s: %zu of 1,000, not %zu to %zu", cases[i].what, found, cases[i].low, cases[i].high);
    }
}

static int compare_down(const void *one, const void *other)
{
    json_int_t a = *(const json_int_t *)one, b = *(const json_int_t *)other;
    return a < b ? 1 : a > b ? -1 : 0;
}

static void few_best_sellers(void **state)
{
    (void)state;
    static json_int_t sold[SAMPLE];
    json_int_t sum = 0, top = 0;
    size_t i;
    json_t *product;
    json_array_foreach(products, i, product) sum += sold[i] = number_at(product, "soldCount");
    qsort(sold, SAMPLE, sizeof *sold, compare_down);
    for (i = 0; i < SAMPLE / 100; i++)
        top += sold[i];
    assert_true(top * 10 > sum * 3);
    assert_true(sold[0] > 5000);
    assert_true(sold[SAMPLE / 2] < 10);
}

static void brands_and_categories(void **state)
{
    (void)state;
    json_t *brands = json_object();
    json_t *leaves = json_object();
    size_t i, branded = 0;
    json_int_t most = 0;
    json_t *product;
    json_array_foreach(products, i, product)
    {
        json_t *path = json_object_get(product, "category");
        json_object_set_new(leaves, json_string_value(json_array_get(path, json_array_size(path) - 1)), json_true());
        const char *brand = text_at(product, "brand");
        if (brand == NULL)
            continue;
        branded++;
        json_int_t count = number_at(brands, brand) + 1;
        json_object_set_new(brands, brand, json_integer(count));
        most = count > most ? count : most;
    }
    assert_in_range(json_object_size(leaves), 25, 60);
    assert_in_range(json_object_size(brands), 100, 400);
    assert_true(branded > SAMPLE * 9 / 10 && branded < SAMPLE);
    assert_true((size_t)most > SAMPLE / 20);
    json_decref(brands);
    json_decref(leaves);
}

static size_t characters(const struct buffer *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->size; i++)
        count += ((unsigned char)text->data[i] & 0xC0) != 0x80;
    return count;
}

static void descriptions_keep_their_length(void **state)
{
    (void)state;
    struct data_source sources[DATA_FILES];
    for (size_t i = 0; i < DATA_FILES; i++)
        sources[i] = data_source((enum data_file)i);
    struct lists lists = {0};
    assert_int_equal(lists_init(&lists, sources, NULL), STATUS_OK);
    struct product product = {0};
    size_t longest = 0;
    for (uint64_t number = 1; number <= SAMPLE; number++) {
        product_draw(&product, &lists, 9, number);
        size_t length = characters(&product.description);
        assert_in_range(length, 150, PRODUCT_DESCRIPTION_MAX);
        longest = length > longest ? length : longest;
    }
    assert_true(longest > PRODUCT_DESCRIPTION_MAX - 100);
    product_release(&product);
    lists_release(&lists);
}

/* The catalog's own reader takes every line, whether it keeps ids or numbers them. */
static void reader_takes_every_line(void **state)
{
    (void)state;
    char path[] = "/tmp/timnhanh-generate-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, sample, sample_size), (ssize_t)sample_size);
    close(file);
    struct analyzer *analyzer = analyzer_new();
    struct ndjson *ndjson = NULL;
    struct error error = {0};
    assert_int_equal(ndjson_open(path, NDJSON_NUMBER_IDS, analyzer, &ndjson, &error), STATUS_OK);
    size_t count = 0;
    struct ndjson_rows rows = {0};
    enum status status;
    while ((status = ndjson_next(ndjson, &rows, &error)) == STATUS_OK)
        for (size_t i = 0; i < rows.count; i++)
            count += rows.rows[i].table == TABLE_PRODUCT;
    if (status != STATUS_END)
        fail_msg("%s", error.text);
    assert_int_equal(count, SAMPLE);
    ndjson_close(ndjson);
    analyzer_free(analyzer);
    unlink(path);
}

static void bounds(void **state)
{
    (void)state;
    struct error error = {0};
    struct generate_options options = {.products = 0, .seed = 1};
    assert_int_equal(generate_catalog(&options, stdout, &error), STATUS_INVALID);
    options.products = (uint64_t)GENERATE_PRODUCTS_MAX + 1;
    assert_int_equal(generate_catalog(&options, stdout, &error), STATUS_INVALID);
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        skip();
    options.products = 5;
    assert_int_equal(generate_catalog(&options, full, &error), STATUS_IO);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(single_products),
        cmocka_unit_test(every_product_is_whole),
        cmocka_unit_test(rates),
        cmocka_unit_test(few_best_sellers),
        cmocka_unit_test(brands_and_categories),
        cmocka_unit_test(descriptions_keep_their_length),
        cmocka_unit_test(reader_takes_every_line),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
