#include "bench/bars.h"

const struct bar bars[] = {
    {"analysis, tokens per second", 0, "analysis.tokens_per_s", NULL, true, 10e6},
    {"search + 6 facets, median, us", 5000, "search.and2.p50_us", NULL, false, 20},
    {"AND of 3-5 + exact total + 6 facets, p50, us", 1000000, "search.and3.p50_us", NULL, false, 500},
    {"AND of 3-5 + exact total + 6 facets, p99, us", 1000000, "search.and3.p99_us", NULL, false, 2000},
    {"OR top 20 + count: times as fast as Lucene", 1000000, "lucene.or.p50_us", "plain.or.p50_us", true, 3},
    {"OR top 20 + count: times as fast as SQLite", 1000000, "sqlite.or.p50_us", "plain.or.p50_us", true, 10},
    {"suggest, p99, us", 1000000, "suggest.p99_us", NULL, false, 50},
    {"suggest with a typo, p99, us", 1000000, "suggest_typo.p99_us", NULL, false, 300},
    {"price updates, durable, per second", 0, "price.updates_per_s", NULL, true, 100000},
    {"stock updates, durable, per second", 0, "stock.updates_per_s", NULL, true, 100000},
    {"price batch until visible, p99, ms", 0, "price.batch_p99_ms", NULL, false, 150},
    {"reader's p99 beside updates over alone", 0, "beside.reader_p99_ratio", NULL, false, 1.2},
    {"text edits, durable, per second", 1000000, "text.updates_per_s", NULL, true, 10000},
    {"text batch until visible, p99, ms", 1000000, "text.batch_p99_ms", NULL, false, 1000},
    {"bulk build, parsing included, s", 1000000, "build.seconds_s", NULL, false, 30},
    {"HTTP, 64 clients, p99, us", 1000000, "http64.all.p99_us", NULL, false, 20000},
    {"restart to first answer, ms", 0, "restart.first_answer_ms", NULL, false, 100},
};
const unsigned bar_count = sizeof bars / sizeof bars[0];

bool bar_judge(const struct bar *bar, uint64_t products, const struct figures *figures, double *value, double *margin)
{
    const double *figure = figures_get(figures, "%s", bar->figure);
    const double *against = bar->against == NULL ? NULL : figures_get(figures, "%s", bar->against);
    if ((bar->products != 0 && bar->products != products) || figure == NULL || (bar->against != NULL && against == NULL))
        return false;
    *value = against == NULL ? *figure : *against > 0 ? *figure / *against : 0;
    *margin = bar->at_least ? *value / bar->bound : *value > 0 ? bar->bound / *value : 1;
    return true;
}
