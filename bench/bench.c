#include "bench/bench.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "bench/generate.h"
#include "bench/http_client.h"
#include "bench/machine.h"
#include "bench/samples.h"
#include "bench/workload.h"
#include "catalog/ndjson.h"
#include "indexer/apply.h"
#include "indexer/build.h"
#include "query/search.h"
#include "query/suggest.h"
#include "server/server.h"
#include "storage/index.h"
#include "storage/snapshot.h"

enum {
    NAMES_MAX = 20000, /* products that queries and updates are drawn from */
    WARM_QUERIES = 50, /* per class, not counted */
    PRICE_BATCHES = 40,
    SINGLE_COMMITS = 200,
    ENGINE_ARENA_BYTES = 16 * 1024 * 1024,
    KEEP_ARENA_BYTES = 512 * 1024 * 1024,
    PATH_BYTES = 4096,
};

const char bench_facets[] = "brand,category,price,specs.mau-sac,specs.dung-luong,specs.cong-suat";

/* One catalog while it is measured. */
struct stand {
    const struct bench_options *options;
    struct bench_result *result;
    struct analyzer *analyzer;
    char folder[PATH_BYTES]; /* of its own, removed afterwards */
    char catalog[PATH_BYTES + 16], index[PATH_BYTES + 16];
    struct arena kept; /* rows of the drawn products */
    struct row *rows;
    struct bytes *names;
    size_t count;
    struct workload workload;
};

static bool stopped(const struct stand *stand, struct error *error)
{
    if (*stand->options->stop == 0)
        return false;
    error_set(error, STATUS_END, "stopped by a signal");
    return true;
}

static enum status catalog_write(struct stand *stand, struct error *error)
{
    FILE *file = fopen(stand->catalog, "w");
    if (file == NULL)
        return error_set(error, STATUS_IO, "cannot write %s: %s", stand->catalog, strerror(errno));
    struct generate_options options = {.products = stand->result->products, .seed = stand->options->seed};
    enum status status = generate_catalog(&options, file, error);
    if (fclose(file) != 0 && status == STATUS_OK)
        status = error_set(error, STATUS_IO, "cannot write %s: %s", stand->catalog, strerror(errno));
    struct stat facts;
    if (status == STATUS_OK && stat(stand->catalog, &facts) == 0)
        stand->result->catalog_bytes_per_product = (double)facts.st_size / (double)stand->result->products;
    return status;
}

static enum status index_build(struct stand *stand, struct error *error)
{
    struct index *index = NULL;
    struct build_counts counts;
    enum status status = index_open(stand->index, INDEX_WRITE, 0, &index, error);
    if (status != STATUS_OK)
        return status;
    struct build_options build = {.from = stand->catalog, .index = index, .analyzer = stand->analyzer, .stop = stand->options->stop};
    uint64_t begun_ns = clock_monotonic_ns();
    status = build_run(&build, &counts, error);
    stand->result->build_s = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
    stand->result->build_per_s = (double)stand->result->products / stand->result->build_s;
    struct env *env = NULL;
    uint32_t generation = 0;
    struct env_size size;
    if (status == STATUS_OK)
        status = index_acquire(index, &env, &generation, error);
    if (status == STATUS_OK && env_size(env, &size) == STATUS_OK)
        stand->result->index_bytes_per_product = (double)size.file_bytes / (double)stand->result->products;
    if (env != NULL)
        index_release(index, env);
    index_close(index);
    return status;
}

/* Copies the cells that an update of a product's price would bring. */
static enum status row_keep(struct stand *stand, const struct row *row)
{
    struct row *kept = &stand->rows[stand->count];
    *kept = *row;
    for (size_t i = 0; i < PRODUCT_COLUMNS; i++) {
        if (row->cells[i].state != CELL_TEXT)
            continue;
        kept->cells[i].text.data = arena_copy(&stand->kept, row->cells[i].text.data, row->cells[i].text.size);
        if (kept->cells[i].text.data == NULL)
            return STATUS_LIMIT;
    }
    stand->names[stand->count++] = kept->cells[PRODUCT_NAME].text;
    return STATUS_OK;
}

