/* The learned queries. Byte grammar of their environment, which has the one database "meta":
 *
 *   "format"         -> version u32le
 *   'q', folded text -> updated u64le (seconds since 1970), searches u64le, clicks u64le, conversions u64le, total u32le (2^32 - 1: unknown),
 *                       windows u8, last window u32le, texts (spellings), texts (products)
 *   texts            := count u8, count times (weight u64le, size u8, bytes)
 *
 * Weights are in units of 1/LEARNED_WEIGHT_ONE. A spelling has 1..LEARNED_SPELLING_BYTES_MAX bytes, a product's id up to
 * LEARNED_ID_BYTES_MAX. */
#include "storage/learned.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/shared_env.h"
#include "storage/snapshot.h"

enum { LEARNED_FORMAT = 1, QUERY_PREFIX = 'q' };
static const uint64_t learned_map_bytes = UINT64_C(256) << 20;
static const enum database learned_databases = DB_META + 1;

enum status learned_open(const char *folder, enum env_mode mode, struct env **out, struct error *error)
{
    const struct env_options options = {.mode = mode, .map_bytes = learned_map_bytes, .format = LEARNED_FORMAT};
    enum status status = shared_env_open(folder, &options, learned_databases, out, error);
    if (status == STATUS_NOT_FOUND && mode == ENV_READ)
        return error_set(error, status, "nothing was learned of queries in %s yet; tim serve does it while it answers", folder);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, status, "cannot make the folder %s for what is learned of queries", folder);
    if (status == STATUS_CORRUPT || status == STATUS_MISMATCH)
        return error_set(error, status,
                         "what was learned of queries in %s is damaged or of another version; remove the folder to begin anew", folder);
    return status;
}

void learned_close(struct env *env)
{
    if (env != NULL)
        shared_env_close(env);
}

struct query_key {
    size_t size;
    char bytes[1 + LEARNED_QUERY_BYTES_MAX];
};

static struct query_key query_key(struct bytes query)
{
    struct query_key key = {.size = 1 + query.size, .bytes = {QUERY_PREFIX}};
    assert(query.size >= 1 && query.size <= LEARNED_QUERY_BYTES_MAX);
    memcpy(key.bytes + 1, query.data, query.size);
    return key;
}

static void texts_read(struct byte_reader *reader, unsigned room, unsigned size_max, struct learned_text *texts, uint8_t *count)
{
    *count = read_u8(reader);
    if (*count > room)
        reader->failed = true;
    for (unsigned i = 0; i < *count && !reader->failed; i++) {
        texts[i].weight = read_u64(reader);
        texts[i].size = read_u8(reader);
        const unsigned char *bytes = texts[i].size == 0 || texts[i].size > size_max ? NULL : read_span(reader, texts[i].size);
        if (bytes == NULL)
            reader->failed = true;
        else
            memcpy(texts[i].bytes, bytes, texts[i].size);
    }
}

enum status learned_decode(struct bytes record, struct learned *out)
{
    struct byte_reader reader = byte_reader(record.data, record.size);
    out->updated_s = read_u64(&reader);
    out->searches = read_u64(&reader);
    out->clicks = read_u64(&reader);
    out->conversions = read_u64(&reader);
    out->total = read_u32(&reader);
    out->windows = read_u8(&reader);
    out->window_last = read_u32(&reader);
    texts_read(&reader, LEARNED_SPELLINGS_MAX, LEARNED_SPELLING_BYTES_MAX, out->spellings, &out->spelling_count);
    texts_read(&reader, LEARNED_PRODUCTS_MAX, LEARNED_ID_BYTES_MAX, out->products, &out->product_count);
    return reader.failed || reader.next != reader.end ? STATUS_CORRUPT : STATUS_OK;
}

static void texts_append(struct buffer *record, const struct learned_text *texts, uint8_t count)
{
    append_u8(record, count);
    for (unsigned i = 0; i < count; i++) {
        append_u64(record, texts[i].weight);
        append_u8(record, texts[i].size);
        buffer_append(record, texts[i].bytes, texts[i].size);
    }
}

enum status learned_get(struct snapshot *snapshot, struct bytes query, struct learned *out)
{
    struct query_key key = query_key(query);
    struct bytes payload = {0};
    enum status status = door_get(snapshot, DB_META, key.bytes, key.size, &payload);
    if (status == STATUS_OK && learned_decode(payload, out) != STATUS_OK)
        return door_corrupt(snapshot, DB_META, key.bytes, key.size, "what was learned of a query does not decode");
    return status;
}

