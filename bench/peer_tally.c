#include "bench/peer_tally.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"

enum { SHOWN_PER_CLASS = 3 };

void peer_tally_add(struct peer_tally *tally, const struct peer_query *query, uint64_t ns, uint64_t total)
{
    samples_add(&tally->times[query->class], ns);
    if (!query->alike)
        return;
    tally->compared[query->class]++;
    if (total == query->total || tally->different[query->class]++ >= SHOWN_PER_CLASS)
        return;
    log_warn("bench: %s: \"%s\" (%s, in %s): we find %" PRIu64 ", %s %" PRIu64, query_classes[query->class].label, query->query.text.data,
             query->terms.data, query->core ? "core" : "all", query->total, tally->peer, total);
}

void peer_tally_finish(struct peer_tally *tally, struct figures *figures)
{
    for (unsigned class = 0; class < QUERY_CLASSES; class ++) {
        char prefix[FIGURE_NAME_BYTES];
        const char *name = query_classes[class].name;
        snprintf(prefix, sizeof prefix, "%s.%s.", tally->peer, name);
        figures_set_times(figures, prefix, &tally->times[class]);
        figures_set(figures, (double)tally->compared[class], "%s.%s.compared", tally->peer, name);
        figures_set(figures, (double)tally->different[class], "%s.%s.different", tally->peer, name);
        samples_release(&tally->times[class]);
    }
}
