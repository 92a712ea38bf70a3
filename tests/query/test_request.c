/* Every parameter, its bounds, and the sentence that a wrong value gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/request.h"

struct example {
    const char *name, *value;
    const char *message; /* NULL: it is taken; else what the error begins with */
};

static const struct example examples[] = {
    {"q", "tủ lạnh", NULL},
    {"q", "", NULL},
    {"q", "t\xE1\xBB", "q is not valid UTF-8"},
    {"category", "dien-thoai", NULL},
    {"category", "", "category has 0 bytes: it must be a slug of 1 to 255 bytes"},
    {"brand", "samsung", NULL},
    {"brand", "samsung,lg", NULL},
    {"brand", "samsung,", "brand has 0 bytes"},
    {"brand", "", "brand has 0 bytes"},
    {"priceMin", "0", NULL},
    {"priceMin", "4294967294", NULL},
    {"priceMin", "0004294967294", NULL},
    {"priceMin", "4294967295", "priceMin is \"4294967295\": it must be a whole number from 0 to 4294967294"},
    {"priceMin", "18446744073709551617", "priceMin is \"18446744073709551617\": it must be"},
    {"priceMin", "99999999999999999999999999999999999999999999", "priceMin is \"9999999999999999999999999999999999999999\": it must be"},
    {"priceMin", "-1", "priceMin is \"-1\": it must be"},
    {"priceMin", "+1", "priceMin is \"+1\": it must be"},
    {"priceMin", "0x10", "priceMin is \"0x10\": it must be"},
    {"priceMin", "1e9", "priceMin is \"1e9\": it must be"},
    {"priceMin", "1.5", "priceMin is \"1.5\": it must be"},
    {"priceMin", " 1", "priceMin is \" 1\": it must be"},
    {"priceMin", "NaN", "priceMin is \"NaN\": it must be"},
    {"priceMin", "", "priceMin is \"\": it must be"},
    {"priceMax", "1;drop", "priceMax is \"1;drop\": it must be"},
    {"priceMax", "10000000", NULL},
    {"inStock", "true", NULL},
    {"inStock", "0", NULL},
    {"inStock", "yes", "inStock is \"yes\": it must be true or false"},
    {"understand", "false", NULL},
    {"understand", "no", "understand is \"no\": it must be true or false"},
    {"highlight", "true", NULL},
    {"highlight", "both", "highlight is \"both\": it must be true or false"},
    {"ignore", "priceMax", NULL},
    {"ignore", "brand,category", NULL},
    {"ignore", "price", "ignore is \"price\": it must be a field of `understood`, as priceMax or brand"},
    {"ignore", "", "ignore is \"\": it must be"},
    {"onSale", "true", NULL},
    {"onSale", "sale", "onSale is \"sale\": it must be true or false"},
    {"ratingMin", "4", NULL},
    {"ratingMin", "4.5", NULL},
    {"ratingMin", "4.25", NULL},
    {"ratingMin", "5.00", NULL},
    {"ratingMin", "5.01", "ratingMin is \"5.01\": it must be a number of stars from 0 to 5, as 4 or 4.5"},
    {"ratingMin", "6", "ratingMin is \"6\": it must be"},
    {"ratingMin", "4.", "ratingMin is \"4.\": it must be"},
    {"ratingMin", "4.255", "ratingMin is \"4.255\": it must be"},
    {"ratingMin", "-1", "ratingMin is \"-1\": it must be"},
    {"ratingMin", "", "ratingMin is \"\": it must be"},
    {"specs.ram", "16-gb", NULL},
    {"specs.ram", "8..16,64-gb", NULL},
    {"specs.ram", "..0.5TB", NULL},
    {"specs.ram", "8..", NULL},
    {"specs.ram", "16..8",
     "specs.ram is \"16..8\": a range is two numbers, the lesser one first, as 8..16, 8.. or ..16gb with a known unit"},
    {"specs.ram", "..", "specs.ram is \"..\": a range is"},
    {"specs.ram", "8..9gbx", "specs.ram is \"8..9gbx\": a range is"},
    {"specs.ram", "a..8", "specs.ram is \"a..8\": a range is"},
    {"specs.ram", "8...9", "specs.ram is \"8...9\": a range is"},
    {"specs.ram", "16-gb,32-gb", NULL},
    {"specs.mau-sac.moi", "do", NULL},
    {"specs.ram", "", "specs.ram has 0 bytes: it must be a slug of 1 to 255 bytes"},
    {"specs.", "16-gb", "unknown parameter"},
    {"specs", "16-gb", "unknown parameter"},
    {"specs.\xFF", "16-gb", "a parameter's name is not valid UTF-8"},
    {"facets", "brand,category,price", NULL},
    {"facets", "rating,stock,sale,specs.ram", NULL},
    {"facets", "*", NULL},
    {"facets", "brand,", "a facet without a name"},
    {"facets", "brands", "unknown facet \"brands\"; did you mean brand?"},
    {"facets", "màu", "unknown facet \"màu\": the facets are brand, category, price, rating, sale, stock and specs.<name>"},
    {"facetQuery.brand", "sam sung", NULL},
    {"facetQuery.specs.ram", "", NULL},
    {"facetQuery.price", "1", "facetQuery.price: only brand, category and specs.<name> have labels to search or sort"},
    {"facetQuery.bran", "a", "unknown facet \"bran\"; did you mean brand?"},
    {"facetSort.category", "label", NULL},
    {"facetSort.brand", "count", NULL},
    {"facetSort.brand", "name", "facetSort.brand is \"name\": it must be count or label"},
    {"facetSort.stock", "label", "facetSort.stock: only brand"},
    {"facets", "auto", NULL},
    {"facetLimit", "1", NULL},
    {"facetLimit", "1000", NULL},
    {"facetLimit", "0", "facetLimit is \"0\": it must be a whole number from 1 to 1000"},
    {"facetLimit", "1001", "facetLimit is \"1001\": it must be"},
    {"sort", "relevance", NULL},
    {"match", "all", NULL},
    {"match", "any", NULL},
    {"match", "some", "match is \"some\": it must be all or any"},
    {"match", "", "match is \"\": it must be all or any"},
    {"sort", "bestSelling", NULL},
    {"sort", "rating", NULL},
    {"sort", "discount", NULL},
    {"sort", "price", "sort is \"price\": it must be relevance, priceAsc, priceDesc, newest, bestSelling, rating or discount"},
    {"sort", "ắắắắắắắắắắắắắắắắ", "sort is \"ắắắắắắắắắắắắắ\": it must be"},
    {"limit", "0", NULL},
    {"limit", "100", NULL},
    {"limit", "101", "limit is \"101\": it must be a whole number from 0 to 100"},
    {"limit", "2147483648", "limit is \"2147483648\": it must be"},
    {"page", "10000", NULL},
    {"page", "10001", "page is \"10001\": it must be"},
    {"cursor", "abc", NULL},
    {"cursor", "", "cursor has 0 bytes: it must be the nextCursor of an answer, or left out for the first page"},
    {"pricemin", "1", "unknown parameter pricemin; did you mean priceMin?"},
    {"Q", "1", "unknown parameter \"Q\"; there are q, category"},
    {"\xFF", "1", "a parameter's name is not valid UTF-8"},
};

