/* Prices and quantities with what stands around them: dưới 10 triệu, từ 8 đến 10 ký, 15tr-20tr, trên 300 lít, ram 8gb, 8/128.
 *
 *   reading := (lead | bound)* measure [joiner measure] [bound behind] [lead behind]
 *   lead    := the words that say what is measured: ram, dung lượng, giá
 *
 * A number without a unit takes that of its partner, of its lead, or of what the category's products are measured in. */
#include <assert.h>
#include <string.h>

#include "query/measure_span.h"

/* The quantities' fields: names of the exact value, of its lower and of its upper end. */
static const struct {
    const char *unit;
    const char *names[3];
    uint16_t lead;
} quantities[] = {
    {"gb", {"storageGb", "storageGbMin", "storageGbMax"}, LEAD_STORAGE},
    {"gb", {"ramGb", "ramGbMin", "ramGbMax"}, LEAD_RAM},
    {"inch", {"screenInch", "screenInchMin", "screenInchMax"}, LEAD_INCH},
    {"l", {"capacityL", "capacityLMin", "capacityLMax"}, LEAD_L},
    {"kg", {"weightKg", "weightKgMin", "weightKgMax"}, LEAD_KG},
    {"hp", {"powerHp", "powerHpMin", "powerHpMax"}, LEAD_POWER},
    {"btu", {"powerBtu", "powerBtuMin", "powerBtuMax"}, LEAD_POWER},
    {"w", {"powerW", "powerWMin", "powerWMax"}, LEAD_POWER},
    {"mah", {"batteryMah", "batteryMahMin", "batteryMahMax"}, LEAD_MAH},
    {"hz", {"refreshHz", "refreshHzMin", "refreshHzMax"}, LEAD_HZ},
    {"m2", {"roomM2", "roomM2Min", "roomM2Max"}, LEAD_ROOM},
    {"m", {"lengthM", "lengthMMin", "lengthMMax"}, LEAD_M},
    {"mm", {"caseMm", "caseMmMin", "caseMmMax"}, LEAD_MM},
    {"mp", {"resolutionMp", "resolutionMpMin", "resolutionMpMax"}, LEAD_MP},
};
enum { QUANTITY_STORAGE, QUANTITY_RAM, QUANTITY_COUNT = sizeof quantities / sizeof quantities[0] };

enum { ROOM_M2_MIN = 5 };
enum { CASE_MM_MIN = 28, CASE_MM_MAX = 60 }; /* of a watch; other millimetres are no case */

/* A data size, until all of the query's are known. */
struct data_size {
    struct span span;
    uint16_t lead; /* 0: nothing tells */
};

enum { DATA_SIZES_MAX = 6, CODE_LETTERS_MAX = 2 };

struct measuring {
    struct reader_state *state;
    struct data_size sizes[DATA_SIZES_MAX];
    unsigned size_count;
};

bool sign_at(const struct reader_state *state, unsigned at, char sign)
{
    return at < state->lexemes.count && state->lexemes.items[at].kind == LEXEME_SIGN && state->lexemes.items[at].sign == sign;
}

/* Whether the word before a lexeme is searched (no category, no brand) and foreign or a number: what follows may belong to a name ("iphone 13",
 * "note 13"). */
static bool name_runs_on(const struct reader_state *state, unsigned at)
{
    uint32_t before = at == 0 ? 0 : lexeme_words(&state->lexemes, at - 1, at), kept = 0;
    for (unsigned i = 0; i < state->out->count; i++)
        kept |= state->out->readings[i].kept;
    bool foreign = at > 0 && state->lexemes.words[state->lexemes.items[at - 1].word].token->kind != TOKEN_SYLLABLE;
    return foreign && (before & (~state->taken | kept)) != 0;
}

static bool bound_read(const struct reader_state *state, unsigned *at, enum bound *out)
{
    unsigned count = 1;
    if (sign_at(state, *at, '<'))
        *out = BOUND_MAX;
    else if (sign_at(state, *at, '>'))
        *out = BOUND_MIN;
    else if (sign_at(state, *at, '~'))
        *out = BOUND_AROUND;
    else {
        const struct phrase *found = phrase_free(state, &bounds_before, *at, &count);
        bool of_number = *at > 0 && state->lexemes.items[*at].joined && state->lexemes.items[*at - 1].kind == LEXEME_NUMBER;
        if (found == NULL || of_number) /* "4k dưới" is no "k dưới" */
            return false;
        if ((found->flags & PHRASE_APART) != 0 && name_runs_on(state, *at))
            return false;
        *out = (enum bound)found->value;
    }
    *at += count;
    return true;
}

