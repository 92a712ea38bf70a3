#include "catalog/terms.h"

#include <string.h>
#include <xxhash.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "catalog/made_for.h"
#include "catalog/markup.h"
#include "catalog/pair.h"

/* Raise when the analysis chain, the terms made here, the facets of indexer/facets.c or the keys of settings change what is stored. */
enum { ANALYSIS_VERSION = 5 };

/* A term being counted. */
struct counted {
    uint32_t word, exact;
    uint8_t zone;
    bool several; /* written in more than one form */
    bool whole;   /* seen other than as a part of a code or unit */
    uint16_t occurrences[TEXT_FIELD_COUNT];
};

/* A beginning of core terms; the best of them counts. */
struct counted_prefix {
    uint32_t word;
    uint8_t impact;
};

struct counting {
    struct word_cache *words;
    struct arena *arena;
    uint32_t document; /* of the cache */
    struct counted *terms;
    uint32_t room, count, core_count;
    uint32_t lengths[TEXT_FIELD_COUNT];
    size_t text_left;
    bool cut;
};

_Static_assert((int)ZONE_CORE == (int)WORD_CORE && (int)ZONE_BODY == (int)WORD_BODY, "a word's place is named by the zone");

static enum status counting_grow(struct counting *counting)
{
    uint32_t room = counting->room == 0 ? 256 : counting->room * 2;
    struct counted *larger = arena_alloc(counting->arena, room * sizeof *larger);
    if (larger == NULL)
        return STATUS_LIMIT;
    if (counting->count > 0)
        memcpy(larger, counting->terms, counting->count * sizeof *larger);
    counting->terms = larger;
    counting->room = room;
    return STATUS_OK;
}

/* The word's place among what is counted of one kind, plus one; 0: it is new. */
static uint32_t *word_place(struct counting *counting, uint32_t number, unsigned kind)
{
    struct word *word = word_cache_word(counting->words, number);
    if (word->document != counting->document) {
        memset(word->places, 0, sizeof word->places);
        word->document = counting->document;
    }
    return &word->places[kind];
}

static enum status count_use(struct counting *counting, enum text_field field, const struct word_use *use)
{
    enum zone zone = text_fields[field].zone;
    uint32_t *place = word_place(counting, use->folded, zone);
    if (*place == 0) {
        enum status status = counting->count == counting->room ? counting_grow(counting) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        counting->terms[counting->count] = (struct counted){.word = use->folded, .exact = use->exact, .zone = (uint8_t)zone};
        *place = ++counting->count;
        counting->core_count += zone == ZONE_CORE;
    }
    struct counted *term = &counting->terms[*place - 1];
    term->several = term->several || term->exact != use->exact;
    term->whole = term->whole || !use->part;
    if (term->occurrences[field] < UINT16_MAX)
        term->occurrences[field]++;
    return STATUS_OK;
}

static enum status count_sentence(struct counting *counting, enum text_field field, struct bytes sentence)
{
    bool repeats = field != TEXT_NAME && field != TEXT_MADE_FOR && field != TEXT_CODES;
    struct word_uses uses = {0};
    enum status status = word_cache_read(counting->words, sentence, repeats, counting->arena, &uses);
    counting->lengths[field] += uses.length;
    for (uint32_t i = 0; status == STATUS_OK && i < uses.count; i++)
        status = count_use(counting, field, &uses.uses[i]);
    return status;
}