static void each_parameter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *example = &examples[i];
        struct search_request request;
        struct error error = {0};
        request_init(&request);
        enum status status = request_set(&request, example->name, bytes_of(example->value), &error);
        if (status != (example->message == NULL ? STATUS_OK : STATUS_INVALID))
            fail_msg("%s=%s: %s", example->name, example->value, error.text);
        if (example->message != NULL && strncmp(error.text, example->message, strlen(example->message)) != 0)
            fail_msg("%s=%s: \"%s\"", example->name, example->value, error.text);
        assert_int_equal(error.status, status);
    }
}

static void values_arrive(void **state)
{
    (void)state;
    struct search_request request;
    static const char *const pairs[][2] = {{"q", "máy"},        {"category", "tivi"}, {"brand", "lg,sony"},  {"brand", "lg"},
                                           {"priceMin", "5"},   {"priceMax", "70"},   {"inStock", "true"},   {"facets", "price,brand"},
                                           {"facets", "price"}, {"facetLimit", "7"},  {"sort", "priceDesc"}, {"limit", "9"},
                                           {"page", "3"}};
    request_init(&request);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(request_set(&request, pairs[i][0], bytes_of(pairs[i][1]), NULL), STATUS_OK);
    assert_int_equal(request.text.size, strlen("máy"));
    assert_memory_equal(request.category.data, "tivi", 4);
    assert_int_equal(request.brand_count, 2);
    assert_memory_equal(request.brands[1].data, "sony", 4);
    assert_true(request.has_price_min && request.has_price_max && request.in_stock);
    assert_int_equal(request.price_min_vnd, 5);
    assert_int_equal(request.price_max_vnd, 70);
    assert_int_equal(request.facet_count, 2);
    assert_memory_equal(request.facets[0].data, "price", 5);
    assert_int_equal(request.facet_limit, 7);
    assert_int_equal(request.sort, SORT_PRICE_DESC);
    assert_int_equal(request.limit, 9);
    assert_int_equal(request.page, 3);
    assert_int_equal(request_check(&request, NULL), STATUS_OK);
}

