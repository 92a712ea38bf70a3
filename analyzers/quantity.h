/* A number with a unit, read back from the bytes of its token. */
#ifndef TIM_ANALYZERS_QUANTITY_H
#define TIM_ANALYZERS_QUANTITY_H

#include "analyzers/analyzer.h"

enum { QUANTITY_UNIT_BYTES_MAX = 8 };

struct quantity {
    struct bytes unit; /* lower-case letters; borrowed from the token */
    uint64_t micros;   /* the number times 1,000,000, finer digits cut off; at most UINT64_MAX */
};

/* "256gb", "1.5hp": digits, a point and digits perhaps, then letters. Whether such a unit exists is not asked (12pro passes). */
bool quantity_parse(struct bytes folded, struct quantity *out);

#endif
