/* From the runs of all inverters to the term dictionary and its posting blocks. Grammar of a run's records in inverter.c.
 *
 * Term ids are given in the order of the keys, so that records and blocks both come in key order. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/inverter.h"
#include "storage/inverter_run.h"
#include "storage/list_edit.h"
#include "storage/term_record.h"

/* The forms of all inverters under one numbering. */
struct form_map {
    struct interner forms;
    uint32_t none;      /* the folded key itself: of size 0 */
    uint32_t **numbers; /* by inverter, then by its own number; UINT32_MAX: not met yet */
};

struct inverter_merge {
    struct inverter *const *inverters;
    size_t count;
    struct run_merge *runs;
    struct form_map map;
    struct batch *batch;
    struct list_writer writer;
    bool writing;
    struct term_key key; /* of the list in hand */
    struct posting_edit *edits, *spare;
    size_t edit_count, room, sequence_start; /* the last ascending sequence of edits begins at */
    uint64_t written;
};

static void form_map_open(struct inverter_merge *merge)
{
    merge->map.none = interner_put(&merge->map.forms, "", 0);
    merge->map.numbers = memory_calloc(merge->count, sizeof *merge->map.numbers);
    for (size_t i = 0; i < merge->count; i++) {
        size_t size = inverter_run(merge->inverters[i])->forms.count * sizeof(uint32_t);
        merge->map.numbers[i] = memory_alloc(size);
        memset(merge->map.numbers[i], 0xFF, size);
    }
}

static void form_map_close(struct inverter_merge *merge)
{
    for (size_t i = 0; merge->map.numbers != NULL && i < merge->count; i++)
        free(merge->map.numbers[i]);
    free(merge->map.numbers);
    interner_release(&merge->map.forms);
}

/* A number that was never given fails the reader. */
static uint32_t form_number(struct inverter_merge *merge, size_t inverter, uint32_t stored, struct byte_reader *reader)
{
    const struct interner *forms = &inverter_run(merge->inverters[inverter])->forms;
    if (stored == RUN_FORM_SEVERAL)
        return EDIT_FORM_SEVERAL;
    if (stored == RUN_FORM_NONE)
        return merge->map.none;
    if (stored - RUN_FORM_FIRST >= forms->count) {
        reader->failed = true;
        return merge->map.none;
    }
    uint32_t *number = &merge->map.numbers[inverter][stored - RUN_FORM_FIRST];
    if (*number == UINT32_MAX) {
        struct bytes form = interner_get(forms, stored - RUN_FORM_FIRST);
        *number = interner_put(&merge->map.forms, form.data, form.size);
    }
    return *number;
}

static void edits_reserve(struct inverter_merge *merge)
{
    if (merge->edit_count < merge->room)
        return;
    merge->room = merge->room == 0 ? 4096 : merge->room * 2;
    merge->edits = memory_resize(merge->edits, merge->room * sizeof *merge->edits);
    merge->spare = memory_resize(merge->spare, merge->room * sizeof *merge->spare);
}

/* Merges the ascending sequence that ends the edits into what stands before it. */
static void sequence_join(struct inverter_merge *merge)
{
    struct posting_edit *edits = merge->edits;
    size_t left = 0, right = merge->sequence_start, end = merge->edit_count, out = 0;
    merge->sequence_start = end;
    if (right == 0 || right == end || edits[right - 1].document < edits[right].document)
        return;
    while (left < right && edits[left].document < edits[right].document)
        left++;
    size_t kept = left, middle = right;
    while (left < middle || right < end)
        merge->spare[out++] =
            right == end || (left < middle && edits[left].document < edits[right].document) ? edits[left++] : edits[right++];
    memcpy(edits + kept, merge->spare, out * sizeof *edits);
}

