#include "catalog/made_for.h"

#include "analyzers/lexicon.h"

enum { HITS_MAX = 64 };

/* Behind the last of the first `words` whole words. */
static size_t words_end(const struct token_list *tokens, unsigned words)
{
    size_t end = 0;
    for (uint32_t i = 0; i < tokens->count && tokens->tokens[i].position < words; i++)
        if (!tokens->tokens[i].part)
            end = (size_t)tokens->tokens[i].offset + tokens->tokens[i].size;
    return end;
}

enum status made_for_split(const struct analyzer *analyzer, struct bytes name, struct arena *arena, size_t *head)
{
    struct lexicon_hit hits[HITS_MAX];
    struct token_list tokens = {0};
    *head = name.size;
    enum status status = analyze(analyzer, name.data, name.size, arena, &tokens);
    if (status != STATUS_OK || tokens.count == 0)
        return status;
    unsigned count = lexicon_find(analyzer_lexicon(analyzer), &tokens, 0, hits, HITS_MAX);
    for (unsigned i = 0; i < count; i++)
        if (hits[i].list == LEXICON_ACCESSORIES && (hits[i].words > 1 || hits[i].marks == MARKS_EXACT)) {
            *head = words_end(&tokens, hits[i].words);
            return STATUS_OK;
        }
    return STATUS_OK;
}
