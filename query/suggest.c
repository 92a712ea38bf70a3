/* Suggestions: first what stands under the typed text as a prefix, then products that have the words in any order. */
#include "query/suggest.h"

#include <assert.h>
#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/popular.h"
#include "query/suggest_categories.h"
#include "query/suggest_fit.h"
#include "query/suggest_rest.h"
#include "query/suggest_words.h"
#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"
#include "storage/suggest.h"
#include "storage/term.h"

enum {
    ENOUGH = 5, /* suggestions under the text itself, marks in agreement */
    SURE_WORDS = 4,
    WORDS_BYTES_MIN = 4, /* a shorter text whose prefix names enough is not looked for in other ways */
};

struct suggesting {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    struct token_list typed;
    struct suggestion_hit found[2 * SUGGESTIONS_MAX]; /* those that agree with the typed marks, then the others */
    struct bytes folded[2 * SUGGESTIONS_MAX];
    struct token_list written[2 * SUGGESTIONS_MAX];
    uint32_t documents[2 * SUGGESTIONS_MAX]; /* of products */
    bool contradicts[2 * SUGGESTIONS_MAX];
    unsigned count, agreeing;
};

/* Where the typed words stand in a row: the first place whose marks agree, else the first place. */
static enum status match_find(struct suggesting *suggesting, struct suggestion_hit *hit, struct token_list *written, bool *contradicts)
{
    enum status status = analyze(suggesting->analyzer, hit->text.data, hit->text.size, suggesting->arena, written);
    if (status != STATUS_OK || suggesting->typed.count == 0)
        return status;
    for (uint32_t at = token_next(written, 0); at < written->count; at = token_next(written, at + 1)) {
        unsigned start = written->tokens[at].offset, end = start;
        enum fit fit = row_fit(&suggesting->typed, written, at, hit->text, &end);
        if (fit == FIT_NO || (fit == FIT_CONTRADICTS && hit->match_size > 0))
            continue;
        hit->match_start = start;
        hit->match_size = end - start;
        *contradicts = fit == FIT_CONTRADICTS;
        if (fit == FIT_YES)
            break;
    }
    return STATUS_OK;
}

/* Of two products that read the same, one is named. */
static bool is_known(const struct suggesting *suggesting, const struct suggestion_hit *hit, struct bytes folded)
{
    for (unsigned i = 0; i < suggesting->count; i++) {
        const struct suggestion_hit *found = &suggesting->found[i];
        if (found->kind == hit->kind &&
            (bytes_equal(suggesting->folded[i], folded) || (hit->id.size > 0 && bytes_equal(found->id, hit->id))))
            return true;
    }
    return false;
}

static enum status hit_add(struct suggesting *suggesting, struct suggestion_hit *hit, struct bytes folded, uint32_t document)
{
    bool contradicts = false;
    struct token_list written = {0};
    if (suggesting->count == 2 * SUGGESTIONS_MAX || is_known(suggesting, hit, folded))
        return STATUS_OK;
    enum status status = match_find(suggesting, hit, &written, &contradicts);
    if (status == STATUS_OK) {
        suggesting->agreeing += !contradicts;
        suggesting->folded[suggesting->count] = folded;
        suggesting->written[suggesting->count] = written;
        suggesting->documents[suggesting->count] = document;
        suggesting->found[suggesting->count] = *hit;
        suggesting->contradicts[suggesting->count++] = contradicts;
    }
    return status;
}

/* NOT_FOUND: the product is not shown any more. Only one that is has a fragment. */
static enum status product_add(struct suggesting *suggesting, uint32_t document, struct bytes folded)
{
    struct bytes stored = {0};
    struct fragment fragment = {0};
    enum status status = fragment_get(suggesting->snapshot, document, suggesting->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status == STATUS_OK && folded.size == 0)
        status = fold_text(suggesting->analyzer, fragment.name.data, fragment.name.size, suggesting->arena, &folded);
    if (status != STATUS_OK)
        return status;
    struct suggestion_hit hit = {.kind = SUGGEST_PRODUCT, .text = fragment.name, .slug = fragment.slug, .id = fragment.id};
    return hit_add(suggesting, &hit, folded, document);
}

