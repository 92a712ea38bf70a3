/* Inside query/ only: which specs to offer as facets when nobody says. A sample of the hits tells what they have; the facets chosen are then counted
 * exactly, over all hits.
 *
 * A spec is worth its coverage (how many of the sample have it) times its entropy (how evenly its values part them). Left out are specs that
 * fewer than one in AUTO_COVERAGE have, those with one value, and those that hardly repeat one, as model codes do. */
#ifndef TIM_QUERY_FACET_AUTO_H
#define TIM_QUERY_FACET_AUTO_H

#include "base/arena.h"
#include "query/window.h"

struct snapshot;

enum {
    FACET_SAMPLE_MAX = 4096,   /* hits; when there are more, every second is let go and the stride doubled */
    AUTO_SPECS_MAX = 8,        /* chosen at most */
    AUTO_COVERAGE = 10,        /* a tenth of the sample must have it */
    AUTO_VALUES_MAX = 1 << 16, /* different values in the sample; what comes later is not looked at */
    AUTO_FIELDS_MAX = 1 << 12, /* different specs, likewise */
};

/* Every `stride`-th hit, in the order of documents. Zero it. */
struct facet_sample {
    uint32_t documents[FACET_SAMPLE_MAX];
    uint32_t count, stride, skip; /* skip: hits until the next one is taken */
};

void facet_sample_add(struct facet_sample *sample, uint32_t base, const uint64_t *hits);

/* The names ("specs.ram") of at most `most` specs, the best first, in the arena. The same for the same products, whatever the order in which they
 * came. LIMIT at the arena's cap. */
MUST_USE enum status facet_auto_choose(struct snapshot *snapshot, const struct facet_sample *sample, unsigned most, struct arena *arena,
                                       struct bytes *names, unsigned *count);

#endif
