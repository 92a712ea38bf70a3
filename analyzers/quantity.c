#include "analyzers/quantity.h"

enum { MICRO_DIGITS = 6 };

/* One more decimal digit; the greatest number stays the greatest. */
static uint64_t digit_append(uint64_t number, char digit)
{
    uint64_t grown = 0;
    if (__builtin_mul_overflow(number, (uint64_t)10, &grown) || __builtin_add_overflow(grown, (uint64_t)(digit - '0'), &grown))
        return UINT64_MAX;
    return grown;
}

static size_t digits_read(struct bytes folded, size_t at, size_t most, uint64_t *number)
{
    size_t start = at;
    for (; at < folded.size && is_digit(folded.data[at]); at++)
        *number = at - start < most ? digit_append(*number, folded.data[at]) : *number;
    return at - start;
}

bool quantity_parse(struct bytes folded, struct quantity *out)
{
    uint64_t number = 0;
    size_t at = digits_read(folded, 0, SIZE_MAX, &number), decimals = 0;
    if (at == 0)
        return false;
    if (at < folded.size && folded.data[at] == '.') {
        decimals = digits_read(folded, at + 1, MICRO_DIGITS, &number);
        at += 1 + decimals;
        if (decimals == 0)
            return false;
    }
    for (size_t i = decimals; i < MICRO_DIGITS; i++)
        number = digit_append(number, '0');
    out->unit = (struct bytes){folded.data + at, folded.size - at};
    out->micros = number;
    for (size_t i = at; i < folded.size; i++) {
        if (folded.data[i] < 'a' || folded.data[i] > 'z')
            return false;
    }
    return out->unit.size > 0 && out->unit.size <= QUANTITY_UNIT_BYTES_MAX;
}
