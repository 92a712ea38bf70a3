/* One line of COPY's text format into cells.
 *
 *   line  = cell {TAB cell}* [LF]
 *   cell  = '\N' (NULL) | { byte | '\b' | '\f' | '\n' | '\r' | '\t' | '\v' | '\\' }*
 *
 * Source: PostgreSQL 15 documentation, COPY, "Text Format"; COPY TO writes no other escapes. */
#ifndef TIM_INDEXER_COPY_LINE_H
#define TIM_INDEXER_COPY_LINE_H

#include "catalog/row.h"

/* Unescapes in place: the cells point into `line`. CORRUPT unless it holds exactly `count` well-formed cells. */
MUST_USE enum status copy_line_decode(char *line, size_t size, struct cell *cells, size_t count, struct error *error);

#endif
