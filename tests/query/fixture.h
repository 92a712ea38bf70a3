/* A small shop that is written once and then read, by a test that needs no more than this. */
#ifndef TIM_TESTS_QUERY_FIXTURE_H
#define TIM_TESTS_QUERY_FIXTURE_H

#include "shop.h"

struct fixture {
    struct shop shop;
    struct arena arena; /* for what a test asks; it resets it */
    struct snapshot *snapshot;
};

/* A group's set-up: fixture_new, then a batch by shop_begin, then fixture_read. */
static inline struct fixture *fixture_new(size_t arena_bytes)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    shop_open(&fixture->shop, 1);
    arena_init(&fixture->arena, arena_bytes);
    return fixture;
}

static inline void fixture_read(struct fixture *fixture, struct batch *batch)
{
    shop_commit(batch);
    fixture->snapshot = shop_read(&fixture->shop);
}

static inline int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    snapshot_close(fixture->snapshot);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

#endif
