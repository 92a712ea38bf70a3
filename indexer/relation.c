#include "indexer/relation.h"

#include <stdlib.h>
#include <string.h>

enum { RELATIONS_MAX = 65536 /* far above any publication; a stream that passes it is broken */ };

struct relation {
    uint32_t oid;
    enum table table;        /* TABLE_COUNT: not one of the schema's */
    uint32_t column_count;   /* on the wire */
    int16_t *column_of_wire; /* for each column of the wire the schema's, or SCHEMA_NO_COLUMN; NULL for an ignored relation */
};

struct relations {
    const struct schema *schema;
    struct relation *items; /* few: searched front to back */
    size_t count, room;
    size_t last_hit;
};

struct relations *relations_new(const struct schema *schema)
{
    struct relations *relations = memory_calloc(1, sizeof *relations);
    relations->schema = schema;
    return relations;
}

void relations_free(struct relations *relations)
{
    if (relations == NULL)
        return;
    for (size_t i = 0; i < relations->count; i++)
        free(relations->items[i].column_of_wire);
    free(relations->items);
    free(relations);
}

/* Rows come in runs of one table: the one of the last hit is looked at first. */
static struct relation *relations_find(struct relations *relations, uint32_t oid)
{
    if (relations->last_hit < relations->count && relations->items[relations->last_hit].oid == oid)
        return &relations->items[relations->last_hit];
    for (size_t i = 0; i < relations->count; i++)
        if (relations->items[i].oid == oid) {
            relations->last_hit = i;
            return &relations->items[i];
        }
    return NULL;
}

/* Fills the map of a mapped table; MISMATCH when a column that the schema names did not come. */
static enum status map_columns(const struct schema *schema, const struct pgoutput_message *message, struct relation *relation,
                               struct error *error)
{
    bool seen[ROW_COLUMNS_MAX] = {false};
    struct pgoutput_columns columns = message->relation.columns;
    struct pgoutput_column column;
    for (size_t i = 0; pgoutput_column_next(&columns, &column); i++) {
        int found = schema_find_column(schema, relation->table, column.name);
        relation->column_of_wire[i] = (int16_t)found;
        if (found != SCHEMA_NO_COLUMN)
            seen[found] = true;
    }
    const char *table = schema->table[relation->table];
    const struct schema_table *known = &schema_tables[relation->table];
    for (size_t i = 0; i < known->column_count; i++)
        if (schema->column[relation->table][i][0] != '\0' && !seen[i])
            return error_set(
                error, STATUS_MISMATCH,
                "schema_mismatch: column \"%s\" of table \"%s\" no longer comes in the stream (renamed or dropped?): give it that "
                "name again, or set column.%s.%s",
                schema->column[relation->table][i], table, known->name, known->columns[i].name);
    if (message->relation.identity == 'n' || message->relation.identity == 'i')
        return error_set(
            error, STATUS_MISMATCH,
            "schema_mismatch: the replica identity of table \"%s\" does not carry its primary key: run ALTER TABLE \"%s\" REPLICA "
            "IDENTITY DEFAULT",
            table, table);
    return STATUS_OK;
}

static struct relation *relations_add(struct relations *relations)
{
    if (relations->count == relations->room) {
        relations->room = relations->room == 0 ? 16 : relations->room * 2;
        relations->items = memory_resize(relations->items, relations->room * sizeof *relations->items);
    }
    relations->items[relations->count] = (struct relation){0};
    return &relations->items[relations->count++];
}

enum status relations_learn(struct relations *relations, const struct pgoutput_message *message, struct error *error)
{
    struct relation *relation = relations_find(relations, message->relation.oid);
    if (relation == NULL && relations->count == RELATIONS_MAX)
        return error_set(error, STATUS_CORRUPT, "the stream announced more than %d tables", RELATIONS_MAX);
    if (relation == NULL)
        relation = relations_add(relations);
    free(relation->column_of_wire);
    *relation = (struct relation){.oid = message->relation.oid,
                                  .table = schema_find_table(relations->schema, message->relation.namespace, message->relation.name),
                                  .column_count = message->relation.columns.count};
    if (relation->table == TABLE_COUNT)
        return STATUS_OK;
    relation->column_of_wire = memory_calloc(relation->column_count + 1, sizeof *relation->column_of_wire);
    return map_columns(relations->schema, message, relation, error);
}

static enum status not_announced(uint32_t oid, struct error *error)
{
    return error_set(error, STATUS_CORRUPT, "the stream has a row of table oid %u, which it never announced", oid);
}

