/* One term's edits applied to its list: the record read once, each touched block decoded and written once, the record written once.
 *
 * Up to TERM_INLINE_MAX postings live in the record; a list in blocks returns there below INLINE_AGAIN. Its blocks are DENSE from one
 * document in DENSE_FROM on, of all that have numbers, and PACKED again below one in DENSE_UNTIL; which it is is decided when the list is
 * written. The change from one form to another reads the whole list and writes it anew.
 *
 * In a PACKED list, a run of edits that falls into one block makes a run of blocks: one when it fits, pieces of even size when not, and
 * full blocks when it only appends to the list's end. A block left with fewer than BLOCK_UNDERFULL takes in its neighbour. DENSE lists
 * are edited in dense_edit.c. */
#include "storage/list_edit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/post_key.h"
#include "storage/term_record.h"
#include "storage/vocabulary_row.h"

enum { INLINE_AGAIN = 24, BLOCK_UNDERFULL = 40, DENSE_FROM = 16, DENSE_UNTIL = 24 };
enum list_form { LIST_INLINE, LIST_PACKED, LIST_DENSE };

enum status list_writer_open(struct list_writer *writer, struct batch *batch, const struct interner *forms)
{
    *writer = (struct list_writer){.batch = batch, .forms = forms, .documents = batch->counters[COUNTER_DOCUMENT]};
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
    list_room(&writer->puts, &writer->puts_room, count);
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

static enum status block_put(struct list_writer *writer, uint32_t term_id, const struct posting *postings, unsigned count)
{
    unsigned char block[PACKED_BYTES_MAX];
    struct post_key key = post_key(term_id, postings[0].document);
    size_t size = packed_encode(postings, count, block);
    return door_put(writer->batch, DB_POST, key.bytes, sizeof key.bytes, block, size);
}

enum status list_block_del(struct list_writer *writer, uint32_t term_id, uint32_t first)
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
    *first = LIST_NO_BLOCK;
    if (status == STATUS_OK && post_key_is_of(writer->cursor.key, term_id))
        *first = post_key_first(writer->cursor.key);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status list_cursor_seek(struct list_writer *writer, uint32_t term_id, uint32_t document, uint32_t *first)
{
    struct post_key key = post_key(term_id, document);
    return cursor_first(writer, term_id, door_cursor_seek(&writer->cursor, key.bytes, sizeof key.bytes), first);
}

static enum status cursor_at_or_before(struct list_writer *writer, uint32_t term_id, uint32_t document, uint32_t *first)
{
    struct post_key key = post_key(term_id, document);
    return cursor_first(writer, term_id, door_cursor_seek_back(&writer->cursor, key.bytes, sizeof key.bytes), first);
}

enum status list_cursor_next(struct list_writer *writer, uint32_t term_id, uint32_t *first)
{
    return cursor_first(writer, term_id, door_cursor_next(&writer->cursor), first);
}

/* A run of blocks in hand: loaded into writer->old, their edits merged into writer->merged. */
struct run {
    uint32_t term_id;
    uint32_t first; /* the key of the one block of it that is still stored, LIST_NO_BLOCK when none is */
    uint32_t next;  /* the first document of the block behind, LIST_NO_BLOCK at the end */
    size_t old_count, merged_count;
    const struct posting *puts;
    size_t put_count, puts_left;
};

/* Takes the edits that fall before the next block. */
static void run_merge(struct list_writer *writer, struct run *run)
{
    while (run->put_count < run->puts_left && run->puts[run->put_count].document < run->next)
        run->put_count++;
    run->merged_count = list_merge(writer, run->old_count, run->puts, run->put_count);
}

static enum status run_begin(struct list_writer *writer, struct run *run)
{
    enum status status = cursor_at_or_before(writer, run->term_id, run->puts[0].document, &run->first);
    if (status == STATUS_OK && run->first == LIST_NO_BLOCK)
        status = list_cursor_seek(writer, run->term_id, 0, &run->first);
    run->next = LIST_NO_BLOCK;
    if (status == STATUS_OK && run->first != LIST_NO_BLOCK) {
        status = list_block_load(writer, &run->old_count);
        if (status == STATUS_OK)
            status = list_cursor_next(writer, run->term_id, &run->next);
    }
    if (status == STATUS_OK)
        run_merge(writer, run);
    return status;
}

/* Takes the block behind into the run. */
static enum status run_take_next(struct list_writer *writer, struct run *run)
{
    uint32_t taken = run->next;
    enum status status = list_cursor_seek(writer, run->term_id, taken, &run->next);
    if (status == STATUS_OK)
        status = list_block_load(writer, &run->old_count);
    if (status == STATUS_OK)
        status = list_block_del(writer, run->term_id, taken);
    if (status == STATUS_OK)
        status = list_cursor_seek(writer, run->term_id, taken, &run->next);
    if (status == STATUS_OK)
        run_merge(writer, run);
    return status;
}

/* A last block that shrank joins the one before it when both fit into one. */
static enum status run_take_previous(struct list_writer *writer, struct run *run)
{
    uint32_t previous = LIST_NO_BLOCK;
    if (run->first == 0 || run->first == LIST_NO_BLOCK)
        return STATUS_OK;
    enum status status = cursor_at_or_before(writer, run->term_id, run->first - 1, &previous);
    if (status != STATUS_OK || previous == LIST_NO_BLOCK)
        return status;
    size_t count = 0;
    status = list_block_load(writer, &count);
    if (status != STATUS_OK || count + run->merged_count > PACKED_DOCUMENTS_MAX)
        return status;
    list_room(&writer->merged, &writer->merged_room, count + run->merged_count);
    memmove(writer->merged + count, writer->merged, run->merged_count * sizeof *writer->merged);
    memcpy(writer->merged, writer->old, count * sizeof *writer->old);
    run->merged_count += count;
    status = list_block_del(writer, run->term_id, run->first);
    run->first = previous;
    return status;
}

static enum status run_write(struct list_writer *writer, const struct run *run, bool appends)
{
    enum status status = STATUS_OK;
    bool first_stays = run->merged_count > 0 && writer->merged[0].document == run->first;
    if (run->first != LIST_NO_BLOCK && !first_stays)
        status = list_block_del(writer, run->term_id, run->first);
    return status == STATUS_OK ? blocks_put(writer, run->term_id, run->merged_count, appends) : status;
}

/* One run of edits from `puts` on; `*taken` says how many it used, `*grown` how many postings the list gained. */
static enum status run_apply(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t left, size_t *taken,
                             int64_t *grown)
{
    struct run run = {.term_id = term_id, .puts = puts, .puts_left = left};
    enum status status = run_begin(writer, &run);
    if (status == STATUS_OK && run.first != LIST_NO_BLOCK && !list_changed(writer, run.old_count, run.merged_count)) {
        *taken = run.put_count;
        return STATUS_OK;
    }
    while (status == STATUS_OK && run.merged_count < BLOCK_UNDERFULL && run.next != LIST_NO_BLOCK)
        status = run_take_next(writer, &run);
    if (status != STATUS_OK)
        return status;
    *taken = run.put_count;
    *grown += (int64_t)run.merged_count - (int64_t)run.old_count;
    bool appends = run.next == LIST_NO_BLOCK && (run.old_count == 0 || puts[0].document > writer->old[run.old_count - 1].document);
    bool shrank = run.merged_count < run.old_count && run.merged_count > 0 && run.merged_count < BLOCK_UNDERFULL;
    if (run.next == LIST_NO_BLOCK && shrank)
        status = run_take_previous(writer, &run);
    return status == STATUS_OK ? run_write(writer, &run, appends) : status;
}

static enum status packed_apply(struct list_writer *writer, uint32_t term_id, size_t count, int64_t *grown)
{
    enum status status = STATUS_OK;
    for (size_t done = 0, taken = 0; status == STATUS_OK && done < count; done += taken)
        status = run_apply(writer, term_id, writer->puts + done, count - done, &taken, grown);
    return status;
}

static enum status df_corrupt(struct list_writer *writer)
{
    return door_corrupt(&writer->batch->view, DB_TERM, writer->key.data, writer->key.size, "a document count that its list does not have");
}

static enum list_form form_now(const struct term *term)
{
    return !term->has_blocks ? LIST_INLINE : term->is_dense ? LIST_DENSE : LIST_PACKED;
}

/* The form for so many postings, given the one that the list has. */
static enum list_form form_wanted(const struct list_writer *writer, const struct term *term, uint64_t df)
{
    if (df <= (term->has_blocks ? INLINE_AGAIN - 1 : TERM_INLINE_MAX))
        return LIST_INLINE;
    return df * (term->is_dense ? DENSE_UNTIL : DENSE_FROM) >= writer->documents ? LIST_DENSE : LIST_PACKED;
}

/* Whether the form depends on what the edits find in the list. */
static bool form_in_doubt(const struct list_writer *writer, const struct term *term, size_t count)
{
    uint64_t most = term->df, gone = 0;
    for (size_t i = 0; i < count; i++)
        writer->puts[i].impact > 0 ? most++ : gone++;
    uint64_t fewest = gone < term->df ? term->df - gone : 0;
    return form_wanted(writer, term, fewest) != form_now(term) || form_wanted(writer, term, most) != form_now(term);
}

/* The whole list with its edits into writer->merged. */
static enum status list_load(struct list_writer *writer, const struct term *term, size_t count, size_t *merged)
{
    size_t old_count = 0;
    uint32_t first = LIST_NO_BLOCK;
    enum status status = STATUS_OK;
    list_room(&writer->old, &writer->old_room, term->df);
    for (; !term->has_blocks && old_count < term->df; old_count++)
        writer->old[old_count] = term_inline_posting(term, (unsigned)old_count);
    if (term->has_blocks)
        status = list_cursor_seek(writer, term->id, 0, &first);
    while (status == STATUS_OK && first != LIST_NO_BLOCK) {
        status = list_block_load(writer, &old_count);
        if (status == STATUS_OK)
            status = list_cursor_next(writer, term->id, &first);
    }
    if (status != STATUS_OK)
        return status;
    *merged = list_merge(writer, old_count, writer->puts, count);
    return old_count == term->df ? STATUS_OK : df_corrupt(writer);
}

static enum status blocks_del(struct list_writer *writer, uint32_t term_id)
{
    uint32_t first = LIST_NO_BLOCK;
    enum status status = list_cursor_seek(writer, term_id, 0, &first);
    while (status == STATUS_OK && first != LIST_NO_BLOCK) {
        status = list_block_del(writer, term_id, first);
        if (status == STATUS_OK)
            status = list_cursor_seek(writer, term_id, first, &first);
    }
    return status;
}

/* writer->merged in another form than the list had. */
static enum status list_convert(struct list_writer *writer, struct term *term, enum list_form form, size_t count)
{
    enum status status = term->has_blocks ? blocks_del(writer, term->id) : STATUS_OK;
    term->df = (uint32_t)count;
    term->has_blocks = form != LIST_INLINE;
    term->is_dense = form == LIST_DENSE;
    term->impact_max = impacts_max(writer->merged, count, 0);
    if (status == STATUS_OK && form == LIST_PACKED)
        status = blocks_put(writer, term->id, count, true);
    if (status == STATUS_OK && form == LIST_DENSE)
        status = dense_put(writer, term->id, count);
    return status;
}

static enum status blocks_apply(struct list_writer *writer, struct term *term, size_t count)
{
    int64_t grown = 0;
    enum status status =
        term->is_dense ? dense_apply(writer, term->id, writer->puts, count, &grown) : packed_apply(writer, term->id, count, &grown);
    int64_t df = (int64_t)term->df + grown;
    if (status != STATUS_OK)
        return status;
    if (df < 0 || df > INT32_MAX)
        return df_corrupt(writer);
    term->df = (uint32_t)df;
    term->impact_max = impacts_max(writer->puts, count, term->impact_max);
    return STATUS_OK;
}

static enum status edits_apply(struct list_writer *writer, struct term *term, bool exists, size_t count)
{
    size_t merged = 0;
    if (term->has_blocks && !form_in_doubt(writer, term, count))
        return blocks_apply(writer, term, count);
    enum status status = list_load(writer, term, count, &merged);
    if (status != STATUS_OK)
        return status;
    assert(merged <= INT32_MAX);
    enum list_form form = form_wanted(writer, term, merged);
    if (!exists && merged > 0)
        status = batch_take(writer->batch, COUNTER_TERM, 1, &term->id);
    if (status == STATUS_OK && form != form_now(term))
        return list_convert(writer, term, form, merged);
    if (status != STATUS_OK || term->has_blocks)
        return status == STATUS_OK ? blocks_apply(writer, term, count) : status;
    term->df = (uint32_t)merged;
    return STATUS_OK;
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

/* A core term's first document, or the end of its last one. */
static enum status vocabulary_follow(struct list_writer *writer, const struct term *term, bool existed)
{
    struct bytes name = {writer->key.data + 1, writer->key.size - 1};
    if ((unsigned char)writer->key.data[0] != TERM_CORE || existed == (term->df > 0))
        return STATUS_OK;
    return existed ? vocabulary_term_gone(writer->batch, name) : vocabulary_term_born(writer->batch, name);
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
    writer->is_dense = term.is_dense;
    edits_resolve(writer, &term, edits, count);
    status = edits_apply(writer, &term, exists, count);
    if (status == STATUS_OK)
        status = record_write(writer, &term, exists);
    return status == STATUS_OK ? vocabulary_follow(writer, &term, exists) : status;
}

enum status list_build(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count)
{
    struct term term = {0};
    writer->key = key;
    writer->record.size = 0;
    writer->table.size = 0;
    writer->is_dense = false;
    edits_resolve(writer, &term, edits, count);
    enum status status = edits_apply(writer, &term, false, count);
    return status == STATUS_OK ? record_write(writer, &term, false) : status;
}
