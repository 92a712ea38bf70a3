#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_ALIGN = 16, ARENA_BLOCK_BYTES = 32 * 1024, ARENA_KEEP_BYTES = 1024 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    size_t used;
    _Alignas(ARENA_ALIGN) char data[];
};

void arena_init(struct arena *arena, size_t cap_bytes)
{
    *arena = (struct arena){.cap_bytes = cap_bytes};
}

static void blocks_free(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_release(struct arena *arena)
{
    blocks_free(arena->blocks);
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *block = arena->blocks, *older = NULL; block != NULL; block = older) {
        older = block->older;
        bool better = block->size <= ARENA_KEEP_BYTES && (kept == NULL || block->size > kept->size);
        struct arena_block *dropped = better ? kept : block;
        kept = better ? block : kept;
        free(dropped);
    }
    if (kept != NULL)
        *kept = (struct arena_block){.size = kept->size};
    arena->blocks = kept;
    arena->used_bytes = 0;
}

static struct arena_block *block_new(struct arena *arena, size_t wanted)
{
    /* Blocks double with the arena, so that a large batch does not make thousands of them. */
    size_t size = arena->used_bytes > ARENA_BLOCK_BYTES ? arena->used_bytes : ARENA_BLOCK_BYTES;
    if (size > (size_t)4 * 1024 * 1024)
        size = (size_t)4 * 1024 * 1024;
    if (size < wanted)
        size = wanted;
    struct arena_block *block = memory_alloc(sizeof *block + size);
    block->older = arena->blocks;
    block->size = size;
    block->used = 0;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    size_t rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (rounded > arena->cap_bytes || arena->used_bytes > arena->cap_bytes - rounded)
        return NULL;
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < rounded)
        block = block_new(arena, rounded);
    void *memory = block->data + block->used;
    block->used += rounded;
    arena->used_bytes += rounded;
    return memory;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *memory = arena_alloc(arena, total);
    return memory == NULL ? NULL : memset(memory, 0, total);
}

char *arena_copy(struct arena *arena, const void *data, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, size + 1);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(needed >= 0);
    char *text = arena_alloc(arena, (size_t)needed + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)needed + 1, format, again);
    va_end(again);
    return text;
}

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "tim: out of memory (%zu bytes wanted)\n", size);
    abort();
}

void *memory_alloc(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory(size);
    return memory;
}

void *memory_calloc(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory(size);
    return memory;
}

void *memory_resize(void *old, size_t size)
{
    void *memory = realloc(old, size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory(size);
    return memory;
}

char *memory_copy(const void *data, size_t size)
{
    char *copy = memory_alloc(size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    if (size > buffer->room - buffer->size) {
        size_t room = buffer->room < 256 ? 256 : buffer->room;
        while (room - buffer->size < size)
            room *= 2;
        buffer->data = memory_resize(buffer->data, room);
        buffer->room = room;
    }
    return buffer->data + buffer->size;
}

void buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return;
    memcpy(buffer_reserve(buffer, size), data, size);
    buffer->size += size;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_append_char(struct buffer *buffer, char byte)
{
    *buffer_reserve(buffer, 1) = byte;
    buffer->size++;
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(needed >= 0);
    vsnprintf(buffer_reserve(buffer, (size_t)needed + 1), (size_t)needed + 1, format, again);
    va_end(again);
    buffer->size += (size_t)needed;
}
