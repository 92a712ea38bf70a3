/* Lists in memory, and the runs they become.
 *
 *   key     := class u8, bytes                              as in term.c
 *   value   := posting *                                    ascending by document
 *   posting := document less the one before varint, impact u8, form
 *   form    := nothing in classes without forms | varint: 0 none, 1 several, else 2 + the form's number in its inverter
 *
 * The first document of a value is counted from 0. In memory a list is a chain of slices in one block, each ending in the place of the next;
 * slices double in size, so that a rare term wastes little and a frequent one has few. */
#include "storage/inverter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "storage/inverter_run.h"
#include "storage/posting_form.h"
#include "storage/term_record.h"

enum {
    SLICE_BYTES_MIN = 16,
    SLICE_BYTES_MAX = 1024,
    LINK_BYTES = 4,
    POSTING_BYTES_MAX = 11,
    SLOTS_MIN = 4096,
    PREFETCH_AHEAD = 6,
    BLOCK_UNIT = 8, /* places in the block are counted in these: 32 GiB */
};

struct listed_term {
    uint32_t key;   /* place of: size u8, key */
    uint32_t first; /* place of the first slice */
    uint32_t last_document;
    uint32_t slice;      /* place of the last slice */
    uint16_t used;       /* bytes of it */
    uint16_t slice_size; /* its bytes, the link's included */
};

struct term_slot {
    uint32_t hash;
    uint32_t number; /* of the term plus one; 0: free */
};

struct inverter {
    struct inverter_run run;
    struct env *env;
    char *block;
    size_t room, used; /* bytes */
    size_t memory_bytes;
    struct listed_term *terms;
    uint32_t term_count, term_room;
    struct term_slot *slots;
    uint32_t slot_count; /* a power of two, at most half of them taken */
    uint32_t *hashes;    /* of the document in hand */
    size_t hash_room;
    uint64_t count;
};

struct inverter *inverter_new(struct env *env, size_t memory_bytes)
{
    struct inverter *inverter = memory_calloc(1, sizeof *inverter);
    const size_t most = (size_t)UINT32_MAX * BLOCK_UNIT;
    inverter->env = env;
    inverter->run.file.file = -1;
    inverter->memory_bytes = memory_bytes < INVERTER_BYTES_MIN ? INVERTER_BYTES_MIN : memory_bytes > most ? most : memory_bytes;
    inverter->room = inverter->memory_bytes / BLOCK_UNIT * BLOCK_UNIT;
    inverter->block = memory_alloc(inverter->room);
    inverter->slot_count = SLOTS_MIN;
    inverter->slots = memory_calloc(inverter->slot_count, sizeof *inverter->slots);
    return inverter;
}

void inverter_free(struct inverter *inverter)
{
    if (inverter == NULL)
        return;
    run_file_close(&inverter->run.file);
    interner_release(&inverter->run.forms);
    free(inverter->block);
    free(inverter->terms);
    free(inverter->slots);
    free(inverter->hashes);
    free(inverter);
}

void inverter_shrink(struct inverter *inverter)
{
    assert(inverter->term_count == 0);
    free(inverter->block);
    free(inverter->terms);
    free(inverter->slots);
    free(inverter->hashes);
    inverter->block = NULL;
    inverter->terms = NULL;
    inverter->slots = NULL;
    inverter->hashes = NULL;
}

uint64_t inverter_count(const struct inverter *inverter)
{
    return inverter->count;
}

struct inverter_run *inverter_run(struct inverter *inverter)
{
    return &inverter->run;
}

static char *place(const struct inverter *inverter, uint32_t at)
{
    return inverter->block + (size_t)at * BLOCK_UNIT;
}

static uint32_t place_take(struct inverter *inverter, size_t size)
{
    uint32_t at = (uint32_t)(inverter->used / BLOCK_UNIT);
    inverter->used += (size + BLOCK_UNIT - 1) / BLOCK_UNIT * BLOCK_UNIT;
    assert(inverter->used <= inverter->room);
    return at;
}

