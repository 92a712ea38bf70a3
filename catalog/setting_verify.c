#include "catalog/setting_verify.h"

#include <inttypes.h>
#include <stdarg.h>

#include "catalog/field.h"
#include "catalog/rule.h"
#include "catalog/synonym.h"
#include "storage/mirror.h"

enum { CHECK_ARENA_BYTES = 64 * 1024 * 1024 };

struct setting_check {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena arena; /* of one row */
    struct verify_counts *counts;
    verify_report *report;
    void *context;
    uint64_t keys; /* of the table at hand that are there */
};

static void fault(struct setting_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fault(struct setting_check *check, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verify_report_fault(check->counts, check->report, check->context, format, arguments);
    va_end(arguments);
}

static enum status key_check(struct setting_check *check, const struct row *row, uint8_t kind, struct bytes from, const unsigned char *to,
                             size_t to_size)
{
    enum status status = reverse_has(check->snapshot, kind, from, (struct bytes){(const char *)to, to_size});
    if (status == STATUS_NOT_FOUND) {
        struct bytes id = row->cells[0].text;
        fault(check, "The %s \"%.*s\" has no key by which a search finds it.", schema_tables[row->table].word, (int)id.size, id.data);
        return STATUS_OK;
    }
    check->keys += status == STATUS_OK;
    return status;
}

static enum status synonym_row(struct setting_check *check, const struct row *row)
{
    struct synonym_key keys[2];
    unsigned count = 0;
    enum status status = synonym_keys(check->analyzer, row, &check->arena, keys, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = key_check(check, row, REVERSE_SYNONYM, keys[i].from, keys[i].to, keys[i].to_size);
    return status;
}

static enum status rule_row(struct setting_check *check, const struct row *row)
{
    struct rule_key key;
    enum status status = rule_key(check->analyzer, row, &check->arena, &key, NULL);
    if (status == STATUS_OK)
        return key_check(check, row, REVERSE_RULE, key.from, key.to, key.to_size);
    return status == STATUS_NOT_FOUND || status == STATUS_INVALID ? STATUS_OK : status;
}

static const struct setting_table {
    enum table table;
    enum reverse_kind kind;
    enum status (*row)(struct setting_check *check, const struct row *row);
} tables[] = {{TABLE_SYNONYM, REVERSE_SYNONYM, synonym_row}, {TABLE_RULE, REVERSE_RULE, rule_row}};

static enum status rows_check(struct setting_check *check, const struct setting_table *table)
{
    struct mirror_cursor *cursor = NULL;
    enum status status = mirror_cursor_open(check->snapshot, (uint8_t)table->table, &cursor);
    while (status == STATUS_OK) {
        struct bytes key, stored;
        struct row row;
        bool has_hot = false;
        uint16_t slot = 0;
        arena_reset(&check->arena);
        status = mirror_cursor_next(cursor, &check->arena, &key, &stored);
        if (status == STATUS_OK)
            status = row_decode(table->table, stored, &row, &has_hot, &slot);
        if (status == STATUS_OK)
            status = table->row(check, &row);
    }
    mirror_cursor_close(cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status setting_verify(struct snapshot *snapshot, const struct analyzer *analyzer, verify_report *report, void *context,
                           struct verify_counts *counts)
{
    struct setting_check check = {.snapshot = snapshot, .analyzer = analyzer, .counts = counts, .report = report, .context = context};
    enum status status = STATUS_OK;
    arena_init(&check.arena, CHECK_ARENA_BYTES);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == STATUS_OK; i++) {
        uint64_t stored = 0;
        check.keys = 0;
        status = rows_check(&check, &tables[i]);
        if (status == STATUS_OK)
            status = reverse_count(snapshot, (uint8_t)tables[i].kind, &stored);
        if (status == STATUS_OK && stored > check.keys)
            fault(&check, "%" PRIu64 " keys of %s lead to no row that has them.", stored - check.keys, schema_tables[tables[i].table].name);
    }
    arena_release(&check.arena);
    return status;
}