unsigned before_read(const struct reader_state *state, unsigned at, struct span *span)
{
    static const uint8_t says[] = {
        [BOUND_NONE] = 0, [BOUND_AROUND] = 1, [BOUND_TO] = 2, [BOUND_FROM] = 2, [BOUND_BETWEEN] = 2, [BOUND_MAX] = 3, [BOUND_MIN] = 3};
    for (;;) {
        unsigned count = 0, begin = at;
        enum bound bound = BOUND_NONE;
        const struct phrase *lead = phrase_free(state, &leads, at, &count);
        unsigned behind = at;
        bool bounded = bound_read(state, &behind, &bound);
        if (lead != NULL && count >= behind - at) {
            uint16_t set = lead_sets[lead->value];
            if (span->lead != 0 && (span->lead & set) == 0)
                return at;
            span->lead = span->lead == 0 ? set : span->lead & set;
            span->lead_words |= lexeme_words(&state->lexemes, at, at + count);
            at += count;
        } else if (bounded) {
            if (says[bound] > says[span->bound])
                span->bound = bound;
            span->bounded = true;
            at = behind;
        } else {
            return at;
        }
        span->last = begin;
    }
}

/* A measure behind the words that lead to it. "1m2" is a metre and twenty, but where a room is told of: none is so small. */
static bool measure_read(const struct reader_state *state, unsigned at, const struct span *span, struct measure *out)
{
    if (!measure_parse(state, at, out))
        return false;
    const struct token *last = state->lexemes.words[state->lexemes.items[out->end - 1].word].token;
    bool digit = state->lexemes.text.data[last->offset + last->size - 1] == '2'; /* no "mét vuông", no "m²" */
    if (unit_is(out, "m2") && digit && (span->lead & LEAD_ROOM) == 0 && out->milli < ROOM_M2_MIN * MILLI && out->milli % MILLI == 0) {
        out->unit = (struct bytes){"m", 1};
        out->milli += 2 * MILLI / 10;
    }
    return true;
}

/* Can the bare number of one end be read in the unit of the other? */
static bool ends_join(const struct measure *low, const struct measure *high)
{
    if (low->kind == high->kind)
        return low->kind != MEASURE_UNIT || bytes_equal(low->unit, high->unit);
    return low->kind == MEASURE_BARE || high->kind == MEASURE_BARE;
}

/* Bare letters may be another word: in "iphone 13 den 128gb" the phone is black. */
static bool joiner_is_clear(const struct reader_state *state, unsigned at, const struct span *span, const struct phrase *joiner)
{
    bool bare = strcmp(joiner->exact, joiner->folded) != 0 && bytes_equal(state->lexemes.items[at].exact, state->lexemes.items[at].folded);
    bool second = span->first > 0 && state->lexemes.items[span->first - 1].kind == LEXEME_NUMBER; /* "iphone 15 20 den 25tr" */
    return !bare || span->low.kind != MEASURE_BARE || span->bounded || second || !name_runs_on(state, span->first);
}

static unsigned joiner_read(const struct reader_state *state, unsigned at, const struct span *span)
{
    unsigned count = 0;
    if (sign_at(state, at, '-') || sign_at(state, at, '~'))
        return at + 1;
    const struct phrase *joiner = phrase_free(state, &joiners, at, &count);
    if (joiner != NULL && joiner_is_clear(state, at, span, joiner))
        return at + count;
    if ((span->bound == BOUND_BETWEEN || span->bound == BOUND_FROM) && phrase_free(state, &joiners_between, at, &count) != NULL)
        return at + count;
    return at;
}

static void range_read(const struct reader_state *state, struct span *span)
{
    unsigned at = span->low.end, next = joiner_read(state, at, span), inner = 0;
    enum bound again = BOUND_NONE;
    inner = next;
    if (next > at && bound_read(state, &inner, &again) && again != BOUND_TO && again != BOUND_AROUND)
        inner = next;
    if (next == at || (!measure_read(state, inner, span, &span->high) && (inner == next || !measure_read(state, next, span, &span->high))))
        return;
    if (!ends_join(&span->low, &span->high))
        return;
    bool bare_low = span->low.kind == MEASURE_BARE;
    if (bare_low && unit_is(&span->high, "gb") && !is_size_below(span->low.milli, span->high.milli)) /* "xiaomi 13 đến 128gb" */
        return;
    if (bare_low && span->high.kind != MEASURE_BARE)
        bare_take(&span->low, &span->high, true);
    else if (span->high.kind == MEASURE_BARE && span->low.kind != MEASURE_BARE)
        bare_take(&span->high, &span->low, false);
    /* 43-50 may be a code or two sizes; a range rises. */
    if (span->low.milli >= span->high.milli)
        return;
    span->range = true;
    span->end = span->high.end;
}

