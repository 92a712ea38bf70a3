#include "catalog/pair.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "catalog/made_for.h"
#include "catalog/markup.h"

/* One occurrence. */
struct occurrence {
    const char *key;
    uint8_t size, field;
};

struct pairing {
    const struct analyzer *analyzer;
    struct arena *arena;
    struct occurrence *occurrences;
    uint32_t count;
    uint32_t lengths[TEXT_FIELD_COUNT];
};

/* A word that a model's name may begin with. */
static bool is_model_word(const struct token *token)
{
    return !token_is_marked(token) && (token->kind == TOKEN_LATIN || token->kind == TOKEN_NUMBER || token->kind == TOKEN_CODE);
}

static bool only_spaces(struct bytes text, size_t from, size_t to)
{
    for (; from < to; from++)
        if (text.data[from] != ' ')
            return false;
    return true;
}

/* Whether a model goes on from one word to the next. */
static bool model_goes_on(struct bytes text, const struct token *word, const struct token *next)
{
    return next != NULL && !token_is_marked(next) && (is_model_word(next) || next->kind == TOKEN_SYLLABLE) &&
           only_spaces(text, (size_t)word->offset + word->size, next->offset);
}

static const struct token *next_whole(const struct token_list *tokens, uint32_t at)
{
    while (at < tokens->count && tokens->tokens[at].part)
        at++;
    return at < tokens->count ? &tokens->tokens[at] : NULL;
}

unsigned pairs_list(const struct token_list *tokens, struct bytes text, struct pair *out, unsigned room)
{
    unsigned count = 0;
    bool model = false;
    for (uint32_t i = 0; i < tokens->count && count < room; i++) {
        const struct token *word = &tokens->tokens[i], *next = next_whole(tokens, i + 1);
        if (word->part)
            continue;
        if (i == 0)
            out[count++] = (struct pair){.second = word};
        model = model || is_model_word(word);
        bool goes_on = model_goes_on(text, word, next);
        if (model && !goes_on && count < room)
            out[count++] = (struct pair){.first = word};
        if (next != NULL && count < room)
            out[count++] = (struct pair){word, next};
        model = model && goes_on;
    }
    return count;
}

size_t pair_key_of(struct bytes first, struct bytes second, char key[TERM_BYTES_MAX])
{
    size_t head = utf8_cut(first.data, first.size, PAIR_WORD_BYTES_MAX), tail = utf8_cut(second.data, second.size, PAIR_WORD_BYTES_MAX);
    if (head > 0)
        memcpy(key, first.data, head);
    key[head] = ' ';
    if (tail > 0)
        memcpy(key + head + 1, second.data, tail);
    return head + 1 + tail;
}

static struct bytes word_bytes(const struct token *word)
{
    return word == NULL ? (struct bytes){0} : (struct bytes){word->folded, word->folded_size};
}

size_t pair_key(const struct pair *pair, char key[TERM_BYTES_MAX])
{
    return pair_key_of(word_bytes(pair->first), word_bytes(pair->second), key);
}

static enum status occurrence_add(struct pairing *pairing, enum text_field field, const struct pair *pair)
{
    char key[TERM_BYTES_MAX];
    size_t size = pair_key(pair, key);
    const char *copy = arena_copy(pairing->arena, key, size);
    if (copy == NULL)
        return STATUS_LIMIT;
    pairing->occurrences[pairing->count++] = (struct occurrence){copy, (uint8_t)size, (uint8_t)field};
    return STATUS_OK;
}

/* The words behind an accessory's head, from `head` bytes on, count for what the accessory is made for. */
static enum status text_pairs(struct pairing *pairing, enum text_field field, struct bytes text, size_t head)
{
    struct pair pairs[PAIRS_MAX];
    struct token_list tokens = {0};
    enum status status = analyze(pairing->analyzer, text.data, text.size, pairing->arena, &tokens);
    unsigned count = pairs_list(&tokens, text, pairs, PAIRS_MAX - pairing->count);
    for (uint32_t i = 0; i < tokens.count; i++)
        pairing->lengths[field] += !tokens.tokens[i].part;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        const struct token *last = pairs[i].second == NULL ? pairs[i].first : pairs[i].second;
        if (pairs[i].first == NULL && field != TEXT_NAME)
            continue;
        status = occurrence_add(pairing, last->offset < head ? field : TEXT_MADE_FOR, &pairs[i]);
    }
    return status;
}

static enum status value_pairs(struct pairing *pairing, enum text_field field, struct bytes value)
{
    struct bytes text = {0};
    if (value.size == 0)
        return STATUS_OK;
    enum status status = markup_strip(value, pairing->arena, &text);
    size_t head = text.size;
    if (status == STATUS_OK && field == TEXT_NAME)
        status = made_for_split(pairing->analyzer, text, pairing->arena, &head);
    return status == STATUS_OK ? text_pairs(pairing, field, text, head) : status;
}

static int occurrence_compare(const void *left, const void *right)
{
    const struct occurrence *one = left, *other = right;
    int order = bytes_compare((struct bytes){one->key, one->size}, (struct bytes){other->key, other->size});
    return order != 0 ? order : (one->field > other->field) - (one->field < other->field);
}

/* Occurrences of one key side by side become its entry. */
static void entries_fill(const struct pairing *pairing, struct forward_entry *entries, uint32_t *count)
{
    struct field_norms norms = field_norms(pairing->lengths);
    for (uint32_t i = 0; i < pairing->count;) {
        const struct occurrence *first = &pairing->occurrences[i];
        uint16_t occurrences[TEXT_FIELD_COUNT] = {0};
        for (; i < pairing->count; i++) {
            const struct occurrence *same = &pairing->occurrences[i];
            if (same->size != first->size || memcmp(same->key, first->key, first->size) != 0)
                break;
            occurrences[same->field]++;
        }
        entries[(*count)++] = (struct forward_entry){
            .class = TERM_PAIR, .size = first->size, .bytes = first->key, .impact = field_impact(ZONE_CORE, occurrences, &norms)};
    }
}

enum status pairs_build(const struct analyzer *analyzer, const struct document *document, struct arena *arena,
                        struct forward_entry *entries, uint32_t *count)
{
    struct pairing pairing = {.analyzer = analyzer, .arena = arena};
    *count = 0;
    pairing.occurrences = arena_alloc(arena, PAIRS_MAX * sizeof *pairing.occurrences);
    if (pairing.occurrences == NULL)
        return STATUS_LIMIT;
    enum status status = value_pairs(&pairing, TEXT_NAME, document->name);
    pairing.lengths[TEXT_MADE_FOR] = pairing.lengths[TEXT_NAME]; /* of the whole, as in terms.c */
    if (status == STATUS_OK)
        status = value_pairs(&pairing, TEXT_BRAND, document->brand_name);
    for (unsigned i = 0; i < document->path_count && status == STATUS_OK; i++)
        status = value_pairs(&pairing, TEXT_CATEGORY, document->path[i].name);
    if (status != STATUS_OK)
        return status;
    qsort(pairing.occurrences, pairing.count, sizeof *pairing.occurrences, occurrence_compare);
    entries_fill(&pairing, entries, count);
    return STATUS_OK;
}
