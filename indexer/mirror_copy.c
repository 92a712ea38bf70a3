#include "indexer/mirror_copy.h"

#include <inttypes.h>
#include <string.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "indexer/row_intake.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"

enum { COPY_ARENA_BYTES = 512 * 1024 * 1024, STEP_ROWS = 256 };

static uint64_t column_at(struct snapshot *snapshot, const struct column_family *family, unsigned field, uint64_t entry)
{
    struct column_reader reader;
    column_reader_init(&reader, snapshot, family);
    return column_get(&reader, field, (uint32_t)entry);
}

/* `decimals` digits behind the point. */
static enum status number_cell(struct arena *arena, uint64_t value, unsigned decimals, struct cell *cell)
{
    *cell = (struct cell){.state = CELL_NULL};
    if (value == COLUMN_UNKNOWN)
        return STATUS_OK;
    char *text =
        decimals == 0 ? arena_print(arena, "%" PRIu64, value) : arena_print(arena, "%" PRIu64 ".%02" PRIu64, value / 100, value % 100);
    if (text == NULL)
        return STATUS_LIMIT;
    *cell = (struct cell){.state = CELL_TEXT, .text = {text, strlen(text)}};
    return STATUS_OK;
}

/* A column value and the cell that it came from. */
struct hot_cell {
    unsigned column;
    const struct column_family *family;
    unsigned field;
    uint64_t entry;
    unsigned decimals;
};

static enum status hot_cells_fill(struct snapshot *snapshot, const struct hot_cell *cells, size_t count, struct arena *arena,
                                  struct row *row)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = number_cell(arena, column_at(snapshot, cells[i].family, cells[i].field, cells[i].entry), cells[i].decimals,
                             &row->cells[cells[i].column]);
    return status;
}

static enum status product_fill(struct snapshot *snapshot, struct bytes key, struct arena *arena, struct row *row, uint64_t *version)
{
    uint32_t document = 0;
    enum status status = document_get(snapshot, key, &document);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    uint64_t first = column_at(snapshot, &family_run, RUN_FIRST, document);
    const struct column_family *own = first == COLUMN_UNKNOWN ? &family_offer : &family_variant;
    uint64_t entry = first == COLUMN_UNKNOWN ? document : first;
    const struct hot_cell cells[] = {
        {PRODUCT_PRICE, own, OFFER_PRICE, entry, 0},
        {PRODUCT_SALE_PRICE, own, OFFER_SALE, entry, 0},
        {PRODUCT_STOCK, own, OFFER_STOCK, entry, 0},
        {PRODUCT_SOLD_COUNT, &family_fame, FAME_SOLD, document, 0},
        {PRODUCT_REVIEW_COUNT, &family_fame, FAME_REVIEWS, document, 0},
        {PRODUCT_AVG_RATING, &family_fame, FAME_RATING, document, 2},
    };
    *version = column_at(snapshot, &family_offer, OFFER_VERSION, document);
    return hot_cells_fill(snapshot, cells, sizeof cells / sizeof cells[0], arena, row);
}

static enum status variant_fill(struct snapshot *snapshot, uint16_t slot, struct arena *arena, struct row *row)
{
    uint32_t document = 0;
    enum status status = document_get(snapshot, cell_text(&row->cells[VARIANT_PRODUCT_ID]), &document);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    uint64_t first = column_at(snapshot, &family_run, RUN_FIRST, document);
    if (first == COLUMN_UNKNOWN || slot == 0)
        return STATUS_CORRUPT;
    const struct hot_cell cells[] = {
        {VARIANT_PRICE, &family_variant, VARIANT_OFFER_PRICE, first + slot, 0},
        {VARIANT_SALE_PRICE, &family_variant, VARIANT_OFFER_SALE, first + slot, 0},
        {VARIANT_STOCK, &family_variant, VARIANT_OFFER_STOCK, first + slot, 0},
    };
    return hot_cells_fill(snapshot, cells, sizeof cells / sizeof cells[0], arena, row);
}

static enum status row_fill(struct snapshot *snapshot, bool has_hot, uint16_t slot, struct arena *arena, struct row *row, uint64_t *version)
{
    enum status status = STATUS_OK;
    *version = COLUMN_UNKNOWN;
    if (row->table == TABLE_PRODUCT)
        status = product_fill(snapshot, row->cells[PRODUCT_ID].text, arena, row, version);
    else if (row->table == TABLE_VARIANT && !has_hot)
        status = variant_fill(snapshot, slot, arena, row);
    return status == STATUS_OK ? snapshot_status(snapshot) : status;
}

enum status mirror_row_whole(struct snapshot *snapshot, enum table table, struct bytes key, struct arena *arena, struct row *row,
                             uint64_t *version)
{
    bool has_hot = false;
    uint16_t slot = 0;
    enum status status = row_get(snapshot, table, key, arena, row, &has_hot, &slot);
    return status == STATUS_OK ? row_fill(snapshot, has_hot, slot, arena, row, version) : status;
}

