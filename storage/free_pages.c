/* LMDB's own pages, as far as its list of free pages needs them (data version 1, little-endian, 64 bits; from mdb.c of LMDB 0.9):
 *
 *   page     := number u64, pad u16, flags u16, lower u16, upper u16, body      body from byte 16; the two meta pages are 0 and 1
 *   meta     := magic u32, version u32, address u64, map size u64, database (free pages), database (main), last page u64, transaction u64
 *   database := page size or 0 u32, flags u16, depth u16, branch, leaf, overflow pages u64 each, entries u64, root u64
 *   branch   := (lower - 16) / 2 x offset u16; there: child page u48, key size u16, key
 *   leaf     := (lower - 16) / 2 x offset u16; there: data size u32, flags u16, key size u16, key, data or (flag 1) page u64 of the data
 *   free     := how many u64, then as many page numbers u64
 *
 * Read with pread, because the one who asks doubts that the file is whole: through the map, a page behind its end would be a SIGBUS. */
#include "storage/free_pages.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/bytes.h"

enum {
    PAGE_HEADER_BYTES = 16,
    PAGE_BYTES_MAX = 65536,
    META_BYTES = PAGE_HEADER_BYTES + 8 + 16 + 2 * 48 + 16,
    FLAG_BRANCH = 0x01,
    FLAG_LEAF = 0x02,
    NODE_ELSEWHERE = 0x01,
    PAGES_PER_ENTRY_MAX = 1 << 24,
};

static const uint32_t meta_magic = 0xBEEFC0DE;

struct free_walk {
    int file;
    uint64_t page_bytes, last_page, root, transaction;
    uint64_t first, count;
    uint64_t *waiting; /* pages still to be read */
    size_t waiting_count, waiting_room;
    uint64_t seen; /* pages read: more than there are would be a circle */
};

static bool read_at(int file, void *out, size_t size, uint64_t offset)
{
    unsigned char *next = out;
    while (size > 0) {
        ssize_t got = pread(file, next, size, (off_t)offset);
        if (got <= 0)
            return false;
        next += got;
        size -= (size_t)got;
        offset += (size_t)got;
    }
    return true;
}

/* Takes the meta page at this offset when it is newer than the one in hand. */
static void meta_take(struct free_walk *walk, uint64_t offset)
{
    unsigned char page[META_BYTES];
    if (!read_at(walk->file, page, sizeof page, offset))
        return;
    struct byte_reader reader = byte_reader(page + PAGE_HEADER_BYTES, sizeof page - PAGE_HEADER_BYTES);
    uint32_t magic = read_u32(&reader);
    (void)read_span(&reader, 4 + 8 + 8);
    uint32_t page_bytes = read_u32(&reader);
    (void)read_span(&reader, 4 + 4 * 8);
    uint64_t root = read_u64(&reader);
    (void)read_span(&reader, 48);
    uint64_t last_page = read_u64(&reader), transaction = read_u64(&reader);
    if (reader.failed || magic != meta_magic || page_bytes < 256 || page_bytes > PAGE_BYTES_MAX || transaction < walk->transaction)
        return;
    walk->page_bytes = page_bytes;
    walk->root = root;
    walk->last_page = last_page;
    walk->transaction = transaction;
}

static void page_await(struct free_walk *walk, uint64_t page)
{
    if (walk->waiting_count == walk->waiting_room) {
        walk->waiting_room = walk->waiting_room == 0 ? 64 : walk->waiting_room * 2;
        walk->waiting = memory_resize(walk->waiting, walk->waiting_room * sizeof *walk->waiting);
    }
    walk->waiting[walk->waiting_count++] = page;
}

static bool numbers_count(struct free_walk *walk, const unsigned char *data, size_t size)
{
    struct byte_reader reader = byte_reader(data, size);
    uint64_t count = read_u64(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++)
        walk->count += read_u64(&reader) >= walk->first && !reader.failed;
    return !reader.failed;
}

static bool leaf_node(struct free_walk *walk, struct byte_reader *node)
{
    uint32_t size = read_u32(node);
    uint16_t flags = read_u16(node), key_size = read_u16(node);
    (void)read_span(node, key_size);
    if ((flags & NODE_ELSEWHERE) == 0) {
        const unsigned char *data = read_span(node, size);
        return data != NULL && numbers_count(walk, data, size);
    }
    uint64_t page = read_u64(node);
    if (node->failed || page > walk->last_page || size > PAGES_PER_ENTRY_MAX * 8U)
        return false;
    unsigned char *data = memory_alloc(size);
    bool whole = read_at(walk->file, data, size, page * walk->page_bytes + PAGE_HEADER_BYTES) && numbers_count(walk, data, size);
    free(data);
    return whole;
}

static bool branch_node(struct free_walk *walk, struct byte_reader *node)
{
    uint64_t page = read_u32(node);
    page |= (uint64_t)read_u16(node) << 32;
    if (node->failed)
        return false;
    page_await(walk, page);
    return true;
}

static bool page_read(struct free_walk *walk, uint64_t number)
{
    unsigned char page[PAGE_BYTES_MAX];
    if (number > walk->last_page || walk->seen++ > walk->last_page ||
        !read_at(walk->file, page, walk->page_bytes, number * walk->page_bytes))
        return false;
    struct byte_reader header = byte_reader(page + 10, 4);
    uint16_t flags = read_u16(&header), lower = read_u16(&header);
    if (lower < PAGE_HEADER_BYTES || lower > walk->page_bytes || (flags & (FLAG_BRANCH | FLAG_LEAF)) == 0)
        return false;
    struct byte_reader offsets = byte_reader(page + PAGE_HEADER_BYTES, lower - PAGE_HEADER_BYTES);
    while (offsets.next < offsets.end) {
        uint16_t offset = read_u16(&offsets);
        if (offsets.failed || offset > walk->page_bytes)
            return false;
        struct byte_reader node = byte_reader(page + offset, walk->page_bytes - offset);
        if (!((flags & FLAG_LEAF) != 0 ? leaf_node(walk, &node) : branch_node(walk, &node)))
            return false;
    }
    return true;
}

enum status free_pages_from(int file, uint64_t first, uint64_t *count)
{
    struct free_walk walk = {.file = file, .first = first};
    bool whole = true;
    meta_take(&walk, 0);
    if (walk.page_bytes != 0)
        meta_take(&walk, walk.page_bytes);
    if (walk.page_bytes == 0)
        return STATUS_CORRUPT;
    if (walk.root != UINT64_MAX) /* else the list is empty */
        page_await(&walk, walk.root);
    while (whole && walk.waiting_count > 0)
        whole = page_read(&walk, walk.waiting[--walk.waiting_count]);
    free(walk.waiting);
    *count = walk.count;
    return whole ? STATUS_OK : STATUS_CORRUPT;
}
