/* A search from rows to JSON with highlight=true: every way in which a text can be met, in all forms of Vietnamese, is marked where it
 * stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query/search.h"
#include "server/render_search.h"
#include "tests/cli/shelf.h"

static struct shelf shelf;

/* The name of product 3 is decomposed, that of 4 in the order of Windows-1258. */
static const char products[] =
    "{\"id\":\"1\",\"sku\":\"NR-BV360QSVN\",\"name\":\"Tủ lạnh Panasonic 322 lít NR-BV360QSVN\",\"brand\":\"Panasonic\","
    "\"category\":[\"Điện lạnh\",\"Tủ lạnh\"],\"shortDesc\":\"Bền &amp; <b>tiết</b> kiệm <i>điện</i> \\\"A+\\\"\","
    "\"description\":\"<p>Ngăn đông mềm giúp thịt cá không bị đóng đá, nấu ngay không cần chờ. Máy chạy êm suốt nhiều năm liền và rất dễ "
    "lau "
    "chùi mỗi ngày sau khi nấu nướng xong xuôi.</p><p>Có khay làm đá xoay, hộp rau củ ẩm và kệ kính chịu lực rất tốt.</p>\"}\n"
    "{\"id\":\"2\",\"name\":\"Điện thoại Samsung Galaxy S24 256 GB\",\"brand\":\"Samsung\",\"description\":\"Bán chạy. Bạn bè đều mua.\"}\n"
    "{\"id\":\"3\",\"name\":\"Nồi co\xCC\x9Bm \xC4\x91ie\xCC\xA3\xCC\x82n Sunhouse\"}\n"
    "{\"id\":\"4\",\"name\":\"Gi\xC6\xB0\xC6\xA1\xCC\x80ng g\xC3\xB4\xCC\x83 s\xC3\xB4\xCC\x80i\"}\n"
    "{\"id\":\"5\",\"name\":\"Tranh sơn dầu Hoà bình\"}\n"
    "{\"id\":\"6\",\"name\":\"Tai nghe Bluetooth Sony\"}\n"
    "{\"id\":\"7\",\"name\":\"Ổ cứng 1TB Kingston\"}\n"
    "{\"id\":\"8\",\"name\":\"Bàn ăn 6 ghế\",\"description\":\"Bán kèm ghế. Bàn gỗ sồi.\"}\n"
    "{\"id\":\"9\",\"name\":\"Nước mắm Phú Quốc <ngon> & \\\"rẻ\\\"\"}\n"
    "{\"id\":\"10\",\"name\":\"Kẹo dẻo ĐƯỜNG PHÈN\"}\n"
    "{\"id\":\"11\",\"name\":\"Laptop Dell Inspiron i7-1355U\"}\n";

/* The `_highlight` of a hit, to be freed; NULL: it is no hit. */
static char *highlight_of(const char *query, const char *id)
{
    struct search_request request;
    struct search_result result = {0};
    struct error error = {0};
    struct buffer out = {0};
    char begin[32], *found = NULL;
    request_init(&request);
    assert_int_equal(request_set(&request, "q", bytes_of(query), &error), STATUS_OK);
    assert_int_equal(request_set(&request, "highlight", (struct bytes){"true", 4}, &error), STATUS_OK);
    assert_int_equal(search_run(shelf.snapshot, shelf.analyzer, &request, &(struct search_limits){0}, &shelf.arena, &result, &error),
                     STATUS_OK);
    assert_int_equal(search_render(shelf.snapshot, &request, &result, (struct bytes){"", 0}, &shelf.arena, &out), STATUS_OK);
    buffer_append_char(&out, '\0');
    snprintf(begin, sizeof begin, "{\"id\":\"%s\"", id);
    char *hit = strstr(out.data, begin), *marked = hit == NULL ? NULL : strstr(hit, "\"_highlight\":");
    char *end = marked == NULL ? NULL : strstr(marked, "}}");
    if (end != NULL)
        end = strchr(marked, '}');
    if (end != NULL)
        found = memory_copy(marked, (size_t)(end - marked));
    buffer_release(&out);
    arena_reset(&shelf.arena);
    return found;
}

static void check(const char *query, const char *id, const char *expected)
{
    char *found = highlight_of(query, id);
    if (found == NULL || strstr(found, expected) == NULL)
        fail_msg("%s: no %s in %s", query, expected, found == NULL ? "the hits" : found);
    free(found);
}

