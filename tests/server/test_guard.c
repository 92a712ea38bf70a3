/* What strangers may send to the port: every request is answered or closed in time, none is answered twice, and the server goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "site.h"
#include "wire.h"

enum { MUTATION_ROUNDS = 3, MUTATIONS = 500 };

static struct site site;

/* The bytes sent are head, then `fill` repeated, then tail. */
struct hostile {
    const char *name;
    const char *head;
    size_t head_size; /* 0: strlen */
    const char *fill;
    unsigned fill_count;
    const char *tail;
    unsigned statuses[4]; /* one of these */
    unsigned answers_max;
    bool must_close;
};

#define HOST "Host: shop\r\n"
#define NEXT "GET /healthz?next HTTP/1.1\r\nHost: shop\r\n\r\n"
#define BYTES(text) text, sizeof(text) - 1

enum {
    SILENT = 1, /* closed, or left open, without an answer */
    TWICE = 2,  /* libmicrohttpd 0.9.75 sends the head of an error of its own twice, then closes */
};

static const struct hostile hostiles[] = {
    {"plain", "GET /healthz HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {200}, 1, false},
    {"nul by escape", "GET /v1/search?q=a%00b HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"invalid utf-8 by escape", "GET /v1/search?q=%ff%fe HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"invalid utf-8 raw", "GET /v1/search?q=\xff HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"overlong utf-8", "GET /v1/search?q=%C0%AF HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"surrogate", "GET /v1/search?q=%ED%A0%80 HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"nul in the path by escape", "GET /v1%00/search HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"raw nul in the target", BYTES("GET /healthz?a\0b HTTP/1.1\r\n" HOST "\r\n"), NULL, 0, NULL, {200, 400}, 1, false},
    {"half escapes", "GET /healthz?q=%zz%4 HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"name without value", "GET /v1/search?q HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {200}, 1, false},
    {"value without name", "GET /v1/search?=x HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"only ampersands", "GET /healthz?&&&&&&&& HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {200}, 1, false},
    {"query of 1,900 bytes", "GET /v1/search?q=", 0, "x", 1900, " HTTP/1.1\r\n" HOST "\r\n", {400}, 1, false},
    {"target of 2,049 bytes", "GET /v1/search?q=", 0, "x", 2036, " HTTP/1.1\r\n" HOST "\r\n", {414}, 1, false},
    {"target of 10 kB", "GET /v1/search?q=", 0, "x", 10000, " HTTP/1.1\r\n" HOST "\r\n", {414}, 1, false},
    {"target of 40 kB", "GET /v1/search?q=", 0, "x", 40000, " HTTP/1.1\r\n" HOST "\r\n", {414, SILENT}, 1, true},
    {"target of 1 MB", "GET /v1/search?q=", 0, "x", 1000000, " HTTP/1.1\r\n" HOST "\r\n", {414, SILENT}, 1, true},
    {"64 parameters", "GET /healthz?a=1", 0, "&a=1", 63, " HTTP/1.1\r\n" HOST "\r\n", {400}, 1, false},
    {"65 parameters", "GET /v1/search?q=1", 0, "&a=1", 64, " HTTP/1.1\r\n" HOST "\r\n", {400}, 1, false},
    {"600 parameters", "GET /v1/search?q=1", 0, "&a", 600, " HTTP/1.1\r\n" HOST "\r\n", {400}, 1, false},
    {"1,000 one-letter parameters", "GET /v1/search?q", 0, "&a", 1000, " HTTP/1.1\r\n" HOST "\r\n", {400}, 1, false},
    {"5,000 parameters", "GET /v1/search?q=1", 0, "&a=1", 5000, " HTTP/1.1\r\n" HOST "\r\n", {414, SILENT}, 1, false},
    {"7,000 parameters in 14 kB", "GET /v1/search?q", 0, "&a", 7000, " HTTP/1.1\r\n" HOST "\r\n", {414, SILENT}, 1, false},
    {"path of dots", "GET /../../../../etc/passwd HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {404}, 1, false},
    {"slug with a slash", "GET /v1/products/a%2Fb HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {404}, 1, false},
    {"empty slug", "GET /v1/products/ HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {404}, 1, false},
    {"absolute target", "GET http://shop/healthz HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {200}, 1, false},
    {"foreign scheme", "GET ftp://shop/healthz HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"target without a slash", "GET healthz HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"options of the server", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {204}, 1, false},
    {"asterisk", "GET * HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {404}, 1, false},
    {"header of 40 kB", "GET /healthz HTTP/1.1\r\n" HOST "X: ", 0, "y", 40000, "\r\n\r\n", {431, SILENT}, 1, true},
    {"1,000 headers", "GET /healthz HTTP/1.1\r\n" HOST, 0, "X: y\r\n", 1000, "\r\n", {431, 413, 200, SILENT}, 1, false},
    {"10,000 headers", "GET /healthz HTTP/1.1\r\n" HOST, 0, "X: y\r\n", 10000, "\r\n", {431, 413, SILENT}, 1, true},
    {"3,000 cookies", "GET /healthz HTTP/1.1\r\n" HOST "Cookie: a=b", 0, ";a=b", 3000, "\r\n\r\n", {200, 431, SILENT}, 1, false},
    {"two lengths",
     "GET /healthz HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"two lengths reversed",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 44\r\nContent-Length: 0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"length and chunks",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"chunks and length",
     "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 60\r\n\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"chunked",
     "GET /healthz HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"strange coding", "GET /healthz HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n" NEXT, 0, NULL, 0, NULL, {400}, 1, true},
    {"chunked with capitals",
     "GET /healthz HTTP/1.1\r\n" HOST "tRANSFER-eNCODING: Chunked\r\n\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"chunked with a space before the colon",
     "GET /healthz HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"length with a tab before the colon",
     "GET /healthz HTTP/1.1\r\n" HOST "Content-Length\t: 5\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"header without a name", "GET /healthz HTTP/1.1\r\n" HOST ": chunked\r\n\r\n" NEXT, 0, NULL, 0, NULL, {200, 400}, 2, false},
    {"length 0", "GET /healthz HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n" NEXT, 0, NULL, 0, NULL, {400}, 1, true},
    {"negative length", "GET /healthz HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n" NEXT, 0, NULL, 0, NULL, {400, SILENT}, TWICE, true},
    {"huge length",
     "POST /healthz HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\n",
     0,
     NULL,
     0,
     NULL,
     {400, 413, SILENT},
     TWICE,
     true},
    {"chunk overflow",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
     0,
     NULL,
     0,
     NULL,
     {400, 413, SILENT},
     1,
     true},
    {"body that waits for 100",
     "POST /v1/search HTTP/1.1\r\n" HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"large body", "POST /v1/search HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n", 0, "x", 1000000, NULL, {400, SILENT}, 1, true},
    {"events", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 13\r\n\r\n{\"events\":[]}", 0, NULL, 0, NULL, {200}, 1, false},
    {"events and the next",
     "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 13\r\n\r\n{\"events\":[]}" NEXT,
     0,
     NULL,
     0,
     NULL,
     {200},
     2,
     false},
    {"events, no JSON", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n{x}", 0, NULL, 0, NULL, {400}, 1, false},
    {"events, no object", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n[1]", 0, NULL, 0, NULL, {400}, 1, false},
    {"events, deep", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 8000\r\n\r\n", 0, "[", 8000, NULL, {400}, 1, false},
    {"events, empty", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"events without a length", "POST /1/events HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"events, largest", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 8192\r\n\r\n", 0, " ", 8192, NULL, {400}, 1, false},
    {"events, too large", "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 8193\r\n\r\n", 0, " ", 8193, NULL, {400, SILENT}, 1, true},
    {"events, two lengths",
     "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 44\r\nContent-Length: 0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"events, two framings",
     "POST /1/events HTTP/1.1\r\n" HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT,
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"events, chunked",
     "POST /1/events HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nd\r\n{\"events\":[]}\r\n0\r\n\r\n",
     0,
     NULL,
     0,
     NULL,
     {400},
     1,
     true},
    {"events elsewhere", "POST /1/eventss HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 0, NULL, 0, NULL, {400}, 1, true},
    {"events by GET", "GET /1/events HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"POST", "POST /v1/search HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"PUT", "PUT /v1/search HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"DELETE", "DELETE /v1/products/a HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"TRACE", "TRACE / HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"CONNECT", "CONNECT shop:443 HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405, SILENT}, 1, false},
    {"lower-case get", "get /healthz HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {405}, 1, false},
    {"method of 5,000 letters", "", 0, "A", 5000, " / HTTP/1.1\r\n" HOST "\r\n", {405}, 1, false},
    {"no host", "GET /healthz HTTP/1.1\r\n\r\n", 0, NULL, 0, NULL, {400}, TWICE, true},
    {"two hosts", "GET /healthz HTTP/1.1\r\n" HOST HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, true},
    {"space before the colon", "GET /healthz HTTP/1.1\r\nHost : shop\r\n\r\n", 0, NULL, 0, NULL, {400, SILENT}, TWICE, true},
    {"space in the target", "GET /v1/search?q=a b HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400, SILENT}, 1, true},
    {"header without a colon", "GET /healthz HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 0, NULL, 0, NULL, {400, SILENT}, 1, true},
    {"folded header", "GET /healthz HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 0, NULL, 0, NULL, {200, 400}, 1, false},
    {"nul in a header", BYTES("GET /healthz HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"), NULL, 0, NULL, {200, 400, SILENT}, 1, false},
    {"bare line feeds", "GET /healthz HTTP/1.1\nHost: shop\n\n", 0, NULL, 0, NULL, {200, 400}, 1, false},
    {"HTTP/2.0", "GET /healthz HTTP/2.0\r\n" HOST "\r\n", 0, NULL, 0, NULL, {505, 400}, 1, true},
    {"HTTP/0.9", "GET /healthz\r\n\r\n", 0, NULL, 0, NULL, {400, SILENT}, 1, true},
    {"HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n", 0, NULL, 0, NULL, {200}, 1, true},
    {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, NULL, 0, NULL, {505, 400, 405, SILENT}, 1, true},
    {"TLS hello", BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), NULL, 0, NULL, {SILENT}, 0, true},
    {"noise", BYTES("\x00\xff\x80\r\n\r\n\x01\x02\r\n\r\n"), NULL, 0, NULL, {SILENT, 400}, 1, true},
    {"only line ends", "\r\n\r\n\r\n\r\n", 0, NULL, 0, NULL, {SILENT, 400}, 1, true},
    {"spaces only", "", 0, " ", 20000, NULL, {SILENT, 400, 414}, 1, true},
    {"one endless line", "", 0, "G", 200000, NULL, {SILENT, 400, 414}, 1, true},
    {"half a request line", "GET /hea", 0, NULL, 0, NULL, {SILENT}, 0, true},
    {"half a head", "GET /healthz HTTP/1.1\r\nHost: sh", 0, NULL, 0, NULL, {SILENT, 400, 408}, 1, true},
    {"nothing", "", 0, NULL, 0, NULL, {SILENT}, 0, true},
    {"three in a row", "GET /healthz HTTP/1.1\r\n" HOST "\r\n" NEXT NEXT, 0, NULL, 0, NULL, {200}, 3, false},
    {"request id with line ends by escape",
     "GET /healthz HTTP/1.1\r\n" HOST "X-Request-Id: a%0d%0aSet-Cookie: x\r\n\r\n",
     0,
     NULL,
     0,
     NULL,
     {200},
     1,
     false},
    {"request id of 4 kB", "GET /healthz HTTP/1.1\r\n" HOST "X-Request-Id: ", 0, "a", 4096, "\r\n\r\n", {200}, 1, false},
    {"markup in the query", "GET /v1/search?<script>=1 HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
    {"quotes in a name", "GET /healthz?%22%5C%0a=1 HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 0, NULL, {400}, 1, false},
};

static void bytes_make(const struct hostile *hostile, struct buffer *bytes)
{
    buffer_append(bytes, hostile->head, hostile->head_size > 0 ? hostile->head_size : strlen(hostile->head));
    for (unsigned i = 0; i < hostile->fill_count; i++)
        buffer_append_text(bytes, hostile->fill);
    if (hostile->tail != NULL)
        buffer_append_text(bytes, hostile->tail);
}

static unsigned answers_count(const struct reply *reply)
{
    unsigned count = 0;
    for (const char *at = reply->bytes.data; (at = strstr(at, "HTTP/1.1 ")) != NULL; at += 9)
        count += strncmp(at + 9, "100", 3) != 0; /* "100 Continue" is no answer */
    return count;
}

static bool is_allowed(const struct hostile *hostile, unsigned status)
{
    unsigned wanted = status == 0 ? SILENT : status;
    for (size_t i = 0; i < 4; i++) {
        if (hostile->statuses[i] == wanted)
            return true;
    }
    return false;
}

static void check_alive(void)
{
    struct reply reply;
    assert_true(wire_request(site.port, "GET", "/healthz", "", &reply));
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_body(&reply), "{\"status\":\"ok\"}");
    reply_release(&reply);
}

static bool try_one(const struct hostile *hostile)
{
    struct buffer bytes = {0};
    struct reply reply = {0};
    bytes_make(hostile, &bytes);
    int fd = wire_connect(site.port);
    assert_true(fd >= 0);
    wire_send(fd, bytes.data, bytes.size); /* the server may close in the middle */
    uint64_t start = clock_monotonic_ns();
    if (!hostile->must_close)
        wire_read(fd, false, 2500, &reply);
    wire_read_all(fd, hostile->must_close ? 3000 : 40, &reply);
    unsigned took_ms = (unsigned)((clock_monotonic_ns() - start) / 1000000);
    unsigned answers = answers_count(&reply);
    bool good = is_allowed(hostile, reply.status);
    good = good && strstr(reply.bytes.data, "Set-Cookie") == NULL && answers <= hostile->answers_max &&
           (!hostile->must_close || reply.closed) && took_ms < 2500;
    if (!good)
        print_error("%s: status %u, %u answers, %s after %u ms\n", hostile->name, reply.status, answers, reply.closed ? "closed" : "open",
                    took_ms);
    close(fd);
    reply_release(&reply);
    buffer_release(&bytes);
    return good;
}

static void test_hostile_requests(void **state)
{
    (void)state;
    assert_true(sizeof hostiles / sizeof *hostiles >= 60);
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof hostiles / sizeof *hostiles; i++) {
        failures += !try_one(&hostiles[i]);
        check_alive();
    }
    assert_int_equal(failures, 0);
}

static void mutate(struct buffer *bytes, unsigned *seed)
{
    static const char spice[] = "\r\n \t:;,%&?=/\0\xff+-09aZ";
    unsigned edits = 1 + (unsigned)rand_r(seed) % 4;
    for (unsigned i = 0; i < edits && bytes->size > 2; i++) {
        size_t at = (size_t)rand_r(seed) % bytes->size, size = 1 + (size_t)rand_r(seed) % 8;
        size = size > bytes->size - at ? bytes->size - at : size;
        switch (rand_r(seed) % 4) {
        case 0: /* change a byte */
            bytes->data[at] = spice[(size_t)rand_r(seed) % sizeof spice];
            break;
        case 1: /* take some out */
            memmove(bytes->data + at, bytes->data + at + size, bytes->size - at - size);
            bytes->size -= size;
            break;
        case 2: /* say some twice */
            (void)!buffer_reserve(bytes, size);
            memmove(bytes->data + at + size, bytes->data + at, bytes->size - at);
            bytes->size += size;
            break;
        default: /* end early */
            bytes->size = at + 1;
        }
    }
}

static int mutated_send(unsigned *seed, struct buffer *bytes)
{
    const struct hostile *hostile;
    do {
        hostile = &hostiles[(size_t)rand_r(seed) % (sizeof hostiles / sizeof *hostiles)];
    } while (hostile->fill_count > 100);
    bytes_make(hostile, bytes);
    mutate(bytes, seed);
    int fd = wire_connect(site.port);
    assert_true(fd >= 0);
    wire_send(fd, bytes->data, bytes->size);
    shutdown(fd, SHUT_WR);
    return fd;
}

/* Requests of the table with bytes changed, dropped and doubled: each connection ends, and the server goes on. */
static void test_mutated_requests(void **state)
{
    (void)state;
    const char *chosen = getenv("TIM_SEED");
    unsigned seed = chosen != NULL ? (unsigned)strtoul(chosen, NULL, 10) : (unsigned)clock_monotonic_ns();
    print_message("TIM_SEED=%u\n", seed);
    unsigned failures = 0;
    for (unsigned round = 0; round < MUTATION_ROUNDS; round++) {
        struct buffer bytes[MUTATIONS] = {{0}};
        int fds[MUTATIONS];
        for (unsigned i = 0; i < MUTATIONS; i++)
            fds[i] = mutated_send(&seed, &bytes[i]);
        for (unsigned i = 0; i < MUTATIONS; i++) {
            struct reply reply = {0};
            wire_read_all(fds[i], 3000, &reply);
            if (!reply.closed)
                print_error("not closed, status %u: %.*s\n", reply.status, (int)bytes[i].size, bytes[i].data);
            failures += !reply.closed;
            close(fds[i]);
            reply_release(&reply);
            buffer_release(&bytes[i]);
        }
    }
    assert_int_equal(failures, 0);
    check_alive();
}

static void test_errors_are_json(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        unsigned status;
        const char *start, *end;
    } cases[] = {
        {"/nowhere", 404, "{\"statusCode\":404,\"message\":\"", ",\"error\":\"Not Found\"}"},
        {"/healthz?verbos", 400, "{\"statusCode\":400,\"message\":\"", ",\"error\":\"Bad Request\"}"},
        {"/v1/search/suggest?limti=1", 400,
         "{\"statusCode\":400,\"message\":\"unknown parameter \\\"limti\\\"; did you mean \\\"limit\\\"?\"", "}"},
        {"/v1/search/suggest?limit=0", 400, "{\"statusCode\":400,\"message\":\"limit has to be", "}"},
        {"/v1/search/suggest?limit=11", 400, "{\"statusCode\":400,\"message\":\"limit has to be", "}"},
        {"/v1/search/suggest?limit=1e1", 400, "{\"statusCode\":400,\"message\":\"limit has to be", "}"},
        {"/v1/search/suggest?limit=-1", 400, "{\"statusCode\":400,\"message\":\"limit has to be", "}"},
        {"/v1/search/suggest?q=a&q=b", 400, "{\"statusCode\":400,\"message\":\"q was given twice", "}"},
        {"/v1/search?page=-1", 400, "{\"statusCode\":400,", ",\"error\":\"Bad Request\"}"},
        {"/healthz?%22%5C%0a=1", 400, "{\"statusCode\":400,\"message\":\"/healthz has no such parameter: \\\"\\\\\\n\"", "}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply reply;
        char type[64];
        assert_true(wire_request(site.port, "GET", cases[i].target, "", &reply));
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(reply_header(&reply, "Content-Type", type, sizeof type), "application/json; charset=utf-8");
        const char *body = reply_body(&reply);
        if (strncmp(body, cases[i].start, strlen(cases[i].start)) != 0)
            print_error("%s: %s\n", cases[i].target, body);
        assert_int_equal(strncmp(body, cases[i].start, strlen(cases[i].start)), 0);
        assert_string_equal(body + strlen(body) - strlen(cases[i].end), cases[i].end);
        reply_release(&reply);
    }
}

/* The message is cut on a whole character. */
static void test_a_long_name_stays_valid_text(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 3; shift++) {
        struct buffer target = {0};
        buffer_append_text(&target, "/healthz?");
        for (unsigned i = 0; i < shift; i++)
            buffer_append_char(&target, 'a');
        for (unsigned i = 0; i < 220; i++)
            buffer_append_text(&target, "%E1%BA%A5");
        buffer_append_char(&target, '\0');
        struct reply reply;
        assert_true(wire_request(site.port, "GET", target.data, "", &reply));
        assert_int_equal(reply.status, 400);
        assert_true(text_is_valid(reply_body(&reply), reply_body_size(&reply)));
        reply_release(&reply);
        buffer_release(&target);
    }
}

static void test_slow_heads_are_closed(void **state)
{
    (void)state;
    int silent = wire_connect(site.port), trickling = wire_connect(site.port), second = wire_connect(site.port);
    assert_true(wire_send_text(second, "GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n"));
    struct reply reply = {0}, closing[3] = {{0}};
    assert_true(wire_read(second, false, 2000, &reply));
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    static const char head[] = "GET /healthz HTTP/1.1\r\nHost: shop\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    uint64_t start = clock_monotonic_ns();
    bool open[2] = {true, true};
    for (size_t at = 0; at + 1 < sizeof head && (open[0] || open[1]); at++) {
        int fds[2] = {trickling, second};
        for (size_t i = 0; i < 2; i++) {
            open[i] = open[i] && wire_send(fds[i], head + at, 1);
            if (open[i] && !wire_more(fds[i], &closing[i], 0))
                open[i] = !closing[i].closed;
        }
        clock_sleep_ms(50);
    }
    assert_false(open[0] || open[1]); /* also the head of a second request may not trickle in */
    assert_true(clock_monotonic_ns() - start < 3000000000u);
    wire_read_all(silent, 2000, &closing[2]);
    assert_true(closing[2].closed);
    int fds[3] = {silent, trickling, second};
    for (size_t i = 0; i < 3; i++) {
        close(fds[i]);
        reply_release(&closing[i]);
    }
}

int main(void)
{
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    site_start(&site, &options);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_json),       cmocka_unit_test(test_a_long_name_stays_valid_text),
        cmocka_unit_test(test_slow_heads_are_closed), cmocka_unit_test(test_hostile_requests),
        cmocka_unit_test(test_mutated_requests),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    site_close(&site);
    return failed;
}
