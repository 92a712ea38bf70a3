/* Forward lists.
 *
 *   key    := document u32be, part u16be           parts as in parts.h
 *   list   := count varint, count x entry          ascending by term (class, bytes), no two alike
 *   entry  := head u8, added u8, added x byte, impact u8, form
 *   head   := how many bytes the term shares with the one before (bits 0..6) + 0x80 when a form follows
 *   form   := nothing: none, or the folded key itself
 *           | 0xFF: several forms
 *           | size u8 (1..FORM_BYTES_MAX), bytes
 *
 * A term here is its class and its bytes in one: 1 to 65 bytes. The exact form is stored as text, since ordinals are the term's own affair. */
#include "storage/forward.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/parts.h"
#include "storage/posting_form.h"

enum { HEAD_SHARED = 0x7F, HEAD_FORM = 0x80, FORM_SEVERAL_BYTE = 0xFF, ENTRY_BYTES_MIN = 3 };
enum { ENTRY_BYTES_MAX = 4 + TERM_BYTES_MAX + 1 + FORM_BYTES_MAX };

static int entry_compare(const void *left, const void *right)
{
    const struct forward_entry *a = left, *b = right;
    unsigned char class_a = (unsigned char)a->class, class_b = (unsigned char)b->class;
    if (class_a != class_b)
        return class_a < class_b ? -1 : 1;
    size_t common = a->size < b->size ? a->size : b->size;
    int order = common == 0 ? 0 : memcmp(a->bytes, b->bytes, common);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* An entry while the list is sorted is one number: its class, the bits that begin its bytes, and where it stands. The first two decide most
 * comparisons. */
enum { INDEX_BITS = 20, RANK_BYTES = 8 };

static uint64_t entry_rank(const struct forward_entry *entry, uint32_t index)
{
    unsigned char head[RANK_BYTES] = {(unsigned char)entry->class};
    uint64_t rank;
    for (unsigned i = 0; i < entry->size && i < RANK_BYTES - 1; i++)
        head[1 + i] = (unsigned char)entry->bytes[i];
    memcpy(&rank, head, sizeof rank);
    return __builtin_bswap64(rank) >> INDEX_BITS << INDEX_BITS | index;
}

static uint32_t rank_index(uint64_t rank)
{
    return (uint32_t)(rank & ((1U << INDEX_BITS) - 1));
}

static bool ranks_alike(uint64_t a, uint64_t b)
{
    return a >> INDEX_BITS == b >> INDEX_BITS;
}

static void ranks_insert(uint64_t *ranks, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint64_t rank = ranks[i];
        uint32_t at = i;
        for (; at > 0 && rank < ranks[at - 1]; at--)
            ranks[at] = ranks[at - 1];
        ranks[at] = rank;
    }
}

/* No branch hangs on what is compared: the processor could not guess it. */
static void ranks_merge(const uint64_t *left, const uint64_t *middle, const uint64_t *end, uint64_t *to)
{
    const uint64_t *right = middle;
    while (left < middle && right < end) {
        uint64_t a = *left, b = *right, take_right = b < a;
        *to++ = a ^ ((a ^ b) & -take_right);
        left += take_right ^ 1;
        right += take_right;
    }
    memcpy(to, left, (size_t)(middle - left) * sizeof *to);
    memcpy(to + (middle - left), right, (size_t)(end - right) * sizeof *to);
}

/* What begins alike, by all its bytes. */
static void alike_insert(const struct forward_entry *entries, uint64_t *ranks, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint64_t rank = ranks[i];
        uint32_t at = i;
        for (; at > 0 && ranks_alike(rank, ranks[at - 1]); at--) {
            if (entry_compare(&entries[rank_index(rank)], &entries[rank_index(ranks[at - 1])]) >= 0)
                break;
            ranks[at] = ranks[at - 1];
        }
        ranks[at] = rank;
    }
}

/* Short runs by insertion, merged from the bottom up. Returns where the sorted ranks are: in `ranks` or in `spare`. */
static uint64_t *ranks_sort(const struct forward_entry *entries, uint64_t *ranks, uint64_t *spare, uint32_t count)
{
    enum { RUN = 4 };
    for (uint32_t start = 0; start < count; start += RUN)
        ranks_insert(ranks + start, count - start < RUN ? count - start : RUN);
    for (uint32_t width = RUN; width < count; width *= 2) {
        for (uint32_t start = 0; start < count; start += 2 * width) {
            uint32_t left = count - start;
            ranks_merge(ranks + start, ranks + start + (left < width ? left : width), ranks + start + (left < 2 * width ? left : 2 * width),
                        spare + start);
        }
        uint64_t *swap = ranks;
        ranks = spare;
        spare = swap;
    }
    alike_insert(entries, ranks, count);
    return ranks;
}

