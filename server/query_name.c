#include "server/query_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

void query_name(struct bytes folded, char out[QUERY_NAME_BYTES + 1])
{
    XXH128_hash_t hash = XXH3_128bits(folded.data, folded.size);
    snprintf(out, QUERY_NAME_BYTES + 1, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
}
