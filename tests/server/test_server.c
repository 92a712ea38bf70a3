/* The server as its clients and its operator see it: answers, headers, encodings, crowds, the log, the counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <zlib.h>

#include "shop.h"
#include "wire.h"

static struct site site;

static json_t *get_json(const char *target, const char *headers, unsigned status)
{
    struct reply reply;
    assert_true(wire_request(site.port, "GET", target, headers, &reply));
    if (reply.status != status)
        print_error("%s: %u %s\n", target, reply.status, reply_body(&reply));
    assert_int_equal(reply.status, status);
    json_error_t error;
    json_t *json = json_loadb(reply_body(&reply), reply_body_size(&reply), JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        print_error("%s: %s in %s\n", target, error.text, reply_body(&reply));
    assert_non_null(json);
    reply_release(&reply);
    return json;
}

static json_int_t integer_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static void test_search(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/search?q=tu+lanh&facets=brand,category,price&limit=5&page=1", "", 200);
    assert_int_equal(integer_at(answer, "total"), SHOP_PRODUCTS);
    assert_int_equal(integer_at(answer, "page"), 1);
    assert_int_equal(integer_at(answer, "limit"), 5);
    assert_string_equal(text_at(answer, "zone"), "core");
    assert_true(json_is_false(json_object_get(answer, "partial")));
    const json_t *hits = json_object_get(answer, "hits");
    assert_int_equal(json_array_size(hits), 5);
    assert_true(strncmp(text_at(json_array_get(hits, 0), "name"), "Tủ lạnh Số ", 14) == 0);
    json_decref(answer);
}

static void test_highlight(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/search?q=tu+lanh+hai&highlight=true&limit=1", "", 200);
    const json_t *hit = json_array_get(json_object_get(answer, "hits"), 0), *marked = json_object_get(hit, "_highlight");
    assert_true(strncmp(text_at(marked, "name"), "<em>Tủ</em> <em>lạnh</em> Số ", 33) == 0);
    assert_non_null(strstr(text_at(marked, "name"), "&lt;&quot;&amp;&#39;&gt;"));
    assert_string_equal(text_at(marked, "brand"), "<em>Hải</em> Âu");
    assert_true(json_is_null(json_object_get(marked, "description")));
    json_decref(answer);
    answer = get_json("/v1/search?q=tu+lanh&limit=1", "", 200);
    assert_null(json_object_get(json_array_get(json_object_get(answer, "hits"), 0), "_highlight"));
    json_decref(answer);
}

static void test_facets(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/search?q=t%E1%BB%A7&facets=brand,category,price&limit=0&brand=hai-au", "", 200);
    assert_int_equal(json_array_size(json_object_get(answer, "hits")), 0);
    assert_int_equal(integer_at(answer, "total"), SHOP_PRODUCTS / 2);
    const json_t *facets = json_object_get(answer, "facets");
    const json_t *brands = json_object_get(json_object_get(facets, "brand"), "values");
    assert_int_equal(json_array_size(brands), 2); /* a facet ignores its own selection */
    json_int_t sum = 0;
    for (size_t i = 0; i < 2; i++) {
        const json_t *value = json_array_get(brands, i);
        bool selected = strcmp(text_at(value, "value"), "hai-au") == 0;
        assert_string_equal(text_at(value, "label"), selected ? "Hải Âu" : "Bình Minh");
        assert_true(json_is_true(json_object_get(value, "selected")) == selected);
        sum += integer_at(value, "count");
    }
    assert_int_equal(sum, SHOP_PRODUCTS);
    assert_true(json_is_false(json_object_get(json_object_get(facets, "brand"), "truncated")));
    const json_t *roots = json_object_get(json_object_get(facets, "category"), "values");
    assert_int_equal(json_array_size(roots), 1);
    const json_t *root = json_array_get(roots, 0), *children = json_object_get(root, "children");
    assert_string_equal(text_at(root, "value"), "gia-dung");
    assert_int_equal(integer_at(root, "count"), SHOP_PRODUCTS / 2);
    assert_int_equal(json_array_size(children), 1);
    assert_string_equal(text_at(json_array_get(children, 0), "label"), "Tủ lạnh");
    assert_int_equal(integer_at(json_array_get(children, 0), "count"), SHOP_PRODUCTS / 3);
    const json_t *price = json_object_get(facets, "price");
    assert_int_equal(integer_at(price, "min"), 1000000);
    assert_int_equal(integer_at(price, "max"), 1000000 + (SHOP_PRODUCTS - 2) * 100000);
    json_int_t counted = 0;
    size_t index;
    const json_t *bin;
    json_array_foreach(json_object_get(price, "histogram"), index, bin)
    {
        assert_true(integer_at(bin, "from") < integer_at(bin, "to"));
        counted += integer_at(bin, "count");
    }
    assert_int_equal(counted, SHOP_PRODUCTS / 2);
    json_decref(answer);
}

