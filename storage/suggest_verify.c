/* The suggestions' part of verify: each entry has its ranked row, each crowded prefix the top that its entries give, and nothing else is
 * stored. One pass over the entries, which come in the order of their names: per prefix length one open prefix. */
#include <string.h>

#include "storage/suggest_entry.h"
#include "storage/verify_walk.h"

struct open_prefix {
    uint64_t count;
    struct suggest_best best;
};

struct suggest_walk {
    struct open_prefix open[SUGGEST_PREFIX_BYTES_MAX]; /* by prefix length */
    struct suggest_item last;                          /* the entry before; its name is borrowed from the snapshot */
    bool any;
    uint64_t entries, ranked, tops, tops_wanted;
};

static void top_compare(struct verify *verify, const struct suggest_key *key, const struct suggest_best *wanted)
{
    unsigned char bytes[SUGGEST_TOP_BYTES_MAX];
    struct bytes at = {.data = (const char *)key->bytes, .size = key->size}, stored = {0};
    size_t size = suggest_top_encode(wanted, bytes);
    if (door_get(verify->snapshot, DB_SUGGEST, key->bytes, key->size, &stored) != STATUS_OK)
        verify_fault_at(verify, DB_SUGGEST, at, "a crowded prefix without its top");
    else if (stored.size != size || memcmp(stored.data, bytes, size) != 0)
        verify_fault_at(verify, DB_SUGGEST, at, "a top that is not the best of its entries");
}

/* Closes the prefixes of the entry before that are longer than `kept`. */
static void prefixes_close(struct suggest_walk *walk, struct verify *verify, size_t kept)
{
    for (size_t size = kept + 1; walk->any && size <= SUGGEST_PREFIX_BYTES_MAX; size++) {
        struct open_prefix *open = &walk->open[size - 1];
        if (open->count > SUGGEST_CROWDED) {
            struct suggest_key key;
            suggest_key(&key, SUGGEST_STORED_TOP, walk->last.name, size - 1);
            top_compare(verify, &key, &open->best);
            walk->tops_wanted++;
        }
        *open = (struct open_prefix){0};
    }
}

/* How many of the open prefixes the name shares with the entry before: one more than the bytes they have in common. */
static size_t prefixes_kept(const struct suggest_walk *walk, const struct suggest_item *item)
{
    size_t common = 0;
    while (common + 1 < SUGGEST_PREFIX_BYTES_MAX && common < walk->last.size && common < item->size &&
           walk->last.name[common] == item->name[common] && item->name[common] != 0)
        common++;
    return common + 1;
}

static const char *entry_check(struct suggest_walk *walk, struct verify *verify, struct bytes key, struct bytes payload)
{
    struct suggest_item item = {.name = (const unsigned char *)key.data + 1};
    struct suggest_key ranked;
    struct bytes nothing = {0};
    size_t text = suggest_name_text(item.name, key.size - 1);
    if (text == SIZE_MAX || payload.size != sizeof item.weight)
        return "a suggestion that does not decode";
    item.size = (uint8_t)(key.size - 1);
    memcpy(&item.weight, payload.data, sizeof item.weight);
    prefixes_close(walk, verify, walk->any ? prefixes_kept(walk, &item) : 0);
    for (size_t size = 0; size <= text && size < SUGGEST_PREFIX_BYTES_MAX; size++) {
        walk->open[size].count++;
        suggest_offer(&walk->open[size].best, item);
    }
    walk->last = item;
    walk->any = true;
    walk->entries++;
    suggest_key_ranked(&ranked, &item);
    if (door_get(verify->snapshot, DB_SUGGEST, ranked.bytes, ranked.size, &nothing) != STATUS_OK)
        return "a suggestion without its ranked row";
    return NULL;
}

static enum status suggest_row_verify(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    struct suggest_walk *walk = context;
    const char *fault = NULL;
    if (key.data[0] == SUGGEST_ENTRY)
        fault = entry_check(walk, verify, key, payload);
    else if (key.data[0] == SUGGEST_RANKED)
        walk->ranked++;
    else if (key.data[0] == SUGGEST_STORED_TOP)
        walk->tops++;
    else
        fault = "a row of no known kind";
    if (fault != NULL)
        verify_fault_at(verify, DB_SUGGEST, key, fault);
    return STATUS_OK;
}

enum status suggest_verify(struct verify *verify)
{
    struct suggest_walk walk = {0};
    enum status status = verify_walk(verify, DB_SUGGEST, suggest_row_verify, &walk);
    if (status != STATUS_OK)
        return status;
    prefixes_close(&walk, verify, 0);
    if (walk.ranked != walk.entries)
        verify_fault(verify, "There are %llu ranked suggestions for %llu entries.", (unsigned long long)walk.ranked,
                     (unsigned long long)walk.entries);
    if (walk.tops != walk.tops_wanted)
        verify_fault(verify, "There are %llu suggestion tops for %llu crowded prefixes.", (unsigned long long)walk.tops,
                     (unsigned long long)walk.tops_wanted);
    verify->counts->suggestions += walk.entries;
    return STATUS_OK;
}
