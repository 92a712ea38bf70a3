/* Chunks of lines go round a ring, as the jobs of a bulk build do: the caller fills one with lines as they stand, any thread parses it, and the
 * caller waits for the oldest. Without threads the ring is one chunk of one line, parsed by the caller. */
#include "catalog/json_lines.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { CHUNK_LINES = 64, CHUNK_BYTES = 256 * 1024, CHUNKS_PER_THREAD = 3 };

struct line {
    uint64_t number;
    size_t at, size;    /* in the chunk's text */
    json_t *json;       /* NULL: it does not parse */
    enum status status; /* of the reading */
    struct error reason;
};

struct chunk {
    struct buffer text;
    struct line lines[CHUNK_LINES];
    unsigned count;
    bool parsed;
};

struct json_lines {
    struct lines *source;
    size_t bytes_max;
    uint64_t line_number;
    enum status ended; /* not OK: the source gave its last line */
    struct chunk *chunks;
    unsigned chunk_count, chunk_lines;
    uint64_t filled, taken, given; /* chunks so far; chunk n lies at n % chunk_count */
    unsigned next;                 /* line of the chunk in hand, which is number `given` */
    pthread_mutex_t lock;
    pthread_cond_t filled_more, one_parsed;
    pthread_t threads[JSON_LINES_THREADS_MAX];
    unsigned thread_count;
    bool closing;
};

struct json_lines *json_lines_new(struct lines *lines, size_t bytes_max)
{
    struct json_lines *reader = memory_calloc(1, sizeof *reader);
    *reader = (struct json_lines){.source = lines, .bytes_max = bytes_max, .chunk_count = 1, .chunk_lines = 1};
    reader->chunks = memory_calloc(reader->chunk_count, sizeof *reader->chunks);
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->filled_more, NULL);
    pthread_cond_init(&reader->one_parsed, NULL);
    return reader;
}

const struct lines *json_lines_source(const struct json_lines *reader)
{
    return reader->source;
}

/* Whoever parses a chunk frees what it held before: memory goes back where it came from. */
static void chunk_drop(struct chunk *chunk)
{
    for (unsigned i = 0; i < CHUNK_LINES; i++) {
        json_decref(chunk->lines[i].json);
        chunk->lines[i].json = NULL;
    }
}

static void chunk_parse(struct chunk *chunk)
{
    chunk_drop(chunk);
    for (unsigned i = 0; i < chunk->count; i++) {
        struct line *line = &chunk->lines[i];
        json_error_t why;
        if (line->status != STATUS_OK)
            continue;
        line->json = json_loadb(chunk->text.data + line->at, line->size, 0, &why);
        if (line->json == NULL)
            line->status = error_set(&line->reason, STATUS_INVALID, "%s (column %d)", why.text, why.column);
    }
}

