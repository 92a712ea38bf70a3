/* "rules": ["12", ...], ids of rules; "redirect": a URL or null. The facets' shapes:
 *
 *   "brand":    {"values":[{"value":slug,"label","count","selected"}],"truncated":false}
 *   "specs.ram": the same, and when most values are numbers of one unit: "min":8,"max":64,"unit":"GB"      unit null: bare numbers
 *   "rating":   the same, "value":"4" counting four stars and more; "stock", "sale": the same with "true" and "false"
 *   "category": {"values":[{"value":slug,"label","count","selected","children":[...]}],"truncated":false}
 *   "price":    {"min","max","histogram":[{"from","to","count"}]}      from <= price < to; min and max null when no price is known *
 * "understood": [{"field":"priceMax","value":5000000,"text":"dưới 5tr","applied":"filter"}]      as render_understood.h says
 */
#include "server/render_search.h"

#include <string.h>

#include "catalog/hit.h"
#include "catalog/json_writer.h"
#include "server/render_highlight.h"
#include "server/render_understood.h"
#include "storage/label.h"
#include "storage/snapshot.h"

/* Everything of a value but the brace that ends it. */
static void value_begin(struct json_writer *json, const struct facet_value *value)
{
    json_begin_object(json);
    json_put_key(json, "value");
    json_put_text(json, value->slug);
    json_put_key(json, "label");
    json_put_text(json, value->label);
    json_put_key(json, "count");
    json_put_number(json, (int64_t)value->count);
    json_put_key(json, "selected");
    json_put_boolean(json, value->selected);
}

static void render_list(struct json_writer *json, const struct facet_result *facet)
{
    for (unsigned i = 0; i < facet->value_count; i++) {
        value_begin(json, &facet->values[i]);
        json_end_object(json);
    }
}

/* How many of the open ancestors stay open for a child of `parent`: up to and with the parent; none when it is not among them. */
static unsigned depth_under(const uint32_t *open, unsigned depth, uint32_t parent)
{
    while (depth > 0 && open[depth - 1] != parent)
        depth--;
    return depth;
}

static unsigned close_down_to(struct json_writer *json, unsigned depth, unsigned wanted)
{
    for (; depth > wanted; depth--) {
        json_end_array(json);
        json_end_object(json);
    }
    return depth;
}

/* The values come in pre-order, so a stack of the open ancestors nests them. */
static enum status render_tree(struct json_writer *json, const struct facet_result *facet, struct arena *arena)
{
    uint32_t *open = arena_calloc(arena, facet->value_count, sizeof *open);
    if (open == NULL)
        return STATUS_LIMIT;
    unsigned depth = 0;
    for (unsigned i = 0; i < facet->value_count; i++) {
        const struct facet_value *value = &facet->values[i];
        depth = close_down_to(json, depth, depth_under(open, depth, value->parent));
        value_begin(json, value);
        json_put_key(json, "children");
        json_begin_array(json);
        open[depth++] = value->ordinal;
    }
    close_down_to(json, depth, 0);
    return STATUS_OK;
}

static void render_range(struct json_writer *json, const struct facet_result *facet)
{
    json_put_key(json, "min");
    json_put_micros(json, facet->min_micros);
    json_put_key(json, "max");
    json_put_micros(json, facet->max_micros);
    json_put_text_member(json, "unit", facet->unit);
}

static void render_price(struct json_writer *json, const struct facet_result *facet)
{
    json_put_key(json, "min");
    facet->bin_count > 0 ? json_put_number(json, facet->min_vnd) : json_put_null(json);
    json_put_key(json, "max");
    facet->bin_count > 0 ? json_put_number(json, facet->max_vnd) : json_put_null(json);
    json_put_key(json, "histogram");
    json_begin_array(json);
    for (unsigned i = 0; i < facet->bin_count; i++) {
        json_begin_object(json);
        json_put_key(json, "from");
        json_put_number(json, facet->bins[i].low_vnd);
        json_put_key(json, "to");
        json_put_number(json, facet->bins[i].high_vnd);
        json_put_key(json, "count");
        json_put_number(json, (int64_t)facet->bins[i].count);
        json_end_object(json);
    }
    json_end_array(json);
}

