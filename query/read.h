/* Inside query/ only: what the families of readings (read_*.c) share. Each looks at the lexemes that no other has taken and adds what it
 * reads; understand.c calls them in their order. */
#ifndef TIM_QUERY_READ_H
#define TIM_QUERY_READ_H

#include "query/phrase.h"
#include "query/understand.h"

struct reader_state {
    struct snapshot *snapshot; /* NULL: none */
    const struct analyzer *analyzer;
    struct arena *arena;
    struct lexemes lexemes;
    uint64_t ignored; /* fields that are not to be read: a bit per row of understood_fields */
    uint32_t taken;   /* words that a reading has, a bit each */
    struct understanding *out;
    /* the category's reading, when there is one */
    bool has_category;
    uint32_t category_words;
    bool category_stores; /* it names a thing that stores data: its gigabytes are never memory */
};

static inline uint32_t word_bit(unsigned word)
{
    return (uint32_t)1 << word;
}

static inline bool lexeme_is_free(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = &state->lexemes.items[at];
    return lexeme->kind == LEXEME_SIGN || (state->taken & word_bit(lexeme->word)) == 0;
}

/* The words of the lexemes first..end-1, a bit each. */
uint32_t lexeme_words(const struct lexemes *lexemes, unsigned first, unsigned end);

/* A phrase none of whose words is taken. */
const struct phrase *phrase_free(const struct reader_state *state, const struct phrase_table *table, unsigned at, unsigned *count);

/* A category's name as it is written, and its tokens. NOT_FOUND. */
MUST_USE enum status category_name(const struct reader_state *state, uint32_t category, struct bytes *name, struct token_list *tokens);

/* Adds a reading and takes its words; NULL, and nothing taken, when there are too many. */
struct reading *reading_add(struct reader_state *state, const char *field, enum reading_kind kind, enum reading_effect effect,
                            uint32_t words);
/* The first reading of the field; NULL: none. */
const struct reading *reading_find(const struct understanding *understanding, const char *field);

/* Further tables; those around measures are in measure_phrases.h. */
extern const struct phrase_table money_scales, unit_words, halves, half_leads, numerals, wish_phrases;

/* Words that say nothing of the product, of those that no reading has: a bit each. */
uint32_t fillers_find(const struct reader_state *state);

/* The families, in the order in which they are called. */
MUST_USE enum status read_labels(struct reader_state *state);   /* brand, category */
void read_hardware(struct reader_state *state);                 /* cpu, gpu */
MUST_USE enum status read_measures(struct reader_state *state); /* prices and quantities */
void read_wishes(struct reader_state *state);                   /* sort, condition, installment, onSale */
void read_colours(struct reader_state *state);
void colours_mark(struct reader_state *state); /* the lexemes' `colour`, before any of them */
void read_intent(struct reader_state *state);

/* A number, with what it is a number of. */
enum measure_kind { MEASURE_BARE, MEASURE_MONEY, MEASURE_UNIT };
struct measure {
    uint8_t kind;
    bool weak;         /* "4k": money only when something says so */
    bool spelled;      /* in words */
    int64_t milli;     /* of VND, of the unit */
    int64_t scale;     /* MONEY: VND that one of its leading number is worth */
    struct bytes unit; /* UNIT: as in the analyzer's table, "m2" and "mp" besides */
    bool whole;        /* the lexemes are one unit token, which can be searched as it is */
    unsigned end;      /* the lexeme behind it */
};
/* The measure that begins at lexeme `at`, from lexemes that nothing has taken. */
bool measure_parse(const struct reader_state *state, unsigned at, struct measure *out);

#endif