enum status relations_table(struct relations *relations, uint32_t oid, enum table *out, struct error *error)
{
    const struct relation *relation = relations_find(relations, oid);
    if (relation == NULL)
        return not_announced(oid, error);
    *out = relation->table;
    return relation->table == TABLE_COUNT ? STATUS_NOT_FOUND : STATUS_OK;
}

static enum cell_state cell_state(enum pgoutput_cell_kind kind)
{
    switch (kind) {
    case PGOUTPUT_CELL_TEXT:
        return CELL_TEXT;
    case PGOUTPUT_CELL_UNCHANGED:
        return CELL_UNCHANGED;
    case PGOUTPUT_CELL_NULL:
        break;
    }
    return CELL_NULL;
}

/* The wire's cells at their places in the row; what this shop does not have stays NULL. */
static enum status fill_row(const struct relation *relation, struct pgoutput_tuple tuple, struct row *row, struct error *error)
{
    if (tuple.count != relation->column_count)
        return error_set(error, STATUS_CORRUPT, "the stream has a row of %u columns where %u were announced", tuple.count,
                         relation->column_count);
    row->table = relation->table;
    struct pgoutput_cell cell;
    for (size_t i = 0; pgoutput_cell_next(&tuple, &cell); i++) {
        if (relation->column_of_wire[i] == SCHEMA_NO_COLUMN)
            continue;
        row->cells[relation->column_of_wire[i]] = (struct cell){cell_state(cell.kind), cell.text};
    }
    return STATUS_OK;
}

static enum status change_delete(const struct relations *relations, const struct relation *relation, const struct pgoutput_message *message,
                                 struct change *out, struct error *error)
{
    struct row old = {0};
    enum status status = fill_row(relation, message->row.old, &old, error);
    if (status != STATUS_OK)
        return status;
    if (old.cells[0].state != CELL_TEXT)
        return error_set(
            error, STATUS_MISMATCH,
            "schema_mismatch: a row deleted from table \"%s\" came without its primary key: run ALTER TABLE \"%s\" REPLICA IDENTITY "
            "DEFAULT",
            relations->schema->table[relation->table], relations->schema->table[relation->table]);
    out->old_key = old.cells[0].text;
    return STATUS_OK;
}

/* With REPLICA IDENTITY FULL the old row comes whole: what is "unchanged" in the new one is taken from there. With the default only a
 * changed key comes. */
static void take_from_old(const struct row *old, struct change *out)
{
    for (size_t i = 0; i < ROW_COLUMNS_MAX; i++)
        if (out->row.cells[i].state == CELL_UNCHANGED && old->cells[i].state == CELL_TEXT)
            out->row.cells[i] = old->cells[i];
    const struct cell *before = &old->cells[0], *after = &out->row.cells[0];
    bool same = before->text.size == after->text.size && memcmp(before->text.data, after->text.data, after->text.size) == 0;
    if (before->state == CELL_TEXT && after->state == CELL_TEXT && !same)
        out->old_key = before->text;
}

static enum status change_write(const struct relation *relation, const struct pgoutput_message *message, struct change *out,
                                struct error *error)
{
    enum status status = fill_row(relation, message->row.new, &out->row, error);
    if (status == STATUS_OK && message->row.old_kind != 0) {
        struct row old = {0};
        status = fill_row(relation, message->row.old, &old, error);
        if (status == STATUS_OK)
            take_from_old(&old, out);
    }
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; message->kind == PGOUTPUT_INSERT && i < ROW_COLUMNS_MAX; i++)
        if (out->row.cells[i].state == CELL_UNCHANGED)
            return error_set(error, STATUS_CORRUPT, "the stream inserts a row with an unchanged value");
    if (out->row.cells[0].state == CELL_UNCHANGED)
        return error_set(error, STATUS_CORRUPT, "the stream updates a row without saying its key");
    return STATUS_OK;
}

enum status relations_change(struct relations *relations, const struct pgoutput_message *message, struct change *out, struct error *error)
{
    const struct relation *relation = relations_find(relations, message->row.oid);
    if (relation == NULL)
        return not_announced(message->row.oid, error);
    if (relation->table == TABLE_COUNT)
        return STATUS_NOT_FOUND;
    *out = (struct change){.row.table = relation->table};
    if (message->kind == PGOUTPUT_DELETE) {
        out->kind = CHANGE_DELETE;
        return change_delete(relations, relation, message, out, error);
    }
    out->kind = message->kind == PGOUTPUT_INSERT ? CHANGE_INSERT : CHANGE_UPDATE;
    return change_write(relation, message, out, error);
}
