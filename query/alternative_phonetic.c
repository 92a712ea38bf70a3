/* Words that some region speaks alike: nạnh for lạnh, xách for sách. */
#include "query/alternative.h"

enum status phonetic_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    struct near_terms near = {0};
    enum status status = near_by_sound(alternatives->words->snapshot, alternatives->analyzer,
                                       (struct bytes){token->folded, token->folded_size}, alternatives->arena, &near);
    return status == STATUS_OK ? alternative_choose(alternatives, word, ALTERNATIVE_PHONETIC, near.terms, near.count) : status;
}
