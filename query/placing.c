#include "query/placing.h"

#include <stdlib.h>
#include <string.h>

#include "query/cursor.h"
#include "storage/mirror.h"
#include "storage/postings.h"

static bool hides(const struct placing *placing, uint32_t document)
{
    for (unsigned i = 0; i < placing->hidden_count; i++)
        if (placing->hidden[i].document == document)
            return true;
    return false;
}

static bool pins(const struct placing *placing, uint32_t document)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].document == document)
            return true;
    return false;
}

static bool is_for_query(const struct fitting_rule *fitting)
{
    return fitting->scope == RULE_FOR_QUERY || fitting->scope == RULE_FOR_WORDS;
}

/* NOT_FOUND unless the product is live. */
static enum status live_document(struct snapshot *snapshot, struct bytes product_id, uint32_t *document)
{
    struct term live;
    struct posting posting;
    enum status status = document_get(snapshot, product_id, document);
    if (status == STATUS_OK)
        status = term_get(snapshot, TERM_LIVE, "", 0, &live);
    return status == STATUS_OK ? postings_find(snapshot, &live, *document, &posting) : status;
}

/* The products of one action, in the order of the rules, each once. */
static enum status action_take(struct placing *placing, struct snapshot *snapshot, enum rule_action action)
{
    for (unsigned i = 0; i < placing->rules->count; i++) {
        const struct fitting_rule *fitting = &placing->rules->items[i];
        uint32_t document = 0;
        if (fitting->rule.action != action)
            continue;
        enum status status = live_document(snapshot, fitting->rule.product_id, &document);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
        if (status == STATUS_NOT_FOUND || hides(placing, document) || pins(placing, document))
            continue;
        if (action == RULE_HIDE)
            placing->hidden[placing->hidden_count++] = (struct hidden){.document = document, .rule = i};
        else
            placing->pins[placing->pin_count++] =
                (struct pin){.document = document, .place = fitting->rule.place, .rule = i, .added = is_for_query(fitting)};
    }
    return STATUS_OK;
}

static int pin_order(const void *left, const void *right)
{
    const struct pin *a = left, *b = right;
    return (a->document > b->document) - (a->document < b->document);
}

static int hidden_order(const void *left, const void *right)
{
    const struct hidden *a = left, *b = right;
    return (a->document > b->document) - (a->document < b->document);
}

enum status placing_open(struct placing *placing, struct snapshot *snapshot, const struct rules *rules, struct arena *arena)
{
    *placing = (struct placing){.rules = rules};
    if (rules->count == 0)
        return STATUS_OK;
    placing->pins = arena_alloc(arena, rules->count * sizeof *placing->pins);
    placing->hidden = arena_alloc(arena, rules->count * sizeof *placing->hidden);
    if (placing->pins == NULL || placing->hidden == NULL)
        return STATUS_LIMIT;
    enum status status = action_take(placing, snapshot, RULE_HIDE);
    if (status == STATUS_OK)
        status = action_take(placing, snapshot, RULE_PIN);
    qsort(placing->pins, placing->pin_count, sizeof *placing->pins, pin_order);
    qsort(placing->hidden, placing->hidden_count, sizeof *placing->hidden, hidden_order);
    return status;
}

void placing_begin(struct placing *placing)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        placing->pins[i].met = placing->pins[i].found = false;
    for (unsigned i = 0; i < placing->hidden_count; i++)
        placing->hidden[i].met = false;
}

uint32_t placing_seek(const struct placing *placing, uint32_t window)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].added && placing->pins[i].document / COLUMN_WINDOW >= window)
            return placing->pins[i].document / COLUMN_WINDOW;
    return PLACING_NO_WINDOW;
}

static uint32_t place_of(uint32_t document)
{
    return document % COLUMN_WINDOW;
}

void placing_documents(struct placing *placing, uint32_t window, uint64_t *documents)
{
    for (unsigned i = 0; i < placing->hidden_count; i++) {
        struct hidden *hidden = &placing->hidden[i];
        if (hidden->document / COLUMN_WINDOW != window)
            continue;
        hidden->met = window_has(documents, place_of(hidden->document));
        window_unset(documents, place_of(hidden->document));
    }
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].added && placing->pins[i].document / COLUMN_WINDOW == window)
            window_set(documents, place_of(placing->pins[i].document));
}