static void entry_join(struct forward_entry *into, const struct forward_entry *entry)
{
    if (entry->impact > into->impact)
        into->impact = entry->impact;
    if (!posting_form_equal(into->form, entry->form))
        into->form = (struct posting_form){.several = true};
}

void forward_sort(struct forward_list *list)
{
    uint32_t kept = 0, count = list->count;
    if (count == 0)
        return;
    assert(count < 1U << INDEX_BITS);
    struct forward_entry *sorted = memory_alloc(count * (sizeof *sorted + 2 * sizeof(uint64_t)));
    uint64_t *ranks = (uint64_t *)(void *)(sorted + count);
    for (uint32_t i = 0; i < count; i++) {
        struct forward_entry *entry = &list->entries[i];
        assert(entry->size <= TERM_BYTES_MAX && entry->impact > 0);
        entry->form = posting_form_normal(entry->class, entry->bytes, entry->size, entry->form);
        ranks[i] = entry_rank(entry, i);
    }
    ranks = ranks_sort(list->entries, ranks, ranks + count, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct forward_entry *entry = &list->entries[rank_index(ranks[i])];
        if (i > 0 && ranks_alike(ranks[i - 1], ranks[i]) && entry_compare(&sorted[kept - 1], entry) == 0)
            entry_join(&sorted[kept - 1], entry);
        else
            sorted[kept++] = *entry;
    }
    memcpy(list->entries, sorted, kept * sizeof *sorted);
    list->count = kept;
    free(sorted);
}

/* How many bytes of its key (class and bytes) an entry shares with the one before. */
static size_t entry_shared(const struct forward_entry *last, const struct forward_entry *entry)
{
    size_t shared = 0;
    if (last == NULL || last->class != entry->class)
        return 0;
    while (shared < last->size && shared < entry->size && last->bytes[shared] == entry->bytes[shared])
        shared++;
    return 1 + shared;
}

static unsigned char *form_encode(unsigned char *at, struct posting_form form)
{
    *at++ = form.several ? FORM_SEVERAL_BYTE : form.size;
    if (!form.several)
        memcpy(at, form.bytes, form.size);
    return form.several ? at : at + form.size;
}

static unsigned char *entry_encode(unsigned char *at, const struct forward_entry *last, const struct forward_entry *entry)
{
    bool has_form = entry->form.several || entry->form.size > 0;
    size_t shared = entry_shared(last, entry), skipped = shared == 0 ? 0 : shared - 1, added = entry->size - skipped;
    *at++ = (unsigned char)(shared | (has_form ? HEAD_FORM : 0U));
    *at++ = (unsigned char)(1U + entry->size - shared);
    if (shared == 0)
        *at++ = (unsigned char)entry->class;
    if (added > 0)
        memcpy(at, entry->bytes + skipped, added);
    at += added;
    *at++ = entry->impact;
    return has_form ? form_encode(at, entry->form) : at;
}

void forward_encode(struct buffer *record, const struct forward_list *list)
{
    append_varint(record, list->count);
    unsigned char *start = (unsigned char *)buffer_reserve(record, (size_t)list->count * ENTRY_BYTES_MAX), *at = start;
    for (uint32_t i = 0; i < list->count; i++)
        at = entry_encode(at, i == 0 ? NULL : &list->entries[i - 1], &list->entries[i]);
    record->size += (size_t)(at - start);
}

static enum status form_decode(struct byte_reader *reader, struct arena *arena, struct posting_form *form)
{
    uint8_t size = read_u8(reader);
    *form = (struct posting_form){0};
    if (size == FORM_SEVERAL_BYTE) {
        form->several = true;
        return STATUS_OK;
    }
    const unsigned char *bytes = read_span(reader, size);
    if (bytes == NULL || size == 0 || size > FORM_BYTES_MAX)
        return STATUS_CORRUPT;
    form->bytes = arena_copy(arena, bytes, size);
    form->size = size;
    return form->bytes == NULL ? STATUS_LIMIT : STATUS_OK;
}

/* The next term from the one before it, in `key`. False when it is none or does not ascend. */
static bool term_decode_next(struct byte_reader *reader, uint8_t head, struct term_key *key)
{
    size_t shared = head & HEAD_SHARED, added = read_u8(reader);
    const unsigned char *bytes = read_span(reader, added);
    if (bytes == NULL || added == 0 || shared > key->size || shared + added > TERM_KEY_BYTES_MAX)
        return false;
    if (shared < key->size && bytes[0] <= key->bytes[shared])
        return false;
    memcpy(key->bytes + shared, bytes, added);
    key->size = shared + added;
    return true;
}

