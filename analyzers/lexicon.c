/* Entries lie sorted by their first word; a hash of that word finds where its entries begin. */
#include "analyzers/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/tables.h"

struct phrase {
    struct bytes text;
    const struct token *words[LEXICON_WORDS_MAX]; /* the whole tokens */
    uint16_t count;
    struct token_list tokens;
};

struct entry {
    const struct phrase *phrase;
    struct lexicon_hit hit;
    uint32_t order; /* of reading */
};

struct lexicon {
    const struct analyzer *analyzer;
    struct arena arena;
    struct entry *entries;
    uint32_t count, room;
    uint32_t *slots; /* open addressing, a power of two: the first entry of a first word, plus 1 */
    uint32_t slot_count;
};

static struct bytes word_key(const struct token *word)
{
    return (struct bytes){word->folded, word->folded_size};
}

static uint32_t key_hash(struct bytes key)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* The slot where the entries of a first word are, or would be. */
static uint32_t *slot_find(const struct lexicon *lexicon, struct bytes key)
{
    uint32_t at = key_hash(key) & (lexicon->slot_count - 1);
    while (lexicon->slots[at] != 0 && !bytes_equal(word_key(lexicon->entries[lexicon->slots[at] - 1].phrase->words[0]), key))
        at = (at + 1) & (lexicon->slot_count - 1);
    return &lexicon->slots[at];
}

static int entry_compare(const void *left, const void *right)
{
    const struct entry *one = left, *other = right;
    int order = bytes_compare(word_key(one->phrase->words[0]), word_key(other->phrase->words[0]));
    if (order != 0)
        return order;
    if (one->phrase->count != other->phrase->count)
        return one->phrase->count > other->phrase->count ? -1 : 1;
    return (one->order > other->order) - (one->order < other->order);
}

static void lexicon_index(struct lexicon *lexicon)
{
    uint32_t room = 16;
    while (room < lexicon->count * 2)
        room *= 2;
    if (lexicon->count > 0)
        qsort(lexicon->entries, lexicon->count, sizeof *lexicon->entries, entry_compare);
    lexicon->slots = memory_calloc(room, sizeof *lexicon->slots);
    lexicon->slot_count = room;
    for (uint32_t i = 0; i < lexicon->count; i++) {
        uint32_t *slot = slot_find(lexicon, word_key(lexicon->entries[i].phrase->words[0]));
        if (*slot == 0)
            *slot = i + 1;
    }
}

/* Cuts the part before `separator` off the front of `left`; the whole when there is none. */
static struct bytes bytes_cut(struct bytes *left, char separator)
{
    const char *found = left->size == 0 ? NULL : memchr(left->data, separator, left->size);
    struct bytes part = {left->data, found != NULL ? (size_t)(found - left->data) : left->size};
    size_t gone = part.size + (found != NULL);
    *left = (struct bytes){left->data + gone, left->size - gone};
    return part;
}

static enum status phrase_read(struct lexicon *lexicon, struct bytes text, struct phrase **out, struct error *error)
{
    struct phrase *phrase = arena_calloc(&lexicon->arena, 1, sizeof *phrase);
    char *copy = arena_copy(&lexicon->arena, text.data, text.size);
    if (phrase == NULL || copy == NULL)
        return error_set(error, STATUS_LIMIT, "the lists are too large");
    if (!text_is_valid(text.data, text.size))
        return error_set(error, STATUS_INVALID, "a phrase is not UTF-8");
    phrase->text = (struct bytes){copy, text.size};
    enum status status = analyze(lexicon->analyzer, copy, text.size, &lexicon->arena, &phrase->tokens);
    if (status != STATUS_OK)
        return error_set(error, status, "the lists are too large");
    if (phrase->tokens.positions == 0 || phrase->tokens.positions > LEXICON_WORDS_MAX)
        return error_set(error, STATUS_INVALID, "a phrase has 1 to %d words: \"%s\"", LEXICON_WORDS_MAX, copy);
    for (uint32_t i = 0; i < phrase->tokens.count; i++)
        if (!phrase->tokens.tokens[i].part)
            phrase->words[phrase->count++] = &phrase->tokens.tokens[i];
    *out = phrase;
    return STATUS_OK;
}