static uint16_t measure_lead(const struct measure *measure)
{
    uint16_t set = 0;
    if (measure->kind == MEASURE_MONEY)
        return LEAD_PRICE;
    for (size_t i = 0; measure->kind == MEASURE_UNIT && i < QUANTITY_COUNT; i++)
        if (unit_is(measure, quantities[i].unit))
            set |= quantities[i].lead;
    return set;
}

/* "5tr+", but not "8gb+256gb". */
static bool plus_read(const struct reader_state *state, unsigned at)
{
    return sign_at(state, at, '+') && state->lexemes.items[at].joined &&
           (at + 1 == state->lexemes.count || !state->lexemes.items[at + 1].joined);
}

/* Words behind the measure: "trở xuống", a plus, and a lead ("8gb ram") unless it belongs to what follows it. */
static void behind_read(const struct reader_state *state, struct span *span)
{
    unsigned count = 0;
    const struct phrase *bound = phrase_free(state, &bounds_behind, span->end, &count);
    if (bound != NULL && (span->low.kind != MEASURE_BARE || count > 1)) {
        if (!span->range) /* "5-7 triệu đổ lại" has both its ends */
            span->bound = (enum bound)bound->value;
        span->bounded = true;
        span->end += count;
    } else if (span->low.kind != MEASURE_BARE && !span->range && plus_read(state, span->end)) {
        span->bound = span->bound == BOUND_MAX ? BOUND_MAX : BOUND_MIN;
        span->bounded = true;
        span->end++;
    }
    const struct phrase *lead = phrase_free(state, &leads, span->end, &count);
    if (lead == NULL || span->lead != 0 || lead->value == ROW_ANY || lead->value == ROW_PRICE || lead->value == ROW_ROOM)
        return;
    uint16_t set = lead_sets[lead->value] & measure_lead(&span->low);
    struct measure next = {0};
    struct span after = {0};
    unsigned at = before_read(state, span->end + count, &after);
    bool follows = measure_parse(state, at, &next) && (lead_sets[lead->value] & measure_lead(&next)) != 0;
    bool large = unit_is(&span->low, "gb") && span->low.milli > 64 * MILLI;
    if (unit_is(&span->low, "gb") && (lead->value == ROW_RAM ? large : !large && follows))
        return;
    if (set == 0 || (follows && !unit_is(&span->low, "gb")))
        return;
    span->lead = set;
    span->lead_words |= lexeme_words(&state->lexemes, span->end, span->end + count);
    span->end += count;
}

static uint32_t span_words(const struct reader_state *state, const struct span *span)
{
    return lexeme_words(&state->lexemes, span->first, span->end);
}

static void number_add(struct reader_state *state, const char *field, const struct span *span, enum reading_effect effect, int64_t milli)
{
    uint32_t words = span_words(state, span);
    struct reading *reading = reading_add(state, field, READING_NUMBER, effect, words);
    if (reading == NULL)
        return;
    reading->milli = milli;
    reading->dropped = effect == EFFECT_WORDS ? span->lead_words : words;
}

/* An upper bound of prices is as the request takes it. */
static int64_t price_cut(int64_t milli)
{
    return milli > (int64_t)UINT32_MAX * MILLI ? (int64_t)(UINT32_MAX - 1) * MILLI : milli;
}

static void price_add(struct reader_state *state, const struct span *span)
{
    int64_t low = price_cut(span->low.milli);
    if (span->range) {
        number_add(state, "priceMin", span, EFFECT_FILTER, low);
        number_add(state, "priceMax", span, EFFECT_FILTER, price_cut(span->high.milli));
        return;
    }
    switch (span->bound) {
    case BOUND_MAX:
    case BOUND_TO:
        number_add(state, "priceMax", span, EFFECT_FILTER, low);
        break;
    case BOUND_MIN:
    case BOUND_FROM:
        number_add(state, "priceMin", span, EFFECT_FILTER, low);
        break;
    case BOUND_NONE:
    case BOUND_AROUND:
    case BOUND_BETWEEN:
        number_add(state, "priceAround", span, EFFECT_FILTER, low);
        break;
    }
}

