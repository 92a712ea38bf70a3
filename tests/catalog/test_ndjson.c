#include "tests/catalog/cmocka_door.h"

#include <unistd.h>
#include <zstd.h>

#include "catalog/ndjson.h"

static struct analyzer *analyzer;

/* A file with these bytes, opened; the file itself is gone at once. */
static struct ndjson *open_bytes(const void *data, size_t size, enum ndjson_ids ids)
{
    char path[] = "/tmp/tim-test-ndjson-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, size), (ssize_t)size);
    close(file);
    struct ndjson *ndjson = NULL;
    struct error error = {0};
    if (ndjson_open(path, ids, analyzer, &ndjson, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    unlink(path);
    return ndjson;
}

static struct ndjson *open_text(const char *text, enum ndjson_ids ids)
{
    return open_bytes(text, strlen(text), ids);
}

static const struct row *row_of(const struct ndjson_rows *rows, enum table table, size_t nth)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].table == table && nth-- == 0)
            return &rows->rows[i];
    print_error("no such row of %s\n", schema_tables[table].name);
    abort();
}

static void assert_cell(const struct row *row, unsigned column, const char *expected)
{
    const struct cell *cell = &row->cells[column];
    if (expected == NULL)
        assert_int_equal(cell->state, CELL_NULL);
    else if (cell->state != CELL_TEXT || !bytes_equal(cell->text, bytes_of(expected)))
        fail_msg("column %s is %.*s, not %s", schema_tables[row->table].columns[column].name, (int)cell->text.size,
                 cell->text.data == NULL ? "" : cell->text.data, expected);
}

static const char *const whole_line =
    "{\"id\":\"a1\",\"sku\":\"SM-S928\",\"name\":\"Điện thoại Samsung\",\"brand\":\"Samsung\",\"category\":[\"Điện tử\",\"Điện thoại\"],"
    "\"price\":21990000,\"salePrice\":19990000,\"stock\":3,\"rating\":4.8,\"specs\":{\"RAM\":\"12 "
    "GB\"},\"images\":[\"u1\",\"u2\"],\"image\":\"u1\","
    "\"createdAt\":\"2024-01-02\",\"isFeatured\":true,\"variants\":[{\"sku\":\"V1\",\"price\":1,\"attributes\":{\"Màu\":\"Đen\"}},{\"id\":"
    "\"v-2\"}]}\n";

static void test_whole_line(void **state)
{
    (void)state;
    struct ndjson *ndjson = open_text(whole_line, NDJSON_KEEP_IDS);
    struct ndjson_rows rows = {0};
    struct error error = {0};
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_int_equal(rows.count, 1 + 2 + 1 + 2 + 2);
    const struct row *product = row_of(&rows, TABLE_PRODUCT, 0);
    assert_cell(product, PRODUCT_ID, "a1");
    assert_cell(product, PRODUCT_SLUG, "dien-thoai-samsung-a1");
    assert_cell(product, PRODUCT_SALE_PRICE, "19990000");
    assert_cell(product, PRODUCT_STATUS, "active");
    assert_cell(product, PRODUCT_IS_FEATURED, "t");
    assert_cell(product, PRODUCT_SOLD_COUNT, NULL);
    assert_cell(product, PRODUCT_BRAND_ID, "1");
    assert_cell(product, PRODUCT_CATEGORY_ID, "2");
    assert_cell(row_of(&rows, TABLE_CATEGORY, 1), CATEGORY_PARENT_ID, "1");
    assert_cell(row_of(&rows, TABLE_CATEGORY, 1), CATEGORY_SLUG, "dien-thoai");
    assert_cell(row_of(&rows, TABLE_VARIANT, 0), VARIANT_ID, "1");
    assert_cell(row_of(&rows, TABLE_VARIANT, 1), VARIANT_ID, "v-2");
    assert_cell(row_of(&rows, TABLE_IMAGE, 1), IMAGE_URL, "u2");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_END);
    ndjson_close(ndjson);
}