static void hits_are_marked(void **state)
{
    (void)state;
    static const struct {
        const char *query, *id, *expected;
    } cases[] = {
        {"tủ lạnh", "1", "\"name\":\"<em>Tủ</em> <em>lạnh</em> Panasonic 322 lít NR-BV360QSVN\""},
        {"TU LANH", "1", "\"category\":[\"Điện <em>lạnh</em>\",\"<em>Tủ</em> <em>lạnh</em>\"]"},
        {"tu\xCC\x89 la\xCC\xA3nh", "1", "\"name\":\"<em>Tủ</em> <em>lạnh</em> "},
        {"tulanh panasonic", "1", "<em>Tủ</em> <em>lạnh</em> <em>Panasonic</em> 322"},
        {"tủ lạnh pana", "1", "\"brand\":\"<em>Pana</em>sonic\""},
        {"nr bv360", "1", "\"sku\":\"<em>NR</em>-<em>BV360</em>QSVN\""},
        {"nrbv360", "1", "\"sku\":\"<em>NR-BV360</em>QSVN\""},
        {"nr-bv360qsvn", "1", "\"sku\":\"<em>NR-BV360QSVN</em>\""},
        {"nrbv36", "1", "\"sku\":\"<em>NR-BV36</em>0QSVN\""},
        {"bền tiết kiệm điện", "1", "\"shortDesc\":\"<em>Bền</em> &amp; <em>tiết</em> <em>kiệm</em> <em>điện</em> &quot;A+&quot;\""},
        {"322 lit", "1", "<em>322 lít</em> NR"},
        {"ddieenj thoaij", "2", "\"name\":\"<em>Điện</em> <em>thoại</em> Samsung"},
        {"dien thoai sam", "2", "<em>Sam</em>sung Galaxy S24 256 GB"},
        {"samsumg", "2", "<em>Samsung</em> Galaxy"},
        {"galaxy 256gb", "2", "<em>Galaxy</em> S24 <em>256 GB</em>"},
        {"nồi cơm điện", "3", "\"<em>Nồi</em> <em>co\xCC\x9Bm</em> <em>\xC4\x91ie\xCC\xA3\xCC\x82n</em> Sunhouse\""},
        {"noi com d", "3", "<em>\xC4\x91</em>ie\xCC\xA3\xCC\x82n Sunhouse"},
        {"noi com die", "3", "<em>\xC4\x91ie\xCC\xA3\xCC\x82</em>n Sunhouse"},
        {"giường gỗ", "4", "\"<em>Gi\xC6\xB0\xC6\xA1\xCC\x80ng</em> <em>g\xC3\xB4\xCC\x83</em> s\xC3\xB4\xCC\x80i\""},
        {"hòa bình", "5", "<em>Hoà</em> <em>bình</em>"},
        {"hoa binh", "5", "<em>Hoà</em> <em>bình</em>"},
        {"blue tooth sony", "6", "<em>Bluetooth</em> <em>Sony</em>"},
        {"kingston 1024gb", "7", "Ổ cứng <em>1TB</em> <em>Kingston</em>"},
        {"bàn", "8", "\"description\":\"Bán kèm ghế. <em>Bàn</em> gỗ sồi.\""},
        {"bạn ghế", "8", "\"name\":\"<em>Bàn</em> ăn 6 <em>ghế</em>\""},
        {"phú quốc", "9", "Nước mắm <em>Phú</em> <em>Quốc</em>   &amp; &quot;rẻ&quot;"},
        {"duong phen", "10", "Kẹo dẻo <em>ĐƯỜNG</em> <em>PHÈN</em>"},
        {"máy tính xách tay dell", "11", "<em>Laptop</em> <em>Dell</em> Inspiron"},
        {"i7 1355u", "11", "<em>i7</em>-<em>1355U</em>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(cases[i].query, cases[i].id, cases[i].expected);
}

/* Another word of the same letters, and a word that was let go of by the reading, stay as they are. */
static void nothing_unasked(void **state)
{
    (void)state;
    check("bàn ăn", "8", "\"description\":\"Bán kèm ghế. <em>Bàn</em> gỗ sồi.\"");
    check("ban", "8", "\"description\":\"<em>Bán</em> kèm ghế. <em>Bàn</em> gỗ sồi.\"");
    check("laptop", "11", "\"name\":\"<em>Laptop</em> Dell Inspiron i7-1355U\"");
    check("", "6",
          "\"name\":\"Tai nghe Bluetooth Sony\",\"sku\":null,\"brand\":null,\"category\":[],\"shortDesc\":null,\"description\":null");
}

static void snippets_are_bounded(void **state)
{
    (void)state;
    check("tủ lạnh khay đá", "1",
          "\"description\":\"…liền và rất dễ lau chùi mỗi ngày sau khi nấu nướng xong xuôi. Có <em>khay</em> làm <em>đá</em> xoay, hộp rau "
          "củ "
          "ẩm và kệ kính chịu lực rất tốt.\"");
    check(
        "panasonic", "1",
        "\"description\":\"Ngăn đông mềm giúp thịt cá không bị đóng đá, nấu ngay không cần chờ. Máy chạy êm suốt nhiều năm liền và rất dễ "
        "lau chùi mỗi ngày sau…\"");
    check("tủ lạnh cá không đóng đá", "1", "\"description\":\"…đông mềm giúp thịt <em>cá</em> <em>không</em>");
}

int main(void)
{
    shelf_open(&shelf, products, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_are_marked),
        cmocka_unit_test(nothing_unasked),
        cmocka_unit_test(snippets_are_bounded),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return !shelf_close(&shelf) || failed != 0;
}
