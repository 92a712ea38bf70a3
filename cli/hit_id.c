#include "cli/hit_id.h"

#include "catalog/hit.h"
#include "storage/fragment.h"

enum status hit_id_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct bytes *id)
{
    struct bytes stored = {0};
    struct fragment fragment = {0};
    enum status status = fragment_get(snapshot, document, arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    *id = fragment.id;
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}