static enum status count_text(struct counting *counting, enum text_field field, struct bytes text)
{
    if (text.size == 0)
        return STATUS_OK;
    struct bytes plain = {0};
    enum status status = markup_strip(text, counting->arena, &plain);
    if (status != STATUS_OK)
        return status;
    size_t size = utf8_cut(plain.data, plain.size, counting->text_left);
    counting->cut = counting->cut || size < plain.size;
    counting->text_left -= size;
    plain.size = size;
    bool apart = sentences_are_apart(plain);
    while (status == STATUS_OK && plain.size > 0) {
        size_t taken = apart ? sentence_size(plain) : plain.size;
        status = count_sentence(counting, field, (struct bytes){plain.data, taken});
        plain = (struct bytes){plain.data + taken, plain.size - taken};
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

/* An accessory's name falls into its head and what it is made for; the length of both is that of the whole. */
static enum status count_name(struct counting *counting, struct bytes name)
{
    struct bytes plain = {0};
    size_t head = 0;
    if (name.size == 0)
        return STATUS_OK;
    enum status status = markup_strip(name, counting->arena, &plain);
    if (status == STATUS_OK)
        status = made_for_split(word_cache_analyzer(counting->words), plain, counting->arena, &head);
    if (status == STATUS_OK)
        status = count_text(counting, TEXT_NAME, (struct bytes){plain.data, head});
    if (status == STATUS_OK)
        status = count_text(counting, TEXT_MADE_FOR, (struct bytes){plain.data + head, plain.size - head});
    counting->lengths[TEXT_NAME] += counting->lengths[TEXT_MADE_FOR];
    counting->lengths[TEXT_MADE_FOR] = counting->lengths[TEXT_NAME];
    return status;
}

/* Core fields first: when the bound on text is met, it is the description that is cut. */
static enum status count_document(struct counting *counting, const struct document *document)
{
    enum status status = count_name(counting, document->name);
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

static struct posting_form counted_form(struct word_cache *words, const struct counted *term)
{
    if (term->zone != ZONE_CORE)
        return (struct posting_form){0};
    if (term->several)
        return (struct posting_form){.several = true};
    if (term->exact == term->word)
        return (struct posting_form){0};
    const struct word *exact = word_cache_word(words, term->exact);
    return (struct posting_form){.bytes = exact->bytes, .size = exact->size};
}

static void add_prefixes(struct counting *counting, const struct counted *term, uint8_t impact, struct counted_prefix *prefixes,
                         uint32_t *count)
{
    const struct word *word = word_cache_word(counting->words, term->word);
    for (unsigned i = 0; i < word->prefix_count; i++) {
        uint32_t *place = word_place(counting, word->prefixes[i], WORD_PREFIX);
        if (*place == 0) {
            prefixes[*count] = (struct counted_prefix){.word = word->prefixes[i]};
            *place = ++*count;
        }
        if (prefixes[*place - 1].impact < impact)
            prefixes[*place - 1].impact = impact;
    }
}

static void add_entry(struct counting *counting, enum term_class class, uint32_t number, uint8_t impact, struct posting_form form,
                      struct forward_list *out)
{
    const struct word *word = word_cache_word(counting->words, number);
    out->entries[out->count++] =
        (struct forward_entry){.class = class, .size = word->size, .impact = impact, .bytes = word->bytes, .form = form};
}

static uint8_t counted_impact(const struct counted *term, const struct field_norms *norms)
{
    uint8_t impact = field_impact((enum zone)term->zone, term->occurrences, norms);
    return term->whole ? impact : (uint8_t)(impact > 1 ? impact / 2 : 1);
}

static enum status add_entries(struct counting *counting, const struct document *document, struct forward_list *out)
{
    struct field_norms norms = field_norms(counting->lengths);
    uint32_t most = counting->core_count * PREFIX_LETTERS_MAX, prefix_count = 0, pair_count = 0;
    struct counted_prefix *prefixes = arena_alloc(counting->arena, most * sizeof *prefixes);
    out->entries = arena_alloc(counting->arena, ((size_t)counting->count + most + 1 + PAIRS_MAX) * sizeof *out->entries);
    if (prefixes == NULL || out->entries == NULL)
        return STATUS_LIMIT;
    out->entries[out->count++] = (struct forward_entry){.class = TERM_LIVE, .impact = 1, .bytes = ""};
    for (uint32_t i = 0; i < counting->count; i++) {
        const struct counted *term = &counting->terms[i];
        bool core = term->zone == ZONE_CORE;
        uint8_t impact = counted_impact(term, &norms);
        add_entry(counting, core ? TERM_CORE : TERM_BODY, term->word, impact, counted_form(counting->words, term), out);
        if (core)
            add_prefixes(counting, term, impact, prefixes, &prefix_count);
    }
    for (uint32_t i = 0; i < prefix_count; i++)
        add_entry(counting, TERM_PREFIX, prefixes[i].word, prefixes[i].impact, (struct posting_form){0}, out);
    enum status status =
        pairs_build(word_cache_analyzer(counting->words), document, counting->arena, out->entries + out->count, &pair_count);
    out->count += pair_count;
    forward_sort(out);
    return status;
}

enum status terms_build(struct word_cache *words, const struct document *document, struct arena *arena, struct forward_list *out, bool *cut)
{
    *out = (struct forward_list){0};
    *cut = false;
    if (!document->live)
        return STATUS_OK;
    struct counting counting = {.words = words, .arena = arena, .text_left = DOCUMENT_TEXT_BYTES_MAX};
    counting.document = word_cache_begin(words);
    enum status status = count_document(&counting, document);
    if (status == STATUS_OK)
        status = add_entries(&counting, document, out);
    *cut = counting.cut;
    return status;
}

uint64_t terms_fingerprint(void)
{
    uint64_t hash = ANALYSIS_VERSION;
    for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
        const struct text_field_info *info = &text_fields[field];
        uint32_t shape[4] = {(uint32_t)info->zone, info->weight, info->nominal_tokens, info->once};
        hash = XXH3_64bits_withSeed(shape, sizeof shape, hash);
    }
    return hash;
}
