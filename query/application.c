#include "query/application.h"

#include <stdio.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/term_keys.h"
#include "storage/vocabulary.h"

enum { AROUND_PERCENT = 10, MICROS_PER_MILLI = 1000 };

/* The unit tokens of the fields that can be ranges; rooms are no words of products. */
static const struct {
    const char *field, *unit;
} range_units[] = {
    {"storageGb", "gb"}, {"ramGb", "gb"},     {"screenInch", "inch"}, {"capacityL", "l"},    {"weightKg", "kg"},
    {"powerHp", "hp"},   {"powerBtu", "btu"}, {"powerW", "w"},        {"batteryMah", "mah"}, {"refreshHz", "hz"},
    {"lengthM", "m"},    {"caseMm", "mm"},    {"resolutionMp", "mp"},
};

static struct reading *find(struct understanding *understanding, const char *field)
{
    for (unsigned i = 0; i < understanding->count; i++)
        if (strcmp(understanding->readings[i].field, field) == 0)
            return &understanding->readings[i];
    return NULL;
}

static uint32_t vnd(int64_t milli)
{
    int64_t value = milli / 1000;
    return value > (int64_t)PRICE_VND_MAX ? PRICE_VND_MAX : (uint32_t)value;
}

/* The request's own prices stand. */
static void prices_apply(const struct search_request *request, struct understanding *understanding, struct search_request *out)
{
    bool own = request->has_price_min || request->has_price_max;
    struct reading *low = find(understanding, "priceMin"), *high = find(understanding, "priceMax"),
                   *around = find(understanding, "priceAround");
    if (own) {
        for (unsigned i = 0; i < understanding->count; i++)
            if (strncmp(understanding->readings[i].field, "price", 5) == 0)
                understanding->readings[i].effect = EFFECT_NONE;
        return;
    }
    if (around != NULL) {
        out->has_price_min = out->has_price_max = true;
        out->price_min_vnd = vnd(around->milli / 100 * (100 - AROUND_PERCENT));
        out->price_max_vnd = vnd(around->milli / 100 * (100 + AROUND_PERCENT));
    }
    if (low != NULL) {
        out->has_price_min = true;
        out->price_min_vnd = vnd(low->milli);
    }
    if (high != NULL) {
        out->has_price_max = true;
        out->price_max_vnd = vnd(high->milli);
    }
}

static void category_apply(const struct search_request *request, struct understanding *understanding, struct application *out)
{
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        bool selects = reading->effect == EFFECT_SORT || (reading->effect == EFFECT_FILTER && strncmp(reading->field, "price", 5) == 0);
        out->filters_category = out->filters_category || (selects && request->category.size == 0);
    }
    const struct reading *category = find(understanding, "category");
    out->filters_category = out->filters_category && category != NULL && category->whole;
    if (out->filters_category)
        out->request.category = category->value;
}

static void order_apply(const struct search_request *request, struct understanding *understanding, struct search_request *out)
{
    struct reading *sort = find(understanding, "sort"), *sale = find(understanding, "onSale");
    if (sale != NULL)
        out->on_sale = true;
    if (sort == NULL)
        return;
    if (request_is_given(request, "sort") || !sort_parse(sort->value, &out->sort))
        sort->effect = EFFECT_NONE;
}

