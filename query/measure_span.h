/* Inside query/ only: one price or quantity while read_measures.c puts it together, and what a number without a unit is (measure_bare.c). */
#ifndef TIM_QUERY_MEASURE_SPAN_H
#define TIM_QUERY_MEASURE_SPAN_H

#include "query/measure_phrases.h"
#include "query/read.h"

/* One reading while it is put together. */
struct span {
    unsigned first, end; /* lexemes */
    unsigned number;     /* the lexeme with which the measure begins */
    unsigned last;       /* where the last phrase before it begins */
    uint16_t lead;       /* set of what the words before (or behind) lead to; 0: none */
    uint32_t lead_words;
    enum bound bound;
    bool bounded; /* something around it says that it is meant as a reading */
    bool range;
    struct measure low, high; /* without a range only `low` */
};

static inline bool unit_is(const struct measure *measure, const char *unit)
{
    return measure->kind == MEASURE_UNIT && bytes_are(measure->unit, unit);
}

/* Whether this sign stands there. */
bool sign_at(const struct reader_state *state, unsigned at, char sign);

/* The words before a measure; where it begins. Of several bounds the one that says more stands: "tầm dưới", "từ khoảng". */
unsigned before_read(const struct reader_state *state, unsigned at, struct span *span);

/* Leaves out of the span the words of a lead that is itself looked for: nothing stands before it that it could be a part of ("ram 8gb", "8gb
 * ram"), or it ends a compound ("nước giặt 3kg"). */
MUST_USE enum status lead_release(const struct reader_state *state, struct span *span);

/* The sizes that memory and storage have. */
bool is_memory_size(int64_t milli);
bool is_storage_size(int64_t milli);
/* The sizes that are said without their unit: "rom 128". */
bool is_round_size(int64_t milli);
/* Whether these are the ends of a range of sizes. */
bool is_size_below(int64_t low, int64_t high);
/* A lone g is a gigabyte where it counts a size that storage comes in. */
bool is_lone_g(const struct reader_state *state, const struct measure *measure, const struct span *span);

/* The number of one end of a range in the unit of the other. */
void bare_take(struct measure *bare, const struct measure *model, bool is_low);

/* A number without a unit, by what leads to it or what the category is measured in. Not decided: it stays a word. */
MUST_USE enum status bare_decide(const struct reader_state *state, struct span *span, bool *decided);

#endif
