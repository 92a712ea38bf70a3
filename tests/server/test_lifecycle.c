/* Starting, changing generations and stopping: nobody's request is lost, and what cannot work says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "shop.h"
#include "wire.h"

enum { CLIENTS = 40 };

static enum status try_open(const struct server_options *options, struct error *error)
{
    struct server *server = NULL;
    *error = (struct error){0};
    enum status status = server_open(options, &server, error);
    if (status == STATUS_OK)
        server_close(server);
    return status;
}

static int stranger_listen(bool reuse_port, uint16_t *port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    if (reuse_port)
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void test_a_port_in_use(void **state)
{
    (void)state;
    struct site site;
    struct error error;
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    site_start(&site, &options);
    options.port = site.port;
    assert_int_equal(try_open(&options, &error), STATUS_BUSY);
    assert_non_null(strstr(error.text, "in use"));
    options.address = "0.0.0.0";
    assert_int_equal(try_open(&options, &error), STATUS_BUSY);
    options.address = "127.0.0.1";
    for (unsigned reuse = 0; reuse < 2; reuse++) {
        int fd = stranger_listen(reuse == 1, &options.port);
        assert_int_equal(try_open(&options, &error), STATUS_BUSY);
        close(fd);
        assert_int_equal(try_open(&options, &error), STATUS_OK);
    }
    struct reply reply; /* the first one goes on */
    assert_true(wire_request(site.port, "GET", "/healthz", "", &reply));
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    options.port = site.port;
    server_close(site.server);
    assert_int_equal(try_open(&options, &error), STATUS_OK); /* also with connections in TIME_WAIT */
    site.server = NULL;
    site_close(&site);
}

/* The second socket of a server never joins another server's group. */
static void test_no_two_share_a_port(void **state)
{
    (void)state;
    struct site site;
    struct error error;
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    for (unsigned round = 0; round < 20; round++) {
        struct server *first = NULL, *second = NULL;
        options.port = 0;
        assert_int_equal(server_open(&options, &first, &error), STATUS_OK);
        options.port = server_port(first);
        assert_int_equal(server_open(&options, &second, &error), STATUS_BUSY);
        server_close(first);
    }
    site_close(&site);
}

static void test_what_cannot_work_says_so(void **state)
{
    (void)state;
    struct site site;
    struct error error;
    site_folder_make(&site);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    options.address = "192.0.2.1";
    assert_int_equal(try_open(&options, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "192.0.2.1"));
    options.address = "999.0.0.1";
    assert_int_equal(try_open(&options, &error), STATUS_INVALID);
    options.address = "127.0.0.1";
    options.access_log = "/nonexistent/folder/access.log";
    assert_int_equal(try_open(&options, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/nonexistent/folder/access.log"));
    options.access_log = NULL;
    options.connections_max = 1; /* less than threads */
    assert_int_equal(try_open(&options, &error), STATUS_OK);
    site_close(&site);
}

static unsigned get_status(const struct site *site, const char *target)
{
    struct reply reply;
    unsigned status = wire_request(site->port, "GET", target, "", &reply) ? reply.status : 0;
    reply_release(&reply);
    return status;
}

static void test_without_an_index_and_then_with_one(void **state)
{
    (void)state;
    struct site site;
    struct reply reply;
    char value[64];
    site_folder_make(&site);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    site_start(&site, &options);
    assert_int_equal(get_status(&site, "/healthz"), 200);
    assert_int_equal(get_status(&site, "/metrics"), 200);
    assert_true(wire_request(site.port, "GET", "/v1/search?q=tu", "", &reply));
    assert_int_equal(reply.status, 503);
    assert_string_equal(reply_header(&reply, "Retry-After", value, sizeof value), "1");
    reply_release(&reply);
    assert_true(wire_request(site.port, "GET", "/readyz", "", &reply));
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply_body(&reply), "\"unready\",\"reasons\":[\"no index was published yet"));
    reply_release(&reply);
    site_publish(&site, shop_fill);
    assert_int_equal(get_status(&site, "/readyz"), 200);
    assert_int_equal(get_status(&site, "/v1/search?q=tu"), 200);
    site_close(&site);
}

