#include "bench/generate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bench/generate_line.h"

enum { OUT_BYTES = 1024 * 1024 };

struct generator {
    uint64_t seed;
    struct lists lists;
    struct product product;
};

struct generator *generator_new(uint64_t seed)
{
    struct data_source sources[DATA_FILES];
    for (size_t i = 0; i < DATA_FILES; i++)
        sources[i] = data_source((enum data_file)i);
    struct generator *generator = memory_calloc(1, sizeof *generator);
    generator->seed = seed;
    struct error error = {0};
    enum status status = lists_init(&generator->lists, sources, &error);
    /* The lists are part of the program: a fault in them is a programmer's. */
    if (status != STATUS_OK)
        log_error("generator: %s", error.text);
    assert(status == STATUS_OK);
    return generator;
}

void generator_free(struct generator *generator)
{
    if (generator == NULL)
        return;
    product_release(&generator->product);
    lists_release(&generator->lists);
    free(generator);
}

void generator_append(struct generator *generator, uint64_t number, struct buffer *out)
{
    product_draw(&generator->product, &generator->lists, generator->seed, number);
    product_append_line(&generator->product, out);
}

static enum status write_out(struct buffer *buffer, FILE *out, struct error *error)
{
    if (fwrite(buffer->data, 1, buffer->size, out) != buffer->size)
        return error_set(error, STATUS_IO, "cannot write the catalog: %s", strerror(errno));
    buffer->size = 0;
    return STATUS_OK;
}

enum status generate_catalog(const struct generate_options *options, FILE *out, struct error *error)
{
    if (options->products < 1 || options->products > GENERATE_PRODUCTS_MAX)
        return error_set(error, STATUS_INVALID, "the number of products is from 1 to %d, not %llu", GENERATE_PRODUCTS_MAX,
                         (unsigned long long)options->products);
    struct generator *generator = generator_new(options->seed);
    struct buffer buffer = {0};
    struct progress progress = {0};
    if (options->progress)
        progress_begin(&progress, "generating", "products", options->products);
    enum status status = STATUS_OK;
    for (uint64_t number = 1; number <= options->products && status == STATUS_OK; number++) {
        generator_append(generator, number, &buffer);
        if (buffer.size < OUT_BYTES)
            continue;
        status = write_out(&buffer, out, error);
        if (options->progress)
            progress_set(&progress, number);
    }
    if (status == STATUS_OK)
        status = write_out(&buffer, out, error);
    if (status == STATUS_OK && fflush(out) != 0)
        status = error_set(error, STATUS_IO, "cannot write the catalog: %s", strerror(errno));
    if (options->progress) {
        progress_set(&progress, options->products);
        progress_end(&progress);
    }
    buffer_release(&buffer);
    generator_free(generator);
    return status;
}