static void test_suggest_in_category(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/search/suggest?q=tu+lanh+so", "", 200);
    const json_t *queries = json_object_get(answer, "queries");
    assert_int_equal(json_array_size(queries), 2);
    const json_t *first = json_array_get(queries, 0), *second = json_array_get(queries, 1);
    assert_string_equal(text_at(first, "text"), "tu lanh so");
    assert_string_equal(text_at(first, "highlight"), "<em>tu lanh so</em>");
    assert_string_equal(text_at(json_object_get(first, "category"), "slug"), "tu-lanh");
    assert_string_equal(text_at(json_object_get(first, "category"), "name"), "Tủ lạnh");
    assert_string_equal(text_at(json_object_get(second, "category"), "slug"), "gia-dung");
    json_decref(answer);
    answer = get_json("/v1/search/suggest?q=tu+lanh", "", 200); /* "tu lanh" in Tủ lạnh says nothing */
    queries = json_object_get(answer, "queries");
    assert_int_equal(json_array_size(queries), 1);
    assert_string_equal(text_at(json_object_get(json_array_get(queries, 0), "category"), "slug"), "gia-dung");
    json_decref(answer);
}

static void test_similar(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/products/tu-lanh-so-10/similar?limit=3", "", 200); /* of child category, 2,000,000 VND */
    const json_t *hits = json_object_get(answer, "hits");
    assert_int_equal(json_array_size(hits), 3);
    assert_string_equal(text_at(json_array_get(hits, 0), "slug"), "tu-lanh-so-8"); /* the same brand, and the next cheaper one */
    size_t index;
    const json_t *hit;
    json_array_foreach(hits, index, hit) assert_string_not_equal(text_at(hit, "slug"), "tu-lanh-so-10");
    json_decref(answer);
    json_decref(get_json("/v1/products/khong-co/similar", "", 404));
    json_decref(get_json("/v1/products/tu-lanh-so-10/similar?limit=0", "", 400));
    json_decref(get_json("/v1/products/tu-lanh-so-10/similar?limit=51", "", 400));
    json_decref(get_json("/v1/products/tu-lanh-so-10/similar?limit=", "", 400));
    json_decref(get_json("/v1/products/tu-lanh-so-10/similar?limit=1&limit=2", "", 400));
    json_decref(get_json("/v1/products/tu-lanh-so-10/similar?q=a", "", 400));
    json_decref(get_json("/v1/products//similar", "", 404));
    json_decref(get_json("/v1/products/a/b/similar", "", 404));
}

static void test_suggest(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/search/suggest?q=t%E1%BB%A7+l&limit=3", "", 200);
    const json_t *suggestions = json_object_get(answer, "suggestions");
    assert_int_equal(json_array_size(json_object_get(answer, "products")), 3);
    assert_int_equal(json_array_size(json_object_get(answer, "brands")), 0);
    assert_int_equal(json_array_size(suggestions), 3);
    const json_t *first = json_array_get(suggestions, 0);
    assert_string_equal(text_at(first, "type"), "product");
    assert_non_null(strstr(text_at(first, "text"), "<\"&'>"));
    const char *html = text_at(first, "highlight");
    assert_non_null(strstr(html, "&lt;&quot;&amp;&#39;&gt;"));
    assert_true(strncmp(html, "<em>Tủ l</em>ạnh", strlen("<em>Tủ l</em>ạnh")) == 0 || strncmp(html, "Tủ lạnh", 9) == 0);
    assert_true(strlen(text_at(first, "id")) > 0);
    json_decref(answer);
}

