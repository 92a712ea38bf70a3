#include "catalog/terms.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/markup.h"

/* Raise when the analysis chain, the terms made here or the facets of indexer/facets.c change what is stored. */
enum { ANALYSIS_VERSION = 2 };

/* A term being counted. */
struct counted {
    const char *bytes; /* NULL: an empty slot */
    const char *exact;
    uint8_t size, exact_size;
    uint8_t zone;
    bool several; /* written in more than one form */
    bool whole;   /* seen other than as a part of a code or unit */
    uint16_t occurrences[TEXT_FIELD_COUNT];
};

struct counting {
    const struct analyzer *analyzer;
    struct arena *arena;
    struct counted *slots; /* open addressing, a power of two */
    uint32_t room, count;
    uint32_t lengths[TEXT_FIELD_COUNT];
    size_t text_left;
    bool cut;
};

static struct counted *slot_find(const struct counting *counting, enum zone zone, const char *bytes, size_t size)
{
    uint32_t at = (uint32_t)XXH3_64bits_withSeed(bytes, size, zone) & (counting->room - 1);
    for (;;) {
        struct counted *slot = &counting->slots[at];
        if (slot->bytes == NULL || (slot->zone == zone && slot->size == size && memcmp(slot->bytes, bytes, size) == 0))
            return slot;
        at = (at + 1) & (counting->room - 1);
    }
}

static enum status counting_grow(struct counting *counting)
{
    struct counting larger = *counting;
    larger.room = counting->room == 0 ? 256 : counting->room * 2;
    larger.slots = arena_calloc(counting->arena, larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < counting->room; i++)
        if (counting->slots[i].bytes != NULL)
            *slot_find(&larger, (enum zone)counting->slots[i].zone, counting->slots[i].bytes, counting->slots[i].size) = counting->slots[i];
    *counting = larger;
    return STATUS_OK;
}

static enum status count_token(struct counting *counting, enum text_field field, const struct token *token)
{
    if (counting->count * 2 >= counting->room) {
        enum status status = counting_grow(counting);
        if (status != STATUS_OK)
            return status;
    }
    enum zone zone = text_fields[field].zone;
    struct counted *slot = slot_find(counting, zone, token->folded, token->folded_size);
    if (slot->bytes == NULL) {
        *slot = (struct counted){.bytes = token->folded,
                                 .size = token->folded_size,
                                 .exact = token->exact,
                                 .exact_size = token->exact_size,
                                 .zone = (uint8_t)zone};
        counting->count++;
    } else if (slot->exact_size != token->exact_size || memcmp(slot->exact, token->exact, token->exact_size) != 0) {
        slot->several = true;
    }
    slot->whole = slot->whole || !token->part;
    if (slot->occurrences[field] < UINT16_MAX)
        slot->occurrences[field]++;
    return STATUS_OK;
}

/* The longest start of at most `size` bytes that ends on a whole character. */
static size_t cut_at_character(struct bytes text, size_t size)
{
    if (text.size <= size)
        return text.size;
    while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static enum status count_text(struct counting *counting, enum text_field field, struct bytes text)
{
    if (text.size == 0)
        return STATUS_OK;
    struct bytes plain = {0};
    enum status status = markup_strip(text, counting->arena, &plain);
    if (status != STATUS_OK)
        return status;
    size_t size = cut_at_character(plain, counting->text_left);
    counting->cut = counting->cut || size < plain.size;
    counting->text_left -= size;
    struct token_list list = {0};
    status = analyze(counting->analyzer, plain.data, size, counting->arena, &list);
    for (uint32_t i = 0; status == STATUS_OK && i < list.count; i++) {
        counting->lengths[field] += !list.tokens[i].part;
        status = count_token(counting, field, &list.tokens[i]);
    }
    return status;
}

static enum status count_specs(struct counting *counting, const struct document_spec *specs, unsigned count, bool all_key)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < count; i++) {
        if (specs[i].key || all_key)
            status = count_text(counting, TEXT_KEY_SPECS, specs[i].value);
        if (status == STATUS_OK && !all_key)
            status = count_text(counting, TEXT_SPECS, specs[i].name);
        if (status == STATUS_OK && !all_key && !specs[i].key)
            status = count_text(counting, TEXT_SPECS, specs[i].value);
    }
    return status;
}

