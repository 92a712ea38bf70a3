#include "query/facet_set.h"

#include <string.h>

static bool is_chosen(const struct facet_set *set, struct bytes name)
{
    for (unsigned i = 0; i < set->count; i++)
        if (bytes_equal(set->runs[i].name, name))
            return true;
    return false;
}

/* Unless it is there, or there are FACETS_MAX. */
static void facet_add(struct facet_set *set, const struct search_request *request, struct bytes name)
{
    const struct facet_kind *kind = facet_find(name);
    if (set->count == FACETS_MAX || is_chosen(set, name))
        return;
    enum filter_axis own = facet_axis(kind, request, name);
    set->runs[set->count++] = (struct facet_run){.name = name, .kind = kind, .own = own};
    set->omitted |= own == AXIS_NONE ? 0 : 1u << own;
}

/* With facets=auto every selected spec has its facet. */
static enum status auto_begin(struct facet_set *set, const struct search_request *request, struct arena *arena)
{
    set->sample = arena_calloc(arena, 1, sizeof *set->sample);
    if (set->sample == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < request->spec_count; i++) {
        const char *name = arena_print(arena, "%s%.*s", facet_spec.name, (int)request->specs[i].size, request->specs[i].data);
        if (name == NULL)
            return STATUS_LIMIT;
        facet_add(set, request, bytes_of(name));
    }
    return STATUS_OK;
}

enum status facet_set_choose(struct facet_set *set, const struct search_request *request, struct arena *arena, struct error *error)
{
    *set = (struct facet_set){0};
    for (unsigned i = 0; i < request->facet_count; i++) {
        enum status status = facet_name_check(request->facets[i], error);
        if (status != STATUS_OK)
            return status;
        facet_add(set, request, request->facets[i]);
    }
    return request->facets_auto ? auto_begin(set, request, arena) : STATUS_OK;
}

enum status facet_set_open(struct facet_set *set, const struct facet_context *context)
{
    enum status status = STATUS_OK;
    set->context = *context;
    if (set->sample != NULL)
        *set->sample = (struct facet_sample){.count = 0};
    for (unsigned i = 0; i < set->count && status == STATUS_OK; i++)
        status = set->runs[i].kind->open(&set->context, set->runs[i].name, &set->runs[i].counters);
    return status;
}

enum status facet_set_count(struct facet_set *set, const uint64_t *documents, const uint64_t *hits)
{
    enum status status = STATUS_OK;
    for (unsigned i = set->first; i < set->count && status == STATUS_OK; i++) {
        const struct facet_run *facet = &set->runs[i];
        uint64_t others[WINDOW_WORDS];
        bool own = filters_active(set->context.filters, facet->own);
        if (own)
            filters_mask(set->context.filters, documents, facet->own, others);
        status = facet->kind->count(&set->context, facet->counters, own ? others : hits);
    }
    return status;
}

void facet_set_sample(struct facet_set *set, uint32_t base, const uint64_t *hits)
{
    if (set->sample != NULL)
        facet_sample_add(set->sample, base, hits);
}

enum status facet_set_choose_auto(struct facet_set *set, bool *more)
{
    const struct facet_context *context = &set->context;
    struct bytes names[AUTO_SPECS_MAX];
    unsigned count = 0;
    *more = false;
    if (set->sample == NULL)
        return STATUS_OK;
    enum status status = facet_auto_choose(context->snapshot, set->sample, AUTO_SPECS_MAX, context->arena, names, &count);
    set->sample = NULL;
    set->first = set->count;
    for (unsigned i = 0; i < count; i++)
        facet_add(set, context->request, names[i]);
    for (unsigned i = set->first; i < set->count && status == STATUS_OK; i++)
        status = set->runs[i].kind->open(context, set->runs[i].name, &set->runs[i].counters);
    *more = set->first < set->count;
    return status;
}

enum status facet_set_finish(struct facet_set *set, struct search_result *result)
{
    enum status status = STATUS_OK;
    result->facets = arena_calloc(set->context.arena, set->count, sizeof *result->facets);
    if (result->facets == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < set->count && status == STATUS_OK; i++) {
        struct facet_result *facet = &result->facets[result->facet_count++];
        facet->name = set->runs[i].name;
        status = set->runs[i].kind->finish(&set->context, set->runs[i].counters, facet);
    }
    return status;
}
