#include "cli/query_stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cli/stats_folder.h"
#include "storage/learned.h"
#include "storage/snapshot.h"

struct asked {
    struct learned learned;
    char query[LEARNED_QUERY_BYTES_MAX + 1];
};

struct all_asked {
    struct asked *list;
    size_t count, room;
    uint64_t now_s, half_life_s;
};

static enum status asked_add(void *context, struct bytes query, const struct learned *learned)
{
    struct all_asked *all = context;
    if (all->count == all->room) {
        all->room = all->room == 0 ? 256 : all->room * 2;
        all->list = memory_resize(all->list, all->room * sizeof *all->list);
    }
    struct asked *asked = &all->list[all->count++];
    *asked = (struct asked){.learned = *learned};
    memcpy(asked->query, query.data, query.size);
    learned_decay(&asked->learned, all->now_s, all->half_life_s);
    return STATUS_OK;
}

static int asked_compare(const void *left, const void *right)
{
    const struct asked *a = left, *b = right;
    if (a->learned.searches != b->learned.searches)
        return a->learned.searches > b->learned.searches ? -1 : 1;
    return strcmp(a->query, b->query);
}

static enum status asked_read(const struct settings *settings, struct all_asked *all, struct error *error)
{
    char *folder = stats_folder(settings);
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    enum status status = STATUS_OK;
    if (folder[0] == '\0') {
        status = error_set(error, STATUS_INVALID, "stats is empty, so nothing is learned of queries; name a folder");
        goto done;
    }
    status = learned_open(folder, ENV_READ, &env, error);
    if (status == STATUS_OK)
        status = snapshot_open(env, &snapshot, error);
    if (status != STATUS_OK)
        goto done;
    status = learned_each(snapshot, asked_add, all);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    if (status != STATUS_OK)
        error_set(error, status, "what was learned in %s is damaged; remove the folder to begin anew", folder);
    qsort(all->list, all->count, sizeof *all->list, asked_compare);
done:
    snapshot_close(snapshot);
    learned_close(env);
    free(folder);
    return status;
}

static double times(uint64_t weight)
{
    return (double)weight / LEARNED_WEIGHT_ONE;
}

/* Of the searches, how many were followed by a click; several clicks may follow one search. */
static double click_through(const struct learned *learned)
{
    return learned->searches == 0 ? 0 : (double)learned->clicks / (double)learned->searches;
}

static bool finds_nothing(const struct learned *learned)
{
    return learned->total == 0;
}

static void table_print(const struct all_asked *all, bool nothing_found, unsigned limit)
{
    printf("%s\n%10s %10s %8s %8s  %s\n", nothing_found ? "\nWithout results" : "Asked most", "searches", "products", "clicks", "bought",
           "query");
    for (size_t i = 0, shown = 0; i < all->count && shown < limit; i++) {
        const struct learned *learned = &all->list[i].learned;
        struct bytes text = learned_text_best(learned->spellings, learned->spelling_count);
        if (nothing_found && !finds_nothing(learned))
            continue;
        shown++;
        printf("%10.1f %10" PRIu32 " %7.0f%% %8.1f  %.*s\n", times(learned->searches), learned->total, 100 * click_through(learned),
               times(learned->conversions), (int)text.size, text.data);
    }
}

static json_t *products_json(const struct learned *learned)
{
    json_t *products = json_array();
    for (unsigned i = 0; i < learned->product_count; i++)
        json_array_append_new(products, json_pack("{s:s%, s:f}", "id", learned->products[i].bytes, (size_t)learned->products[i].size,
                                                  "clicks", times(learned->products[i].weight)));
    return products;
}

static json_t *list_json(const struct all_asked *all, bool nothing_found, unsigned limit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < all->count && json_array_size(list) < limit; i++) {
        const struct learned *learned = &all->list[i].learned;
        struct bytes text = learned_text_best(learned->spellings, learned->spelling_count);
        if (nothing_found && !finds_nothing(learned))
            continue;
        json_array_append_new(list, json_pack("{s:s%, s:s, s:f, s:I, s:i, s:f, s:f, s:f, s:o}", "query", text.data, text.size, "folded",
                                              all->list[i].query, "searches", times(learned->searches), "total", (json_int_t)learned->total,
                                              "windows", (int)learned->windows, "clicks", times(learned->clicks), "conversions",
                                              times(learned->conversions), "clickThrough", click_through(learned), "products",
                                              products_json(learned)));
    }
    return list;
}

static void json_print(const struct all_asked *all, unsigned limit)
{
    json_t *root = json_pack("{s:I, s:o, s:o}", "kept", (json_int_t)all->count, "queries", list_json(all, false, limit), "withoutResults",
                             list_json(all, true, limit));
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
}

enum status query_stats_print(const struct settings *settings, bool as_json, unsigned limit, struct error *error)
{
    struct all_asked all = {.now_s = (uint64_t)clock_wall_us() / 1000000u,
                            .half_life_s = (uint64_t)settings_number(settings, "stats-half-life-hours") * 3600u};
    enum status status = asked_read(settings, &all, error);
    if (status == STATUS_OK && as_json)
        json_print(&all, limit);
    if (status == STATUS_OK && !as_json) {
        table_print(&all, false, limit);
        table_print(&all, true, limit);
    }
    free(all.list);
    return status;
}
