/* What the figures were measured on: without it they mean nothing. */
#ifndef TIM_BENCH_MACHINE_H
#define TIM_BENCH_MACHINE_H

#include <stdint.h>

struct machine {
    char processor[128];
    unsigned processors; /* that this process may run on */
    uint64_t memory_bytes;
    char system[160]; /* kernel */
    char compiler[96];
};

void machine_describe(struct machine *machine);

/* The most memory this process has held so far. */
uint64_t machine_peak_bytes(void);

#endif
