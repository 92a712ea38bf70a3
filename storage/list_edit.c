/* One term's edits applied to its list: the record read once, each touched block decoded and written once, the record written once.
 *
 * Up to TERM_INLINE_MAX postings live in the record; a list in blocks returns there below INLINE_AGAIN. A run of edits that falls into one
 * block makes a run of blocks: one when it fits, pieces of even size when not, and full blocks when it only appends to the list's end. A
 * block left with fewer than BLOCK_UNDERFULL takes in its neighbour. */
#include "storage/list_edit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/post_key.h"
#include "storage/term_record.h"

enum { INLINE_AGAIN = 24, BLOCK_UNDERFULL = 40 };
static const uint32_t no_block = UINT32_MAX; /* where the first document of a block is asked for */

enum status list_writer_open(struct list_writer *writer, struct batch *batch, const struct interner *forms)
{
    *writer = (struct list_writer){.batch = batch, .forms = forms};
    return door_cursor_open(&batch->view, DB_POST, &writer->cursor);
}

void list_writer_close(struct list_writer *writer)
{
    door_cursor_close(&writer->cursor);
    free(writer->old);
    free(writer->merged);
    free(writer->puts);
    buffer_release(&writer->table);
    buffer_release(&writer->record);
}

static void room_for(struct posting **array, size_t *room, size_t count)
{
    if (count <= *room)
        return;
    *room = count < 2 * PACKED_DOCUMENTS_MAX ? 2 * PACKED_DOCUMENTS_MAX : count * 2;
    *array = memory_resize(*array, *room * sizeof **array);
}

/* The ordinal of a form in the term's table, which grows while there is room. */
static uint8_t form_ordinal(struct list_writer *writer, struct term *term, struct bytes form)
{
    size_t at = 0;
    for (unsigned ordinal = 0; ordinal < term->form_count; ordinal++) {
        size_t size = (unsigned char)writer->table.data[at];
        if (size == form.size && (size == 0 || memcmp(writer->table.data + at + 1, form.data, size) == 0))
            return (uint8_t)ordinal;
        at += 1 + size;
    }
    if (term->form_count == TERM_FORMS_MAX || at + 1 + form.size > TERM_FORMS_BYTES_MAX)
        return FORM_OTHER;
    append_u8(&writer->table, (uint8_t)form.size);
    buffer_append(&writer->table, form.data, form.size);
    return (uint8_t)term->form_count++;
}

/* Edits to postings whose forms are ordinals of this term; impact 0 stays for those that go. */
static void edits_resolve(struct list_writer *writer, struct term *term, const struct posting_edit *edits, size_t count)
{
    uint32_t form = EDIT_FORM_NONE;
    uint8_t ordinal = FORM_NONE;
    room_for(&writer->puts, &writer->puts_room, count);
    for (size_t i = 0; i < count; i++) {
        if (edits[i].form != form && edits[i].impact > 0) {
            form = edits[i].form;
            if (form == EDIT_FORM_NONE)
                ordinal = FORM_NONE;
            else if (form == EDIT_FORM_SEVERAL)
                ordinal = FORM_SEVERAL;
            else
                ordinal = form_ordinal(writer, term, interner_get(writer->forms, form));
        }
        writer->puts[i] = (struct posting){.document = edits[i].document, .impact = edits[i].impact, .form = ordinal};
    }
}

static uint8_t impacts_max(const struct posting *postings, size_t count, uint8_t max)
{
    for (size_t i = 0; i < count; i++)
        if (postings[i].impact > max)
            max = postings[i].impact;
    return max;
}

/* Old postings with the puts laid over them, into writer->merged. Returns how many there are. */
static size_t merge(struct list_writer *writer, size_t old_count, const struct posting *puts, size_t put_count)
{
    room_for(&writer->merged, &writer->merged_room, old_count + put_count);
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

static enum status block_put(struct list_writer *writer, uint32_t term_id, const struct posting *postings, unsigned count)
{
    unsigned char block[PACKED_BYTES_MAX];
    struct post_key key = post_key(term_id, postings[0].document);
    size_t size = packed_encode(postings, count, block);
    return door_put(writer->batch, DB_POST, key.bytes, sizeof key.bytes, block, size);
}

static enum status block_del(struct list_writer *writer, uint32_t term_id, uint32_t first)
{
    struct post_key key = post_key(term_id, first);
    return door_del(writer->batch, DB_POST, key.bytes, sizeof key.bytes);
}

/* All of writer->merged as blocks: full ones, or the fewest of even size. */
static enum status blocks_put(struct list_writer *writer, uint32_t term_id, size_t count, bool full)
{
    size_t pieces = (count + PACKED_DOCUMENTS_MAX - 1) / PACKED_DOCUMENTS_MAX;
    const struct posting *next = writer->merged;
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && count > 0; pieces--) {
        size_t size = full ? PACKED_DOCUMENTS_MAX : (count + pieces - 1) / pieces;
        if (size > count)
            size = count;
        status = block_put(writer, term_id, next, (unsigned)size);
        next += size;
        count -= size;
    }
    return status;
}