static void quantity_add(struct reader_state *state, size_t row, const struct span *span)
{
    const char *const *names = quantities[row].names;
    if (span->range) {
        number_add(state, names[1], span, EFFECT_RANGE, span->low.milli);
        number_add(state, names[2], span, EFFECT_RANGE, span->high.milli);
    } else if (span->bound == BOUND_MAX || span->bound == BOUND_TO) {
        number_add(state, names[2], span, EFFECT_RANGE, span->low.milli);
    } else if (span->bound == BOUND_MIN || span->bound == BOUND_FROM) {
        number_add(state, names[1], span, EFFECT_RANGE, span->low.milli);
    } else {
        struct span exact = *span;
        exact.lead_words = span_words(state, span) & ~lexeme_words(&state->lexemes, span->number, span->low.end);
        /* How large a room is, no product says in that number. */
        number_add(state, names[0], &exact, quantities[row].lead == LEAD_ROOM ? EFFECT_NONE : EFFECT_WORDS, span->low.milli);
    }
}

static void size_add(struct measuring *measuring, const struct span *span, uint16_t lead)
{
    if (measuring->size_count == DATA_SIZES_MAX)
        return;
    measuring->sizes[measuring->size_count++] = (struct data_size){*span, lead & (LEAD_RAM | LEAD_STORAGE)};
    measuring->state->taken |= span_words(measuring->state, span);
}

static bool is_letters(const struct lexeme *lexeme, const struct lexeme *neighbour)
{
    return lexeme->word == neighbour->word && lexeme->kind != LEXEME_SIGN;
}

/* Whether the measure is a piece of a code: rt29k5532bu, s10k. A word may run into it (laptop15tr), but hardly one of two letters. */
static bool is_inside_code(const struct reader_state *state, const struct span *span)
{
    const struct lexeme *items = state->lexemes.items, *first = &items[span->number];
    if (span->end < state->lexemes.count && items[span->end].joined && is_letters(&items[span->end], &items[span->end - 1]))
        return true;
    return span->number > 0 && first->joined && is_letters(first - 1, first) && first[-1].folded.size <= CODE_LETTERS_MAX;
}

/* 8/128, 8gb+256gb, 12-512: memory, then storage. */
static bool pair_read(struct measuring *measuring, const struct span *span, unsigned at)
{
    struct reader_state *state = measuring->state;
    struct measure low = {0}, high = {0};
    if (!measure_parse(state, at, &low) || !(sign_at(state, low.end, '/') || sign_at(state, low.end, '+') || sign_at(state, low.end, '-')))
        return false;
    if (!measure_parse(state, low.end + 1, &high))
        return false;
    bool low_fits = (low.kind == MEASURE_BARE || unit_is(&low, "gb") || unit_is(&low, "g")) && is_memory_size(low.milli) && !low.spelled;
    bool high_fits =
        (high.kind == MEASURE_BARE || unit_is(&high, "gb") || unit_is(&high, "g")) && is_storage_size(high.milli) && !high.spelled;
    if (!low_fits || !high_fits || high.milli < 32 * MILLI || low.milli > 64 * MILLI || high.milli < 4 * low.milli)
        return false;
    struct span memory = {.first = span->first, .number = at, .end = low.end, .low = low};
    if (is_inside_code(state, &(struct span){.number = at, .end = low.end})) /* "galaxy s24+ 256gb" */
        return false;
    struct span storage = {.first = low.end + 1, .number = low.end + 1, .end = high.end, .low = high};
    unsigned count = 0;
    size_add(measuring, &memory, LEAD_RAM);
    /* "8/128gb ram" says nothing more. */
    const struct phrase *lead = phrase_free(state, &leads, storage.end, &count);
    if (lead != NULL && (lead->value == ROW_RAM || lead->value == ROW_STORAGE) && storage.end + count == state->lexemes.count)
        storage.end += count;
    size_add(measuring, &storage, LEAD_STORAGE);
    return true;
}

/* What a complete span says. False when it says nothing. */
static bool span_add(struct measuring *measuring, struct span *span)
{
    struct measure *low = &span->low;
    struct reader_state *state = measuring->state;
    if (low->kind == MEASURE_MONEY) {
        bool doubtful = low->weak || is_inside_code(state, span);
        if ((span->lead != 0 && (span->lead & LEAD_PRICE) == 0) || (doubtful && !span->bounded && span->lead == 0))
            return false;
        price_add(state, span);
        return true;
    }
    if (is_lone_g(state, low, span)) {
        low->unit = (struct bytes){"gb", 2};
        low->whole = false;
    }
    if (unit_is(low, "gb")) {
        if (span->lead != 0 && (span->lead & (LEAD_RAM | LEAD_STORAGE)) == 0)
            return false;
        size_add(measuring, span, span->lead == 0 || span->lead == (LEAD_ANY & ~LEAD_PRICE) ? 0 : span->lead);
        return true;
    }
    for (size_t row = QUANTITY_RAM + 1; row < QUANTITY_COUNT; row++) {
        if (!unit_is(low, quantities[row].unit) || (span->lead != 0 && (span->lead & quantities[row].lead) == 0))
            continue;
        if (quantities[row].lead == LEAD_MM && (low->milli < CASE_MM_MIN * MILLI || low->milli > CASE_MM_MAX * MILLI))
            continue;
        quantity_add(state, row, span);
        return true;
    }
    return false;
}

