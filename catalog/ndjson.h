/* A catalog as NDJSON, one product per line, read as the rows that the shop's tables would hold: the second source beside the WAL.
 *
 * Line: {"id","sku","name","slug","brand","category":["Level 1","Level 2",...],"price","salePrice","stock","shortDesc","description",
 * "specs":{name: value},"rating","reviewCount","soldCount","image","images":[...],"createdAt","status","isFeatured",
 * "variants":[{"id","sku","name","price","salePrice","stock","attributes":{...}}]}. Only id and name are required; what is absent is NULL
 * and nothing is invented, except: status "active", and a slug where it is missing or taken (the id is appended). Other keys are ignored. An
 * id that comes again is for the taker to judge: an index takes the later line, a table refuses it. */
#ifndef TIM_CATALOG_NDJSON_H
#define TIM_CATALOG_NDJSON_H

#include <stdint.h>

#include "analyzers/analyzer.h"
#include "catalog/row.h"

enum {
    NDJSON_LINE_BYTES_MAX = 64 * 1024 * 1024,
    NDJSON_LEVELS_MAX = 16, /* of a category path */
    NDJSON_VARIANTS_MAX = 1000,
    NDJSON_IMAGES_MAX = 100,
};

enum ndjson_ids {
    NDJSON_KEEP_IDS,   /* products and variants keep theirs; brands, categories, images and variants without one are numbered from 1 */
    NDJSON_NUMBER_IDS, /* for tables with bigint keys: variants are numbered too, and products unless their ids are positive decimal numbers.
                          The own id of a numbered product becomes its SKU where it has none */
};

struct ndjson;

/* `path` is a file, plain or zstd, or "-" for standard input. Borrows the analyzer until close. */
MUST_USE enum status ndjson_open(const char *path, enum ndjson_ids ids, const struct analyzer *analyzer, struct ndjson **out,
                                 struct error *error);
void ndjson_close(struct ndjson *ndjson);

/* Before the first line: so many threads parse lines ahead of ndjson_next. Without it the caller does. LIMIT: no further thread. */
MUST_USE enum status ndjson_parse_ahead(struct ndjson *ndjson, unsigned threads, struct error *error);

/* The rows of one line: brand and categories that were not seen before, then the product, its variants, its images. Borrowed until the
 * next call. */
struct ndjson_rows {
    struct row *rows;
    size_t count;
};

/* INVALID: this line is malformed; the error names its number and what is wrong, and reading may go on. `out` then still holds the new
 * brands and categories it named, which later lines refer to: take them. END after the last line. IO, CORRUPT (of the zstd frame): reading
 * cannot go on. */
MUST_USE enum status ndjson_next(struct ndjson *ndjson, struct ndjson_rows *out, struct error *error);

/* The number, from 1, of the line that ndjson_next read last. */
uint64_t ndjson_line(const struct ndjson *ndjson);

/* For a progress bar: bytes of the file read so far, and its size (0: unknown). */
uint64_t ndjson_bytes_read(const struct ndjson *ndjson);
uint64_t ndjson_bytes_total(const struct ndjson *ndjson);

#endif