/* Every so many products of the catalog, so that the sample is spread over the whole index. */
static enum status products_sample(struct stand *stand, struct error *error)
{
    struct ndjson *ndjson = NULL;
    uint64_t every = (stand->result->products + NAMES_MAX - 1) / NAMES_MAX, seen = 0;
    stand->rows = memory_calloc(NAMES_MAX, sizeof *stand->rows);
    stand->names = memory_calloc(NAMES_MAX, sizeof *stand->names);
    arena_init(&stand->kept, KEEP_ARENA_BYTES);
    enum status status = ndjson_open(stand->catalog, NDJSON_KEEP_IDS, stand->analyzer, &ndjson, error);
    while (status == STATUS_OK) {
        struct ndjson_rows rows;
        status = ndjson_next(ndjson, &rows, error);
        for (size_t i = 0; status == STATUS_OK && i < rows.count; i++)
            if (rows.rows[i].table == TABLE_PRODUCT && seen++ % every == 0 && stand->count < NAMES_MAX)
                status = row_keep(stand, &rows.rows[i]);
    }
    ndjson_close(ndjson);
    if (status == STATUS_END)
        status = workload_draw(&stand->workload, stand->analyzer, stand->names, stand->count, stand->options->queries, stand->options->seed,
                               error);
    return status;
}

/* What a search is timed with. */
struct engine {
    struct stand *stand;
    struct index *index;
    struct env *env;
    struct snapshot *snapshot;
    struct arena arena;
};

static enum status engine_search(struct engine *engine, struct bytes text, uint64_t *ns, uint64_t *total, struct error *error)
{
    struct search_request request;
    struct search_result result = {0};
    request_init(&request);
    arena_reset(&engine->arena);
    enum status status = request_set(&request, "facets", (struct bytes){bench_facets, sizeof bench_facets - 1}, error);
    if (status == STATUS_OK && text.size > 0)
        status = request_set(&request, "q", text, error);
    uint64_t begun_ns = clock_monotonic_ns();
    if (status == STATUS_OK)
        status = snapshot_renew(engine->snapshot);
    if (status == STATUS_OK)
        status =
            search_run(engine->snapshot, engine->stand->analyzer, &request, &(struct search_limits){0}, &engine->arena, &result, error);
    snapshot_reset(engine->snapshot);
    *ns = clock_monotonic_ns() - begun_ns;
    *total = result.total;
    return status;
}

static enum status class_engine(struct engine *engine, enum query_class class, struct bench_class *out, struct error *error)
{
    const struct workload *workload = &engine->stand->workload;
    struct samples times = {0}, totals = {0};
    enum status status = STATUS_OK;
    size_t warm = workload->count < WARM_QUERIES ? workload->count : WARM_QUERIES;
    for (size_t i = 0; status == STATUS_OK && i < workload->count + warm; i++) {
        uint64_t ns = 0, total = 0;
        status = engine_search(engine, workload->texts[class][i % workload->count], &ns, &total, error);
        if (i < warm)
            continue;
        samples_add(&times, ns);
        samples_add(&totals, total * 1000);
    }
    out->engine_p50_us = samples_us(&times, 0.5);
    out->engine_p99_us = samples_us(&times, 0.99);
    out->hits = samples_us(&totals, 0.5);
    samples_release(&times);
    samples_release(&totals);
    return status;
}

static enum status suggest_time(struct engine *engine, struct error *error)
{
    const struct workload *workload = &engine->stand->workload;
    struct samples times = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < workload->count; i++) {
        struct suggest_result result;
        arena_reset(&engine->arena);
        uint64_t begun_ns = clock_monotonic_ns();
        status = snapshot_renew(engine->snapshot);
        if (status == STATUS_OK)
            status = suggest_run(engine->snapshot, engine->stand->analyzer, workload->typed[i], SUGGESTIONS_MAX, &engine->arena, &result);
        snapshot_reset(engine->snapshot);
        samples_add(&times, clock_monotonic_ns() - begun_ns);
    }
    engine->stand->result->suggest_p50_us = samples_us(&times, 0.5);
    engine->stand->result->suggest_p99_us = samples_us(&times, 0.99);
    samples_release(&times);
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "suggesting failed: %s", status_name(status));
}