/* Everything that begins at lexeme `at`; `*end` is behind it, or `at` when it is nothing. */
static enum status span_read(struct measuring *measuring, unsigned at, unsigned *end)
{
    const struct reader_state *state = measuring->state;
    struct span span = {.first = at};
    unsigned number = before_read(state, at, &span);
    bool decided = true;
    *end = at;
    if (pair_read(measuring, &span, number)) {
        *end = measuring->sizes[measuring->size_count - 1].span.end;
        return STATUS_OK;
    }
    /* "tam trieu": eight millions, when "tầm" leaves nothing to measure. */
    if (!measure_read(state, number, &span, &span.low)) {
        number = span.last;
        if (number < at || !measure_parse(state, number, &span.low) || span.low.kind != MEASURE_MONEY)
            return STATUS_OK;
        span.bound = number == at ? BOUND_NONE : span.bound;
    }
    span.number = number;
    span.end = span.low.end;
    range_read(state, &span);
    behind_read(state, &span);
    enum status status = span.low.kind == MEASURE_BARE ? bare_decide(state, &span, &decided) : STATUS_OK;
    unsigned behind = span.end;
    if (status == STATUS_OK && decided)
        status = lead_release(state, &span);
    if (status == STATUS_OK && decided && span_add(measuring, &span))
        *end = behind;
    return status;
}

/* Memory or storage, for those that nothing around them tells: of two the smaller is memory, alone the size decides. */
static void sizes_decide(struct measuring *measuring)
{
    const struct reader_state *state = measuring->state;
    for (unsigned i = 0; i < measuring->size_count; i++) {
        struct data_size *size = &measuring->sizes[i];
        int64_t milli = size->span.low.milli;
        bool smallest = true, other_ram = false, other_storage = false;
        if (size->lead == LEAD_RAM || size->lead == LEAD_STORAGE)
            continue;
        for (unsigned j = 0; j < measuring->size_count; j++) {
            const struct data_size *other = &measuring->sizes[j];
            if (j == i)
                continue;
            smallest = smallest && milli < other->span.low.milli;
            other_ram = other_ram || other->lead == LEAD_RAM;
            other_storage = other_storage || other->lead == LEAD_STORAGE;
        }
        bool memory = milli < 32 * MILLI;
        if (measuring->size_count > 1)
            memory = !other_ram && (other_storage || smallest) && milli <= 128 * MILLI;
        size->lead = memory && !state->category_stores ? LEAD_RAM : LEAD_STORAGE;
    }
    for (unsigned i = 0; i < measuring->size_count; i++)
        quantity_add(measuring->state, measuring->sizes[i].lead == LEAD_RAM ? QUANTITY_RAM : QUANTITY_STORAGE, &measuring->sizes[i].span);
}

/* Whether the category's own words are among those that lead to storage: "ổ cứng", "thẻ nhớ". */
static bool category_stores(const struct reader_state *state)
{
    for (unsigned at = 0; at < state->lexemes.count; at++) {
        unsigned count = 0;
        if ((state->category_words & word_bit(state->lexemes.items[at].word)) == 0)
            continue;
        const struct phrase *lead = phrase_find(&leads, &state->lexemes, at, &count);
        if (lead != NULL && lead->value == ROW_STORAGE)
            return true;
    }
    return false;
}

/* A kind of storage before its size ("ổ cứng ssd 1tb") tells things apart when the category already says that it stores. */
static bool lead_is_word(const struct reader_state *state, unsigned at)
{
    unsigned count = 0;
    const struct phrase *lead = phrase_free(state, &leads, at, &count);
    return state->category_stores && lead != NULL && lead->value == ROW_STORAGE;
}

enum status read_measures(struct reader_state *state)
{
    struct measuring measuring = {.state = state};
    state->category_stores = state->has_category && category_stores(state);
    for (unsigned at = 0; at < state->lexemes.count;) {
        unsigned end = at;
        if (!lexeme_is_free(state, at) || lead_is_word(state, at)) {
            at++;
            continue;
        }
        enum status status = span_read(&measuring, at, &end);
        if (status != STATUS_OK)
            return status;
        at = end > at ? end : at + 1;
    }
    sizes_decide(&measuring);
    return STATUS_OK;
}
