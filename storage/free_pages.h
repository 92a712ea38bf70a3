/* Inside storage/ only: LMDB's list of free pages, read from the file itself. */
#ifndef TIM_STORAGE_FREE_PAGES_H
#define TIM_STORAGE_FREE_PAGES_H

#include <stdint.h>

#include "base/status.h"

/* How many of the pages from number `first` on the newest commit in an open data.mdb calls free. CORRUPT when the list cannot be read
 * from what is there of the file. */
MUST_USE enum status free_pages_from(int file, uint64_t first, uint64_t *count);

#endif
