/* Which of the shop's rules (catalog/rule.h) hold for a search, found by its words, by its category, and those that always hold: only these are
 * read, however many there are.
 *
 * For the words it is the request's text without what is excluded, read as words and nothing else. A rule's query is met by the same words
 * folded, typed with the same marks, with fewer or without ("tu lanh" meets a rule for "tủ lạnh"), not with others ("bán" does not meet one for
 * "bàn"); one that is written without any marks is met whatever marks are typed.
 * The category is the one that the request selects, and every one above it; one that was only read from the words is none.
 *
 * Their order, in which the earlier one has its way: for the whole query, for words of it, for the category, always; then by primary key. */
#ifndef TIM_QUERY_RULES_H
#define TIM_QUERY_RULES_H

#include "catalog/rule.h"
#include "query/request.h"

struct snapshot;

enum {
    RULES_MAX =
        256 /* that are looked at for one search: in the order of scopes, of each place first those that never end, then those that end last */
};

struct fitting_rule {
    struct rule rule; /* lives in the arena */
    enum rule_scope scope;
};

struct rules {
    struct fitting_rule *items;
    unsigned count;
};

/* `tokens` are those of the words. Without rules in the index it costs one look into it. In the arena; LIMIT at its cap, CORRUPT when the index
 * cannot be read. */
MUST_USE enum status rules_find(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                                const struct search_request *request, struct arena *arena, struct rules *out);

#endif
