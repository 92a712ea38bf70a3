/* Readings of queries, case by case: golden/understand.txt, against a small shop of its own. A line reads
 *
 *   query | field=value field=value ... | text that is left
 *
 * GOLDEN_WRITE=1 prints the file as it would be today, to be read before it is kept. */
#include "fixture.h"

#include "base/clock.h"
#include "query/compound.h"
#include "query/measure_phrases.h"
#include "query/read.h"
#include "query/request.h"
#include "query/understand.h"
#include "storage/bytes.h"
#include "storage/suggest.h"

enum { LINE_BYTES = 1024, GOLDEN_MIN = 150 };

static const char *const brands[][2] = {
    {"Samsung", "samsung"}, {"Apple", "apple"},       {"Xiaomi", "xiaomi"},
    {"LG", "lg"},           {"Sony", "sony"},         {"Panasonic", "panasonic"},
    {"TP-Link", "tp-link"}, {"Sunhouse", "sunhouse"}, {"Dell", "dell"},
    {"HP", "hp"},           {"Philips", "philips"},   {"OPPO", "oppo"},
    {"Asus", "asus"},       {"Bách Hoá", "bach-hoa"}, {"Nguyễn Kim", "nguyen-kim"},
};
static const char *const categories[][2] = {
    {"Điện thoại", "dien-thoai"},
    {"Laptop", "laptop"},
    {"Tủ lạnh", "tu-lanh"},
    {"Máy giặt", "may-giat"},
    {"Tivi", "tivi"},
    {"Máy lạnh", "may-lanh"},
    {"Sạc dự phòng", "sac-du-phong"},
    {"Củ sạc", "cu-sac"},
    {"Cáp sạc", "cap-sac"},
    {"Ổ cứng", "o-cung"},
    {"Thẻ nhớ", "the-nho"},
    {"USB", "usb"},
    {"Nồi cơm điện", "noi-com-dien"},
    {"Nồi chiên không dầu", "noi-chien-khong-dau"},
    {"Bếp từ", "bep-tu"},
    {"Camera giám sát", "camera-giam-sat"},
    {"Đồng hồ thông minh", "dong-ho-thong-minh"},
    {"Tai nghe", "tai-nghe"},
    {"Ốp lưng", "op-lung"},
    {"Loa", "loa"},
    {"Màn hình", "man-hinh"},
    {"Bàn ủi", "ban-ui"},
    {"Quạt điều hòa", "quat-dieu-hoa"},
    {"Máy in", "may-in"},
    {"Router wifi", "router-wifi"},
    {"Máy lọc không khí", "may-loc-khong-khi"},
    {"Phụ kiện điện thoại và máy tính bảng", "phu-kien-dien-thoai"},
};

static void label_named(struct shop *shop, struct batch *batch, uint16_t field, uint8_t kind, const char *const named[2], uint32_t *ordinal)
{
    unsigned char reference[4];
    struct arena arena;
    struct suggestion entry = {.kind = kind, .weight = 20000};
    struct label label = {.key = bytes_of(named[1]), .text = bytes_of(named[0]), .slug = bytes_of(named[1]), .parent = LABEL_NO_PARENT};
    arena_init(&arena, 1 << 16);
    must(label_put(batch, field, &label, ordinal));
    key_put_u32(reference, *ordinal);
    entry.reference = (struct bytes){(const char *)reference, sizeof reference};
    must(fold_text(shop->analyzer, named[0], strlen(named[0]), &arena, &entry.text));
    must(suggest_put(batch, &entry));
    arena_release(&arena);
}

/* Something by which the shop shows what its power banks and laptops are measured in, and which words make one. */
static void product_named(struct shop *shop, struct batch *batch, const char *name, uint32_t category)
{
    struct product *product = shop_add(shop, batch, 0);
    must(document_del(batch, bytes_of(product->id)));
    snprintf(product->name, sizeof product->name, "%s", name);
    product->core_count = product->body_count = 0;
    product->pair_count = 0;
    terms_add(shop, product->core, &product->core_count, name, &shop->random);
    pairs_add(shop, product, &shop->random);
    product->category = category;
    product_write(batch, product);
}

