/* Reading posting lists. A list with blocks has one entry per block, so that LMDB's key order is the list's order:
 *
 *   key     := term id u32be, first document u32be
 *   payload := a block: type u8, the rest as the type says (1: packed.c) */
#include "storage/postings.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/post_key.h"
#include "storage/term_record.h"

void postings_open(struct postings *postings, struct snapshot *snapshot, const struct term *term)
{
    /* Not the arrays: 768 bytes that the first block overwrites. */
    postings->snapshot = snapshot;
    postings->term = *term;
    postings->cursor = NULL;
    postings->cursor_on_block = false;
    postings->ended = false;
    postings->impact_max = 0;
    postings->count = 0;
}

void postings_close(struct postings *postings)
{
    if (postings->cursor != NULL) {
        door_cursor_close(postings->cursor);
        free(postings->cursor);
    }
    postings->cursor = NULL;
    postings->count = 0;
}

static enum status cursor_ready(struct postings *postings)
{
    if (postings->cursor != NULL)
        return STATUS_OK;
    postings->cursor = memory_calloc(1, sizeof *postings->cursor);
    return door_cursor_open(postings->snapshot, DB_POST, postings->cursor);
}

/* Whether the cursor, after a move that came to `status`, stands on a block of this list. */
static enum status cursor_block(struct postings *postings, enum status status)
{
    if (status == STATUS_OK && !post_key_is_of(postings->cursor->key, postings->term.id))
        return STATUS_END;
    return status;
}

static enum status block_corrupt(const struct postings *postings)
{
    return door_corrupt(postings->snapshot, DB_POST, postings->cursor->key.data, postings->cursor->key.size,
                        "a posting block that does not decode");
}

static enum status block_header(const struct postings *postings, struct packed_header *header)
{
    struct bytes payload = postings->cursor->payload;
    if (packed_header(post_key_first(postings->cursor->key), payload.data, payload.size, header) != STATUS_OK)
        return block_corrupt(postings);
    return STATUS_OK;
}

/* The end of a move: the block under the cursor becomes the current one. */
static enum status block_unpack(struct postings *postings, enum status status)
{
    postings->count = 0;
    postings->ended = status == STATUS_END;
    postings->cursor_on_block = false;
    if (status != STATUS_OK)
        return status;
    struct bytes payload = postings->cursor->payload;
    uint32_t first = post_key_first(postings->cursor->key);
    struct packed_header header;
    unsigned count = 0;
    if (packed_header(first, payload.data, payload.size, &header) != STATUS_OK ||
        packed_decode(first, payload.data, payload.size, postings->documents, postings->impacts, postings->forms, &count) != STATUS_OK)
        return block_corrupt(postings);
    postings->count = count;
    postings->impact_max = header.impact_max;
    postings->cursor_on_block = true;
    return STATUS_OK;
}

static enum status cursor_to(struct postings *postings, uint32_t document)
{
    struct post_key key = post_key(postings->term.id, document);
    return cursor_block(postings, door_cursor_seek(postings->cursor, key.bytes, sizeof key.bytes));
}

static enum status inline_unpack(struct postings *postings)
{
    for (unsigned i = 0; i < postings->term.df; i++) {
        struct posting posting = term_inline_posting(&postings->term, i);
        postings->documents[i] = posting.document;
        postings->impacts[i] = posting.impact;
        postings->forms[i] = posting.form;
    }
    postings->count = postings->term.df;
    postings->impact_max = postings->term.impact_max;
    postings->ended = false;
    return STATUS_OK;
}

static enum status list_ended(struct postings *postings)
{
    postings->count = 0;
    postings->ended = true;
    return STATUS_END;
}

static uint32_t inline_last(const struct term *term)
{
    return term_inline_posting(term, term->df - 1).document;
}

