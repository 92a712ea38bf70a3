/* Pruning against exhaustive evaluation: for random lattices over random lists of every density and form, in both modes, match_hopeful must
 * leave every document that could reach the threshold, with the very score that enumerating all paths gives, and the windows must have
 * just the documents that match. */
#include "naive.h"

#include "query/match.h"
#include "storage/postings.h"

enum { DOCUMENTS = 9000, TERMS = 14, EDGES = 9, EXTRAS = 4, TERMS_PER_EDGE = 3, SIDES = 3, SIDE_EDGES = 3, SEEDS = 2000 };

/* The lists as they can be read; impact 0: not there. */
static uint8_t impacts[TERMS][DOCUMENTS], forms[TERMS][DOCUMENTS];
static bool live[DOCUMENTS];
static unsigned term_numbers[2 * TERMS]; /* by term id */

static void word_of(unsigned term, char word[8])
{
    snprintf(word, 8, "t%c", 'a' + (int)term);
}

static void lists_write(struct shop *shop, bool all_live)
{
    static const unsigned permille[TERMS] = {950, 700, 500, 400, 300, 200, 120, 90, 60, 30, 10, 5, 2, 1};
    struct batch *batch = shop_begin(shop);
    uint32_t first = 0;
    must(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first));
    for (uint32_t document = 0; document < DOCUMENTS; document++) {
        bool last = document == DOCUMENTS - 1; /* has every term, so that none is missing */
        live[document] = all_live || last || random_chance(&shop->random, 90);
        if (live[document])
            posting_put(batch, TERM_LIVE, "", 0, document, 1, (struct posting_form){0});
        for (unsigned term = 0; live[document] && term < TERMS; term++) {
            char word[8], form[3];
            /* Some lists keep to a part of the documents, as words of one category do. */
            bool here = term % 3 != 1 || document / 1500 % 2 == term % 2;
            if (!last && (!here || random_below(&shop->random, 1000) >= permille[term]))
                continue;
            word_of(term, word);
            memcpy(form, word, 2);
            form[2] = (char)('0' + random_below(&shop->random, 4));
            uint8_t impact = (uint8_t)(term % 4 == 0 ? 100 : 1 + random_below(&shop->random, document / 500 % 3 == 0 ? 255 : 90));
            posting_put(batch, TERM_CORE, word, strlen(word), document, impact, (struct posting_form){.bytes = form, .size = sizeof form});
        }
    }
    shop_commit(batch);
}

static unsigned lists_read(struct snapshot *snapshot, struct term *terms)
{
    unsigned dense = 0;
    memset(impacts, 0, sizeof impacts);
    for (unsigned i = 0; i < TERMS; i++) {
        struct postings postings;
        char word[8];
        word_of(i, word);
        must(term_get(snapshot, TERM_CORE, word, strlen(word), &terms[i]));
        assert_true(terms[i].id < 2 * TERMS);
        term_numbers[terms[i].id] = i;
        dense += terms[i].is_dense;
        postings_open(&postings, snapshot, &terms[i]);
        while (postings_next(&postings) == STATUS_OK)
            for (unsigned j = 0; j < postings.count; j++) {
                impacts[i][postings.documents[j]] = postings.impacts[j];
                forms[i][postings.documents[j]] = postings.forms[j];
            }
        postings_close(&postings);
    }
    return dense;
}

/* A lattice with its memory, and which terms its edges have. */
struct hand {
    struct lattice lattice;
    struct query_words words;
    struct alternative alternatives[SIDES];
    struct edge_term side_terms[SIDES][SIDE_EDGES][TERMS_PER_EDGE];
    unsigned side_count;
    struct edge edges[EDGES + EXTRAS];
    struct edge_term terms[EDGES + EXTRAS][TERMS_PER_EDGE];
    uint8_t bands[EDGES][TERMS_PER_EDGE][FORM_COUNT];
};