static void target_append(struct buffer *target, struct bytes text)
{
    buffer_print(target, "/v1/search?facets=%s&q=", bench_facets);
    for (size_t i = 0; i < text.size; i++)
        buffer_print(target, "%%%02X", (unsigned char)text.data[i]);
    buffer_append_char(target, '\0');
}

static enum status class_http(struct engine *engine, struct http_client *client, enum query_class class, struct bench_class *out,
                              struct error *error)
{
    const struct workload *workload = &engine->stand->workload;
    struct samples times = {0};
    struct buffer target = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < workload->count; i++) {
        target.size = 0;
        target_append(&target, workload->texts[class][i]);
        uint64_t begun_ns = clock_monotonic_ns();
        status = http_client_get(client, target.data, error);
        samples_add(&times, clock_monotonic_ns() - begun_ns);
    }
    out->http_p50_us = samples_us(&times, 0.5);
    out->http_p99_us = samples_us(&times, 0.99);
    samples_release(&times);
    buffer_release(&target);
    return status;
}

static enum status classes_http(struct engine *engine, struct error *error)
{
    struct server *server = NULL;
    struct server_options options = {
        .address = "127.0.0.1",
        .threads = 1,
        .index = engine->index,
        .analyzer = engine->stand->analyzer,
        .connections_max = 64,
        .header_timeout_ms = SERVER_HEADER_TIMEOUT_MS,
        .drain_ms = SERVER_DRAIN_MS,
    };
    enum status status = server_open(&options, &server, error);
    if (status != STATUS_OK)
        return status;
    struct http_client client;
    status = http_client_open(&client, server_port(server), error);
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++)
        status = stopped(engine->stand, error)
                     ? STATUS_END
                     : class_http(engine, &client, (enum query_class) class, &engine->stand->result->classes[class], error);
    http_client_close(&client);
    server_close(server);
    return status;
}

static enum status searches_time(struct stand *stand, struct error *error)
{
    struct engine engine = {.stand = stand};
    uint32_t generation = 0;
    arena_init(&engine.arena, ENGINE_ARENA_BYTES);
    enum status status = index_open(stand->index, INDEX_READ, 0, &engine.index, error);
    if (status == STATUS_OK)
        status = index_acquire(engine.index, &engine.env, &generation, error);
    if (status == STATUS_OK)
        status = snapshot_open(engine.env, &engine.snapshot, error);
    stand->result->class_count = QUERY_CLASSES;
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++) {
        stand->result->classes[class].name = query_class_names[class];
        status =
            stopped(stand, error) ? STATUS_END : class_engine(&engine, (enum query_class) class, &stand->result->classes[class], error);
    }
    if (status == STATUS_OK)
        status = suggest_time(&engine, error);
    if (status == STATUS_OK)
        status = classes_http(&engine, error);
    snapshot_close(engine.snapshot);
    if (engine.env != NULL)
        index_release(engine.index, engine.env);
    index_close(engine.index);
    arena_release(&engine.arena);
    return status;
}

/* One product row as the WAL would bring it after its price changed. */
static enum status price_change(struct stand *stand, struct apply *apply, size_t at, uint64_t price, struct error *error)
{
    char text[24];
    struct change change = {.kind = CHANGE_UPDATE, .row = stand->rows[at % stand->count]};
    int size = snprintf(text, sizeof text, "%llu", (unsigned long long)price);
    change.row.cells[PRODUCT_PRICE] = (struct cell){.state = CELL_TEXT, .text = {text, (size_t)size}};
    change.row.cells[PRODUCT_DESCRIPTION].state = CELL_UNCHANGED;
    return apply_change(apply, &change, error);
}

