#include "bench/generate_lists.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 8, LISTS_BYTES_MAX = 64 * 1024 * 1024, FIELD_NUMBER_MAX = 1000000 };

struct line_reader {
    struct bytes left;
    uint32_t number;
    uint32_t field_count;
    struct bytes fields[FIELDS_MAX];
};

/* Cuts the part before `separator` off the front of `left`; the whole when there is none. */
static struct bytes bytes_cut(struct bytes *left, const char *separator)
{
    size_t size = strlen(separator);
    const char *found = memmem(left->data, left->size, separator, size);
    struct bytes part = {left->data, found != NULL ? (size_t)(found - left->data) : left->size};
    size_t gone = part.size + (found != NULL ? size : 0);
    *left = (struct bytes){left->data + gone, left->size - gone};
    return part;
}

/* The next line that is neither empty nor a comment, split at its tabs. INVALID unless it has exactly `fields` fields, none empty. */
static enum status line_next(struct line_reader *reader, uint32_t fields, struct error *error)
{
    while (reader->left.size > 0) {
        struct bytes line = bytes_cut(&reader->left, "\n");
        reader->number++;
        if (line.size == 0 || line.data[0] == '#')
            continue;
        reader->field_count = 0;
        while (line.size > 0 && reader->field_count < fields) {
            struct bytes field = bytes_cut(&line, "\t");
            if (field.size == 0)
                return error_set(error, STATUS_INVALID, "an empty field; write - for nothing");
            reader->fields[reader->field_count++] = field;
        }
        if (reader->field_count != fields || line.size > 0)
            return error_set(error, STATUS_INVALID, "%u fields are wanted, separated by tabs", fields);
        return STATUS_OK;
    }
    return STATUS_END;
}

static bool number_parse(struct bytes text, uint32_t *out)
{
    uint32_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > FIELD_NUMBER_MAX)
            return false;
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    *out = number;
    return text.size > 0 && number <= FIELD_NUMBER_MAX;
}

static enum status number_bad(struct bytes text, struct error *error)
{
    return error_set(error, STATUS_INVALID, "%.*s is not a number from 0 to %d", (int)text.size, text.data, FIELD_NUMBER_MAX);
}

static struct word_list *words_find(struct lists *lists, struct bytes name)
{
    for (uint32_t i = 0; i < lists->word_count; i++)
        if (bytes_equal(lists->words[i].name, name))
            return &lists->words[i];
    return NULL;
}

const struct value_list *lists_words(const struct lists *lists, const char *name)
{
    for (uint32_t i = 0; i < lists->word_count; i++)
        if (bytes_are(lists->words[i].name, name))
            return &lists->words[i].list;
    return NULL;
}

static struct category_kind *category_find(struct lists *lists, struct bytes key)
{
    for (uint32_t i = 0; i < lists->category_count; i++)
        if (bytes_equal(lists->categories[i].key, key))
            return &lists->categories[i];
    return NULL;
}

static int spec_find(const struct category_kind *category, struct bytes key)
{
    for (uint32_t i = 0; i < category->spec_count; i++)
        if (bytes_equal(category->specs[i].key, key))
            return (int)i;
    return -1;
}

static enum status too_many(const char *what, struct error *error)
{
    return error_set(error, STATUS_LIMIT, "too many %s", what);
}

static enum status words_add(struct lists *lists, const struct bytes *fields, struct error *error)
{
    if (words_find(lists, fields[0]) != NULL)
        return error_set(error, STATUS_INVALID, "the list %.*s is there twice", (int)fields[0].size, fields[0].data);
    if (lists->word_count == LISTS_WORDS_MAX)
        return too_many("word lists", error);
    struct word_list *words = &lists->words[lists->word_count++];
    words->name = fields[0];
    return value_list_parse(fields[1], &lists->arena, &words->list, error);
}

