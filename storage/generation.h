/* Inside storage/ only: the folders of an index: names, listing, removing. */
#ifndef TIM_STORAGE_GENERATION_H
#define TIM_STORAGE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { FOLDER_PATH_BYTES = 4096 };

/* FOLDER/gen-00000001. INVALID when the path is too long. */
MUST_USE enum status generation_path(const char *folder, uint32_t number, char path[FOLDER_PATH_BYTES], struct error *error);
MUST_USE enum status folder_path(const char *folder, const char *name, char path[FOLDER_PATH_BYTES], struct error *error);

struct folder_contents {
    bool exists;
    bool has_control;
    bool has_foreign;  /* anything that is not an index's */
    char foreign[256]; /* its name */
    uint32_t *numbers; /* of the generations, ascending; freed by folder_contents_release */
    uint32_t count;
};
MUST_USE enum status folder_contents_read(const char *folder, struct folder_contents *out, struct error *error);
void folder_contents_release(struct folder_contents *contents);

/* Removes the folder of a generation that this process does not have open: first out of sight by one rename, then file by file. */
MUST_USE enum status generation_remove(const char *folder, uint32_t number, struct error *error);
/* Removes what a killed generation_remove has left. */
MUST_USE enum status generation_remove_leftovers(const char *folder, struct error *error);

/* Makes the folder's entries durable. */
MUST_USE enum status folder_sync(const char *path, struct error *error);

#endif