static void slots_grow(struct inverter *inverter)
{
    uint32_t count = inverter->slot_count * 2;
    struct term_slot *slots = memory_calloc(count, sizeof *slots);
    for (uint32_t old = 0; old < inverter->slot_count; old++) {
        if (inverter->slots[old].number == 0)
            continue;
        uint32_t slot = inverter->slots[old].hash & (count - 1);
        while (slots[slot].number != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = inverter->slots[old];
    }
    free(inverter->slots);
    inverter->slots = slots;
    inverter->slot_count = count;
}

static struct listed_term *term_add(struct inverter *inverter, const struct forward_entry *entry)
{
    if (inverter->term_count == inverter->term_room) {
        inverter->term_room = inverter->term_room == 0 ? SLOTS_MIN / 2 : inverter->term_room * 2;
        inverter->terms = memory_resize(inverter->terms, inverter->term_room * sizeof *inverter->terms);
    }
    struct listed_term *term = &inverter->terms[inverter->term_count++];
    *term = (struct listed_term){.key = place_take(inverter, (size_t)2 + entry->size), .slice_size = SLICE_BYTES_MIN};
    char *stored = place(inverter, term->key);
    stored[0] = (char)(1 + entry->size);
    stored[1] = (char)entry->class;
    if (entry->size > 0)
        memcpy(stored + 2, entry->bytes, entry->size);
    term->first = term->slice = place_take(inverter, SLICE_BYTES_MIN);
    return term;
}

static bool term_is(const struct inverter *inverter, const struct listed_term *term, const struct forward_entry *entry)
{
    const char *stored = place(inverter, term->key);
    return stored[0] == (char)(1 + entry->size) && stored[1] == (char)entry->class && memcmp(stored + 2, entry->bytes, entry->size) == 0;
}

static struct listed_term *term_find(struct inverter *inverter, const struct forward_entry *entry, uint32_t hash)
{
    if (inverter->term_count >= inverter->slot_count / 2)
        slots_grow(inverter);
    uint32_t slot = hash & (inverter->slot_count - 1);
    for (; inverter->slots[slot].number != 0; slot = (slot + 1) & (inverter->slot_count - 1)) {
        if (inverter->slots[slot].hash != hash)
            continue;
        struct listed_term *term = &inverter->terms[inverter->slots[slot].number - 1];
        if (term_is(inverter, term, entry))
            return term;
    }
    struct listed_term *term = term_add(inverter, entry);
    inverter->slots[slot] = (struct term_slot){.hash = hash, .number = inverter->term_count};
    return term;
}

static void list_append(struct inverter *inverter, struct listed_term *term, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        size_t free = (size_t)(term->slice_size - LINK_BYTES - term->used), part = size < free ? size : free;
        memcpy(place(inverter, term->slice) + term->used, bytes, part);
        term->used = (uint16_t)(term->used + part);
        bytes += part;
        size -= part;
        if (size == 0)
            return;
        uint16_t larger = term->slice_size < SLICE_BYTES_MAX ? (uint16_t)(term->slice_size * 2) : SLICE_BYTES_MAX;
        uint32_t next = place_take(inverter, larger);
        memcpy(place(inverter, term->slice) + term->slice_size - LINK_BYTES, &next, sizeof next);
        term->slice = next;
        term->slice_size = larger;
        term->used = 0;
    }
}

static size_t varint_put(unsigned char *at, uint32_t value)
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        at[size++] = (unsigned char)(value | 0x80);
    at[size++] = (unsigned char)value;
    return size;
}

static void posting_add(struct inverter *inverter, uint32_t document, const struct forward_entry *entry, uint32_t hash)
{
    unsigned char posting[POSTING_BYTES_MAX];
    struct listed_term *term = term_find(inverter, entry, hash);
    size_t size = varint_put(posting, document - term->last_document);
    term->last_document = document;
    posting[size++] = entry->impact;
    if (term_class_has_forms(entry->class)) {
        uint32_t form = entry->form.several ? RUN_FORM_SEVERAL : RUN_FORM_NONE;
        if (!entry->form.several && entry->form.size > 0)
            form = RUN_FORM_FIRST + interner_put(&inverter->run.forms, entry->form.bytes, entry->form.size);
        size += varint_put(posting + size, form);
    }
    list_append(inverter, term, posting, size);
    inverter->count++;
}

/* Nearly every lookup misses the processor's cache: the slots of the whole list are asked for first, then the terms a few entries ahead. */
static void hashes_make(struct inverter *inverter, const struct forward_list *list)
{
    if (list->count > inverter->hash_room) {
        inverter->hash_room = list->count * 2;
        inverter->hashes = memory_resize(inverter->hashes, inverter->hash_room * sizeof *inverter->hashes);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const struct forward_entry *entry = &list->entries[i];
        inverter->hashes[i] = (uint32_t)XXH3_64bits_withSeed(entry->bytes, entry->size, (XXH64_hash_t)entry->class);
        __builtin_prefetch(&inverter->slots[inverter->hashes[i] & (inverter->slot_count - 1)]);
    }
}