/* The second "Phụ kiện" gets its whole path; known brands and categories come once. */
static void test_slugs(void **state)
{
    (void)state;
    struct ndjson *ndjson = open_text("{\"id\":1,\"name\":\"A\",\"slug\":\"a\",\"category\":[\"Laptop\",\"Phụ kiện\"]}\n"
                                      "{\"id\":2,\"name\":\"B\",\"slug\":\"a\",\"category\":[\"Điện thoại\",\"Phụ kiện\"]}\n"
                                      "{\"id\":3,\"name\":\"C\",\"slug\":\"\",\"category\":[\"Laptop\",\"Phụ kiện\"],\"brand\":\"  \"}",
                                      NDJSON_KEEP_IDS);
    struct ndjson_rows rows = {0};
    struct error error = {0};
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_CATEGORY, 1), CATEGORY_SLUG, "phu-kien");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_CATEGORY, 1), CATEGORY_SLUG, "dien-thoai-phu-kien");
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_SLUG, "a-2");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_int_equal(rows.count, 1);
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_CATEGORY_ID, "2");
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_SLUG, "c-3");
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_BRAND_ID, NULL);
    ndjson_close(ndjson);
}

static void test_numbering(void **state)
{
    (void)state;
    struct ndjson *ndjson = open_text("{\"id\":\"tgdd-a\",\"name\":\"A\"}\n{\"id\":\"7\",\"sku\":\"S\",\"name\":\"B\"}", NDJSON_NUMBER_IDS);
    struct ndjson_rows rows = {0};
    struct error error = {0};
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_ID, "1");
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_SKU, "tgdd-a");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_ID, "2");
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_SKU, "S");
    ndjson_close(ndjson);
    ndjson = open_text("{\"id\":\"700\",\"name\":\"A\"}\n{\"id\":\"x\",\"name\":\"B\"}", NDJSON_NUMBER_IDS);
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_ID, "700");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "line 2"));
    ndjson_close(ndjson);
}

/* Each is reported with its number, and the good line behind it is read. */
static void test_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"id\":1,\"name\":\"A\"",
        "[]",
        "{\"name\":\"A\"}",
        "{\"id\":1}",
        "{\"id\":1,\"name\":7}",
        "{\"id\":1,\"name\":\"A\",\"price\":\"1000\"}",
        "{\"id\":1,\"name\":\"A\\u0000\"}",
        "{\"id\":1,\"name\":\"\xFF\"}",
        "{\"id\":\"\",\"name\":\"A\"}",
        "{\"id\":1,\"name\":\"A\",\"category\":\"Laptop\"}",
        "{\"id\":1.5,\"name\":\"A\"}",
        "{\"id\":1,\"name\":\"A\",\"variants\":[7]}",
        "{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123456\",\"name\":\"A\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buffer text = {0};
        buffer_print(&text, "\n%s\n{\"id\":2,\"name\":\"B\"}", bad[i]);
        struct ndjson *ndjson = open_bytes(text.data, text.size, NDJSON_KEEP_IDS);
        struct ndjson_rows rows = {0};
        struct error error = {0};
        if (ndjson_next(ndjson, &rows, &error) != STATUS_INVALID || strstr(error.text, "line 2: ") == NULL)
            fail_msg("%s: %s", bad[i], error.text);
        assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
        assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_END);
        ndjson_close(ndjson);
        buffer_release(&text);
    }
}

/* A bad line keeps the brand it introduced: the next line refers to it. */
static void test_malformed_keeps_brand(void **state)
{
    (void)state;
    struct ndjson *ndjson =
        open_text("{\"id\":1,\"name\":\"A\",\"brand\":\"LG\",\"variants\":1}\n{\"id\":2,\"name\":\"B\",\"brand\":\"LG\"}", NDJSON_KEEP_IDS);
    struct ndjson_rows rows = {0};
    struct error error = {0};
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_INVALID);
    assert_int_equal(rows.count, 1);
    assert_cell(row_of(&rows, TABLE_BRAND, 0), BRAND_SLUG, "lg");
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_cell(row_of(&rows, TABLE_PRODUCT, 0), PRODUCT_BRAND_ID, "1");
    ndjson_close(ndjson);
}

static void test_zstd(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < 20000; i++)
        buffer_print(&text, "{\"id\":%d,\"name\":\"Sản phẩm số %d\"}\n", i + 1, i * 7919);
    size_t room = ZSTD_compressBound(text.size);
    char *packed = memory_alloc(room);
    size_t size = ZSTD_compress(packed, room, text.data, text.size, 1);
    assert_false(ZSTD_isError(size));
    struct ndjson_rows rows = {0};
    struct error error = {0};
    struct ndjson *ndjson = open_bytes(packed, size, NDJSON_KEEP_IDS);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_END);
    ndjson_close(ndjson);
    ndjson = open_bytes(packed, size - 10, NDJSON_KEEP_IDS); /* a cut download must not pass for a whole catalog */
    enum status status = STATUS_OK;
    while (status == STATUS_OK || status == STATUS_INVALID)
        status = ndjson_next(ndjson, &rows, &error);
    assert_int_equal(status, STATUS_CORRUPT);
    ndjson_close(ndjson);
    free(packed);
    buffer_release(&text);
}