enum status mirror_copy_open(struct mirror_copy *copy, struct error *error)
{
    arena_init(&copy->arena, COPY_ARENA_BYTES);
    enum status status = snapshot_open(copy->from, &copy->view, error);
    if (status == STATUS_OK)
        snapshot_reset(copy->view);
    return status;
}

void mirror_copy_close(struct mirror_copy *copy)
{
    snapshot_close(copy->view);
    arena_release(&copy->arena);
    copy->view = NULL;
}

static bool copy_stopped(const struct mirror_copy *copy)
{
    return (copy->stop != NULL && *copy->stop != 0) || (copy->cancelled != NULL && atomic_load(copy->cancelled));
}

/* What the applying side has said stands in `why` already. */
static enum status copy_failed(enum status status, enum table table, struct error *why, struct error *error)
{
    if (why->text[0] == '\0')
        error_set(why, status, "the mirrored rows of %s cannot be copied: %s", schema_tables[table].name, status_name(status));
    return error_set(error, status, "%s", why->text);
}

static enum status copy_flush(struct mirror_copy *copy, struct error *error)
{
    copy->committed = copy->rows;
    return apply_flush(copy->to, NULL, error);
}

/* After each row. */
static enum status row_done(struct mirror_copy *copy, struct error *error)
{
    if (++copy->rows % STEP_ROWS == 0) {
        if (copy->step != NULL)
            copy->step(copy->context, copy->rows);
        if (copy_stopped(copy))
            return error_set(error, STATUS_END, "stopped");
    }
    if (copy->intake != NULL)
        return STATUS_OK;
    bool due = copy->rows - copy->committed >= MIRROR_COPY_CHANGES || apply_pending_bytes(copy->to) >= MIRROR_COPY_BYTES;
    return due ? copy_flush(copy, error) : STATUS_OK;
}

/* A row that the live generation has taken cannot be refused: INVALID is a fault like any other. */
static enum status row_put(struct mirror_copy *copy, const struct row *row, uint64_t version, struct error *error)
{
    struct change change = {.kind = CHANGE_INSERT, .row = *row};
    if (version != COLUMN_UNKNOWN && version > copy->version_max)
        copy->version_max = version;
    if (copy->intake != NULL) {
        enum status taken = row_intake_take(copy->intake, row, error);
        return taken == STATUS_OK ? row_done(copy, error) : taken;
    }
    enum status status = apply_change(copy->to, &change, error);
    if (status == STATUS_OK && row->table == TABLE_PRODUCT)
        status = apply_version_floor(copy->to, row->cells[PRODUCT_ID].text, version, error);
    return status == STATUS_OK ? row_done(copy, error) : status;
}

static enum status row_remove(struct mirror_copy *copy, enum table table, struct bytes key, struct error *error)
{
    struct change change = {.kind = CHANGE_DELETE, .old_key = key, .row.table = table};
    enum status status = apply_change(copy->to, &change, error);
    return status == STATUS_OK ? row_done(copy, error) : status;
}

/* Where a walk over a table has come to. */
struct place {
    char bytes[KEY_BYTES_MAX];
    size_t size;
};

static struct bytes place_key(const struct place *place)
{
    return (struct bytes){place->bytes, place->size};
}

static void place_set(struct place *place, struct bytes key)
{
    memcpy(place->bytes, key.data, key.size);
    place->size = key.size;
}

/* The next row under the cursor, whole, to the other side. */
static enum status row_copy_next(struct mirror_copy *copy, enum table table, struct mirror_cursor *cursor, struct place *place, bool *more,
                                 struct error *error)
{
    struct bytes key, stored;
    struct row row;
    bool has_hot = false;
    uint16_t slot = 0;
    uint64_t version = COLUMN_UNKNOWN;
    arena_reset(&copy->arena);
    enum status status = mirror_cursor_next(cursor, &copy->arena, &key, &stored);
    *more = status != STATUS_END;
    if (status != STATUS_OK)
        return *more ? status : STATUS_OK;
    place_set(place, key);
    status = row_decode(table, stored, &row, &has_hot, &slot);
    if (status == STATUS_OK)
        status = row_fill(copy->view, has_hot, slot, &copy->arena, &row, &version);
    return status == STATUS_OK ? row_put(copy, &row, version, error) : status;
}

