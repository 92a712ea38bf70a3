/* Inside storage/ only: the bytes of the suggestion database and how they are read, shared by suggest.c and suggest_edit.c.
 *
 *   entry  := key: 'e', name                                               value: weight u16le
 *   ranked := key: 'w', head, 0, (65,535 - weight) u16be, name             value: empty
 *   top    := key: 't', prefix                                             value: (weight u16le, name size u8, name) {10}
 *   name   := text, 0, kind u8, reference
 *   head   := the first 24 bytes of the text
 *   prefix := 0..23 bytes
 *
 * A top is stored exactly for the prefixes that more than 64 entries begin with; it holds the best ten of them, best first. Each entry also
 * has a ranked row, so that the best of a crowd that no longer prefix divides (one text with many references, many texts with one head)
 * can be read without looking at all of it. */
#ifndef TIM_STORAGE_SUGGEST_ENTRY_H
#define TIM_STORAGE_SUGGEST_ENTRY_H

#include "storage/door.h"
#include "storage/suggest.h"

enum {
    SUGGEST_NAME_BYTES_MAX = SUGGEST_KEY_BYTES_MAX + 2 + SUGGEST_REFERENCE_BYTES_MAX,
    SUGGEST_STORED_KEY_BYTES_MAX = 1 + SUGGEST_PREFIX_BYTES_MAX + 3 + SUGGEST_NAME_BYTES_MAX,
    SUGGEST_TOP_BYTES_MAX = SUGGEST_TOP * (3 + SUGGEST_NAME_BYTES_MAX),
};
_Static_assert((int)SUGGEST_TOP_BYTES_MAX <= (int)PAYLOAD_BYTES_MAX, "a top fits its page");
_Static_assert(SUGGEST_NAME_BYTES_MAX <= UINT8_MAX, "the size of a name fits a byte");

enum suggest_row { SUGGEST_ENTRY = 'e', SUGGEST_RANKED = 'w', SUGGEST_STORED_TOP = 't' };

struct suggest_key {
    unsigned char bytes[SUGGEST_STORED_KEY_BYTES_MAX];
    size_t size;
};

/* An entry by its name, borrowed. */
struct suggest_item {
    const unsigned char *name;
    uint8_t size;
    uint16_t weight;
};

/* The best of those offered, best first. */
struct suggest_best {
    struct suggest_item items[SUGGEST_TOP];
    unsigned count;
};

void suggest_key(struct suggest_key *key, enum suggest_row row, const unsigned char *bytes,
                 size_t size); /* SUGGEST_ENTRY, SUGGEST_STORED_TOP */
void suggest_key_ranked(struct suggest_key *key, const struct suggest_item *item);

/* Writes the entry's name, its text cut to SUGGEST_KEY_BYTES_MAX. INVALID and LIMIT as in suggest_put. */
MUST_USE enum status suggest_name(const struct suggestion *entry, unsigned char name[SUGGEST_NAME_BYTES_MAX], uint8_t *size);
/* The text's size; SIZE_MAX when the bytes are not a name. */
size_t suggest_name_text(const unsigned char *name, size_t size);

bool suggest_before(const struct suggest_item *a, const struct suggest_item *b);
void suggest_offer(struct suggest_best *best, struct suggest_item item);

/* Offers up to `limit` entries under the prefix (no `best`: only counts them), in the order of their names. */
MUST_USE enum status suggest_scan(struct door_cursor *cursor, const unsigned char *prefix, size_t size, unsigned limit,
                                  struct suggest_best *best, unsigned *count);
/* Offers the best SUGGEST_TOP entries with this head. */
MUST_USE enum status suggest_ranked(struct door_cursor *cursor, const unsigned char *head, size_t size, struct suggest_best *best);
/* Offers the stored top of a prefix. NOT_FOUND: it is not crowded. */
MUST_USE enum status suggest_stored(struct snapshot *snapshot, const unsigned char *prefix, size_t size, struct suggest_best *best);

/* The bytes of a top; returns their number. */
size_t suggest_top_encode(const struct suggest_best *best, unsigned char payload[SUGGEST_TOP_BYTES_MAX]);

#endif
