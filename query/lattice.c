#include "query/lattice.h"

#include <string.h>

#include "query/words.h"

uint16_t term_weight(uint32_t df, uint32_t live)
{
    /* 2^(k/8) in 1/65536, rounded: where each eighth of a doubling begins. */
    static const uint32_t eighths[8] = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};
    if (df == 0)
        return WEIGHT_MAX;
    uint64_t ratio = ((uint64_t)live + df) * 65536 / df;
    unsigned doublings = 0;
    while (ratio >= 131072) {
        ratio /= 2;
        doublings++;
    }
    unsigned eighth = 7;
    while (eighth > 0 && ratio < eighths[eighth])
        eighth--;
    unsigned weight = doublings * 8 + eighth;
    return (uint16_t)(weight < 1 ? 1 : weight > WEIGHT_MAX ? WEIGHT_MAX : weight);
}

/* A node before it is numbered: the `private`th one behind the words' node `shared`, 0 for that itself. */
struct place {
    uint8_t shared, private;
};

struct joiner {
    const struct query_words *words;
    struct lattice *lattice;
    struct place starts[LATTICE_EDGES_MAX], ends[LATTICE_EDGES_MAX];  /* of the alternatives' edges */
    uint8_t privates[LATTICE_POSITIONS_MAX + LATTICE_EXTRAS_MAX + 1]; /* by shared node */
    unsigned nodes;
};

/* The node behind some words. */
static unsigned node_behind(const struct query_words *words, unsigned word)
{
    return word + 1 < words->count ? words->words[word + 1].node : words->end;
}

/* What the words are worth as typed; UINT32_MAX when one of them has no edge of its own to tell it. */
static uint32_t worth_typed(const struct query_words *words, const struct alternative *alternative)
{
    uint32_t worth = 0;
    for (unsigned i = alternative->first; i < (unsigned)alternative->first + alternative->words; i++) {
        if (words->words[i].worth == 0 && words->words[i].role != WORD_DROP)
            return UINT32_MAX;
        worth += words->words[i].worth;
    }
    return worth;
}

/* Each edge by its own weight, the words shared evenly; then all cut down to what was typed. */
static void worths_share(const struct query_words *words, const struct alternative *alternative, unsigned length, struct edge *edges)
{
    uint32_t sum = 0, most = worth_typed(words, alternative);
    for (unsigned i = 0; i < alternative->edge_count; i++) {
        edges[i].worth = (uint16_t)(term_weight(edges[i].df, words->live) * length / alternative->edge_count);
        sum += edges[i].worth;
    }
    for (unsigned i = 0; i < alternative->edge_count; i++) {
        uint32_t worth = sum > most ? (uint32_t)((uint64_t)edges[i].worth * most / sum) : edges[i].worth;
        edges[i].worth = (uint16_t)(worth == 0 ? 1 : worth);
    }
}

/* Leaves it out when there is no room, or nothing that it could stand for. */
static void alternative_join(struct joiner *joiner, const struct alternative *alternative, uint8_t number)
{
    const struct query_words *words = joiner->words;
    struct lattice *lattice = joiner->lattice;
    unsigned count = alternative->edge_count;
    unsigned start = words->words[alternative->first].node;
    unsigned end = node_behind(words, (unsigned)alternative->first + alternative->words - 1U);
    if (start == end || lattice->edge_count + count > LATTICE_EDGES_MAX || joiner->nodes + count - 1 > LATTICE_NODES_MAX)
        return;
    struct edge *edges = &lattice->edges[lattice->edge_count];
    struct place before = {.shared = (uint8_t)start};
    for (unsigned i = 0; i < count; i++) {
        struct place behind = {.shared = (uint8_t)end};
        if (i + 1 < count)
            behind = (struct place){(uint8_t)start, ++joiner->privates[start]};
        edges[i] = edge_of(alternative->edges[i].terms, alternative->edges[i].term_count, words->live);
        edges[i].alternative = number;
        joiner->starts[lattice->edge_count + i] = before;
        joiner->ends[lattice->edge_count + i] = behind;
        before = behind;
    }
    worths_share(words, alternative, end - start, edges);
    lattice->edge_count += count;
    joiner->nodes += count - 1;
}