static int open_fixture(void **state)
{
    struct fixture *fixture = fixture_new(16 << 20);
    struct shop *shop = &fixture->shop;
    struct batch *batch = shop_begin(shop);
    uint32_t ordinal = 0, banks = 0, laptops = 0;
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
        label_named(shop, batch, FACET_BRAND, SUGGEST_BRAND, brands[i], &ordinal);
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        label_named(shop, batch, FACET_CATEGORY, SUGGEST_CATEGORY, categories[i], &ordinal);
        banks = strcmp(categories[i][1], "sac-du-phong") == 0 ? ordinal : banks;
        laptops = strcmp(categories[i][1], "laptop") == 0 ? ordinal : laptops;
    }
    product_named(shop, batch, "Sạc dự phòng 10000mAh 22.5W", banks);
    product_named(shop, batch, "Sạc dự phòng 20000mAh 30W", banks);
    product_named(shop, batch, "Laptop Dell 15.6 inch", laptops);
    for (unsigned i = 0; i < COMPOUND_DOCUMENTS_MIN; i++) {
        product_named(shop, batch, "Nước giặt Omo 3.6kg", LABEL_NO_PARENT);
        product_named(shop, batch, "Máy lọc nước Kangaroo", LABEL_NO_PARENT);
        product_named(shop, batch, "Máy tính bảng Kindle", LABEL_NO_PARENT);
    }
    fixture_read(fixture, batch);
    *state = fixture;
    return 0;
}

static void milli_print(struct buffer *out, int64_t milli)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%lld.%03lld", (long long)(milli / 1000), (long long)(milli % 1000));
    while (text[size - 1] == '0')
        size--;
    size -= text[size - 1] == '.';
    buffer_append(out, text, (size_t)size);
}

static void understanding_print(struct buffer *out, const struct understanding *understanding)
{
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        buffer_print(out, "%s%s=", i > 0 ? " " : "", reading->field);
        if (reading->kind == READING_NUMBER)
            milli_print(out, reading->milli);
        else
            buffer_print(out, "%.*s", reading->kind == READING_TRUE ? 4 : (int)reading->value.size,
                         reading->kind == READING_TRUE ? "true" : reading->value.data);
    }
    buffer_print(out, " | %.*s", (int)understanding->text.size, understanding->text.data);
}

static void query_understand(struct fixture *fixture, const char *query, const char *ignore, struct understanding *out)
{
    struct search_request request;
    struct token_list tokens = {0};
    struct error error = {0};
    arena_reset(&fixture->arena);
    request_init(&request);
    must(request_set(&request, "q", bytes_of(query), &error));
    if (ignore != NULL)
        must(request_set(&request, "ignore", bytes_of(ignore), &error));
    must(analyze(fixture->shop.analyzer, query, strlen(query), &fixture->arena, &tokens));
    must(understand(fixture->snapshot, fixture->shop.analyzer, &tokens, &request, &fixture->arena, out));
}

/* Every row of the tables is spelt as the analyzer spells it, or it would never be found. */
static void test_phrases(void **state)
{
    static const struct phrase_table *const tables[] = {&bounds_before, &bounds_behind, &joiners,     &joiners_between,
                                                        &leads,         &money_scales,  &unit_words,  &halves,
                                                        &half_leads,    &numerals,      &wish_phrases};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (size_t row = 0; row < tables[i]->count; row++) {
            const struct phrase *phrase = &tables[i]->rows[row];
            struct lexemes *lexemes = arena_alloc(&fixture->arena, sizeof *lexemes);
            struct token_list tokens = {0};
            unsigned count = 0;
            must(analyze(fixture->shop.analyzer, phrase->exact, strlen(phrase->exact), &fixture->arena, &tokens));
            lexemes_read(bytes_of(phrase->exact), &tokens, lexemes);
            const struct phrase *found = phrase_find(tables[i], lexemes, 0, &count);
            if (found == NULL || count != lexemes->count || found->value != phrase->value)
                fail_msg("\"%s\" is not found as it stands in its table", phrase->exact);
            arena_reset(&fixture->arena);
        }
    }
}