static enum status batches_time(struct stand *stand, struct apply *apply, unsigned batches, unsigned size, struct samples *times,
                                struct error *error)
{
    uint64_t price = 1000000;
    size_t at = 0;
    enum status status = STATUS_OK;
    for (unsigned batch = 0; status == STATUS_OK && batch < batches; batch++) {
        uint64_t begun_ns = clock_monotonic_ns();
        for (unsigned i = 0; status == STATUS_OK && i < size; i++) {
            at += 7919; /* a prime: the batch is spread over the sample */
            status = price_change(stand, apply, at, price++, error);
        }
        if (status == STATUS_OK)
            status = apply_flush(apply, NULL, error);
        samples_add(times, clock_monotonic_ns() - begun_ns);
    }
    return status;
}

static enum status updates_time(struct stand *stand, struct error *error)
{
    struct index *index = NULL;
    struct env *env = NULL;
    struct apply *apply = NULL;
    uint32_t generation = 0;
    struct samples batches = {0}, singles = {0};
    enum status status = index_open(stand->index, INDEX_WRITE, 0, &index, error);
    if (status == STATUS_OK)
        status = index_acquire(index, &env, &generation, error);
    if (status == STATUS_OK)
        status = apply_new(env, stand->analyzer, &apply, error);
    uint64_t begun_ns = clock_monotonic_ns();
    if (status == STATUS_OK)
        status = batches_time(stand, apply, PRICE_BATCHES, BENCH_BATCH, &batches, error);
    double seconds = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
    if (status == STATUS_OK)
        status = batches_time(stand, apply, SINGLE_COMMITS, 1, &singles, error);
    stand->result->price_updates_per_s = (double)PRICE_BATCHES * BENCH_BATCH / seconds;
    stand->result->price_commit_p99_ms = samples_us(&batches, 0.99) / 1000;
    stand->result->single_commit_p50_ms = samples_us(&singles, 0.5) / 1000;
    samples_release(&batches);
    samples_release(&singles);
    apply_free(apply);
    if (env != NULL)
        index_release(index, env);
    index_close(index);
    return status;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts;
    (void)kind;
    (void)place;
    return remove(path);
}

static void stand_remove(struct stand *stand)
{
    if (nftw(stand->folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS) != 0)
        log_warn("bench: %s could not be removed: %s", stand->folder, strerror(errno));
    workload_release(&stand->workload);
    arena_release(&stand->kept);
    free(stand->rows);
    free(stand->names);
}

static enum status size_run(const struct bench_options *options, struct analyzer *analyzer, struct bench_result *result,
                            struct error *error)
{
    struct stand stand = {.options = options, .result = result, .analyzer = analyzer};
    snprintf(stand.folder, sizeof stand.folder, "%s/tim-bench-XXXXXX", options->folder);
    if (mkdtemp(stand.folder) == NULL)
        return error_set(error, STATUS_IO, "cannot make a folder in %s: %s", options->folder, strerror(errno));
    snprintf(stand.catalog, sizeof stand.catalog, "%s/catalog.ndjson", stand.folder);
    snprintf(stand.index, sizeof stand.index, "%s/index", stand.folder);
    log_info("bench: %llu products", (unsigned long long)result->products);
    enum status status = catalog_write(&stand, error);
    if (status == STATUS_OK)
        status = index_build(&stand, error);
    if (status == STATUS_OK)
        status = products_sample(&stand, error);
    if (status == STATUS_OK)
        status = searches_time(&stand, error);
    if (status == STATUS_OK)
        status = stopped(&stand, error) ? STATUS_END : updates_time(&stand, error);
    result->peak_bytes = machine_peak_bytes();
    stand_remove(&stand);
    return status;
}

enum status bench_run(const struct bench_options *options, struct bench_result *results, struct error *error)
{
    struct analyzer *analyzer = analyzer_new();
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < options->size_count; i++) {
        results[i] = (struct bench_result){.products = options->sizes[i]};
        status = size_run(options, analyzer, &results[i], error);
    }
    analyzer_free(analyzer);
    return status;
}