static void edge_draw(struct hand *hand, const struct term *terms, uint64_t *random)
{
    unsigned at = hand->words.edge_count++;
    struct edge *edge = &hand->edges[at];
    unsigned start = random_below(random, hand->words.end);
    *edge = (struct edge){.start = (uint8_t)start,
                          .end = (uint8_t)(start + 1 + (random_chance(random, 75) ? 0 : random_below(random, hand->words.end - start))),
                          .worth = (uint16_t)(1 + random_below(random, 99)),
                          .term_count = random_chance(random, 70) ? 1 : 1 + random_below(random, TERMS_PER_EDGE),
                          .terms = hand->terms[at]};
    for (unsigned i = 0; i < edge->term_count; i++) {
        struct edge_term *term = &hand->terms[at][i];
        *term = (struct edge_term){.term = terms[random_below(random, TERMS)], .band = (uint8_t)(3 + random_below(random, 6))};
        for (unsigned form = 0; form < FORM_COUNT; form++)
            hand->bands[at][i][form] = (uint8_t)(3 + random_below(random, term->band - 2U));
        if (random_chance(random, 60))
            term->bands = hand->bands[at][i];
        if (random_chance(random, 30))
            term->plain = (uint8_t)(1 + random_below(random, 5));
        edge->df += term->term.df;
        edge->band = term->band > edge->band ? term->band : edge->band;
    }
}

/* An alternative of one to three edges for some of the words. */
static void side_draw(struct hand *hand, const struct term *terms, uint64_t *random)
{
    unsigned at = hand->side_count++;
    struct alternative *side = &hand->alternatives[at];
    unsigned first = random_below(random, hand->words.count);
    *side = (struct alternative){.first = (uint8_t)first,
                                 .words = (uint8_t)(1 + random_below(random, hand->words.count - first)),
                                 .edge_count = (uint8_t)(1 + random_below(random, SIDE_EDGES))};
    for (unsigned i = 0; i < side->edge_count; i++) {
        struct edge_term *drawn = hand->side_terms[at][i];
        side->edges[i] = (struct alternative_edge){drawn, random_chance(random, 80) ? 1 : 1 + random_below(random, TERMS_PER_EDGE)};
        for (unsigned j = 0; j < side->edges[i].term_count; j++)
            drawn[j] = (struct edge_term){.term = terms[random_below(random, TERMS)], .band = (uint8_t)(2 + random_below(random, 6))};
    }
}

/* What the descriptions would have of some of the words. */
static void extras_draw(struct hand *hand, const struct term *terms, uint64_t *random)
{
    struct query_words *words = &hand->words;
    for (unsigned word = 0; word < words->count && words->extra_count < EXTRAS; word++) {
        if (random_chance(random, 40))
            continue;
        unsigned at = words->edge_count++, node = words->end + words->extra_count;
        hand->terms[at][0] = (struct edge_term){.term = terms[random_below(random, TERMS)], .band = BAND_MAX};
        hand->edges[at] = (struct edge){.start = (uint8_t)node,
                                        .end = (uint8_t)(node + 1),
                                        .band = BAND_MAX,
                                        .worth = (uint16_t)(1 + random_below(random, 99)),
                                        .df = hand->terms[at][0].term.df,
                                        .term_count = 1,
                                        .terms = hand->terms[at]};
        words->extra_words[words->extra_count++] = (uint8_t)word;
    }
}

static const struct token plain_token = {.kind = TOKEN_SYLLABLE}, firm_token = {.kind = TOKEN_CODE};

static void hand_draw(struct hand *hand, const struct term *terms, bool extras, struct arena *arena, uint64_t *random)
{
    hand->words = (struct query_words){.edges = hand->edges, .end = 1 + random_below(random, 4), .live = DOCUMENTS};
    hand->side_count = 0;
    for (unsigned i = 1 + random_below(random, EDGES); i-- > 0;)
        edge_draw(hand, terms, random);
    if (random_chance(random, 60)) { /* mostly words of one reading each */
        for (unsigned i = 0; i < hand->words.edge_count; i++) {
            hand->edges[i].start = (uint8_t)i;
            hand->edges[i].end = (uint8_t)(i + 1);
        }
        hand->words.end = hand->words.edge_count;
    }
    hand->words.count = hand->words.end;
    for (unsigned i = 0; i < hand->words.count; i++)
        hand->words.words[i] = (struct query_word){.tokens = random_chance(random, 85) ? &plain_token : &firm_token,
                                                   .named = random_chance(random, 10),
                                                   .count = 1,
                                                   .node = (uint8_t)i,
                                                   .worth = (uint16_t)(random_chance(random, 30) ? 0 : 1 + random_below(random, 99))};
    for (unsigned i = random_chance(random, 60) ? 1 + random_below(random, SIDES) : 0; i-- > 0;)
        side_draw(hand, terms, random);
    if (extras)
        extras_draw(hand, terms, random);
    must(lattice_build(&hand->words, hand->alternatives, hand->side_count, arena, &hand->lattice));
}