static enum status record_take(struct inverter_merge *merge, size_t inverter, struct bytes value)
{
    struct byte_reader reader = byte_reader(value.data, value.size);
    bool has_forms = term_class_has_forms((enum term_class)merge->key.bytes[0]);
    uint32_t document = 0;
    while (!reader.failed && reader.next < reader.end) {
        document += read_varint(&reader);
        struct posting_edit edit = {.document = document, .impact = read_u8(&reader), .form = EDIT_FORM_NONE};
        if (has_forms)
            edit.form = form_number(merge, inverter, read_varint(&reader), &reader);
        edits_reserve(merge);
        merge->edits[merge->edit_count++] = edit;
    }
    return reader.failed ? STATUS_CORRUPT : STATUS_OK;
}

/* A batch that has grown large ends; the writer goes on in the next. */
static enum status batch_go_on(struct inverter_merge *merge, struct env *env, struct error *error)
{
    struct batch *before = merge->batch;
    enum status status = STATUS_OK;
    if (before == NULL)
        status = batch_begin_bulk(env, &merge->batch, error);
    else if (before->written_bytes >= BATCH_TURN_BYTES) {
        list_writer_close(&merge->writer);
        merge->writing = false;
        status = batch_turn(&merge->batch, error);
    }
    if (status == STATUS_OK && !merge->writing) {
        merge->writing = true;
        status = list_writer_open(&merge->writer, merge->batch, &merge->map.forms);
    }
    return status;
}

static enum status list_write(struct inverter_merge *merge, struct env *env, struct error *error)
{
    sequence_join(merge);
    enum status status = batch_go_on(merge, env, error);
    if (status != STATUS_OK)
        return status;
    struct bytes key = {(const char *)merge->key.bytes, merge->key.size};
    status = list_build(&merge->writer, key, merge->edits, merge->edit_count);
    merge->written += merge->edit_count;
    merge->edit_count = merge->sequence_start = 0;
    return status;
}

static bool key_same(const struct inverter_merge *merge, struct bytes key)
{
    return merge->key.size == key.size && memcmp(merge->key.bytes, key.data, key.size) == 0;
}

static enum status lists_write(struct inverter_merge *merge, const struct bulk_run *run, struct error *error)
{
    size_t inverter = SIZE_MAX;
    for (;;) {
        struct bytes key, value;
        size_t file = 0;
        enum status status = run_merge_next(merge->runs, &key, &value, &file);
        bool another = merge->key.size > 0 && (status == STATUS_END || !key_same(merge, key));
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (another) {
            enum status wrote = list_write(merge, run->env, error);
            if (wrote != STATUS_OK)
                return wrote;
            if (run->progress != NULL)
                progress_set(run->progress, merge->written);
        }
        if (status == STATUS_END)
            return STATUS_OK;
        if (run->stop != NULL && *run->stop != 0)
            return STATUS_END;
        if (key.size == 0 || key.size > TERM_KEY_BYTES_MAX)
            return STATUS_CORRUPT;
        if (another || merge->key.size == 0) {
            memcpy(merge->key.bytes, key.data, key.size);
            merge->key.size = key.size;
            inverter = file;
        }
        if (file != inverter) { /* each inverter's documents ascend, but not behind those of another */
            sequence_join(merge);
            inverter = file;
        }
        status = record_take(merge, file, value);
        if (status != STATUS_OK)
            return status;
    }
}

enum status inverters_write(struct inverter *const *inverters, size_t count, const struct bulk_run *run, struct error *error)
{
    struct inverter_merge merge = {.inverters = inverters, .count = count};
    struct run_file **files = memory_calloc(count, sizeof *files);
    for (size_t i = 0; i < count; i++) {
        inverter_shrink(inverters[i]);
        files[i] = &inverter_run(inverters[i])->file;
    }
    enum status status = run_merge_open(files, count, &merge.runs);
    form_map_open(&merge);
    if (status == STATUS_OK)
        status = lists_write(&merge, run, error);
    if (merge.writing)
        list_writer_close(&merge.writer);
    if (status == STATUS_OK && merge.batch != NULL)
        status = batch_commit(merge.batch, error);
    else
        batch_abort(merge.batch);
    run_merge_close(merge.runs);
    form_map_close(&merge);
    free(files);
    free(merge.edits);
    free(merge.spare);
    return status;
}
