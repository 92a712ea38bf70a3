#include "bench/report.h"

#include <string.h>

#include "bench/bars.h"
#include "bench/machine.h"
#include "bench/workload.h"

/* A column of a table of classes: the figure FIRST.CLASS.LAST. */
struct column {
    const char *first, *last, *head;
};

static const struct column of_engine[] = {
    {"search", "p50_us", "p50"},        {"search", "p95_us", "p95"},     {"search", "p99_us", "p99"},
    {"search", "cpu_us", "mean CPU"},   {"cold", "p50_us", "cold p50"},  {"search", "two_threads_per_s", "2 threads/s"},
    {"http1", "p50_us", "HTTP p50"},    {"http1", "p99_us", "HTTP p99"}, {"http64", "p50_us", "64 cl. p50"},
    {"http64", "p99_us", "64 cl. p99"},
};
static const struct column of_peers[] = {
    {"plain", "hits", "hits"},   {"plain", "p50_us", "p50"},         {"plain", "p99_us", "p99"},        {"sqlite", "p50_us", "SQLite p50"},
    {"sqlite", "p99_us", "p99"}, {"sqlite", "compared", "compared"}, {"sqlite", "different", "differ"}, {"lucene", "p50_us", "Lucene p50"},
    {"lucene", "p99_us", "p99"}, {"lucene", "compared", "compared"}, {"lucene", "different", "differ"},
};

static void classes_print(const char *title, const struct column *columns, size_t count, const struct figures *figures, FILE *out)
{
    fprintf(out, "\n  %-30s", title);
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %11s", columns[i].head);
    fprintf(out, "\n");
    for (unsigned class = 0; class < QUERY_CLASSES; class ++) {
        fprintf(out, "    %-28s", query_classes[class].label);
        for (size_t i = 0; i < count; i++) {
            const double *value = figures_get(figures, "%s.%s.%s", columns[i].first, query_classes[class].name, columns[i].last);
            if (value == NULL)
                fprintf(out, " %11s", "-");
            else
                fprintf(out, " %11.*f", *value < 100 && strstr(columns[i].last, "_us") != NULL ? 1 : 0, *value);
        }
        fprintf(out, "\n");
    }
}

static bool is_of_class(const char *name)
{
    const char *dot = strchr(name, '.');
    for (unsigned class = 0; dot != NULL && class < QUERY_CLASSES; class ++) {
        size_t size = strlen(query_classes[class].name);
        if (strncmp(dot + 1, query_classes[class].name, size) == 0 && dot[1 + size] == '.')
            return true;
    }
    return false;
}

/* What no table of classes shows, a line for each beginning of names. */
static void others_print(const struct figures *figures, FILE *out)
{
    const char *last = "";
    size_t last_size = 0;
    for (size_t i = 0; i < figures->count; i++) {
        const char *name = figures->items[i].name, *dot = strrchr(name, '.');
        if (is_of_class(name) || dot == NULL)
            continue;
        size_t size = (size_t)(dot - name);
        if (size != last_size || memcmp(name, last, size) != 0)
            fprintf(out, "\n  %-14.*s", (int)size, name);
        last = name;
        last_size = size;
        double value = figures->items[i].value;
        fprintf(out, "  %s %.*f", dot + 1, value < 10 ? 2 : value < 1000 ? 1 : 0, value);
    }
    fprintf(out, "\n");
}

static void bars_print(const struct bench_result *result, FILE *out)
{
    fprintf(out, "\n");
    for (unsigned i = 0; i < bar_count; i++) {
        double value = 0, margin = 0;
        if (!bar_judge(&bars[i], result->products, &result->figures, &value, &margin))
            continue;
        fprintf(out, "  bar  %-46s %12.1f  (%s %.1f)  ", bars[i].work, value, bars[i].at_least ? ">=" : "<=", bars[i].bound);
        if (margin >= 1)
            fprintf(out, "met, %.2f times\n", margin);
        else
            fprintf(out, "missed by %.2f times\n", margin > 0 ? 1 / margin : 0);
    }
}

void report_print(const struct bench_options *options, const struct bench_result *results, FILE *out)
{
    struct machine machine;
    machine_describe(&machine);
    fprintf(out, "%s, %u processors, %.0f GB; %s; gcc %s; load average %.1f\n", machine.processor, machine.processors,
            (double)machine.memory_bytes / 1e9, machine.system, machine.compiler, machine.load);
    for (unsigned i = 0; i < options->size_count; i++) {
        const struct figures *figures = &results[i].figures;
        fprintf(out, "\n%llu products\n", (unsigned long long)results[i].products);
        others_print(figures, out);
        classes_print("top 20 + count + 6 facets, us", of_engine, sizeof of_engine / sizeof of_engine[0], figures, out);
        classes_print("top 20 + count alone, us", of_peers, sizeof of_peers / sizeof of_peers[0], figures, out);
        bars_print(&results[i], out);
    }
    fprintf(out, "\nfacets counted: %s\n", bench_facets);
}