enum status postings_next(struct postings *postings)
{
    if (postings->ended)
        return STATUS_END;
    if (!postings->term.has_blocks)
        return postings->count == 0 ? inline_unpack(postings) : list_ended(postings);
    enum status status = cursor_ready(postings);
    if (status != STATUS_OK)
        return status;
    if (postings->count == 0)
        status = cursor_to(postings, 0);
    else if (postings->cursor_on_block)
        status = cursor_block(postings, door_cursor_next(postings->cursor));
    else
        status = cursor_to(postings, postings->documents[0] + 1);
    return block_unpack(postings, status);
}

/* The cursor onto the block that contains the first document >= `document`, and that block's header. */
static enum status cursor_find(struct postings *postings, uint32_t document, struct packed_header *header)
{
    struct post_key key = post_key(postings->term.id, document);
    postings->cursor_on_block = false;
    enum status status = cursor_block(postings, door_cursor_seek_back(postings->cursor, key.bytes, sizeof key.bytes));
    if (status == STATUS_END) /* the list begins behind `document` */
        status = cursor_to(postings, 0);
    if (status == STATUS_OK)
        status = block_header(postings, header);
    if (status != STATUS_OK || header->last >= document)
        return status;
    status = cursor_block(postings, door_cursor_next(postings->cursor));
    return status == STATUS_OK ? block_header(postings, header) : status;
}

/* A reader that moves forward mostly wants the very next block. */
static bool next_block_has(struct postings *postings, uint32_t document)
{
    struct packed_header header;
    if (postings->count == 0 || !postings->cursor_on_block || postings->documents[postings->count - 1] >= document)
        return false;
    postings->cursor_on_block = false;
    enum status status = cursor_block(postings, door_cursor_next(postings->cursor));
    return status == STATUS_OK && block_header(postings, &header) == STATUS_OK && header.last >= document;
}

static bool current_has(const struct postings *postings, uint32_t document)
{
    return postings->count > 0 && postings->documents[0] <= document && document <= postings->documents[postings->count - 1];
}

enum status postings_seek(struct postings *postings, uint32_t document)
{
    struct packed_header header;
    if (current_has(postings, document))
        return STATUS_OK;
    if (!postings->term.has_blocks)
        return inline_last(&postings->term) >= document ? inline_unpack(postings) : list_ended(postings);
    enum status status = cursor_ready(postings);
    if (status == STATUS_OK && !next_block_has(postings, document))
        status = cursor_find(postings, document, &header);
    return block_unpack(postings, status);
}

enum status postings_peek(struct postings *postings, uint32_t document, struct postings_bound *out)
{
    struct packed_header header;
    if (current_has(postings, document)) {
        *out = (struct postings_bound){.last = postings->documents[postings->count - 1], .impact_max = postings->impact_max};
        return STATUS_OK;
    }
    if (!postings->term.has_blocks) {
        *out = (struct postings_bound){.last = inline_last(&postings->term), .impact_max = postings->term.impact_max};
        return out->last >= document ? STATUS_OK : STATUS_END;
    }
    enum status status = cursor_ready(postings);
    if (status == STATUS_OK)
        status = cursor_find(postings, document, &header);
    if (status == STATUS_OK)
        *out = (struct postings_bound){.last = header.last, .impact_max = header.impact_max};
    return status;
}

enum status postings_find(struct snapshot *snapshot, const struct term *term, uint32_t document, struct posting *out)
{
    struct postings postings;
    postings_open(&postings, snapshot, term);
    enum status status = postings_seek(&postings, document);
    if (status == STATUS_OK) {
        unsigned low = 0, high = postings.count - 1;
        while (low < high) {
            unsigned middle = (low + high) / 2;
            if (postings.documents[middle] < document)
                low = middle + 1;
            else
                high = middle;
        }
        *out = (struct posting){.document = postings.documents[low], .impact = postings.impacts[low], .form = postings.forms[low]};
    }
    postings_close(&postings);
    if (status == STATUS_END || (status == STATUS_OK && out->document != document))
        return STATUS_NOT_FOUND;
    return status;
}
