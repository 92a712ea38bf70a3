/* All suggestions at once. Grammar in suggest_entry.h.
 *
 * Entries and ranked rows come through one sorter; entries come first, in the order of their names. On the way the tops of crowded
 * prefixes are made in one pass: one open prefix of each length, each closed (and given to the next shorter one) when the names leave it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bulk_put.h"
#include "storage/suggest_entry.h"

/* A prefix that the names are inside of: its count, and the best of it with names of its own. */
struct open_prefix {
    uint64_t count;
    struct suggest_best best;
    unsigned char names[SUGGEST_TOP][SUGGEST_NAME_BYTES_MAX];
    bool taken[SUGGEST_TOP]; /* which of `names` are in use */
};

struct suggest_pass {
    struct open_prefix prefixes[SUGGEST_PREFIX_BYTES_MAX]; /* by length */
    unsigned depth;                                        /* of the longest open one */
    unsigned char text[SUGGEST_PREFIX_BYTES_MAX];          /* whose beginnings they are */
    struct sorter *tops;
};

enum status suggest_sort(struct sorter *sorter, const struct suggestion *entry)
{
    unsigned char name[SUGGEST_NAME_BYTES_MAX];
    uint8_t size = 0;
    struct suggest_key key;
    enum status status = suggest_name(entry, name, &size);
    if (status != STATUS_OK)
        return status;
    suggest_key(&key, SUGGEST_ENTRY, name, size);
    status = sorter_add(sorter, (struct bytes){(const char *)key.bytes, key.size},
                        (struct bytes){(const char *)&entry->weight, sizeof entry->weight});
    if (status != STATUS_OK)
        return status;
    suggest_key_ranked(&key, &(struct suggest_item){.name = name, .size = size, .weight = entry->weight});
    return sorter_add(sorter, (struct bytes){(const char *)key.bytes, key.size}, (struct bytes){0});
}

/* As suggest_offer, with a copy of the name. */
static void prefix_offer(struct open_prefix *prefix, struct suggest_item item)
{
    struct suggest_best *best = &prefix->best;
    if (best->count == SUGGEST_TOP) {
        const struct suggest_item *last = &best->items[SUGGEST_TOP - 1];
        if (!suggest_before(&item, last))
            return;
        prefix->taken[(size_t)(last->name - prefix->names[0]) / SUGGEST_NAME_BYTES_MAX] = false;
    }
    unsigned slot = 0;
    while (prefix->taken[slot] && slot + 1 < SUGGEST_TOP)
        slot++;
    prefix->taken[slot] = true;
    memcpy(prefix->names[slot], item.name, item.size);
    item.name = prefix->names[slot];
    suggest_offer(best, item);
}

static enum status prefix_close(struct suggest_pass *pass)
{
    struct open_prefix *prefix = &pass->prefixes[pass->depth];
    enum status status = STATUS_OK;
    if (prefix->count > SUGGEST_CROWDED) {
        unsigned char top[SUGGEST_TOP_BYTES_MAX];
        struct suggest_key key;
        suggest_key(&key, SUGGEST_STORED_TOP, pass->text, pass->depth);
        size_t size = suggest_top_encode(&prefix->best, top);
        status = sorter_add(pass->tops, (struct bytes){(const char *)key.bytes, key.size}, (struct bytes){(const char *)top, size});
    }
    if (pass->depth > 0) {
        struct open_prefix *shorter = &pass->prefixes[pass->depth - 1];
        shorter->count += prefix->count;
        for (unsigned i = 0; i < prefix->best.count; i++)
            prefix_offer(shorter, prefix->best.items[i]);
        pass->depth--;
    }
    *prefix = (struct open_prefix){0};
    return status;
}

/* The name is offered to the longest prefix that is kept for it; shorter ones get it when that is closed. */
static enum status name_take(struct suggest_pass *pass, struct suggest_item item)
{
    size_t text = suggest_name_text(item.name, item.size);
    unsigned shared = 0, depth = text < SUGGEST_PREFIX_BYTES_MAX - 1 ? (unsigned)text : SUGGEST_PREFIX_BYTES_MAX - 1;
    while (shared < depth && shared < pass->depth && pass->text[shared] == item.name[shared])
        shared++;
    while (pass->depth > shared) {
        enum status status = prefix_close(pass);
        if (status != STATUS_OK)
            return status;
    }
    memcpy(pass->text, item.name, depth);
    pass->depth = depth;
    pass->prefixes[depth].count++;
    prefix_offer(&pass->prefixes[depth], item);
    return STATUS_OK;
}

static enum status tops_put(struct suggest_pass *pass, struct batch *batch)
{
    struct bytes key, value;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && pass->prefixes[0].count + pass->depth > 0)
        status = prefix_close(pass);
    if (status == STATUS_OK)
        status = sorter_sort(pass->tops);
    while (status == STATUS_OK && (status = sorter_next(pass->tops, &key, &value)) == STATUS_OK)
        status = door_put(batch, DB_SUGGEST, key.data, key.size, value.data, value.size);
    sorter_free(pass->tops);
    pass->tops = NULL;
    return status == STATUS_END ? STATUS_OK : status;
}

/* Behind the last entry, the tops; then the ranked rows. */
static enum status suggestion_put(void *context, struct batch *batch, struct bytes key, struct bytes value)
{
    struct suggest_pass *pass = context;
    enum status status = STATUS_OK;
    if (key.data[0] == SUGGEST_ENTRY) {
        struct suggest_item item = {.name = (const unsigned char *)key.data + 1, .size = (uint8_t)(key.size - 1)};
        memcpy(&item.weight, value.data, sizeof item.weight);
        status = name_take(pass, item);
    } else if (pass->tops != NULL) {
        status = tops_put(pass, batch);
    }
    return status == STATUS_OK ? door_put(batch, DB_SUGGEST, key.data, key.size, value.data, value.size) : status;
}

_Static_assert(SUGGEST_ENTRY < SUGGEST_STORED_TOP && SUGGEST_STORED_TOP < SUGGEST_RANKED,
               "entries come before tops, tops before ranked rows");

enum status bulk_write_suggestions(const struct bulk_run *run, struct sorter *sorter, struct error *error)
{
    enum { TOPS_BYTES = 16 * 1024 * 1024 };
    struct suggest_pass *pass = memory_calloc(1, sizeof *pass);
    pass->tops = sorter_new(run->env, TOPS_BYTES);
    enum status status = bulk_each(run, sorter, suggestion_put, pass, error);
    sorter_free(pass->tops);
    free(pass);
    return status;
}
