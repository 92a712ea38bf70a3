#include "bench/report.h"

#include <jansson.h>

#include "bench/bars.h"
#include "bench/machine.h"

static json_t *machine_json(void)
{
    struct machine machine;
    machine_describe(&machine);
    return json_pack("{s:s, s:i, s:I, s:s, s:s, s:f}", "processor", machine.processor, "processors", (int)machine.processors, "memoryBytes",
                     (json_int_t)machine.memory_bytes, "system", machine.system, "compiler", machine.compiler, "load", machine.load);
}

static json_t *bars_json(const struct bench_result *result)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < bar_count; i++) {
        double value = 0, margin = 0;
        if (bar_judge(&bars[i], result->products, &result->figures, &value, &margin))
            json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:f, s:b}", "work", bars[i].work, "bound", bars[i].bound, "value", value,
                                                  "margin", margin, "met", margin >= 1));
    }
    return list;
}

static json_t *result_json(const struct bench_result *result)
{
    json_t *figures = json_object();
    for (size_t i = 0; i < result->figures.count; i++)
        json_object_set_new(figures, result->figures.items[i].name, json_real(result->figures.items[i].value));
    return json_pack("{s:I, s:o, s:o}", "products", (json_int_t)result->products, "figures", figures, "bars", bars_json(result));
}

enum status report_print_json(const struct bench_options *options, const struct bench_result *results, FILE *out, struct error *error)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < options->size_count; i++)
        json_array_append_new(list, result_json(&results[i]));
    json_t *report = json_pack("{s:o, s:s, s:i, s:I, s:o}", "machine", machine_json(), "facets", bench_facets, "queries",
                               (int)options->queries, "seed", (json_int_t)options->seed, "results", list);
    /* Seven digits are finer than any two runs agree. */
    bool whole = report != NULL && json_dumpf(report, out, JSON_INDENT(1) | JSON_REAL_PRECISION(7)) == 0 && fputc('\n', out) != EOF;
    json_decref(report);
    return whole ? STATUS_OK : error_set(error, STATUS_IO, "the report could not be written");
}

static enum status report_read(const char *path, json_t **out, struct error *error)
{
    json_error_t why;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return error_set(error, STATUS_NOT_FOUND, "cannot read %.300s: it must be what tim bench --json printed", path);
    *out = json_loadf(file, JSON_REJECT_DUPLICATES, &why);
    fclose(file);
    if (json_is_array(json_object_get(*out, "results")))
        return STATUS_OK;
    json_decref(*out);
    *out = NULL;
    return error_set(error, STATUS_INVALID, "%.300s is not what tim bench --json printed", path);
}

static const char *verdict(const char *name, double ratio)
{
    enum direction direction = figure_direction(name);
    double noise = (double)COMPARE_NOISE_PERCENT / 100;
    if (direction == DIRECTION_NONE || (ratio < 1 + noise && ratio > 1 / (1 + noise)))
        return "";
    return (ratio > 1) == (direction == DIRECTION_HIGHER) ? "better" : "worse";
}

static void figures_compare(json_t *before, json_t *after, FILE *out)
{
    const char *name;
    json_t *first;
    json_object_foreach(before, name, first)
    {
        json_t *second = json_object_get(after, name);
        double a = json_number_value(first), b = json_number_value(second);
        if (!json_is_number(first) || !json_is_number(second))
            continue;
        fprintf(out, "  %-44s %14.2f %14.2f", name, a, b);
        if (a > 0 && b > 0)
            fprintf(out, " %8.2f  %s", b / a, verdict(name, b / a));
        fprintf(out, "\n");
    }
}

static void machine_print(const char *path, json_t *report, FILE *out)
{
    json_t *machine = json_object_get(report, "machine");
    const char *processor = json_string_value(json_object_get(machine, "processor"));
    fprintf(out, "%s: %s, load average %.1f\n", path, processor == NULL ? "an unknown machine" : processor,
            json_number_value(json_object_get(machine, "load")));
}

static void results_compare(json_t *before, json_t *after, FILE *out)
{
    size_t i, j;
    json_t *first, *second;
    json_array_foreach(json_object_get(before, "results"), i, first) json_array_foreach(json_object_get(after, "results"), j, second)
    {
        json_int_t products = json_integer_value(json_object_get(first, "products"));
        if (products != json_integer_value(json_object_get(second, "products")))
            continue;
        fprintf(out, "\n  %-44lld %14s %14s %8s\n", (long long)products, "before", "after", "ratio");
        figures_compare(json_object_get(first, "figures"), json_object_get(second, "figures"), out);
    }
}

enum status report_compare(const char *before, const char *after, FILE *out, struct error *error)
{
    json_t *first = NULL, *second = NULL;
    enum status status = report_read(before, &first, error);
    if (status == STATUS_OK)
        status = report_read(after, &second, error);
    if (status == STATUS_OK) {
        machine_print(before, first, out);
        machine_print(after, second, out);
        results_compare(first, second, out);
    }
    json_decref(first);
    json_decref(second);
    return status;
}
