/* What is learned of queries: through a running server into the folder, with what is shown, forgotten and refused; and the ring under two
 * threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "query/popular.h"
#include "server/heard.h"
#include "server/learner.h"
#include "server/pending.h"
#include "server/query_name.h"
#include "shop.h"
#include "storage/learned.h"
#include "storage/snapshot.h"
#include "wire.h"

static struct site site;
static char folder[96];

static int open_site(void **state)
{
    (void)state;
    site_folder_make(&site);
    site_publish(&site, shop_fill);
    site_open_index(&site);
    snprintf(folder, sizeof folder, "%s/stats", site.folder);
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    site_close(&site);
    return 0;
}

static struct server_options learning(void)
{
    struct server_options options = site_options(&site);
    options.stats = folder;
    options.stats_interval_ms = 100;
    options.stats_half_life_s = 3600;
    options.stats_window_s = 600;
    return options;
}

static void ask(const char *target)
{
    struct reply reply;
    assert_true(wire_request(site.port, "GET", target, "", &reply));
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
}

static enum status learned_now(const char *query, struct learned *out)
{
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct error error = {0};
    enum status status = learned_open(folder, ENV_READ, &env, &error);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(snapshot_open(env, &snapshot, &error), STATUS_OK);
    status = learned_get(snapshot, bytes_of(query), out);
    snapshot_close(snapshot);
    learned_close(env);
    return status;
}

static void through_a_server(void **state)
{
    (void)state;
    struct learned learned;
    struct server_options options = learning();
    site_start(&site, &options);
    for (unsigned i = 0; i < 3; i++)
        ask("/v1/search?q=t%E1%BB%A7+l%E1%BA%A1nh");
    ask("/v1/search?q=++tu++lanh+");
    ask("/v1/search?q=tu+lanh&page=1");       /* the same search */
    ask("/v1/search?q=tu+lanh&brand=hai-au"); /* narrowed */
    ask("/v1/search?q=khongcogi&facets=brand");
    ask("/v1/search?q=%22tu+lanh%22"); /* another search than that of its words */
    ask("/v1/search?q=-khongcogi");
    ask("/v1/search?q=0912+345+678");
    ask("/v1/search?q=ai%40do.vn");
    ask("/v1/search?q=");
    server_close(site.server); /* commits what is left */
    site.server = NULL;
    assert_int_equal(learned_now("tu lanh", &learned), STATUS_OK);
    assert_int_equal(learned.searches / LEARNED_WEIGHT_ONE + (learned.searches % LEARNED_WEIGHT_ONE > LEARNED_WEIGHT_ONE / 2), 4);
    assert_int_equal(learned.total, SHOP_PRODUCTS);
    assert_int_equal(learned.windows, 1);
    assert_true(bytes_equal(learned_text_best(learned.spellings, learned.spelling_count), bytes_of("tủ lạnh")));
    assert_int_equal(learned_now("khongcogi", &learned), STATUS_OK);
    assert_int_equal(learned.total, 0);
    assert_int_equal(learned_now("0912 345 678", &learned), STATUS_NOT_FOUND);
    assert_int_equal(learned_now("ai do vn", &learned), STATUS_NOT_FOUND);
    site_start(&site, &options); /* and again: nothing is forgotten */
    ask("/v1/search?q=tu+lanh");
    server_close(site.server);
    site.server = NULL;
    assert_int_equal(learned_now("tu lanh", &learned), STATUS_OK);
    assert_true(learned.searches > 4 * LEARNED_WEIGHT_ONE + LEARNED_WEIGHT_ONE / 2);
}

static void tell(const char *body, unsigned status)
{
    struct reply reply = {0};
    char headers[64];
    struct buffer request = {0};
    snprintf(headers, sizeof headers, "Content-Length: %zu\r\nConnection: close\r\n\r\n", strlen(body));
    buffer_append_text(&request, "POST /1/events?x-algolia-agent=a HTTP/1.1\r\nHost: shop\r\n");
    buffer_append_text(&request, headers);
    buffer_append_text(&request, body);
    int fd = wire_connect(site.port);
    assert_true(fd >= 0 && wire_send(fd, request.data, request.size));
    assert_true(wire_read(fd, false, 5000, &reply));
    assert_int_equal(reply.status, status);
    reply_release(&reply);
    buffer_release(&request);
    close(fd);
}

static void query_id(const char *target, char out[QUERY_NAME_BYTES + 1])
{
    struct reply reply;
    assert_true(wire_request(site.port, "GET", target, "", &reply));
    const char *header = strstr(reply.bytes.data, "X-Query-Id: ");
    assert_non_null(header);
    memcpy(out, header + strlen("X-Query-Id: "), QUERY_NAME_BYTES);
    out[QUERY_NAME_BYTES] = '\0';
    reply_release(&reply);
}

