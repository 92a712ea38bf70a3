/* The shop's search rules: rows, and the reverse key by which a search finds those that are for it. */
#include "indexer/apply_state.h"

#include "base/log.h"
#include "catalog/field.h"
#include "catalog/rule.h"
#include "storage/mirror.h"

/* No key, and that is all right. */
static enum status key_missing(enum status status)
{
    return status == STATUS_NOT_FOUND || status == STATUS_INVALID ? STATUS_OK : status;
}

enum status rule_key_heard(struct apply *apply, const struct row *row, struct rule_key *out, bool *has)
{
    struct error error = {0};
    struct bytes id = cell_text(&row->cells[RULE_ID]);
    enum status status = rule_key(apply->analyzer, row, &apply->arena, out, &error);
    *has = status == STATUS_OK;
    if (status == STATUS_INVALID)
        log_warn("indexer: rule %.*s: %s: it has no effect", (int)id.size, id.data, error.text);
    return key_missing(status);
}

static enum status key_del(struct apply *apply, const struct row *row)
{
    struct rule_key key;
    enum status status = rule_key(apply->analyzer, row, &apply->arena, &key, NULL);
    if (status != STATUS_OK)
        return key_missing(status);
    return reverse_del(apply->batch, REVERSE_RULE, key.from, (struct bytes){(const char *)key.to, key.to_size});
}

static enum status key_put(struct apply *apply, const struct row *row)
{
    struct rule_key key;
    bool has = false;
    enum status status = rule_key_heard(apply, row, &key, &has);
    if (status != STATUS_OK || !has)
        return status;
    return reverse_put(apply->batch, REVERSE_RULE, key.from, (struct bytes){(const char *)key.to, key.to_size});
}

enum status rule_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    enum status status = STATUS_OK;
    if (old->found && !cold_differs(&old->row, row))
        return STATUS_OK;
    *effective = true;
    if (old->found)
        status = key_del(apply, &old->row);
    if (status == STATUS_OK)
        status = key_put(apply, row);
    return status == STATUS_OK ? row_store(apply, row, false, 0) : status;
}

enum status rule_delete(struct apply *apply, const struct stored *old)
{
    enum status status = key_del(apply, &old->row);
    return status == STATUS_OK ? mirror_del(apply->batch, (uint8_t)old->row.table, old->row.cells[0].text) : status;
}
