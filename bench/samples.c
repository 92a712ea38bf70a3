#include "bench/samples.h"

#include <stdlib.h>

#include "base/arena.h"

void samples_release(struct samples *samples)
{
    free(samples->ns);
    *samples = (struct samples){0};
}

void samples_add(struct samples *samples, uint64_t ns)
{
    if (samples->count == samples->room) {
        samples->room = samples->room == 0 ? 1024 : samples->room * 2;
        samples->ns = memory_resize(samples->ns, samples->room * sizeof *samples->ns);
    }
    samples->ns[samples->count++] = ns;
}

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

double samples_us(struct samples *samples, double share)
{
    if (samples->count == 0)
        return 0;
    qsort(samples->ns, samples->count, sizeof *samples->ns, ascending);
    size_t rank = (size_t)(share * (double)samples->count);
    return (double)samples->ns[rank < samples->count ? rank : samples->count - 1] / 1000;
}
