/* Inside storage/ only: walking a database for verify, and holding the parts of long values against each other. */
#ifndef TIM_STORAGE_VERIFY_WALK_H
#define TIM_STORAGE_VERIFY_WALK_H

#include "storage/verify_parts.h"

/* Looks at one entry; reports faults itself. Anything but OK ends the walk. */
typedef enum status verify_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload);

/* Shows every entry whose checksum holds, in key order; reports those whose does not. */
MUST_USE enum status verify_walk(struct verify *verify, enum database db, verify_entry *entry, void *context);

/* The value whose parts the walk is in the middle of. Zero-initialise it. */
struct parts_walk {
    unsigned char prefix[STORED_KEY_BYTES_MAX];
    size_t prefix_size;
    unsigned next, total; /* equal: complete */
    bool faulty;          /* reported already */
};

/* Takes the next part in key order. `*first` tells whether it begins a value. */
void parts_walk_next(struct parts_walk *walk, struct verify *verify, enum database db, struct bytes key, struct bytes payload, bool *first);
void parts_walk_end(struct parts_walk *walk, struct verify *verify, enum database db);

#endif
