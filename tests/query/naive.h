/* Search as documented, the slow way: every product is held against every reading of the query. */
#ifndef TIM_TESTS_QUERY_NAIVE_H
#define TIM_TESTS_QUERY_NAIVE_H

#include "query/rank.h"
#include "query/request.h"
#include "naive_pairs.h"
#include "naive_paths.h"

static inline void naive_read(const struct shop *shop, struct snapshot *snapshot, const struct search_request *request,
                              enum words_zone zone, enum rung rung, uint32_t named, const struct alternative *alternatives,
                              unsigned alternative_count, struct arena *arena, struct naive_query *query)
{
    struct bytes text = request->text;
    struct token_list list = {0};
    const struct token *wholes[QUERY_TOKENS_MAX] = {0};
    unsigned owns[QUERY_TOKENS_MAX] = {0};
    bool all = zone == WORDS_ALL;
    *query = (struct naive_query){.any = zone == WORDS_RANKED, .percent = rung_percent(rung)};
    must(analyze(shop->analyzer, text.data, text.size, arena, &list));
    for (uint32_t i = 0; i < shop->count; i++)
        query->live += shop->products[i].live;
    for (uint32_t i = 0; i < list.count;) {
        const struct token *tokens = &list.tokens[i];
        unsigned count = 0;
        for (; i < list.count && list.tokens[i].position == tokens->position; i++)
            count++;
        bool short_code = tokens->kind == TOKEN_CODE && is_digit(tokens->folded[0]) && tokens->folded_size < 3;
        bool kind_opens = tokens->kind != TOKEN_NUMBER && tokens->kind != TOKEN_UNIT && !short_code;
        bool open = i == list.count && tokens->offset + tokens->size == text.size && kind_opens;
        unsigned before = query->edge_count;
        wholes[query->word_count] = tokens;
        owns[query->word_count] = before;
        query->firm[query->word_count] = tokens->kind == TOKEN_NUMBER || tokens->kind == TOKEN_CODE || tokens->kind == TOKEN_UNIT;
        query->named[query->word_count] = (named >> query->word_count & 1) != 0;
        query->word_places[query->word_count] = query->end;
        naive_word(shop, snapshot, query, text.data, tokens, count, open, all && !query->named[query->word_count]);
        bool whole = query->edge_count > before && query->edges[before].kind == NAIVE_LITERAL && query->edges[before].token == tokens;
        query->word_worths[query->word_count++] = whole ? query->edges[before].worth : 0;
    }
    query->word_places[query->word_count] = query->end;
    for (unsigned i = 0; i < query->word_count && zone == WORDS_RANKED; i++)
        naive_extra(shop, snapshot, query, i, wholes[i], owns[i]);
    naive_sides(query, alternatives, alternative_count);
    naive_cut(query);
    naive_pairs(shop, &list, text, alternatives, alternative_count, arena, query);
    naive_paths_max(query, 0, 0);
    if (query->any)
        naive_any(query, NULL, &query->score_max);
}

/* Band 0: no match. */
static inline struct match_score naive_score(struct snapshot *snapshot, const struct naive_query *query, const struct product *product)
{
    struct naive_value values[NAIVE_EDGES];
    struct match_score best = {0};
    for (unsigned i = 0; i < query->edge_count; i++)
        values[i] = naive_value(snapshot, &query->edges[i], product);
    naive_paths(snapshot, query, values, 0, (struct match_score){15, 0}, &best);
    naive_meet(query, values, &best);
    if (best.band > 0)
        best.score += naive_contiguity(query, product);
    return best;
}

#endif
