/* What an endpoint's handler gets, and the handlers. The router (router.c) holds one table row for each. */
#ifndef TIM_SERVER_ENDPOINT_H
#define TIM_SERVER_ENDPOINT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/answer.h"
#include "server/cursor_text.h"
#include "server/metrics.h"
#include "server/target.h"
#include "server/view.h"

struct analyzer;
struct heard_ring;
struct learner;

/* What all threads of a server share; only `draining` changes while it runs. */
struct service {
    const struct analyzer *analyzer;
    uint64_t cpu_ns;                      /* deadline of one search, of its thread's CPU time; 0: none */
    const struct metrics *const *metrics; /* of each thread */
    unsigned thread_count;
    struct cursor_key cursor_key;
    struct learner *learner; /* NULL: nothing is learned of the queries */
    const char *admin_token; /* NULL: this server is for shoppers; else for those who know it, and no one else is answered */
    atomic_bool draining;
};

struct call {
    const struct service *service;
    const struct target *target;
    struct bytes variable; /* what stood in the place of "{slug}" in the route's path */
    bool is_post;
    struct bytes body; /* of a POST, where it is taken */
    struct view *view; /* begun already when the route needs the index */
    struct answer *answer;
    struct heard_ring *heard; /* this thread's; NULL as service->learner is */
};

/* A handler writes the answer's body, or returns a status and its sentence, from which the router makes the error body. */
enum status search_endpoint(struct call *call, struct error *error);
enum status suggest_endpoint(struct call *call, struct error *error);
enum status similar_endpoint(struct call *call, struct error *error);
enum status events_endpoint(struct call *call, struct error *error);
enum status explain_endpoint(struct call *call, struct error *error);
enum status product_endpoint(struct call *call, struct error *error);
enum status healthz_endpoint(struct call *call, struct error *error);
enum status readyz_endpoint(struct call *call, struct error *error);
enum status metrics_endpoint(struct call *call, struct error *error);

#endif
