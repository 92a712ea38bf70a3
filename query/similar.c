#include "query/similar.h"

#include <assert.h>
#include <stdlib.h>

#include "catalog/hit.h"
#include "query/columns.h"
#include "query/match.h"
#include "storage/fragment.h"
#include "storage/snapshot.h"

enum { NEAREST = 1000 /* what the same price is worth; all specs in common are worth twice that */ };

struct candidate {
    uint32_t document;
    uint32_t common; /* specs */
    uint64_t rank;
};

struct similar {
    struct snapshot *snapshot;
    struct arena *arena;
    uint32_t document, category;
    struct fragment_facet specs[SIMILAR_SPECS_MAX];
    unsigned spec_count;
    struct candidate *candidates; /* ascending by document until they are ranked */
    unsigned count;
};

static enum status specs_read(struct similar *similar)
{
    struct bytes stored = {0};
    struct fragment fragment = {0};
    struct fragment_facet facet = {0};
    enum status status = fragment_get(similar->snapshot, similar->document, similar->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    while (status == STATUS_OK && similar->spec_count < SIMILAR_SPECS_MAX && fragment_next_facet(&fragment.facets, &facet))
        if (facet.field >= FACET_SPEC_FIRST && (facet.field & MULTI_SPACE_VARIANT) == 0)
            similar->specs[similar->spec_count++] = facet;
    return status;
}

/* The window's products of the category. */
static enum status window_gather(struct similar *similar, struct columns *columns, uint32_t base, const uint64_t *live)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(columns, SLOT_CATEGORY, live, &next, &part)) == STATUS_OK;) {
        const uint32_t *ordinals = part_u32(part, 0);
        if (part->chunk.min[0] > similar->category || part->chunk.max[0] < similar->category)
            continue;
        for (uint32_t at = window_next(live, part->first); at < part->end; at = window_next(live, at + 1))
            if (ordinals[at - part->first] == similar->category && base + at != similar->document &&
                similar->count < SIMILAR_CANDIDATES_MAX)
                similar->candidates[similar->count++] = (struct candidate){.document = base + at};
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status candidates_gather(struct similar *similar)
{
    const struct lattice all = {0};
    struct match *match = NULL;
    struct columns columns;
    const uint64_t *live = NULL;
    uint32_t window = 0;
    similar->candidates = arena_alloc(similar->arena, SIMILAR_CANDIDATES_MAX * sizeof *similar->candidates);
    if (similar->candidates == NULL)
        return STATUS_LIMIT;
    snapshot_cursors_return(similar->snapshot);
    columns_init(&columns, similar->snapshot, similar->arena);
    enum status status = match_open(similar->snapshot, &all, MATCH_ALL, similar->arena, &match);
    if (status != STATUS_OK)
        return status;
    while (similar->count < SIMILAR_CANDIDATES_MAX && (status = match_seek(match, window, &window)) == STATUS_OK) {
        status = match_window(match, window, &live);
        columns_move(&columns, window);
        if (status == STATUS_OK)
            status = window_gather(similar, &columns, window * COLUMN_WINDOW, live);
        if (status != STATUS_OK)
            break;
        window++;
    }
    match_close(match);
    return status == STATUS_END ? STATUS_OK : status;
}

static bool has_one_of(const struct multi_chunk *chunk, uint32_t begin, uint32_t end, const struct fragment_facet *spec)
{
    for (uint32_t i = begin; i < end; i++)
        for (unsigned j = 0; j < spec->count; j++)
            if (chunk->ordinals[i] == spec->ordinals[j])
                return true;
    return false;
}

/* Counts the candidates that say the same of one spec. */
static enum status spec_compare(struct similar *similar, const struct fragment_facet *spec)
{
    struct multi_cursor cursor = {.field = spec->field};
    struct multi_chunk chunk = {0};
    uint32_t begin = 0, end = 0;
    for (unsigned i = 0; i < similar->count; i++) {
        struct candidate *candidate = &similar->candidates[i];
        if (chunk.span == 0 || candidate->document >= chunk.first + chunk.span) {
            enum status status = multi_cursor_seek(&cursor, similar->snapshot, candidate->document, &chunk);
            if (status != STATUS_OK)
                return status == STATUS_END ? STATUS_OK : status;
        }
        if (candidate->document < chunk.first)
            continue;
        if (!multi_chunk_values(&chunk, candidate->document - chunk.first, &begin, &end))
            return multi_cursor_corrupt(&cursor, similar->snapshot);
        candidate->common += has_one_of(&chunk, begin, end, spec);
    }
    return STATUS_OK;
}

static enum status specs_compare(struct similar *similar)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < similar->spec_count && status == STATUS_OK; i++)
        status = spec_compare(similar, &similar->specs[i]);
    return status;
}

