/* The columns' part of verify: every chunk belongs to a declared family, has the zone map of its values, and knows nothing past the limits. */
#include "storage/bytes.h"
#include "storage/column_block.h"
#include "storage/verify_walk.h"

static const struct column_family *family_of(const struct verify *verify, const unsigned char *key)
{
    for (unsigned i = 0; i < verify->family_count; i++)
        if (verify->families[i]->space == key[0] && verify->families[i]->id == key[1])
            return verify->families[i];
    return NULL;
}

static bool known_past(const struct column_family *family, const unsigned char *payload, uint32_t from)
{
    uint32_t entries = column_chunk_entries(family);
    for (unsigned field = 0; field < family->field_count; field++)
        for (uint32_t at = from; at < entries; at++)
            if (column_value(payload + column_array_at(family, field), family->widths[field], at) != COLUMN_UNKNOWN)
                return true;
    return false;
}

static const char *chunk_fault(const struct verify *verify, struct bytes key, struct bytes payload)
{
    const unsigned char *at = (const unsigned char *)key.data;
    const struct column_family *family = key.size == COLUMN_KEY_BYTES ? family_of(verify, at) : NULL;
    if (family == NULL)
        return "a column chunk of no declared family";
    if (payload.size != COLUMN_PAYLOAD_BYTES)
        return "a column chunk of the wrong size";
    const unsigned char *data = (const unsigned char *)payload.data;
    if (!column_block_sealed(family, data))
        return "a column chunk whose zone map or shape is not that of its values";
    uint64_t first = (uint64_t)key_get_u32(at + 2) * column_chunk_entries(family);
    uint32_t limit = family->space == SPACE_DOCUMENT ? verify->document_limit : verify->variant_limit;
    if (first + column_chunk_entries(family) > limit && known_past(family, data, first >= limit ? 0 : (uint32_t)(limit - first)))
        return "a column chunk with values past the last number given";
    return NULL;
}

static enum status chunk_verify(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    (void)context;
    const char *fault = chunk_fault(verify, key, payload);
    if (fault != NULL)
        verify_fault_at(verify, DB_COLUMN, key, fault);
    verify->counts->chunks++;
    return STATUS_OK;
}

enum status column_verify(struct verify *verify)
{
    return verify_walk(verify, DB_COLUMN, chunk_verify, NULL);
}
