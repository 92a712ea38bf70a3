#include "server/responder.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <xxhash.h>

#include "server/bearer.h"
#include "server/router.h"

enum { TAG_TEXT_MAX = 24, HEADER_TEXT_MAX = 64 };

static const char methods_public[] = "GET, HEAD, OPTIONS, POST";
static const char methods_admin[] = "GET, HEAD, OPTIONS";

void responder_init(struct responder *responder, const struct service *service, struct index *index, struct heard_ring *heard)
{
    *responder = (struct responder){.service = service, .heard = heard};
    view_init(&responder->view, index);
    compressor_init(&responder->compressor);
    ssize_t got = getrandom(&responder->random, sizeof responder->random, 0);
    assert(got == (ssize_t)sizeof responder->random); /* so few bytes never come in pieces */
}

void responder_release(struct responder *responder)
{
    view_release(&responder->view);
    answer_release(&responder->answer);
    buffer_release(&responder->encoded);
    compressor_release(&responder->compressor);
}

/* splitmix64 (Steele, Lea & Flood, 2014): a bijection of a counter, so that no id comes twice from one thread. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t value = *state += 0x9E3779B97F4A7C15u;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

struct head {
    unsigned hosts, lengths;
    size_t length; /* SIZE_MAX: no number, or a greater one */
    bool is_chunked, has_bad_name;
};

static size_t length_read(const char *value, size_t size)
{
    size_t length = 0;
    if (size == 0 || size > 6)
        return SIZE_MAX;
    for (size_t i = 0; i < size; i++) {
        if (value[i] < '0' || value[i] > '9')
            return SIZE_MAX;
        length = length * 10 + (size_t)(value[i] - '0');
    }
    return length;
}

static bool is_named(const char *name, size_t size, const char *wanted)
{
    return size == strlen(wanted) && strncasecmp(name, wanted, size) == 0;
}

static enum MHD_Result head_look(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
                                 size_t value_size)
{
    (void)kind;
    struct head *head = cls;
    /* The letters of a token: RFC 9110, section 5.6.2. */
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    head->has_bad_name |= name_size == 0 || strspn(name, letters) != name_size;
    head->is_chunked |= is_named(name, name_size, "Transfer-Encoding");
    if (is_named(name, name_size, "Content-Length")) {
        head->lengths++;
        head->length = length_read(value, value_size);
    }
    head->hosts += is_named(name, name_size, "Host");
    return MHD_YES;
}

/* Before the target is parsed: only the path as it is always written takes a body. */
static bool body_is_taken(const char *method, const struct exchange *exchange)
{
    static const char path[] = "/1/events";
    size_t size = sizeof path - 1;
    return strcmp(method, "POST") == 0 && exchange->target_size >= size && memcmp(exchange->target, path, size) == 0 &&
           (exchange->target_size == size || exchange->target[size] == '?');
}

const char *head_fault(struct MHD_Connection *connection, const char *method, struct exchange *exchange)
{
    struct head head = {0};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, head_look, &head);
    exchange->takes_body = body_is_taken(method, exchange) && !head.is_chunked && head.lengths == 1;
    if (exchange->takes_body && head.length > BODY_BYTES_MAX)
        return "events have at most 8192 bytes; send them in several requests";
    if (!exchange->takes_body && (head.is_chunked || head.lengths > 0))
        return "a request with a body (Content-Length or Transfer-Encoding) is not taken here; send a GET without one";
    if (head.has_bad_name)
        return "the name of a header holds something else than the letters of a name";
    return head.hosts > 1 ? "more than one Host header; send one" : NULL;
}

/* An answer that is being made into headers. */
struct outgoing {
    struct MHD_Response *response;
    bool failed; /* sticky */
};

static void header_add(struct outgoing *outgoing, const char *name, const char *value)
{
    if (outgoing->response != NULL && MHD_add_response_header(outgoing->response, name, value) != MHD_YES)
        outgoing->failed = true;
}

static bool is_for_admins(const struct responder *responder)
{
    return responder->service->admin_token != NULL;
}

static const char *methods_allowed(const struct responder *responder)
{
    return is_for_admins(responder) ? methods_admin : methods_public;
}

