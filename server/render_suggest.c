#include "server/render_suggest.h"

#include "catalog/field.h"
#include "catalog/json_writer.h"
#include "server/html.h"

static const char *kind_name(uint8_t kind)
{
    switch (kind) {
    case SUGGEST_BRAND:
        return "brand";
    case SUGGEST_CATEGORY:
        return "category";
    default:
        return "product";
    }
}

static void highlight(struct json_writer *json, struct bytes text, size_t start, size_t size, struct buffer *html)
{
    struct highlight_mark mark = {.start = (uint32_t)start, .end = (uint32_t)(start + size)};
    struct marked_text marked = {.text = text, .marks = &mark};
    html->size = 0;
    marked.count = size > 0 && start <= text.size && size <= text.size - start;
    html_put_marked(html, &marked);
    json_put_text(json, (struct bytes){.data = html->data, .size = html->size});
}

static void hit_render_one(struct json_writer *json, const struct suggestion_hit *hit, struct buffer *html)
{
    json_begin_object(json);
    json_put_key(json, "type");
    json_put_literal(json, kind_name(hit->kind));
    json_put_key(json, "text");
    json_put_text(json, hit->text);
    json_put_key(json, "slug");
    json_put_text(json, hit->slug);
    json_put_text_member(json, "id", hit->id);
    json_put_key(json, "highlight");
    highlight(json, hit->text, hit->match_start, hit->match_size, html);
    json_end_object(json);
}

/* `kind` 0: of all kinds. */
static void hits_render(struct json_writer *json, const struct suggest_result *result, const char *name, uint8_t kind, struct buffer *html)
{
    json_put_key(json, name);
    json_begin_array(json);
    for (unsigned i = 0; i < result->count; i++)
        if (kind == 0 || result->hits[i].kind == kind)
            hit_render_one(json, &result->hits[i], html);
    json_end_array(json);
}

static void query_render(struct json_writer *json, const struct suggested_query *query, struct buffer *html)
{
    json_begin_object(json);
    json_put_key(json, "text");
    json_put_text(json, query->text);
    json_put_key(json, "highlight");
    highlight(json, query->text, query->match_start, query->match_size, html);
    json_put_key(json, "category");
    if (query->category_slug.size == 0) {
        json_put_null(json);
    } else {
        json_begin_object(json);
        json_put_key(json, "name");
        json_put_text(json, query->category);
        json_put_key(json, "slug");
        json_put_text(json, query->category_slug);
        json_end_object(json);
    }
    json_end_object(json);
}

void suggest_render(const struct suggest_result *result, struct buffer *out)
{
    struct json_writer json = {.out = out};
    struct buffer html = {0};
    json_begin_object(&json);
    json_put_key(&json, "queries");
    json_begin_array(&json);
    for (unsigned i = 0; i < result->query_count; i++)
        query_render(&json, &result->queries[i], &html);
    json_end_array(&json);
    hits_render(&json, result, "products", SUGGEST_PRODUCT, &html);
    hits_render(&json, result, "categories", SUGGEST_CATEGORY, &html);
    hits_render(&json, result, "brands", SUGGEST_BRAND, &html);
    hits_render(&json, result, "suggestions", 0, &html);
    json_end_object(&json);
    buffer_release(&html);
}
