/* Inside storage/ only: the key of a posting block. Grammar in postings.c. */
#ifndef TIM_STORAGE_POST_KEY_H
#define TIM_STORAGE_POST_KEY_H

#include "base/arena.h"
#include "storage/bytes.h"

enum { POST_KEY_BYTES = 8 };

struct post_key {
    unsigned char bytes[POST_KEY_BYTES];
};

static inline struct post_key post_key(uint32_t term_id, uint32_t first)
{
    struct post_key key;
    key_put_u32(key.bytes, term_id);
    key_put_u32(key.bytes + 4, first);
    return key;
}

static inline bool post_key_is_of(struct bytes key, uint32_t term_id)
{
    return key.size == POST_KEY_BYTES && key_get_u32((const unsigned char *)key.data) == term_id;
}

static inline uint32_t post_key_first(struct bytes key)
{
    return key_get_u32((const unsigned char *)key.data + 4);
}

#endif
