/* Reading posting lists. A list with blocks has one entry per block, so that LMDB's key order is the list's order:
 *
 *   key     := term id u32be, first document u32be
 *   payload := a block: type u8, the rest as the type says (1: packed.c, 2: dense.c)
 *
 * All blocks of a list are of the type that its term record names. */
#include "storage/postings.h"

#include <assert.h>
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
    postings->dense_end = 0;
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

/* What the two forms have in common. */
struct block_header {
    uint32_t last;
    uint8_t impact_max;
};

static enum status block_header(const struct postings *postings, struct block_header *header)
{
    struct bytes payload = postings->cursor->payload;
    uint32_t first = post_key_first(postings->cursor->key);
    struct packed_header packed;
    struct dense dense;
    enum status status = postings->term.is_dense ? dense_open(first, payload.data, payload.size, &dense)
                                                 : packed_header(first, payload.data, payload.size, &packed);
    if (status != STATUS_OK)
        return block_corrupt(postings);
    if (postings->term.is_dense)
        *header = (struct block_header){.last = dense.last, .impact_max = dense.impact_max};
    else
        *header = (struct block_header){.last = packed.last, .impact_max = packed.impact_max};
    return STATUS_OK;
}

static enum status packed_unpack(struct postings *postings)
{
    struct bytes payload = postings->cursor->payload;
    uint32_t first = post_key_first(postings->cursor->key);
    struct packed_header header;
    unsigned count = 0;
    if (packed_header(first, payload.data, payload.size, &header) != STATUS_OK ||
        packed_decode(first, payload.data, payload.size, postings->documents, postings->impacts, postings->forms, &count) != STATUS_OK)
        return block_corrupt(postings);
    postings->count = count;
    postings->impact_max = header.impact_max;
    return STATUS_OK;
}

/* The slice of the block that begins at or behind `word` with the first word that is not empty: as many words as surely fit. */
static void slice_unpack(struct postings *postings, unsigned word)
{
    const struct dense *dense = &postings->dense;
    unsigned count = 0, end = word;
    for (; end < dense->word_count; end++) {
        unsigned more = (unsigned)__builtin_popcountll(dense_word(dense, end));
        if (count + more > PACKED_DOCUMENTS_MAX)
            break;
        count += more;
    }
    postings->count = dense_unpack(dense, word, end, postings->documents, postings->impacts, postings->forms);
    postings->impact_max = dense->impact_max;
    postings->dense_end = end;
}

/* From the word that holds the first document at or behind `document`; the block has one. */
static void slice_seek(struct postings *postings, uint32_t document)
{
    const struct dense *dense = &postings->dense;
    unsigned word = document <= dense->first ? 0 : (document - dense->first) / 64;
    uint64_t rest = dense_word(dense, word);
    if (document > dense->first)
        rest = rest >> document % 64;
    while (rest == 0)
        rest = dense_word(dense, ++word);
    slice_unpack(postings, word);
}

static enum status dense_unpack_first(struct postings *postings, uint32_t document)
{
    struct bytes payload = postings->cursor->payload;
    if (dense_open(post_key_first(postings->cursor->key), payload.data, payload.size, &postings->dense) != STATUS_OK ||
        dense_check(&postings->dense) != STATUS_OK)
        return block_corrupt(postings);
    slice_seek(postings, document);
    return STATUS_OK;
}

/* The end of a move: the block under the cursor becomes the current one, from the first document at or behind `document` on. */
static enum status block_unpack(struct postings *postings, uint32_t document, enum status status)
{
    postings->count = 0;
    postings->ended = status == STATUS_END;
    postings->cursor_on_block = false;
    if (status == STATUS_OK)
        status = postings->term.is_dense ? dense_unpack_first(postings, document) : packed_unpack(postings);
    postings->cursor_on_block = status == STATUS_OK;
    return status;
}

