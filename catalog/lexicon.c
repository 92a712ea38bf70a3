#include "catalog/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    SLOTS_MIN = 1024,
    TEXTS_MIN = 256,
    MET_ENTRIES = 1 << 14, /* hashes of texts met once, each in its own place: only what comes again is kept */
};

struct word_slot {
    uint32_t hash;
    uint32_t number; /* of the word plus one; 0: free */
};

struct kept_text {
    uint64_t hash;
    const char *text; /* NULL: free */
    size_t size;
    struct word_uses uses;
};

struct lexicon {
    const struct analyzer *analyzer;
    size_t bytes_max;
    struct arena strings; /* words, texts and their uses */
    struct word *words;
    uint32_t word_count, word_room;
    struct word_slot *slots; /* a power of two, at most half of them taken */
    uint32_t slot_count;
    struct kept_text *texts; /* a power of two, at most half of them taken */
    size_t text_count, text_room;
    uint64_t *met;
    uint32_t document;
};

struct lexicon *lexicon_new(const struct analyzer *analyzer, size_t memory_bytes)
{
    struct lexicon *lexicon = memory_calloc(1, sizeof *lexicon);
    lexicon->analyzer = analyzer;
    lexicon->bytes_max = memory_bytes < LEXICON_BYTES_MIN ? LEXICON_BYTES_MIN : memory_bytes;
    arena_init(&lexicon->strings, SIZE_MAX);
    lexicon->slot_count = SLOTS_MIN;
    lexicon->slots = memory_calloc(lexicon->slot_count, sizeof *lexicon->slots);
    lexicon->text_room = TEXTS_MIN;
    lexicon->texts = memory_calloc(lexicon->text_room, sizeof *lexicon->texts);
    lexicon->met = memory_calloc(MET_ENTRIES, sizeof *lexicon->met);
    return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (lexicon == NULL)
        return;
    arena_release(&lexicon->strings);
    free(lexicon->words);
    free(lexicon->slots);
    free(lexicon->texts);
    free(lexicon->met);
    free(lexicon);
}

const struct analyzer *lexicon_analyzer(const struct lexicon *lexicon)
{
    return lexicon->analyzer;
}

size_t lexicon_bytes(const struct lexicon *lexicon)
{
    return lexicon->strings.used_bytes + lexicon->word_room * sizeof *lexicon->words + lexicon->slot_count * sizeof *lexicon->slots +
           lexicon->text_room * sizeof *lexicon->texts + MET_ENTRIES * sizeof *lexicon->met;
}

size_t lexicon_texts(const struct lexicon *lexicon)
{
    return lexicon->text_count;
}

static void lexicon_forget(struct lexicon *lexicon)
{
    struct lexicon *fresh = lexicon_new(lexicon->analyzer, lexicon->bytes_max);
    struct lexicon old = *lexicon;
    fresh->document = old.document;
    *lexicon = *fresh;
    *fresh = old;
    lexicon_free(fresh);
}

uint32_t lexicon_begin(struct lexicon *lexicon)
{
    if (lexicon_bytes(lexicon) > lexicon->bytes_max || lexicon->document == UINT32_MAX) {
        lexicon->document = lexicon->document == UINT32_MAX ? 0 : lexicon->document;
        lexicon_forget(lexicon);
    }
    return ++lexicon->document;
}

struct word *lexicon_word(struct lexicon *lexicon, uint32_t number)
{
    return &lexicon->words[number];
}

static void slots_grow(struct lexicon *lexicon)
{
    uint32_t count = lexicon->slot_count * 2;
    struct word_slot *slots = memory_calloc(count, sizeof *slots);
    for (uint32_t old = 0; old < lexicon->slot_count; old++) {
        uint32_t at = lexicon->slots[old].hash & (count - 1);
        if (lexicon->slots[old].number == 0)
            continue;
        while (slots[at].number != 0)
            at = (at + 1) & (count - 1);
        slots[at] = lexicon->slots[old];
    }
    free(lexicon->slots);
    lexicon->slots = slots;
    lexicon->slot_count = count;
}

static char *string_keep(struct lexicon *lexicon, const void *bytes, size_t size)
{
    char *kept = arena_alloc(&lexicon->strings, size);
    assert(kept != NULL);
    return memcpy(kept, bytes, size);
}

/* The slot of the word, or the free one where it belongs. */
static struct word_slot *slot_find(const struct lexicon *lexicon, const char *bytes, uint8_t size, uint32_t hash)
{
    uint32_t at = hash & (lexicon->slot_count - 1);
    for (;; at = (at + 1) & (lexicon->slot_count - 1)) {
        struct word_slot *slot = &lexicon->slots[at];
        if (slot->number == 0)
            return slot;
        const struct word *word = &lexicon->words[slot->number - 1];
        if (slot->hash == hash && word->size == size && memcmp(word->bytes, bytes, size) == 0)
            return slot;
    }
}

static uint32_t word_put(struct lexicon *lexicon, const char *bytes, uint8_t size)
{
    uint32_t hash = (uint32_t)XXH3_64bits(bytes, size);
    struct word_slot *slot = slot_find(lexicon, bytes, size, hash);
    if (slot->number != 0)
        return slot->number - 1;
    if (lexicon->word_count == lexicon->word_room) {
        lexicon->word_room = lexicon->word_room == 0 ? SLOTS_MIN / 2 : lexicon->word_room * 2;
        lexicon->words = memory_resize(lexicon->words, lexicon->word_room * sizeof *lexicon->words);
    }
    lexicon->words[lexicon->word_count] = (struct word){.bytes = string_keep(lexicon, bytes, size), .size = size};
    *slot = (struct word_slot){.hash = hash, .number = ++lexicon->word_count};
    if (lexicon->word_count >= lexicon->slot_count / 2)
        slots_grow(lexicon);
    return lexicon->word_count - 1;
}