/* Clicks and conversions count for queries that are known; nothing else becomes of them. */
static void events(void **state)
{
    (void)state;
    struct learned learned;
    struct server_options options = learning();
    char id[QUERY_NAME_BYTES + 1], other[QUERY_NAME_BYTES + 1], body[512];
    char whole[96], own[96];
    snprintf(whole, sizeof whole, "%s", folder);
    snprintf(own, sizeof own, "%s/events", site.folder);
    snprintf(folder, sizeof folder, "%s", own);
    site_start(&site, &options);
    query_id("/v1/search?q=tu+lanh", id);
    query_id("/v1/search?q=T%E1%BB%A6++l%E1%BA%A1nh", other);
    assert_string_equal(id, other);
    snprintf(body, sizeof body,
             "{\"events\":[{\"eventType\":\"click\",\"eventName\":\"x\",\"index\":\"products\",\"userToken\":\"ai\",\"objectIDs\":[\"7\"],"
             "\"positions\":[1],\"queryID\":\"%s\"},{\"eventType\":\"view\",\"objectIDs\":[\"8\"]}]}",
             id);
    tell(body, 200);
    tell("{\"events\":[{\"eventType\":\"click\",\"objectIDs\":[\"7\",\"9\"],\"query\":\"tủ lạnh\"}]}", 200);
    tell("{\"events\":[{\"eventType\":\"conversion\",\"objectIDs\":[\"7\"],\"query\":\"tủ lạnh\"}]}", 200);
    tell("{\"events\":[{\"eventType\":\"click\",\"objectIDs\":[\"7\"],\"query\":\"chưa ai hỏi\"}]}", 200);
    tell("{\"events\":[{\"eventType\":\"click\",\"objectIDs\":[\"7\"],\"queryID\":\"kurz\"}]}", 200);
    tell("{\"events\":[{\"objectIDs\":[\"7\"]}]}", 400);
    tell("{\"events\":[7]}", 400);
    tell("{\"events\":{}}", 400);
    tell("{\"events\":[{\"eventType\":\"click\",\"objectIDs\":\"7\"}]}", 400);
    server_close(site.server);
    site.server = NULL;
    assert_int_equal(learned_now("tu lanh", &learned), STATUS_OK);
    assert_int_equal((learned.clicks + LEARNED_WEIGHT_ONE / 2) / LEARNED_WEIGHT_ONE, 3);
    assert_int_equal((learned.conversions + LEARNED_WEIGHT_ONE / 2) / LEARNED_WEIGHT_ONE, 1);
    assert_int_equal(learned.product_count, 2);
    assert_true(bytes_equal(learned_text_best(learned.products, learned.product_count), bytes_of("7")));
    assert_int_equal(learned_now("chua ai hoi", &learned), STATUS_NOT_FOUND);
    snprintf(folder, sizeof folder, "%s", whole);
}

/* A folder that cannot be had costs the learning only. */
static void without_a_folder(void **state)
{
    (void)state;
    struct server_options options = learning();
    options.stats = "/proc/nowhere";
    site_start(&site, &options);
    ask("/v1/search?q=tu+lanh");
    server_close(site.server);
    site.server = NULL;
}

/* Asked in three stretches of a second each. */
static void shown_after_three_windows(void **state)
{
    (void)state;
    struct learner *learner = NULL;
    struct error error = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/other", site.folder);
    const struct learner_options options = {
        .folder = path, .interval_ms = 50, .half_life_s = 3600, .window_s = 1, .ring_count = 1, .analyzer = site.analyzer};
    assert_int_equal(learner_open(&options, &learner, &error), STATUS_OK);
    for (unsigned i = 0; i < 3; i++) {
        struct popular *popular = learner_popular_take(learner);
        assert_int_equal(popular_count(popular), 0);
        learner_popular_give_back(learner, popular);
        heard_put(learner_ring(learner, 0), HEARD_SEARCH, false, bytes_of("Máy giặt"), bytes_of(""), 5);
        heard_put(learner_ring(learner, 0), HEARD_SEARCH, false, bytes_of("không có"), bytes_of(""), 0);
        clock_sleep_ms(i < 2 ? 1100 : 0);
    }
    learner_close(learner);
    assert_int_equal(learner_open(&options, &learner, &error), STATUS_OK);
    struct popular *popular = learner_popular_take(learner);
    struct popular_query found[POPULAR_TOP_MAX];
    assert_int_equal(popular_top(popular, bytes_of("may"), POPULAR_TOP_MAX, found), 1);
    assert_true(bytes_equal(found[0].text, bytes_of("Máy giặt")));
    assert_int_equal(popular_count(popular), 1);
    learner_popular_give_back(learner, popular);
    assert_int_equal(learner_figures(learner).kept, 2);
    learner_close(learner);
}

