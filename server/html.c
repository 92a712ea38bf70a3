#include "server/html.h"

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

static void byte_put(struct buffer *out, char byte)
{
    const char *as_entity = entity(byte);
    if (as_entity != NULL)
        buffer_append_text(out, as_entity);
    else
        buffer_append_char(out, byte);
}

static void html_put(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        byte_put(out, text.data[i]);
}

static void spaced_put(struct buffer *out, struct bytes text)
{
    for (size_t at = 0; at < text.size;) {
        size_t space = highlight_space(text, at);
        if (space == 0) {
            byte_put(out, text.data[at++]);
            continue;
        }
        buffer_append_char(out, ' ');
        for (; at < text.size && space > 0; space = at < text.size ? highlight_space(text, at) : 0)
            at += space;
    }
}

/* From `start` to `end`, with the marks that lie between. Marks that overlap are one. */
static void marked_put(struct buffer *out, const struct marked_text *text, size_t start, size_t end,
                       void (*put)(struct buffer *out, struct bytes text))
{
    size_t at = start;
    for (unsigned i = 0; i < text->count;) {
        size_t from = text->marks[i].start, to = text->marks[i].end;
        bool inside = from >= start && to <= end;
        for (i++; inside && i < text->count && text->marks[i].start < to; i++)
            to = text->marks[i].end > to && text->marks[i].end <= end ? text->marks[i].end : to;
        if (!inside)
            continue;
        put(out, (struct bytes){text->text.data + at, from - at});
        buffer_append_text(out, "<em>");
        put(out, (struct bytes){text->text.data + from, to - from});
        buffer_append_text(out, "</em>");
        at = to;
    }
    put(out, (struct bytes){text->text.data + at, end - at});
}

void html_put_marked(struct buffer *out, const struct marked_text *text)
{
    marked_put(out, text, 0, text->text.size, html_put);
}

void html_put_snippet(struct buffer *out, const struct marked_text *text, const struct snippet *snippet)
{
    if (snippet->more_before)
        buffer_append_text(out, "\xE2\x80\xA6");
    marked_put(out, text, snippet->start, snippet->end, spaced_put);
    if (snippet->more_behind)
        buffer_append_text(out, "\xE2\x80\xA6");
}
