#include "bench/bench.h"

#include <stdlib.h>

#include "bench/machine.h"
#include "catalog/json_writer.h"

void bench_print_table(const struct bench_options *options, const struct bench_result *results, FILE *out)
{
    struct machine machine;
    machine_describe(&machine);
    fprintf(out, "%s, %u processors, %.0f GB; %s; gcc %s\n", machine.processor, machine.processors, (double)machine.memory_bytes / 1e9,
            machine.system, machine.compiler);
    fprintf(out, "one thread; warm; facets counted: %s\n", bench_facets);
    for (unsigned i = 0; i < options->size_count; i++) {
        const struct bench_result *result = &results[i];
        fprintf(out, "\n%llu products (%.0f bytes of NDJSON each)\n", (unsigned long long)result->products,
                result->catalog_bytes_per_product);
        fprintf(out, "  build                 %10.1f s   %10.0f products/s   %6.0f bytes/product\n", result->build_s, result->build_per_s,
                result->index_bytes_per_product);
        fprintf(out, "  %-16s %10s %14s %14s %14s %14s\n", "search", "hits", "engine p50 us", "engine p99 us", "HTTP p50 us",
                "HTTP p99 us");
        for (unsigned class = 0; class < result->class_count; class ++) {
            const struct bench_class *row = &result->classes[class];
            fprintf(out, "    %-14s %10.0f %14.1f %14.1f %14.1f %14.1f\n", row->name, row->hits, row->engine_p50_us, row->engine_p99_us,
                    row->http_p50_us, row->http_p99_us);
        }
        fprintf(out, "  suggest, in engine               p50 %8.1f us   p99 %8.1f us\n", result->suggest_p50_us, result->suggest_p99_us);
        fprintf(out, "  price updates, durable, %u a batch  %8.0f /s   batch p99 %6.1f ms   one alone %6.2f ms\n", BENCH_BATCH,
                result->price_updates_per_s, result->price_commit_p99_ms, result->single_commit_p50_ms);
        fprintf(out, "  peak memory so far    %10.0f MB\n", (double)result->peak_bytes / 1e6);
    }
}

/* Tenths are finer than any two runs agree. */
static void tenths(struct json_writer *json, const char *key, double value)
{
    json_put_key(json, key);
    json_put_hundredths(json, (int64_t)(value * 100 + 0.5));
}

static void result_json(const struct bench_result *result, struct json_writer *json)
{
    json_begin_object(json);
    json_put_key(json, "products");
    json_put_number(json, (int64_t)result->products);
    tenths(json, "buildSeconds", result->build_s);
    tenths(json, "buildProductsPerSecond", result->build_per_s);
    tenths(json, "indexBytesPerProduct", result->index_bytes_per_product);
    tenths(json, "catalogBytesPerProduct", result->catalog_bytes_per_product);
    json_put_key(json, "search");
    json_begin_array(json);
    for (unsigned class = 0; class < result->class_count; class ++) {
        const struct bench_class *row = &result->classes[class];
        json_begin_object(json);
        json_put_key(json, "class");
        json_put_literal(json, row->name);
        tenths(json, "medianHits", row->hits);
        tenths(json, "engineP50Us", row->engine_p50_us);
        tenths(json, "engineP99Us", row->engine_p99_us);
        tenths(json, "httpP50Us", row->http_p50_us);
        tenths(json, "httpP99Us", row->http_p99_us);
        json_end_object(json);
    }
    json_end_array(json);
    tenths(json, "suggestP50Us", result->suggest_p50_us);
    tenths(json, "suggestP99Us", result->suggest_p99_us);
    tenths(json, "priceUpdatesPerSecond", result->price_updates_per_s);
    tenths(json, "priceBatchP99Ms", result->price_commit_p99_ms);
    tenths(json, "singleCommitP50Ms", result->single_commit_p50_ms);
    json_put_key(json, "peakBytes");
    json_put_number(json, (int64_t)result->peak_bytes);
    json_end_object(json);
}

void bench_print_json(const struct bench_options *options, const struct bench_result *results, FILE *out)
{
    struct machine machine;
    machine_describe(&machine);
    struct buffer text = {0};
    struct json_writer json = {.out = &text};
    json_begin_object(&json);
    json_put_key(&json, "processor");
    json_put_literal(&json, machine.processor);
    json_put_key(&json, "processors");
    json_put_number(&json, machine.processors);
    json_put_key(&json, "memoryBytes");
    json_put_number(&json, (int64_t)machine.memory_bytes);
    json_put_key(&json, "system");
    json_put_literal(&json, machine.system);
    json_put_key(&json, "compiler");
    json_put_literal(&json, machine.compiler);
    json_put_key(&json, "facets");
    json_put_literal(&json, bench_facets);
    json_put_key(&json, "results");
    json_begin_array(&json);
    for (unsigned i = 0; i < options->size_count; i++)
        result_json(&results[i], &json);
    json_end_array(&json);
    json_end_object(&json);
    fprintf(out, "%.*s\n", (int)text.size, text.data);
    buffer_release(&text);
}
