#include "bench/workload.h"

#include <string.h>

#include "bench/generate_random.h"

enum { WORKLOAD_ARENA_BYTES = 256 * 1024 * 1024, WORDS_MAX = 32, TYPED_BYTES_MAX = 12 };

const char *const query_class_names[QUERY_CLASSES] = {
    [QUERY_ONE] = "one word",         [QUERY_TWO] = "AND of 2",  [QUERY_FOUR] = "AND of 3-5",
    [QUERY_UNMARKED] = "2, unmarked", [QUERY_PREFIX] = "prefix", [QUERY_BROWSE] = "browse",
};

/* The words of a name, cut at spaces. */
static unsigned words_of(struct bytes name, struct bytes words[WORDS_MAX])
{
    unsigned count = 0;
    for (size_t at = 0; at < name.size && count < WORDS_MAX;) {
        size_t end = at;
        while (end < name.size && name.data[end] != ' ')
            end++;
        if (end > at)
            words[count++] = (struct bytes){name.data + at, end - at};
        at = end + 1;
    }
    return count;
}

/* `wanted` neighbouring words, which is how people quote a name. */
static struct bytes some_words(struct random *random, struct bytes name, unsigned wanted)
{
    struct bytes words[WORDS_MAX];
    unsigned count = words_of(name, words);
    if (count == 0)
        return (struct bytes){0};
    wanted = wanted < count ? wanted : count;
    unsigned first = random_below(random, count - wanted + 1);
    const char *end = words[first + wanted - 1].data + words[first + wanted - 1].size;
    return (struct bytes){words[first].data, (size_t)(end - words[first].data)};
}

/* The start of the text, at least one character of it, on a whole character. */
static struct bytes start_of(struct random *random, struct bytes text, size_t most)
{
    size_t size = 1 + random_below(random, (uint32_t)(text.size < most ? text.size : most));
    while (size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size++;
    return (struct bytes){text.data, size < text.size ? size : text.size};
}

static enum status query_draw(struct workload *workload, const struct analyzer *analyzer, struct random *random, enum query_class class,
                              struct bytes name, struct bytes *out)
{
    switch (class) {
    case QUERY_ONE:
        *out = some_words(random, name, 1);
        return STATUS_OK;
    case QUERY_TWO:
        *out = some_words(random, name, 2);
        return STATUS_OK;
    case QUERY_FOUR:
        *out = some_words(random, name, 3 + random_below(random, 3));
        return STATUS_OK;
    case QUERY_UNMARKED:
        *out = some_words(random, name, 2);
        return fold_text(analyzer, out->data, out->size, &workload->arena, out);
    case QUERY_PREFIX: {
        struct bytes words = some_words(random, name, 2);
        size_t most = words.size;
        *out = start_of(random, words, most);
        return STATUS_OK;
    }
    default:
        *out = (struct bytes){0};
        return STATUS_OK;
    }
}

enum status workload_draw(struct workload *workload, const struct analyzer *analyzer, const struct bytes *names, size_t name_count,
                          size_t count, uint64_t seed, struct error *error)
{
    *workload = (struct workload){.count = count};
    arena_init(&workload->arena, WORKLOAD_ARENA_BYTES);
    struct random random = random_stream(seed, 0);
    enum status status = STATUS_OK;
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++) {
        workload->texts[class] = arena_calloc(&workload->arena, count, sizeof **workload->texts);
        for (size_t i = 0; workload->texts[class] != NULL && status == STATUS_OK && i < count; i++)
            status = query_draw(workload, analyzer, &random, (enum query_class) class, names[random_below(&random, (uint32_t)name_count)],
                                &workload->texts[class][i]);
    }
    workload->typed = arena_calloc(&workload->arena, count, sizeof *workload->typed);
    for (size_t i = 0; workload->typed != NULL && status == STATUS_OK && i < count; i++) {
        struct bytes name = names[random_below(&random, (uint32_t)name_count)], folded = {0};
        status = fold_text(analyzer, name.data, name.size, &workload->arena, &folded);
        if (folded.size > 0)
            workload->typed[i] = start_of(&random, folded, TYPED_BYTES_MAX);
    }
    if (status != STATUS_OK || workload->typed == NULL)
        return error_set(error, STATUS_LIMIT, "the bench's queries need more than %d MB", WORKLOAD_ARENA_BYTES >> 20);
    return STATUS_OK;
}

void workload_release(struct workload *workload)
{
    arena_release(&workload->arena);
}
