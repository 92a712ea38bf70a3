#include "server/client.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"

static void phase_enter(struct client *client, enum client_phase phase, unsigned timeout_ms)
{
    client->phase = phase;
    client->since_ns = clock_monotonic_ns();
    client->deadline_ns = client->since_ns + (uint64_t)timeout_ms * 1000000;
    client->received = 0;
}

struct client *client_new(struct client_list *list, int fd)
{
    struct client *client = memory_calloc(1, sizeof *client);
    client->fd = fd;
    client->next = list->first;
    if (list->first != NULL)
        list->first->previous = client;
    list->first = client;
    list->count++;
    phase_enter(client, CLIENT_HEAD, list->head_timeout_ms);
    return client;
}

void client_free(struct client_list *list, struct client *client)
{
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        list->first = client->next;
    if (client->next != NULL)
        client->next->previous = client->previous;
    list->count--;
    exchange_end(&client->exchange);
    free(client);
}

void client_begin(struct client_list *list, struct client *client, const char *target)
{
    exchange_end(&client->exchange);
    exchange_begin(&client->exchange, target);
    /* The head that is arriving already has its deadline. */
    if (client->phase != CLIENT_HEAD)
        phase_enter(client, CLIENT_HEAD, list->head_timeout_ms);
}

void client_answer(struct client *client)
{
    phase_enter(client, CLIENT_ANSWER, ANSWER_TIMEOUT_MS);
}

void client_end(struct client *client)
{
    exchange_end(&client->exchange);
    phase_enter(client, CLIENT_IDLE, IDLE_TIMEOUT_MS);
}

enum { PEER_HAS_ENDED = 8 /* TCP_CLOSE_WAIT of the kernel's states: the client sends no more */ };

static struct tcp_info connection_info(int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info : (struct tcp_info){0};
}

/* An idle client that has begun to send is not idle: its next head has to be complete in time, too. One that will send no more is done;
 * libmicrohttpd misses the end when it came together with the last request. */
static void look_at_idle(struct client_list *list, struct client *client)
{
    struct tcp_info info = connection_info(client->fd);
    if (client->received != 0 && info.tcpi_bytes_received > client->received)
        phase_enter(client, CLIENT_HEAD, list->head_timeout_ms);
    else if (client->received != 0 && info.tcpi_state == PEER_HAS_ENDED)
        shutdown(client->fd, SHUT_RDWR);
    client->received = info.tcpi_bytes_received;
}

unsigned client_list_sweep(struct client_list *list, uint64_t now_ns)
{
    unsigned shut = 0;
    for (struct client *client = list->first; client != NULL; client = client->next) {
        if (client->phase == CLIENT_IDLE)
            look_at_idle(list, client);
        if (now_ns < client->deadline_ns)
            continue;
        shutdown(client->fd, SHUT_RDWR);
        client->deadline_ns = UINT64_MAX;
        shut++;
    }
    return shut;
}

static bool is_silent(const struct client *client)
{
    return client->phase == CLIENT_IDLE || (client->phase == CLIENT_HEAD && connection_info(client->fd).tcpi_bytes_received == 0);
}

void client_list_drain(struct client_list *list, uint64_t since_ns, uint64_t now_ns)
{
    uint64_t pause_ns = (uint64_t)DRAIN_IDLE_MS * 1000000;
    for (struct client *client = list->first; client != NULL; client = client->next) {
        uint64_t silent_since = client->since_ns > since_ns ? client->since_ns : since_ns;
        if (now_ns > silent_since + pause_ns && is_silent(client))
            shutdown(client->fd, SHUT_RDWR);
    }
}
