/* Words that a slip of the finger may have turned into what was typed: the nearest ones that the index has. */
#include "analyzers/typo.h"
#include "query/alternative.h"
#include "storage/vocabulary.h"

enum { NEIGHBOURS_MAX = 64 };

/* The words at the least distance found so far. */
struct neighbours {
    struct bytes typed;
    struct bytes terms[NEIGHBOURS_MAX];
    uint32_t count;
    unsigned distance;
};

static void neighbour_offer(struct neighbours *neighbours, struct bytes term)
{
    unsigned written = typo_edits_written(term), most = neighbours->distance < written ? neighbours->distance : written;
    unsigned distance = typo_distance(neighbours->typed, term, most);
    if (distance > most || distance == 0)
        return;
    if (distance < neighbours->distance)
        neighbours->count = 0;
    neighbours->distance = distance;
    for (uint32_t i = 0; i < neighbours->count; i++)
        if (bytes_equal(neighbours->terms[i], term))
            return;
    if (neighbours->count < NEIGHBOURS_MAX)
        neighbours->terms[neighbours->count++] = term;
}

enum status typo_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    struct neighbours neighbours = {.typed = {token->folded, token->folded_size}};
    struct typo_keys keys;
    if (!typo_is_possible(neighbours.typed))
        return STATUS_OK;
    neighbours.distance = typo_edits_typed(neighbours.typed);
    typo_keys_of(neighbours.typed, neighbours.distance, &keys);
    for (unsigned i = 0; i < keys.count; i++) {
        struct bytes *terms = NULL;
        uint32_t count = 0;
        enum status status = vocabulary_list(alternatives->words->snapshot, VOCABULARY_TYPO, (struct bytes){keys.bytes[i], keys.sizes[i]},
                                             alternatives->arena, &terms, &count);
        if (status != STATUS_OK)
            return status;
        for (uint32_t j = 0; j < count; j++)
            neighbour_offer(&neighbours, terms[j]);
    }
    return neighbours.count == 0 ? STATUS_OK : alternative_choose(alternatives, word, ALTERNATIVE_TYPO, neighbours.terms, neighbours.count);
}
