/* Templates of the generator's texts, and the weighted lists of values they draw from. The grammar is in data/generator/texts.tsv. */
#ifndef TIM_BENCH_GENERATE_TEMPLATE_H
#define TIM_BENCH_GENERATE_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "bench/generate_random.h"

struct value_list {
    struct bytes *values;
    uint32_t *upto; /* running sum of the weights */
    uint32_t count;
};

/* VALUE*N|VALUE|... INVALID when it is empty or a weight is not 1 to 1,000,000. The list lies in the arena and points into `text`. */
MUST_USE enum status value_list_parse(struct bytes text, struct arena *arena, struct value_list *out, struct error *error);

/* An index, by weight. */
uint32_t value_list_draw(const struct value_list *list, struct random *random);

/* The index of the first running sum in `upto` above `at`. */
uint32_t weight_find(const uint32_t *upto, uint32_t count, uint32_t at);

enum piece_kind { PIECE_TEXT, PIECE_CHOICE, PIECE_BRAND, PIECE_LINE, PIECE_CODE, PIECE_NOUN, PIECE_SPEC, PIECE_WORDS };

struct piece {
    enum piece_kind kind;
    uint32_t index;           /* SPEC: within the category; WORDS: within the lists */
    struct bytes text;        /* TEXT */
    struct value_list choice; /* CHOICE */
};

struct template
{
    struct piece *pieces;
    uint32_t count;
};

/* Says what {name} stands for, in `piece`; false when nothing has that name. */
typedef bool template_resolve(const void *context, struct bytes name, struct piece *piece);

/* INVALID: a bracket without its partner or an unknown {name}. Lies in the arena and points into `text`. */
MUST_USE enum status template_parse(struct bytes text, template_resolve *resolve, const void *context, struct arena *arena,
                                    struct template *out, struct error *error);

#endif
