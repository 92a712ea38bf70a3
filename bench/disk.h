/* Whole folders: removed, copied, weighed, and put out of the page cache. */
#ifndef TIM_BENCH_DISK_H
#define TIM_BENCH_DISK_H

#include <stdint.h>

#include "base/status.h"

/* A folder that is not there is none to remove. */
MUST_USE enum status folder_remove(const char *folder, struct error *error);
/* Regular files and folders; `to` must not exist. */
MUST_USE enum status folder_copy(const char *from, const char *to, struct error *error);
/* Of its regular files. */
MUST_USE enum status folder_size(const char *folder, uint64_t *bytes, struct error *error);
/* Asks the system to forget the cached pages of its files, so that the next read comes from the disk. It may decline, and does so for
 * pages that a process has mapped. */
MUST_USE enum status folder_cool(const char *folder, struct error *error);

#endif
