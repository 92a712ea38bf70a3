/* Pairs of neighbouring words: what the products' own lists of pairs add to their scores. */
#ifndef TIM_TESTS_QUERY_NAIVE_PAIRS_H
#define TIM_TESTS_QUERY_NAIVE_PAIRS_H

#include "naive_words.h"

/* The weight of a core word by the products that have it, 0 when none has. */
static inline uint32_t naive_weight(const struct shop *shop, const struct naive_query *query, const struct token *token)
{
    uint32_t df = 0;
    for (uint32_t i = 0; i < shop->count; i++)
        for (unsigned j = 0; j < shop->products[i].core_count && shop->products[i].live; j++)
            df += folded_is(&shop->products[i].core[j], token);
    return df == 0 ? 0 : term_weight(df, query->live);
}

static inline unsigned naive_pair_impact(const struct naive_pair *pair, const struct product *product)
{
    for (unsigned i = 0; i < product->pair_count; i++)
        if (product->live && pair->size == product->pairs[i].size && memcmp(pair->key, product->pairs[i].key, pair->size) == 0)
            return product->pairs[i].impact;
    return 0;
}

/* Unless no product has it, or it is there. */
static inline void naive_pair_add(const struct shop *shop, struct naive_query *query, const struct pair *found, unsigned position,
                                  unsigned most)
{
    struct naive_pair pair = {.place = found->first == NULL ? 0 : position * 2 + 1 + (found->second == NULL)};
    bool had = false;
    pair.size = pair_key(found, pair.key);
    pair.worth = (found->first == NULL ? 0 : naive_weight(shop, query, found->first));
    pair.worth = (pair.worth + (found->second == NULL ? 0 : naive_weight(shop, query, found->second))) / 2;
    pair.worth = least(pair.worth, most);
    for (uint32_t i = 0; i < shop->count && !had; i++)
        had = naive_pair_impact(&pair, &shop->products[i]) > 0;
    for (unsigned i = 0; i < query->pair_count; i++)
        had = had && !(query->pairs[i].size == pair.size && memcmp(query->pairs[i].key, pair.key, pair.size) == 0);
    if (had && pair.worth > 0 && query->pair_count < CONTIGUITY_PAIRS_MAX)
        query->pairs[query->pair_count++] = pair;
}

/* The words that an alternative stands for, replaced by what it reads. */
static inline void naive_alternative_pairs(const struct shop *shop, const struct token_list *list, struct bytes text,
                                           const struct alternative *alternative, struct arena *arena, struct naive_query *query)
{
    struct pair pairs[64];
    struct token_list with = {0};
    char changed[1024];
    unsigned last = alternative->first + alternative->words - 1U, end = 0, first = alternative->first;
    int start = -1;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        if (token->position == first && start < 0)
            start = (int)token->offset;
        if (token->position == last && !token->part)
            end = token->offset + token->size;
    }
    int size = snprintf(changed, sizeof changed, "%.*s%.*s%.*s", start, text.data, (int)alternative->text.size, alternative->text.data,
                        (int)(text.size - end), text.data + end);
    must(analyze(shop->analyzer, changed, (size_t)size, arena, &with));
    unsigned count = pairs_list(&with, (struct bytes){changed, (size_t)size}, pairs, CONTIGUITY_PAIRS_MAX);
    unsigned most = 0;
    bool known = true;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        if (token->part || token->position < first || token->position > last)
            continue;
        known = known && naive_weight(shop, query, token) > 0;
        most += naive_weight(shop, query, token);
    }
    most = known ? most / 2 : UINT32_MAX;
    for (unsigned i = with.positions == 1; i < count; i++) {
        const struct token *behind = pairs[i].second == NULL ? pairs[i].first : pairs[i].second;
        const struct token *before = pairs[i].first == NULL ? pairs[i].second : pairs[i].first;
        if (behind->offset + behind->size > (unsigned)start && before->offset < (unsigned)start + alternative->text.size)
            naive_pair_add(shop, query, &pairs[i], least(before->position, last),
                           before->offset >= (unsigned)start && behind->offset + behind->size <= (unsigned)start + alternative->text.size
                               ? most
                               : UINT32_MAX);
    }
}

static inline void naive_pairs(const struct shop *shop, const struct token_list *list, struct bytes text,
                               const struct alternative *alternatives, unsigned alternative_count, struct arena *arena,
                               struct naive_query *query)
{
    struct pair pairs[64];
    unsigned count = pairs_list(list, text, pairs, CONTIGUITY_PAIRS_MAX);
    for (unsigned i = list->positions == 1; i < count; i++)
        naive_pair_add(shop, query, &pairs[i], (pairs[i].first == NULL ? pairs[i].second : pairs[i].first)->position, UINT32_MAX);
    for (unsigned i = 0; i < alternative_count; i++) {
        bool one_way = alternatives[i].text.size > 0;
        for (unsigned edge = 0; edge < alternatives[i].edge_count; edge++)
            one_way = one_way && alternatives[i].edges[edge].term_count == 1;
        if (one_way)
            naive_alternative_pairs(shop, list, text, &alternatives[i], arena, query);
    }
}

/* What the query's pairs add to a product's score: at each place the greatest share. */
static inline uint32_t naive_contiguity(const struct naive_query *query, const struct product *product)
{
    uint32_t best[2 * QUERY_TOKENS_MAX + 3] = {0}, sum = 0;
    for (unsigned i = 0; i < query->pair_count; i++) {
        const struct naive_pair *pair = &query->pairs[i];
        uint32_t share = pair->worth * naive_pair_impact(pair, product);
        best[pair->place] = share > best[pair->place] ? share : best[pair->place];
    }
    for (unsigned place = 0; place < 2 * QUERY_TOKENS_MAX + 3; place++)
        sum += best[place];
    return sum;
}

#endif