static enum status label_add(struct suggesting *suggesting, const struct suggestion *entry)
{
    struct label label = {0};
    if (entry->reference.size != sizeof(uint32_t))
        return STATUS_CORRUPT;
    uint32_t ordinal = key_get_u32((const unsigned char *)entry->reference.data);
    uint16_t field = entry->kind == SUGGEST_BRAND ? FACET_BRAND : FACET_CATEGORY;
    enum status status = label_get(suggesting->snapshot, field, ordinal, &label);
    if (status != STATUS_OK)
        return status;
    struct suggestion_hit hit = {.kind = entry->kind, .text = label.text, .slug = label.slug};
    return hit_add(suggesting, &hit, entry->text, 0);
}

/* NOT_FOUND: what it names is not shown any more. */
static enum status entry_add(struct suggesting *suggesting, const struct suggestion *entry)
{
    uint32_t document = 0;
    if (entry->kind != SUGGEST_PRODUCT)
        return label_add(suggesting, entry);
    enum status status = document_get(suggesting->snapshot, entry->reference, &document);
    /* A name that was cut for its key says too little to be compared. */
    bool whole = entry->text.size < SUGGEST_KEY_BYTES_MAX - UTF8_BYTES_MAX;
    return status == STATUS_OK ? product_add(suggesting, document, whole ? entry->text : (struct bytes){0}) : status;
}

static enum status add_by_prefix(struct suggesting *suggesting, struct bytes folded)
{
    struct suggestion entries[SUGGEST_TOP];
    unsigned count = 0;
    enum status status = STATUS_OK;
    if (folded.size <= SUGGEST_KEY_BYTES_MAX)
        status = suggest_top(suggesting->snapshot, folded, SUGGEST_TOP, suggesting->arena, entries, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        status = entry_add(suggesting, &entries[i]);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    return status;
}

static enum status add_by_words(struct suggesting *suggesting, const struct word_sample *sample, unsigned limit)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < sample->count && suggesting->agreeing < limit && status == STATUS_OK; i++)
        status = product_add(suggesting, sample->documents[i], (struct bytes){0});
    return status;
}

static bool query_is_known(const struct suggesting *suggesting, struct bytes folded)
{
    for (unsigned i = 0; i < suggesting->count; i++)
        if (suggesting->found[i].kind != SUGGEST_PRODUCT && bytes_equal(suggesting->folded[i], folded))
            return true;
    return false;
}

/* Those that stand under the text, but for what is named as a category or brand already. */
static enum status add_popular(struct suggesting *suggesting, const struct popular *popular, struct bytes folded, unsigned limit,
                               struct suggest_result *out)
{
    struct popular_query found[POPULAR_TOP_MAX];
    unsigned count = popular == NULL ? 0 : popular_top(popular, folded, POPULAR_TOP_MAX, found);
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < count && out->query_count < limit && status == STATUS_OK; i++) {
        struct suggestion_hit hit = {.text = found[i].text};
        struct token_list written = {0};
        bool contradicts = false;
        if (query_is_known(suggesting, found[i].folded))
            continue;
        status = match_find(suggesting, &hit, &written, &contradicts);
        out->queries[out->query_count++] =
            (struct suggested_query){.text = found[i].text, .match_start = hit.match_start, .match_size = hit.match_size};
    }
    return status;
}

