/* Inside storage/ only: the bytes of the label database, shared by label.c and label_verify.c.
 *
 *   label := key: 'l', field u16be, ordinal u32be          value: parent u32le, key size u16le, text size u16le, slug size u16le, key, text, slug
 *   key   := key: 'k', field u16be, name of the key        value: ordinal u32le
 *   slug  := key: 's', field u16be, name of the slug, ordinal u32be     value: empty; none for an empty slug
 *   next  := key: 'n', field u16be                         value: the ordinal to give next, u32le
 *   tree  := key: 't', field u16be, part u16be             value: parts of (low u32le, high u32le) by ordinal
 *   name  := as in key_name.h
 */
#ifndef TIM_STORAGE_LABEL_ENTRY_H
#define TIM_STORAGE_LABEL_ENTRY_H

#include "storage/door.h"
#include "storage/key_name.h"
#include "storage/label.h"

enum {
    LABEL_HEAD_BYTES = 3,
    LABEL_RECORD_BYTES_MAX = 10 + 3 * LABEL_TEXT_BYTES_MAX,
};
_Static_assert((int)LABEL_RECORD_BYTES_MAX <= (int)PAYLOAD_BYTES_MAX, "a label fits its page");

enum label_entry { LABEL_RECORD = 'l', LABEL_KEY = 'k', LABEL_SLUG = 's', LABEL_NEXT = 'n', LABEL_TREE = 't' };

struct label_key {
    unsigned char bytes[LABEL_HEAD_BYTES + KEY_NAME_BYTES_MAX + 4];
    size_t size;
};

void label_key_head(struct label_key *key, enum label_entry entry, uint16_t field); /* LABEL_NEXT and LABEL_TREE */
void label_key_record(struct label_key *key, uint16_t field, uint32_t ordinal);
void label_key_name(struct label_key *key, enum label_entry entry, uint16_t field, struct bytes name); /* LABEL_KEY; LABEL_SLUG's prefix */
void label_key_slug(struct label_key *key, uint16_t field, struct bytes slug, uint32_t ordinal);

/* False when the bytes are not a label. */
bool label_decode(struct bytes payload, struct label *out);

#endif
