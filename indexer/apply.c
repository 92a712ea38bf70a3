#include "indexer/apply_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/utf8.h"
#include "base/clock.h"
#include "base/log.h"
#include "catalog/field.h"
#include "catalog/term_keys.h"
#include "catalog/terms.h"
#include "indexer/change_log.h"
#include "storage/mirror.h"

/* One row per table: a new table costs a row here and a file. */
static const struct table_rules {
    enum status (*upsert)(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
    enum status (*del)(struct apply *apply, const struct stored *old);
} table_rules[TABLE_COUNT] = {
    [TABLE_BRAND] = {brand_upsert, brand_delete},       [TABLE_CATEGORY] = {category_upsert, category_delete},
    [TABLE_PRODUCT] = {product_upsert, product_delete}, [TABLE_VARIANT] = {variant_upsert, variant_delete},
    [TABLE_SPEC] = {child_upsert, child_delete},        [TABLE_IMAGE] = {child_upsert, child_delete},
    [TABLE_SYNONYM] = {synonym_upsert, synonym_delete}, [TABLE_RULE] = {rule_upsert, rule_delete},
};

static enum status batch_open(struct apply *apply, struct error *error)
{
    if (apply->batch != NULL)
        return STATUS_OK;
    enum status status = batch_begin(apply->env, &apply->batch, error);
    if (status != STATUS_OK)
        return status;
    apply->view = batch_snapshot(apply->batch);
    batch_set_pulse(apply->batch, apply->pulse, apply->pulse_context);
    return STATUS_OK;
}

static void batch_close(struct apply *apply)
{
    apply->batch = NULL;
    apply->view = NULL;
    apply->pending = 0;
}

static enum status batch_end(struct apply *apply, struct error *error)
{
    struct batch *batch = apply->batch;
    batch_close(apply);
    return batch_commit(batch, error);
}

/* A new generation takes this program's fingerprint; an older one must have it already. */
static enum status fingerprint_check(struct apply *apply, struct error *error)
{
    uint64_t stored = 0;
    enum status status = batch_open(apply, error);
    if (status != STATUS_OK)
        return status;
    status = fingerprint_get(apply->view, &stored);
    if (status == STATUS_OK && stored != terms_fingerprint())
        status = error_set(error, STATUS_MISMATCH, "the index was made by another version of the analysis: rebuild it");
    if (status == STATUS_NOT_FOUND) {
        status = fingerprint_put(apply->batch, terms_fingerprint());
        if (status == STATUS_OK)
            return batch_end(apply, error);
    }
    if (status == STATUS_OK)
        status = dirty_count(apply->view, &apply->queued);
    batch_abort(apply->batch);
    batch_close(apply);
    return status;
}

enum status apply_new(struct env *env, const struct analyzer *analyzer, struct apply **out, struct error *error)
{
    struct apply *apply = memory_calloc(1, sizeof *apply);
    apply->env = env;
    apply->analyzer = analyzer;
    apply->touched = text_set_new();
    env_set_term_keys(env, term_keys_build, analyzer);
    arena_init(&apply->arena, APPLY_ARENA_BYTES);
    apply_set_time(apply, clock_wall_us());
    enum status status = fingerprint_check(apply, error);
    if (status != STATUS_OK)
        apply_free(apply);
    else
        *out = apply;
    return status;
}

void apply_free(struct apply *apply)
{
    if (apply == NULL)
        return;
    batch_abort(apply->batch);
    text_set_free(apply->touched);
    word_cache_free(apply->words);
    arena_release(&apply->arena);
    free(apply);
}

void apply_set_time(struct apply *apply, int64_t commit_wall_us)
{
    int64_t seconds = commit_wall_us / 1000000;
    apply->now_s = seconds < 0 ? 0 : seconds >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)seconds;
}

void apply_set_pulse(struct apply *apply, apply_pulse *pulse, void *context)
{
    apply->pulse = pulse;
    apply->pulse_context = context;
}

void apply_set_log(struct apply *apply, struct change_log *log)
{
    assert(apply->pending == 0);
    apply->log = log;
}

enum status apply_version_floor(struct apply *apply, struct bytes product_id, uint64_t version, struct error *error)
{
    uint32_t document = 0;
    enum status status = batch_open(apply, error);
    if (status != STATUS_OK)
        return status;
    status = document_get(apply->view, product_id, &document);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    uint64_t now = status == STATUS_OK ? column_now(apply, &family_offer, OFFER_VERSION, document) : 0;
    if (status == STATUS_OK && version != COLUMN_UNKNOWN && (now == COLUMN_UNKNOWN || now < version))
        status = column_put(apply->batch, &family_offer, OFFER_VERSION, document, version);
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "a version could not be kept: %s", status_name(status));
}

