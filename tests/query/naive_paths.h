/* The paths that readings make through a query, all of them tried, and what a product's come to. */
#ifndef TIM_TESTS_QUERY_NAIVE_PATHS_H
#define TIM_TESTS_QUERY_NAIVE_PATHS_H

#include "naive_words.h"

static inline void naive_paths_max(struct naive_query *query, unsigned node, uint32_t score)
{
    if (node == query->end) {
        query->possible = true;
        query->score_max = score > query->score_max ? score : query->score_max;
        return;
    }
    for (unsigned i = 0; i < query->edge_count; i++)
        if (query->edges[i].start == node)
            naive_paths_max(query, query->edges[i].end, score + query->edges[i].worth * 255);
}

/* The places that no reading crosses. */
static inline void naive_cut(struct naive_query *query)
{
    query->cut_count = 0;
    for (unsigned place = 0; place <= query->end; place++) {
        bool crossed = false, exists = place % PLACES == 0;
        for (unsigned i = 0; i < query->edge_count; i++) {
            crossed = crossed || (query->edges[i].start < place && place < query->edges[i].end);
            exists = exists || query->edges[i].end == place;
        }
        if (exists && !crossed)
            query->cuts[query->cut_count++] = place;
    }
}

/* An alternative's words between those that they stand for: each of them by its own weight and an equal part of the words, together no more
 * than the words themselves where all of these exist. `private` counts the places taken behind each word's. */
static inline void naive_side(struct naive_query *query, const struct alternative *alternative, unsigned *privates)
{
    unsigned start = query->word_places[alternative->first], end = query->word_places[alternative->first + alternative->words];
    unsigned words = (end - start) / PLACES, sum = 0, most = 0, count = alternative->edge_count;
    struct naive_edge *edges = &query->edges[query->edge_count];
    bool known = true;
    if (words == 0)
        return;
    for (unsigned i = 0; i < count; i++) {
        uint64_t df = 0;
        for (uint32_t j = 0; j < alternative->edges[i].term_count; j++)
            df += alternative->edges[i].terms[j].term.df;
        edges[i] = (struct naive_edge){.kind = NAIVE_SIDE, .side = &alternative->edges[i]};
        edges[i].start = i == 0 ? start : edges[i - 1].end;
        edges[i].end = i + 1 == count ? end : start + ++*privates;
        edges[i].worth = term_weight(df < query->live ? (uint32_t)df : query->live, query->live) * words / count;
        sum += edges[i].worth;
    }
    for (unsigned i = alternative->first; i < (unsigned)alternative->first + alternative->words; i++) {
        known = known && query->word_worths[i] > 0;
        most += query->word_worths[i];
    }
    for (unsigned i = 0; i < count; i++) {
        if (known && sum > most)
            edges[i].worth = (unsigned)((uint64_t)edges[i].worth * most / sum);
        edges[i].worth = edges[i].worth == 0 ? 1 : edges[i].worth;
    }
    query->edge_count += count;
}

static inline void naive_sides(struct naive_query *query, const struct alternative *alternatives, unsigned count)
{
    unsigned privates[QUERY_TOKENS_MAX] = {0};
    for (unsigned i = 0; i < count; i++)
        naive_side(query, &alternatives[i], &privates[alternatives[i].first]);
}

/* The greatest score of a path from `node` to `end` over the edges that the product has (values NULL: over all, at full impact); -1: none. */
static inline int64_t naive_path_most(const struct naive_query *query, const struct naive_value *values, unsigned node, unsigned end)
{
    int64_t most = node == end ? 0 : -1;
    for (unsigned i = 0; i < query->edge_count; i++) {
        const struct naive_edge *edge = &query->edges[i];
        if (edge->start != node || edge->end > end || (values != NULL && values[i].band == 0))
            continue;
        int64_t rest = naive_path_most(query, values, edge->end, end);
        int64_t score = rest + (int64_t)edge->worth * (values == NULL ? 255 : values[i].impact);
        most = rest >= 0 && score > most ? score : most;
    }
    return most;
}

/* The extra of a word; -1: none. */
static inline int naive_extra_of(const struct naive_query *query, unsigned word)
{
    for (unsigned i = 0; i < query->edge_count; i++)
        for (unsigned j = 0; j < query->extra_count; j++)
            if (query->edges[i].start == query->end + j * PLACES && query->extra_words[j] == word)
                return (int)i;
    return -1;
}

