/* Lines parsed as JSON, by the caller or ahead of it by threads of their own, and handed out in the order of the file. */
#ifndef TIM_CATALOG_JSON_LINES_H
#define TIM_CATALOG_JSON_LINES_H

#include <jansson.h>

#include "catalog/lines.h"

enum { JSON_LINES_THREADS_MAX = 16 };

struct json_lines;
/* Takes `lines` over. Longer lines than `bytes_max` are refused. */
struct json_lines *json_lines_new(struct lines *lines, size_t bytes_max);
void json_lines_free(struct json_lines *reader);

/* Before the first line: from now on lines are read and parsed ahead. LIMIT: the machine gives no further thread. */
MUST_USE enum status json_lines_ahead(struct json_lines *reader, unsigned threads, struct error *error);

/* The next line that is not empty, and its number from 1. `json` is borrowed until the next call. INVALID: the line does not parse or is too
 * long; reading may go on. END after the last. Others as in lines_next: reading cannot go on. */
MUST_USE enum status json_lines_next(struct json_lines *reader, json_t **json, uint64_t *number, struct error *error);

/* How much of the file was read, for a progress bar. */
const struct lines *json_lines_source(const struct json_lines *reader);

#endif