static void test_an_incomplete_index_is_not_served(void **state)
{
    (void)state;
    struct site site;
    struct error error = {0};
    struct env *env = NULL;
    struct batch *batch = NULL;
    uint32_t generation = 0;
    site_folder_make(&site);
    site_expect(index_create_generation(site.writer, &env, &generation, &error), &error);
    site_expect(index_publish_generation(site.writer, generation, &error), &error);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    site_start(&site, &options);
    assert_int_equal(get_status(&site, "/v1/search?q=tu"), 503);
    assert_int_equal(get_status(&site, "/readyz"), 503);
    site_expect(batch_begin(env, &batch, &error), &error);
    site_expect(complete_put(batch, 1), &error);
    site_expect(batch_commit(batch, &error), &error);
    assert_int_equal(get_status(&site, "/v1/search?q=tu"), 200);
    assert_int_equal(get_status(&site, "/readyz"), 200);
    index_release(site.writer, env);
    site_close(&site);
}

/* A client that asks again and again on one connection until it is told to go, or is cut. */
struct asker {
    const struct site *site;
    const char *target;
    atomic_bool *stop; /* NULL: until told to go */
    pthread_t thread;
    unsigned good, failed; /* answers; 5xx, cut and missing answers */
    bool told;             /* the last answer said "Connection: close" */
};

static void *asker_main(void *argument)
{
    struct asker *asker = argument;
    struct buffer request = {0};
    buffer_print(&request, "GET %s HTTP/1.1\r\nHost: shop\r\n\r\n", asker->target);
    int fd = wire_connect(asker->site->port);
    while (fd >= 0 && !asker->told && asker->failed == 0 && (asker->stop == NULL || !atomic_load(asker->stop))) {
        struct reply reply = {0};
        char text[32];
        bool whole = wire_send(fd, request.data, request.size) && wire_read(fd, false, 5000, &reply);
        if (whole && reply.status == 200)
            asker->good++;
        else
            asker->failed++;
        asker->told = whole && strcmp(reply_header(&reply, "Connection", text, sizeof text), "close") == 0;
        reply_release(&reply);
    }
    if (fd >= 0)
        close(fd);
    buffer_release(&request);
    return NULL;
}

static void askers_start(struct asker *askers, unsigned count, const struct site *site, const char *target, atomic_bool *stop)
{
    for (unsigned i = 0; i < count; i++) {
        askers[i] = (struct asker){.site = site, .target = target, .stop = stop};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, asker_main, &askers[i]), 0);
    }
}

static void test_new_generations_fail_nobody(void **state)
{
    (void)state;
    struct site site;
    struct asker askers[8];
    atomic_bool stop = false;
    site_folder_make(&site);
    site_publish(&site, shop_fill);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    site_start(&site, &options);
    askers_start(askers, 8, &site, "/v1/search?q=tu+lanh&limit=5", &stop);
    for (unsigned i = 0; i < 5; i++) {
        clock_sleep_ms(30);
        site_publish(&site, shop_fill);
    }
    clock_sleep_ms(30);
    atomic_store(&stop, true);
    unsigned good = 0;
    for (unsigned i = 0; i < 8; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].failed, 0);
        good += askers[i].good;
    }
    assert_true(good > 50);
    struct reply reply;
    assert_true(wire_request(site.port, "GET", "/readyz", "", &reply));
    assert_non_null(strstr(reply_body(&reply), "\"generation\":6,"));
    reply_release(&reply);
    site_close(&site);
}