/* Whether words of the current block are left behind the slice. */
static bool slice_left(const struct postings *postings)
{
    return postings->count > 0 && postings->term.is_dense && postings->dense_end < postings->dense.word_count;
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
    if (slice_left(postings)) {
        slice_unpack(postings, postings->dense_end);
        return STATUS_OK;
    }
    enum status status = cursor_ready(postings);
    if (status != STATUS_OK)
        return status;
    if (postings->count == 0)
        status = cursor_to(postings, 0);
    else if (postings->cursor_on_block)
        status = cursor_block(postings, door_cursor_next(postings->cursor));
    else
        status = cursor_to(postings, postings->documents[postings->count - 1] + 1);
    return block_unpack(postings, 0, status);
}

/* The cursor onto the block that contains the first document >= `document`, and that block's header. */
static enum status cursor_find(struct postings *postings, uint32_t document, struct block_header *header)
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
    struct block_header header;
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

/* The current block of a DENSE list holds the first document at or behind `document`, in whichever slice. */
static bool dense_has(const struct postings *postings, uint32_t document)
{
    return postings->count > 0 && postings->term.is_dense && postings->dense.first <= document && document <= postings->dense.last;
}

enum status postings_seek(struct postings *postings, uint32_t document)
{
    struct block_header header;
    if (current_has(postings, document))
        return STATUS_OK;
    if (dense_has(postings, document)) {
        slice_seek(postings, document);
        return STATUS_OK;
    }
    if (!postings->term.has_blocks)
        return inline_last(&postings->term) >= document ? inline_unpack(postings) : list_ended(postings);
    enum status status = cursor_ready(postings);
    if (status == STATUS_OK && !next_block_has(postings, document))
        status = cursor_find(postings, document, &header);
    return block_unpack(postings, document, status);
}

enum status postings_peek(struct postings *postings, uint32_t document, struct postings_bound *out)
{
    struct block_header header;
    if (dense_has(postings, document) || current_has(postings, document)) {
        uint32_t last = postings->term.is_dense ? postings->dense.last : postings->documents[postings->count - 1];
        *out = (struct postings_bound){.last = last, .impact_max = postings->impact_max};
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

enum status postings_damaged(const struct postings *postings)
{
    return door_corrupt(postings->snapshot, DB_TERM, NULL, 0, "a DENSE list whose ranks are not those of its words");
}

enum { NEAR_BLOCKS = 4 /* so many steps forward cost about as much as a seek */ };

/* The cursor onto the first block at or behind `document`, where it stands already or some steps on. */
static enum status cursor_forward(struct postings *postings, uint32_t document)
{
    enum status status = cursor_ready(postings);
    if (status != STATUS_OK || postings->ended)
        return status == STATUS_OK ? STATUS_END : status;
    if (!postings->cursor_on_block)
        return cursor_to(postings, document);
    for (unsigned step = 0; status == STATUS_OK && post_key_first(postings->cursor->key) < document; step++)
        status = step < NEAR_BLOCKS ? cursor_block(postings, door_cursor_next(postings->cursor)) : cursor_to(postings, document);
    return status;
}

enum status postings_window(struct postings *postings, uint32_t window, struct postings_window *out)
{
    assert(postings->term.is_dense && window <= INT32_MAX / DENSE_WINDOW);
    enum status status = cursor_forward(postings, window * DENSE_WINDOW);
    *out = (struct postings_window){0};
    if (status == STATUS_OK)
        out->window = post_key_first(postings->cursor->key) / DENSE_WINDOW;
    while (status == STATUS_OK && post_key_first(postings->cursor->key) / DENSE_WINDOW == out->window) {
        struct bytes payload = postings->cursor->payload;
        struct dense *block = &out->blocks[out->count++];
        uint32_t first = post_key_first(postings->cursor->key);
        if (out->count > DENSE_PIECES_MAX || dense_open(first, payload.data, payload.size, block) != STATUS_OK ||
            (out->count > 1 && block[-1].last >= first))
            return block_corrupt(postings);
        status = cursor_block(postings, door_cursor_next(postings->cursor));
    }
    postings->cursor_on_block = status == STATUS_OK;
    postings->ended = status == STATUS_END;
    return out->count > 0 && status == STATUS_END ? STATUS_OK : status;
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
