#include "server/render_suggest.h"

#include "catalog/field.h"
#include "catalog/json_writer.h"

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

static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void escape(struct buffer *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char *as_entity = entity(text[i]);
        if (as_entity != NULL)
            buffer_append_text(out, as_entity);
        else
            buffer_append_char(out, text[i]);
    }
}

static void highlight(struct json_writer *json, const struct suggestion_hit *hit, struct buffer *html)
{
    size_t start = hit->match_start, size = hit->match_size;
    html->size = 0;
    if (size == 0 || start > hit->text.size || size > hit->text.size - start) {
        escape(html, hit->text.data, hit->text.size);
    } else {
        escape(html, hit->text.data, start);
        buffer_append_text(html, "<em>");
        escape(html, hit->text.data + start, size);
        buffer_append_text(html, "</em>");
        escape(html, hit->text.data + start + size, hit->text.size - start - size);
    }
    json_put_text(json, (struct bytes){.data = html->data, .size = html->size});
}

void suggest_render(const struct suggest_result *result, struct buffer *out)
{
    struct json_writer json = {.out = out};
    struct buffer html = {0};
    json_begin_object(&json);
    json_put_key(&json, "suggestions");
    json_begin_array(&json);
    for (unsigned i = 0; i < result->count; i++) {
        const struct suggestion_hit *hit = &result->hits[i];
        json_begin_object(&json);
        json_put_key(&json, "type");
        json_put_literal(&json, kind_name(hit->kind));
        json_put_key(&json, "text");
        json_put_text(&json, hit->text);
        json_put_key(&json, "slug");
        json_put_text(&json, hit->slug);
        json_put_key(&json, "id");
        hit->id.size > 0 ? json_put_text(&json, hit->id) : json_put_null(&json);
        json_put_key(&json, "highlight");
        highlight(&json, hit, &html);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    buffer_release(&html);
}
