/* Suggestions: first what stands under the typed text as a prefix, then products that have the words in any order. */
#include "query/suggest.h"

#include <assert.h>
#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/popular.h"
#include "query/suggest_words.h"
#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"
#include "storage/suggest.h"
#include "storage/term.h"

enum {
    IN_CATEGORIES_MAX = 2,        /* named beside the words */
    IN_CATEGORY_PRODUCTS_MIN = 2, /* of the found ones, to name it */
    ENOUGH = 5,                   /* suggestions under the text itself, marks in agreement */
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
    uint32_t documents[2 * SUGGESTIONS_MAX]; /* of products */
    bool contradicts[2 * SUGGESTIONS_MAX];
    unsigned count, agreeing;
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
        at = (unsigned)utf8_next(source, size, at);
    }
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
    size_t letters = last ? utf8_count(typed->exact, typed->exact_size) : SIZE_MAX;
    size_t size = utf8_prefix(written->exact, written->exact_size, letters);
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
        unsigned letters = token->folded_size == typed->folded_size ? UINT32_MAX : (unsigned)utf8_count(typed->folded, typed->folded_size);
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
    if (suggesting->count == 2 * SUGGESTIONS_MAX || is_known(suggesting, hit, folded))
        return STATUS_OK;
    enum status status = match_find(suggesting, hit, &contradicts);
    if (status == STATUS_OK) {
        suggesting->agreeing += !contradicts;
        suggesting->folded[suggesting->count] = folded;
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
        bool contradicts = false;
        if (query_is_known(suggesting, found[i].folded))
            continue;
        status = match_find(suggesting, &hit, &contradicts);
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

/* Whether the last word that was typed is one as it stands, and not only a beginning. */
static enum status typed_is_whole(const struct suggesting *suggesting, bool *whole)
{
    const struct token *last = NULL;
    struct term term = {0};
    for (uint32_t i = token_next(&suggesting->typed, 0); i < suggesting->typed.count; i = token_next(&suggesting->typed, i + 1))
        last = &suggesting->typed.tokens[i];
    enum status status =
        last == NULL ? STATUS_NOT_FOUND : term_get(suggesting->snapshot, TERM_CORE, last->folded, last->folded_size, &term);
    *whole = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct voted {
    uint32_t ordinal, votes;
};

/* The categories of the products that were found, those of most of them first. */
static unsigned categories_vote(const struct suggesting *suggesting, struct voted votes[2 * SUGGESTIONS_MAX])
{
    struct column_reader reader = {0};
    unsigned count = 0;
    column_reader_init(&reader, suggesting->snapshot, &family_category);
    for (unsigned i = 0; i < suggesting->count; i++) {
        uint64_t ordinal = COLUMN_UNKNOWN;
        unsigned at = 0;
        if (suggesting->found[i].kind == SUGGEST_PRODUCT)
            ordinal = column_get(&reader, 0, suggesting->documents[i]);
        if (ordinal == COLUMN_UNKNOWN)
            continue;
        while (at < count && votes[at].ordinal != ordinal)
            at++;
        if (at == count)
            votes[count++] = (struct voted){.ordinal = (uint32_t)ordinal};
        votes[at].votes++;
        for (; at > 0 && votes[at].votes > votes[at - 1].votes; at--) {
            struct voted higher = votes[at];
            votes[at] = votes[at - 1];
            votes[at - 1] = higher;
        }
    }
    return count;
}

/* The query within a category, unless that says the same twice. */
static enum status add_in_category(struct suggesting *suggesting, uint32_t ordinal, struct suggested_query query, struct bytes folded,
                                   struct suggest_result *out)
{
    struct label label = {0};
    struct bytes category = {0};
    enum status status = label_get(suggesting->snapshot, FACET_CATEGORY, ordinal, &label);
    if (status == STATUS_OK)
        status = fold_text(suggesting->analyzer, label.text.data, label.text.size, suggesting->arena, &category);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (bytes_equal(folded, category) || label.slug.size == 0)
        return STATUS_OK;
    query.category = label.text;
    query.category_slug = label.slug;
    out->queries[out->query_count++] = query;
    return STATUS_OK;
}

/* The words within the categories that most of the found products are in. The words have to be whole: as typed, or as others ask them. */
static enum status add_in_categories(struct suggesting *suggesting, struct bytes text, unsigned limit, struct suggest_result *out)
{
    struct suggested_query query = {.text = trimmed(text)};
    struct voted votes[2 * SUGGESTIONS_MAX];
    struct bytes folded = {0};
    bool whole = false;
    enum status status = typed_is_whole(suggesting, &whole);
    query.match_size = (unsigned)query.text.size;
    if (status == STATUS_OK && !whole && out->query_count > 0)
        query = out->queries[0];
    else if (status != STATUS_OK || !whole)
        return status;
    status = fold_text(suggesting->analyzer, query.text.data, query.text.size, suggesting->arena, &folded);
    unsigned count = categories_vote(suggesting, votes);
    for (unsigned i = 0; i < count && i < IN_CATEGORIES_MAX && out->query_count < limit && status == STATUS_OK; i++)
        if (votes[i].votes >= IN_CATEGORY_PRODUCTS_MIN)
            status = add_in_category(suggesting, votes[i].ordinal, query, folded, out);
    return status;
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

/* What the words bring beside it. */
static enum status add_beside(struct suggesting *suggesting, const struct popular *popular, struct bytes text, unsigned limit,
                              struct suggest_result *out)
{
    struct word_sample sample = {0};
    unsigned queries_max = limit < SUGGESTED_QUERIES_MAX ? limit : SUGGESTED_QUERIES_MAX;
    bool nothing = suggesting->count == 0 && out->query_count == 0;
    enum status status = STATUS_OK;
    if (!is_enough(suggesting, limit))
        status = suggest_words(suggesting->snapshot, suggesting->analyzer, &suggesting->typed, text, limit, suggesting->arena, &sample);
    if (status == STATUS_OK && nothing && sample.repaired.size > 0) {
        text = sample.repaired;
        status = analyze(suggesting->analyzer, text.data, text.size, suggesting->arena, &suggesting->typed);
        if (status == STATUS_OK)
            status = add_under(suggesting, popular, text, queries_max, out);
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
