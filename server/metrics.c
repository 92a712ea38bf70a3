#include "server/metrics.h"

#include <stdbool.h>

static const char *const endpoint_names[ENDPOINT_COUNT] = {
    [ENDPOINT_SEARCH] = "search",   [ENDPOINT_SUGGEST] = "suggest", [ENDPOINT_PRODUCT] = "product", [ENDPOINT_SIMILAR] = "similar",
    [ENDPOINT_EVENTS] = "events",   [ENDPOINT_EXPLAIN] = "explain", [ENDPOINT_HEALTH] = "healthz",  [ENDPOINT_READY] = "readyz",
    [ENDPOINT_METRICS] = "metrics", [ENDPOINT_OTHER] = "other",
};

/* Every status this server sends; 0 stands for one that is missing here. */
static const unsigned statuses[METRIC_STATUSES] = {200, 204, 304, 400, 401, 404, 405, 414, 500, 503, 0};

static const uint64_t bounds_us[METRIC_BUCKETS - 1] = {50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000};

static unsigned status_slot(unsigned http_status)
{
    unsigned slot = 0;
    while (statuses[slot] != 0 && statuses[slot] != http_status)
        slot++;
    return slot;
}

static void histogram_add(struct histogram *histogram, uint64_t ns)
{
    unsigned bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && ns > bounds_us[bucket] * 1000)
        bucket++;
    counter_add(&histogram->buckets[bucket], 1);
    counter_add(&histogram->sum_ns, ns);
}

void metrics_count(struct metrics *metrics, enum endpoint endpoint, unsigned http_status, uint64_t duration_ns, uint64_t engine_ns)
{
    counter_add(&metrics->requests[endpoint][status_slot(http_status)], 1);
    histogram_add(&metrics->duration[endpoint], duration_ns);
    if (engine_ns > 0)
        histogram_add(&metrics->engine[endpoint], engine_ns);
}

static void head(struct buffer *out, const char *name, const char *kind, const char *help)
{
    buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void render_requests(const struct metrics *const *all, unsigned count, struct buffer *out)
{
    head(out, "tim_requests_total", "counter", "Requests answered.");
    for (unsigned endpoint = 0; endpoint < ENDPOINT_COUNT; endpoint++) {
        for (unsigned slot = 0; slot < METRIC_STATUSES; slot++) {
            uint64_t sum = 0;
            for (unsigned i = 0; i < count; i++)
                sum += all[i]->requests[endpoint][slot];
            if (sum > 0)
                buffer_print(out, "tim_requests_total{endpoint=\"%s\",status=\"%u\"} %lu\n", endpoint_names[endpoint], statuses[slot], sum);
        }
    }
}

static void render_histogram(const struct metrics *const *all, unsigned count, bool engine, enum endpoint endpoint, struct buffer *out)
{
    const char *name = engine ? "tim_engine_duration_seconds" : "tim_request_duration_seconds";
    uint64_t below[METRIC_BUCKETS] = {0};
    uint64_t sum_ns = 0, total = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct histogram *histogram = engine ? &all[i]->engine[endpoint] : &all[i]->duration[endpoint];
        for (unsigned bucket = 0; bucket < METRIC_BUCKETS; bucket++)
            below[bucket] += histogram->buckets[bucket];
        sum_ns += histogram->sum_ns;
    }
    for (unsigned bucket = 0; bucket < METRIC_BUCKETS; bucket++)
        total += below[bucket];
    if (total == 0)
        return;
    uint64_t running = 0;
    for (unsigned bucket = 0; bucket < METRIC_BUCKETS - 1; bucket++) {
        running += below[bucket];
        buffer_print(out, "%s_bucket{endpoint=\"%s\",le=\"%g\"} %lu\n", name, endpoint_names[endpoint], (double)bounds_us[bucket] / 1e6,
                     running);
    }
    buffer_print(out, "%s_bucket{endpoint=\"%s\",le=\"+Inf\"} %lu\n", name, endpoint_names[endpoint], total);
    buffer_print(out, "%s_sum{endpoint=\"%s\"} %.9f\n", name, endpoint_names[endpoint], (double)sum_ns / 1e9);
    buffer_print(out, "%s_count{endpoint=\"%s\"} %lu\n", name, endpoint_names[endpoint], total);
}

static void render_scalars(const struct metrics *const *all, unsigned count, struct buffer *out)
{
    uint64_t open = 0, total = 0, slow = 0, bytes = 0, lost = 0;
    for (unsigned i = 0; i < count; i++) {
        open += all[i]->connections;
        total += all[i]->connections_total;
        slow += all[i]->connections_slow;
        bytes += all[i]->answer_bytes;
        lost += all[i]->log_lines_lost;
    }
    head(out, "tim_connections", "gauge", "Client connections open now.");
    buffer_print(out, "tim_connections %lu\n", open);
    head(out, "tim_connections_total", "counter", "Client connections accepted.");
    buffer_print(out, "tim_connections_total %lu\n", total);
    head(out, "tim_connections_slow_total", "counter", "Client connections closed because they were too slow or idle too long.");
    buffer_print(out, "tim_connections_slow_total %lu\n", slow);
    head(out, "tim_answer_bytes_total", "counter", "Bytes of bodies, as sent.");
    buffer_print(out, "tim_answer_bytes_total %lu\n", bytes);
    head(out, "tim_access_log_lines_lost_total", "counter", "Lines of the access log that could not be written.");
    buffer_print(out, "tim_access_log_lines_lost_total %lu\n", lost);
}

void metrics_render(const struct metrics *const *all, unsigned count, struct buffer *out)
{
    render_requests(all, count, out);
    head(out, "tim_request_duration_seconds", "histogram", "From the request line to the last byte handed to the kernel.");
    for (unsigned endpoint = 0; endpoint < ENDPOINT_COUNT; endpoint++)
        render_histogram(all, count, false, endpoint, out);
    head(out, "tim_engine_duration_seconds", "histogram", "Time in the engine: analysis, matching, ranking, facets.");
    for (unsigned endpoint = 0; endpoint < ENDPOINT_COUNT; endpoint++)
        render_histogram(all, count, true, endpoint, out);
    render_scalars(all, count, out);
}