static enum status count_variants(struct counting *counting, const struct document *document)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < document->variant_count; i++) {
        const struct document_variant *variant = &document->variants[i];
        if (!variant->active)
            continue;
        status = count_text(counting, TEXT_CODES, variant->sku);
        if (status == STATUS_OK)
            status = count_text(counting, TEXT_KEY_SPECS, variant->name);
        if (status == STATUS_OK)
            status = count_specs(counting, variant->attributes, variant->attribute_count, true);
    }
    return status;
}

/* Core fields first: when the bound on text is met, it is the description that is cut. */
static enum status count_document(struct counting *counting, const struct document *document)
{
    enum status status = count_text(counting, TEXT_NAME, document->name);
    if (status == STATUS_OK)
        status = count_text(counting, TEXT_BRAND, document->brand_name);
    for (unsigned i = 0; status == STATUS_OK && i < document->path_count; i++)
        status = count_text(counting, TEXT_CATEGORY, document->path[i].name);
    if (status == STATUS_OK)
        status = count_text(counting, TEXT_CODES, document->sku);
    if (status == STATUS_OK)
        status = count_variants(counting, document);
    if (status == STATUS_OK)
        status = count_specs(counting, document->specs, document->spec_count, false);
    if (status == STATUS_OK)
        status = count_text(counting, TEXT_SHORT_DESC, document->short_desc);
    return status == STATUS_OK ? count_text(counting, TEXT_DESCRIPTION, document->description) : status;
}

static struct posting_form counted_form(const struct counted *term)
{
    if (term->zone != ZONE_CORE)
        return (struct posting_form){0};
    if (term->several)
        return (struct posting_form){.several = true};
    if (term->exact_size == term->size && memcmp(term->exact, term->bytes, term->size) == 0)
        return (struct posting_form){0};
    return (struct posting_form){.bytes = term->exact, .size = term->exact_size};
}

/* The bytes of the first `letters` letters, 0 when the term has fewer. */
static size_t prefix_size(const struct counted *term, unsigned letters)
{
    size_t at = 0;
    for (unsigned i = 0; i < letters; i++) {
        if (at >= term->size)
            return 0;
        at++;
        while (at < term->size && ((unsigned char)term->bytes[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

static void add_entries(const struct counting *counting, const struct counted *term, struct forward_list *out)
{
    uint8_t impact = field_impact((enum zone)term->zone, term->occurrences, counting->lengths);
    if (!term->whole)
        impact = (uint8_t)(impact > 1 ? impact / 2 : 1);
    bool core = term->zone == ZONE_CORE;
    out->entries[out->count++] = (struct forward_entry){
        .class = core ? TERM_CORE : TERM_BODY, .size = term->size, .impact = impact, .bytes = term->bytes, .form = counted_form(term)};
    for (unsigned letters = 1; core && letters <= PREFIX_LETTERS_MAX; letters++) {
        size_t size = prefix_size(term, letters);
        if (size == 0)
            break;
        out->entries[out->count++] =
            (struct forward_entry){.class = TERM_PREFIX, .size = (uint8_t)size, .impact = impact, .bytes = term->bytes};
    }
}

enum status terms_build(const struct analyzer *analyzer, const struct document *document, struct arena *arena, struct forward_list *out,
                        bool *cut)
{
    *out = (struct forward_list){0};
    *cut = false;
    if (!document->live)
        return STATUS_OK;
    struct counting counting = {.analyzer = analyzer, .arena = arena, .text_left = DOCUMENT_TEXT_BYTES_MAX};
    enum status status = counting_grow(&counting);
    if (status == STATUS_OK)
        status = count_document(&counting, document);
    if (status != STATUS_OK)
        return status;
    out->entries = arena_alloc(arena, ((size_t)counting.count * (1 + PREFIX_LETTERS_MAX) + 1) * sizeof *out->entries);
    if (out->entries == NULL)
        return STATUS_LIMIT;
    out->entries[out->count++] = (struct forward_entry){.class = TERM_LIVE, .impact = 1, .bytes = ""};
    for (uint32_t i = 0; i < counting.room; i++)
        if (counting.slots[i].bytes != NULL)
            add_entries(&counting, &counting.slots[i], out);
    forward_sort(out);
    *cut = counting.cut;
    return STATUS_OK;
}

uint64_t terms_fingerprint(void)
{
    uint64_t hash = ANALYSIS_VERSION;
    for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
        const struct text_field_info *info = &text_fields[field];
        uint32_t shape[3] = {(uint32_t)info->zone, info->weight, info->nominal_tokens};
        hash = XXH3_64bits_withSeed(shape, sizeof shape, hash);
    }
    return hash;
}
