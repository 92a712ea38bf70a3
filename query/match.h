/* Which documents match the lattice, window by window, and how well each one does.
 *
 * The lattice falls into segments at the nodes that no edge crosses: mostly one word each. A segment's documents are those with a path of
 * edges through it; the segments are ANDed in the order of their expected size, so that the rarest leads and a window without it costs
 * nothing.
 *
 * Under MATCH_ANY a document matches that has a path through any segment, or words of a demanded share of the worth of all. One that has all
 * words is as good as under MATCH_ALL; one that lacks some has BAND_NONE, so it comes behind all those, and its score is the sum over the
 * segments that it has, each at its greatest. The extras' segments add to the scores of both. */
#ifndef TIM_QUERY_MATCH_H
#define TIM_QUERY_MATCH_H

#include <stdint.h>

#include "query/lattice.h"
#include "query/request.h"
#include "query/window.h"

struct match;

/* In the arena; borrows the lattice and the snapshot. Close it when the status is OK. */
MUST_USE enum status match_open(struct snapshot *snapshot, const struct lattice *lattice, enum match_mode mode, struct arena *arena,
                                struct match **out);
void match_close(struct match *match);

/* Right after match_open, under MATCH_ANY: asks for words of `percent` of the worth of all that any product has, and for all numbers, codes
 * and quantities that any has; 0: for any word. */
MUST_USE enum status match_demand(struct match *match, const struct lattice *lattice, unsigned percent, struct arena *arena);

/* The first window at or after `window` that may have a matching document, never back. END when there is none. */
MUST_USE enum status match_seek(struct match *match, uint32_t window, uint32_t *found);

/* The matching documents of a window, after match_seek found it. `bits` is valid until the next call. */
MUST_USE enum status match_window(struct match *match, uint32_t window, const uint64_t **bits);

/* How well a document of the last window matches; `at` is its place there. Only for documents that match. */
struct match_score {
    uint8_t band;   /* the worst along the best path; BAND_MAX when there are no words, BAND_NONE when some are lacking */
    uint32_t score; /* the sum of worth * impact along it */
};
struct match_score match_score(struct match *match, uint32_t at);

/* Those of `hits`, documents of the last window that match, that could have at least the rank `threshold` if they were in stock and the
 * most famous, which is worth `points_max` (rank.h), as far as block maxima and band tables tell; false: none. `best` is more than any of them
 * has, fame left out. In hopeful.c. */
bool match_candidates(struct match *match, const uint64_t *hits, uint64_t threshold, uint32_t points_max, uint64_t *candidates,
                      struct match_score *best);

/* Those of the candidates that could have at least the rank `threshold` if they were in stock; points[at] is what the fame of each candidate is
 * worth. Sets the scores of those, by place, fame included. In hopeful.c. */
void match_hopeful(struct match *match, const uint64_t *candidates, uint64_t threshold, const uint32_t *points, struct match_score *scores,
                   uint64_t *hopeful);

#endif