enum status stored_get(struct apply *apply, enum table table, struct bytes key, struct stored *out)
{
    *out = (struct stored){.row.table = table};
    enum status status = row_get(apply->view, table, key, &apply->arena, &out->row, &out->has_hot, &out->slot);
    out->found = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status row_store(struct apply *apply, const struct row *row, bool with_hot, uint16_t slot)
{
    struct buffer encoded = {0};
    row_encode(row, with_hot, slot, &encoded);
    enum status status = mirror_put(apply->batch, (uint8_t)row->table, row->cells[0].text, (struct bytes){encoded.data, encoded.size});
    buffer_release(&encoded);
    return status;
}

bool cold_differs(const struct row *a, const struct row *b)
{
    const struct schema_table *table = &schema_tables[a->table];
    for (size_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].hot && !cell_equal(&a->cells[i], &b->cells[i]))
            return true;
    return false;
}

enum status touch_product(struct apply *apply, struct bytes product_id)
{
    if (product_id.size == 0)
        return STATUS_OK;
    bool known;
    text_set_add(apply->touched, product_id, &known);
    return STATUS_OK;
}

void product_note(struct apply *apply, struct bytes product_id)
{
    if (apply->log != NULL && product_id.size > 0 && product_id.size <= KEY_BYTES_MAX)
        change_log_add(apply->log, TABLE_PRODUCT, product_id);
}

enum status reverse_move(struct apply *apply, uint8_t kind, const struct cell *from_old, const struct cell *from_new, struct bytes to)
{
    if (cell_equal(from_old, from_new))
        return STATUS_OK;
    enum status status = STATUS_OK;
    if (from_old->state == CELL_TEXT && from_old->text.size > 0)
        status = reverse_del(apply->batch, kind, from_old->text, to);
    if (status == STATUS_NOT_FOUND)
        status = STATUS_OK; /* two SKUs of one product may have been the same key */
    if (status == STATUS_OK && from_new->state == CELL_TEXT && from_new->text.size > 0)
        status = reverse_put(apply->batch, kind, from_new->text, to);
    return status;
}

/* A price that no column can hold is unknown to a shopper, and the shop should hear why. */
static void price_check(const struct row *row, unsigned column)
{
    enum { SHOWN_BYTES_MAX = 40 };
    const struct cell *cell = &row->cells[column];
    const struct schema_table *table = &schema_tables[row->table];
    if (cell->state != CELL_TEXT || cell_scaled(cell, 0, PRICE_VND_MAX, false) != COLUMN_UNKNOWN)
        return;
    int shown = cell->text.size < SHOWN_BYTES_MAX ? (int)cell->text.size : SHOWN_BYTES_MAX;
    log_warn("indexer: %s %.*s: %s is %.*s, not a number from 0 to %u: taken as unknown", table->word, (int)row->cells[0].text.size,
             row->cells[0].text.data, table->columns[column].name, shown, cell->text.data, PRICE_VND_MAX);
}

static bool cell_cut(struct row *row, size_t column)
{
    const struct schema_table *table = &schema_tables[row->table];
    struct cell *cell = &row->cells[column];
    if (cell->state != CELL_TEXT || cell->text.size <= APPLY_CELL_BYTES_MAX)
        return false;
    log_warn("indexer: %s %.*s: column %s has %zu bytes, more than %d: cut", table->word, (int)row->cells[0].text.size,
             row->cells[0].text.data, table->columns[column].name, cell->text.size, APPLY_CELL_BYTES_MAX);
    cell->text.size = utf8_cut(cell->text.data, cell->text.size, APPLY_CELL_BYTES_MAX);
    if (table->columns[column].kind == COLUMN_JSON)
        *cell = (struct cell){.state = CELL_NULL};
    return true;
}

uint64_t row_limit(struct row *row)
{
    uint64_t cut = 0;
    for (size_t i = 0; i < schema_tables[row->table].column_count; i++)
        cut += cell_cut(row, i);
    if (row->table == TABLE_PRODUCT || row->table == TABLE_VARIANT) {
        bool variant = row->table == TABLE_VARIANT;
        price_check(row, variant ? (unsigned)VARIANT_PRICE : (unsigned)PRODUCT_PRICE);
        price_check(row, variant ? (unsigned)VARIANT_SALE_PRICE : (unsigned)PRODUCT_SALE_PRICE);
    }
    return cut;
}

