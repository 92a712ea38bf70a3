/* Edits to a list of DENSE blocks, window by window. Where the same documents stay, impacts and forms are replaced where they lie; else the
 * window is loaded, merged and cut into its pieces anew. What a window's blocks are follows from its postings alone, by either way, so only
 * the pieces that came out different are written. */
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

static enum status window_keep(struct list_writer *writer, uint32_t term_id, uint32_t window)
{
    uint32_t first = LIST_NO_BLOCK;
    writer->piece_count = 0;
    enum status status = list_cursor_seek(writer, term_id, window * DENSE_WINDOW, &first);
    while (status == STATUS_OK && first != LIST_NO_BLOCK && first / DENSE_WINDOW == window) {
        status = piece_keep(writer, first);
        if (status == STATUS_OK)
            status = list_cursor_next(writer, term_id, &first);
    }
    return status;
}

static enum status window_load(struct list_writer *writer, uint32_t term_id, size_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < writer->piece_count; i++) {
        const struct list_piece *piece = &writer->pieces[i];
        if (!list_dense_load(writer, piece->first, (struct bytes){(const char *)piece->bytes, piece->size}, count))
            return list_block_damaged(writer, term_id, piece->first);
    }
    return STATUS_OK;
}

static bool all_equal(const unsigned char *bytes, unsigned count)
{
    return memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* The document's place among those of the block; false when it has none. */
static bool rank_find(const struct dense *dense, uint32_t document, unsigned *rank)
{
    uint32_t word = document < dense->first ? UINT32_MAX : (document - dense->first) / 64;
    if (word >= dense->word_count)
        return false;
    uint64_t bits = dense_word(dense, word), bit = UINT64_C(1) << document % 64;
    *rank = dense_rank(dense, word) + (unsigned)__builtin_popcountll(bits & (bit - 1));
    return (bits & bit) != 0 && *rank < dense->count;
}

/* The puts laid over the piece. False when the block would get another shape: other documents, an impact or a form for each
 * where one stood for all, or the other way about. */
static bool piece_patch(struct list_piece *piece, const struct posting *puts, size_t count)
{
    struct dense dense;
    uint8_t max = 0;
    if (dense_open(piece->first, piece->bytes, piece->size, &dense) != STATUS_OK || dense_check(&dense) != STATUS_OK ||
        dense.impacts == NULL)
        return false;
    unsigned char *impacts = piece->bytes + (dense.impacts - piece->bytes), *forms = piece->bytes + (dense.forms - piece->bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned rank = 0;
        if (puts[i].impact == 0 || !rank_find(&dense, puts[i].document, &rank))
            return false;
        if (dense.forms_equal && puts[i].form != forms[0])
            return false;
        impacts[rank] = puts[i].impact;
        if (!dense.forms_equal)
            forms[rank] = puts[i].form;
    }
    for (unsigned i = 0; i < dense.count; i++)
        max = impacts[i] > max ? impacts[i] : max;
    piece->bytes[DENSE_IMPACT_MAX_AT] = max;
    return !all_equal(impacts, dense.count) && (dense.forms_equal || !all_equal(forms, dense.count));
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

/* The puts of one window laid over its pieces, which are written. False, with nothing done, when they must be made anew. */
static bool window_patch(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t count, enum status *status)
{
    struct list_piece patched[DENSE_PIECES_MAX];
    *status = STATUS_OK;
    for (unsigned i = 0; i < writer->piece_count; i++) {
        size_t taken = 0;
        while (taken < count && (i + 1 == writer->piece_count || puts[taken].document < writer->pieces[i + 1].first))
            taken++;
        patched[i] = writer->pieces[i];
        if (taken > 0 && !piece_patch(&patched[i], puts, taken))
            return false;
        puts += taken;
        count -= taken;
    }
    for (unsigned i = 0; *status == STATUS_OK && i < writer->piece_count; i++) {
        struct post_key key = post_key(term_id, patched[i].first);
        if (memcmp(patched[i].bytes, writer->pieces[i].bytes, patched[i].size) != 0)
            *status = door_put(writer->batch, DB_POST, key.bytes, sizeof key.bytes, patched[i].bytes, patched[i].size);
    }
    return writer->piece_count > 0;
}

/* The puts of one window merged with its postings. */
static enum status window_merge(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t count, int64_t *grown)
{
    size_t old_count = 0;
    enum status status = window_load(writer, term_id, &old_count);
    if (status != STATUS_OK)
        return status;
    size_t merged = list_merge(writer, old_count, puts, count);
    *grown += (int64_t)merged - (int64_t)old_count;
    return list_changed(writer, old_count, merged) ? window_put(writer, term_id, writer->merged, (unsigned)merged) : STATUS_OK;
}

enum status dense_apply(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t count, int64_t *grown)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count > 0) {
        size_t taken = window_end(puts, count);
        status = window_keep(writer, term_id, puts[0].document / DENSE_WINDOW);
        if (status == STATUS_OK && !window_patch(writer, term_id, puts, taken, &status))
            status = window_merge(writer, term_id, puts, taken, grown);
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
