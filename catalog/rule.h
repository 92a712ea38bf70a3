/* A row of the shop's search rules (search_rules): what it says, and the reverse key under which a search finds it.
 *
 *   action    wants                                      params
 *   pin       product_id                                 "at": its place among the hits, 1 to RULE_PLACE_MAX, 1 when missing
 *   hide      product_id
 *   boost     one of product_id, "brand", "category"     "brand", "category": slugs; "percent": 1 to RULE_PERCENT_MAX, RULE_PERCENT when
 *                                                        missing, of the greatest text score
 *   redirect  query                                      "url": http://, https:// or a path
 *
 * It holds for a query, for a category and what is under it (both, when it names both), or always. "match" says how the query is meant:
 * "exact" (when missing), all words are those of the rule; "contains", they stand among others side by side. Words are compared folded, and
 * typed marks must not contradict the rule's, if it has any (query/rules.h). From starts_at on, in whole seconds, and before ends_at.
 *
 * An inactive row has no key, nor has one that says nothing: another action, a missing or malformed value, a param that the action does not
 * take, a query without words or with more than RULE_WORDS_MAX, to be contained more than SYNONYM_WORDS_MAX.
 *
 * Reverse keys (REVERSE_RULE of catalog/field.h), one for each row:
 *   from := 'q', folded words divided by spaces      exact
 *           'w', first folded word                   contains
 *           'c', category id                         without a query
 *           'a'                                      always
 *   to   := place 9, for 'w' only                    words and their hash: synonym_place
 *           UINT32_MAX - end u32be, start u32be      in seconds since 1970, so that what never ends comes first and what ended last;
 *                                                    without an end UINT32_MAX, without a start 0
 *           primary key */
#ifndef TIM_CATALOG_RULE_H
#define TIM_CATALOG_RULE_H

#include "analyzers/analyzer.h"
#include "catalog/row.h"
#include "catalog/synonym.h"

enum rule_action { RULE_PIN, RULE_HIDE, RULE_BOOST, RULE_REDIRECT };

enum {
    RULE_PLACE_MAX = 100,
    RULE_PERCENT = 50,
    RULE_PERCENT_MAX = 100,
    RULE_URL_BYTES_MAX = 2048,
    RULE_WORDS_MAX = 32, /* of a query that a rule is for */
};

struct rule {
    enum rule_action action;
    struct bytes id;
    struct bytes query, category_id; /* size 0: for any */
    bool contains;
    uint32_t start_s, end_s;           /* 0, UINT32_MAX: without */
    struct bytes product_id;           /* pin, hide, boost */
    struct bytes brand, category, url; /* slugs; of boost and redirect */
    unsigned place, percent;           /* of pin, of boost */
};

/* INVALID with a sentence when the row says nothing, its words left out. Texts lie in the row or the arena; LIMIT at its cap. */
MUST_USE enum status rule_parse(const struct row *row, struct arena *arena, struct rule *out, struct error *error);

enum rule_scope { RULE_FOR_QUERY = 'q', RULE_FOR_WORDS = 'w', RULE_FOR_CATEGORY = 'c', RULE_ALWAYS = 'a' };
enum { RULE_TIMES_BYTES = 8, RULE_TO_BYTES_MAX = SYNONYM_PLACE_BYTES + RULE_TIMES_BYTES + KEY_BYTES_MAX };

struct rule_key {
    struct bytes from; /* in the arena */
    unsigned char to[RULE_TO_BYTES_MAX];
    size_t to_size;
};

/* `from` of words: all of them of these tokens for RULE_FOR_QUERY (size 0 when there are none, or more than RULE_WORDS_MAX), the one at `at`
 * for RULE_FOR_WORDS. In the arena; LIMIT at its cap. */
MUST_USE enum status rule_from_words(enum rule_scope scope, const struct token_list *tokens, uint32_t at, struct arena *arena,
                                     struct bytes *from);
MUST_USE enum status rule_from_category(struct bytes category_id, struct arena *arena, struct bytes *from);

/* The key of a row. NOT_FOUND: it is inactive. INVALID as above. */
MUST_USE enum status rule_key(const struct analyzer *analyzer, const struct row *row, struct arena *arena, struct rule_key *out,
                              struct error *error);

/* What a `to` says, behind the place of `place_size` bytes. False when it does not decode. */
struct rule_times {
    uint32_t start_s, end_s;
    struct bytes id;
};
bool rule_times_read(struct bytes to, size_t place_size, struct rule_times *out);

#endif
