/* What a search should answer: the steps of the cascade, the order of the hits, the rules that hold. */
#ifndef TIM_TESTS_QUERY_NAIVE_ANSWER_H
#define TIM_TESTS_QUERY_NAIVE_ANSWER_H

#include "naive.h"
#include "question.h"

#include "query/cascade.h"
#include "query/search.h"

/* What the products came to. */
struct answer {
    struct match_score *scores; /* per product; band 0: the words do not match */
    uint32_t *found;            /* products that pass everything, best first */
    uint32_t count;
    bool all;
    enum rung rung;
    struct understanding understanding;
};

/* The order under test: set before qsort. */
static const struct shop *sorted_shop;
static const uint64_t *sorted_ranks;

static inline int product_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (sorted_ranks[a] != sorted_ranks[b])
        return sorted_ranks[a] > sorted_ranks[b] ? -1 : 1;
    const char *left_id = sorted_shop->products[a].id, *right_id = sorted_shop->products[b].id;
    uint64_t left_order = id_order(bytes_of(left_id)), right_order = id_order(bytes_of(right_id));
    return left_order != right_order ? (left_order < right_order ? -1 : 1) : strcmp(left_id, right_id);
}

/* The points for the brand and the category that were read. */
static inline uint64_t naive_boost(const struct shop *shop, const struct understanding *understanding, const struct product *product,
                                   uint32_t score_max)
{
    uint64_t points = 0;
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        bool brand = strcmp(reading->field, "brand") == 0;
        bool fits = brand ? product->brand == reading->ordinal
                          : product->category != UINT32_MAX && is_under(shop, product->category, reading->ordinal);
        bool alone = !brand && reading->whole && understanding->text.size == 0;
        points += fits && score_max >= 8 ? score_max / (alone ? 2 : 8) : 0;
    }
    return points;
}

/* As if five reviews of 3.5 stars stood beside those there are. */
static inline uint64_t naive_rating(const struct product *product)
{
    uint64_t reviews = product->reviews == COLUMN_UNKNOWN ? 1 : product->reviews;
    if (product->rating == COLUMN_UNKNOWN || product->rating == 0 || reviews == 0)
        return 0;
    return ((product->rating * reviews + 1750) * 1000 / (reviews + 5)) << 32 | reviews;
}

static inline uint64_t naive_discount(const struct product *product)
{
    bool on_sale = product->price != COLUMN_UNKNOWN && product->sale < product->price;
    return on_sale ? 10000 * (product->price - product->sale) / product->price : 0;
}

static inline uint64_t naive_rank(const struct product *product, const struct naive_query *query, struct match_score score, uint64_t boost,
                                  enum sort sort)
{
    uint64_t paid = paid_of(product->price, product->sale);
    uint64_t most = query->score_max == 0 ? PRIOR_MAX : query->score_max / 4;
    uint64_t prior = product->prior == COLUMN_UNKNOWN ? 0 : product->prior * most / PRIOR_MAX;
    switch (sort) {
    case SORT_PRICE_ASC:
        return paid == COLUMN_UNKNOWN ? 0 : UINT32_MAX - paid;
    case SORT_PRICE_DESC:
        return paid == COLUMN_UNKNOWN ? 0 : paid + 1;
    case SORT_NEWEST:
        return product->created == COLUMN_UNKNOWN ? 0 : product->created + 1;
    case SORT_BEST_SELLING:
        return product->sold == COLUMN_UNKNOWN ? 0 : product->sold;
    case SORT_RATING:
        return naive_rating(product);
    case SORT_DISCOUNT:
        return naive_discount(product);
    case SORT_RELEVANCE:
        break;
    }
    if (score.band == NAIVE_PARTLY) { /* an empty shelf costs a quarter, not the place behind everything */
        uint64_t points = score.score + prior + boost;
        return (uint64_t)1 << 58 | (points - (product->stock == 0 ? points / 4 : 0));
    }
    return (uint64_t)score.band << 60 | (uint64_t)(product->stock != 0) << 58 | (score.score + prior + boost);
}

/* Words that name a brand or a category. */
static inline uint32_t named_of(const struct understanding *understanding)
{
    uint32_t named = 0;
    for (unsigned i = 0; i < understanding->count; i++)
        named |= understanding->readings[i].words;
    return named;
}

static inline struct met words_read(struct shop *shop, struct snapshot *snapshot, const struct question *question, enum words_zone zone,
                                    enum rung rung, const struct alternatives *alternatives, struct naive_rules *rules, struct arena *arena,
                                    struct naive_query *query, struct answer *answer)
{
    unsigned band = 0;
    uint32_t met = 0;
    naive_read(shop, snapshot, &question->request, zone, rung, named_of(&answer->understanding), alternatives->list, alternatives->count,
               arena, query);
    for (uint32_t i = 0; i < shop->count; i++) {
        answer->scores[i] = (struct match_score){0};
        if (shop->products[i].live)
            answer->scores[i] = naive_score(snapshot, query, &shop->products[i]);
        rules->states[i].met = answer->scores[i].band > 0;
        if (rules->states[i].hidden >= 0)
            answer->scores[i] = (struct match_score){0};
        met += answer->scores[i].band > 0;
        band = answer->scores[i].band > band ? answer->scores[i].band : band;
    }
    answer->all = zone != WORDS_CORE;
    answer->rung = rung;
    return (struct met){met, (uint8_t)band};
}

static inline bool is_doubtful(struct met met)
{
    return met.documents > 0 && met.documents <= 64 && met.band == 4;
}

