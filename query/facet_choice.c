#include "query/facet_choice.h"

enum status choice_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    *counters = arena_calloc(context->arena, 1, sizeof(struct choice_counters));
    return *counters == NULL ? STATUS_LIMIT : STATUS_OK;
}

enum status choice_finish(const struct facet_context *context, const struct choice_counters *counters, struct bytes yes, struct bytes no,
                          bool selected, struct facet_result *out)
{
    const struct facet_value values[] = {
        {.ordinal = 1, .slug = {"true", 4}, .label = yes, .parent = LABEL_NO_PARENT, .count = counters->yes, .selected = selected},
        {.slug = {"false", 5}, .label = no, .parent = LABEL_NO_PARENT, .count = counters->all - counters->yes},
    };
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < 2 && status == STATUS_OK; i++)
        if (values[i].count > 0 || values[i].selected)
            status = facet_value_add(context, out, 2, &values[i]);
    return status;
}
