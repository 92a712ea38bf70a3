/* The mirror's and the fragments' parts of verify: parts complete, keys well formed, and document numbers that are given once, lie below
 * the limit and cover every live document. */
#include <stdlib.h>

#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/key_name.h"
#include "storage/mirror.h"
#include "storage/verify_walk.h"

static enum status row_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    bool first = false;
    if (key.size < 5 || key.size != (size_t)4 + (unsigned char)key.data[1] || key.size > MIRROR_KEY_BYTES_MAX + 4) {
        verify_fault_at(verify, DB_ROW, key, "a row's key of the wrong size");
        return STATUS_OK;
    }
    parts_walk_next(context, verify, DB_ROW, key, payload, &first);
    verify->counts->rows += first;
    return STATUS_OK;
}

static enum status reverse_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    (void)context;
    size_t from = key.size < 3 ? 0 : key_get_u16((const unsigned char *)key.data + 1);
    size_t head = (size_t)3 + (from > NAME_BYTES_MAX ? NAME_BYTES_MAX : from);
    if (key.size < head || key.size > head + REVERSE_TO_BYTES_MAX || payload.size != 0)
        verify_fault_at(verify, DB_REVERSE, key, "a reverse key that does not decode");
    return STATUS_OK;
}

static enum status dirty_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    (void)context;
    if (key.size > MIRROR_KEY_BYTES_MAX || payload.size != 0)
        verify_fault_at(verify, DB_DIRTY, key, "a queued product id that does not decode");
    return STATUS_OK;
}

/* `context` is one bit per document: numbered already. */
static enum status document_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    unsigned char *numbered = context;
    uint32_t document = 0;
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    document = read_u32(&reader);
    if (key.size > MIRROR_KEY_BYTES_MAX || reader.failed || reader.next != reader.end)
        verify_fault_at(verify, DB_EXT, key, "a document number that does not decode");
    else if (document >= verify->document_limit)
        verify_fault_at(verify, DB_EXT, key, "a document number that was never given");
    else if ((numbered[document / 8] >> (document % 8) & 1) != 0)
        verify_fault_at(verify, DB_EXT, key, "a document number that another product has too");
    else
        numbered[document / 8] |= (unsigned char)(1U << (document % 8));
    return STATUS_OK;
}

static void live_missing(struct verify *verify, const unsigned char *seen, const char *what)
{
    for (uint32_t document = 0; document < verify->document_limit; document++)
        if (verify_is_live(verify, document) && (seen[document / 8] >> (document % 8) & 1) == 0)
            verify_fault(verify, "Document %u is live but has no %s.", document, what);
}

static unsigned char *bits_new(const struct verify *verify)
{
    return memory_calloc((size_t)verify->document_limit / 8 + 1, 1);
}

enum status mirror_verify(struct verify *verify)
{
    struct parts_walk walk = {0};
    unsigned char *numbered = bits_new(verify);
    enum status status = verify_walk(verify, DB_ROW, row_entry, &walk);
    parts_walk_end(&walk, verify, DB_ROW);
    if (status == STATUS_OK)
        status = verify_walk(verify, DB_REVERSE, reverse_entry, NULL);
    if (status == STATUS_OK)
        status = verify_walk(verify, DB_DIRTY, dirty_entry, NULL);
    if (status == STATUS_OK)
        status = verify_walk(verify, DB_EXT, document_entry, numbered);
    if (status == STATUS_OK)
        live_missing(verify, numbered, "product id");
    free(numbered);
    return status;
}

struct fragment_walk {
    struct parts_walk parts;
    unsigned char *seen;
};

static enum status fragment_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    struct fragment_walk *walk = context;
    bool first = false;
    uint32_t document = key.size == 6 ? key_get_u32((const unsigned char *)key.data) : UINT32_MAX;
    if (document >= verify->document_limit) {
        verify_fault_at(verify, DB_HIT, key, "a fragment of a document that was never given");
        return STATUS_OK;
    }
    parts_walk_next(&walk->parts, verify, DB_HIT, key, payload, &first);
    walk->seen[document / 8] |= (unsigned char)(1U << (document % 8));
    return STATUS_OK;
}

enum status fragment_verify(struct verify *verify)
{
    struct fragment_walk walk = {.seen = bits_new(verify)};
    enum status status = verify_walk(verify, DB_HIT, fragment_entry, &walk);
    parts_walk_end(&walk.parts, verify, DB_HIT);
    if (status == STATUS_OK)
        live_missing(verify, walk.seen, "fragment");
    free(walk.seen);
    return status;
}
