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

/* An entry while the list is sorted: moving these is cheaper than moving entries, and the prefix decides most comparisons. */
struct ranked_entry {
    uint64_t prefix; /* class and the first 7 bytes, as a number */
    uint32_t index;
    uint32_t size; /* of the term */
};
enum { RANK_BYTES = 7 };

static struct ranked_entry entry_rank(const struct forward_entry *entry, uint32_t index)
{
    unsigned char head[8] = {(unsigned char)entry->class};
    uint64_t prefix;
    if (entry->size > 0)
        memcpy(head + 1, entry->bytes, entry->size < RANK_BYTES ? entry->size : RANK_BYTES);
    memcpy(&prefix, head, sizeof prefix);
    return (struct ranked_entry){.prefix = __builtin_bswap64(prefix), .index = index, .size = entry->size};
}

static int rank_compare(const struct forward_entry *entries, const struct ranked_entry *a, const struct ranked_entry *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    if (a->size <= RANK_BYTES && b->size <= RANK_BYTES)
        return (a->size > b->size) - (a->size < b->size);
    return entry_compare(&entries[a->index], &entries[b->index]);
}

static void ranks_insert(const struct forward_entry *entries, struct ranked_entry *ranks, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct ranked_entry rank = ranks[i];
        uint32_t at = i;
        for (; at > 0 && rank_compare(entries, &rank, &ranks[at - 1]) < 0; at--)
            ranks[at] = ranks[at - 1];
        ranks[at] = rank;
    }
}

static void ranks_merge(const struct forward_entry *entries, const struct ranked_entry *from, uint32_t middle, uint32_t count,
                        struct ranked_entry *to)
{
    uint32_t left = 0, right = middle;
    for (uint32_t i = 0; i < count; i++)
        to[i] = right == count || (left < middle && rank_compare(entries, &from[right], &from[left]) >= 0) ? from[left++] : from[right++];
}

/* Short runs by insertion, then merged from the bottom up. Returns where the sorted ranks are: in `ranks` or in `spare`. */
static struct ranked_entry *ranks_sort(const struct forward_entry *entries, struct ranked_entry *ranks, struct ranked_entry *spare,
                                       uint32_t count)
{
    enum { RUN = 8 };
    for (uint32_t start = 0; start < count; start += RUN)
        ranks_insert(entries, ranks + start, count - start < RUN ? count - start : RUN);
    for (uint32_t width = RUN; width < count; width *= 2) {
        for (uint32_t start = 0; start < count; start += 2 * width) {
            uint32_t left = count - start;
            ranks_merge(entries, ranks + start, left < width ? left : width, left < 2 * width ? left : 2 * width, spare + start);
        }
        struct ranked_entry *swap = ranks;
        ranks = spare;
        spare = swap;
    }
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
    assert(count <= INT32_MAX);
    struct forward_entry *sorted = memory_alloc(count * (sizeof *sorted + 2 * sizeof(struct ranked_entry)));
    struct ranked_entry *ranks = (struct ranked_entry *)(void *)(sorted + count);
    for (uint32_t i = 0; i < count; i++) {
        struct forward_entry *entry = &list->entries[i];
        assert(entry->size <= TERM_BYTES_MAX && entry->impact > 0);
        entry->form = posting_form_normal(entry->class, entry->bytes, entry->size, entry->form);
        ranks[i] = entry_rank(entry, i);
    }
    ranks = ranks_sort(list->entries, ranks, ranks + count, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct forward_entry *entry = &list->entries[ranks[i].index];
        if (i > 0 && rank_compare(list->entries, &ranks[i - 1], &ranks[i]) == 0)
            entry_join(&sorted[kept - 1], entry);
        else
            sorted[kept++] = *entry;
    }
    memcpy(list->entries, sorted, kept * sizeof *sorted);
    list->count = kept;
    free(sorted);
}

static void form_encode(struct buffer *record, struct posting_form form)
{
    append_u8(record, form.several ? FORM_SEVERAL_BYTE : form.size);
    if (!form.several)
        buffer_append(record, form.bytes, form.size);
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

void forward_encode(struct buffer *record, const struct forward_list *list)
{
    append_varint(record, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct forward_entry *entry = &list->entries[i];
        bool has_form = entry->form.several || entry->form.size > 0;
        size_t shared = entry_shared(i == 0 ? NULL : entry - 1, entry), skipped = shared == 0 ? 0 : shared - 1;
        append_u8(record, (uint8_t)(shared | (has_form ? HEAD_FORM : 0U)));
        append_u8(record, (uint8_t)(1U + entry->size - shared));
        if (shared == 0)
            append_u8(record, (uint8_t)entry->class);
        buffer_append(record, entry->bytes + skipped, entry->size - skipped);
        append_u8(record, entry->impact);
        if (has_form)
            form_encode(record, entry->form);
    }
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
