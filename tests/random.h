/* The random source of property tests, and its seed. SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014. Include cmocka.h before it. */
#ifndef TIM_TESTS_RANDOM_H
#define TIM_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* TIM_SEED, else of the clock; printed, so that a failure can be run again. */
static inline uint64_t seed_take(void)
{
    const char *given = getenv("TIM_SEED");
    uint64_t seed = (uint64_t)time(NULL) * 1000003U + (uint64_t)getpid();
    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("seed %llu (run again with TIM_SEED)\n", (unsigned long long)seed);
    return seed;
}

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(random_next(state) % limit);
}

static inline bool random_chance(uint64_t *state, uint32_t percent)
{
    return random_below(state, 100) < percent;
}

#endif
