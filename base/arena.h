/* Memory. One arena per request and per batch: allocations are freed together, never one by one.
 *
 * An arena has a cap. Past it `arena_alloc` returns NULL and the caller answers STATUS_LIMIT: a hostile request costs its own answer and
 * nothing else. What is not bounded by a request uses `memory_*`, which end the process when the machine has no memory left (the
 * supervisor restarts it; everything durable is in LMDB). */
#ifndef TIM_BASE_ARENA_H
#define TIM_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/status.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* handed out since init or reset */
    size_t cap_bytes;
};

/* A span of bytes that somebody else owns; not NUL-terminated unless said. */
struct bytes {
    const char *data;
    size_t size;
};

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){text, strlen(text)};
}

static inline bool bytes_are(struct bytes bytes, const char *text)
{
    return bytes_equal(bytes, bytes_of(text));
}

static inline bool bytes_begin_with(struct bytes bytes, struct bytes prefix)
{
    return bytes.size >= prefix.size && bytes_equal((struct bytes){bytes.data, prefix.size}, prefix);
}

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Bytewise, a prefix before what it begins: <0, 0 or >0. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* `cap_bytes` bounds what the arena hands out between two resets. Holds no memory until the first allocation. */
void arena_init(struct arena *arena, size_t cap_bytes);

/* Frees everything. The arena may be initialised again. */
void arena_release(struct arena *arena);

/* Forgets every allocation but keeps the largest block of at most 1 MB, so that the next request pays no page faults. */
void arena_reset(struct arena *arena);

/* 16-byte aligned, not zeroed, valid until reset or release. NULL when the cap would be passed; size 0 gives a valid pointer. */
MUST_USE void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, zeroed; NULL also when count * size overflows. */
MUST_USE void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it (not counted in any size). NULL at the cap. */
MUST_USE char *arena_copy(struct arena *arena, const void *data, size_t size);

/* printf into the arena, NUL-terminated. NULL at the cap. */
MUST_USE char *arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* malloc, calloc, realloc that end the process instead of returning NULL. Caller frees with free(). */
MUST_USE void *memory_alloc(size_t size);
MUST_USE void *memory_calloc(size_t count, size_t size);
MUST_USE void *memory_resize(void *old, size_t size);
MUST_USE char *memory_copy(const void *data, size_t size);

/* A growable byte buffer on the heap, for what is written front to back: records, JSON, responses. Zero-initialise it. */
struct buffer {
    char *data;
    size_t size;
    size_t room;
};

void buffer_release(struct buffer *buffer);
void buffer_append(struct buffer *buffer, const void *data, size_t size);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_char(struct buffer *buffer, char byte);
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for `size` more bytes behind the end; the caller writes there and adds to buffer->size. */
MUST_USE char *buffer_reserve(struct buffer *buffer, size_t size);

#endif