static void term_prefetch(const struct inverter *inverter, uint32_t hash)
{
    const struct term_slot *slot = &inverter->slots[hash & (inverter->slot_count - 1)];
    if (slot->number != 0)
        __builtin_prefetch(&inverter->terms[slot->number - 1]);
}

/* What a document may take at most, every term being new. */
static size_t document_bytes_max(const struct forward_list *list)
{
    enum { TERM_BYTES = 1 + TERM_KEY_BYTES_MAX + BLOCK_UNIT + SLICE_BYTES_MIN + SLICE_BYTES_MAX };
    return (size_t)list->count * TERM_BYTES;
}

/* Terms, slots and, while they are sorted, their ranks. */
static size_t table_bytes(const struct inverter *inverter)
{
    return (size_t)inverter->term_room * (sizeof *inverter->terms + 2 * sizeof(uint64_t)) +
           (size_t)inverter->slot_count * sizeof *inverter->slots;
}

enum status inverter_add(struct inverter *inverter, uint32_t document, const struct forward_list *list)
{
    size_t needed = document_bytes_max(list);
    if (inverter->used + table_bytes(inverter) + needed > inverter->memory_bytes && inverter->term_count > 0) {
        enum status status = inverter_end(inverter);
        if (status != STATUS_OK)
            return status;
    }
    if (needed > inverter->room) { /* one document larger than the bound */
        inverter->room = (needed + BLOCK_UNIT - 1) / BLOCK_UNIT * BLOCK_UNIT;
        inverter->block = memory_resize(inverter->block, inverter->room);
    }
    hashes_make(inverter, list);
    for (uint32_t i = 0; i < list->count; i++) {
        if (i + PREFETCH_AHEAD < list->count)
            term_prefetch(inverter, inverter->hashes[i + PREFETCH_AHEAD]);
        posting_add(inverter, document, &list->entries[i], inverter->hashes[i]);
    }
    return STATUS_OK;
}

struct term_rank {
    uint64_t prefix; /* the key's first 8 bytes as a number: decides most comparisons */
    uint32_t number;
};

static struct bytes term_key_at(const struct inverter *inverter, uint32_t number)
{
    const char *stored = place(inverter, inverter->terms[number].key);
    return (struct bytes){stored + 1, (unsigned char)stored[0]};
}

static int rank_compare(const void *left, const void *right, void *inverter)
{
    const struct term_rank *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return bytes_compare(term_key_at(inverter, a->number), term_key_at(inverter, b->number));
}

static struct term_rank *terms_ranked(struct inverter *inverter)
{
    struct term_rank *ranks = memory_alloc(inverter->term_count * sizeof *ranks);
    for (uint32_t number = 0; number < inverter->term_count; number++) {
        struct bytes key = term_key_at(inverter, number);
        uint64_t prefix = 0;
        memcpy(&prefix, key.data, key.size < sizeof prefix ? key.size : sizeof prefix);
        ranks[number] = (struct term_rank){.prefix = __builtin_bswap64(prefix), .number = number};
    }
    qsort_r(ranks, inverter->term_count, sizeof *ranks, rank_compare, inverter);
    return ranks;
}

/* The list's slices joined. */
static void list_join(const struct inverter *inverter, const struct listed_term *term, struct buffer *out)
{
    uint32_t at = term->first;
    out->size = 0;
    for (size_t size = SLICE_BYTES_MIN; at != term->slice; size = size < SLICE_BYTES_MAX ? size * 2 : SLICE_BYTES_MAX) {
        const char *slice = place(inverter, at);
        buffer_append(out, slice, size - LINK_BYTES);
        memcpy(&at, slice + size - LINK_BYTES, sizeof at);
    }
    buffer_append(out, place(inverter, at), term->used);
}

enum status inverter_end(struct inverter *inverter)
{
    struct run_file *file = &inverter->run.file;
    struct buffer list = {0};
    if (inverter->term_count == 0)
        return STATUS_OK;
    enum status status = file->file >= 0 ? STATUS_OK : run_file_open(file, inverter->env);
    if (status != STATUS_OK)
        return status;
    struct term_rank *ranks = terms_ranked(inverter);
    run_begin(file);
    for (uint32_t i = 0; status == STATUS_OK && i < inverter->term_count; i++) {
        list_join(inverter, &inverter->terms[ranks[i].number], &list);
        status = run_append(file, term_key_at(inverter, ranks[i].number), (struct bytes){list.data, list.size});
    }
    if (status == STATUS_OK)
        status = run_end(file);
    free(ranks);
    buffer_release(&list);
    inverter->used = 0;
    inverter->term_count = 0;
    memset(inverter->slots, 0, inverter->slot_count * sizeof *inverter->slots);
    return status;
}