/* What the extras add (values NULL: at most). */
static inline uint32_t naive_extras(const struct naive_query *query, const struct naive_value *values)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < query->edge_count; i++)
        if (query->edges[i].start >= query->end && query->extra_count > 0)
            sum += query->edges[i].worth * (values == NULL ? 255 : values[i].impact);
    return sum;
}

struct naive_share {
    uint32_t total, sum; /* worth that some product has, and that this one has */
    bool firm_lacks;
};

static inline void naive_share_add(struct naive_share *share, uint32_t worth, bool met, bool firm)
{
    share->total += worth;
    share->sum += met ? worth : 0;
    share->firm_lacks = share->firm_lacks || (firm && !met);
}

/* The words from `first` to before `last`, which make a segment: as one, or each by its extra where no product has them so. */
static inline void naive_share_words(const struct naive_query *query, const struct naive_value *values, unsigned start, unsigned end,
                                     unsigned first, unsigned last, struct naive_share *share)
{
    static struct naive_value full[NAIVE_EDGES];
    bool firm = false;
    for (unsigned i = 0; i < NAIVE_EDGES; i++)
        full[i] = (struct naive_value){1, 1};
    int64_t worth = naive_path_most(query, full, start, end);
    int extra = last - first == 1 ? naive_extra_of(query, first) : -1;
    for (unsigned word = first; word < last; word++) {
        int own = naive_extra_of(query, word);
        firm = firm || query->firm[word] || query->named[word];
        if (worth < 0 && own >= 0)
            naive_share_add(share, query->edges[own].worth, values[own].band > 0, query->firm[word] || query->named[word]);
    }
    if (worth >= 0)
        naive_share_add(share, (uint32_t)worth, naive_path_most(query, values, start, end) >= 0 || (extra >= 0 && values[extra].band > 0),
                        firm);
}

/* Does it have the demanded share of the worth, and all firm words? What no product has asks for nothing. A word in a segment of its own
 * may be met by its extra instead. */
static inline bool naive_enough(const struct naive_query *query, const struct naive_value *values)
{
    struct naive_share share = {0};
    unsigned first = 0;
    for (unsigned i = 0; i + 1 < query->cut_count; i++) {
        unsigned last = first;
        while (last < query->word_count && query->word_places[last] < query->cuts[i + 1])
            last++;
        naive_share_words(query, values, query->cuts[i], query->cuts[i + 1], first, last, &share);
        first = last;
    }
    return !share.firm_lacks && (uint64_t)share.sum * 100 >= (uint64_t)share.total * query->percent;
}

/* Under match=any: the sum over the segments that are met, and the extras. False when none is. */
static inline bool naive_any(const struct naive_query *query, const struct naive_value *values, uint32_t *score)
{
    *score = naive_extras(query, values);
    bool met = query->end == 0 || *score > 0;
    if (values != NULL && query->percent > 0 && !naive_enough(query, values))
        return false;
    for (unsigned i = 0; i + 1 < query->cut_count; i++) {
        int64_t most = naive_path_most(query, values, query->cuts[i], query->cuts[i + 1]);
        met = met || most >= 0;
        *score += most > 0 ? (uint32_t)most : 0;
    }
    return met;
}

/* Tries every path; the best (worst band, sum) wins. */
static inline void naive_paths(struct snapshot *snapshot, const struct naive_query *query, const struct naive_value *values, unsigned node,
                               struct match_score sofar, struct match_score *best)
{
    if (node == query->end) {
        if (sofar.band > best->band || (sofar.band == best->band && sofar.score > best->score))
            *best = sofar;
        return;
    }
    for (unsigned i = 0; i < query->edge_count; i++) {
        const struct naive_edge *edge = &query->edges[i];
        if (edge->start != node || values[i].band == 0)
            continue;
        struct match_score next = {(uint8_t)least(sofar.band, values[i].band), sofar.score + edge->worth * values[i].impact};
        naive_paths(snapshot, query, values, edge->end, next, best);
    }
}

enum { NAIVE_PARTLY = 255 /* as a band: some words are lacking, which ranks as band 0 */ };

/* A product that has all words gets the extras besides; under match=any some words do. */
static inline void naive_meet(const struct naive_query *query, const struct naive_value *values, struct match_score *best)
{
    if (best->band > 0)
        best->score += naive_extras(query, values);
    else if (query->any && naive_any(query, values, &best->score))
        best->band = NAIVE_PARTLY;
}

#endif