/* Pages of any origin may read what shoppers get; no page has business with what admins get. */
static void headers_add_origin(struct outgoing *outgoing)
{
    header_add(outgoing, "Access-Control-Allow-Origin", "*");
    header_add(outgoing, "Access-Control-Expose-Headers", "ETag, Server-Timing, X-Applied-Lsn, X-Query-Id, X-Request-Id");
    header_add(outgoing, "Timing-Allow-Origin", "*");
}

static void headers_add_common(const struct responder *responder, struct outgoing *outgoing, const struct exchange *exchange)
{
    const struct answer *answer = &responder->answer;
    header_add(outgoing, "X-Request-Id", exchange->request_id);
    if (answer->query_name[0] != '\0')
        header_add(outgoing, "X-Query-Id", answer->query_name);
    if (!is_for_admins(responder))
        headers_add_origin(outgoing);
    header_add(outgoing, "X-Content-Type-Options", "nosniff");
    header_add(outgoing, "Cache-Control", answer->cache_control);
    char text[HEADER_TEXT_MAX];
    snprintf(text, sizeof text, "engine;dur=%.3f", (double)answer->engine_ns / 1e6);
    header_add(outgoing, "Server-Timing", text);
    if (answer->has_lsn) {
        char lsn[LSN_TEXT_MAX];
        lsn_print(answer->applied_lsn, lsn);
        header_add(outgoing, "X-Applied-Lsn", lsn);
    }
    if (answer->http_status == 401)
        header_add(outgoing, "WWW-Authenticate", "Bearer");
    if (answer->http_status == 405)
        header_add(outgoing, "Allow", methods_allowed(responder));
    if (answer->http_status == 503)
        header_add(outgoing, "Retry-After", "1");
}

static enum MHD_Result send_response(struct responder *responder, struct MHD_Connection *connection, struct exchange *exchange,
                                     unsigned http_status, struct outgoing *outgoing, bool close)
{
    if (close || atomic_load_explicit(&responder->service->draining, memory_order_relaxed))
        header_add(outgoing, "Connection", "close");
    enum MHD_Result result = MHD_NO;
    if (outgoing->response != NULL && !outgoing->failed)
        result = MHD_queue_response(connection, http_status, outgoing->response);
    if (outgoing->response != NULL)
        MHD_destroy_response(outgoing->response);
    exchange->http_status = http_status;
    return result;
}

/* Whether an If-None-Match holds the tag. Compared weakly: a proxy that compresses marks our tags as weak. */
static bool tag_matches(const char *candidates, const char *tag)
{
    if (candidates == NULL)
        return false;
    return strcmp(candidates, "*") == 0 || strstr(candidates, tag) != NULL;
}

/* The tag names the representation, so each encoding has its own. */
static void tag_print(struct bytes body, enum encoding encoding, char tag[TAG_TEXT_MAX])
{
    static const char *const marks[] = {[ENCODING_IDENTITY] = "", [ENCODING_GZIP] = "-g", [ENCODING_BROTLI] = "-b"};
    snprintf(tag, TAG_TEXT_MAX, "\"%016lx%s\"", (uint64_t)XXH3_64bits(body.data, body.size), marks[encoding]);
}