static enum status category_add(struct lists *lists, const struct bytes *fields, struct error *error)
{
    if (category_find(lists, fields[0]) != NULL)
        return error_set(error, STATUS_INVALID, "the category %.*s is there twice", (int)fields[0].size, fields[0].data);
    if (lists->category_count == LISTS_CATEGORIES_MAX)
        return too_many("categories", error);
    struct category_kind *category = &lists->categories[lists->category_count];
    category->key = fields[0];
    category->sku = fields[3];
    struct bytes path = fields[1];
    while (path.size > 0) {
        if (category->levels == LISTS_LEVELS_MAX)
            return too_many("levels in a path", error);
        category->path[category->levels++] = bytes_cut(&path, " > ");
    }
    uint32_t weight = 0;
    if (!number_parse(fields[2], &weight) || weight == 0)
        return number_bad(fields[2], error);
    if (!number_parse(fields[4], &category->variants_percent))
        return number_bad(fields[4], error);
    lists->category_upto[lists->category_count] =
        weight + (lists->category_count > 0 ? lists->category_upto[lists->category_count - 1] : 0);
    lists->category_count++;
    return value_list_parse(fields[5], &lists->arena, &category->nouns, error);
}

/* "$85v" and so on. */
static enum status flags_parse(struct bytes flags, struct spec_kind *spec, struct error *error)
{
    spec->stated_percent = 100;
    for (size_t i = 0; i < flags.size && !bytes_are(flags, "-"); i++) {
        char flag = flags.data[i];
        if (flag == '$') {
            spec->prices = true;
        } else if (flag == 'v') {
            spec->varies = true;
        } else if (flag == 'h') {
            spec->hidden = true;
        } else if (flag == 'f') {
            spec->follows = true;
        } else {
            size_t digits = 0;
            while (i + digits < flags.size && flags.data[i + digits] >= '0' && flags.data[i + digits] <= '9')
                digits++;
            if (!number_parse((struct bytes){flags.data + i, digits}, &spec->stated_percent) || spec->stated_percent > 100)
                return error_set(error, STATUS_INVALID, "%.*s are not flags", (int)flags.size, flags.data);
            i += digits - 1;
        }
    }
    return STATUS_OK;
}

static enum status spec_values(struct lists *lists, struct bytes text, struct value_list *out, struct error *error)
{
    if (text.size == 0 || text.data[0] != '=')
        return value_list_parse(text, &lists->arena, out, error);
    const struct word_list *words = words_find(lists, (struct bytes){text.data + 1, text.size - 1});
    if (words == NULL)
        return error_set(error, STATUS_INVALID, "there is no word list %.*s", (int)text.size - 1, text.data + 1);
    *out = words->list;
    return STATUS_OK;
}

static enum status spec_put(struct category_kind *category, const struct spec_kind *spec, bool common, struct error *error)
{
    if (spec_find(category, spec->key) >= 0) {
        if (common)
            return STATUS_OK;
        return error_set(error, STATUS_INVALID, "%.*s has two specs %.*s", (int)category->key.size, category->key.data, (int)spec->key.size,
                         spec->key.data);
    }
    for (uint32_t i = 0; i < category->spec_count; i++)
        if (bytes_equal(category->specs[i].name, spec->name) && !category->specs[i].hidden && !spec->hidden)
            return error_set(error, STATUS_INVALID, "%.*s has two specs named %.*s", (int)category->key.size, category->key.data,
                             (int)spec->name.size, spec->name.data);
    if (category->spec_count == LISTS_SPECS_MAX)
        return too_many("specs in a category", error);
    category->specs[category->spec_count++] = *spec;
    return STATUS_OK;
}

