#include "bench/updater.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bench/stand.h"
#include "storage/index.h"
#include "storage/snapshot.h"

/* A prime that no sample's size is a multiple of: each product's turn comes once a round, and neighbours in time are none in the index. */
enum { UPDATER_ARENA_BYTES = 64 * 1024 * 1024, NUMBER_BYTES = 24, STRIDE = 104729 };
_Static_assert((int)STRIDE > (int)SAMPLE_PRODUCTS_MAX, "a stride beyond every sample has no factor in common with its size");

enum status updater_open(struct updater *updater, const struct stand *stand, struct error *error)
{
    uint32_t generation = 0;
    *updater = (struct updater){.position = {.lsn = 1, .system_id = 1, .timeline = 1, .slot = "bench"}};
    arena_init(&updater->arena, UPDATER_ARENA_BYTES);
    enum status status = index_open(stand->updated, INDEX_WRITE, 0, &updater->index, error);
    if (status == STATUS_OK)
        status = index_acquire(updater->index, &updater->env, &generation, error);
    if (status == STATUS_OK)
        status = apply_new(updater->env, stand->analyzer, &updater->apply, error);
    if (status == STATUS_OK)
        status = snapshot_open(updater->env, &updater->snapshot, error);
    if (status == STATUS_OK)
        status = snapshot_renew(updater->snapshot);
    if (status == STATUS_OK)
        status = sample_take(&updater->sample, updater->snapshot, stand->products, error);
    if (updater->snapshot != NULL)
        snapshot_reset(updater->snapshot);
    return status;
}

void updater_close(struct updater *updater)
{
    apply_free(updater->apply);
    if (updater->snapshot != NULL)
        snapshot_close(updater->snapshot);
    if (updater->env != NULL)
        index_release(updater->index, updater->env);
    if (updater->index != NULL)
        index_close(updater->index);
    sample_release(&updater->sample);
    arena_release(&updater->arena);
    *updater = (struct updater){0};
}

/* The name with its last word replaced by the last word of another product's name, and its own back the next time round. */
static enum status name_change(struct updater *updater, const struct sample_product *product, uint64_t round, struct cell *cell)
{
    const struct sample *sample = &updater->sample;
    struct bytes name = product->name, other = sample->products[(updater->changes * 7919 + 1) % sample->count].name;
    const char *space = memrchr(name.data, ' ', name.size), *last = memrchr(other.data, ' ', other.size);
    if (round % 2 == 1 || space == NULL || last == NULL)
        return STATUS_OK;
    char *text = arena_print(&updater->arena, "%.*s %.*s", (int)(space - name.data), name.data,
                             (int)(other.size - (size_t)(last + 1 - other.data)), last + 1);
    if (text == NULL)
        return STATUS_LIMIT;
    cell->text = bytes_of(text);
    return STATUS_OK;
}

enum status updater_change(struct updater *updater, enum update_kind kind, struct error *error)
{
    char number[NUMBER_BYTES];
    struct sample *sample = &updater->sample;
    struct sample_product *product = &sample->products[updater->changes % sample->count * STRIDE % sample->count];
    uint64_t round = updater->changes / sample->count, value = updater->changes % 100000;
    struct change change = {.kind = CHANGE_UPDATE, .row = product->row};
    enum status status = STATUS_OK;
    if (kind == UPDATE_TEXT) {
        status = name_change(updater, product, round, &change.row.cells[PRODUCT_NAME]);
    } else {
        value = kind == UPDATE_PRICE ? 100000 + value * 1000 : value;
        struct bytes text = {number, (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)value)};
        change.row.cells[kind == UPDATE_PRICE ? PRODUCT_PRICE : PRODUCT_STOCK] = (struct cell){.state = CELL_TEXT, .text = text};
    }
    updater->changes++;
    return status == STATUS_OK ? apply_change(updater->apply, &change, error) : status;
}

enum status updater_flush(struct updater *updater, struct error *error)
{
    updater->position.lsn++;
    apply_set_time(updater->apply, clock_wall_us());
    enum status status = apply_flush(updater->apply, &updater->position, error);
    arena_reset(&updater->arena);
    return status;
}

enum status updater_batch(struct updater *updater, enum update_kind kind, unsigned size, struct error *error)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < size; i++)
        status = updater_change(updater, kind, error);
    return status == STATUS_OK ? updater_flush(updater, error) : status;
}