static enum status entry_decode(struct byte_reader *reader, struct arena *arena, struct term_key *key, struct forward_entry *entry)
{
    uint8_t head = read_u8(reader);
    if (!term_decode_next(reader, head, key))
        return STATUS_CORRUPT;
    *entry = (struct forward_entry){.class = (enum term_class)key->bytes[0], .size = (uint8_t)(key->size - 1), .impact = read_u8(reader)};
    if (entry->impact == 0)
        return STATUS_CORRUPT;
    entry->bytes = arena_copy(arena, key->bytes + 1, entry->size);
    if (entry->bytes == NULL)
        return STATUS_LIMIT;
    return (head & HEAD_FORM) != 0 ? form_decode(reader, arena, &entry->form) : STATUS_OK;
}

enum status forward_decode(struct bytes record, struct arena *arena, struct forward_list *out)
{
    struct byte_reader reader = byte_reader(record.data, record.size);
    struct term_key key = {.size = 0};
    uint32_t count = read_varint(&reader);
    if (reader.failed || count == 0 || count > record.size / ENTRY_BYTES_MIN)
        return STATUS_CORRUPT;
    struct forward_entry *entries = arena_calloc(arena, count, sizeof *entries);
    if (entries == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        enum status status = entry_decode(&reader, arena, &key, &entries[i]);
        if (status != STATUS_OK)
            return status;
    }
    if (reader.failed || reader.next != reader.end)
        return STATUS_CORRUPT;
    *out = (struct forward_list){.entries = entries, .count = count};
    return STATUS_OK;
}

enum status forward_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct forward_list *out)
{
    unsigned char key[4];
    struct bytes record = {0};
    *out = (struct forward_list){0};
    key_put_u32(key, document);
    enum status status = parts_get(snapshot, DB_FORWARD, key, sizeof key, arena, &record);
    if (status == STATUS_OK)
        status = forward_decode(record, arena, out);
    if (status == STATUS_CORRUPT)
        return door_corrupt(snapshot, DB_FORWARD, key, sizeof key, "a forward list that does not decode");
    return status;
}

static bool entries_equal(const struct forward_entry *a, const struct forward_entry *b)
{
    return a->impact == b->impact && posting_form_equal(a->form, b->form);
}

/* Walks both lists in step; returns how many postings differ. */
static uint32_t lists_diff(struct batch *batch, uint32_t document, const struct forward_list *stored, const struct forward_list *list)
{
    const struct forward_entry *old = stored->entries, *new = list->entries;
    uint32_t changed = 0, i = 0, j = 0;
    while (i < stored->count || j < list->count) {
        int order = i == stored->count ? 1 : j == list->count ? -1 : entry_compare(&old[i], &new[j]);
        bool same = order == 0 && entries_equal(&old[i], &new[j]);
        if (order < 0)
            posting_del(batch, old[i].class, old[i].bytes, old[i].size, document);
        else if (!same)
            posting_put(batch, new[j].class, new[j].bytes, new[j].size, document, new[j].impact, new[j].form);
        changed += !same;
        i += order <= 0;
        j += order >= 0;
    }
    return changed;
}

static enum status list_store(struct batch *batch, uint32_t document, const struct forward_list *list, bool stored)
{
    unsigned char key[4];
    struct buffer record = {0};
    key_put_u32(key, document);
    if (list->count == 0)
        return stored ? parts_del(batch, DB_FORWARD, key, sizeof key) : STATUS_OK;
    forward_encode(&record, list);
    enum status status = parts_put(batch, DB_FORWARD, key, sizeof key, record.data, record.size);
    buffer_release(&record);
    return status;
}

enum status forward_replace(struct batch *batch, uint32_t document, const struct forward_list *list, struct arena *arena, uint32_t *changed)
{
    struct forward_list stored = {0};
    *changed = 0;
    for (uint32_t i = 1; i < list->count; i++)
        assert(entry_compare(&list->entries[i - 1], &list->entries[i]) < 0);
    enum status status = forward_get(&batch->view, document, arena, &stored);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *changed = lists_diff(batch, document, &stored, list);
    return *changed == 0 ? STATUS_OK : list_store(batch, document, list, status == STATUS_OK);
}

enum status forward_put(struct batch *batch, uint32_t document, struct bytes encoded)
{
    unsigned char key[4];
    key_put_u32(key, document);
    return parts_put(batch, DB_FORWARD, key, sizeof key, encoded.data, encoded.size);
}