static enum status spec_add(struct lists *lists, const struct bytes *fields, struct error *error)
{
    struct spec_kind spec = {.key = fields[1], .name = fields[2]};
    enum status status = flags_parse(fields[3], &spec, error);
    if (status == STATUS_OK && !bytes_are(fields[4], "-"))
        status = value_list_parse(fields[4], &lists->arena, &spec.units, error);
    if (status == STATUS_OK)
        status = spec_values(lists, fields[5], &spec.list, error);
    bool common = bytes_are(fields[0], "*");
    if (common)
        for (uint32_t i = 0; i < lists->category_count && status == STATUS_OK; i++)
            status = spec_put(&lists->categories[i], &spec, true, error);
    struct bytes keys = common ? (struct bytes){0} : fields[0];
    while (keys.size > 0 && status == STATUS_OK) {
        struct bytes key = bytes_cut(&keys, ",");
        struct category_kind *category = category_find(lists, key);
        if (category == NULL)
            return error_set(error, STATUS_INVALID, "there is no category %.*s", (int)key.size, key.data);
        status = spec_put(category, &spec, false, error);
    }
    return status;
}

struct names {
    struct lists *lists;
    const struct category_kind *category;
};

static bool name_resolve(const void *context, struct bytes name, struct piece *piece)
{
    static const struct {
        const char *name;
        enum piece_kind kind;
    } own[] = {{"brand", PIECE_BRAND}, {"line", PIECE_LINE}, {"code", PIECE_CODE}, {"noun", PIECE_NOUN}};
    const struct names *names = context;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (bytes_are(name, own[i].name)) {
            piece->kind = own[i].kind;
            return true;
        }
    }
    int spec = spec_find(names->category, name);
    if (spec >= 0) {
        piece->kind = PIECE_SPEC;
        piece->index = (uint32_t)spec;
        return true;
    }
    const struct word_list *words = words_find(names->lists, name);
    if (words == NULL)
        return false;
    piece->kind = PIECE_WORDS;
    piece->index = (uint32_t)(words - names->lists->words);
    return true;
}

