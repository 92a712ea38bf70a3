#include "bench/bench.h"

#include "analyzers/analyzer.h"
#include "base/log.h"
#include "bench/phases.h"
#include "bench/stand.h"

const char bench_facets[] = "brand,category,price,specs.mau-sac,specs.dung-luong,specs.cong-suat";

/* In this order: the index is there before it is searched, and searched before it is changed. The search leaves the peers their queries. */
static const struct {
    const char *what;
    phase_function *run;
    bool of_build, of_peers;
} parts[] = {
    {"building", build_phase, true, false},         {"analysing", analysis_phase, false, false},
    {"searching", search_phase, false, false},      {"starting cold", cold_phase, false, false},
    {"asking over HTTP", http_phase, false, false}, {"writing the peers' documents", documents_phase, false, true},
    {"SQLite FTS5", sqlite_phase, false, true},     {"Lucene", lucene_phase, false, true},
    {"updating", update_phase, false, false},       {"reading beside updates", beside_phase, false, false},
};

static enum status size_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof parts / sizeof parts[0]; i++) {
        if ((parts[i].of_build && stand->reused) || (parts[i].of_peers && !stand->options->peers))
            continue;
        log_info("bench: %llu products: %s", (unsigned long long)stand->products, parts[i].what);
        status = parts[i].run(stand, figures, error);
    }
    return status;
}

enum status bench_run(const struct bench_options *options, struct bench_result *results, struct error *error)
{
    struct analyzer *analyzer = analyzer_new();
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < options->size_count; i++) {
        struct stand stand;
        results[i] = (struct bench_result){.products = options->sizes[i]};
        status = stand_open(&stand, options, analyzer, options->sizes[i], error);
        if (status == STATUS_OK)
            status = size_run(&stand, &results[i].figures, error);
        stand_close(&stand);
    }
    analyzer_free(analyzer);
    return status;
}

void bench_results_release(struct bench_result *results, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        figures_release(&results[i].figures);
}