/* Unchanged values come from the stored row; oversized ones are cut here, so that everything behind may rely on the bound. */
static enum status row_merge(struct apply *apply, const struct change *change, const struct stored *old, struct row *row,
                             struct error *error)
{
    *row = change->row;
    const struct schema_table *table = &schema_tables[row->table];
    for (size_t i = 0; i < table->column_count; i++) {
        struct cell *cell = &row->cells[i];
        if (cell->state == CELL_UNCHANGED) {
            if (!old->found || table->columns[i].hot)
                return error_set(error, STATUS_INVALID,
                                 "%s %.*s: column %s came as unchanged, but no earlier value is known: resync the index", table->word,
                                 (int)row->cells[0].text.size, row->cells[0].text.data, table->columns[i].name);
            *cell = old->row.cells[i];
        }
    }
    apply->counts.cut += row_limit(row);
    return STATUS_OK;
}

enum status key_check(enum table table, struct bytes key, struct error *error)
{
    if (key.size >= 1 && key.size <= KEY_BYTES_MAX)
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "a row of %s has a primary key of %zu bytes: it must have 1 to %d", schema_tables[table].name,
                     key.size, KEY_BYTES_MAX);
}

static enum status delete_one(struct apply *apply, enum table table, struct bytes key, bool *effective)
{
    struct stored old;
    enum status status = stored_get(apply, table, key, &old);
    if (status != STATUS_OK || !old.found)
        return status;
    *effective = true;
    return table_rules[table].del(apply, &old);
}

/* The row moved to a key that the index cannot hold: it is no longer under its old one. */
static enum status key_refused(struct apply *apply, const struct change *change, bool *effective, enum status reason)
{
    struct error ignored = {0};
    if (change->old_key.size == 0 || key_check(change->row.table, change->old_key, &ignored) != STATUS_OK)
        return reason;
    enum status status = delete_one(apply, change->row.table, change->old_key, effective);
    return status == STATUS_OK ? reason : status;
}

static enum status upsert(struct apply *apply, const struct change *change, bool *effective, struct error *error)
{
    enum table table = change->row.table;
    struct bytes key = cell_text(&change->row.cells[0]);
    enum status status = key_check(table, key, error);
    if (status != STATUS_OK)
        return key_refused(apply, change, effective, status);
    bool moved = change->old_key.size > 0 && key_compare(change->old_key, key) != 0;
    struct stored old, target;
    struct row row;
    status = stored_get(apply, table, moved ? change->old_key : key, &old);
    if (status == STATUS_OK)
        status = row_merge(apply, change, &old, &row, error);
    if (status != STATUS_OK)
        return status;
    if (!moved)
        return table_rules[table].upsert(apply, &old, &row, effective);
    /* A changed key is another row: the old one goes, and what stands under the new key (nothing, in a sound stream) is replaced. */
    if (old.found)
        status = table_rules[table].del(apply, &old);
    if (status == STATUS_OK)
        status = stored_get(apply, table, key, &target);
    return status == STATUS_OK ? table_rules[table].upsert(apply, &target, &row, effective) : status;
}

/* After one piece of a long work. Writes pending edits early when they pass the memory bound; the transaction stays one. */
static enum status piece_done(struct apply *apply)
{
    if (apply->pulse != NULL)
        apply->pulse(apply->pulse_context);
    return batch_pending_bytes(apply->batch) > APPLY_SPILL_BYTES ? batch_spill(apply->batch) : STATUS_OK;
}

static enum status truncate_table(struct apply *apply, enum table table, bool *effective)
{
    enum status status = STATUS_OK;
    for (;;) {
        struct mirror_cursor *cursor = NULL;
        struct bytes key, row;
        arena_reset(&apply->arena);
        status = mirror_cursor_open(apply->view, (uint8_t)table, &cursor);
        if (status == STATUS_OK)
            status = mirror_cursor_next(cursor, &apply->arena, &key, &row);
        if (status == STATUS_OK) {
            char *copy = arena_copy(&apply->arena, key.data, key.size);
            key.data = copy;
            status = copy == NULL ? STATUS_LIMIT : STATUS_OK;
        }
        mirror_cursor_close(cursor);
        if (status == STATUS_OK)
            status = delete_one(apply, table, key, effective);
        if (status == STATUS_OK)
            status = piece_done(apply);
        if (status != STATUS_OK)
            return status == STATUS_END ? STATUS_OK : status;
    }
}

