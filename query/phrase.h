/* Inside query/ only: the fixed phrases that readings know ("trở xuống", "giá rẻ"), looked up among lexemes. */
#ifndef TIM_QUERY_PHRASE_H
#define TIM_QUERY_PHRASE_H

#include "query/lexeme.h"

enum {
    PHRASE_MARKED = 1, /* counts only when some of its marks are typed: the bare letters are more often something else */
    PHRASE_WHOLE = 2,  /* typed with all its marks or with none: with some of them it is another word ("cơ" is not "cỡ") */
    PHRASE_APART = 4,  /* behind a foreign word or a number that is searched it is a part of a name: "pro max" */
};

struct phrase {
    const char *exact; /* as the analyzer spells it: lower case, new-style tones, "tỉ"; words divided by one space */
    const char *folded;
    uint8_t value; /* the table's own */
    uint8_t flags;
};

struct phrase_table {
    const struct phrase *rows;
    size_t count;
};

#define PHRASE_TABLE(array)                                                                                                                \
    {                                                                                                                                      \
        array, sizeof(array) / sizeof(array)[0]                                                                                            \
    }

/* The longest phrase of the table that begins at lexeme `at`; NULL when there is none. `*count` is how many lexemes it covers. Marks may be
 * missing, but what is typed must not contradict, nor be a colour as it stands ("đen" is no "đến"). */
const struct phrase *phrase_find(const struct phrase_table *table, const struct lexemes *lexemes, unsigned at, unsigned *count);

#endif