static void test_product(void **state)
{
    (void)state;
    json_t *answer = get_json("/v1/products/tu-lanh-so-7", "", 200);
    assert_string_equal(text_at(answer, "id"), "8");
    assert_string_equal(text_at(answer, "slug"), "tu-lanh-so-7");
    json_decref(answer);
    answer = get_json("/v1/products/kh%C3%B4ng-c%C3%B3", "", 404);
    assert_non_null(strstr(text_at(answer, "message"), "không-có"));
    json_decref(answer);
}

static void test_every_answer_has_its_headers(void **state)
{
    (void)state;
    static const char *const targets[] = {"/v1/search?q=tu", "/v1/search/suggest?q=t", "/v1/products/tu-lanh-so-1",
                                          "/v1/search?nonsense=1"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct reply reply;
        char value[256];
        assert_true(wire_request(site.port, "GET", targets[i], "X-Request-Id: abc-1.2_3\r\n", &reply));
        assert_string_equal(reply_header(&reply, "X-Request-Id", value, sizeof value), "abc-1.2_3");
        assert_true(strncmp(reply_header(&reply, "Server-Timing", value, sizeof value), "engine;dur=", 11) == 0);
        assert_string_equal(reply_header(&reply, "Access-Control-Allow-Origin", value, sizeof value), "*");
        assert_non_null(strstr(reply_header(&reply, "Access-Control-Expose-Headers", value, sizeof value), "X-Applied-Lsn"));
        assert_string_equal(reply_header(&reply, "Vary", value, sizeof value), "Accept-Encoding");
        assert_string_equal(reply_header(&reply, "Cache-Control", value, sizeof value),
                            reply.status == 200 ? "public, max-age=1" : "no-store");
        if (reply.status == 200)
            assert_string_equal(reply_header(&reply, "X-Applied-Lsn", value, sizeof value), "16/B374D848");
        assert_int_equal(strlen(reply_header(&reply, "ETag", value, sizeof value)) > 0, reply.status == 200);
        reply_release(&reply);
    }
}

static void test_request_ids(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "X-Request-Id: \r\n",
                                      "X-Request-Id: a b\r\n",
                                      "X-Request-Id: \"x\"\r\n",
                                      "X-Request-Id: \xC3\xA1\r\n",
                                      "X-Request-Id: 12345678901234567890123456789012345678901234567890123456789012345\r\n"};
    char ids[6][64] = {{0}};
    for (size_t i = 0; i < 6; i++) {
        struct reply reply;
        assert_true(wire_request(site.port, "GET", "/healthz", bad[i], &reply));
        reply_header(&reply, "X-Request-Id", ids[i], sizeof ids[i]);
        assert_int_equal(strspn(ids[i], "0123456789abcdef"), 16);
        assert_int_equal(strlen(ids[i]), 16);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
        reply_release(&reply);
    }
    struct reply reply;
    char id[128];
    const char *longest = "X-Request-Id: 1234567890123456789012345678901234567890123456789012345678901234\r\n";
    assert_true(wire_request(site.port, "GET", "/healthz", longest, &reply));
    assert_int_equal(strlen(reply_header(&reply, "X-Request-Id", id, sizeof id)), 64);
    reply_release(&reply);
}

static const char page[] = "/v1/search?q=tu+lanh&limit=50";

static void test_head_is_get_without_the_body(void **state)
{
    (void)state;
    static const char *const encodings[] = {"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n"};
    static const char *const same[] = {"ETag", "Content-Length", "Content-Type", "Content-Encoding", "Vary", "Cache-Control"};
    for (size_t e = 0; e < 3; e++) {
        struct reply get, head = {0};
        assert_true(wire_request(site.port, "GET", page, encodings[e], &get));
        int fd = wire_connect(site.port);
        struct buffer request = {0};
        buffer_print(&request, "HEAD %s HTTP/1.1\r\nHost: shop\r\n%s\r\n", page, encodings[e]);
        assert_true(wire_send(fd, request.data, request.size));
        wire_read_all(fd, 100, &head); /* a body would follow at once */
        assert_int_equal(reply_body_size(&head), 0);
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
            char a[128], b[128];
            assert_string_equal(reply_header(&get, same[i], a, sizeof a), reply_header(&head, same[i], b, sizeof b));
        }
        assert_int_equal(head.status, 200);
        close(fd);
        buffer_release(&request);
        reply_release(&get);
        reply_release(&head);
    }
}