/* A change that is refused later is noted too: copying an unchanged row again is harmless. */
static void change_note(struct apply *apply, const struct change *change)
{
    struct bytes key = cell_text(&change->row.cells[0]);
    if (apply->log == NULL)
        return;
    if (change->kind == CHANGE_TRUNCATE)
        change_log_add_all(apply->log);
    if (change->old_key.size > 0 && change->old_key.size <= KEY_BYTES_MAX)
        change_log_add(apply->log, change->row.table, change->old_key);
    if (change->kind != CHANGE_DELETE && key.size > 0 && key.size <= KEY_BYTES_MAX)
        change_log_add(apply->log, change->row.table, key);
}

enum status apply_change(struct apply *apply, const struct change *change, struct error *error)
{
    enum table table = change->row.table;
    enum status status = batch_open(apply, error);
    if (status != STATUS_OK)
        return status;
    arena_reset(&apply->arena);
    change_note(apply, change);
    struct error reason = {0};
    bool effective = false;
    switch (change->kind) {
    case CHANGE_INSERT:
    case CHANGE_UPDATE:
        status = upsert(apply, change, &effective, &reason);
        break;
    case CHANGE_DELETE:
        status = key_check(table, change->old_key, &reason);
        if (status == STATUS_OK)
            status = delete_one(apply, table, change->old_key, &effective);
        break;
    case CHANGE_TRUNCATE:
        status = truncate_table(apply, table, &effective);
        break;
    }
    if (status != STATUS_OK && reason.text[0] == '\0')
        error_set(&reason, status, "a change of %s failed: %s", schema_tables[table].name, status_name(status));
    apply->pending += status == STATUS_OK || effective;
    apply->counts.effective += effective;
    if (status != STATUS_OK)
        return error_set(error, status, "%s", reason.text);
    apply->counts.changes++;
    return piece_done(apply);
}

size_t apply_pending_changes(const struct apply *apply)
{
    return apply->pending;
}

size_t apply_pending_bytes(const struct apply *apply)
{
    return apply->batch == NULL ? 0 : batch_pending_bytes(apply->batch);
}

static enum status rebuild_touched(struct apply *apply)
{
    enum status status = STATUS_OK;
    for (uint64_t i = 1; status == STATUS_OK && i <= text_set_count(apply->touched); i++) {
        status = product_rebuild(apply, text_set_at(apply->touched, i));
        if (status == STATUS_OK)
            status = piece_done(apply);
    }
    text_set_clear(apply->touched);
    return status;
}

static enum status rebuild_queued(struct apply *apply)
{
    struct arena ids_arena;
    arena_init(&ids_arena, APPLY_ARENA_BYTES);
    struct bytes *ids = NULL;
    size_t count = 0;
    enum status status = dirty_take(apply->batch, APPLY_SLICE, &ids_arena, &ids, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = product_rebuild(apply, ids[i]);
        if (status == STATUS_OK)
            status = piece_done(apply);
    }
    arena_release(&ids_arena);
    return status;
}

enum status apply_flush(struct apply *apply, const struct position *position, struct error *error)
{
    if (apply->batch == NULL && position == NULL && apply->queued == 0)
        return STATUS_OK;
    enum status status = batch_open(apply, error);
    if (status != STATUS_OK)
        return status;
    if (apply->tree_changed)
        status = tree_rebuild(apply);
    apply->tree_changed = false;
    if (status == STATUS_OK)
        status = rebuild_touched(apply);
    if (status == STATUS_OK)
        status = rebuild_queued(apply);
    if (status == STATUS_OK)
        status = dirty_count(apply->view, &apply->queued);
    if (status == STATUS_OK && position != NULL)
        status = position_put(apply->batch, position);
    if (status == STATUS_OK) {
        status = batch_end(apply, error);
        if (status == STATUS_OK && apply->log != NULL)
            change_log_seal(apply->log);
        return status;
    }
    batch_abort(apply->batch);
    batch_close(apply);
    return error_set(error, status, "the changes could not be applied: %s", status_name(status));
}

bool apply_has_queue(const struct apply *apply)
{
    return apply->queued > 0;
}

struct apply_counts apply_counts(const struct apply *apply)
{
    return apply->counts;
}
