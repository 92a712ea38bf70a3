/* A row of the shop's own synonyms (search_synonyms): what it says, and the reverse keys under which its phrases are found.
 *
 *   kind            meaning
 *   synonym         who types the input also means the output, and the other way round
 *   oneway          who types the input also means the output
 *   abbreviation    the same, of a short form
 *   off             our own word lists no longer know the input; or, when the output has letters or digits, only not as the output,
 *                   nor the output as the input
 *
 * Any other kind, an inactive row and a phrase without words or with more than SYNONYM_WORDS_MAX say nothing.
 *
 * Reverse keys (REVERSE_SYNONYM of catalog/field.h), one for each phrase that can be typed:
 *   from := the first word, folded
 *   to   := words u8, XXH3 of the folded words, each seeded with that of those before, u64be, primary key */
#ifndef TIM_CATALOG_SYNONYM_H
#define TIM_CATALOG_SYNONYM_H

#include "analyzers/analyzer.h"
#include "catalog/row.h"

enum synonym_kind { SYNONYM_NONE, SYNONYM_BOTH_WAYS, SYNONYM_ONE_WAY, SYNONYM_ABBREVIATION, SYNONYM_OFF };

enum { SYNONYM_WORDS_MAX = 8, SYNONYM_PLACE_BYTES = 9 };

/* SYNONYM_NONE for an inactive row too. */
enum synonym_kind synonym_kind(const struct row *row);

/* The whole tokens from `at` on, at most SYNONYM_WORDS_MAX of them; `more` says that others follow. */
struct synonym_words {
    const struct token *words[SYNONYM_WORDS_MAX];
    unsigned count;
    bool more;
};
struct synonym_words synonym_words(const struct token_list *tokens, uint32_t at);

/* The part of `to` that the first `count` words give. */
void synonym_place(const struct synonym_words *words, unsigned count, unsigned char place[SYNONYM_PLACE_BYTES]);

struct synonym_key {
    struct bytes from;
    unsigned char to[SYNONYM_PLACE_BYTES + KEY_BYTES_MAX];
    size_t to_size;
};

/* The keys of a row, none to two, no two alike. They live in the arena; LIMIT at its cap. */
MUST_USE enum status synonym_keys(const struct analyzer *analyzer, const struct row *row, struct arena *arena, struct synonym_key keys[2],
                                  unsigned *count);

#endif
