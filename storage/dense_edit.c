/* Edits to a list of DENSE blocks: window by window, each touched one loaded, merged and cut into its pieces anew. What a window's blocks
 * are follows from its postings alone, so only the pieces that came out different are written. */
#include <assert.h>
#include <string.h>

#include "storage/list_edit.h"
#include "storage/post_key.h"

/* Copies the block under the cursor: writes to come end what LMDB lends. */
static enum status piece_keep(struct list_writer *writer, uint32_t first)
{
    struct bytes payload = writer->cursor.payload;
    if (writer->piece_count == DENSE_PIECES_MAX || payload.size > DENSE_BYTES_MAX)
        return door_corrupt(&writer->batch->view, DB_POST, writer->cursor.key.data, writer->cursor.key.size,
                            "a posting block too many in its window");
    struct list_piece *piece = &writer->pieces[writer->piece_count++];
    piece->first = first;
    piece->size = payload.size;
    memcpy(piece->bytes, payload.data, payload.size);
    return STATUS_OK;
}

static enum status window_load(struct list_writer *writer, uint32_t term_id, uint32_t window, size_t *count)
{
    uint32_t first = LIST_NO_BLOCK;
    *count = 0;
    writer->piece_count = 0;
    enum status status = list_cursor_seek(writer, term_id, window * DENSE_WINDOW, &first);
    while (status == STATUS_OK && first != LIST_NO_BLOCK && first / DENSE_WINDOW == window) {
        status = piece_keep(writer, first);
        if (status == STATUS_OK)
            status = list_block_load(writer, count);
        if (status == STATUS_OK)
            status = list_cursor_next(writer, term_id, &first);
    }
    return status;
}

/* The stored piece with this key; NULL when there is none. */
static struct list_piece *piece_find(struct list_writer *writer, uint32_t first)
{
    for (unsigned i = 0; i < writer->piece_count; i++)
        if (writer->pieces[i].first == first)
            return &writer->pieces[i];
    return NULL;
}

/* Writes one piece unless it is stored already. What stays in writer->pieces with its key is to be deleted. */
static enum status piece_put(struct list_writer *writer, uint32_t term_id, const struct posting *postings, unsigned count)
{
    unsigned char block[DENSE_BYTES_MAX];
    uint32_t first = postings[0].document / 64 * 64;
    size_t size = dense_encode(postings, count, block);
    struct list_piece *stored = piece_find(writer, first);
    if (stored != NULL) {
        stored->first = LIST_NO_BLOCK;
        if (stored->size == size && memcmp(stored->bytes, block, size) == 0)
            return STATUS_OK;
    }
    struct post_key key = post_key(term_id, first);
    return door_put(writer->batch, DB_POST, key.bytes, sizeof key.bytes, block, size);
}

/* The postings as the blocks of one window, in place of those in writer->pieces. */
static enum status window_put(struct list_writer *writer, uint32_t term_id, const struct posting *postings, unsigned count)
{
    unsigned pieces = count == 0 ? 0 : dense_pieces(postings, count);
    enum status status = STATUS_OK;
    for (unsigned piece = 0; status == STATUS_OK && piece < pieces; piece++) {
        unsigned taken = dense_piece_count(postings, count, pieces, piece);
        if (taken > 0)
            status = piece_put(writer, term_id, postings, taken);
        postings += taken;
        count -= taken;
    }
    for (unsigned i = 0; status == STATUS_OK && i < writer->piece_count; i++)
        if (writer->pieces[i].first != LIST_NO_BLOCK)
            status = list_block_del(writer, term_id, writer->pieces[i].first);
    return status;
}

static size_t window_end(const struct posting *postings, size_t count)
{
    size_t end = 0;
    while (end < count && postings[end].document / DENSE_WINDOW == postings[0].document / DENSE_WINDOW)
        end++;
    return end;
}

enum status dense_apply(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t count, int64_t *grown)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count > 0) {
        size_t taken = window_end(puts, count), old_count = 0;
        status = window_load(writer, term_id, puts[0].document / DENSE_WINDOW, &old_count);
        if (status != STATUS_OK)
            return status;
        size_t merged = list_merge(writer, old_count, puts, taken);
        *grown += (int64_t)merged - (int64_t)old_count;
        if (list_changed(writer, old_count, merged))
            status = window_put(writer, term_id, writer->merged, (unsigned)merged);
        puts += taken;
        count -= taken;
    }
    return status;
}

enum status dense_put(struct list_writer *writer, uint32_t term_id, size_t count)
{
    enum status status = STATUS_OK;
    const struct posting *postings = writer->merged;
    writer->piece_count = 0;
    while (status == STATUS_OK && count > 0) {
        size_t taken = window_end(postings, count);
        status = window_put(writer, term_id, postings, (unsigned)taken);
        postings += taken;
        count -= taken;
    }
    return status;
}
