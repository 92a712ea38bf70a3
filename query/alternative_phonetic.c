/* Words that some region speaks alike: nạnh for lạnh, xách for sách. */
#include "analyzers/phonetic.h"
#include "query/alternative.h"
#include "storage/vocabulary.h"

enum status phonetic_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    char key[TOKEN_BYTES_MAX];
    struct bytes *terms = NULL;
    uint32_t count = 0;
    size_t size = phonetic_key(alternatives->analyzer, (struct bytes){token->folded, token->folded_size}, key);
    if (size == 0)
        return STATUS_OK;
    enum status status =
        vocabulary_list(alternatives->words->snapshot, VOCABULARY_PHONETIC, (struct bytes){key, size}, alternatives->arena, &terms, &count);
    return status == STATUS_OK ? alternative_choose(alternatives, word, ALTERNATIVE_PHONETIC, terms, count) : status;
}
