/* Grammar in key_name.h. */
#include "storage/key_name.h"

#include <stdint.h>
#include <string.h>
#include <xxhash.h>

#include "storage/bytes.h"

size_t key_name_put(unsigned char *at, struct bytes name)
{
    XXH128_canonical_t hash;
    size_t kept = name.size <= NAME_BYTES_MAX ? name.size : NAME_BYTES_MAX - sizeof hash;
    key_put_u16(at, name.size < UINT16_MAX ? (uint16_t)name.size : UINT16_MAX);
    if (kept > 0)
        memcpy(at + 2, name.data, kept);
    if (kept == name.size)
        return 2 + kept;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(name.data, name.size));
    memcpy(at + 2 + kept, &hash, sizeof hash);
    return 2 + kept + sizeof hash;
}
