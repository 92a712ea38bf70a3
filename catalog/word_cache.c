#include "catalog/word_cache.h"

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

struct word_cache {
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

struct word_cache *word_cache_new(const struct analyzer *analyzer, size_t memory_bytes)
{
    struct word_cache *cache = memory_calloc(1, sizeof *cache);
    cache->analyzer = analyzer;
    cache->bytes_max = memory_bytes < WORD_CACHE_BYTES_MIN ? WORD_CACHE_BYTES_MIN : memory_bytes;
    arena_init(&cache->strings, SIZE_MAX);
    cache->slot_count = SLOTS_MIN;
    cache->slots = memory_calloc(cache->slot_count, sizeof *cache->slots);
    cache->text_room = TEXTS_MIN;
    cache->texts = memory_calloc(cache->text_room, sizeof *cache->texts);
    cache->met = memory_calloc(MET_ENTRIES, sizeof *cache->met);
    return cache;
}

void word_cache_free(struct word_cache *cache)
{
    if (cache == NULL)
        return;
    arena_release(&cache->strings);
    free(cache->words);
    free(cache->slots);
    free(cache->texts);
    free(cache->met);
    free(cache);
}

const struct analyzer *word_cache_analyzer(const struct word_cache *cache)
{
    return cache->analyzer;
}

size_t word_cache_bytes(const struct word_cache *cache)
{
    return cache->strings.used_bytes + cache->word_room * sizeof *cache->words + cache->slot_count * sizeof *cache->slots +
           cache->text_room * sizeof *cache->texts + MET_ENTRIES * sizeof *cache->met;
}

size_t word_cache_texts(const struct word_cache *cache)
{
    return cache->text_count;
}

static void word_cache_forget(struct word_cache *cache)
{
    struct word_cache *fresh = word_cache_new(cache->analyzer, cache->bytes_max);
    struct word_cache old = *cache;
    fresh->document = old.document;
    *cache = *fresh;
    *fresh = old;
    word_cache_free(fresh);
}

uint32_t word_cache_begin(struct word_cache *cache)
{
    if (word_cache_bytes(cache) > cache->bytes_max || cache->document == UINT32_MAX) {
        cache->document = cache->document == UINT32_MAX ? 0 : cache->document;
        word_cache_forget(cache);
    }
    return ++cache->document;
}

struct word *word_cache_word(struct word_cache *cache, uint32_t number)
{
    return &cache->words[number];
}

static void slots_grow(struct word_cache *cache)
{
    uint32_t count = cache->slot_count * 2;
    struct word_slot *slots = memory_calloc(count, sizeof *slots);
    for (uint32_t old = 0; old < cache->slot_count; old++) {
        uint32_t at = cache->slots[old].hash & (count - 1);
        if (cache->slots[old].number == 0)
            continue;
        while (slots[at].number != 0)
            at = (at + 1) & (count - 1);
        slots[at] = cache->slots[old];
    }
    free(cache->slots);
    cache->slots = slots;
    cache->slot_count = count;
}

static char *string_keep(struct word_cache *cache, const void *bytes, size_t size)
{
    char *kept = arena_alloc(&cache->strings, size);
    assert(kept != NULL);
    return memcpy(kept, bytes, size);
}

/* The slot of the word, or the free one where it belongs. */
static struct word_slot *slot_find(const struct word_cache *cache, const char *bytes, uint8_t size, uint32_t hash)
{
    uint32_t at = hash & (cache->slot_count - 1);
    for (;; at = (at + 1) & (cache->slot_count - 1)) {
        struct word_slot *slot = &cache->slots[at];
        if (slot->number == 0)
            return slot;
        const struct word *word = &cache->words[slot->number - 1];
        if (slot->hash == hash && word->size == size && memcmp(word->bytes, bytes, size) == 0)
            return slot;
    }
}

static uint32_t word_put(struct word_cache *cache, const char *bytes, uint8_t size)
{
    uint32_t hash = (uint32_t)XXH3_64bits(bytes, size);
    struct word_slot *slot = slot_find(cache, bytes, size, hash);
    if (slot->number != 0)
        return slot->number - 1;
    if (cache->word_count == cache->word_room) {
        cache->word_room = cache->word_room == 0 ? SLOTS_MIN / 2 : cache->word_room * 2;
        cache->words = memory_resize(cache->words, cache->word_room * sizeof *cache->words);
    }
    cache->words[cache->word_count] = (struct word){.bytes = string_keep(cache, bytes, size), .size = size};
    *slot = (struct word_slot){.hash = hash, .number = ++cache->word_count};
    if (cache->word_count >= cache->slot_count / 2)
        slots_grow(cache);
    return cache->word_count - 1;
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
static uint32_t folded_put(struct word_cache *cache, const char *bytes, uint8_t size)
{
    uint32_t number = word_put(cache, bytes, size);
    if (cache->words[number].prefix_count > 0)
        return number;
    for (unsigned letters = 1; letters <= PREFIX_LETTERS_MAX; letters++) {
        uint8_t part = prefix_size(bytes, size, letters);
        if (part == 0)
            break;
        uint32_t prefix = word_put(cache, bytes, part);
        cache->words[number].prefixes[cache->words[number].prefix_count++] = prefix;
    }
    return number;
}

static struct kept_text *text_find(const struct word_cache *cache, struct bytes text, uint64_t hash)
{
    size_t at = hash & (cache->text_room - 1);
    for (;; at = (at + 1) & (cache->text_room - 1)) {
        struct kept_text *kept = &cache->texts[at];
        if (kept->text == NULL || (kept->hash == hash && kept->size == text.size && memcmp(kept->text, text.data, text.size) == 0))
            return kept;
    }
}

static void texts_grow(struct word_cache *cache)
{
    struct kept_text *old = cache->texts;
    size_t room = cache->text_room;
    cache->text_room = room * 2;
    cache->texts = memory_calloc(cache->text_room, sizeof *cache->texts);
    for (size_t i = 0; i < room; i++)
        if (old[i].text != NULL)
            *text_find(cache, (struct bytes){old[i].text, old[i].size}, old[i].hash) = old[i];
    free(old);
}

static void text_keep(struct word_cache *cache, struct bytes text, uint64_t hash, const struct word_uses *uses)
{
    struct kept_text kept = {.hash = hash, .text = string_keep(cache, text.data, text.size), .size = text.size, .uses = *uses};
    kept.uses.uses = (const struct word_use *)(const void *)string_keep(cache, uses->uses, uses->count * sizeof *uses->uses);
    *text_find(cache, text, hash) = kept;
    if (++cache->text_count >= cache->text_room / 2)
        texts_grow(cache);
}

static enum status text_analyze(struct word_cache *cache, struct bytes text, struct arena *arena, struct word_uses *out)
{
    struct token_list list = {0};
    enum status status = analyze_document(cache->analyzer, text.data, text.size, arena, &list);
    struct word_use *uses = status == STATUS_OK ? arena_alloc(arena, list.count * sizeof *uses) : NULL;
    if (uses == NULL)
        return STATUS_LIMIT;
    *out = (struct word_uses){.uses = uses, .count = list.count};
    for (uint32_t i = 0; i < list.count; i++) {
        const struct token *token = &list.tokens[i];
        struct word_use use = {.folded = folded_put(cache, token->folded, token->folded_size), .part = token->part};
        bool plain = !token_is_marked(token);
        use.exact = plain ? use.folded : word_put(cache, token->exact, token->exact_size);
        out->length += !token->part;
        uses[i] = use;
    }
    return STATUS_OK;
}

enum status word_cache_read(struct word_cache *cache, struct bytes text, bool repeats, struct arena *arena, struct word_uses *out)
{
    *out = (struct word_uses){0};
    if (!repeats || text.size > WORD_CACHE_TEXT_BYTES_MAX || text.size == 0)
        return text_analyze(cache, text, arena, out);
    uint64_t hash = XXH3_64bits(text.data, text.size);
    const struct kept_text *kept = text_find(cache, text, hash);
    if (kept->text != NULL) {
        *out = kept->uses;
        return STATUS_OK;
    }
    enum status status = text_analyze(cache, text, arena, out);
    uint64_t *met = &cache->met[hash >> 32 & (MET_ENTRIES - 1)];
    if (status == STATUS_OK && *met == hash)
        text_keep(cache, text, hash, out);
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