/* Where words begin, and whose the extras are. */
static void words_mark(const struct query_words *words, const uint8_t *numbers, struct lattice *lattice)
{
    lattice->extra_count = words->extra_count;
    for (unsigned i = 0; i < words->extra_count; i++)
        lattice->extras[i] = numbers[words->words[words->extra_words[i]].node];
    for (unsigned i = 0; i < words->count; i++) {
        const struct query_word *word = &words->words[i];
        unsigned kind = word->tokens == NULL ? TOKEN_SYLLABLE : word->tokens[0].kind;
        bool firm = kind == TOKEN_NUMBER || kind == TOKEN_CODE || kind == TOKEN_UNIT || word->named;
        if (word->role != WORD_DROP)
            lattice->words[numbers[word->node]] = (uint8_t)(LATTICE_WORD | (firm ? LATTICE_FIRM : 0));
    }
}

/* Private nodes stand right behind the shared one that they follow, so numbers ascend along every edge. */
static void nodes_number(struct joiner *joiner)
{
    struct lattice *lattice = joiner->lattice;
    uint8_t numbers[LATTICE_POSITIONS_MAX + LATTICE_EXTRAS_MAX + 1];
    unsigned next = 0;
    for (unsigned node = 0; node <= joiner->words->end + joiner->words->extra_count; node++) {
        numbers[node] = (uint8_t)next;
        next += 1U + joiner->privates[node];
    }
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        struct edge *edge = &lattice->edges[i];
        struct place start = {.shared = edge->start}, end = {.shared = edge->end};
        if (i >= joiner->words->edge_count) {
            start = joiner->starts[i];
            end = joiner->ends[i];
        }
        edge->start = (uint8_t)(numbers[start.shared] + start.private);
        edge->end = (uint8_t)(numbers[end.shared] + end.private);
    }
    lattice->end = numbers[joiner->words->end];
    words_mark(joiner->words, numbers, lattice);
}

enum status lattice_build(const struct query_words *words, const struct alternative *alternatives, unsigned alternative_count,
                          struct arena *arena, struct lattice *out)
{
    struct joiner joiner;
    *out = (struct lattice){.edges = arena_alloc(arena, LATTICE_EDGES_MAX * sizeof *out->edges)};
    if (out->edges == NULL)
        return STATUS_LIMIT;
    memcpy(out->edges, words->edges, words->edge_count * sizeof *out->edges);
    out->edge_count = words->edge_count;
    joiner.words = words;
    joiner.lattice = out;
    joiner.nodes = words->end + 1 + words->extra_count;
    memset(joiner.privates, 0, sizeof joiner.privates);
    for (unsigned i = 0; i < alternative_count; i++)
        alternative_join(&joiner, &alternatives[i], (uint8_t)(i + 1));
    nodes_number(&joiner);
    lattice_sort(out);
    return STATUS_OK;
}

void lattice_sort(struct lattice *lattice)
{
    for (unsigned i = 1; i < lattice->edge_count; i++) {
        struct edge edge = lattice->edges[i];
        unsigned at = i;
        for (; at > 0; at--) {
            const struct edge *before = &lattice->edges[at - 1];
            if (before->start < edge.start || (before->start == edge.start && before->end <= edge.end))
                break;
            lattice->edges[at] = *before;
        }
        lattice->edges[at] = edge;
    }
}

bool lattice_connects(const struct lattice *lattice)
{
    bool reached[LATTICE_NODES_MAX] = {true};
    for (unsigned i = 0; i < lattice->edge_count; i++)
        if (reached[lattice->edges[i].start])
            reached[lattice->edges[i].end] = true;
    return reached[lattice->end];
}

unsigned lattice_segment_end(const struct lattice *lattice, unsigned start)
{
    unsigned end = start + 1;
    for (unsigned i = 0; i < lattice->edge_count && lattice->edges[i].start < end; i++)
        if (lattice->edges[i].end > end)
            end = lattice->edges[i].end;
    return end;
}

uint32_t lattice_score_max(const struct lattice *lattice)
{
    uint32_t best[LATTICE_NODES_MAX] = {0}, before = 0;
    bool reached[LATTICE_NODES_MAX] = {false};
    unsigned end = 0;
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        while (edge->start >= end) { /* into the next segment */
            before += best[end];
            best[end] = 0;
            reached[end] = true;
            end = lattice_segment_end(lattice, end);
        }
        if (!reached[edge->start])
            continue;
        reached[edge->end] = true;
        uint32_t score = best[edge->start] + (uint32_t)edge->worth * UINT8_MAX;
        if (score > best[edge->end])
            best[edge->end] = score;
    }
    return before + best[end];
}
