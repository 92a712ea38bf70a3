#include "query/suggest_fit.h"

#include <string.h>

#include "analyzers/utf8.h"

uint32_t token_next(const struct token_list *list, uint32_t at)
{
    while (at < list->count && list->tokens[at].part)
        at++;
    return at;
}

static bool is_combining(const char *text)
{
    unsigned char lead = (unsigned char)text[0], next = (unsigned char)text[1];
    return (lead == 0xCC && next >= 0x80) || (lead == 0xCD && next <= 0xAF);
}

/* How many bytes of a token's source the first `letters` letters take: marks that stand apart go with their letter, joiners of a code
 * count as none. */
static unsigned source_size(const char *source, unsigned size, unsigned letters)
{
    unsigned at = 0;
    while (at < size) {
        unsigned char lead = (unsigned char)source[at];
        bool joiner = lead < 0x80 && !((lead | 0x20) >= 'a' && (lead | 0x20) <= 'z') && !(lead >= '0' && lead <= '9');
        bool combining = at + 1 < size && is_combining(source + at);
        if (letters == 0 && !combining)
            break;
        letters -= !joiner && !combining && letters > 0;
        at = (unsigned)utf8_next(source, size, at);
    }
    return at;
}

enum fit token_fit(const struct token *typed, const struct token *written, bool last)
{
    if (written->folded_size < typed->folded_size || memcmp(written->folded, typed->folded, typed->folded_size) != 0)
        return FIT_NO;
    if (!last && written->folded_size != typed->folded_size)
        return FIT_NO;
    size_t letters = last ? utf8_count(typed->exact, typed->exact_size) : SIZE_MAX;
    size_t size = utf8_prefix(written->exact, written->exact_size, letters);
    return marks_compare(typed->exact, typed->exact_size, written->exact, size) == MARKS_CONTRADICT ? FIT_CONTRADICTS : FIT_YES;
}

enum fit row_fit(const struct token_list *typed, const struct token_list *written, uint32_t at, struct bytes text, unsigned *end)
{
    enum fit row = FIT_YES;
    for (uint32_t i = token_next(typed, 0); i < typed->count; at = token_next(written, at + 1)) {
        const struct token *word = &typed->tokens[i];
        i = token_next(typed, i + 1);
        if (at >= written->count)
            return FIT_NO;
        const struct token *token = &written->tokens[at];
        enum fit fit = token_fit(word, token, i == typed->count);
        if (fit == FIT_NO)
            return FIT_NO;
        row = fit == FIT_CONTRADICTS ? fit : row;
        unsigned letters = token->folded_size == word->folded_size ? UINT32_MAX : (unsigned)utf8_count(word->folded, word->folded_size);
        *end = token->offset + source_size(text.data + token->offset, token->size, letters);
    }
    return row;
}