static void *parser_run(void *argument)
{
    struct json_lines *reader = argument;
    pthread_mutex_lock(&reader->lock);
    while (!reader->closing) {
        if (reader->taken == reader->filled) {
            pthread_cond_wait(&reader->filled_more, &reader->lock);
            continue;
        }
        struct chunk *chunk = &reader->chunks[reader->taken++ % reader->chunk_count];
        pthread_mutex_unlock(&reader->lock);
        chunk_parse(chunk);
        pthread_mutex_lock(&reader->lock);
        chunk->parsed = true;
        pthread_cond_signal(&reader->one_parsed);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

enum status json_lines_ahead(struct json_lines *reader, unsigned threads, struct error *error)
{
    assert(reader->filled == 0 && threads >= 1 && reader->thread_count == 0);
    threads = threads < JSON_LINES_THREADS_MAX ? threads : JSON_LINES_THREADS_MAX;
    free(reader->chunks);
    reader->chunk_count = threads * CHUNKS_PER_THREAD;
    reader->chunk_lines = CHUNK_LINES;
    reader->chunks = memory_calloc(reader->chunk_count, sizeof *reader->chunks);
    for (; reader->thread_count < threads; reader->thread_count++)
        if (pthread_create(&reader->threads[reader->thread_count], NULL, parser_run, reader) != 0)
            return error_set(error, STATUS_LIMIT, "the machine gives no further thread: set build-threads lower");
    return STATUS_OK;
}

void json_lines_free(struct json_lines *reader)
{
    if (reader == NULL)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->closing = true;
    pthread_cond_broadcast(&reader->filled_more);
    pthread_mutex_unlock(&reader->lock);
    for (unsigned i = 0; i < reader->thread_count; i++)
        pthread_join(reader->threads[i], NULL);
    for (unsigned i = 0; i < reader->chunk_count; i++) {
        chunk_drop(&reader->chunks[i]);
        buffer_release(&reader->chunks[i].text);
    }
    pthread_cond_destroy(&reader->filled_more);
    pthread_cond_destroy(&reader->one_parsed);
    pthread_mutex_destroy(&reader->lock);
    lines_close(reader->source);
    free(reader->chunks);
    free(reader);
}

/* The next lines as they stand. What ends the source is its last line. */
static void chunk_fill(struct json_lines *reader, struct chunk *chunk)
{
    if (chunk->text.room > 4 * (size_t)CHUNK_BYTES)
        buffer_release(&chunk->text);
    chunk->text.size = 0;
    chunk->count = 0;
    chunk->parsed = false;
    while (reader->ended == STATUS_OK && chunk->count < reader->chunk_lines && chunk->text.size < CHUNK_BYTES) {
        struct line *line = &chunk->lines[chunk->count];
        struct bytes text = {0};
        line->reason = (struct error){0};
        line->status = lines_next(reader->source, reader->bytes_max, &text, &line->reason);
        line->number = ++reader->line_number;
        line->at = chunk->text.size;
        line->size = text.size;
        if (line->status == STATUS_LIMIT)
            line->status = STATUS_INVALID;
        else if (line->status != STATUS_OK)
            reader->ended = line->status;
        else if (text.size == 0)
            continue;
        else
            buffer_append(&chunk->text, text.data, text.size);
        chunk->count++;
    }
}

static void chunks_fill(struct json_lines *reader)
{
    while (reader->ended == STATUS_OK && reader->filled - reader->given < reader->chunk_count) {
        struct chunk *chunk = &reader->chunks[reader->filled % reader->chunk_count];
        chunk_fill(reader, chunk);
        pthread_mutex_lock(&reader->lock);
        reader->filled++;
        pthread_cond_signal(&reader->filled_more);
        pthread_mutex_unlock(&reader->lock);
    }
}

static struct chunk *chunk_wait(struct json_lines *reader)
{
    struct chunk *chunk = &reader->chunks[reader->given % reader->chunk_count];
    if (reader->thread_count == 0) {
        chunk_parse(chunk);
        return chunk;
    }
    pthread_mutex_lock(&reader->lock);
    while (!chunk->parsed)
        pthread_cond_wait(&reader->one_parsed, &reader->lock);
    pthread_mutex_unlock(&reader->lock);
    return chunk;
}

enum status json_lines_next(struct json_lines *reader, json_t **json, uint64_t *number, struct error *error)
{
    struct chunk *chunk = &reader->chunks[reader->given % reader->chunk_count];
    *json = NULL;
    if (reader->filled > reader->given && reader->next == chunk->count) {
        reader->given++;
        reader->next = 0;
    }
    if (reader->next == 0) {
        chunks_fill(reader);
        chunk = chunk_wait(reader); /* there is one: the end was not passed */
    }
    const struct line *line = &chunk->lines[reader->next];
    reader->next += line->status == STATUS_OK || line->status == STATUS_INVALID; /* the end stays the end */
    *json = line->json;
    *number = line->number;
    if (line->status != STATUS_OK && line->reason.text[0] != '\0' && error != NULL)
        *error = line->reason;
    return line->status;
}