static void test_stopping_cuts_nothing(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct site site;
        struct asker askers[CLIENTS];
        int idle[5];
        site_folder_make(&site);
        site_publish(&site, shop_fill);
        site_open_index(&site);
        struct server_options options = site_options(&site);
        options.header_timeout_ms = 5000;
        site_start(&site, &options);
        for (unsigned i = 0; i < 5; i++) {
            struct reply reply = {0};
            idle[i] = wire_connect(site.port); /* the first one never asks anything */
            if (i > 0)
                assert_true(wire_send_text(idle[i], "GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n") &&
                            wire_read(idle[i], false, 2000, &reply));
            reply_release(&reply);
        }
        askers_start(askers, CLIENTS, &site, "/v1/search?q=tu+lanh&limit=50", NULL);
        clock_sleep_ms(100);
        uint64_t start = clock_monotonic_ns();
        server_close(site.server);
        assert_true(clock_monotonic_ns() - start < 2000000000u); /* idle connections do not hold it */
        site.server = NULL;
        for (unsigned i = 0; i < CLIENTS; i++) {
            pthread_join(askers[i].thread, NULL);
            assert_int_equal(askers[i].failed, 0);
            assert_true(askers[i].told);
        }
        assert_int_equal(wire_connect(site.port), -1);
        for (unsigned i = 0; i < 5; i++)
            close(idle[i]);
        site_close(&site);
    }
}

static void *close_main(void *argument)
{
    server_close(argument);
    return NULL;
}

/* A head that arrives in two pieces, the second after the stop. */
static void test_stopping_waits_for_a_head_under_way(void **state)
{
    (void)state;
    struct site site;
    struct reply reply = {0};
    char text[32];
    pthread_t closer;
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    options.header_timeout_ms = 5000;
    site_start(&site, &options);
    int fd = wire_connect(site.port);
    assert_true(wire_send_text(fd, "GET /healthz HTTP/1.1\r\nHost:"));
    clock_sleep_ms(50);
    assert_int_equal(pthread_create(&closer, NULL, close_main, site.server), 0);
    clock_sleep_ms(600);
    assert_true(wire_send_text(fd, " shop\r\n\r\n"));
    assert_true(wire_read(fd, false, 2000, &reply));
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_header(&reply, "Connection", text, sizeof text), "close");
    pthread_join(closer, NULL);
    site.server = NULL;
    close(fd);
    reply_release(&reply);
    site_close(&site);
}

/* A head that never ends holds the stop for drain_ms and no longer. */
static void test_stopping_ends_in_time(void **state)
{
    (void)state;
    struct site site;
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    options.header_timeout_ms = 60000;
    options.drain_ms = 700;
    site_start(&site, &options);
    int fd = wire_connect(site.port);
    assert_true(wire_send_text(fd, "GET /heal"));
    clock_sleep_ms(50);
    uint64_t start = clock_monotonic_ns();
    server_close(site.server);
    uint64_t took_ms = (clock_monotonic_ns() - start) / 1000000;
    assert_true(took_ms >= 650 && took_ms < 2000);
    site.server = NULL;
    close(fd);
    site_close(&site);
}

static void test_full_of_connections(void **state)
{
    (void)state;
    struct site site;
    int fds[8];
    site_folder_make(&site);
    site_publish(&site, NULL);
    site_open_index(&site);
    struct server_options options = site_options(&site);
    options.threads = 1;
    options.connections_max = 8;
    site_start(&site, &options);
    for (unsigned i = 0; i < 8; i++)
        fds[i] = wire_connect(site.port);
    uint64_t start = clock_monotonic_ns();
    assert_int_equal(get_status(&site, "/healthz"), 200); /* it waits in the queue until the silent ones have been closed */
    assert_true(clock_monotonic_ns() - start < 3000000000u);
    for (unsigned i = 0; i < 8; i++)
        close(fds[i]);
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_port_in_use),
        cmocka_unit_test(test_no_two_share_a_port),
        cmocka_unit_test(test_what_cannot_work_says_so),
        cmocka_unit_test(test_without_an_index_and_then_with_one),
        cmocka_unit_test(test_an_incomplete_index_is_not_served),
        cmocka_unit_test(test_new_generations_fail_nobody),
        cmocka_unit_test(test_stopping_cuts_nothing),
        cmocka_unit_test(test_stopping_waits_for_a_head_under_way),
        cmocka_unit_test(test_stopping_ends_in_time),
        cmocka_unit_test(test_full_of_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
