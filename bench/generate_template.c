#include "bench/generate_template.h"

#include <assert.h>
#include <string.h>

enum { WEIGHT_MAX = 1000000 };

uint32_t weight_find(const uint32_t *upto, uint32_t count, uint32_t at)
{
    uint32_t low = 0;
    uint32_t high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (at < upto[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint32_t value_list_draw(const struct value_list *list, struct random *random)
{
    assert(list->count > 0);
    return weight_find(list->upto, list->count, random_below(random, list->upto[list->count - 1]));
}

/* Takes "*N" off the end of `value`; a star without digits behind it is part of the value. False when N is out of bounds. */
static bool weight_take(struct bytes *value, uint32_t *weight)
{
    size_t digits = 0;
    while (digits < value->size && value->data[value->size - 1 - digits] >= '0' && value->data[value->size - 1 - digits] <= '9')
        digits++;
    *weight = 1;
    if (digits == 0 || digits == value->size || value->data[value->size - 1 - digits] != '*')
        return true;
    uint32_t number = 0;
    for (size_t i = value->size - digits; i < value->size && number <= WEIGHT_MAX; i++)
        number = number * 10 + (uint32_t)(value->data[i] - '0');
    value->size -= digits + 1;
    *weight = number;
    return number >= 1 && number <= WEIGHT_MAX;
}

static uint32_t bytes_count(struct bytes text, char wanted)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == wanted;
    return count;
}

enum status value_list_parse(struct bytes text, struct arena *arena, struct value_list *out, struct error *error)
{
    if (text.size == 0)
        return error_set(error, STATUS_INVALID, "an empty list of values");
    struct value_list list = {.count = bytes_count(text, '|') + 1};
    list.values = arena_calloc(arena, list.count, sizeof *list.values);
    list.upto = arena_calloc(arena, list.count, sizeof *list.upto);
    if (list.values == NULL || list.upto == NULL)
        return error_set(error, STATUS_LIMIT, "the generator's lists are too long");
    const char *at = text.data;
    const char *end = text.data + text.size;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        struct bytes value = {at, (size_t)((bar != NULL ? bar : end) - at)};
        uint32_t weight = 0;
        if (!weight_take(&value, &weight))
            return error_set(error, STATUS_INVALID, "a weight of %.*s is not 1 to %d", (int)value.size, value.data, WEIGHT_MAX);
        list.values[i] = value;
        list.upto[i] = sum += weight;
        at = bar != NULL ? bar + 1 : end;
    }
    *out = list;
    return STATUS_OK;
}

/* One of [..] and {..} at `at`, which stands on the opening bracket. */
static enum status piece_parse(struct bytes body, char opening, template_resolve *resolve, const void *context, struct arena *arena,
                               struct piece *piece, struct error *error)
{
    if (opening == '{') {
        if (resolve(context, body, piece))
            return STATUS_OK;
        return error_set(error, STATUS_INVALID, "nothing is called {%.*s} here", (int)body.size, body.data);
    }
    piece->kind = PIECE_CHOICE;
    return value_list_parse(body, arena, &piece->choice, error);
}

enum status template_parse(struct bytes text, template_resolve *resolve, const void *context, struct arena *arena, struct template *out,
                           struct error *error)
{
    uint32_t brackets = bytes_count(text, '{') + bytes_count(text, '[');
    struct template template = {.pieces = arena_calloc(arena, (size_t)brackets * 2 + 1, sizeof(struct piece))};
    if (template.pieces == NULL)
        return error_set(error, STATUS_LIMIT, "the generator's lists are too long");
    const char *at = text.data;
    const char *end = text.data + text.size;
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '{' && *stop != '[')
            stop++;
        if (stop > at)
            template.pieces[template.count++] = (struct piece){.kind = PIECE_TEXT, .text = {at, (size_t)(stop - at)}};
        if (stop == end)
            break;
        const char *close = memchr(stop, *stop == '{' ? '}' : ']', (size_t)(end - stop));
        if (close == NULL)
            return error_set(error, STATUS_INVALID, "a %c without its partner", *stop);
        struct bytes body = {stop + 1, (size_t)(close - stop - 1)};
        enum status status = piece_parse(body, *stop, resolve, context, arena, &template.pieces[template.count++], error);
        if (status != STATUS_OK)
            return status;
        at = close + 1;
    }
    *out = template;
    return STATUS_OK;
}
