/* Scores for those documents of a window that may still enter the best hits.
 *
 * First the window as a whole: what its greatest impacts, the best bands and the most fame could bring (match_candidates). Then document by
 * document, each with its own fame and the words that it has, these at their greatest (match_hopeful). Words of one reading are scored column
 * by column: what each one falls short of its greatest comes off the bounds, and the places are dropped whose bound is below the threshold.
 * So a bound never falls below the rank that a document gets, and in the end it is that. What words of several readings give is known only
 * together; they are scored last. But a reading whose band is below that of the threshold brings no document there: it counts for nothing,
 * so that a word with synonyms is one of one reading as soon as enough documents have the word itself.
 *
 * Under MATCH_ANY only documents are looked at that have all words, or a set of words whose greatest impacts together can bring a document
 * there: with a full page that is seldom one frequent word alone (Turtle & Flood, "Query evaluation: strategies and optimizations", 1995, and
 * its successors, by the window). */
#include <string.h>

#include "query/match_parts.h"
#include "query/rank.h"

enum {
    CUT_PLACES = 96,  /* fewer are scored one by one in less time */
    COMBINED_MAX = 6, /* words whose sets are looked at; whoever has more words, the weakest of them, is taken to have those */
};

/* What a segment may give to a document of the window at hand. */
struct promise {
    const struct segment *segment;
    struct edge_window *only; /* its one reading that counts; NULL when there are several */
    uint32_t most;
    uint8_t band;
};

struct hope {
    struct match *match;
    uint64_t threshold;
    uint32_t points_max;
    struct promise promises[LATTICE_NODES_MAX]; /* the greatest first */
    struct match_score best;                    /* what they come to together */
    unsigned count;                             /* the places left, and the best that each may have */
    uint16_t places[COLUMN_WINDOW];
    uint8_t bands[COLUMN_WINDOW];
    uint32_t bounds[COLUMN_WINDOW]; /* fame included */
};

static bool is_enough(const struct hope *hope, unsigned band, uint32_t score)
{
    return rank_pack((struct match_score){(uint8_t)band, score}, TIER_IN_STOCK, 0) >= hope->threshold;
}

/* A path's score is a sum over its edges, and at each node the best so far is kept: so are the bounds. `least` is the threshold's band. */
static struct promise promise_of(const struct match *match, const struct segment *segment, unsigned least)
{
    unsigned strong = 0;
    uint32_t most[LATTICE_NODES_MAX];
    memset(most, 0, (segment->length + 1) * sizeof *most);
    struct promise promise = {.segment = segment};
    for (unsigned i = 0; i < segment->edge_count; i++) {
        struct edge_window *window = match->edges[segment->first + i];
        const struct edge *edge = window->edge;
        unsigned start = edge->start - segment->start, end = edge->end - segment->start;
        if (edge->band < least)
            continue;
        promise.only = strong++ == 0 && start == 0 && end == segment->length ? window : NULL;
        uint32_t score = most[start] + (uint32_t)edge->worth * window->impact_max;
        most[end] = score > most[end] ? score : most[end];
        promise.band = edge->band > promise.band ? edge->band : promise.band;
    }
    promise.most = most[segment->length];
    return promise;
}

static void promises_take(struct hope *hope)
{
    hope->best = (struct match_score){.band = hope->match->missing == 0 ? BAND_MAX : BAND_NONE};
    for (unsigned i = 0; i < hope->match->segment_count; i++) {
        struct promise promise = promise_of(hope->match, &hope->match->segments[i], (unsigned)(hope->threshold >> RANK_BAND_SHIFT));
        unsigned at = i;
        for (; at > 0 && hope->promises[at - 1].most < promise.most; at--)
            hope->promises[at] = hope->promises[at - 1];
        hope->promises[at] = promise;
        hope->best.score += promise.most;
        if (!promise.segment->extra && promise.band < hope->best.band)
            hope->best.band = promise.band;
    }
}

/* Documents that have all words of a set: bit i stands for the promise i. */
static void set_or(const struct hope *hope, unsigned set, uint64_t *bits)
{
    uint64_t have[WINDOW_WORDS];
    memset(have, 0xFF, sizeof have);
    for (unsigned rest = set; rest != 0; rest &= rest - 1)
        window_and(have, hope->promises[__builtin_ctz(rest)].segment->bits);
    window_or(bits, have);
}

/* Documents that lack words but have enough others: those of some least set, which would not be enough without the least of its words. */
static void enough_or(const struct hope *hope, uint64_t *bits)
{
    unsigned count = hope->match->segment_count, combined = count < COMBINED_MAX ? count : COMBINED_MAX;
    uint32_t rest = hope->points_max;
    if (!is_enough(hope, BAND_NONE, hope->best.score + hope->points_max))
        return;
    for (unsigned i = combined; i < count; i++)
        rest += hope->promises[i].most;
    for (unsigned set = 0; set < 1U << combined; set++) {
        uint32_t sum = rest, least = 0;
        for (unsigned i = 0; i < combined; i++) {
            uint32_t most = (set >> i & 1) != 0 ? hope->promises[i].most : 0;
            sum += most;
            least = most > 0 ? most : least;
        }
        if (is_enough(hope, BAND_NONE, sum) && (set == 0 || !is_enough(hope, BAND_NONE, sum - least)))
            set_or(hope, set, bits);
    }
}

static void all_or(const struct match *match, uint64_t *bits)
{
    for (unsigned word = 0; word < WINDOW_WORDS && match->missing == 0; word++) {
        uint64_t all = UINT64_MAX;
        for (unsigned i = 0; i < match->segment_count; i++)
            all &= match->segments[i].extra ? UINT64_MAX : match->segments[i].bits[word];
        bits[word] |= all;
    }
}

