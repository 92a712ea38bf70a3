#include "server/render_understood.h"

#include <inttypes.h>
#include <stdio.h>

static void milli_render(struct json_writer *json, int64_t milli)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%" PRId64 ".%03" PRId64, milli / 1000, milli % 1000);
    while (text[size - 1] == '0')
        size--;
    size -= text[size - 1] == '.';
    json_put_raw(json, (struct bytes){text, (size_t)size});
}

void reading_render(struct json_writer *json, const struct reading *reading)
{
    switch ((enum reading_kind)reading->kind) {
    case READING_NUMBER:
        milli_render(json, reading->milli);
        break;
    case READING_TEXT:
        json_put_text(json, reading->value);
        break;
    case READING_TRUE:
        json_put_boolean(json, true);
        break;
    }
}

void understanding_render_flat(struct json_writer *json, const struct understanding *understanding)
{
    json_begin_object(json);
    for (unsigned i = 0; i < understanding->count; i++) {
        json_put_key(json, understanding->readings[i].field);
        reading_render(json, &understanding->readings[i]);
    }
    if (understanding->text.size > 0) {
        json_put_key(json, "text");
        json_put_text(json, understanding->text);
    }
    json_end_object(json);
}

const char *effect_name(const struct reading *reading)
{
    static const char *const names[] = {
        [EFFECT_FILTER] = "filter", [EFFECT_SORT] = "sort",   [EFFECT_RANK] = "rank",
        [EFFECT_WORDS] = "words",   [EFFECT_RANGE] = "words", [EFFECT_NONE] = "none",
    };
    return names[reading->effect];
}

void understood_render(struct json_writer *json, const struct search_result *result)
{
    json_begin_array(json);
    for (unsigned i = 0; i < result->understood_count; i++) {
        const struct understood *understood = &result->understood[i];
        json_begin_object(json);
        json_put_key(json, "field");
        json_put_literal(json, understood->reading.field);
        json_put_key(json, "value");
        reading_render(json, &understood->reading);
        json_put_key(json, "text");
        json_put_text(json, understood->words);
        json_put_key(json, "applied");
        json_put_literal(json, effect_name(&understood->reading));
        json_end_object(json);
    }
    json_end_array(json);
}