static void test_encodings(void **state)
{
    (void)state;
    struct reply plain, gzip, brotli;
    char text[64], tags[3][64];
    assert_true(wire_request(site.port, "GET", page, "Accept-Encoding: gzip;q=0, br;q=0\r\n", &plain));
    assert_true(wire_request(site.port, "GET", page, "Accept-Encoding: gzip\r\n", &gzip));
    assert_true(wire_request(site.port, "GET", page, "Accept-Encoding: gzip, deflate, br\r\n", &brotli));
    assert_string_equal(reply_header(&plain, "Content-Encoding", text, sizeof text), "");
    assert_string_equal(reply_header(&gzip, "Content-Encoding", text, sizeof text), "gzip");
    assert_string_equal(reply_header(&brotli, "Content-Encoding", text, sizeof text), "br");
    assert_true(reply_body_size(&gzip) < reply_body_size(&plain) / 2);
    assert_true(reply_body_size(&brotli) < reply_body_size(&plain) / 2);
    char *out = memory_alloc(reply_body_size(&plain) + 1);
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)reply_body(&gzip);
    stream.avail_in = (uInt)reply_body_size(&gzip);
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)reply_body_size(&plain) + 1;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, reply_body_size(&plain));
    assert_memory_equal(out, reply_body(&plain), reply_body_size(&plain));
    inflateEnd(&stream);
    free(out);
    reply_header(&plain, "ETag", tags[0], sizeof tags[0]);
    reply_header(&gzip, "ETag", tags[1], sizeof tags[1]);
    reply_header(&brotli, "ETag", tags[2], sizeof tags[2]);
    assert_true(strcmp(tags[0], tags[1]) != 0 && strcmp(tags[1], tags[2]) != 0 && strcmp(tags[0], tags[2]) != 0);
    reply_release(&plain);
    reply_release(&gzip);
    reply_release(&brotli);
}

static void test_small_bodies_stay_plain(void **state)
{
    (void)state;
    struct reply reply;
    char text[64];
    assert_true(wire_request(site.port, "GET", "/healthz", "Accept-Encoding: gzip, br\r\n", &reply));
    assert_string_equal(reply_header(&reply, "Content-Encoding", text, sizeof text), "");
    reply_release(&reply);
}

static void test_not_modified(void **state)
{
    (void)state;
    static const char *const encodings[] = {"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct reply first;
        char tag[64], length[32], headers[256], text[128];
        assert_true(wire_request(site.port, "GET", page, encodings[i], &first));
        reply_header(&first, "ETag", tag, sizeof tag);
        reply_header(&first, "Content-Length", length, sizeof length);
        static const char *const before[] = {"", "W/", "\"x\", "};
        for (size_t form = 0; form < 3; form++) {
            struct reply second = {0};
            struct buffer request = {0};
            snprintf(headers, sizeof headers, "%sIf-None-Match: %s%s\r\n", encodings[i], before[form], tag);
            buffer_print(&request, "GET %s HTTP/1.1\r\nHost: shop\r\n%s\r\n", page, headers);
            int fd = wire_connect(site.port);
            assert_true(wire_send(fd, request.data, request.size));
            wire_read_all(fd, 50, &second);
            assert_int_equal(second.status, 304);
            assert_int_equal(reply_body_size(&second), 0);
            assert_string_equal(reply_header(&second, "ETag", text, sizeof text), tag);
            assert_string_equal(reply_header(&second, "Content-Length", text, sizeof text), length);
            assert_string_equal(reply_header(&second, "Vary", text, sizeof text), "Accept-Encoding");
            close(fd);
            buffer_release(&request);
            reply_release(&second);
        }
        struct reply other;
        assert_true(wire_request(site.port, "GET", page, "If-None-Match: \"0\"\r\n", &other));
        assert_int_equal(other.status, 200);
        reply_release(&other);
        reply_release(&first);
    }
}

