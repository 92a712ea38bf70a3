#include "query/cursor.h"

#include <stdlib.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "storage/fragment.h"
#include "storage/mirror.h"

static void number_put(struct buffer *buffer, uint64_t number)
{
    buffer_append(buffer, &number, sizeof number);
}

static void text_put(struct buffer *buffer, struct bytes text)
{
    number_put(buffer, text.size);
    if (text.size > 0)
        buffer_append(buffer, text.data, text.size);
}

static void specs_put(struct buffer *buffer, const struct search_request *request)
{
    number_put(buffer, request->spec_count);
    for (unsigned i = 0; i < request->spec_count; i++)
        text_put(buffer, request->specs[i]);
    number_put(buffer, request->spec_value_count);
    for (unsigned i = 0; i < request->spec_value_count; i++) {
        const struct spec_choice *choice = &request->spec_values[i];
        number_put(buffer, choice->spec);
        number_put(buffer, choice->is_range);
        text_put(buffer, choice->slug);
        number_put(buffer, choice->min_micros);
        number_put(buffer, choice->max_micros);
        text_put(buffer, choice->unit);
    }
}

uint64_t request_fingerprint(const struct search_request *request)
{
    struct buffer buffer = {0};
    text_put(&buffer, request->text);
    text_put(&buffer, request->category);
    number_put(&buffer, request->brand_count);
    for (unsigned i = 0; i < request->brand_count; i++)
        text_put(&buffer, request->brands[i]);
    number_put(&buffer, request->has_price_min ? request->price_min_vnd : UINT64_MAX);
    number_put(&buffer, request->has_price_max ? request->price_max_vnd : UINT64_MAX);
    number_put(&buffer, request->in_stock);
    number_put(&buffer, request->on_sale);
    number_put(&buffer, request->rating_min);
    specs_put(&buffer, request);
    number_put(&buffer, request->sort);
    number_put(&buffer, request->match);
    number_put(&buffer, request->literal);
    number_put(&buffer, request->ignored);
    uint64_t fingerprint = XXH3_64bits(buffer.data, buffer.size);
    buffer_release(&buffer);
    return fingerprint;
}

static uint32_t version_of(struct snapshot *snapshot, uint32_t document)
{
    struct column_reader offers;
    column_reader_init(&offers, snapshot, &family_offer);
    return (uint32_t)column_get(&offers, OFFER_VERSION, document);
}

enum status cursor_stand(struct cursor *cursor, struct snapshot *snapshot, const struct search_hit *hits, unsigned count,
                         struct arena *arena)
{
    while (count > 0 && hits[count - 1].pinned)
        count--;
    if (count == 0)
        return STATUS_OK;
    const struct search_hit *hit = &hits[count - 1];
    struct bytes stored = {0};
    struct fragment fragment = {0};
    enum status status = fragment_get(snapshot, hit->document, arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    cursor->rank = hit->rank;
    cursor->version = version_of(snapshot, hit->document);
    cursor->id = fragment.id;
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status cursor_document(const struct cursor *cursor, struct snapshot *snapshot, uint32_t *document)
{
    enum status status = document_get(snapshot, cursor->id, document);
    if (status != STATUS_OK)
        return status;
    return version_of(snapshot, *document) == cursor->version ? STATUS_OK : STATUS_NOT_FOUND;
}