/* The terms of a unit from low to high, in `range`; none: it stays without terms. */
static enum status terms_collect(struct snapshot *snapshot, const char *unit, int64_t low, int64_t high, struct arena *arena,
                                 struct alternative *range)
{
    unsigned char first[UNIT_KEY_BYTES_MAX], last[UNIT_KEY_BYTES_MAX];
    struct vocabulary_cursor *cursor = NULL;
    struct vocabulary_entry entry = {0};
    struct bytes name = bytes_of(unit);
    size_t size = unit_key(name, (uint64_t)low * MICROS_PER_MILLI, first);
    unit_key(name, high < 0 ? UINT64_MAX : (uint64_t)high * MICROS_PER_MILLI, last);
    struct alternative_edge *edge = &range->edges[0];
    edge->terms = arena_alloc(arena, RANGE_TERMS_MAX * sizeof *edge->terms);
    if (edge->terms == NULL)
        return STATUS_LIMIT;
    enum status status = vocabulary_cursor_open(snapshot, &cursor);
    if (status != STATUS_OK)
        return status;
    status = vocabulary_cursor_seek(cursor, VOCABULARY_UNIT, (struct bytes){(const char *)first, size},
                                    (struct bytes){(const char *)last, size}, &entry);
    while (status == STATUS_OK && edge->term_count < RANGE_TERMS_MAX) {
        status = edge_term_get(snapshot, entry.term, entry.term, BAND_BARE, arena, &edge->terms[edge->term_count]);
        edge->term_count += status == STATUS_OK;
        if (status == STATUS_OK || status == STATUS_NOT_FOUND)
            status = vocabulary_cursor_next(cursor, &entry);
    }
    vocabulary_cursor_close(cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

static bool words_are_neighbours(uint32_t words)
{
    words >>= __builtin_ctz(words);
    return (words & (words + 1)) == 0;
}

/* The readings of both ends of one range stand for the same words, or for some that follow one another. */
static enum status range_apply(struct snapshot *snapshot, struct understanding *understanding, size_t row, struct arena *arena,
                               struct application *out)
{
    char name[32];
    struct reading *ends[2] = {0};
    snprintf(name, sizeof name, "%sMin", range_units[row].field);
    ends[0] = find(understanding, name);
    snprintf(name, sizeof name, "%sMax", range_units[row].field);
    ends[1] = find(understanding, name);
    if ((ends[0] == NULL && ends[1] == NULL) || out->range_count == RANGES_MAX)
        return STATUS_OK;
    uint32_t words = ends[0] != NULL ? ends[0]->words : ends[1]->words;
    if (ends[0] != NULL && ends[1] != NULL && words_are_neighbours(words | ends[1]->words)) /* trên 43 inch dưới 55 inch */
        words |= ends[1]->words;
    struct alternative *range = &out->ranges[out->range_count];
    *range = (struct alternative){.first = (uint8_t)__builtin_ctz(words), .words = (uint8_t)__builtin_popcount(words), .edge_count = 1};
    enum status status = terms_collect(snapshot, range_units[row].unit, ends[0] == NULL ? 0 : ends[0]->milli,
                                       ends[1] == NULL ? -1 : ends[1]->milli, arena, range);
    if (status != STATUS_OK)
        return status;
    for (unsigned i = 0; i < 2 && range->edges[0].term_count == 0; i++)
        if (ends[i] != NULL)
            ends[i]->effect = EFFECT_NONE;
    if (range->edges[0].term_count == 0)
        return STATUS_OK;
    range->kind = ALTERNATIVE_RANGE;
    out->range_count++;
    for (unsigned i = 0; i < range->words; i++)
        out->roles[range->first + i] = WORD_SPAN;
    return STATUS_OK;
}

/* Are these words one token that is the quantity as the index spells it? ("1m2" is not, of a length.) */
static bool is_unit_token(const struct token_list *tokens, uint32_t words, const char *unit)
{
    size_t size = strlen(unit);
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        if (!token->part && words == (uint32_t)1 << token->position)
            return token->kind == TOKEN_UNIT && token->folded_size > size && is_digit(token->folded[token->folded_size - size - 1]) &&
                   memcmp(token->folded + token->folded_size - size, unit, size) == 0;
    }
    return false;
}

/* A size that was typed otherwise ("8/128", "10 ký") may also be met by the token with its unit. */
static enum status exact_apply(struct snapshot *snapshot, const struct token_list *tokens, struct understanding *understanding, size_t row,
                               struct arena *arena, struct application *out)
{
    const struct reading *reading = find(understanding, range_units[row].field);
    uint32_t words = reading == NULL ? 0 : reading->words & ~reading->dropped;
    if (words == 0 || out->range_count == RANGES_MAX || is_unit_token(tokens, words, range_units[row].unit))
        return STATUS_OK;
    struct alternative *size = &out->ranges[out->range_count];
    *size = (struct alternative){.first = (uint8_t)__builtin_ctz(words), .words = (uint8_t)__builtin_popcount(words), .edge_count = 1};
    if (words >> size->first != UINT32_MAX >> (32 - size->words))
        return STATUS_OK;
    enum status status = terms_collect(snapshot, range_units[row].unit, reading->milli, reading->milli, arena, size);
    size->kind = ALTERNATIVE_RANGE;
    out->range_count += status == STATUS_OK && size->edges[0].term_count > 0;
    return status;
}

const struct search_request *application_request(const struct application *application, const struct search_request *own,
                                                 enum reading_use use, struct search_request *room)
{
    if (use == USE_ALL)
        return &application->request;
    if (use == USE_NONE)
        return own;
    *room = use == USE_NO_CATEGORY ? application->request : *own;
    room->category = own->category;
    room->sort = application->request.sort;
    return room;
}

static bool is_effective(const struct reading *reading)
{
    return reading->effect == EFFECT_FILTER || reading->effect == EFFECT_SORT || reading->effect == EFFECT_RANGE;
}

enum status application_build(struct snapshot *snapshot, const struct token_list *tokens, const struct search_request *request,
                              struct understanding *understanding, struct arena *arena, struct application *out)
{
    enum status status = STATUS_OK;
    *out = (struct application){.request = *request, .changes = understanding->dropped != 0};
    prices_apply(request, understanding, &out->request);
    order_apply(request, understanding, &out->request);
    category_apply(request, understanding, out);
    for (unsigned word = 0; word < QUERY_TOKENS_MAX; word++)
        out->roles[word] = (understanding->dropped >> word & 1) != 0 ? WORD_DROP : WORD_SEARCH;
    for (size_t row = 0; row < sizeof range_units / sizeof range_units[0] && status == STATUS_OK; row++)
        status = range_apply(snapshot, understanding, row, arena, out);
    for (size_t row = 0; row < sizeof range_units / sizeof range_units[0] && status == STATUS_OK; row++)
        status = exact_apply(snapshot, tokens, understanding, row, arena, out);
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        out->changes = out->changes || is_effective(reading);
        out->named |= reading->effect == EFFECT_RANK ? reading->words : 0;
    }
    return status;
}
