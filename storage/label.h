/* Facet values and their labels. An ordinal is permanent within a generation; its label, slug and parent may change at any time, and what
 * a hit or a facet shows changes with them. Byte grammar in label.c. */
#ifndef TIM_STORAGE_LABEL_H
#define TIM_STORAGE_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;
struct batch;
struct door_cursor;

#define LABEL_NO_PARENT UINT32_MAX
enum { LABEL_TEXT_BYTES_MAX = 1000 /* key, text, slug: each cut by the caller; a longer one is LIMIT */ };

struct label {
    struct bytes key;  /* what identifies it: the brand's or category's primary key, or the folded value of a spec */
    struct bytes text; /* as shown */
    struct bytes slug; /* empty: none */
    uint32_t parent;   /* ordinal, LABEL_NO_PARENT */
};

/* Borrowed from the snapshot; in a batch until it next writes a label. NOT_FOUND. */
MUST_USE enum status label_get(struct snapshot *snapshot, uint16_t field, uint32_t ordinal, struct label *out);
/* Reads a field's labels in ascending order with a remembered place: one close behind the last costs a step or two, not a descent. Zero it but
 * for the field; valid until the snapshot is reset, renewed or closed, and not in a batch. */
struct label_reader {
    uint16_t field;
    struct door_cursor *place; /* made on first use */
    uint32_t ordinal;          /* where it stands, when `placed` */
    bool placed;
};
MUST_USE enum status label_reader_get(struct label_reader *reader, struct snapshot *snapshot, uint32_t ordinal, struct label *out);
/* The ordinal of a key. NOT_FOUND. */
MUST_USE enum status label_find(struct snapshot *snapshot, uint16_t field, struct bytes key, uint32_t *ordinal);
/* The ordinal of a slug; the smallest when several share it. NOT_FOUND. */
MUST_USE enum status label_find_slug(struct snapshot *snapshot, uint16_t field, struct bytes slug, uint32_t *ordinal);
/* The next one that shares the slug: the smallest from `ordinal` on. NOT_FOUND. */
MUST_USE enum status label_next_slug(struct snapshot *snapshot, uint16_t field, struct bytes slug, uint32_t *ordinal);
/* The label's ordinal, taking the field's next one (from 0) for a new key; text, slug and parent are stored when they differ. LIMIT: a
 * text is too long, or the ordinals have run out. */
MUST_USE enum status label_put(struct batch *batch, uint16_t field, const struct label *label, uint32_t *ordinal);
/* Forgets key, slug and label; the ordinal is not given again. NOT_FOUND. */
MUST_USE enum status label_del(struct batch *batch, uint16_t field, uint32_t ordinal);
/* One past the highest ordinal ever given. */
MUST_USE enum status label_limit(struct snapshot *snapshot, uint16_t field, uint32_t *limit);

/* The category tree as intervals: ordinal c lies in the subtree of a exactly when low[a] <= low[c] < high[a]. Rewritten whole, in the
 * transaction that changed the tree. An ordinal that is gone has low == high. */
struct tree_interval {
    uint32_t low, high;
};
struct tree {
    const struct tree_interval *intervals;
    uint32_t count;
};
/* In the arena (or borrowed). An index without a tree gives count 0. */
MUST_USE enum status tree_get(struct snapshot *snapshot, uint16_t field, struct arena *arena, struct tree *out);
MUST_USE enum status tree_put(struct batch *batch, uint16_t field, const struct tree *tree);

#endif
