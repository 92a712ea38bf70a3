#include "server/render_highlight.h"

#include "server/html.h"

enum {
    HIT_ARENA_BYTES = 32 * 1024 * 1024, /* of one hit: a row, which may have the longest of texts, and what is made of it */
    FIXED_TEXTS = 5,
    TEXTS_MAX = FIXED_TEXTS + CATEGORY_DEPTH_MAX,
};

enum { MARKED_NAME, MARKED_SKU, MARKED_BRAND, MARKED_SHORT_DESC, MARKED_DESCRIPTION, MARKED_CATEGORY };
_Static_assert((int)MARKED_CATEGORY == (int)FIXED_TEXTS, "the category's path stands behind the others");

static enum status texts_mark(const struct analyzer *analyzer, const struct hit_texts *texts, const struct met_words *words,
                              struct arena *arena, struct marked_text marked[TEXTS_MAX])
{
    struct bytes sources[TEXTS_MAX] = {[MARKED_NAME] = texts->name,
                                       [MARKED_SKU] = texts->sku,
                                       [MARKED_BRAND] = texts->brand,
                                       [MARKED_SHORT_DESC] = texts->short_desc,
                                       [MARKED_DESCRIPTION] = texts->description};
    unsigned count = FIXED_TEXTS;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < texts->category_count; i++)
        sources[count++] = texts->category[i];
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = highlight_read(analyzer, sources[i], words, arena, &marked[i]);
    if (status == STATUS_OK)
        highlight_settle(marked, count, words);
    return status;
}

static void html_member(struct json_writer *json, struct buffer *html)
{
    json_put_text(json, (struct bytes){html->data, html->size});
    html->size = 0;
}

static void text_member(struct json_writer *json, const char *key, const struct marked_text *text, struct buffer *html)
{
    json_put_key(json, key);
    if (text->text.size == 0) {
        json_put_null(json);
        return;
    }
    html_put_marked(html, text);
    html_member(json, html);
}

static enum status snippet_member(struct json_writer *json, const char *key, const struct marked_text *text, struct arena *arena,
                                  struct buffer *html)
{
    struct snippet snippet = {0};
    json_put_key(json, key);
    if (text->text.size == 0) {
        json_put_null(json);
        return STATUS_OK;
    }
    enum status status = snippet_choose(text, arena, &snippet);
    html_put_snippet(html, text, &snippet);
    html_member(json, html);
    return status;
}

static enum status members_render(const struct hit_texts *texts, const struct marked_text marked[TEXTS_MAX], struct arena *arena,
                                  struct json_writer *json)
{
    struct buffer html = {0};
    json_put_key(json, "_highlight");
    json_begin_object(json);
    text_member(json, "name", &marked[MARKED_NAME], &html);
    text_member(json, "sku", &marked[MARKED_SKU], &html);
    text_member(json, "brand", &marked[MARKED_BRAND], &html);
    json_put_key(json, "category");
    json_begin_array(json);
    for (unsigned i = 0; i < texts->category_count; i++) {
        html_put_marked(&html, &marked[MARKED_CATEGORY + i]);
        html_member(json, &html);
    }
    json_end_array(json);
    enum status status = snippet_member(json, "shortDesc", &marked[MARKED_SHORT_DESC], arena, &html);
    if (status == STATUS_OK)
        status = snippet_member(json, "description", &marked[MARKED_DESCRIPTION], arena, &html);
    json_end_object(json);
    buffer_release(&html);
    return status;
}

enum status highlight_render(struct hit_renderer *renderer, const struct analyzer *analyzer, uint32_t document,
                             const struct met_words *words, struct json_writer *json)
{
    struct arena arena;
    struct hit_texts texts;
    struct marked_text marked[TEXTS_MAX];
    arena_init(&arena, HIT_ARENA_BYTES);
    enum status status = hit_texts_read(renderer, document, &arena, &texts);
    if (status == STATUS_OK)
        status = texts_mark(analyzer, &texts, words, &arena, marked);
    if (status == STATUS_OK)
        status = members_render(&texts, marked, &arena, json);
    arena_release(&arena);
    return status;
}
