#include "bench/workload.h"

#include <stdio.h>
#include <string.h>

#include "bench/generate_random.h"

enum { WORKLOAD_ARENA_BYTES = 256 * 1024 * 1024, WORDS_MAX = 32, TYPED_BYTES_MAX = 12 };

const struct query_class_info query_classes[QUERY_CLASSES] = {
    [QUERY_ONE] = {"one", "one word", false, false},
    [QUERY_TWO] = {"and2", "AND of 2", false, false},
    [QUERY_FEW] = {"and3", "AND of 3-5", false, false},
    [QUERY_ANY] = {"or", "OR of 2-4", true, false},
    [QUERY_UNMARKED] = {"unmarked", "2, unmarked", false, false},
    [QUERY_FILTERED] = {"filtered", "1, filtered", false, false},
    [QUERY_PREFIX] = {"prefix", "prefix", false, false},
    [QUERY_PRICE] = {"price", "1, by price", false, true},
    [QUERY_BROWSE] = {"browse", "browse", false, false},
    [QUERY_NONE] = {"none", "no hits", false, false},
};

/* A dash on its own is no word. */
static bool is_word(struct bytes piece)
{
    for (size_t i = 0; i < piece.size; i++) {
        unsigned char byte = (unsigned char)piece.data[i], lower = byte | 0x20;
        if (byte >= 0xC3 || (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z'))
            return true;
    }
    return false;
}

/* The words of a name, cut at spaces. */
static unsigned words_of(struct bytes name, struct bytes words[WORDS_MAX])
{
    unsigned count = 0;
    for (size_t at = 0; at < name.size && count < WORDS_MAX;) {
        const char *space = memchr(name.data + at, ' ', name.size - at);
        size_t end = space == NULL ? name.size : (size_t)(space - name.data);
        struct bytes piece = {name.data + at, end - at};
        if (is_word(piece))
            words[count++] = piece;
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
        return (struct bytes){"a", 1};
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

/* A word that no catalog has. */
static struct bytes odd_word(struct random *random, struct arena *arena)
{
    char letters[4];
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (char)('a' + random_below(random, 26));
    char *word = arena_print(arena, "zxq%cwz%.3s", letters[0], letters + 1);
    return (struct bytes){word, word == NULL ? 0 : strlen(word)};
}

static unsigned words_wanted(enum query_class class, struct random *random)
{
    switch (class) {
    case QUERY_TWO:
    case QUERY_UNMARKED:
    case QUERY_PREFIX:
        return 2;
    case QUERY_FEW:
        return 3 + random_below(random, 3);
    case QUERY_ANY:
        return 2 + random_below(random, 3);
    default:
        return 1;
    }
}

static enum status query_draw(struct workload *workload, const struct analyzer *analyzer, struct random *random, enum query_class class,
                              const struct sample_product *product, struct query *out)
{
    struct bytes words = some_words(random, product->name, words_wanted(class, random));
    struct arena *arena = &workload->arena;
    enum status status = STATUS_OK;
    *out = (struct query){0};
    if (class == QUERY_BROWSE)
        return STATUS_OK;
    if (class == QUERY_PREFIX) {
        out->text = start_of(random, words, words.size);
        return STATUS_OK;
    }
    if (class == QUERY_UNMARKED)
        status = fold_text(analyzer, words.data, words.size, arena, &words);
    if (class == QUERY_NONE)
        words = odd_word(random, arena);
    if (class == QUERY_FILTERED) {
        out->brand_slug = product->brand_slug;
        out->brand_id = product->brand_id;
        out->price_max_vnd = product->paid_vnd == 0 ? 0 : product->paid_vnd + product->paid_vnd / 4;
    }
    char *text = status == STATUS_OK && words.size > 0 ? arena_print(arena, "%.*s ", (int)words.size, words.data) : NULL;
    if (text == NULL)
        return STATUS_LIMIT;
    out->text = bytes_of(text);
    return STATUS_OK;
}

static enum status typed_draw(struct workload *workload, const struct analyzer *analyzer, struct random *random, struct bytes name,
                              struct bytes *out)
{
    struct bytes folded = {0};
    enum status status = fold_text(analyzer, name.data, name.size, &workload->arena, &folded);
    *out = folded.size > 0 ? start_of(random, folded, TYPED_BYTES_MAX) : (struct bytes){"a", 1};
    return status;
}

enum status workload_draw(struct workload *workload, const struct analyzer *analyzer, const struct sample *sample, size_t count,
                          uint64_t seed, struct error *error)
{
    *workload = (struct workload){.count = count};
    arena_init(&workload->arena, WORKLOAD_ARENA_BYTES);
    struct random random = random_stream(seed, 0);
    enum status status = STATUS_OK;
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++) {
        struct query *queries = arena_calloc(&workload->arena, count, sizeof *queries);
        workload->queries[class] = queries;
        for (size_t i = 0; queries != NULL && status == STATUS_OK && i < count; i++)
            status = query_draw(workload, analyzer, &random, (enum query_class) class,
                                &sample->products[random_below(&random, (uint32_t)sample->count)], &queries[i]);
        if (queries == NULL)
            status = STATUS_LIMIT;
    }
    workload->typed = arena_calloc(&workload->arena, count, sizeof *workload->typed);
    for (size_t i = 0; workload->typed != NULL && status == STATUS_OK && i < count; i++)
        status = typed_draw(workload, analyzer, &random, sample->products[random_below(&random, (uint32_t)sample->count)].name,
                            &workload->typed[i]);
    if (status != STATUS_OK || workload->typed == NULL)
        return error_set(error, STATUS_LIMIT, "the bench's queries need more than %d MB", WORKLOAD_ARENA_BYTES >> 20);
    return STATUS_OK;
}

void workload_release(struct workload *workload)
{
    arena_release(&workload->arena);
    *workload = (struct workload){0};
}

/* What a query sets besides its facets, as parameters: name and value. */
struct parameter {
    const char *name;
    struct bytes value;
};
enum { PARAMETERS_MAX = 6, NUMBER_BYTES = 24 };

static unsigned query_parameters(enum query_class class, const struct query *query, const char *facets, char number[NUMBER_BYTES],
                                 struct parameter out[PARAMETERS_MAX])
{
    unsigned count = 0;
    if (query->text.size > 0)
        out[count++] = (struct parameter){"q", query->text};
    if (query_classes[class].any)
        out[count++] = (struct parameter){"match", bytes_of("any")};
    if (query_classes[class].by_price)
        out[count++] = (struct parameter){"sort", bytes_of("priceAsc")};
    if (query->brand_slug.size > 0)
        out[count++] = (struct parameter){"brand", query->brand_slug};
    if (query->price_max_vnd > 0) {
        snprintf(number, NUMBER_BYTES, "%u", query->price_max_vnd);
        out[count++] = (struct parameter){"priceMax", bytes_of(number)};
    }
    if (facets != NULL)
        out[count++] = (struct parameter){"facets", bytes_of(facets)};
    return count;
}

/* The request keeps nothing of `number`: it is read as a number. */
enum status query_request(enum query_class class, const struct query *query, const char *facets, struct search_request *request,
                          struct error *error)
{
    struct parameter parameters[PARAMETERS_MAX];
    char number[NUMBER_BYTES];
    unsigned count = query_parameters(class, query, facets, number, parameters);
    enum status status = STATUS_OK;
    request_init(request);
    for (unsigned i = 0; status == STATUS_OK && i < count; i++)
        status = request_set(request, parameters[i].name, parameters[i].value, error);
    request->literal = facets == NULL;
    return status;
}

void query_target(enum query_class class, const struct query *query, const char *facets, struct buffer *target)
{
    struct parameter parameters[PARAMETERS_MAX];
    char number[NUMBER_BYTES];
    unsigned count = query_parameters(class, query, facets, number, parameters);
    target->size = 0;
    buffer_append_text(target, "/v1/search");
    for (unsigned i = 0; i < count; i++) {
        buffer_print(target, "%c%s=", i == 0 ? '?' : '&', parameters[i].name);
        for (size_t at = 0; at < parameters[i].value.size; at++)
            buffer_print(target, "%%%02X", (unsigned char)parameters[i].value.data[at]);
    }
    buffer_append_char(target, '\0');
}
