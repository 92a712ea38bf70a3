/* What a list's blocks hold, as postings in memory, and edits laid over them. */
#include <stdlib.h>

#include "storage/list_edit.h"
#include "storage/post_key.h"

void list_room(struct posting **array, size_t *room, size_t count)
{
    if (count <= *room)
        return;
    *room = count < 2 * PACKED_DOCUMENTS_MAX ? 2 * PACKED_DOCUMENTS_MAX : count * 2;
    *array = memory_resize(*array, *room * sizeof **array);
}

size_t list_merge(struct list_writer *writer, size_t old_count, const struct posting *puts, size_t put_count)
{
    list_room(&writer->merged, &writer->merged_room, old_count + put_count);
    const struct posting *old = writer->old, *old_end = old == NULL ? NULL : old + old_count, *puts_end = puts + put_count;
    struct posting *out = writer->merged;
    while (old != old_end || puts != puts_end) {
        if (puts == puts_end || (old != old_end && old->document < puts->document)) {
            *out++ = *old++;
            continue;
        }
        if (old != old_end && old->document == puts->document)
            old++;
        if (puts->impact > 0)
            *out++ = *puts;
        puts++;
    }
    return (size_t)(out - writer->merged);
}

static bool packed_load(struct list_writer *writer, uint32_t first, struct bytes payload, size_t *count)
{
    uint32_t documents[PACKED_DOCUMENTS_MAX];
    uint8_t impacts[PACKED_DOCUMENTS_MAX], forms[PACKED_DOCUMENTS_MAX];
    unsigned loaded = 0;
    if (packed_decode(first, payload.data, payload.size, documents, impacts, forms, &loaded) != STATUS_OK)
        return false;
    list_room(&writer->old, &writer->old_room, *count + loaded);
    for (unsigned i = 0; i < loaded; i++)
        writer->old[(*count)++] = (struct posting){.document = documents[i], .impact = impacts[i], .form = forms[i]};
    return true;
}

bool list_dense_load(struct list_writer *writer, uint32_t first, struct bytes payload, size_t *count)
{
    struct dense dense;
    if (dense_open(first, payload.data, payload.size, &dense) != STATUS_OK || dense_check(&dense) != STATUS_OK)
        return false;
    list_room(&writer->old, &writer->old_room, *count + dense.count);
    for (unsigned word = 0; word < dense.word_count; word++) {
        uint32_t documents[64];
        uint8_t impacts[64], forms[64];
        unsigned loaded = dense_unpack(&dense, word, word + 1, documents, impacts, forms);
        for (unsigned i = 0; i < loaded; i++)
            writer->old[(*count)++] = (struct posting){.document = documents[i], .impact = impacts[i], .form = forms[i]};
    }
    return true;
}

enum status list_block_damaged(struct list_writer *writer, uint32_t term_id, uint32_t first)
{
    struct post_key key = post_key(term_id, first);
    return door_corrupt(&writer->batch->view, DB_POST, key.bytes, sizeof key.bytes, "a posting block that does not decode");
}

enum status list_block_load(struct list_writer *writer, size_t *count)
{
    const struct door_cursor *cursor = &writer->cursor;
    uint32_t first = post_key_first(cursor->key);
    bool loaded =
        writer->is_dense ? list_dense_load(writer, first, cursor->payload, count) : packed_load(writer, first, cursor->payload, count);
    if (!loaded)
        return door_corrupt(&writer->batch->view, DB_POST, cursor->key.data, cursor->key.size, "a posting block that does not decode");
    return STATUS_OK;
}

bool list_changed(const struct list_writer *writer, size_t old_count, size_t merged_count)
{
    if (merged_count != old_count)
        return true;
    for (size_t i = 0; i < old_count; i++) {
        const struct posting *a = &writer->old[i], *b = &writer->merged[i];
        if (a->document != b->document || a->impact != b->impact || a->form != b->form)
            return true;
    }
    return false;
}