static void test_preflight(void **state)
{
    (void)state;
    struct reply reply;
    char text[128];
    assert_true(
        wire_request(site.port, "OPTIONS", "/v1/search", "Origin: https://shop.vn\r\nAccess-Control-Request-Method: GET\r\n", &reply));
    assert_int_equal(reply.status, 204);
    assert_string_equal(reply_header(&reply, "Access-Control-Allow-Methods", text, sizeof text), "GET, HEAD, OPTIONS, POST");
    assert_string_equal(reply_header(&reply, "Access-Control-Allow-Origin", text, sizeof text), "*");
    reply_release(&reply);
    assert_true(wire_request(site.port, "DELETE", "/v1/search", "", &reply));
    assert_int_equal(reply.status, 405);
    assert_string_equal(reply_header(&reply, "Allow", text, sizeof text), "GET, HEAD, OPTIONS, POST");
    reply_release(&reply);
}

/* All clients send, then all read: with libmicrohttpd's own loop exactly 128 of them would hang. */
static void crowd(unsigned count)
{
    int *fds = memory_calloc(count, sizeof *fds);
    for (unsigned i = 0; i < count; i++) {
        fds[i] = wire_connect(site.port);
        assert_true(fds[i] >= 0);
    }
    for (unsigned round = 0; round < 3; round++) {
        uint64_t start = clock_monotonic_ns();
        for (unsigned i = 0; i < count; i++)
            assert_true(wire_send_text(fds[i], "GET /v1/search?q=tu+lanh&limit=2 HTTP/1.1\r\nHost: shop\r\n\r\n"));
        for (unsigned i = 0; i < count; i++) {
            struct reply reply = {0};
            assert_true(wire_read(fds[i], false, 5000, &reply));
            assert_int_equal(reply.status, 200);
            reply_release(&reply);
        }
        assert_true(clock_monotonic_ns() - start < 4000000000u);
    }
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
    free(fds);
}

static void test_crowds(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 127, 128, 129, 255, 256, 257, 384, 512};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        crowd(counts[i]);
}

static void test_pipelined_requests_come_back_in_order(void **state)
{
    (void)state;
    int fd = wire_connect(site.port);
    struct buffer request = {0};
    for (unsigned i = 0; i < 20; i++)
        buffer_print(&request, "GET /healthz HTTP/1.1\r\nHost: shop\r\nX-Request-Id: n%u\r\n\r\n", i);
    assert_true(wire_send(fd, request.data, request.size));
    struct reply reply = {0};
    wire_read_all(fd, 300, &reply);
    const char *at = reply.bytes.data;
    for (unsigned i = 0; i < 20; i++) {
        char wanted[40];
        snprintf(wanted, sizeof wanted, "X-Request-Id: n%u\r\n", i);
        at = strstr(at, wanted);
        assert_non_null(at);
    }
    close(fd);
    buffer_release(&request);
    reply_release(&reply);
}

static void test_ready(void **state)
{
    (void)state;
    json_t *answer = get_json("/readyz", "", 200);
    assert_string_equal(text_at(answer, "status"), "ready");
    assert_string_equal(text_at(answer, "appliedLsn"), "16/B374D848");
    assert_int_equal(json_array_size(json_object_get(answer, "reasons")), 0);
    json_decref(answer);
}