/* The bytes of the first `letters` letters, 0 when the word has fewer. */
static uint8_t prefix_size(const char *bytes, size_t size, unsigned letters)
{
    size_t at = 0;
    for (unsigned i = 0; i < letters; i++) {
        if (at >= size)
            return 0;
        at++;
        while (at < size && ((unsigned char)bytes[at] & 0xC0) == 0x80)
            at++;
    }
    return (uint8_t)at;
}

/* A word that is looked up by its beginnings. */
static uint32_t folded_put(struct lexicon *lexicon, const char *bytes, uint8_t size)
{
    uint32_t number = word_put(lexicon, bytes, size);
    if (lexicon->words[number].prefix_count > 0)
        return number;
    for (unsigned letters = 1; letters <= PREFIX_LETTERS_MAX; letters++) {
        uint8_t part = prefix_size(bytes, size, letters);
        if (part == 0)
            break;
        uint32_t prefix = word_put(lexicon, bytes, part);
        lexicon->words[number].prefixes[lexicon->words[number].prefix_count++] = prefix;
    }
    return number;
}

static struct kept_text *text_find(const struct lexicon *lexicon, struct bytes text, uint64_t hash)
{
    size_t at = hash & (lexicon->text_room - 1);
    for (;; at = (at + 1) & (lexicon->text_room - 1)) {
        struct kept_text *kept = &lexicon->texts[at];
        if (kept->text == NULL || (kept->hash == hash && kept->size == text.size && memcmp(kept->text, text.data, text.size) == 0))
            return kept;
    }
}

static void texts_grow(struct lexicon *lexicon)
{
    struct kept_text *old = lexicon->texts;
    size_t room = lexicon->text_room;
    lexicon->text_room = room * 2;
    lexicon->texts = memory_calloc(lexicon->text_room, sizeof *lexicon->texts);
    for (size_t i = 0; i < room; i++)
        if (old[i].text != NULL)
            *text_find(lexicon, (struct bytes){old[i].text, old[i].size}, old[i].hash) = old[i];
    free(old);
}

static void text_keep(struct lexicon *lexicon, struct bytes text, uint64_t hash, const struct word_uses *uses)
{
    struct kept_text kept = {.hash = hash, .text = string_keep(lexicon, text.data, text.size), .size = text.size, .uses = *uses};
    kept.uses.uses = (const struct word_use *)(const void *)string_keep(lexicon, uses->uses, uses->count * sizeof *uses->uses);
    *text_find(lexicon, text, hash) = kept;
    if (++lexicon->text_count >= lexicon->text_room / 2)
        texts_grow(lexicon);
}

static enum status text_analyze(struct lexicon *lexicon, struct bytes text, struct arena *arena, struct word_uses *out)
{
    struct token_list list = {0};
    enum status status = analyze(lexicon->analyzer, text.data, text.size, arena, &list);
    struct word_use *uses = status == STATUS_OK ? arena_alloc(arena, list.count * sizeof *uses) : NULL;
    if (uses == NULL)
        return STATUS_LIMIT;
    *out = (struct word_uses){.uses = uses, .count = list.count};
    for (uint32_t i = 0; i < list.count; i++) {
        const struct token *token = &list.tokens[i];
        struct word_use use = {.folded = folded_put(lexicon, token->folded, token->folded_size), .part = token->part};
        bool plain = token->exact_size == token->folded_size && memcmp(token->exact, token->folded, token->folded_size) == 0;
        use.exact = plain ? use.folded : word_put(lexicon, token->exact, token->exact_size);
        out->length += !token->part;
        uses[i] = use;
    }
    return STATUS_OK;
}

enum status lexicon_read(struct lexicon *lexicon, struct bytes text, bool repeats, struct arena *arena, struct word_uses *out)
{
    *out = (struct word_uses){0};
    if (!repeats || text.size > LEXICON_TEXT_BYTES_MAX || text.size == 0)
        return text_analyze(lexicon, text, arena, out);
    uint64_t hash = XXH3_64bits(text.data, text.size);
    const struct kept_text *kept = text_find(lexicon, text, hash);
    if (kept->text != NULL) {
        *out = kept->uses;
        return STATUS_OK;
    }
    enum status status = text_analyze(lexicon, text, arena, out);
    uint64_t *met = &lexicon->met[hash >> 32 & (MET_ENTRIES - 1)];
    if (status == STATUS_OK && *met == hash)
        text_keep(lexicon, text, hash, out);
    *met = hash;
    return status;
}

/* A capital X may be a sign of multiplication that belongs to the number before the stop. */
size_t sentence_size(struct bytes text)
{
    for (size_t at = 0; at + 2 < text.size; at++) {
        const char *stop = memchr(text.data + at, '.', text.size - 2 - at);
        if (stop == NULL)
            break;
        at = (size_t)(stop - text.data);
        if (stop[1] == ' ' && stop[2] >= 'A' && stop[2] <= 'Z' && stop[2] != 'X')
            return at + 2;
    }
    return text.size;
}

bool sentences_are_apart(struct bytes text)
{
    const char *end = text.data + text.size;
    if (memchr(text.data, '"', text.size) != NULL || memchr(text.data, 0xEF, text.size) != NULL)
        return false;
    for (const char *at = text.data; (at = memchr(at, 0xE2, (size_t)(end - at))) != NULL; at++)
        if (end - at >= 3 && (memcmp(at, "\u201C", 3) == 0 || memcmp(at, "\u201D", 3) == 0))
            return false;
    return true;
}