static enum status render_facet(struct json_writer *json, const struct facet_result *facet, struct arena *arena)
{
    enum status status = STATUS_OK;
    json_put_key_text(json, facet->name);
    json_begin_object(json);
    if (bytes_are(facet->name, "price")) {
        render_price(json, facet);
    } else {
        json_put_key(json, "values");
        json_begin_array(json);
        if (bytes_are(facet->name, "category"))
            status = render_tree(json, facet, arena);
        else
            render_list(json, facet);
        json_end_array(json);
        json_put_key(json, "truncated");
        json_put_boolean(json, facet->truncated);
        if (facet->is_numeric)
            render_range(json, facet);
    }
    json_end_object(json);
    return status;
}

static enum status render_hit(struct hit_renderer *renderer, const struct search_result *result, unsigned at, struct json_writer *json)
{
    uint32_t document = result->hits[at].document;
    json_begin_object(json);
    enum status status = hit_render_members(renderer, document, result->variants == NULL ? NULL : &result->variants[at], json);
    if (status == STATUS_OK && result->met_words != NULL)
        status = highlight_render(renderer, result->analyzer, document, &result->met_words[at], json);
    json_end_object(json);
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status render_hits(struct json_writer *json, struct snapshot *snapshot, const struct search_result *result, struct arena *arena)
{
    struct hit_renderer renderer = {0};
    hit_renderer_init(&renderer, snapshot, arena);
    json_begin_array(json);
    for (unsigned i = 0; i < result->hit_count; i++) {
        enum status status = render_hit(&renderer, result, i, json);
        if (status != STATUS_OK)
            return status;
    }
    json_end_array(json);
    return snapshot_status(snapshot);
}

static void render_relaxed(struct json_writer *json, const struct relaxed *relaxed)
{
    if (relaxed->rung == NULL) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    json_put_key(json, "rung");
    json_put_literal(json, relaxed->rung);
    json_put_key(json, "words");
    json_begin_array(json);
    for (unsigned i = 0; i < relaxed->word_count; i++)
        json_put_text(json, relaxed->words[i]);
    json_end_array(json);
    json_end_object(json);
}

static void render_replaced(struct json_writer *json, const struct search_result *result)
{
    json_begin_array(json);
    for (unsigned i = 0; i < result->replaced_count; i++) {
        const struct replaced_words *replaced = &result->replaced[i];
        json_begin_object(json);
        json_put_key(json, "typed");
        json_put_text(json, replaced->typed);
        json_put_key(json, "taken");
        json_put_text(json, replaced->taken);
        json_put_key(json, "kind");
        json_put_literal(json, replaced->kind);
        json_end_object(json);
    }
    json_end_array(json);
}

enum status search_render(struct snapshot *snapshot, const struct search_request *request, const struct search_result *result,
                          struct bytes next_cursor, struct arena *arena, struct buffer *out)
{
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    json_put_key(&json, "hits");
    enum status status = render_hits(&json, snapshot, result, arena);
    json_put_key(&json, "total");
    json_put_number(&json, (int64_t)result->total);
    json_put_key(&json, "facets");
    json_begin_object(&json);
    for (unsigned i = 0; i < result->facet_count && status == STATUS_OK; i++)
        status = render_facet(&json, &result->facets[i], arena);
    json_end_object(&json);
    json_put_key(&json, "understood");
    understood_render(&json, result);
    json_put_key(&json, "relaxed");
    render_relaxed(&json, &result->relaxed);
    json_put_key(&json, "didYouMean");
    render_replaced(&json, result);
    json_put_key(&json, "rules");
    json_begin_array(&json);
    for (unsigned i = 0; i < result->rule_count; i++)
        json_put_text(&json, result->rules[i]);
    json_end_array(&json);
    json_put_text_member(&json, "redirect", result->redirect);
    json_put_key(&json, "page");
    json_put_number(&json, request->page);
    json_put_key(&json, "limit");
    json_put_number(&json, request->limit);
    json_put_text_member(&json, "nextCursor", next_cursor);
    json_put_key(&json, "zone");
    json_put_literal(&json, result->zone);
    json_put_key(&json, "partial");
    json_put_boolean(&json, result->partial);
    json_end_object(&json);
    return status;
}
