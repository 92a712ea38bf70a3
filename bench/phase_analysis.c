/* The analysis alone, on one core: the products' names, summaries and descriptions as the index reads them, again and again. CPU time
 * counts: others may use the machine. */
#include "bench/phases.h"

#include <jansson.h>

#include "analyzers/analyzer.h"
#include "bench/machine.h"
#include "bench/stand.h"
#include "catalog/lines.h"
#include "catalog/markup.h"

enum { TEXTS_MAX = 30000, TEXTS_BYTES_MAX = 256 * 1024 * 1024, LINE_BYTES_MAX = 1024 * 1024, MEASURE_S = 1 };

struct texts {
    struct arena arena;
    struct bytes items[TEXTS_MAX];
    size_t count;
};

static enum status text_add(struct texts *texts, const json_t *product, const char *member)
{
    const json_t *value = json_object_get(product, member);
    struct bytes plain = {0};
    if (!json_is_string(value) || json_string_length(value) == 0 || texts->count == TEXTS_MAX)
        return STATUS_OK;
    const char *copy = arena_copy(&texts->arena, json_string_value(value), json_string_length(value));
    if (copy == NULL)
        return STATUS_LIMIT;
    enum status status = markup_strip((struct bytes){copy, json_string_length(value)}, &texts->arena, &plain);
    if (status == STATUS_OK)
        texts->items[texts->count++] = plain;
    return status;
}

static enum status texts_read(struct texts *texts, const char *path, struct error *error)
{
    struct lines *lines = NULL;
    struct bytes line;
    enum status status = lines_open(path, &lines, error);
    while (status == STATUS_OK && texts->count < TEXTS_MAX) {
        status = lines_next(lines, LINE_BYTES_MAX, &line, error);
        if (status != STATUS_OK)
            break;
        json_t *product = json_loadb(line.data, line.size, 0, NULL);
        status = text_add(texts, product, "name");
        if (status == STATUS_OK)
            status = text_add(texts, product, "shortDesc");
        if (status == STATUS_OK)
            status = text_add(texts, product, "description");
        json_decref(product);
    }
    lines_close(lines);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status texts_measure(const struct stand *stand, const struct texts *texts, struct figures *figures)
{
    struct arena arena;
    struct token_list list;
    uint64_t tokens = 0, bytes = 0;
    double spent_s = 0, begun_s = machine_cpu_s();
    enum status status = STATUS_OK;
    arena_init(&arena, TEXTS_BYTES_MAX);
    do {
        for (size_t i = 0; status == STATUS_OK && i < texts->count; i++) {
            arena_reset(&arena);
            status = analyze(stand->analyzer, texts->items[i].data, texts->items[i].size, &arena, &list);
            tokens += list.count;
            bytes += texts->items[i].size;
        }
        spent_s = machine_cpu_s() - begun_s;
    } while (status == STATUS_OK && texts->count > 0 && spent_s < MEASURE_S);
    arena_release(&arena);
    if (status != STATUS_OK || spent_s <= 0)
        return status;
    figures_set(figures, (double)tokens / spent_s, "analysis.tokens_per_s");
    figures_set(figures, (double)bytes / spent_s, "analysis.bytes_per_s");
    return STATUS_OK;
}

static enum status analysis_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    static struct texts texts;
    arena_init(&texts.arena, TEXTS_BYTES_MAX);
    enum status status = texts_read(&texts, stand->catalog, error);
    if (status == STATUS_OK)
        status = texts_measure(stand, &texts, figures);
    if (status == STATUS_LIMIT)
        error_set(error, status, "the texts of %.300s need more memory than the bench gives them", stand->catalog);
    arena_release(&texts.arena);
    return status;
}

enum status analysis_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(analysis_run, stand, figures, error);
}
