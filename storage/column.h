/* Columns: fixed-width values by document or by variant, grouped in families that share a chunk. Byte grammar in column_block.h.
 *
 * Fields that change together (price, sale price, stock) form one family, so that such a change rewrites one page. A chunk holds
 * 4,032 / record width entries as one array per field, behind a zone map (minimum and maximum of each field, unknowns left out). Chunks
 * divide the window of 4,032 documents evenly. Storage knows nothing of what the fields mean: catalog/field.h declares the families.
 *
 * A value never written is unknown: all bits set (UINT32_MAX for a width of 4). */
#ifndef TIM_STORAGE_COLUMN_H
#define TIM_STORAGE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

struct snapshot;
struct batch;
struct door_cursor;

enum {
    COLUMN_CHUNK_BYTES = 4032,
    COLUMN_WINDOW = 4032,
    COLUMN_FIELDS_MAX = 4,
    COLUMN_RECORD_BYTES_MAX = 18, /* the widths of a family together: what its zone map has room for */
};

enum column_space { SPACE_DOCUMENT = 0, SPACE_VARIANT = 1 };

struct column_family {
    const char *name;
    uint8_t id;                        /* permanent: part of the key */
    uint8_t space;                     /* enum column_space */
    uint8_t field_count;               /* 1..COLUMN_FIELDS_MAX */
    uint8_t widths[COLUMN_FIELDS_MAX]; /* 1, 2, 4 or 8; their sum divides 4,032, and each array starts aligned to its width */
};

/* How many entries a chunk of this family holds. */
uint32_t column_chunk_entries(const struct column_family *family);

#define COLUMN_UNKNOWN UINT64_MAX

/* One chunk, borrowed from the snapshot (or from the batch's copy, where later writes to it show). */
struct column_chunk {
    const unsigned char *values[COLUMN_FIELDS_MAX]; /* the array of each field; NULL when the chunk was never written */
    uint64_t
        min[COLUMN_FIELDS_MAX]; /* over known values; min > max when all are unknown. A chunk written in this batch: 0 and UINT64_MAX */
    uint64_t max[COLUMN_FIELDS_MAX];
};
/* A chunk never written is not an error: its arrays are NULL. */
MUST_USE enum status column_chunk_get(struct snapshot *snapshot, const struct column_family *family, uint32_t chunk,
                                      struct column_chunk *out);

/* Reads a family's chunks in ascending order with a remembered place: the next one costs a step, not a descent. Zero it but for the family;
 * valid until the snapshot is reset, renewed or closed, and not in a batch. */
struct column_cursor {
    const struct column_family *family;
    struct door_cursor *place; /* made on first use */
    uint32_t chunk;            /* where it stands, when `placed` */
    bool placed;
};
MUST_USE enum status column_cursor_get(struct column_cursor *cursor, struct snapshot *snapshot, uint32_t chunk, struct column_chunk *out);

/* Reads values one at a time, remembering the chunk of the last: for gathers in ascending order and for single hits. A bad chunk sets the
 * snapshot's status and reads as unknown. */
struct column_reader {
    struct snapshot *snapshot;
    const struct column_family *family;
    struct batch *batch; /* whose view the snapshot is: then the chunk may get a copy at any time; else NULL */
    size_t copies_seen;  /* how many copies the batch had when the chunk was looked up */
    uint32_t entries;    /* per chunk */
    uint32_t first;      /* the remembered chunk covers [first, first + count) */
    uint32_t count;      /* 0: none is remembered */
    struct column_chunk current;
};
/* Invalid after the snapshot is reset, renewed or closed: init again. */
void column_reader_init(struct column_reader *reader, struct snapshot *snapshot, const struct column_family *family);
/* Makes the chunk of `entry` the remembered one; what column_get does by itself. */
void column_reader_move(struct column_reader *reader, uint32_t entry);

/* The value at a place of an array, COLUMN_UNKNOWN for the width's own unknown pattern. */
static inline uint64_t column_value(const unsigned char *array, unsigned width, uint32_t at)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (width) {
    case 1:
        return array[at] == UINT8_MAX ? COLUMN_UNKNOWN : array[at];
    case 2:
        memcpy(&two, array + (size_t)at * 2, sizeof two);
        return two == UINT16_MAX ? COLUMN_UNKNOWN : two;
    case 4:
        memcpy(&four, array + (size_t)at * 4, sizeof four);
        return four == UINT32_MAX ? COLUMN_UNKNOWN : four;
    default:
        memcpy(&eight, array + (size_t)at * 8, sizeof eight);
        return eight;
    }
}

/* The value, or COLUMN_UNKNOWN (whatever the width). */
static inline uint64_t column_get(struct column_reader *reader, unsigned field, uint32_t entry)
{
    if (entry - reader->first >= reader->count || reader->batch != NULL)
        column_reader_move(reader, entry);
    const unsigned char *array = reader->current.values[field];
    return array == NULL ? COLUMN_UNKNOWN : column_value(array, reader->family->widths[field], entry - reader->first);
}

/* Sets one value; COLUMN_UNKNOWN clears it. Asserts that it fits the width and is not the width's own unknown pattern. Setting what is
 * there already writes nothing. The family must outlive the batch. */
MUST_USE enum status column_put(struct batch *batch, const struct column_family *family, unsigned field, uint32_t entry, uint64_t value);
/* The same for the first `count` fields of an entry, which costs one look for the chunk. `before` gets what they were; *changed is set when one
 * differs and left alone otherwise. */
MUST_USE enum status column_put_record(struct batch *batch, const struct column_family *family, uint32_t entry, const uint64_t *values,
                                       unsigned count, uint64_t *before, bool *changed);

#endif