static void buffer_number(struct buffer *out, uint64_t number)
{
    buffer_append(out, &number, sizeof number);
}

/* All that a file gives, in one string of bytes. */
static void outcome_collect(struct ndjson *ndjson, struct buffer *out)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK || status == STATUS_INVALID) {
        struct ndjson_rows rows;
        struct error error = {0};
        status = ndjson_next(ndjson, &rows, &error);
        buffer_number(out, status);
        buffer_append_text(out, error.text);
        buffer_number(out, status == STATUS_END ? 0 : ndjson_line(ndjson));
        for (size_t i = 0; i < rows.count; i++)
            for (unsigned column = 0; column < schema_tables[rows.rows[i].table].column_count; column++) {
                const struct cell *cell = &rows.rows[i].cells[column];
                buffer_number(out, cell->state);
                buffer_append(out, cell->text.data, cell->text.size);
            }
    }
    struct ndjson_rows rows;
    struct error error = {0};
    assert_int_equal(status, STATUS_END);
    assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_END);
}

static void file_write(struct buffer *file, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++) {
        if (i % 7 == 3)
            buffer_append_text(file, i % 2 == 0 ? "\n" : "{\"id\": 5, \n");
        else if (i % 61 == 5)
            for (unsigned pad = 0; pad < 300000; pad++)
                buffer_append_char(file, ' ');
        buffer_print(file, "{\"id\":\"%u\",\"name\":\"Sản phẩm %u\",\"brand\":\"Hãng %u\",\"specs\":{\"RAM\":%u}}\n", i, i % 50, i % 9, i);
    }
}

/* Around the bounds of a chunk, in which 64 lines or 256 KiB lie, threads give what the caller alone reads. */
static void test_parse_ahead(void **state)
{
    (void)state;
    static const unsigned sizes[] = {0, 1, 54, 55, 56, 63, 64, 65, 128, 700};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (unsigned threads = 1; threads <= 3; threads++) {
            struct buffer file = {0}, alone = {0}, ahead = {0};
            struct error error = {0};
            file_write(&file, sizes[i]);
            struct ndjson *ndjson = open_bytes(file.data, file.size, NDJSON_KEEP_IDS);
            outcome_collect(ndjson, &alone);
            ndjson_close(ndjson);
            ndjson = open_bytes(file.data, file.size, NDJSON_KEEP_IDS);
            assert_int_equal(ndjson_parse_ahead(ndjson, threads, &error), STATUS_OK);
            outcome_collect(ndjson, &ahead);
            ndjson_close(ndjson);
            assert_int_equal(alone.size, ahead.size);
            assert_memory_equal(alone.data, ahead.data, alone.size);
            buffer_release(&file);
            buffer_release(&alone);
            buffer_release(&ahead);
        }
}

/* Closed while lines are being parsed. */
static void test_closed_early(void **state)
{
    (void)state;
    struct buffer file = {0};
    file_write(&file, 1000);
    for (unsigned lines = 0; lines < 3; lines++) {
        struct ndjson_rows rows;
        struct error error = {0};
        struct ndjson *ndjson = open_bytes(file.data, file.size, NDJSON_KEEP_IDS);
        assert_int_equal(ndjson_parse_ahead(ndjson, 2, &error), STATUS_OK);
        for (unsigned i = 0; i < lines; i++)
            assert_int_equal(ndjson_next(ndjson, &rows, &error), STATUS_OK);
        ndjson_close(ndjson);
    }
    buffer_release(&file);
}

static void test_no_file(void **state)
{
    (void)state;
    struct ndjson *ndjson = NULL;
    struct error error = {0};
    assert_int_equal(ndjson_open("/tmp/tim-no-such-file", NDJSON_KEEP_IDS, analyzer, &ndjson, &error), STATUS_NOT_FOUND);
    assert_int_equal(ndjson_open("/tmp", NDJSON_KEEP_IDS, analyzer, &ndjson, &error), STATUS_INVALID);
}

int main(void)
{
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_line),
        cmocka_unit_test(test_slugs),
        cmocka_unit_test(test_numbering),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_malformed_keeps_brand),
        cmocka_unit_test(test_zstd),
        cmocka_unit_test(test_parse_ahead),
        cmocka_unit_test(test_closed_early),
        cmocka_unit_test(test_no_file),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failed;
}
