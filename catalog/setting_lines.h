/* The shop's search settings as NDJSON: rows of search_synonyms and search_rules for an index without a database.
 *
 * Line: an object whose "table" names the table and whose other keys are its columns, by the default names of schema.h:
 *   {"table":"search_synonyms","kind":"synonym","input":"quạt hơi nước","output":"máy làm mát"}
 * What is absent is NULL, but a row without "id" takes the number of its line. Unknown keys are refused: a slip would be without effect. */
#ifndef TIM_CATALOG_SETTING_LINES_H
#define TIM_CATALOG_SETTING_LINES_H

#include <stdint.h>

#include "catalog/row.h"

enum { SETTING_LINE_BYTES_MAX = 1024 * 1024 };

struct setting_lines;

/* `path` is a file, plain or zstd, or "-" for standard input. Statuses of lines_open. */
MUST_USE enum status setting_lines_open(const char *path, struct setting_lines **out, struct error *error);
void setting_lines_close(struct setting_lines *lines);

/* The next row, borrowed until the next call. INVALID: this line is malformed; the error names its number and what would be right, and reading
 * may go on. END after the last. IO, CORRUPT: reading cannot go on. */
MUST_USE enum status setting_lines_next(struct setting_lines *lines, struct row *row, struct error *error);

#endif
