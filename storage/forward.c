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

/* An entry's place, and its first bytes as a number that orders as they do: most comparisons end there. */
struct sort_item {
    uint64_t head;
    uint32_t place;
};

static uint64_t entry_head(const struct forward_entry *entry)
{
    unsigned char bytes[8] = {(unsigned char)entry->class};
    memcpy(bytes + 1, entry->bytes, entry->size < sizeof bytes - 1 ? entry->size : sizeof bytes - 1);
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        head = head << 8 | bytes[i];
    return head;
}

static bool item_after(const struct forward_entry *entries, struct sort_item a, struct sort_item b)
{
    return a.head != b.head ? a.head > b.head : entry_compare(&entries[a.place], &entries[b.place]) > 0;
}

/* Merges the sorted halves [low, middle) and [middle, high) of `from` into `to`. */
static void items_merge(const struct forward_entry *entries, const struct sort_item *from, struct sort_item *to, uint32_t low,
                        uint32_t middle, uint32_t high)
{
    uint32_t left = low, right = middle;
    for (uint32_t i = low; i < high; i++) {
        bool take_right = left == middle || (right < high && item_after(entries, from[left], from[right]));
        to[i] = take_right ? from[right++] : from[left++];
    }
}

/* A merge sort from the bottom up: a product's few hundred terms are sorted at every change of its text. */
static void entries_sort(struct forward_entry *entries, uint32_t count)
{
    struct sort_item *items = memory_alloc(2 * (size_t)count * sizeof *items), *from = items, *to = items + count;
    struct forward_entry *unsorted = memory_alloc(count * sizeof *entries);
    memcpy(unsorted, entries, count * sizeof *entries);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct sort_item){entry_head(&entries[i]), i};
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t low = 0; low < count; low += 2 * width) {
            uint64_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
            items_merge(unsorted, from, to, (uint32_t)low, (uint32_t)middle, (uint32_t)high);
        }
        struct sort_item *swapped = from;
        from = to;
        to = swapped;
    }
    for (uint32_t i = 0; i < count; i++)
        entries[i] = unsorted[from[i].place];
    free(unsorted);
    free(items);
}

void forward_sort(struct forward_list *list)
{
    uint32_t kept = 0;
    if (list->count == 0)
        return;
    for (uint32_t i = 0; i < list->count; i++) {
        struct forward_entry *entry = &list->entries[i];
        assert(entry->size <= TERM_BYTES_MAX && entry->impact > 0);
        entry->form = posting_form_normal(entry->class, entry->bytes, entry->size, entry->form);
    }
    entries_sort(list->entries, list->count);
    for (uint32_t i = 1; i < list->count; i++) {
        struct forward_entry *last = &list->entries[kept], *entry = &list->entries[i];
        if (entry_compare(last, entry) != 0) {
            list->entries[++kept] = *entry;
            continue;
        }
        if (entry->impact > last->impact)
            last->impact = entry->impact;
        if (!posting_form_equal(last->form, entry->form))
            last->form = (struct posting_form){.several = true};
    }
    list->count = kept + 1;
}

static void form_encode(struct buffer *record, struct posting_form form)
{
    append_u8(record, form.several ? FORM_SEVERAL_BYTE : form.size);
    if (!form.several)
        buffer_append(record, form.bytes, form.size);
}

void forward_encode(struct buffer *record, const struct forward_list *list)
{
    struct term_key last = {.size = 0};
    append_varint(record, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct forward_entry *entry = &list->entries[i];
        struct term_key key = term_key(entry->class, entry->bytes, entry->size);
        bool has_form = entry->form.several || entry->form.size > 0;
        size_t shared = 0;
        while (shared < last.size && shared < key.size && last.bytes[shared] == key.bytes[shared])
            shared++;
        append_u8(record, (uint8_t)(shared | (has_form ? HEAD_FORM : 0U)));
        append_u8(record, (uint8_t)(key.size - shared));
        buffer_append(record, key.bytes + shared, key.size - shared);
        append_u8(record, entry->impact);
        if (has_form)
            form_encode(record, entry->form);
        last = key;
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