void placing_found(struct placing *placing, uint32_t window, const uint64_t *hits, const uint64_t *met)
{
    for (unsigned i = 0; i < placing->pin_count; i++) {
        struct pin *pin = &placing->pins[i];
        if (pin->document / COLUMN_WINDOW != window)
            continue;
        pin->found = window_has(hits, place_of(pin->document));
        pin->met = window_has(met, place_of(pin->document));
    }
}

void placing_ranked(const struct placing *placing, uint32_t window, uint64_t *hits)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].document / COLUMN_WINDOW == window)
            window_unset(hits, place_of(placing->pins[i].document));
}

uint64_t placing_added(const struct placing *placing)
{
    uint64_t added = 0;
    for (unsigned i = 0; i < placing->pin_count; i++)
        added += placing->pins[i].found && !placing->pins[i].met;
    return added;
}

static int place_order(const void *left, const void *right)
{
    const struct pin *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->rule > b->rule) - (a->rule < b->rule);
}

/* Those that stand among the hits, in the order of their places. */
static unsigned pins_found(const struct placing *placing, struct pin found[RULES_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].found)
            found[count++] = placing->pins[i];
    qsort(found, count, sizeof *found, place_order);
    return count;
}

enum { PINS_OF_A_PLACE = 2 * RULES_MAX };
_Static_assert(RULE_PLACE_MAX *PINS_OF_A_PLACE + RULES_MAX <= UINT16_MAX, "every count of pins has room");

/* How far the pins were placed, the first `count` of those found: the place of the last one, and how many of them have it. Not their
 * number, so that those behind are met whatever becomes of those in front. */
static uint16_t pins_placed(const struct pin *found, unsigned count)
{
    unsigned same = 0;
    while (same < count && found[count - 1 - same].place == found[count - 1].place)
        same++;
    return count == 0 ? 0 : (uint16_t)(found[count - 1].place * PINS_OF_A_PLACE + same);
}

/* The pins that a walk met when it had come as far as that. */
static unsigned pins_behind(const struct pin *found, unsigned count, uint16_t placed)
{
    unsigned met = 0;
    while (met < count && pins_placed(found, met + 1) <= placed)
        met++;
    return met;
}

enum status placing_finish(const struct placing *placing, bool placed, struct top *top, const struct search_request *request,
                           struct arena *arena, struct page *page)
{
    struct pin found[RULES_MAX];
    struct search_hit *ranked = NULL;
    unsigned ranked_count = 0, next = 0, skipped = request->page * request->limit;
    unsigned found_count = placed ? pins_found(placing, found) : 0;
    *page = (struct page){.pins = request->after == NULL ? 0 : request->after->pins};
    if (found_count == 0)
        return top_finish(top, skipped, request->limit, &page->hits, &page->count, &page->more);
    enum status status = top_finish(top, 0, skipped + request->limit, &ranked, &ranked_count, &page->more);
    page->hits = arena_alloc(arena, request->limit * sizeof *page->hits);
    if (status != STATUS_OK || page->hits == NULL)
        return status == STATUS_OK ? STATUS_LIMIT : status;
    unsigned before = request->after == NULL ? 0 : request->after->shown;
    unsigned met = pins_behind(found, found_count, page->pins);
    for (unsigned i = 0; i < skipped + request->limit && (next < ranked_count || met < found_count); i++) {
        bool pinned = met < found_count && (next == ranked_count || found[met].place <= before + i + 1);
        struct search_hit hit = pinned ? (struct search_hit){found[met++].document, UINT64_MAX, true} : ranked[next++];
        if (i >= skipped)
            page->hits[page->count++] = hit;
    }
    page->more = page->more || next < ranked_count || met < found_count;
    if (pins_placed(found, met) > page->pins)
        page->pins = pins_placed(found, met);
    return STATUS_OK;
}

bool placing_moved(const struct placing *placing, unsigned rule, bool placed)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        if (placing->pins[i].rule == rule)
            return placing->pins[i].found && (placed || !placing->pins[i].met);
    for (unsigned i = 0; i < placing->hidden_count; i++)
        if (placing->hidden[i].rule == rule)
            return placing->hidden[i].met;
    return false;
}