static unsigned plain_impact(const struct edge_term *term, unsigned at, uint32_t document)
{
    unsigned impact = impacts[at][document];
    return term->plain > 0 && forms[at][document] != term->plain - 1 ? impact - impact / 8 : impact;
}

static struct naive_value terms_value(const struct edge_term *terms, uint32_t count, uint32_t document)
{
    struct naive_value value = {0};
    for (unsigned i = 0; i < count; i++) {
        const struct edge_term *term = &terms[i];
        unsigned at = term_numbers[term->term.id];
        if (impacts[at][document] > 0)
            value_improve(&value, term->bands == NULL ? term->band : term->bands[forms[at][document]], plain_impact(term, at, document));
    }
    return value;
}

/* The naive query of the same edges: tokens are not needed where values are given. */
static void naive_of(const struct hand *hand, bool any, struct naive_query *query)
{
    query->edge_count = hand->words.edge_count;
    query->end = hand->words.end * PLACES;
    query->any = any;
    query->live = hand->words.live;
    for (unsigned i = 0; i < hand->words.edge_count; i++)
        query->edges[i] =
            (struct naive_edge){.start = hand->edges[i].start * PLACES, .end = hand->edges[i].end * PLACES, .worth = hand->edges[i].worth};
    for (unsigned i = 0; i <= hand->words.count; i++)
        query->word_places[i] = i * PLACES;
    query->word_count = hand->words.count;
    for (unsigned i = 0; i < hand->words.count; i++) {
        query->word_worths[i] = hand->words.words[i].worth;
        query->firm[i] = hand->words.words[i].tokens == &firm_token;
        query->named[i] = hand->words.words[i].named;
    }
    query->extra_count = hand->words.extra_count;
    for (unsigned i = 0; i < hand->words.extra_count; i++)
        query->extra_words[i] = hand->words.extra_words[i];
    naive_sides(query, hand->alternatives, hand->side_count);
    naive_cut(query);
}

static struct match_score document_score(const struct hand *hand, const struct naive_query *query, uint32_t document)
{
    struct naive_value values[NAIVE_EDGES];
    struct match_score best = {0};
    if (!live[document])
        return best;
    for (unsigned i = 0; i < query->edge_count; i++) {
        const struct alternative_edge *side = query->edges[i].side;
        values[i] = side != NULL ? terms_value(side->terms, side->term_count, document)
                                 : terms_value(hand->edges[i].terms, hand->edges[i].term_count, document);
    }
    naive_paths(NULL, query, values, 0, (struct match_score){15, 0}, &best);
    naive_meet(query, values, &best);
    return best;
}

static uint64_t rank_of(struct match_score score, unsigned tier, uint32_t points)
{
    if (score.band == NAIVE_PARTLY)
        score.band = 0;
    return rank_pack(score, tier, points);
}