static struct MHD_Response *response_from(struct bytes body)
{
    /* libmicrohttpd copies the bytes; its parameter is not const because it may also own them. */
    return MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_answer(struct responder *responder, struct MHD_Connection *connection, struct exchange *exchange, bool close)
{
    struct answer *answer = &responder->answer;
    struct bytes body = {.data = answer->body.data, .size = answer->body.size};
    enum encoding encoding = body.size < COMPRESS_BYTES_MIN ? ENCODING_IDENTITY : encoding_choose(header(connection, "Accept-Encoding"));
    char tag[TAG_TEXT_MAX];
    tag_print(body, encoding, tag);
    bool known = answer->http_status == 200 && tag_matches(header(connection, "If-None-Match"), tag);
    /* Also for a 304, which names the length that it spares: libmicrohttpd does not send the body. */
    if (encoding != ENCODING_IDENTITY && compressor_run(&responder->compressor, encoding, body, &responder->encoded) == STATUS_OK)
        body = (struct bytes){.data = responder->encoded.data, .size = responder->encoded.size};
    else
        encoding = ENCODING_IDENTITY;
    struct outgoing outgoing = {.response = response_from(body)};
    headers_add_common(responder, &outgoing, exchange);
    header_add(&outgoing, "Vary", "Accept-Encoding");
    if (answer->http_status == 200)
        header_add(&outgoing, "ETag", tag);
    header_add(&outgoing, "Content-Type", answer->content_type);
    if (encoding != ENCODING_IDENTITY)
        header_add(&outgoing, "Content-Encoding", encoding_name(encoding));
    exchange->body_bytes = known || strcmp(exchange->method, "HEAD") == 0 ? 0 : body.size;
    return send_response(responder, connection, exchange, known ? 304 : answer->http_status, &outgoing, close);
}

/* A browser asks so before it lets a page send headers of its own. */
static enum MHD_Result send_options(struct responder *responder, struct MHD_Connection *connection, struct exchange *exchange)
{
    struct outgoing outgoing = {.response = response_from((struct bytes){.data = "", .size = 0})};
    headers_add_common(responder, &outgoing, exchange);
    header_add(&outgoing, "Allow", methods_allowed(responder));
    if (!is_for_admins(responder)) {
        header_add(&outgoing, "Access-Control-Allow-Methods", methods_allowed(responder));
        header_add(&outgoing, "Access-Control-Allow-Headers", "*");
        header_add(&outgoing, "Access-Control-Max-Age", "86400");
    }
    return send_response(responder, connection, exchange, 204, &outgoing, false);
}

static void begin(struct responder *responder, struct MHD_Connection *connection, const char *method, struct exchange *exchange)
{
    answer_reset(&responder->answer);
    snprintf(exchange->method, sizeof exchange->method, "%s", method);
    exchange_name(exchange, header(connection, "X-Request-Id"), random_next(&responder->random));
}

static void route(struct responder *responder, struct exchange *exchange)
{
    struct target target;
    struct error error = {0};
    struct answer *answer = &responder->answer;
    struct bytes raw = {.data = exchange->target, .size = exchange->target_size};
    enum status status = target_parse(raw, &responder->view.arena, &target, &error);
    if (status != STATUS_OK) {
        answer_refuse(answer, status == STATUS_LIMIT ? 414 : 400, error.text);
        return;
    }
    struct call call = {
        .service = responder->service, .target = &target, .view = &responder->view, .answer = answer, .heard = responder->heard};
    call.is_post = strcmp(exchange->method, "POST") == 0;
    call.body = (struct bytes){.data = exchange->body.data, .size = exchange->body.size};
    exchange->endpoint = route_run(&call);
    exchange->engine_ns = answer->engine_ns;
}

/* Before anything else is looked at, so that a stranger does not learn which paths there are. */
static bool is_admitted(const struct responder *responder, struct MHD_Connection *connection)
{
    return !is_for_admins(responder) || bearer_matches(header(connection, "Authorization"), responder->service->admin_token);
}

enum MHD_Result responder_answer(struct responder *responder, struct MHD_Connection *connection, const char *method,
                                 struct exchange *exchange)
{
    begin(responder, connection, method, exchange);
    if (!is_admitted(responder, connection)) {
        answer_refuse(&responder->answer, 401, "this port is for admins: send \"Authorization: Bearer\" with the admin token");
        return send_answer(responder, connection, exchange, false);
    }
    if (strcmp(method, "OPTIONS") == 0)
        return send_options(responder, connection, exchange);
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0)
        route(responder, exchange);
    else
        answer_refuse(&responder->answer, 405,
                      is_for_admins(responder) ? "only GET, HEAD and OPTIONS are answered here"
                                               : "only GET, HEAD, OPTIONS and, for /1/events, POST are answered here");
    enum MHD_Result result = send_answer(responder, connection, exchange, false);
    view_end(&responder->view);
    return result;
}

enum MHD_Result responder_refuse_head(struct responder *responder, struct MHD_Connection *connection, const char *method, const char *fault,
                                      struct exchange *exchange)
{
    begin(responder, connection, method, exchange);
    answer_refuse(&responder->answer, 400, fault);
    return send_answer(responder, connection, exchange, true);
}
