#include "query/coverage.h"

#include <assert.h>
#include <string.h>

/* Sums are kept in bit planes, 64 documents at a time: no edge is worth more than WEIGHT_MAX a position. */
enum { PLANES = 15 };
_Static_assert((LATTICE_POSITIONS_MAX + LATTICE_EXTRAS_MAX) * WEIGHT_MAX < 1 << PLANES, "a sum of worths fits the planes");

struct covered {
    const struct segment *segment; /* NULL: the core lacks the word */
    const uint64_t *core, *body;   /* NULL: none */
    uint32_t worth;
    bool firm;
    bool single; /* one word alone */
};

struct coverage {
    uint32_t needed; /* at least 1 */
    unsigned count;
    struct covered words[LATTICE_NODES_MAX];
};

/* The greatest worth of a path. */
static uint32_t segment_worth(const struct match *match, const struct segment *segment)
{
    uint32_t most[LATTICE_NODES_MAX];
    memset(most, 0, (segment->length + 1) * sizeof *most);
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint32_t worth = most[edge->start - segment->start] + edge->worth;
        uint32_t *end = &most[edge->end - segment->start];
        *end = worth > *end ? worth : *end;
    }
    return most[segment->length];
}

/* How many words begin in the segment; `*firm` is set when one of them is. */
static unsigned words_within(const struct lattice *lattice, const struct segment *segment, bool *firm)
{
    unsigned count = 0;
    for (unsigned node = segment->start; node < segment->start + segment->length; node++) {
        count += (lattice->words[node] & LATTICE_WORD) != 0;
        *firm = *firm || (lattice->words[node] & LATTICE_FIRM) != 0;
    }
    return count;
}

/* Adds a segment's own entry. */
static void segment_cover(const struct match *match, const struct lattice *lattice, const struct segment *segment,
                          struct coverage *coverage)
{
    struct covered *entry = &coverage->words[coverage->count++];
    *entry = (struct covered){.segment = segment, .core = segment->bits, .worth = segment_worth(match, segment)};
    entry->single = words_within(lattice, segment, &entry->firm) == 1;
}

/* To the entry of the word that it is about, or one of its own when the core lacks the word. Words that are read together count together,
 * and only in the core. */
static void extra_cover(const struct match *match, const struct lattice *lattice, const struct segment *extra, struct coverage *coverage)
{
    unsigned node = lattice->extras[extra->start - lattice->end];
    for (unsigned i = 0; i < coverage->count; i++) {
        struct covered *entry = &coverage->words[i];
        if (entry->segment == NULL || node - entry->segment->start >= entry->segment->length)
            continue;
        entry->body = entry->single ? extra->bits : NULL;
        return;
    }
    coverage->words[coverage->count++] =
        (struct covered){.body = extra->bits, .worth = segment_worth(match, extra), .firm = (lattice->words[node] & LATTICE_FIRM) != 0};
}

enum status coverage_open(struct match *match, const struct lattice *lattice, unsigned percent, struct arena *arena)
{
    struct coverage *coverage = arena_calloc(arena, 1, sizeof *coverage);
    uint32_t total = 0;
    if (coverage == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < match->segment_count; i++)
        if (!match->segments[i].extra)
            segment_cover(match, lattice, &match->segments[i], coverage);
    for (unsigned i = 0; i < match->segment_count; i++)
        if (match->segments[i].extra)
            extra_cover(match, lattice, &match->segments[i], coverage);
    for (unsigned i = 0; i < coverage->count; i++)
        total += coverage->words[i].worth;
    assert(total < 1 << PLANES);
    coverage->needed = (total * percent + 99) / 100;
    match->coverage = coverage;
    return STATUS_OK;
}

static uint64_t word_bits(const struct covered *word, unsigned at)
{
    return (word->core == NULL ? 0 : word->core[at]) | (word->body == NULL ? 0 : word->body[at]);
}

/* Those of the 64 documents whose words are worth enough: their sums begin so that exactly then the last plane runs over. */
static uint64_t enough_bits(const struct coverage *coverage, unsigned at)
{
    uint64_t planes[PLANES], enough = 0;
    uint32_t begin = (1U << PLANES) - coverage->needed;
    for (unsigned i = 0; i < PLANES; i++)
        planes[i] = (begin >> i & 1) != 0 ? UINT64_MAX : 0;
    for (unsigned i = 0; i < coverage->count; i++) {
        uint64_t has = word_bits(&coverage->words[i], at);
        for (uint32_t rest = coverage->words[i].worth; rest != 0; rest &= rest - 1) {
            uint64_t carry = has;
            for (unsigned plane = (unsigned)__builtin_ctz(rest); plane < PLANES && carry != 0; plane++) {
                uint64_t both = planes[plane] & carry;
                planes[plane] ^= carry;
                carry = both;
            }
            enough |= carry;
        }
    }
    return enough;
}

void coverage_cut(const struct coverage *coverage, uint64_t *bits)
{
    for (unsigned i = 0; i < coverage->count; i++)
        for (unsigned at = 0; at < WINDOW_WORDS && coverage->words[i].firm; at++)
            bits[at] &= word_bits(&coverage->words[i], at);
    for (unsigned at = 0; at < WINDOW_WORDS; at++)
        bits[at] = bits[at] == 0 ? 0 : bits[at] & enough_bits(coverage, at);
}
