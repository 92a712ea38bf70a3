#include "query/label_match.h"

#include <string.h>

#include "analyzers/utf8.h"

enum status label_match_open(struct label_match *match, const struct analyzer *analyzer, struct bytes text, struct arena *arena)
{
    bool marked = false;
    *match = (struct label_match){.analyzer = analyzer};
    enum status status = analyze(analyzer, text.data, text.size, arena, &match->typed);
    for (uint32_t i = 0; i < match->typed.count; i++) {
        const struct token *token = &match->typed.tokens[i];
        marked = marked || token_is_marked(token);
    }
    if (status == STATUS_OK && !marked)
        status = fold_text(analyzer, text.data, text.size, arena, &match->folded);
    return status;
}

/* The bytes of a word that hold as many letters as the typed one has. */
static size_t beginning_size(const struct token *typed, const struct token *written)
{
    return utf8_prefix(written->exact, written->exact_size, utf8_count(typed->exact, typed->exact_size));
}

static bool token_begins(const struct token *typed, const struct token *written)
{
    return typed->folded_size <= written->folded_size && memcmp(typed->folded, written->folded, typed->folded_size) == 0 &&
           marks_compare(typed->exact, typed->exact_size, written->exact, beginning_size(typed, written)) != MARKS_CONTRADICT;
}

/* The first part of a typed code or quantity stands for it, the others are pieces of it. */
static bool tokens_fit(const struct token_list *typed, const struct token_list *written)
{
    for (uint32_t i = 0; i < typed->count; i++) {
        bool met = typed->tokens[i].part;
        for (uint32_t j = 0; j < written->count && !met; j++)
            met = token_begins(&typed->tokens[i], &written->tokens[j]);
        if (!met)
            return false;
    }
    return true;
}

/* Takes the next of words that single spaces part. */
static bool word_take(struct bytes *words, struct bytes *word)
{
    const char *space = words->size > 0 ? memchr(words->data, ' ', words->size) : NULL;
    *word = (struct bytes){words->data, space == NULL ? words->size : (size_t)(space - words->data)};
    size_t taken = word->size + (space != NULL);
    *words = (struct bytes){words->data + taken, words->size - taken};
    return word->size > 0;
}

static bool words_fit(struct bytes typed, struct bytes written)
{
    struct bytes word, other;
    while (word_take(&typed, &word)) {
        bool met = false;
        for (struct bytes rest = written; !met && word_take(&rest, &other);)
            met = word.size <= other.size && memcmp(word.data, other.data, word.size) == 0;
        if (!met)
            return false;
    }
    return true;
}

enum status label_fits(const struct label_match *match, struct bytes label, struct arena *scratch, bool *fits)
{
    struct bytes folded = {0};
    struct token_list written = {0};
    arena_reset(scratch);
    enum status status = STATUS_OK;
    if (match->folded.size > 0) {
        status = fold_text(match->analyzer, label.data, label.size, scratch, &folded);
        if (status != STATUS_OK || words_fit(match->folded, folded)) {
            *fits = true;
            return status;
        }
    }
    status = analyze(match->analyzer, label.data, label.size, scratch, &written);
    *fits = status == STATUS_OK && tokens_fit(&match->typed, &written);
    return status;
}
