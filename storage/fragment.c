/* Hit fragments.
 *
 *   key   := document u32be, part u16be
 *   value := as in parts.h
 */
#include "storage/fragment.h"

#include "storage/bytes.h"
#include "storage/parts.h"

enum { FRAGMENT_KEY_BYTES = 4 };

enum status fragment_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct bytes *out)
{
    unsigned char key[FRAGMENT_KEY_BYTES];
    key_put_u32(key, document);
    return parts_get(snapshot, DB_HIT, key, sizeof key, arena, out);
}

enum status fragment_put(struct batch *batch, uint32_t document, struct bytes fragment)
{
    unsigned char key[FRAGMENT_KEY_BYTES];
    key_put_u32(key, document);
    return parts_put(batch, DB_HIT, key, sizeof key, fragment.data, fragment.size);
}

enum status fragment_del(struct batch *batch, uint32_t document)
{
    unsigned char key[FRAGMENT_KEY_BYTES];
    key_put_u32(key, document);
    return parts_del(batch, DB_HIT, key, sizeof key);
}
