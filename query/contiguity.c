#include "query/contiguity.h"

#include <string.h>

#include "catalog/pair.h"
#include "storage/snapshot.h"

enum status contiguity_open(struct contiguity *contiguity, struct snapshot *snapshot, struct arena *arena)
{
    struct term live = {0};
    *contiguity = (struct contiguity){.snapshot = snapshot, .arena = arena};
    contiguity->pairs = arena_calloc(arena, CONTIGUITY_PAIRS_MAX, sizeof *contiguity->pairs);
    if (contiguity->pairs == NULL)
        return STATUS_LIMIT;
    enum status status = snapshot_document_limit(snapshot, &contiguity->document_limit);
    if (status == STATUS_OK)
        status = term_get(snapshot, TERM_LIVE, NULL, 0, &live);
    contiguity->live = live.df;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void contiguity_close(struct contiguity *contiguity)
{
    for (unsigned i = 0; i < contiguity->count; i++)
        edge_window_close(contiguity->pairs[i].window);
    contiguity->count = 0;
}

static enum status word_weight(const struct contiguity *contiguity, const struct token *word, uint32_t *weight)
{
    struct term term = {0};
    enum status status = term_get(contiguity->snapshot, TERM_CORE, word->folded, word->folded_size, &term);
    *weight += status == STATUS_OK ? term_weight(term.df, contiguity->live) : 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status worth_get(const struct contiguity *contiguity, const struct pair *pair, uint32_t *worth)
{
    uint32_t weight = 0;
    enum status status = pair->first == NULL ? STATUS_OK : word_weight(contiguity, pair->first, &weight);
    if (status == STATUS_OK && pair->second != NULL)
        status = word_weight(contiguity, pair->second, &weight);
    *worth = weight / CONTIGUITY_PART;
    return status;
}

/* Keeps the order of places. */
static enum status pair_open(struct contiguity *contiguity, const struct term *term, struct bytes key, uint32_t worth, unsigned place)
{
    struct edge_window *window = arena_alloc(contiguity->arena, sizeof *window);
    const char *kept = arena_copy(contiguity->arena, key.data, key.size);
    unsigned at = contiguity->count;
    if (window == NULL || kept == NULL)
        return STATUS_LIMIT;
    for (; at > 0 && contiguity->pairs[at - 1].place > place; at--)
        contiguity->pairs[at] = contiguity->pairs[at - 1];
    contiguity->pairs[at] =
        (struct contiguity_pair){.term.term = *term, .key = {kept, key.size}, .worth = worth, .place = place, .window = window};
    contiguity->count++;
    struct contiguity_pair *pair = &contiguity->pairs[at];
    pair->term.band = BAND_MAX;
    for (unsigned i = 0; i < contiguity->count; i++) { /* they may have moved */
        struct contiguity_pair *moved = &contiguity->pairs[i];
        moved->edge.terms = &moved->term;
        moved->window->edge = &moved->edge;
    }
    pair->edge.term_count = 1;
    pair->edge.df = term->df;
    return edge_window_open(window, contiguity->snapshot, &pair->edge, contiguity->document_limit, contiguity->arena);
}

/* `most` is what it may be worth. */
static enum status pair_add(struct contiguity *contiguity, const struct pair *pair, unsigned place, uint32_t most)
{
    char key[TERM_BYTES_MAX];
    struct term term = {0};
    uint32_t worth = 0;
    size_t size = pair_key(pair, key);
    enum status status = term_get(contiguity->snapshot, TERM_PAIR, key, size, &term);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    for (unsigned i = 0; i < contiguity->count; i++)
        if (contiguity->pairs[i].term.term.id == term.id)
            return STATUS_OK;
    status = worth_get(contiguity, pair, &worth);
    worth = worth < most ? worth : most;
    return status == STATUS_OK && worth > 0 && contiguity->count < CONTIGUITY_PAIRS_MAX
               ? pair_open(contiguity, &term, (struct bytes){key, size}, worth, place)
               : status;
}

static const struct token *pair_begin(const struct pair *pair)
{
    return pair->first == NULL ? pair->second : pair->first;
}

/* A pair has the place of its first word, a beginning one in front of that, and an end one behind it. */
static unsigned pair_place(const struct pair *pair, unsigned position)
{
    return pair->first == NULL ? 0 : position * 2 + 1 + (pair->second == NULL);
}

/* A word that stands alone is not sought at the beginning, its first pair: typed bare it may be many words, and only its marks tell which. */
static bool is_alone(const struct token_list *tokens)
{
    return tokens->positions == 1;
}

enum status contiguity_add(struct contiguity *contiguity, const struct token_list *tokens, struct bytes text)
{
    struct pair pairs[CONTIGUITY_PAIRS_MAX];
    enum status status = STATUS_OK;
    unsigned count = pairs_list(tokens, text, pairs, CONTIGUITY_PAIRS_MAX);
    for (unsigned i = is_alone(tokens); i < count && status == STATUS_OK; i++)
        status = pair_add(contiguity, &pairs[i], pair_place(&pairs[i], pair_begin(&pairs[i])->position), UINT32_MAX);
    return status;
}

/* The whole token of a position, which is there. */
static const struct token *whole_at(const struct token_list *tokens, unsigned position)
{
    uint32_t at = 0;
    while (tokens->tokens[at].position < position)
        at++;
    return &tokens->tokens[at];
}

static struct bytes text_with(struct contiguity *contiguity, struct bytes text, size_t start, size_t end, struct bytes phrase)
{
    struct bytes out = {0};
    char *bytes = arena_alloc(contiguity->arena, text.size + phrase.size);
    if (bytes == NULL)
        return out;
    memcpy(bytes, text.data, start);
    memcpy(bytes + start, phrase.data, phrase.size);
    memcpy(bytes + start + phrase.size, text.data + end, text.size - end);
    return (struct bytes){bytes, text.size - (end - start) + phrase.size};
}

/* What the pair of some typed words is worth, or the end of one; no bound when the core lacks one of them. */
static enum status typed_worth(const struct contiguity *contiguity, const struct token_list *tokens, unsigned first, unsigned words,
                               uint32_t *worth)
{
    uint32_t sum = 0;
    enum status status = STATUS_OK;
    bool known = true;
    for (unsigned i = 0; i < words && status == STATUS_OK; i++) {
        uint32_t weight = 0;
        status = word_weight(contiguity, whole_at(tokens, first + i), &weight);
        known = known && weight > 0;
        sum += weight;
    }
    *worth = known ? sum / CONTIGUITY_PART : UINT32_MAX;
    return status;
}

enum status contiguity_add_alternative(struct contiguity *contiguity, const struct analyzer *analyzer, const struct token_list *tokens,
                                       struct bytes text, unsigned first, unsigned words, struct bytes phrase)
{
    struct pair pairs[CONTIGUITY_PAIRS_MAX];
    struct token_list with = {0};
    const struct token *last = whole_at(tokens, first + words - 1);
    size_t start = whole_at(tokens, first)->offset, end = (size_t)last->offset + last->size;
    struct bytes changed = text_with(contiguity, text, start, end, phrase);
    if (changed.data == NULL)
        return STATUS_LIMIT;
    enum status status = analyze(analyzer, changed.data, changed.size, contiguity->arena, &with);
    uint32_t most = 0;
    if (status == STATUS_OK)
        status = typed_worth(contiguity, tokens, first, words, &most);
    unsigned count = status == STATUS_OK ? pairs_list(&with, changed, pairs, CONTIGUITY_PAIRS_MAX) : 0;
    for (unsigned i = is_alone(&with); i < count && status == STATUS_OK; i++) {
        const struct token *behind = pairs[i].second == NULL ? pairs[i].first : pairs[i].second, *before = pair_begin(&pairs[i]);
        unsigned position = before->position;
        size_t behind_end = (size_t)behind->offset + behind->size;
        if (behind_end <= start || before->offset >= start + phrase.size)
            continue;
        bool inside = before->offset >= start && behind_end <= start + phrase.size;
        position = position < first + words ? position : first + words - 1;
        status = pair_add(contiguity, &pairs[i], pair_place(&pairs[i], position), inside ? most : UINT32_MAX);
    }
    return status;
}

uint32_t contiguity_most(const struct contiguity *contiguity)
{
    uint32_t sum = 0, most = 0;
    for (unsigned i = 0; i < contiguity->count; i++) {
        const struct contiguity_pair *pair = &contiguity->pairs[i];
        uint32_t share = pair->worth * pair->term.term.impact_max;
        most = share > most ? share : most;
        if (i + 1 == contiguity->count || pair[1].place != pair->place) {
            sum += most;
            most = 0;
        }
    }
    return sum;
}

/* Of pairs at one place, which stand side by side from `at` on: the greatest shares of each document. Returns how many they are. */
static enum status place_add(struct contiguity *contiguity, uint32_t base, const uint64_t *documents, const uint16_t *places,
                             unsigned count, unsigned *at, uint32_t *points)
{
    uint32_t best[COLUMN_WINDOW];
    uint16_t values[COLUMN_WINDOW];
    unsigned place = contiguity->pairs[*at].place;
    memset(best, 0, count * sizeof *best);
    for (; *at < contiguity->count && contiguity->pairs[*at].place == place; ++*at) {
        const struct contiguity_pair *pair = &contiguity->pairs[*at];
        enum status status = edge_window_load(pair->window, base, documents, count);
        if (status != STATUS_OK)
            return status;
        edge_window_values(pair->window, places, count, values);
        for (unsigned i = 0; i < count; i++) {
            uint32_t share = pair->worth * (values[i] & 0xFF);
            best[i] = share > best[i] ? share : best[i];
        }
    }
    for (unsigned i = 0; i < count; i++)
        points[places[i]] += best[i];
    return STATUS_OK;
}

enum status contiguity_window(struct contiguity *contiguity, uint32_t window, const uint64_t *documents, uint32_t *points)
{
    uint16_t places[COLUMN_WINDOW];
    unsigned count = 0;
    enum status status = STATUS_OK;
    for (unsigned word = 0; word < WINDOW_WORDS && contiguity->count > 0; word++)
        for (uint64_t rest = documents[word]; rest != 0; rest &= rest - 1)
            places[count++] = (uint16_t)(word * 64 + (unsigned)__builtin_ctzll(rest));
    for (unsigned at = 0; at < contiguity->count && count > 0 && status == STATUS_OK;)
        status = place_add(contiguity, window * COLUMN_WINDOW, documents, places, count, &at, points);
    return status;
}
