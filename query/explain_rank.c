/* The rank of a hit in its parts, each from what the pass added it by. */
#include <string.h>

#include "query/explain_parts.h"
#include "query/rank.h"

/* The document alone, in its window. */
struct one {
    struct columns columns;
    uint64_t documents[WINDOW_WORDS];
    uint32_t window, at;
    uint32_t points[COLUMN_WINDOW];
};

static void one_init(struct one *one, struct explaining *explaining)
{
    memset(one->documents, 0, sizeof one->documents);
    one->window = explaining->document / COLUMN_WINDOW;
    one->at = explaining->document % COLUMN_WINDOW;
    window_set(one->documents, one->at);
    columns_init(&one->columns, explaining->snapshot, explaining->arena);
    columns_move(&one->columns, one->window);
}

/* What a boost adds that has only one of its two. */
static enum status boost_take(struct one *one, struct boost boost, bool brand, uint32_t *points)
{
    boost.rules = (struct rule_boost){.whole = 0};
    boost.has_brand = boost.has_brand && brand;
    boost.has_category = boost.has_category && !brand;
    one->points[one->at] = 0;
    enum status status = boost_add(&boost, &one->columns, one->documents, one->points);
    *points = one->points[one->at];
    return status;
}

static enum status rule_points(struct one *one, const struct rule_boost *boost, uint32_t *points)
{
    one->points[one->at] = 0;
    enum status status = rule_boost_add(boost, &one->columns, one->documents, one->points);
    *points = one->points[one->at];
    return status;
}

/* The pairs that the document has; of several at one place the one that counts. */
static enum status pairs_take(struct one *one, struct contiguity *contiguity, struct explanation *out)
{
    unsigned place = UINT32_MAX;
    for (unsigned i = 0; i < contiguity->count; i++) {
        const struct contiguity_pair *pair = &contiguity->pairs[i];
        enum status status = edge_window_load(pair->window, one->window * COLUMN_WINDOW, one->documents, 1);
        if (status != STATUS_OK)
            return status;
        uint8_t impact = (uint8_t)edge_window_value(pair->window, one->at);
        struct explained_pair found = {.key = pair->key, .worth = pair->worth, .points = pair->worth * impact, .impact = impact};
        bool again = out->pair_count > 0 && place == pair->place;
        if (found.points == 0 || (again && out->pairs[out->pair_count - 1].points >= found.points))
            continue;
        if (!again && out->pair_count == EXPLAIN_PAIRS_MAX)
            break;
        out->pairs[again ? out->pair_count - 1 : out->pair_count++] = found;
        place = pair->place;
    }
    return STATUS_OK;
}

static enum status pairs_explain(struct explaining *explaining, struct one *one)
{
    struct pass *pass = &explaining->search.pass;
    one->points[one->at] = 0;
    enum status status = pass_pairs_open(pass);
    if (status == STATUS_OK)
        status = contiguity_window(&pass->contiguity, one->window, one->documents, one->points);
    contiguity_close(&pass->contiguity);
    explaining->out->rank.pairs = one->points[one->at];
    if (status == STATUS_OK)
        status = pass_pairs_open(pass);
    if (status == STATUS_OK)
        status = pairs_take(one, &pass->contiguity, explaining->out);
    contiguity_close(&pass->contiguity);
    return status;
}

static void columns_explain(struct explaining *explaining, struct explained_rank *rank)
{
    struct column_reader fame, offer;
    column_reader_init(&fame, explaining->snapshot, &family_fame);
    column_reader_init(&offer, explaining->snapshot, &family_offer);
    rank->stored_prior = column_get(&fame, FAME_PRIOR, explaining->document);
    rank->prior = rank->stored_prior == COLUMN_UNKNOWN ? 0 : prior_points((uint16_t)rank->stored_prior, explaining->search.pass.points_max);
    rank->in_stock = column_get(&offer, OFFER_STOCK, explaining->document) != 0;
}

enum status explain_rank(struct explaining *explaining)
{
    struct explained_rank *rank = &explaining->out->rank;
    struct pass *pass = &explaining->search.pass;
    explaining->out->ranked = true;
    rank->rank = explaining->looked.rank;
    if (explaining->out->sort != SORT_RELEVANCE)
        return STATUS_OK;
    struct one *one = arena_alloc(explaining->arena, sizeof *one);
    if (one == NULL)
        return STATUS_LIMIT;
    one_init(one, explaining);
    columns_explain(explaining, rank);
    enum status status = pairs_explain(explaining, one);
    if (status == STATUS_OK)
        status = boost_take(one, pass->boost, true, &rank->brand_boost);
    if (status == STATUS_OK)
        status = boost_take(one, pass->boost, false, &rank->category_boost);
    if (status == STATUS_OK)
        status = rule_points(one, &pass->boost.rules, &rank->rule_boost);
    if (status != STATUS_OK)
        return status;
    rank->text = explaining->meeting.score.score;
    struct match_score score = {explaining->meeting.score.band,
                                rank->text + rank->pairs + rank->prior + rank->brand_boost + rank->category_boost + rank->rule_boost};
    uint64_t packed = rank_stocked(score, rank->in_stock);
    rank->band = (uint8_t)(packed >> RANK_BAND_SHIFT);
    rank->tier = packed >> RANK_TIER_SHIFT & 3;
    rank->score = (uint32_t)packed;
    rank->shelf = score.score - rank->score;
    return STATUS_OK;
}

/* What a rule that lifts adds by itself. */
static enum status lift_take(struct explaining *explaining, struct one *one, struct fitting_rule *fitting, uint32_t *points)
{
    const struct rules alone = {.items = fitting, .count = 1};
    struct rule_boost boost;
    enum status status =
        rule_boost_open(&boost, explaining->snapshot, &alone, lattice_score_max(&explaining->search.cascade.lattice), explaining->arena);
    return status == STATUS_OK ? rule_points(one, &boost, points) : status;
}

/* Pins that did nothing, and rules for other products, are none of its own. */
static bool places(const struct explaining *explaining, unsigned rule)
{
    const struct placing *placing = &explaining->search.pass.placing;
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].rule == rule && placing->pins[i].document == explaining->document)
            return explaining->looked.pinned;
    for (unsigned i = 0; i < placing->hidden_count; i++)
        if (placing->hidden[i].rule == rule && placing->hidden[i].document == explaining->document)
            return true;
    return false;
}

enum status explain_rules(struct explaining *explaining)
{
    struct explanation *out = explaining->out;
    struct rules *rules = &explaining->search.rules;
    struct one *one = arena_alloc(explaining->arena, sizeof *one);
    enum status status = one == NULL ? STATUS_LIMIT : STATUS_OK;
    if (status == STATUS_OK)
        one_init(one, explaining);
    for (unsigned i = 0; i < rules->count && out->rule_count < EXPLAIN_RULES_MAX && status == STATUS_OK; i++) {
        struct explained_rule found = {.id = rules->items[i].rule.id};
        enum rule_action action = rules->items[i].rule.action;
        if (action == RULE_BOOST && out->sort == SORT_RELEVANCE)
            status = lift_take(explaining, one, &rules->items[i], &found.points);
        found.action = action == RULE_PIN ? "pin" : action == RULE_HIDE ? "hide" : "boost";
        found.place = action == RULE_PIN ? rules->items[i].rule.place : 0;
        if (found.points > 0 || places(explaining, i))
            out->rules[out->rule_count++] = found;
    }
    return status;
}