/* The least impact with which a document can reach the threshold when the other words, which give up to `rest`, are at their greatest. */
static uint32_t impact_needed(const struct hope *hope, const struct edge *edge, unsigned band, uint32_t rest)
{
    uint64_t without = rank_pack((struct match_score){(uint8_t)band, rest}, TIER_IN_STOCK, hope->points_max);
    uint32_t weight = edge->worth;
    if (without >= hope->threshold)
        return 0;
    uint64_t needed = (hope->threshold - without + weight - 1) / weight;
    return needed > UINT8_MAX ? UINT8_MAX : (uint32_t)needed; /* not more: candidates_choose saw that it can be reached */
}

/* Takes out the documents that lack too much of a single word, where there are enough for that to pay. */
static void candidates_cut(const struct hope *hope, uint64_t *bits)
{
    const struct match *match = hope->match;
    for (unsigned i = 0; i < match->segment_count && window_count(bits) > CUT_PLACES; i++) {
        const struct promise *promise = &hope->promises[i];
        if (promise->only == NULL || promise->only->edge->term_count > 1)
            continue;
        uint32_t needed = impact_needed(hope, promise->only->edge, hope->best.band, hope->best.score - promise->most);
        if (needed > 0)
            edge_window_cut(promise->only, (uint8_t)needed, bits);
    }
}

bool match_candidates(struct match *match, const uint64_t *hits, uint64_t threshold, uint32_t points_max, uint64_t *candidates,
                      struct match_score *best)
{
    struct hope hope;
    hope.match = match;
    hope.threshold = threshold;
    hope.points_max = points_max;
    promises_take(&hope);
    *best = hope.best;
    if (!is_enough(&hope, hope.best.band, hope.best.score + points_max))
        return false;
    window_copy(candidates, hits);
    if (match->mode == MATCH_ANY && match->segment_count > 1) {
        uint64_t wanted[WINDOW_WORDS] = {0};
        enough_or(&hope, wanted);
        all_or(match, wanted);
        window_and(candidates, wanted);
    }
    candidates_cut(&hope, candidates);
    return true;
}

/* What the words that a document lacks take off its bound. */
static struct match_score lacking_subtract(const struct hope *hope, uint32_t at, struct match_score bound)
{
    for (unsigned i = 0; i < hope->match->segment_count; i++) {
        bool has = window_has(hope->promises[i].segment->bits, at);
        bound.score -= has ? 0 : hope->promises[i].most;
        bound.band = has || hope->promises[i].segment->extra ? bound.band : BAND_NONE;
    }
    return bound;
}

/* The candidates whose bounds reach the threshold. */
static void places_list(struct hope *hope, const uint64_t *candidates, const uint32_t *points)
{
    bool lacking = hope->match->mode == MATCH_ANY && hope->match->segment_count > 1;
    unsigned count = 0;
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        for (uint64_t rest = candidates[word]; rest != 0; rest &= rest - 1) {
            uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest);
            struct match_score bound = lacking ? lacking_subtract(hope, at, hope->best) : hope->best;
            bound.score += points[at];
            hope->places[count] = (uint16_t)at;
            hope->bands[count] = bound.band;
            hope->bounds[count] = bound.score;
            count += is_enough(hope, bound.band, bound.score);
        }
    hope->count = count;
}

/* Drops the places that cannot reach the threshold. */
static void places_cut(struct hope *hope)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < hope->count; i++) {
        bool stays = is_enough(hope, hope->bands[i], hope->bounds[i]);
        hope->places[kept] = hope->places[i];
        hope->bands[kept] = hope->bands[i];
        hope->bounds[kept] = hope->bounds[i];
        kept += stays;
    }
    hope->count = kept;
}

/* One word's own impacts and bands in the place of its greatest. */
static void column_take(struct hope *hope, const struct promise *promise)
{
    uint16_t values[COLUMN_WINDOW];
    uint32_t weight = promise->only->edge->worth;
    edge_window_values(promise->only, hope->places, hope->count, values);
    for (unsigned i = 0; i < hope->count; i++) {
        uint8_t band = (uint8_t)(values[i] >> 8);
        hope->bands[i] = band < hope->bands[i] && !promise->segment->extra ? band : hope->bands[i];
        hope->bounds[i] -= values[i] == 0 ? 0 : promise->most - weight * (values[i] & 0xFF);
    }
}

/* All words of one reading. Returns whether there are others. */
static bool columns_take(struct hope *hope)
{
    bool others = false;
    for (unsigned i = 0; i < hope->match->segment_count && hope->count > 0; i++) {
        if (hope->promises[i].only == NULL) {
            others = true;
            continue;
        }
        column_take(hope, &hope->promises[i]);
        places_cut(hope);
    }
    return others;
}

void match_hopeful(struct match *match, const uint64_t *candidates, uint64_t threshold, const uint32_t *points, struct match_score *scores,
                   uint64_t *hopeful)
{
    struct hope hope;
    hope.match = match;
    hope.threshold = threshold;
    window_clear(hopeful);
    promises_take(&hope);
    places_list(&hope, candidates, points);
    bool others = columns_take(&hope);
    for (unsigned i = 0; i < hope.count; i++) {
        struct match_score score = {hope.bands[i], hope.bounds[i]};
        if (others) {
            score = match_score(match, hope.places[i]);
            score.score += points[hope.places[i]];
        }
        if (!is_enough(&hope, score.band, score.score))
            continue;
        scores[hope.places[i]] = score;
        window_set(hopeful, hope.places[i]);
    }
}
