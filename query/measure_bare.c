/* Numbers without a unit: they take that of the other end of their range, of their lead, or of what the category's products are measured in;
 * else they are money, or a word. */
#include "query/measure_span.h"
#include "query/unit_guess.h"

enum {
    MONEY_SCALE_MAX = 1000000, /* that people leave out: "5 đến 10 triệu" */
    RANGE_TOP_MIN = 10000,     /* VND; the upper end of a range that says by itself that it is one of prices: 20-50k */
    OPPOSITE_TIMES_MAX = 10,   /* how far apart two opposite bounds may be that share a unit */
};

void bare_take(struct measure *bare, const struct measure *model, bool is_low)
{
    bare->kind = model->kind;
    bare->unit = model->unit;
    bare->scale = model->scale;
    if (model->kind != MEASURE_MONEY || bare->milli >= 1000 * MILLI * MILLI)
        return;
    /* "500 đến 1 triệu": the lower end is in thousands; "200-300.000đ". */
    bool short_low = is_low && model->scale == 1 && bare->milli < 1000 * MILLI;
    int64_t value = bare->milli * (short_low ? MONEY_SCALE_MAX : model->scale);
    while (is_low && value > model->milli && value >= MILLI)
        value /= 1000;
    bare->milli = value;
}

/* Whether what stands behind a number is not what it counts: "dưới 2 cánh" is no price. */
static bool number_stands_alone(const struct reader_state *state, unsigned at)
{
    unsigned count = 0;
    if (at == state->lexemes.count || state->lexemes.items[at].kind == LEXEME_SIGN || !lexeme_is_free(state, at))
        return true;
    return phrase_free(state, &leads, at, &count) != NULL || phrase_free(state, &bounds_before, at, &count) != NULL;
}

/* Money without a unit: whole thousands (500k is one number, 500000), the lower end brought below the upper one; or as people say it, "laptop
 * dưới 20", "tai nghe dưới 300". */
static bool bare_is_money(const struct reader_state *state, struct span *span)
{
    struct measure *low = &span->low, *high = &span->high;
    struct measure thousands = {.kind = MEASURE_MONEY, .scale = 1, .milli = high->milli};
    int64_t value = low->milli / MILLI, top = span->range ? high->milli / MILLI : value;
    bool known = reading_find(state->out, "category") != NULL || reading_find(state->out, "brand") != NULL;
    bool end = span->range || span->bound == BOUND_MAX || span->bound == BOUND_MIN;
    bool said = span->bounded || span->lead == LEAD_PRICE || (value < 1000 && top >= RANGE_TOP_MIN);
    bool priced = (span->lead == LEAD_PRICE || (span->lead == 0 && end && known)) && number_stands_alone(state, span->end);
    if (value == 0 || (top < 1000 && !priced) ||
        (top >= 1000 && (top % 1000 != 0 || (value >= 1000 && value % 1000 != 0) || (!said && top < 100000))))
        return false;
    int64_t scale = top >= 1000 ? 1 : value < 100 ? 1000000 : 1000;
    if (span->range && top >= 1000)
        bare_take(low, &thousands, true);
    low->kind = high->kind = MEASURE_MONEY;
    low->milli *= scale;
    high->milli *= scale;
    return true;
}

static bool bounds_below(enum bound bound)
{
    return bound == BOUND_MIN || bound == BOUND_FROM;
}

/* "trên 15 dưới 20 triệu": the unit of the opposite bound that follows, where the number so stands on its side of it and near ("trên 300 dưới
 * 20 triệu" is no price). */
static bool opposite_take(const struct reader_state *state, struct span *span)
{
    struct span next = {0};
    struct measure other = {0};
    unsigned count = 0, at = span->end;
    bool is_low = bounds_below(span->bound);
    if (span->range || span->lead != 0 || span->low.milli >= 1000 * MILLI || (!is_low && span->bound != BOUND_MAX))
        return false;
    if (phrase_free(state, &joiners_between, at, &count) != NULL)
        at += count;
    unsigned end = at;
    at = before_read(state, at, &next);
    if (next.lead != 0 || (is_low ? next.bound != BOUND_MAX : !bounds_below(next.bound)) || !measure_parse(state, at, &other))
        return false;
    if (other.kind == MEASURE_BARE && other.milli >= 10000 * MILLI && other.milli % (1000 * MILLI) == 0) { /* 300k */
        other.kind = MEASURE_MONEY;
        other.scale = 1000;
    }
    int64_t value = span->low.milli * (other.kind == MEASURE_MONEY ? other.scale : 1);
    int64_t below = is_low ? value : other.milli, above = is_low ? other.milli : value;
    if (other.kind == MEASURE_BARE || below >= above || above > below * OPPOSITE_TIMES_MAX)
        return false;
    bare_take(&span->low, &other, is_low);
    span->end = end;
    return true;
}

enum status bare_decide(const struct reader_state *state, struct span *span, bool *decided)
{
    struct measure *low = &span->low;
    struct bytes unit = {0};
    *decided = false;
    if (low->spelled || sign_at(state, low->end, '%'))
        return STATUS_OK;
    *decided = opposite_take(state, span);
    if (*decided)
        return STATUS_OK;
    if (span->lead == LEAD_RAM || span->lead == LEAD_STORAGE) {
        if (span->lead == LEAD_RAM ? !is_memory_size(low->milli) : !is_round_size(low->milli))
            return STATUS_OK;
        unit = (struct bytes){"gb", 2};
    } else if (span->lead != LEAD_PRICE && (span->bounded || low->milli >= 1000 * MILLI)) {
        enum status status = unit_guess(state, low->milli, span->range ? span->high.milli : low->milli, &unit);
        if (status != STATUS_OK)
            return status;
    }
    if (unit.size > 0) {
        low->kind = span->high.kind = MEASURE_UNIT;
        low->unit = span->high.unit = unit;
        *decided = true;
        return STATUS_OK;
    }
    *decided = bare_is_money(state, span);
    return STATUS_OK;
}