static void defaults(void **state)
{
    (void)state;
    struct search_request request;
    request_init(&request);
    assert_int_equal(request.limit, HITS_DEFAULT);
    assert_int_equal(request.facet_limit, FACET_VALUES_DEFAULT);
    assert_int_equal(request.sort, SORT_RELEVANCE);
    assert_int_equal(request_set(&request, "facets", bytes_of("*"), NULL), STATUS_OK);
    assert_int_equal(request.facet_count, 6);
}

static void twice(void **state)
{
    (void)state;
    static const char *const once[] = {"q",         "category", "priceMin",   "priceMax", "inStock",
                                       "ratingMin", "onSale",   "facetLimit", "limit",    "page"};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        struct search_request request;
        struct error error = {0};
        request_init(&request);
        assert_int_equal(request_set(&request, once[i], bytes_of("1"), &error), STATUS_OK);
        assert_int_equal(request_set(&request, once[i], bytes_of("1"), &error), STATUS_INVALID);
        assert_non_null(strstr(error.text, "is given twice"));
    }
}

static void options_of_facets(void **state)
{
    (void)state;
    struct search_request request;
    struct error error = {0};
    char text[QUERY_BYTES_MAX + 1], name[32];
    memset(text, 'a', sizeof text);
    request_init(&request);
    assert_int_equal(request_set(&request, "facetSort.brand", bytes_of("label"), NULL), STATUS_OK);
    assert_int_equal(request_set(&request, "facetQuery.brand", (struct bytes){text, QUERY_BYTES_MAX}, NULL), STATUS_OK);
    assert_int_equal(request.facet_option_count, 1);
    assert_int_equal(request_set(&request, "facetSort.brand", bytes_of("count"), &error), STATUS_INVALID);
    assert_string_equal(error.text, "facetSort.brand is given twice: give it once");
    assert_int_equal(request_set(&request, "facetQuery.category", (struct bytes){text, QUERY_BYTES_MAX + 1}, NULL), STATUS_INVALID);
    assert_int_equal(request_check(&request, &error), STATUS_INVALID);
    assert_string_equal(error.text, "facetQuery.brand is about a facet that is not counted: name it in facets too");
    request_init(&request);
    for (unsigned i = 0; i <= FACETS_MAX; i++) {
        snprintf(name, sizeof name, "facetSort.specs.s%u", i);
        char *kept = strdup(name); /* the request borrows it */
        assert_int_equal(request_set(&request, kept, bytes_of("label"), &error), i < FACETS_MAX ? STATUS_OK : STATUS_INVALID);
        free(i == FACETS_MAX ? kept : NULL);
    }
    for (unsigned i = 0; i < FACETS_MAX; i++)
        free((char *)(uintptr_t)(request.facet_options[i].facet.data - strlen("facetSort.")));
}