static void test_metrics(void **state)
{
    (void)state;
    struct reply reply;
    char type[64];
    assert_true(wire_request(site.port, "GET", "/v1/search?q=tu", "", &reply));
    reply_release(&reply);
    assert_true(wire_request(site.port, "GET", "/metrics", "", &reply));
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_header(&reply, "Content-Type", type, sizeof type), "text/plain; version=0.0.4; charset=utf-8");
    char applied[64];
    snprintf(applied, sizeof applied, "tim_index_applied_lsn_bytes %llu\n", (unsigned long long)SHOP_LSN);
    const char *const wanted[] = {
        "tim_requests_total{endpoint=\"search\",status=\"200\"} ",
        "tim_requests_total{endpoint=\"other\",status=\"405\"} ",
        "tim_request_duration_seconds_bucket{endpoint=\"search\",le=\"+Inf\"} ",
        "tim_engine_duration_seconds_count{endpoint=\"search\"} ",
        "tim_connections_total ",
        "tim_index_ready 1\n",
        "tim_index_documents 60\n",
        applied,
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (strstr(reply_body(&reply), wanted[i]) == NULL)
            print_error("missing: %s in\n%s\n", wanted[i], reply_body(&reply));
        assert_non_null(strstr(reply_body(&reply), wanted[i]));
    }
    for (const char *line = reply_body(&reply); *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
        assert_true(line[0] == '#' || (name > 4 && (line[name] == ' ' || line[name] == '{')));
    }
    reply_release(&reply);
}

static char *log_read(void)
{
    FILE *file = fopen(site.log, "r");
    assert_non_null(file);
    struct buffer text = {0};
    char *room = buffer_reserve(&text, 8 * 1024 * 1024);
    size_t got = fread(room, 1, 8 * 1024 * 1024 - 1, file);
    room[got] = '\0';
    fclose(file);
    return text.data;
}

/* The log line of one request id; NULL when it is not there. */
static json_t *log_line(const char *id)
{
    char *text = log_read();
    json_t *found = NULL;
    for (char *line = text; *line != '\0' && found == NULL;) {
        char *end = strchr(line, '\n');
        assert_non_null(end); /* whole lines only */
        json_error_t error;
        json_t *entry = json_loadb(line, (size_t)(end - line), 0, &error);
        assert_non_null(entry);
        if (strcmp(text_at(entry, "requestId"), id) == 0)
            found = json_incref(entry);
        json_decref(entry);
        line = end + 1;
    }
    free(text);
    return found;
}

static void test_access_log(void **state)
{
    (void)state;
    struct reply reply;
    assert_true(wire_request(site.port, "GET", "/v1/search?q=%22t\xC3\xA1\"\\%0a&x", "X-Request-Id: logged-1\r\n", &reply));
    assert_int_equal(reply.status, 400);
    size_t size = reply_body_size(&reply);
    reply_release(&reply);
    json_t *line = NULL;
    for (unsigned tries = 0; tries < 40 && line == NULL; tries++) {
        clock_sleep_ms(25);
        line = log_line("logged-1");
    }
    assert_non_null(line);
    assert_string_equal(text_at(line, "method"), "GET");
    assert_string_equal(text_at(line, "path"), "/v1/search");
    assert_string_equal(text_at(line, "query"), "q=%22t\\xc3\\xa1\"\\%0a&x");
    assert_string_equal(text_at(line, "remote"), "127.0.0.1");
    assert_int_equal(strlen(text_at(line, "time")), 24);
    assert_int_equal(integer_at(line, "status"), 400);
    assert_int_equal(integer_at(line, "bytes"), (json_int_t)size);
    assert_true(integer_at(line, "totalUs") >= integer_at(line, "engineUs"));
    json_decref(line);
}

int main(void)
{
    site_folder_make(&site);
    site_publish(&site, shop_fill);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    options.header_timeout_ms = 10000;
    site_start(&site, &options);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),       cmocka_unit_test(test_highlight),
        cmocka_unit_test(test_facets),       cmocka_unit_test(test_suggest),
        cmocka_unit_test(test_similar),      cmocka_unit_test(test_suggest_in_category),
        cmocka_unit_test(test_product),      cmocka_unit_test(test_every_answer_has_its_headers),
        cmocka_unit_test(test_request_ids),  cmocka_unit_test(test_head_is_get_without_the_body),
        cmocka_unit_test(test_encodings),    cmocka_unit_test(test_small_bodies_stay_plain),
        cmocka_unit_test(test_not_modified), cmocka_unit_test(test_preflight),
        cmocka_unit_test(test_crowds),       cmocka_unit_test(test_pipelined_requests_come_back_in_order),
        cmocka_unit_test(test_ready),        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_access_log),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    site_close(&site);
    return failed;
}