static void private_queries(void **state)
{
    (void)state;
    assert_true(query_is_public(bytes_of("tủ lạnh 12345678")));
    assert_true(query_is_public(bytes_of("iphone 15 pro max 256gb 2024")));
    assert_false(query_is_public(bytes_of("123456789")));
    assert_false(query_is_public(bytes_of("gọi 0912.345.678")));
    assert_false(query_is_public(bytes_of("(+84) 912-345-678 nhé")));
    assert_false(query_is_public(bytes_of("a@b")));
    assert_false(query_is_public(bytes_of("")));
}

/* More different queries than are kept: the heaviest stay. */
static void bounded(void **state)
{
    (void)state;
    struct learner *learner = NULL;
    struct error error = {0};
    char path[128], query[32];
    snprintf(path, sizeof path, "%s/bounded", site.folder);
    const struct learner_options options = {
        .folder = path, .interval_ms = 1, .half_life_s = 3600, .window_s = 600, .ring_count = 1, .analyzer = site.analyzer};
    assert_int_equal(learner_open(&options, &learner, &error), STATUS_OK);
    for (unsigned i = 0; i < LEARNED_QUERIES_MAX + PENDING_MAX; i++) {
        snprintf(query, sizeof query, "q%u", i);
        heard_put(learner_ring(learner, 0), HEARD_SEARCH, false, bytes_of(query), bytes_of(""), 1);
        if (i % 100 == 0)
            heard_put(learner_ring(learner, 0), HEARD_SEARCH, false, bytes_of("hay"), bytes_of(""), 1);
        if (i % (HEARD_SLOTS - 24) == 0)
            clock_sleep_ms(120);
    }
    clock_sleep_ms(300);
    struct learner_figures figures = learner_figures(learner);
    assert_int_equal(figures.failed, 0);
    assert_true(figures.kept <= LEARNED_QUERIES_MAX);
    assert_true(figures.lost > 0 || figures.kept > LEARNED_QUERIES_MAX / 2);
    learner_close(learner);
    char whole[96];
    snprintf(whole, sizeof whole, "%s", folder);
    snprintf(folder, sizeof folder, "%.90s", path);
    struct learned learned;
    assert_int_equal(learned_now("hay", &learned), STATUS_OK);
    snprintf(folder, sizeof folder, "%s", whole);
}

enum { PUT_COUNT = 200000 };

static void *put_all(void *argument)
{
    for (uint32_t i = 1; i <= PUT_COUNT; i++)
        heard_put(argument, HEARD_SEARCH, false, bytes_of("x"), bytes_of(""), i);
    return NULL;
}

/* Nothing comes twice, out of order or torn; what is missing was counted. */
static void ring_between_threads(void **state)
{
    (void)state;
    struct heard_ring *ring = aligned_alloc(_Alignof(struct heard_ring), sizeof *ring);
    struct heard heard;
    pthread_t writer;
    uint32_t got = 0, last = 0;
    heard_ring_init(ring);
    assert_int_equal(pthread_create(&writer, NULL, put_all, ring), 0);
    while (got + atomic_load(&ring->lost) < PUT_COUNT)
        if (heard_take(ring, &heard)) {
            assert_true(heard.total > last && heard.text_size == 1 && heard.text[0] == 'x');
            last = heard.total;
            got++;
        }
    pthread_join(writer, NULL);
    assert_false(heard_take(ring, &heard));
    assert_true(got >= HEARD_SLOTS);
    heard_put(ring, HEARD_SEARCH, false, (struct bytes){"", 0}, bytes_of(""), 1);
    assert_false(heard_take(ring, &heard));
    heard_ring_release(ring);
    free(ring);
}

static void pending_is_bounded(void **state)
{
    (void)state;
    struct pending pending;
    struct heard heard = {.kind = HEARD_SEARCH};
    pending_init(&pending);
    for (unsigned i = 0; i <= PENDING_MAX; i++) {
        heard.text_size = (uint8_t)snprintf(heard.text, sizeof heard.text, "q%u", i);
        assert_int_equal(pending_add(&pending, &heard), i < PENDING_MAX);
    }
    heard.text_size = (uint8_t)snprintf(heard.text, sizeof heard.text, "q7");
    heard.total = 9;
    assert_true(pending_add(&pending, &heard));
    assert_int_equal(pending.entries[7].count, 2);
    assert_int_equal(pending.entries[7].heard.total, 9);
    pending_clear(&pending);
    assert_true(pending_add(&pending, &heard));
    assert_int_equal(pending.count, 1);
    pending_release(&pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(through_a_server),     cmocka_unit_test(events),
        cmocka_unit_test(without_a_folder),     cmocka_unit_test(shown_after_three_windows),
        cmocka_unit_test(private_queries),      cmocka_unit_test(bounded),
        cmocka_unit_test(ring_between_threads), cmocka_unit_test(pending_is_bounded),
    };
    return cmocka_run_group_tests_name("learner", tests, open_site, close_site);
}
