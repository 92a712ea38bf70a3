/* The client connections of one thread, each with the moment by which it has to get on. libmicrohttpd knows idle time only: a client that
 * sends a byte now and then would keep its connection for ever. */
#ifndef TIM_SERVER_CLIENT_H
#define TIM_SERVER_CLIENT_H

#include <stdint.h>

#include "server/exchange.h"

enum {
    ANSWER_TIMEOUT_MS = 10000, /* to take an answer off our hands; what fits the socket's buffer is off at once */
    IDLE_TIMEOUT_MS = 75000,   /* between two requests; longer than the 60 s of a proxy in front, so that the proxy closes first */
    DRAIN_IDLE_MS = 250,       /* a connection without a request goes after this, once the server drains */
};

enum client_phase {
    CLIENT_HEAD,   /* a request's head, or body, is awaited or arriving */
    CLIENT_ANSWER, /* all is read: being answered */
    CLIENT_IDLE,   /* between two requests */
};

struct client {
    struct client *next, *previous;
    int fd;
    enum client_phase phase;
    uint64_t since_ns;    /* when the phase began */
    uint64_t deadline_ns; /* when it has to be over */
    uint64_t received;    /* bytes the kernel had received when last looked at; 0: not looked at in this phase */
    struct exchange exchange;
};

struct client_list {
    struct client *first;
    unsigned count;
    unsigned head_timeout_ms;
};

/* A new client, in the list until client_free. */
struct client *client_new(struct client_list *list, int fd);
void client_free(struct client_list *list, struct client *client);

/* A request line has arrived. */
void client_begin(struct client_list *list, struct client *client, const char *target);
/* Its head is complete, and so is the body where there is one. */
void client_answer(struct client *client);
/* Its answer was sent, or the connection broke. */
void client_end(struct client *client);

/* Shuts the connections whose deadline has passed; how many. The connections end by themselves afterwards. */
unsigned client_list_sweep(struct client_list *list, uint64_t now_ns);

/* Once the server drains: shuts those that have no request under way and had none since `since_ns`, when that is DRAIN_IDLE_MS ago. */
void client_list_drain(struct client_list *list, uint64_t since_ns, uint64_t now_ns);

#endif
