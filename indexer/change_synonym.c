/* The shop's own synonyms: rows, and the reverse keys by which a search finds those that a phrase begins. */
#include "indexer/apply_state.h"

#include "base/log.h"
#include "catalog/field.h"
#include "catalog/synonym.h"
#include "storage/mirror.h"

void synonym_check(const struct row *row)
{
    enum { SHOWN_BYTES_MAX = 40 };
    struct bytes kind = cell_text(&row->cells[SYNONYM_KIND]), id = cell_text(&row->cells[SYNONYM_ID]);
    if (!cell_boolean(&row->cells[SYNONYM_IS_ACTIVE], true) || synonym_kind(row) != SYNONYM_NONE)
        return;
    int shown = kind.size < SHOWN_BYTES_MAX ? (int)kind.size : SHOWN_BYTES_MAX;
    log_warn("indexer: synonym %.*s: kind is '%.*s', none of synonym, oneway, abbreviation, off: it has no effect", (int)id.size, id.data,
             shown, shown > 0 ? kind.data : "");
}

static enum status keys_del(struct apply *apply, const struct row *row)
{
    struct synonym_key keys[2];
    unsigned count = 0;
    enum status status = synonym_keys(apply->analyzer, row, &apply->arena, keys, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = reverse_del(apply->batch, REVERSE_SYNONYM, keys[i].from, (struct bytes){(const char *)keys[i].to, keys[i].to_size});
    return status;
}

static enum status keys_put(struct apply *apply, const struct row *row)
{
    struct synonym_key keys[2];
    unsigned count = 0;
    enum status status = synonym_keys(apply->analyzer, row, &apply->arena, keys, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = reverse_put(apply->batch, REVERSE_SYNONYM, keys[i].from, (struct bytes){(const char *)keys[i].to, keys[i].to_size});
    return status;
}

enum status synonym_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    enum status status = STATUS_OK;
    if (old->found && !cold_differs(&old->row, row))
        return STATUS_OK;
    *effective = true;
    synonym_check(row);
    if (old->found)
        status = keys_del(apply, &old->row);
    if (status == STATUS_OK)
        status = keys_put(apply, row);
    return status == STATUS_OK ? row_store(apply, row, false, 0) : status;
}

enum status synonym_delete(struct apply *apply, const struct stored *old)
{
    enum status status = keys_del(apply, &old->row);
    return status == STATUS_OK ? mirror_del(apply->batch, (uint8_t)old->row.table, old->row.cells[0].text) : status;
}
