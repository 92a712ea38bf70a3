/* Several typed words that the shop writes as one: blue tooth, nr bv 360. */
#include <string.h>

#include "query/alternative.h"

enum { GLUED_WORDS_MAX = 4 };

/* The term that is spelt by the words together. */
static enum status glued_find(struct alternatives *alternatives, unsigned first, unsigned count)
{
    char text[TERM_BYTES_MAX];
    size_t size = 0;
    for (unsigned i = first; i < first + count; i++) {
        const struct token *token = &alternatives->words->words[i].tokens[0];
        if (size + token->folded_size > sizeof text)
            return STATUS_NOT_FOUND;
        memcpy(text + size, token->folded, token->folded_size);
        size += token->folded_size;
    }
    struct bytes folded = {text, size};
    struct edge_term *term = arena_alloc(alternatives->arena, sizeof *term);
    if (term == NULL)
        return STATUS_LIMIT;
    enum status status = alternative_term(alternatives, folded, folded, BAND_NEAR, term);
    if (status != STATUS_OK)
        return status;
    struct alternative found = {.first = (uint8_t)first,
                                .words = (uint8_t)count,
                                .kind = ALTERNATIVE_GLUED,
                                .edge_count = 1,
                                .edges = {{term, 1}},
                                .text = {arena_copy(alternatives->arena, text, size), size}};
    if (found.text.data == NULL)
        return STATUS_LIMIT;
    alternative_add(alternatives, &found);
    return STATUS_OK;
}

/* Every span that contains the word, so that a known word is joined with an unknown one behind it. */
enum status glued_alternatives(struct alternatives *alternatives, unsigned word)
{
    for (unsigned count = 2; count <= GLUED_WORDS_MAX; count++) {
        unsigned first = word >= count - 1 ? word - (count - 1) : 0;
        for (; first <= word; first++) {
            if (!words_are_searched(alternatives->words, first, count))
                continue;
            enum status status = glued_find(alternatives, first, count);
            if (status != STATUS_OK && status != STATUS_NOT_FOUND)
                return status;
        }
    }
    return STATUS_OK;
}
