/* Suggestions: first what stands under the typed text as a prefix, then, when that is little, products that have the words in any order. */
#include "query/suggest.h"

#include <assert.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/search.h"
#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/postings.h"
#include "storage/snapshot.h"
#include "storage/suggest.h"

enum { WORDS_CPU_NS = 5000000 }; /* for the search of words in any order: better few suggestions than late ones */

struct suggesting {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    struct token_list typed;
    struct term live;
    struct suggestion_hit found[2 * SUGGESTIONS_MAX]; /* those that agree with the typed marks, then the others */
    bool contradicts[2 * SUGGESTIONS_MAX];
    unsigned count;
};

/* The next whole token at or after `at`, or `count`. */
static uint32_t token_next(const struct token_list *list, uint32_t at)
{
    while (at < list->count && list->tokens[at].part)
        at++;
    return at;
}

static bool is_combining(const char *text)
{
    unsigned char lead = (unsigned char)text[0], next = (unsigned char)text[1];
    return (lead == 0xCC && next >= 0x80) || (lead == 0xCD && next <= 0xAF);
}

/* How many bytes of a token's source the first `letters` letters take: marks that stand apart go with their letter, joiners of a code
 * count as none. */
static unsigned source_size(const char *source, unsigned size, unsigned letters)
{
    unsigned at = 0;
    while (at < size) {
        unsigned char lead = (unsigned char)source[at];
        bool joiner = lead < 0x80 && !((lead | 0x20) >= 'a' && (lead | 0x20) <= 'z') && !(lead >= '0' && lead <= '9');
        bool combining = at + 1 < size && is_combining(source + at);
        if (letters == 0 && !combining)
            break;
        letters -= !joiner && !combining && letters > 0;
        at++;
        while (at < size && ((unsigned char)source[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

static unsigned letters_of(const char *text, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* The bytes of `written` that hold `letters` letters. */
static size_t prefix_size(const struct token *written, unsigned letters)
{
    size_t at = 0;
    for (; at < written->exact_size; at++)
        if (((unsigned char)written->exact[at] & 0xC0) != 0x80 && letters-- == 0)
            break;
    return at;
}

enum fit { FIT_NO, FIT_YES, FIT_CONTRADICTS };

/* Does the written word agree with the typed one? The last typed word may be a beginning. */
static enum fit token_fit(const struct token *typed, const struct token *written, bool last)
{
    if (written->folded_size < typed->folded_size || memcmp(written->folded, typed->folded, typed->folded_size) != 0)
        return FIT_NO;
    if (!last && written->folded_size != typed->folded_size)
        return FIT_NO;
    size_t size = last ? prefix_size(written, letters_of(typed->exact, typed->exact_size)) : written->exact_size;
    return marks_compare(typed->exact, typed->exact_size, written->exact, size) == MARKS_CONTRADICT ? FIT_CONTRADICTS : FIT_YES;
}

/* The typed words in a row from token `at` of the text on. `end` is where the match ends in the text. */
static enum fit row_fit(const struct suggesting *suggesting, const struct token_list *written, uint32_t at, struct bytes text,
                        unsigned *end)
{
    enum fit row = FIT_YES;
    for (uint32_t i = token_next(&suggesting->typed, 0); i < suggesting->typed.count; at = token_next(written, at + 1)) {
        const struct token *typed = &suggesting->typed.tokens[i];
        i = token_next(&suggesting->typed, i + 1);
        if (at >= written->count)
            return FIT_NO;
        const struct token *token = &written->tokens[at];
        enum fit fit = token_fit(typed, token, i == suggesting->typed.count);
        if (fit == FIT_NO)
            return FIT_NO;
        row = fit == FIT_CONTRADICTS ? fit : row;
        unsigned letters = token->folded_size == typed->folded_size ? UINT32_MAX : letters_of(typed->folded, typed->folded_size);
        *end = token->offset + source_size(text.data + token->offset, token->size, letters);
    }
    return row;
}

/* Where the typed words stand in a row: the first place whose marks agree, else the first place. */
static enum status match_find(struct suggesting *suggesting, struct suggestion_hit *hit, bool *contradicts)
{
    struct token_list written = {0};
    enum status status = analyze(suggesting->analyzer, hit->text.data, hit->text.size, suggesting->arena, &written);
    if (status != STATUS_OK || suggesting->typed.count == 0)
        return status;
    for (uint32_t at = token_next(&written, 0); at < written.count; at = token_next(&written, at + 1)) {
        unsigned start = written.tokens[at].offset, end = start;
        enum fit fit = row_fit(suggesting, &written, at, hit->text, &end);
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

static bool is_known(const struct suggesting *suggesting, const struct suggestion_hit *hit)
{
    for (unsigned i = 0; i < suggesting->count; i++)
        if (suggesting->found[i].kind == hit->kind && bytes_equal(suggesting->found[i].slug, hit->slug) &&
            bytes_equal(suggesting->found[i].id, hit->id))
            return true;
    return false;
}

static enum status hit_add(struct suggesting *suggesting, struct suggestion_hit *hit)
{
    if (suggesting->count == 2 * SUGGESTIONS_MAX || is_known(suggesting, hit))
        return STATUS_OK;
    bool contradicts = false;
    enum status status = match_find(suggesting, hit, &contradicts);
    if (status == STATUS_OK) {
        suggesting->found[suggesting->count] = *hit;
        suggesting->contradicts[suggesting->count++] = contradicts;
    }
    return status;
}

/* NOT_FOUND: the product is not shown any more. */
static enum status product_add(struct suggesting *suggesting, uint32_t document)
{
    struct bytes stored = {0};
    struct fragment fragment = {0};
    struct posting posting = {0};
    enum status status = postings_find(suggesting->snapshot, &suggesting->live, document, &posting);
    if (status == STATUS_OK)
        status = fragment_get(suggesting->snapshot, document, suggesting->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status != STATUS_OK)
        return status;
    struct suggestion_hit hit = {.kind = SUGGEST_PRODUCT, .text = fragment.name, .slug = fragment.slug, .id = fragment.id};
    return hit_add(suggesting, &hit);
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
    return hit_add(suggesting, &hit);
}

static enum status entry_add(struct suggesting *suggesting, const struct suggestion *entry)
{
    uint32_t document = 0;
    if (entry->kind != SUGGEST_PRODUCT)
        return label_add(suggesting, entry);
    enum status status = document_get(suggesting->snapshot, entry->reference, &document);
    return status == STATUS_OK ? product_add(suggesting, document) : status;
}

static enum status add_by_prefix(struct suggesting *suggesting, struct bytes text)
{
    struct bytes folded = {0};
    struct suggestion entries[SUGGEST_TOP];
    unsigned count = 0;
    enum status status = fold_text(suggesting->analyzer, text.data, text.size, suggesting->arena, &folded);
    if (status == STATUS_OK && folded.size <= SUGGEST_KEY_BYTES_MAX)
        status = suggest_top(suggesting->snapshot, folded, SUGGEST_TOP, suggesting->arena, entries, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        status = entry_add(suggesting, &entries[i]);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    return status;
}

static enum status add_by_words(struct suggesting *suggesting, struct bytes text, unsigned limit)
{
    struct search_request request;
    struct search_result result = {0};
    struct error error = {0};
    const struct search_limits limits = {.cpu_ns = WORDS_CPU_NS};
    request_init(&request);
    request.text = text;
    request.limit = limit;
    enum status status = search_run(suggesting->snapshot, suggesting->analyzer, &request, &limits, suggesting->arena, &result, &error);
    /* What only a description mentions would be a strange suggestion. */
    if (status != STATUS_OK || strcmp(result.zone, "core") != 0)
        return status;
    for (unsigned i = 0; i < result.hit_count && status == STATUS_OK; i++)
        status = product_add(suggesting, result.hits[i].document);
    return status;
}

enum status suggest_run(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, unsigned limit, struct arena *arena,
                        struct suggest_result *out)
{
    struct suggesting suggesting = {.snapshot = snapshot, .analyzer = analyzer, .arena = arena};
    assert(limit >= 1 && limit <= SUGGESTIONS_MAX);
    *out = (struct suggest_result){0};
    enum status status = analyze(analyzer, text.data, text.size, arena, &suggesting.typed);
    if (status == STATUS_OK)
        status = term_get(snapshot, TERM_LIVE, NULL, 0, &suggesting.live);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = add_by_prefix(&suggesting, text);
    if (status == STATUS_OK && suggesting.count < limit && suggesting.typed.count > 0)
        status = add_by_words(&suggesting, text, limit);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    for (unsigned contradicting = 0; contradicting < 2; contradicting++)
        for (unsigned i = 0; i < suggesting.count && out->count < limit; i++)
            if (suggesting.contradicts[i] == (contradicting == 1))
                out->hits[out->count++] = suggesting.found[i];
    return status;
}
