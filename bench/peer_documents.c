#include "bench/peer_documents.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/engine.h"
#include "bench/phases.h"
#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/markup.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"

enum { FIELDS = 6, ID_BYTES = 24 };

/* A document while its texts are put together, field by field as catalog/terms.c counts them. */
struct telling {
    const struct analyzer *analyzer;
    struct arena *arena;
    struct buffer core, body;
    enum status status;
};

static void tell(struct telling *telling, struct buffer *zone, struct bytes text)
{
    struct bytes plain = {0};
    struct token_list list = {0};
    if (telling->status != STATUS_OK || text.size == 0)
        return;
    telling->status = markup_strip(text, telling->arena, &plain);
    if (telling->status == STATUS_OK)
        telling->status = analyze_document(telling->analyzer, plain.data, plain.size, telling->arena, &list);
    for (uint32_t i = 0; telling->status == STATUS_OK && i < list.count; i++)
        buffer_print(zone, "%s%.*s", zone->size == 0 ? "" : " ", list.tokens[i].folded_size, list.tokens[i].folded);
}

static void tell_document(struct telling *telling, const struct document *document)
{
    tell(telling, &telling->core, document->name);
    tell(telling, &telling->core, document->brand_name);
    for (unsigned i = 0; i < document->path_count; i++)
        tell(telling, &telling->core, document->path[i].name);
    tell(telling, &telling->core, document->sku);
    for (unsigned i = 0; i < document->variant_count; i++) {
        const struct document_variant *variant = &document->variants[i];
        if (!variant->active)
            continue;
        tell(telling, &telling->core, variant->sku);
        tell(telling, &telling->core, variant->name);
        for (unsigned j = 0; j < variant->attribute_count; j++)
            tell(telling, &telling->core, variant->attributes[j].value);
    }
    for (unsigned i = 0; i < document->spec_count; i++) {
        tell(telling, &telling->body, document->specs[i].name);
        tell(telling, document->specs[i].key ? &telling->core : &telling->body, document->specs[i].value);
    }
    tell(telling, &telling->body, document->short_desc);
    tell(telling, &telling->body, document->description);
}

static enum status document_write(const struct stand *stand, struct engine *engine, uint64_t number, FILE *out)
{
    char text[ID_BYTES];
    struct bytes id = {text, (size_t)snprintf(text, sizeof text, "%" PRIu64, number)};
    struct document document = {0};
    struct telling telling = {.analyzer = stand->analyzer, .arena = &engine->arena};
    struct column_reader offer, fame;
    uint32_t at = 0;
    arena_reset(&engine->arena);
    enum status status = document_build(engine->snapshot, stand->analyzer, id, &engine->arena, &document);
    if (status == STATUS_OK)
        status = document_get(engine->snapshot, id, &at);
    if (status != STATUS_OK || !document.live)
        return status;
    tell_document(&telling, &document);
    column_reader_init(&offer, engine->snapshot, &family_offer);
    column_reader_init(&fame, engine->snapshot, &family_fame);
    uint64_t price = column_get(&offer, OFFER_PRICE, at), sale = column_get(&offer, OFFER_SALE, at);
    uint64_t paid = price < sale ? price : sale, prior = column_get(&fame, FAME_PRIOR, at);
    fprintf(out, "%s\t%.*s\t%.*s\t%.*s\t%" PRIu64 "\t%" PRIu64 "\n", text, (int)telling.core.size, telling.core.data,
            (int)telling.body.size, telling.body.size > 0 ? telling.body.data : "", (int)document.brand_id.size,
            document.brand_id.size > 0 ? document.brand_id.data : "", paid == COLUMN_UNKNOWN ? UINT32_MAX : paid,
            prior == COLUMN_UNKNOWN ? 0 : prior);
    buffer_release(&telling.core);
    buffer_release(&telling.body);
    return telling.status;
}

static enum status documents_write(const struct stand *stand, struct figures *figures, struct error *error)
{
    char path[STAND_PATH_BYTES];
    struct engine engine;
    (void)figures;
    stand_path(stand, "documents.tsv", path);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return error_set(error, STATUS_IO, "cannot write %.300s: %s", path, strerror(errno));
    enum status status = engine_open(&engine, stand->index, stand->analyzer, error);
    if (status == STATUS_OK)
        status = snapshot_renew(engine.snapshot);
    for (uint64_t number = 1; status == STATUS_OK && number <= stand->products; number++)
        status = stand_stopped(stand, error) ? STATUS_END : document_write(stand, &engine, number, out);
    engine_close(&engine);
    if (fclose(out) != 0 && status == STATUS_OK)
        status = STATUS_IO;
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "cannot write %.300s: %s", path, status_name(status));
}

enum status documents_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(documents_write, stand, figures, error);
}

enum status peer_documents_open(struct peer_documents *documents, const struct stand *stand, struct error *error)
{
    char path[STAND_PATH_BYTES];
    stand_path(stand, "documents.tsv", path);
    *documents = (struct peer_documents){.file = fopen(path, "r")};
    return documents->file != NULL ? STATUS_OK : error_set(error, STATUS_IO, "cannot read %.300s: %s", path, strerror(errno));
}

enum status peer_documents_next(struct peer_documents *documents, struct peer_document *out, struct error *error)
{
    char *fields[FIELDS], *at = NULL;
    ssize_t size = getline(&documents->line, &documents->room, documents->file);
    if (size <= 0)
        return STATUS_END;
    at = documents->line;
    for (unsigned i = 0; i < FIELDS; i++) {
        fields[i] = at;
        at = strchr(at, i + 1 < FIELDS ? '\t' : '\n');
        if (at == NULL)
            return error_set(error, STATUS_CORRUPT, "the peers' documents have a line that is not whole");
        *at++ = '\0';
    }
    *out = (struct peer_document){.id = strtoull(fields[0], NULL, 10),
                                  .core = {fields[1], strlen(fields[1])},
                                  .body = {fields[2], strlen(fields[2])},
                                  .brand_id = {fields[3], strlen(fields[3])},
                                  .paid_vnd = strtoull(fields[4], NULL, 10),
                                  .prior = strtoull(fields[5], NULL, 10)};
    return STATUS_OK;
}

void peer_documents_close(struct peer_documents *documents)
{
    free(documents->line);
    if (documents->file != NULL)
        fclose(documents->file);
    *documents = (struct peer_documents){0};
}
