/* Words that a slip of the finger may have turned into what was typed: those with the fewest slips. */
#include "query/alternative.h"

enum status typo_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    struct near_terms near = {0};
    enum status status =
        near_by_typo(alternatives->words->snapshot, (struct bytes){token->folded, token->folded_size}, alternatives->arena, &near);
    uint32_t count = 0;
    while (count < near.count && near.terms[count].edits == near.terms[0].edits)
        count++;
    return status == STATUS_OK ? alternative_choose(alternatives, word, ALTERNATIVE_TYPO, near.terms, count) : status;
}