static struct bytes trimmed(struct bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = (struct bytes){text.data + 1, text.size - 1};
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* The words within the categories of the products that were found. */
static enum status add_in_categories(const struct suggesting *suggesting, struct bytes text, unsigned limit, struct suggest_result *out)
{
    struct suggest_words_typed typed = {text, &suggesting->typed};
    struct suggest_product products[2 * SUGGESTIONS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < suggesting->count; i++)
        if (suggesting->found[i].kind == SUGGEST_PRODUCT)
            products[count++] = (struct suggest_product){suggesting->documents[i], suggesting->written[i]};
    return suggest_in_categories(suggesting->snapshot, suggesting->analyzer, &typed, products, count, limit, suggesting->arena, out);
}

/* What stands under the text as a whole. */
static enum status add_under(struct suggesting *suggesting, const struct popular *popular, struct bytes text, unsigned limit,
                             struct suggest_result *out)
{
    struct bytes folded = {0};
    enum status status = fold_text(suggesting->analyzer, text.data, text.size, suggesting->arena, &folded);
    if (status == STATUS_OK)
        status = add_by_prefix(suggesting, folded);
    return status == STATUS_OK ? add_popular(suggesting, popular, folded, limit, out) : status;
}

/* Nothing else need be looked for: enough stands under the text, or the text is so long that what stands under it was meant. */
static bool is_enough(const struct suggesting *suggesting, unsigned limit)
{
    uint32_t words = 0;
    for (uint32_t i = token_next(&suggesting->typed, 0); i < suggesting->typed.count; i = token_next(&suggesting->typed, i + 1))
        words++;
    return suggesting->agreeing >= (limit < ENOUGH ? limit : ENOUGH) || (suggesting->agreeing > 0 && words >= SURE_WORDS);
}

static enum status sample_take(struct suggesting *suggesting, struct bytes text, unsigned limit, struct word_sample *sample)
{
    if (is_enough(suggesting, limit))
        return STATUS_OK;
    return suggest_words(suggesting->snapshot, suggesting->analyzer, &suggesting->typed, text, limit, suggesting->arena, sample);
}

/* Suggests for another text than the typed one. */
static enum status text_take(struct suggesting *suggesting, const struct popular *popular, struct bytes text, unsigned limit,
                             struct suggest_result *out)
{
    enum status status = analyze(suggesting->analyzer, text.data, text.size, suggesting->arena, &suggesting->typed);
    return status == STATUS_OK ? add_under(suggesting, popular, text, limit, out) : status;
}

/* Where the words meet nothing, or only what is written with other marks, a price or another wish may stand among them: then for the rest. */
static enum status rest_take(struct suggesting *suggesting, const struct popular *popular, struct bytes *text, unsigned limit,
                             struct word_sample *sample, struct suggest_result *out)
{
    struct bytes rest = {0};
    unsigned queries_max = limit < SUGGESTED_QUERIES_MAX ? limit : SUGGESTED_QUERIES_MAX;
    enum status status = STATUS_OK;
    if (sample->count > 0 && !sample->contradicts)
        return STATUS_OK;
    status = suggest_rest(suggesting->snapshot, suggesting->analyzer, *text, suggesting->arena, &rest);
    if (status != STATUS_OK || rest.size == 0)
        return status;
    *text = rest;
    *sample = (struct word_sample){0};
    status = text_take(suggesting, popular, rest, queries_max, out);
    return status == STATUS_OK ? sample_take(suggesting, rest, limit, sample) : status;
}

/* What the words bring beside it. */
static enum status add_beside(struct suggesting *suggesting, const struct popular *popular, struct bytes text, unsigned limit,
                              struct suggest_result *out)
{
    struct word_sample sample = {0};
    unsigned queries_max = limit < SUGGESTED_QUERIES_MAX ? limit : SUGGESTED_QUERIES_MAX;
    enum status status = sample_take(suggesting, text, limit, &sample);
    if (status == STATUS_OK && suggesting->count == 0 && out->query_count == 0)
        status = rest_take(suggesting, popular, &text, limit, &sample, out);
    bool nothing = suggesting->count == 0 && out->query_count == 0;
    if (status == STATUS_OK && nothing && sample.repaired.size > 0) {
        text = sample.repaired;
        status = text_take(suggesting, popular, text, queries_max, out);
    }
    if (status == STATUS_OK)
        status = add_by_words(suggesting, &sample, limit);
    return status == STATUS_OK ? add_in_categories(suggesting, text, queries_max, out) : status;
}

enum status suggest_run(struct snapshot *snapshot, const struct analyzer *analyzer, const struct popular *popular, struct bytes text,
                        unsigned limit, struct arena *arena, struct suggest_result *out)
{
    struct suggesting suggesting = {.snapshot = snapshot, .analyzer = analyzer, .arena = arena};
    unsigned queries_max = limit < SUGGESTED_QUERIES_MAX ? limit : SUGGESTED_QUERIES_MAX;
    assert(limit >= 1 && limit <= SUGGESTIONS_MAX);
    *out = (struct suggest_result){0};
    enum status status = analyze(analyzer, text.data, text.size, arena, &suggesting.typed);
    if (status == STATUS_OK)
        status = add_under(&suggesting, popular, text, queries_max, out);
    bool says_little = suggesting.typed.count == 0 || (suggesting.count >= limit && trimmed(text).size < WORDS_BYTES_MIN);
    if (status == STATUS_OK && !says_little)
        status = add_beside(&suggesting, popular, text, limit, out);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    for (unsigned contradicting = 0; contradicting < 2; contradicting++)
        for (unsigned i = 0; i < suggesting.count && out->count < limit; i++)
            if (suggesting.contradicts[i] == (contradicting == 1))
                out->hits[out->count++] = suggesting.found[i];
    return status;
}