static void test_golden(void **state)
{
    struct fixture *fixture = *state;
    char line[LINE_BYTES];
    unsigned count = 0, wrong = 0;
    bool write = getenv("GOLDEN_WRITE") != NULL;
    FILE *file = fopen("tests/query/golden/understand.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct understanding understanding;
        struct buffer found = {0};
        line[strcspn(line, "\n")] = '\0';
        char *bar = strstr(line, " | ");
        if (line[0] == '#' || line[0] == '\0') {
            if (write)
                printf("%s\n", line);
            continue;
        }
        if (bar != NULL)
            *bar = '\0';
        query_understand(fixture, line, NULL, &understanding);
        understanding_print(&found, &understanding);
        buffer_append_char(&found, '\0');
        count++;
        if (write) {
            printf("%s | %s\n", line, found.data);
        } else if (bar == NULL || strcmp(found.data, bar + 3) != 0) {
            print_error("%s\n  found  %s\n  wanted %s\n", line, found.data, bar == NULL ? "-" : bar + 3);
            wrong++;
        }
        buffer_release(&found);
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_true(count >= GOLDEN_MIN);
}

static bool has_field(const struct understanding *understanding, const char *field)
{
    for (unsigned i = 0; i < understanding->count; i++)
        if (strcmp(understanding->readings[i].field, field) == 0)
            return true;
    return false;
}

static void test_ignored(void **state)
{
    struct fixture *fixture = *state;
    struct understanding understanding;
    query_understand(fixture, "tivi sony dưới 10 triệu rẻ nhất", "priceMax,sort", &understanding);
    assert_false(has_field(&understanding, "priceMax"));
    assert_false(has_field(&understanding, "sort"));
    assert_true(has_field(&understanding, "brand"));
    assert_int_equal(understanding.dropped, 0);
    assert_string_equal(arena_copy(&fixture->arena, understanding.text.data, understanding.text.size), "dưới 10 triệu rẻ nhất");
    query_understand(fixture, "tivi sony dưới 10 triệu", "brand", &understanding);
    assert_false(has_field(&understanding, "brand"));
    assert_true(has_field(&understanding, "priceMax"));
}

/* Words of readings lie within the query, are dropped only when they are a reading's or a filler, and any text is survived. */
static void test_any_text(void **state)
{
    static const char *const pieces[] = {"dưới", "trên",   "từ",   "đến",    "-",       "<",     "5",   "10",
                                         "tr",   "triệu",  "5tr5", "1tr250", "k",       "8/128", "gb",  "ram",
                                         "inch", "lít",    "m2",   "/",      "rưỡi",    "nửa",   "một", "trăm",
                                         "mười", "%",      "màu",  "đen",    "samsung", "tivi",  "sạc", "99999999999999999999",
                                         "0",    "0.0001", "củ",   "giá",    "rẻ",      "nhất",  "i7",  "rtx",
                                         "4060"};
    struct fixture *fixture = *state;
    uint64_t random = seed_take();
    for (unsigned round = 0; round < 3000; round++) {
        char query[400] = "";
        struct understanding understanding;
        unsigned words = random_below(&random, 40);
        for (unsigned i = 0; i < words; i++) {
            size_t size = strlen(query);
            snprintf(query + size, sizeof query - size - 8, "%s%s", random_chance(&random, 75) ? " " : "",
                     pieces[random_below(&random, sizeof pieces / sizeof pieces[0])]);
        }
        if (!text_is_valid(query, strlen(query)))
            continue;
        query_understand(fixture, query, NULL, &understanding);
        assert_true(understanding.count <= READINGS_MAX);
        for (unsigned i = 0; i < understanding.count; i++) {
            const struct reading *reading = &understanding.readings[i];
            assert_true(reading->words != 0);
            assert_true((reading->dropped & ~reading->words) == 0 && (reading->kept & ~reading->words) == 0);
            assert_true(reading->kind != READING_NUMBER || reading->milli >= 0);
            assert_true((reading->dropped & ~understanding.dropped) == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_any_text),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