void learned_encode(const struct learned *learned, struct buffer *record)
{
    append_u64(record, learned->updated_s);
    append_u64(record, learned->searches);
    append_u64(record, learned->clicks);
    append_u64(record, learned->conversions);
    append_u32(record, learned->total);
    append_u8(record, learned->windows);
    append_u32(record, learned->window_last);
    texts_append(record, learned->spellings, learned->spelling_count);
    texts_append(record, learned->products, learned->product_count);
}

enum status learned_put(struct batch *batch, struct bytes query, const struct learned *learned)
{
    struct query_key key = query_key(query);
    struct buffer record = {0};
    learned_encode(learned, &record);
    enum status status = door_put(batch, DB_META, key.bytes, key.size, record.data, record.size);
    buffer_release(&record);
    return status;
}

enum status learned_del(struct batch *batch, struct bytes query)
{
    struct query_key key = query_key(query);
    return door_del(batch, DB_META, key.bytes, key.size);
}

enum status learned_each(struct snapshot *snapshot, learned_visit *visit, void *context)
{
    static const char first[] = {QUERY_PREFIX};
    struct door_cursor cursor = {0};
    struct learned learned;
    enum status status = door_cursor_open(snapshot, DB_META, &cursor);
    if (status != STATUS_OK)
        return status;
    for (status = door_cursor_seek(&cursor, first, sizeof first); status == STATUS_OK || status == STATUS_CORRUPT;) {
        bool whole = status == STATUS_OK;
        if (cursor.key.size < 2 || cursor.key.size > 1 + LEARNED_QUERY_BYTES_MAX || cursor.key.data[0] != QUERY_PREFIX)
            break;
        if (whole && learned_decode(cursor.payload, &learned) != STATUS_OK) {
            (void)door_corrupt(snapshot, DB_META, cursor.key.data, cursor.key.size, "what was learned of a query does not decode");
            whole = false;
        }
        status = whole ? visit(context, (struct bytes){cursor.key.data + 1, cursor.key.size - 1}, &learned) : STATUS_OK;
        if (status == STATUS_OK)
            status = door_cursor_next(&cursor);
        else
            goto done;
    }
    if (status == STATUS_END || status == STATUS_CORRUPT)
        status = STATUS_OK;
done:
    door_cursor_close(&cursor);
    return status;
}

static uint64_t weight_after(uint64_t weight, double factor)
{
    return (uint64_t)((double)weight * factor);
}

void learned_decay(struct learned *learned, uint64_t now_s, uint64_t half_life_s)
{
    assert(half_life_s > 0);
    if (now_s <= learned->updated_s)
        return;
    double factor = exp2(-(double)(now_s - learned->updated_s) / (double)half_life_s);
    learned->updated_s = now_s;
    learned->searches = weight_after(learned->searches, factor);
    learned->clicks = weight_after(learned->clicks, factor);
    learned->conversions = weight_after(learned->conversions, factor);
    for (unsigned i = 0; i < learned->spelling_count; i++)
        learned->spellings[i].weight = weight_after(learned->spellings[i].weight, factor);
    for (unsigned i = 0; i < learned->product_count; i++)
        learned->products[i].weight = weight_after(learned->products[i].weight, factor);
}

static unsigned lightest(const struct learned_text *texts, unsigned count)
{
    unsigned found = 0;
    for (unsigned i = 1; i < count; i++)
        if (texts[i].weight < texts[found].weight)
            found = i;
    return found;
}

void learned_text_add(struct learned_text *texts, uint8_t *count, unsigned room, struct bytes text, uint64_t weight)
{
    if (text.size == 0 || text.size > LEARNED_SPELLING_BYTES_MAX)
        return;
    for (unsigned i = 0; i < *count; i++)
        if (bytes_equal((struct bytes){texts[i].bytes, texts[i].size}, text)) {
            texts[i].weight += weight;
            return;
        }
    bool full = *count == room;
    unsigned at = full ? lightest(texts, *count) : (*count)++;
    texts[at].weight = full ? texts[at].weight + weight : weight;
    texts[at].size = (uint8_t)text.size;
    memcpy(texts[at].bytes, text.data, text.size);
}

struct bytes learned_text_best(const struct learned_text *texts, unsigned count)
{
    struct bytes best = {.data = "", .size = 0};
    uint64_t weight = 0;
    for (unsigned i = 0; i < count; i++)
        if (best.size == 0 || texts[i].weight > weight) {
            weight = texts[i].weight;
            best = (struct bytes){texts[i].bytes, texts[i].size};
        }
    return best;
}
