#include "query/phrase.h"

#include <string.h>

/* The next word of a phrase; `*rest` moves behind it. */
static struct bytes word_take(const char **rest)
{
    const char *space = strchr(*rest, ' ');
    struct bytes word = {*rest, space == NULL ? strlen(*rest) : (size_t)(space - *rest)};
    *rest += word.size + (space != NULL);
    return word;
}

/* The number of lexemes that the phrase covers from `at` on; 0 when it does not stand there. `*exact`: with all its marks. */
static unsigned phrase_fit(const struct phrase *phrase, const struct lexemes *lexemes, unsigned at, bool *exact)
{
    const char *folded_rest = phrase->folded, *exact_rest = phrase->exact;
    bool marked = false;
    unsigned next = at;
    *exact = true;
    for (; *folded_rest != '\0'; next++) {
        struct bytes folded = word_take(&folded_rest), written = word_take(&exact_rest);
        const struct lexeme *lexeme = &lexemes->items[next];
        if (next == lexemes->count || lexeme->kind == LEXEME_SIGN || lexeme->kind == LEXEME_QUANTITY)
            return 0;
        if (!bytes_equal(lexeme->folded, folded))
            return 0;
        *exact = *exact && bytes_equal(lexeme->exact, written);
        if (bytes_equal(lexeme->exact, folded))
            continue;
        enum marks marks = marks_compare(lexeme->exact.data, lexeme->exact.size, written.data, written.size);
        bool whole = lexeme->colour || (phrase->flags & PHRASE_WHOLE) != 0;
        if (marks == MARKS_CONTRADICT || (marks == MARKS_SUBSET && whole))
            return 0;
        marked = true;
    }
    return (phrase->flags & PHRASE_MARKED) != 0 && !marked ? 0 : next - at;
}

const struct phrase *phrase_find(const struct phrase_table *table, const struct lexemes *lexemes, unsigned at, unsigned *count)
{
    const struct phrase *best = NULL;
    bool best_exact = false;
    *count = 0;
    for (size_t i = 0; i < table->count && at < lexemes->count; i++) {
        bool exact = false;
        /* Most rows differ in their first letter. */
        if (lexemes->items[at].folded.size == 0 || lexemes->items[at].folded.data[0] != table->rows[i].folded[0])
            continue;
        unsigned fit = phrase_fit(&table->rows[i], lexemes, at, &exact);
        if (fit > *count || (fit > 0 && fit == *count && exact && !best_exact)) {
            *count = fit;
            best = &table->rows[i];
            best_exact = exact;
        }
    }
    return best;
}