static void entry_add(struct lexicon *lexicon, enum lexicon_list list, const struct phrase *phrase, struct bytes value,
                      const struct token_list *tokens)
{
    if (lexicon->count == lexicon->room) {
        lexicon->room = lexicon->room == 0 ? 1024 : lexicon->room * 2;
        lexicon->entries = memory_resize(lexicon->entries, lexicon->room * sizeof *lexicon->entries);
    }
    lexicon->entries[lexicon->count] = (struct entry){
        .phrase = phrase,
        .hit = {.list = (uint8_t)list, .words = phrase->count, .value = value, .tokens = tokens},
        .order = lexicon->count,
    };
    lexicon->count++;
}

static enum status slug_read(struct lexicon *lexicon, struct bytes text, struct bytes *out, struct error *error)
{
    const char *copy = arena_copy(&lexicon->arena, text.data, text.size);
    if (copy == NULL)
        return error_set(error, STATUS_LIMIT, "the lists are too large");
    if (text.size == 0 || strspn(copy, "abcdefghijklmnopqrstuvwxyz0123456789-") != text.size)
        return error_set(error, STATUS_INVALID, "a slug is made of a-z, 0-9 and hyphens: \"%s\"", copy);
    *out = (struct bytes){copy, text.size};
    return STATUS_OK;
}

static void group_add(struct lexicon *lexicon, enum lexicon_list list, struct phrase *const *phrases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (i != j && (list == LEXICON_SYNONYMS || i < j))
                entry_add(lexicon, list, phrases[i], phrases[j]->text, &phrases[j]->tokens);
}

static bool fields_fit(enum lexicon_list list, size_t count)
{
    switch (list) {
    case LEXICON_ABBREVIATIONS:
        return count == 2;
    case LEXICON_FILLERS:
    case LEXICON_ACCESSORIES:
        return count == 1;
    default:
        return count >= 2;
    }
}

static enum status line_read(struct lexicon *lexicon, enum lexicon_list list, struct bytes line, struct error *error)
{
    struct phrase *phrases[LEXICON_PHRASES_MAX] = {0};
    struct bytes slug = {0};
    size_t count = 0, fields = 0;
    enum status status = STATUS_OK;
    bool sluggish = list == LEXICON_COLOURS || list == LEXICON_LINES;
    for (bool more = true; more && status == STATUS_OK; fields++) {
        struct bytes field = bytes_cut(&line, '\t');
        more = field.data + field.size != line.data;
        if (count == LEXICON_PHRASES_MAX)
            return error_set(error, STATUS_INVALID, "more than %d phrases on a line", LEXICON_PHRASES_MAX);
        status = sluggish && fields == 0 ? slug_read(lexicon, field, &slug, error) : phrase_read(lexicon, field, &phrases[count++], error);
    }
    if (status != STATUS_OK)
        return status;
    if (!fields_fit(list, fields))
        return error_set(error, STATUS_INVALID, "the wrong number of fields: %zu", fields);
    if (list == LEXICON_SYNONYMS || list == LEXICON_ABBREVIATIONS) {
        group_add(lexicon, list, phrases, count);
        return STATUS_OK;
    }
    for (size_t i = 0; i < count; i++)
        entry_add(lexicon, list, phrases[i], slug, NULL);
    return STATUS_OK;
}

static enum status source_read(struct lexicon *lexicon, const struct lexicon_source *source, struct error *error)
{
    struct bytes left = source->text;
    for (unsigned number = 1; left.size > 0; number++) {
        struct error inner = {0};
        struct bytes line = bytes_cut(&left, '\n');
        if (line.size == 0 || line.data[0] == '#')
            continue;
        enum status status = line_read(lexicon, source->list, line, &inner);
        if (status != STATUS_OK)
            return error_set(error, status, "%s, line %u: %s", source->name, number, inner.text);
    }
    return STATUS_OK;
}

