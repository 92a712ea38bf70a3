/* The numbers in which memory and storage come: they tell sizes from other numbers, and gigabytes from grams. */
#include "query/measure_span.h"

enum { SIZE_RANGE_TIMES_MAX = 8 };

bool is_memory_size(int64_t milli)
{
    static const uint8_t sizes[] = {1, 2, 3, 4, 6, 8, 10, 12, 16, 18, 20, 24, 32, 36, 48, 64, 96, 128};
    for (size_t i = 0; i < sizeof sizes; i++)
        if (milli == sizes[i] * INT64_C(1000))
            return true;
    return false;
}

bool is_storage_size(int64_t milli)
{
    int64_t size = milli / MILLI;
    return milli % MILLI == 0 && size >= 4 && size <= 65536 &&
           ((size & (size - 1)) == 0 || size % 120 == 0 || size % 250 == 0 || size == 1000);
}

bool is_round_size(int64_t milli)
{
    int64_t size = milli / MILLI;
    return milli % MILLI == 0 && size >= 16 && size <= 4096 && (size & (size - 1)) == 0;
}

bool is_size_below(int64_t low, int64_t high)
{
    return (is_memory_size(low) || is_storage_size(low)) && high <= low * SIZE_RANGE_TIMES_MAX;
}

bool is_lone_g(const struct reader_state *state, const struct measure *measure, const struct span *span)
{
    if (!unit_is(measure, "g"))
        return false;
    if (state->category_stores && span->lead == 0)
        return is_storage_size(measure->milli);
    if ((span->lead & (LEAD_RAM | LEAD_STORAGE)) != 0 && (span->lead & LEAD_KG) == 0)
        return is_memory_size(measure->milli) || is_storage_size(measure->milli);
    return measure->milli >= 64 * MILLI && is_round_size(measure->milli);
}
