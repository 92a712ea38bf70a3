/* FOLDER/documents.tsv: what the peers index, one live product a line:
 *
 *   id TAB core TAB body TAB brand id TAB paid VND TAB prior
 *
 * core and body are the folded tokens of the two zones in reading order, spaces between, as our own analysis gives them: the comparison is
 * of engines, not of what they take for a word. An unknown price is UINT32_MAX. */
#ifndef TIM_BENCH_PEER_DOCUMENTS_H
#define TIM_BENCH_PEER_DOCUMENTS_H

#include <stdio.h>

#include "base/arena.h"
#include "bench/stand.h"

struct peer_documents {
    FILE *file;
    char *line;
    size_t room;
};

struct peer_document {
    uint64_t id, paid_vnd, prior;
    struct bytes core, body, brand_id; /* in the line that was read */
};

MUST_USE enum status peer_documents_open(struct peer_documents *documents, const struct stand *stand, struct error *error);
/* END after the last; borrowed until the next call. */
MUST_USE enum status peer_documents_next(struct peer_documents *documents, struct peer_document *out, struct error *error);
void peer_documents_close(struct peer_documents *documents);

#endif