static void sizes(void **state)
{
    (void)state;
    struct search_request request;
    char text[QUERY_BYTES_MAX + 1], slug[SLUG_BYTES_MAX + 1];
    memset(text, 'a', sizeof text);
    memset(slug, 'a', sizeof slug);
    request_init(&request);
    assert_int_equal(request_set(&request, "q", (struct bytes){text, QUERY_BYTES_MAX}, NULL), STATUS_OK);
    assert_int_equal(request_set(&request, "category", (struct bytes){slug, SLUG_BYTES_MAX}, NULL), STATUS_OK);
    request_init(&request);
    assert_int_equal(request_set(&request, "q", (struct bytes){text, QUERY_BYTES_MAX + 1}, NULL), STATUS_INVALID);
    assert_int_equal(request_set(&request, "category", (struct bytes){slug, SLUG_BYTES_MAX + 1}, NULL), STATUS_INVALID);
    assert_int_equal(request_set(&request, "brand", (struct bytes){"a\0b", 3}, NULL), STATUS_INVALID);
}

static void many_brands(void **state)
{
    (void)state;
    struct search_request request;
    struct error error = {0};
    char slugs[BRANDS_MAX + 1][16];
    request_init(&request);
    for (unsigned i = 0; i < BRANDS_MAX; i++) {
        snprintf(slugs[i], sizeof slugs[i], "hang-%u", i);
        assert_int_equal(request_set(&request, "brand", bytes_of(slugs[i]), NULL), STATUS_OK);
    }
    assert_int_equal(request_set(&request, "brand", bytes_of(slugs[0]), NULL), STATUS_OK);
    assert_int_equal(request_set(&request, "brand", bytes_of("hang-khac"), &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "at most 50 brands"));
    assert_int_equal(request.brand_count, BRANDS_MAX);
}

static void many_specs(void **state)
{
    (void)state;
    struct search_request request;
    struct error error = {0};
    char names[SPECS_MAX + 1][16], slugs[SPEC_VALUES_MAX + 1][16];
    request_init(&request);
    for (unsigned i = 0; i < SPEC_VALUES_MAX; i++) {
        snprintf(names[i % SPECS_MAX], sizeof names[0], "specs.so-%u", i % SPECS_MAX);
        snprintf(slugs[i], sizeof slugs[i], "%u", i);
        assert_int_equal(request_set(&request, names[i % SPECS_MAX], bytes_of(slugs[i]), NULL), STATUS_OK);
    }
    assert_int_equal(request.spec_count, SPECS_MAX);
    assert_int_equal(request.spec_value_count, SPEC_VALUES_MAX);
    assert_int_equal(request.spec_values[SPECS_MAX + 1].spec, 1);
    assert_true(bytes_equal(request.specs[1], bytes_of("so-1")));
    assert_int_equal(request_set(&request, names[0], bytes_of("khac"), &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "at most 50 values of specs"));
    assert_int_equal(request_set(&request, "specs.khac", bytes_of("khac"), &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "at most 10 can be selected at once"));
}

static void whole_request(void **state)
{
    (void)state;
    struct search_request request;
    struct error error = {0};
    request_init(&request);
    request.has_price_min = request.has_price_max = true;
    request.price_min_vnd = request.price_max_vnd = 10;
    assert_int_equal(request_check(&request, &error), STATUS_OK);
    request.price_min_vnd = 11;
    assert_int_equal(request_check(&request, &error), STATUS_INVALID);
    assert_string_equal(error.text, "priceMin is 11 and priceMax is 10: priceMin must not be greater than priceMax");
    request_init(&request);
    request.limit = 100;
    request.page = PAGE_DEPTH_MAX / 100;
    assert_int_equal(request_check(&request, &error), STATUS_OK);
    request.page++;
    assert_int_equal(request_check(&request, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "page * limit may be at most 10000"));
    request_init(&request);
    assert_int_equal(request_set(&request, "cursor", (struct bytes){"abc", 3}, &error), STATUS_OK);
    assert_int_equal(request_check(&request, &error), STATUS_OK);
    assert_int_equal(request_set(&request, "page", (struct bytes){"0", 1}, &error), STATUS_OK);
    assert_int_equal(request_check(&request, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "leave page out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parameter), cmocka_unit_test(values_arrive), cmocka_unit_test(defaults),
        cmocka_unit_test(twice),          cmocka_unit_test(many_specs),    cmocka_unit_test(options_of_facets),
        cmocka_unit_test(sizes),          cmocka_unit_test(many_brands),   cmocka_unit_test(whole_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
