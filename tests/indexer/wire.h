/* Hand-made replication messages for tests: the writer that PostgreSQL is. Every function begins its message anew in `out`. */
#ifndef TIM_TESTS_INDEXER_WIRE_H
#define TIM_TESTS_INDEXER_WIRE_H

#include <stdint.h>
#include <string.h>

#include "base/arena.h"

#define WIRE_UNCHANGED ((const char *)1) /* in a list of values: an unchanged TOAST value; NULL is NULL */

static inline void wire_number(struct buffer *out, uint64_t value, unsigned size)
{
    while (size-- > 0)
        buffer_append_char(out, (char)(unsigned char)(value >> (8 * size)));
}

static inline void wire_string(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text) + 1);
}

static inline void wire_kind(struct buffer *out, char kind)
{
    out->size = 0;
    buffer_append_char(out, kind);
}

static inline void wire_begin(struct buffer *out, uint64_t final_lsn)
{
    wire_kind(out, 'B');
    wire_number(out, final_lsn, 8);
    wire_number(out, 1000000, 8);
    wire_number(out, 77, 4);
}

static inline void wire_commit(struct buffer *out, uint64_t commit_lsn, uint64_t end_lsn)
{
    wire_kind(out, 'C');
    wire_number(out, 0, 1);
    wire_number(out, commit_lsn, 8);
    wire_number(out, end_lsn, 8);
    wire_number(out, 1000000, 8);
}

/* `columns` ends with NULL; the first one is flagged as key. */
static inline void wire_relation(struct buffer *out, uint32_t oid, const char *namespace, const char *name, char identity,
                                 const char *const *columns)
{
    wire_kind(out, 'R');
    wire_number(out, oid, 4);
    wire_string(out, namespace);
    wire_string(out, name);
    buffer_append_char(out, identity);
    unsigned count = 0;
    while (columns[count] != NULL)
        count++;
    wire_number(out, count, 2);
    for (unsigned i = 0; i < count; i++) {
        wire_number(out, i == 0, 1);
        wire_string(out, columns[i]);
        wire_number(out, 25, 4);
        wire_number(out, UINT32_MAX, 4);
    }
}

static inline void wire_tuple(struct buffer *out, char part, unsigned count, const char *const *values)
{
    buffer_append_char(out, part);
    wire_number(out, count, 2);
    for (unsigned i = 0; i < count; i++) {
        buffer_append_char(out, values[i] == NULL ? 'n' : values[i] == WIRE_UNCHANGED ? 'u' : 't');
        if (values[i] == NULL || values[i] == WIRE_UNCHANGED)
            continue;
        wire_number(out, strlen(values[i]), 4);
        buffer_append_text(out, values[i]);
    }
}

static inline void wire_insert(struct buffer *out, uint32_t oid, unsigned count, const char *const *values)
{
    wire_kind(out, 'I');
    wire_number(out, oid, 4);
    wire_tuple(out, 'N', count, values);
}

/* `old_part` 0: no old row. */
static inline void wire_update(struct buffer *out, uint32_t oid, char old_part, const char *const *old, unsigned count,
                               const char *const *values)
{
    wire_kind(out, 'U');
    wire_number(out, oid, 4);
    if (old_part != 0)
        wire_tuple(out, old_part, count, old);
    wire_tuple(out, 'N', count, values);
}

static inline void wire_delete(struct buffer *out, uint32_t oid, char part, unsigned count, const char *const *old)
{
    wire_kind(out, 'D');
    wire_number(out, oid, 4);
    wire_tuple(out, part, count, old);
}

static inline void wire_truncate(struct buffer *out, unsigned count, const uint32_t *oids)
{
    wire_kind(out, 'T');
    wire_number(out, count, 4);
    wire_number(out, 1, 1);
    for (unsigned i = 0; i < count; i++)
        wire_number(out, oids[i], 4);
}

static inline struct bytes wire_bytes(const struct buffer *out)
{
    return (struct bytes){out->data, out->size};
}

#endif
