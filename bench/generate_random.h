/* The generator's own random numbers, so that a catalog is the same on every machine. One stream per product, seeded with its number.
 *
 * SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. */
#ifndef TIM_BENCH_GENERATE_RANDOM_H
#define TIM_BENCH_GENERATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t word = random->state += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

/* The stream of one number under one seed: streams of neighbours have nothing in common. */
static inline struct random random_stream(uint64_t seed, uint64_t number)
{
    struct random outer = {seed};
    struct random inner = {random_next(&outer) ^ number * UINT64_C(0xd1342543de82ef95)};
    return (struct random){random_next(&inner)};
}

/* 0 to `bound` - 1; `bound` is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

/* True `permille` times in a thousand. */
static inline bool random_chance(struct random *random, uint32_t permille)
{
    return random_below(random, 1000) < permille;
}

#endif