/* Words alone, four of them, are a description; names are none. */
static inline uint64_t enough_of(const struct naive_query *query, const struct understanding *understanding)
{
    bool firm = false;
    for (unsigned i = 0; i < query->word_count; i++)
        firm = firm || query->firm[i];
    return query->word_count - (unsigned)__builtin_popcount(named_of(understanding)) >= 4 && !firm ? 10 : 1;
}

/* A description all of whose words some product's core has. */
static inline bool is_told(const struct naive_query *query, const struct query_words *words, const struct understanding *understanding)
{
    bool known = enough_of(query, understanding) > 1;
    for (unsigned i = 0; i < query->word_count; i++)
        known = known && words->words[i].known == WORD_WHOLE;
    return known;
}

/* Step by step until some product matches. The alternatives are those of the finders; what they come to is worked out here. */
static inline void cascade_follow(struct shop *shop, struct snapshot *snapshot, const struct question *question, struct naive_rules *rules,
                                  struct arena *arena, struct naive_query *query, struct answer *answer)
{
    static const struct {
        enum alternative_level level;
        bool all;
    } steps[] = {{LEVEL_SPELLING, false}, {LEVEL_SPELLING, true}, {LEVEL_SIMILAR, false}, {LEVEL_SIMILAR, true}};
    struct token_list tokens = {0};
    struct query_words words;
    struct alternatives alternatives;
    struct bytes text = question->request.text;
    must(analyze(shop->analyzer, text.data, text.size, arena, &tokens));
    must(words_open(snapshot, &tokens, text.size, NULL, named_of(&answer->understanding), WORDS_CORE, arena, &words));
    must(alternatives_open(&alternatives, shop->analyzer, &words, arena));
    bool literal = question->request.literal;
    for (enum alternative_level level = LEVEL_WORDS; level <= LEVEL_SIMILAR && !literal; level++)
        must(alternatives_needed(&alternatives, level));
    unsigned needed = alternatives.count;
    if (question->request.match == MATCH_ANY) {
        words_read(shop, snapshot, question, WORDS_RANKED, RUNG_ANY, &alternatives, rules, arena, query, answer);
        return;
    }
    struct met met = words_read(shop, snapshot, question, WORDS_CORE, RUNG_NONE, &alternatives, rules, arena, query, answer);
    bool doubtful = is_doubtful(met);
    uint64_t before = met.documents, alone = question->request.sort == SORT_RELEVANCE ? enough_of(query, &answer->understanding) : 1,
             enough = alone;
    bool told = met.documents == 0 && is_told(query, &words, &answer->understanding);
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0] && query->end > 0 && !told && (met.documents == 0 || doubtful); i++) {
        if (doubtful && (steps[i].all || met.documents > before))
            continue;
        if (!literal)
            must(alternatives_all(&alternatives, steps[i].level));
        met = words_read(shop, snapshot, question, steps[i].all ? WORDS_ALL : WORDS_CORE, RUNG_NONE, &alternatives, rules, arena, query,
                         answer);
        if (!doubtful && !steps[i].all) {
            doubtful = is_doubtful(met);
            before = met.documents;
        }
        enough = steps[i].all ? alone : 1;
    }
    alternatives.count = needed;
    for (enum rung rung = RUNG_MOST; rung <= RUNG_ANY && query->word_count > 1 && met.documents < enough; rung++) {
        met = words_read(shop, snapshot, question, WORDS_RANKED, rung, &alternatives, rules, arena, query, answer);
    }
}

/* The model drops no words: where a filler is among them, they are taken literally. */
static inline void readings_take(const struct shop *shop, struct snapshot *snapshot, struct search_request *request, struct arena *arena,
                                 struct understanding *out)
{
    struct token_list tokens = {0};
    *out = (struct understanding){0};
    must(analyze(shop->analyzer, request->text.data, request->text.size, arena, &tokens));
    if (!request->literal)
        must(understand(snapshot, shop->analyzer, &tokens, request, arena, out));
    request->literal = request->literal || out->dropped != 0;
    if (request->literal)
        *out = (struct understanding){0};
}

static inline void answer_build(struct shop *shop, struct snapshot *snapshot, const struct question *question, struct naive_rules *rules,
                                struct arena *arena, const struct search_result *result, struct answer *answer)
{
    const struct search_request *request = &question->request;
    struct naive_query query;
    uint64_t *ranks = memory_calloc(shop->count + 1, sizeof *ranks);
    bool ranked = request->sort == SORT_RELEVANCE, *passes = memory_calloc(shop->count + 1, sizeof *passes);
    answer->count = 0;
    naive_rules_hold(shop, rules, request, arena);
    cascade_follow(shop, snapshot, question, rules, arena, &query, answer);
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        const struct naive_state *state = &rules->states[i];
        if (answer->scores[i].band == 0 && state->pinned >= 0 && state->added)
            answer->scores[i] = (struct match_score){.band = NAIVE_PARTLY};
        if (answer->scores[i].band == 0 || !product_passes(shop, request, product, NAIVE_NO_AXIS))
            continue;
        uint64_t boost = naive_boost(shop, &answer->understanding, product, query.score_max);
        boost += naive_rule_points(state, query.score_max);
        ranks[i] = naive_rank(product, &query, answer->scores[i], boost, request->sort);
        passes[i] = true;
        answer->found[answer->count++] = i;
    }
    sorted_shop = shop;
    sorted_ranks = ranks;
    qsort(answer->found, answer->count, sizeof *answer->found, product_compare);
    if (ranked)
        naive_place(rules, answer->found, answer->count, passes);
    for (uint32_t i = 0; i < answer->count; i++)
        answer->scores[answer->found[i]].score = (uint32_t)i; /* the place, for messages */
    if (!naive_rules_are_told(rules, result, passes, ranked))
        fail_question(question, "rules");
    free(passes);
    free(ranks);
}

#endif
