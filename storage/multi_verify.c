/* The multi-valued facets' part of verify: chunks decode, are cut as their values demand, do not overlap, and ordinals ascend. */
#include "storage/bytes.h"
#include "storage/multi_block.h"
#include "storage/verify_walk.h"

/* The chunk before: two neighbours that would fit into one must not be two. */
struct multi_walk {
    bool any;
    uint16_t field;
    uint32_t first, span, count;
};

static bool ordinals_ascend(const struct multi_chunk *chunk)
{
    for (uint32_t entry = 0; entry < chunk->span; entry++) {
        if (chunk->offsets[entry + 1] - chunk->offsets[entry] > MULTI_VALUES_MAX)
            return false;
        for (uint32_t i = chunk->offsets[entry] + 1U; i < chunk->offsets[entry + 1]; i++)
            if (chunk->ordinals[i - 1] >= chunk->ordinals[i])
                return false;
    }
    return true;
}

static const char *place_fault(const struct multi_walk *before, uint16_t field, const struct multi_chunk *chunk)
{
    uint32_t count = chunk->offsets[chunk->span];
    if (count == 0)
        return "a chunk without values";
    if (!before->any || before->field != field)
        return NULL;
    if (chunk->first - before->first < before->span)
        return "a chunk that overlaps the one before it";
    bool siblings = before->span == chunk->span && chunk->span < MULTI_SPAN_MAX && before->first + before->span == chunk->first &&
                    before->first % (2 * chunk->span) == 0;
    if (siblings && multi_block_bytes(2 * chunk->span, before->count + count) <= PAYLOAD_BYTES_MAX)
        return "a chunk that fits into one with the one before it";
    return NULL;
}

static enum status multi_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    struct multi_walk *walk = context;
    struct multi_chunk chunk = {0};
    const unsigned char *at = (const unsigned char *)key.data;
    if (key.size != MULTI_KEY_BYTES || !multi_block_open(key_get_u32(at + 2), payload, &chunk)) {
        verify_fault_at(verify, DB_MULTI, key, "a chunk of ordinals that does not decode");
        return STATUS_OK;
    }
    const char *fault = place_fault(walk, key_get_u16(at), &chunk);
    if (fault == NULL && !ordinals_ascend(&chunk))
        fault = "a chunk whose ordinals do not ascend";
    if (fault != NULL)
        verify_fault_at(verify, DB_MULTI, key, fault);
    *walk = (struct multi_walk){
        .any = true, .field = key_get_u16(at), .first = chunk.first, .span = chunk.span, .count = chunk.offsets[chunk.span]};
    verify->counts->values += chunk.offsets[chunk.span];
    return STATUS_OK;
}

enum status multi_verify(struct verify *verify)
{
    struct multi_walk walk = {0};
    return verify_walk(verify, DB_MULTI, multi_entry, &walk);
}