/* `*more`: there may be further rows. */
static enum status slice_copy(struct mirror_copy *copy, enum table table, struct place *place, bool *more, struct error *error)
{
    struct mirror_cursor *cursor = NULL;
    enum status status = snapshot_renew(copy->view);
    if (status == STATUS_OK)
        status = mirror_cursor_open(copy->view, (uint8_t)table, &cursor);
    if (status == STATUS_OK)
        mirror_cursor_seek_behind(cursor, place_key(place));
    for (unsigned i = 0; status == STATUS_OK && *more && i < MIRROR_COPY_SLICE; i++)
        status = row_copy_next(copy, table, cursor, place, more, error);
    mirror_cursor_close(cursor);
    snapshot_reset(copy->view);
    return status;
}

enum status mirror_copy_all(struct mirror_copy *copy, struct error *error)
{
    for (unsigned table = 0; table < TABLE_COUNT; table++) {
        struct place place = {.size = 0};
        struct error why = {0};
        enum status status = STATUS_OK;
        bool more = true;
        while (status == STATUS_OK && more)
            status = slice_copy(copy, (enum table)table, &place, &more, &why);
        if (status != STATUS_OK)
            return copy_failed(status, (enum table)table, &why, error);
    }
    return STATUS_OK;
}

/* The next row of the other side: its key into `gone` when this side has none. */
static enum status gone_next(struct mirror_copy *copy, enum table table, struct mirror_cursor *cursor, struct place *place, bool *more,
                             struct text_set *gone)
{
    struct bytes key, stored;
    bool known;
    arena_reset(&copy->arena);
    enum status status = mirror_cursor_next(cursor, &copy->arena, &key, &stored);
    *more = status != STATUS_END;
    if (status != STATUS_OK)
        return *more ? status : STATUS_OK;
    place_set(place, key);
    status = mirror_get(copy->view, (uint8_t)table, key, &copy->arena, &stored);
    if (status == STATUS_NOT_FOUND)
        text_set_add(gone, key, &known);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status slice_gone(struct mirror_copy *copy, struct snapshot *other, enum table table, struct place *place, bool *more,
                              struct text_set *gone)
{
    struct mirror_cursor *cursor = NULL;
    enum status status = snapshot_renew(copy->view);
    if (status == STATUS_OK)
        status = mirror_cursor_open(other, (uint8_t)table, &cursor);
    if (status == STATUS_OK)
        mirror_cursor_seek_behind(cursor, place_key(place));
    for (unsigned i = 0; status == STATUS_OK && *more && i < MIRROR_COPY_SLICE; i++)
        status = gone_next(copy, table, cursor, place, more, gone);
    mirror_cursor_close(cursor);
    snapshot_reset(copy->view);
    return status;
}

static enum status table_gone(struct mirror_copy *copy, struct snapshot *other, enum table table, struct error *error)
{
    struct place place = {.size = 0};
    struct text_set *gone = text_set_new();
    struct error why = {0};
    enum status status = STATUS_OK;
    bool more = true;
    while (status == STATUS_OK && more) {
        status = slice_gone(copy, other, table, &place, &more, gone);
        for (uint64_t i = 1; status == STATUS_OK && i <= text_set_count(gone); i++)
            status = row_remove(copy, table, text_set_at(gone, i), &why);
        text_set_clear(gone);
    }
    text_set_free(gone);
    return status == STATUS_OK ? STATUS_OK : copy_failed(status, table, &why, error);
}

enum status mirror_copy_gone(struct mirror_copy *copy, struct env *to, struct error *error)
{
    struct snapshot *other = NULL;
    enum status status = copy_flush(copy, error);
    if (status == STATUS_OK)
        status = snapshot_open(to, &other, error);
    for (unsigned table = 0; status == STATUS_OK && table < TABLE_COUNT; table++)
        status = table_gone(copy, other, (enum table)table, error);
    snapshot_close(other);
    return status;
}

static enum status key_copy(struct mirror_copy *copy, enum table table, struct bytes key, struct error *error)
{
    struct row row;
    uint64_t version = COLUMN_UNKNOWN;
    struct error why = {0};
    arena_reset(&copy->arena);
    enum status status = mirror_row_whole(copy->view, table, key, &copy->arena, &row, &version);
    if (status == STATUS_OK)
        status = row_put(copy, &row, version, &why);
    else if (status == STATUS_NOT_FOUND)
        status = row_remove(copy, table, key, &why);
    return status == STATUS_OK ? STATUS_OK : copy_failed(status, table, &why, error);
}

enum status mirror_copy_keys(struct mirror_copy *copy, const struct text_set *keys, struct error *error)
{
    enum status status = snapshot_renew(copy->view);
    if (status != STATUS_OK)
        return error_set(error, status, "the live generation cannot be read: %s", status_name(status));
    for (uint64_t i = 1; status == STATUS_OK && i <= text_set_count(keys); i++) {
        struct bytes text = text_set_at(keys, i);
        status = key_copy(copy, (enum table)text.data[0], (struct bytes){text.data + 1, text.size - 1}, error);
    }
    snapshot_reset(copy->view);
    return status;
}