/* 0..NEAREST: the lower price's share of the higher one. */
static uint64_t price_nearness(uint64_t one, uint64_t other)
{
    if (one == COLUMN_UNKNOWN || other == COLUMN_UNKNOWN || one == 0 || other == 0)
        return 0;
    return one < other ? one * NEAREST / other : other * NEAREST / one;
}

static uint64_t paid(struct column_reader *offer, uint32_t document)
{
    uint64_t price = column_get(offer, OFFER_PRICE, document), sale = column_get(offer, OFFER_SALE, document);
    return price < sale ? price : sale;
}

static void candidates_rank(struct similar *similar)
{
    struct column_reader offer = {0}, fame = {0}, brand = {0};
    column_reader_init(&offer, similar->snapshot, &family_offer);
    column_reader_init(&fame, similar->snapshot, &family_fame);
    column_reader_init(&brand, similar->snapshot, &family_brand);
    uint64_t own_paid = paid(&offer, similar->document), own_brand = column_get(&brand, 0, similar->document);
    unsigned specs = similar->spec_count + 1;
    for (unsigned i = 0; i < similar->count; i++) {
        struct candidate *candidate = &similar->candidates[i];
        uint64_t prior = column_get(&fame, FAME_PRIOR, candidate->document);
        bool same_brand = own_brand != COLUMN_UNKNOWN && column_get(&brand, 0, candidate->document) == own_brand;
        uint64_t near =
            2 * NEAREST * (candidate->common + same_brand) / specs + price_nearness(own_paid, paid(&offer, candidate->document));
        uint64_t in_stock = column_get(&offer, OFFER_STOCK, candidate->document) != 0;
        candidate->rank = in_stock << 32 | near << 16 | (prior == COLUMN_UNKNOWN ? 0 : prior);
    }
}

static int candidate_compare(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    return (a->document > b->document) - (a->document < b->document);
}

enum status similar_run(struct snapshot *snapshot, uint32_t document, unsigned limit, struct arena *arena, uint32_t documents[SIMILAR_MAX],
                        unsigned *count)
{
    struct similar similar = {.snapshot = snapshot, .arena = arena, .document = document};
    struct column_reader category = {0};
    assert(limit >= 1 && limit <= SIMILAR_MAX);
    *count = 0;
    column_reader_init(&category, snapshot, &family_category);
    uint64_t ordinal = column_get(&category, 0, document);
    if (ordinal == COLUMN_UNKNOWN)
        return snapshot_status(snapshot);
    similar.category = (uint32_t)ordinal;
    enum status status = specs_read(&similar);
    if (status == STATUS_OK)
        status = candidates_gather(&similar);
    if (status == STATUS_OK)
        status = specs_compare(&similar);
    if (status != STATUS_OK)
        return status;
    candidates_rank(&similar);
    qsort(similar.candidates, similar.count, sizeof *similar.candidates, candidate_compare);
    for (; *count < similar.count && *count < limit; ++*count)
        documents[*count] = similar.candidates[*count].document;
    return snapshot_status(snapshot);
}
