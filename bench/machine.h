/* What the figures were measured on, without which they mean nothing, and what the system says of this process. */
#ifndef TIM_BENCH_MACHINE_H
#define TIM_BENCH_MACHINE_H

#include <stdint.h>

struct machine {
    char processor[128];
    unsigned processors; /* that this process may run on */
    uint64_t memory_bytes;
    char system[160]; /* kernel */
    char compiler[96];
    double load; /* average of the last minute: how much else was going on */
};

void machine_describe(struct machine *machine);

/* The most memory this process has held so far, mapped pages of the index included. */
uint64_t machine_peak_bytes(void);

/* Processor time of all threads of this process so far: what other work on the machine does not change much. */
double machine_cpu_s(void);

/* What this process has caused to be written to disk; UINT64_MAX where the system does not say. */
uint64_t machine_written_bytes(void);

#endif