enum status lexicon_new(const struct analyzer *analyzer, const struct lexicon_source *sources, size_t count, struct lexicon **out,
                        struct error *error)
{
    struct lexicon *lexicon = memory_calloc(1, sizeof *lexicon);
    enum status status = STATUS_OK;
    *out = NULL;
    lexicon->analyzer = analyzer;
    arena_init(&lexicon->arena, LEXICON_BYTES_MAX);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = source_read(lexicon, &sources[i], error);
    if (status != STATUS_OK) {
        lexicon_free(lexicon);
        return status;
    }
    lexicon_index(lexicon);
    *out = lexicon;
    return STATUS_OK;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (lexicon == NULL)
        return;
    arena_release(&lexicon->arena);
    free(lexicon->entries);
    free(lexicon->slots);
    free(lexicon);
}

const struct lexicon *analyzer_lexicon(const struct analyzer *analyzer)
{
    return analyzer->lexicon;
}

/* How a typed word relates to the one that is written; CONTRADICT also when it is another word. */
static enum marks word_compare(const struct token *typed, const struct token *written)
{
    if (!bytes_equal(word_key(typed), word_key(written)))
        return MARKS_CONTRADICT;
    struct bytes exact = {typed->exact, typed->exact_size}, wanted = {written->exact, written->exact_size};
    if (bytes_equal(exact, wanted))
        return MARKS_EXACT;
    return bytes_equal(exact, word_key(typed)) ? MARKS_BARE : marks_compare(exact.data, exact.size, wanted.data, wanted.size);
}

/* The whole tokens from `at` on, at most LEXICON_WORDS_MAX. */
static unsigned words_gather(const struct token_list *tokens, uint32_t at, const struct token **out)
{
    unsigned count = 0;
    for (uint32_t i = at; i < tokens->count && count < LEXICON_WORDS_MAX; i++)
        if (!tokens->tokens[i].part)
            out[count++] = &tokens->tokens[i];
    return count;
}

/* The same for a phrase at the start of `words`. */
static enum marks phrase_compare(const struct phrase *phrase, const struct token *const *words, unsigned count)
{
    bool marked = false, missing = false;
    if (phrase->count > count)
        return MARKS_CONTRADICT;
    for (unsigned i = 0; i < phrase->count; i++) {
        enum marks marks = word_compare(words[i], phrase->words[i]);
        if (marks == MARKS_CONTRADICT)
            return marks;
        marked = marked || marks == MARKS_SUBSET || (marks == MARKS_EXACT && token_is_marked(words[i]));
        missing = missing || marks != MARKS_EXACT;
    }
    if (!missing)
        return MARKS_EXACT;
    return marked ? MARKS_SUBSET : MARKS_BARE;
}

static struct lexicon_hit *hit_known(struct lexicon_hit *hits, unsigned count, const struct lexicon_hit *hit)
{
    for (unsigned i = 0; i < count; i++)
        if (hits[i].list == hit->list && bytes_equal(hits[i].value, hit->value))
            return &hits[i];
    return NULL;
}

/* Of two phrases for one value, dt and đt, it is the one that was typed. */
static void hit_again(struct lexicon_hit *known, const struct lexicon_hit *hit, enum marks marks)
{
    if (marks == MARKS_EXACT && hit->tokens != NULL && hit->words == known->words)
        known->marks = MARKS_EXACT;
}

unsigned lexicon_find(const struct lexicon *lexicon, const struct token_list *tokens, uint32_t at, struct lexicon_hit *out, unsigned room)
{
    const struct token *words[LEXICON_WORDS_MAX] = {0};
    unsigned found = 0;
    assert(at < tokens->count && !tokens->tokens[at].part);
    struct bytes key = word_key(&tokens->tokens[at]);
    uint32_t first = *slot_find(lexicon, key);
    if (first == 0)
        return 0;
    unsigned count = words_gather(tokens, at, words);
    for (uint32_t i = first - 1; i < lexicon->count && found < room; i++) {
        const struct entry *entry = &lexicon->entries[i];
        if (!bytes_equal(word_key(entry->phrase->words[0]), key))
            break;
        enum marks marks = phrase_compare(entry->phrase, words, count);
        struct lexicon_hit *known = hit_known(out, found, &entry->hit);
        if (known != NULL)
            hit_again(known, &entry->hit, marks);
        if (known != NULL || marks == MARKS_CONTRADICT)
            continue;
        out[found] = entry->hit;
        out[found++].marks = (uint8_t)marks;
    }
    return found;
}