/* Whether the cursor, after a move, stands on a block of the list. A list's end is a normal answer. */
static enum status cursor_first(struct list_writer *writer, uint32_t term_id, enum status status, uint32_t *first)
{
    *first = no_block;
    if (status == STATUS_OK && post_key_is_of(writer->cursor.key, term_id))
        *first = post_key_first(writer->cursor.key);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status cursor_at_or_behind(struct list_writer *writer, uint32_t term_id, uint32_t document, uint32_t *first)
{
    struct post_key key = post_key(term_id, document);
    return cursor_first(writer, term_id, door_cursor_seek(&writer->cursor, key.bytes, sizeof key.bytes), first);
}

static enum status cursor_at_or_before(struct list_writer *writer, uint32_t term_id, uint32_t document, uint32_t *first)
{
    struct post_key key = post_key(term_id, document);
    return cursor_first(writer, term_id, door_cursor_seek_back(&writer->cursor, key.bytes, sizeof key.bytes), first);
}

/* Appends the block under the cursor to writer->old. */
static enum status block_load(struct list_writer *writer, size_t *count)
{
    uint32_t documents[PACKED_DOCUMENTS_MAX];
    uint8_t impacts[PACKED_DOCUMENTS_MAX], forms[PACKED_DOCUMENTS_MAX];
    unsigned loaded = 0;
    const struct door_cursor *cursor = &writer->cursor;
    if (packed_decode(post_key_first(cursor->key), cursor->payload.data, cursor->payload.size, documents, impacts, forms, &loaded) !=
        STATUS_OK)
        return door_corrupt(&writer->batch->view, DB_POST, cursor->key.data, cursor->key.size, "a posting block that does not decode");
    room_for(&writer->old, &writer->old_room, *count + loaded);
    for (unsigned i = 0; i < loaded; i++)
        writer->old[(*count)++] = (struct posting){.document = documents[i], .impact = impacts[i], .form = forms[i]};
    return STATUS_OK;
}

/* A run of blocks in hand: loaded into writer->old, their edits merged into writer->merged. */
struct run {
    uint32_t term_id;
    uint32_t first; /* the key of the one block of it that is still stored, no_block when none is */
    uint32_t next;  /* the first document of the block behind, no_block at the end */
    size_t old_count, merged_count;
    const struct posting *puts;
    size_t put_count, puts_left;
};

/* Takes the edits that fall before the next block. */
static void run_merge(struct list_writer *writer, struct run *run)
{
    while (run->put_count < run->puts_left && run->puts[run->put_count].document < run->next)
        run->put_count++;
    run->merged_count = merge(writer, run->old_count, run->puts, run->put_count);
}

static enum status run_begin(struct list_writer *writer, struct run *run)
{
    enum status status = cursor_at_or_before(writer, run->term_id, run->puts[0].document, &run->first);
    if (status == STATUS_OK && run->first == no_block)
        status = cursor_at_or_behind(writer, run->term_id, 0, &run->first);
    run->next = no_block;
    if (status == STATUS_OK && run->first != no_block) {
        status = block_load(writer, &run->old_count);
        if (status == STATUS_OK)
            status = cursor_first(writer, run->term_id, door_cursor_next(&writer->cursor), &run->next);
    }
    if (status == STATUS_OK)
        run_merge(writer, run);
    return status;
}

/* Takes the block behind into the run. */
static enum status run_take_next(struct list_writer *writer, struct run *run)
{
    uint32_t taken = run->next;
    enum status status = cursor_at_or_behind(writer, run->term_id, taken, &run->next);
    if (status == STATUS_OK)
        status = block_load(writer, &run->old_count);
    if (status == STATUS_OK)
        status = block_del(writer, run->term_id, taken);
    if (status == STATUS_OK)
        status = cursor_at_or_behind(writer, run->term_id, taken, &run->next);
    if (status == STATUS_OK)
        run_merge(writer, run);
    return status;
}

/* A last block that shrank joins the one before it when both fit into one. */
static enum status run_take_previous(struct list_writer *writer, struct run *run)
{
    uint32_t previous = no_block;
    if (run->first == 0 || run->first == no_block)
        return STATUS_OK;
    enum status status = cursor_at_or_before(writer, run->term_id, run->first - 1, &previous);
    if (status != STATUS_OK || previous == no_block)
        return status;
    size_t count = 0;
    status = block_load(writer, &count);
    if (status != STATUS_OK || count + run->merged_count > PACKED_DOCUMENTS_MAX)
        return status;
    room_for(&writer->merged, &writer->merged_room, count + run->merged_count);
    memmove(writer->merged + count, writer->merged, run->merged_count * sizeof *writer->merged);
    memcpy(writer->merged, writer->old, count * sizeof *writer->old);
    run->merged_count += count;
    status = block_del(writer, run->term_id, run->first);
    run->first = previous;
    return status;
}

static bool run_changed(const struct list_writer *writer, const struct run *run)
{
    if (run->merged_count != run->old_count)
        return true;
    for (size_t i = 0; i < run->old_count; i++) {
        const struct posting *a = &writer->old[i], *b = &writer->merged[i];
        if (a->document != b->document || a->impact != b->impact || a->form != b->form)
            return true;
    }
    return false;
}

static enum status run_write(struct list_writer *writer, const struct run *run, bool appends)
{
    enum status status = STATUS_OK;
    bool first_stays = run->merged_count > 0 && writer->merged[0].document == run->first;
    if (run->first != no_block && !first_stays)
        status = block_del(writer, run->term_id, run->first);
    return status == STATUS_OK ? blocks_put(writer, run->term_id, run->merged_count, appends) : status;
}

/* One run of edits from `puts` on; `*taken` says how many it used, `*grown` how many postings the list gained. */
static enum status run_apply(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t left, size_t *taken,
                             int64_t *grown)
{
    struct run run = {.term_id = term_id, .puts = puts, .puts_left = left};
    enum status status = run_begin(writer, &run);
    if (status == STATUS_OK && run.first != no_block && !run_changed(writer, &run)) {
        *taken = run.put_count;
        return STATUS_OK;
    }
    while (status == STATUS_OK && run.merged_count < BLOCK_UNDERFULL && run.next != no_block)
        status = run_take_next(writer, &run);
    if (status != STATUS_OK)
        return status;
    *taken = run.put_count;
    *grown += (int64_t)run.merged_count - (int64_t)run.old_count;
    bool appends = run.next == no_block && (run.old_count == 0 || puts[0].document > writer->old[run.old_count - 1].document);
    bool shrank = run.merged_count < run.old_count && run.merged_count > 0 && run.merged_count < BLOCK_UNDERFULL;
    if (run.next == no_block && shrank)
        status = run_take_previous(writer, &run);
    return status == STATUS_OK ? run_write(writer, &run, appends) : status;
}

/* Loads every block of the list into writer->merged and deletes them. */
static enum status blocks_take(struct list_writer *writer, struct term *term)
{
    size_t count = 0;
    uint32_t first = no_block;
    enum status status = cursor_at_or_behind(writer, term->id, 0, &first);
    while (status == STATUS_OK && first != no_block) {
        status = block_load(writer, &count);
        if (status == STATUS_OK)
            status = block_del(writer, term->id, first);
        if (status == STATUS_OK)
            status = cursor_at_or_behind(writer, term->id, first, &first);
    }
    if (status == STATUS_OK && count != term->df)
        return door_corrupt(&writer->batch->view, DB_TERM, writer->key.data, writer->key.size,
                            "a document count that its list does not have");
    if (status == STATUS_OK)
        (void)merge(writer, count, NULL, 0);
    return status;
}

static enum status blocks_apply(struct list_writer *writer, struct term *term, size_t count)
{
    int64_t grown = 0;
    enum status status = STATUS_OK;
    for (size_t done = 0, taken = 0; status == STATUS_OK && done < count; done += taken)
        status = run_apply(writer, term->id, writer->puts + done, count - done, &taken, &grown);
    if (status != STATUS_OK)
        return status;
    int64_t df = (int64_t)term->df + grown;
    if (df < 0 || df > INT32_MAX)
        return door_corrupt(&writer->batch->view, DB_TERM, writer->key.data, writer->key.size,
                            "a document count that its list does not have");
    term->df = (uint32_t)df;
    term->impact_max = impacts_max(writer->puts, count, term->impact_max);
    if (term->df >= INLINE_AGAIN)
        return STATUS_OK;
    term->has_blocks = false;
    return blocks_take(writer, term);
}

/* An inline list, or one that begins. */
static enum status inline_apply(struct list_writer *writer, struct term *term, bool exists, size_t count)
{
    size_t old_count = exists ? term->df : 0;
    enum status status = STATUS_OK;
    room_for(&writer->old, &writer->old_room, old_count);
    for (unsigned i = 0; i < old_count; i++)
        writer->old[i] = term_inline_posting(term, i);
    size_t merged = merge(writer, old_count, writer->puts, count);
    assert(merged <= INT32_MAX);
    term->df = (uint32_t)merged;
    if (!exists && merged > 0)
        status = batch_take(writer->batch, COUNTER_TERM, 1, &term->id);
    if (status != STATUS_OK || merged <= TERM_INLINE_MAX)
        return status;
    term->has_blocks = true;
    term->impact_max = impacts_max(writer->merged, merged, 0);
    return blocks_put(writer, term->id, merged, true);
}

static enum status record_write(struct list_writer *writer, struct term *term, bool exists)
{
    unsigned char postings[TERM_INLINE_MAX * INLINE_POSTING_BYTES];
    size_t old_size = writer->record.size;
    if (term->df == 0)
        return exists ? door_del(writer->batch, DB_TERM, writer->key.data, writer->key.size) : STATUS_OK;
    term->forms = (const unsigned char *)writer->table.data;
    term->forms_size = writer->table.size;
    if (!term->has_blocks) {
        term->impact_max = impacts_max(writer->merged, term->df, 0);
        for (unsigned i = 0; i < term->df; i++) {
            unsigned char *at = postings + (size_t)i * INLINE_POSTING_BYTES;
            memcpy(at, &writer->merged[i].document, sizeof writer->merged[i].document);
            at[4] = writer->merged[i].impact;
            at[5] = writer->merged[i].form;
        }
        term->postings = postings;
    }
    term_encode(&writer->record, term);
    const char *record = writer->record.data + old_size;
    size_t size = writer->record.size - old_size;
    if (size == old_size && memcmp(writer->record.data, record, size) == 0)
        return STATUS_OK;
    return door_put(writer->batch, DB_TERM, writer->key.data, writer->key.size, record, size);
}

/* The record as stored, copied, since the writes to come end what LMDB lends. */
static enum status record_read(struct list_writer *writer, struct bytes key, struct term *term, bool *exists)
{
    struct bytes stored = {0};
    writer->key = key;
    writer->record.size = 0;
    writer->table.size = 0;
    *term = (struct term){0};
    enum status status = door_get(&writer->batch->view, DB_TERM, key.data, key.size, &stored);
    *exists = status == STATUS_OK;
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    buffer_append(&writer->record, stored.data, stored.size);
    if (term_decode(stored, term) != STATUS_OK)
        return door_corrupt(&writer->batch->view, DB_TERM, key.data, key.size, "a term record that does not decode");
    buffer_append(&writer->table, term->forms, term->forms_size);
    return STATUS_OK;
}

enum status list_apply(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count)
{
    struct term term;
    bool exists = false;
    enum status status = record_read(writer, key, &term, &exists);
    if (status != STATUS_OK)
        return status;
    edits_resolve(writer, &term, edits, count);
    status = term.has_blocks ? blocks_apply(writer, &term, count) : inline_apply(writer, &term, exists, count);
    return status == STATUS_OK ? record_write(writer, &term, exists) : status;
}

enum status list_build(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count)
{
    struct term term = {0};
    writer->key = key;
    writer->record.size = 0;
    writer->table.size = 0;
    edits_resolve(writer, &term, edits, count);
    enum status status = inline_apply(writer, &term, false, count);
    return status == STATUS_OK ? record_write(writer, &term, false) : status;
}