static enum status overrides_parse(struct lists *lists, const struct category_kind *category, struct bytes text, struct model_line *line,
                                   struct error *error)
{
    while (text.size > 0 && !bytes_are(text, "-")) {
        struct bytes values = bytes_cut(&text, ";");
        struct bytes key = bytes_cut(&values, "=");
        int spec = spec_find(category, key);
        if (spec < 0)
            return error_set(error, STATUS_INVALID, "%.*s has no spec %.*s", (int)category->key.size, category->key.data, (int)key.size,
                             key.data);
        if (line->override_count == LISTS_OVERRIDES_MAX)
            return too_many("specs in a line", error);
        struct override *override = &line->overrides[line->override_count++];
        override->spec = (uint32_t)spec;
        enum status status = spec_values(lists, values, &override->list, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status template_or_none(struct lists *lists, const struct category_kind *category, struct bytes text, struct template *out,
                                    struct error *error)
{
    const struct names names = {lists, category};
    if (bytes_are(text, "-"))
        text.size = 0;
    return template_parse(text, name_resolve, &names, &lists->arena, out, error);
}

static enum status model_line_add(struct lists *lists, const struct bytes *fields, struct error *error)
{
    struct category_kind *category = category_find(lists, fields[0]);
    if (category == NULL)
        return error_set(error, STATUS_INVALID, "there is no category %.*s", (int)fields[0].size, fields[0].data);
    if (category->line_count == LISTS_LINES_MAX)
        return too_many("lines in a category", error);
    struct model_line *line = &category->lines[category->line_count];
    uint32_t weight = 0;
    if (!number_parse(fields[2], &weight) || weight == 0)
        return number_bad(fields[2], error);
    if (!number_parse(fields[5], &line->low_thousand) || !number_parse(fields[6], &line->high_thousand) || line->low_thousand == 0 ||
        line->high_thousand < line->low_thousand)
        return error_set(error, STATUS_INVALID, "the price range is two rising numbers from 1");
    if (!bytes_are(fields[1], "-"))
        line->brand = fields[1];
    category->line_upto[category->line_count] = weight + (category->line_count > 0 ? category->line_upto[category->line_count - 1] : 0);
    category->line_count++;
    enum status status = template_or_none(lists, category, fields[3], &line->name, error);
    if (status == STATUS_OK)
        status = template_or_none(lists, category, fields[4], &line->code, error);
    if (status == STATUS_OK)
        status = overrides_parse(lists, category, fields[7], line, error);
    return status;
}

static enum status text_put(struct lists *lists, struct category_kind *category, enum text_role role, struct bytes text,
                            struct error *error)
{
    struct text_pool *pool = &category->texts[role];
    if (pool->count == LISTS_TEXTS_MAX)
        return too_many("texts of one role in a category", error);
    return template_or_none(lists, category, text, &pool->templates[pool->count++], error);
}

static enum status text_add(struct lists *lists, const struct bytes *fields, struct error *error)
{
    static const char *const names[ROLE_COUNT] = {"name", "short", "open", "feature", "use", "close"};
    uint32_t role = 0;
    while (role < ROLE_COUNT && !bytes_are(fields[1], names[role]))
        role++;
    if (role == ROLE_COUNT)
        return error_set(error, STATUS_INVALID, "%.*s is not a role", (int)fields[1].size, fields[1].data);
    enum status status = STATUS_OK;
    bool common = bytes_are(fields[0], "*");
    if (common)
        for (uint32_t i = 0; i < lists->category_count && status == STATUS_OK; i++)
            status = text_put(lists, &lists->categories[i], (enum text_role)role, fields[2], error);
    struct bytes keys = common ? (struct bytes){0} : fields[0];
    while (keys.size > 0 && status == STATUS_OK) {
        struct bytes key = bytes_cut(&keys, ",");
        struct category_kind *category = category_find(lists, key);
        if (category == NULL)
            return error_set(error, STATUS_INVALID, "there is no category %.*s", (int)key.size, key.data);
        status = text_put(lists, category, (enum text_role)role, fields[2], error);
    }
    return status;
}

/* Every category can make a whole product. */
static enum status lists_check(const struct lists *lists, struct error *error)
{
    if (lists->category_count == 0)
        return error_set(error, STATUS_INVALID, "there is no category");
    for (uint32_t i = 0; i < lists->category_count; i++) {
        const struct category_kind *category = &lists->categories[i];
        bool whole = category->line_count > 0;
        for (uint32_t role = 0; role < ROLE_COUNT; role++)
            whole = whole && category->texts[role].count > 0;
        if (!whole)
            return error_set(error, STATUS_INVALID, "the category %.*s lacks a line or a text of some role", (int)category->key.size,
                             category->key.data);
    }
    return STATUS_OK;
}

enum status lists_init(struct lists *lists, const struct data_source sources[DATA_FILES], struct error *error)
{
    static const struct {
        uint32_t fields;
        enum status (*add)(struct lists *, const struct bytes *, struct error *);
    } readers[DATA_FILES] = {
        [DATA_WORDS] = {2, words_add},      [DATA_CATEGORIES] = {6, category_add}, [DATA_SPECS] = {6, spec_add},
        [DATA_LINES] = {8, model_line_add}, [DATA_TEXTS] = {3, text_add},
    };
    *lists = (struct lists){.categories = memory_calloc(LISTS_CATEGORIES_MAX, sizeof(struct category_kind))};
    arena_init(&lists->arena, LISTS_BYTES_MAX);
    for (size_t i = 0; i < DATA_FILES; i++) {
        struct line_reader reader = {.left = sources[i].text};
        struct error inner = {0};
        enum status status = STATUS_OK;
        while ((status = line_next(&reader, readers[i].fields, &inner)) == STATUS_OK &&
               (status = readers[i].add(lists, reader.fields, &inner)) == STATUS_OK)
            continue;
        if (status != STATUS_END)
            return error_set(error, status, "%s, line %u: %s", sources[i].name, reader.number, inner.text);
    }
    return lists_check(lists, error);
}

void lists_release(struct lists *lists)
{
    free(lists->categories);
    arena_release(&lists->arena);
    *lists = (struct lists){0};
}