/* One window: its documents, and what a random threshold leaves of a random part of them. */
static void window_check(struct match *match, uint32_t window, const struct match_score *expected, uint64_t *random)
{
    static struct match_score scores[COLUMN_WINDOW];
    static uint32_t points[COLUMN_WINDOW];
    struct match_score best = {0};
    const uint64_t *bits = NULL;
    uint64_t hits[WINDOW_WORDS], candidates[WINDOW_WORDS], hopeful[WINDOW_WORDS] = {0};
    uint32_t base = window * COLUMN_WINDOW, count = least(DOCUMENTS - base, COLUMN_WINDOW);
    uint32_t points_max = random_below(random, 20000);
    must(match_window(match, window, &bits));
    for (uint32_t at = 0; at < count; at++)
        assert_int_equal(window_has(bits, at), expected[base + at].band > 0);
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        hits[word] = bits[word] & (random_chance(random, 50) ? UINT64_MAX : random_next(random));
    uint64_t threshold = 0;
    for (unsigned tries = 0; tries < 20 && threshold == 0; tries++) {
        uint32_t at = random_below(random, count);
        if (expected[base + at].band > 0 && random_chance(random, 95))
            threshold = rank_of(expected[base + at], random_below(random, 2), random_below(random, points_max + 1));
    }
    for (uint32_t at = 0; at < COLUMN_WINDOW; at++)
        points[at] = random_chance(random, 20) ? points_max : random_below(random, points_max + 1);
    if (match_candidates(match, hits, threshold, points_max, candidates, &best))
        match_hopeful(match, candidates, threshold, points, scores, hopeful);
    for (uint32_t at = 0; at < COLUMN_WINDOW; at++) {
        struct match_score score = at < count ? expected[base + at] : (struct match_score){0};
        bool wanted = window_has(hits, at) && rank_of(score, TIER_IN_STOCK, points[at]) >= threshold;
        if (window_has(hopeful, at) != wanted)
            fail_msg("document %u: hopeful %d, band %u, score %u, threshold %llx", base + at, !wanted, score.band, score.score,
                     (unsigned long long)threshold);
        if (wanted && rank_pack(best, 0, 0) < rank_of(score, 0, 0))
            fail_msg("document %u: better than the best", base + at);
        if (wanted && rank_of(scores[at], 0, 0) != rank_of(score, 0, points[at]))
            fail_msg("document %u: score %u of band %u, not %u of %u", base + at, scores[at].score, scores[at].band, score.score,
                     score.band);
    }
}

static void lattice_check(struct snapshot *snapshot, const struct term *terms, struct arena *arena, uint64_t *random)
{
    static struct match_score expected[DOCUMENTS];
    static struct hand hand;
    struct naive_query query;
    struct match *match = NULL;
    uint32_t next = 0, window = 0;
    enum match_mode mode = random_chance(random, 50) ? MATCH_ANY : MATCH_ALL;
    unsigned percent = mode == MATCH_ALL || random_chance(random, 50) ? 0 : 1 + random_below(random, 100);
    hand_draw(&hand, terms, mode == MATCH_ANY && random_chance(random, 70), arena, random);
    naive_of(&hand, mode == MATCH_ANY, &query);
    query.percent = percent;
    for (uint32_t document = 0; document < DOCUMENTS; document++)
        expected[document] = document_score(&hand, &query, document);
    must(match_open(snapshot, &hand.lattice, mode, arena, &match));
    must(match_demand(match, &hand.lattice, percent, arena));
    enum status status = STATUS_OK;
    while ((status = match_seek(match, next, &window)) == STATUS_OK) {
        for (uint32_t document = next * COLUMN_WINDOW; document < window * COLUMN_WINDOW; document++)
            assert_int_equal(expected[document].band, 0);
        window_check(match, window, expected, random);
        next = window + 1;
    }
    assert_int_equal(status, STATUS_END);
    for (uint32_t document = next * COLUMN_WINDOW; document < DOCUMENTS; document++)
        assert_int_equal(expected[document].band, 0);
    match_close(match);
    arena_reset(arena);
}

static void run(uint64_t seed, bool all_live, unsigned seeds)
{
    struct shop shop;
    struct arena arena;
    struct term terms[TERMS];
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    shop_open(&shop, seed);
    arena_init(&arena, 64 << 20);
    lists_write(&shop, all_live);
    must(snapshot_open(shop.env, &snapshot, &error));
    unsigned dense = lists_read(snapshot, terms);
    assert_true(dense > 3 && dense < TERMS - 3);
    for (unsigned i = 0; i < seeds; i++)
        lattice_check(snapshot, terms, &arena, &shop.random);
    must(snapshot_status(snapshot));
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

static void pruned_is_exhaustive(void **state)
{
    (void)state;
    uint64_t seed = seed_take();
    run(seed, true, SEEDS / 2);
    run(seed + 1, false, SEEDS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pruned_is_exhaustive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
