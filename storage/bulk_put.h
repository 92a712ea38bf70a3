/* Inside storage/ only: the loop that all writers of bulk.h share. */
#ifndef TIM_STORAGE_BULK_PUT_H
#define TIM_STORAGE_BULK_PUT_H

#include "storage/bulk.h"
#include "storage/door.h"

typedef enum status bulk_put(void *context, struct batch *batch, struct bytes key, struct bytes value);

/* Sorts and hands over every record, the last of each key, then commits. */
MUST_USE enum status bulk_each(const struct bulk_run *run, struct sorter *sorter, bulk_put *put, void *context, struct error *error);

#endif
