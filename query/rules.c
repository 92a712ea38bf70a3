#include "query/rules.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "storage/label.h"
#include "storage/mirror.h"

enum { PAGE_KEYS = 32 };

/* A rule's key that is in time. */
struct found_key {
    struct bytes id;
    enum rule_scope scope;
};

struct finding {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    const struct token_list *tokens;
    struct arena *arena;
    uint32_t now_s;
    struct bytes categories[CATEGORY_DEPTH_MAX]; /* ids: the selected one, and those above it */
    unsigned category_count;
    struct found_key keys[RULES_MAX];
    unsigned count, looked_at;
};

/* A category that does not exist has no rules. */
static enum status categories_read(struct finding *finding, struct bytes slug)
{
    uint32_t ordinal = LABEL_NO_PARENT;
    enum status status = slug.size == 0 ? STATUS_NOT_FOUND : label_find_slug(finding->snapshot, FACET_CATEGORY, slug, &ordinal);
    while (status == STATUS_OK && ordinal != LABEL_NO_PARENT && finding->category_count < CATEGORY_DEPTH_MAX) {
        struct label label = {0};
        status = label_get(finding->snapshot, FACET_CATEGORY, ordinal, &label);
        if (status == STATUS_OK) {
            finding->categories[finding->category_count++] = label.key;
            ordinal = label.parent;
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Takes those that have begun and not ended; `*more` is false from the first one on that has. */
static enum status page_take(struct finding *finding, enum rule_scope scope, struct bytes place, const struct bytes *to, size_t count,
                             bool *more)
{
    for (size_t i = 0; i < count && *more; i++) {
        struct rule_times times;
        bool other = to[i].size < place.size || (place.size > 0 && memcmp(to[i].data, place.data, place.size) != 0);
        if (!other && !rule_times_read(to[i], place.size, &times))
            return STATUS_CORRUPT;
        *more = !other && times.end_s > finding->now_s && finding->looked_at < RULES_MAX;
        if (!*more)
            return STATUS_OK;
        finding->looked_at++;
        if (times.start_s <= finding->now_s)
            finding->keys[finding->count++] = (struct found_key){times.id, scope};
    }
    return STATUS_OK;
}

static enum status keys_find(struct finding *finding, enum rule_scope scope, struct bytes from, struct bytes place)
{
    struct bytes after = place;
    bool more = from.size > 0;
    while (more && finding->looked_at < RULES_MAX) {
        struct bytes *to = NULL;
        size_t count = 0;
        enum status status = reverse_page(finding->snapshot, REVERSE_RULE, from, after, PAGE_KEYS, finding->arena, &to, &count);
        if (status == STATUS_OK)
            status = page_take(finding, scope, place, to, count, &more);
        if (status != STATUS_OK)
            return status;
        more = more && count == PAGE_KEYS;
        after = more ? to[count - 1] : after;
    }
    return STATUS_OK;
}

/* From length to length, as query/synonyms.c does. */
static enum status phrases_find(struct finding *finding, uint32_t at)
{
    struct synonym_words typed = synonym_words(finding->tokens, at);
    struct bytes from = {0};
    enum status status = rule_from_words(RULE_FOR_WORDS, finding->tokens, at, finding->arena, &from);
    for (unsigned words = 1; words <= typed.count && status == STATUS_OK; words++) {
        unsigned char place[SYNONYM_PLACE_BYTES];
        char length = (char)words;
        struct bytes *to = NULL;
        size_t count = 0;
        status = reverse_page(finding->snapshot, REVERSE_RULE, from, (struct bytes){&length, 1}, 1, finding->arena, &to, &count);
        if (status != STATUS_OK || count == 0)
            return status;
        words = to[0].size == 0 ? SYNONYM_WORDS_MAX + 1 : (unsigned char)to[0].data[0];
        if (words > typed.count)
            return STATUS_OK;
        synonym_place(&typed, words, place);
        status = keys_find(finding, RULE_FOR_WORDS, from, (struct bytes){(const char *)place, sizeof place});
    }
    return status;
}

static enum status scopes_find(struct finding *finding)
{
    struct bytes from = {0}, none = {0};
    char always = RULE_ALWAYS;
    enum status status = rule_from_words(RULE_FOR_QUERY, finding->tokens, 0, finding->arena, &from);
    if (status == STATUS_OK)
        status = keys_find(finding, RULE_FOR_QUERY, from, none);
    for (uint32_t i = 0; i < finding->tokens->count && status == STATUS_OK; i++)
        if (!finding->tokens->tokens[i].part)
            status = phrases_find(finding, i);
    for (unsigned i = 0; i < finding->category_count && status == STATUS_OK; i++) {
        status = rule_from_category(finding->categories[i], finding->arena, &from);
        if (status == STATUS_OK)
            status = keys_find(finding, RULE_FOR_CATEGORY, from, none);
    }
    return status == STATUS_OK ? keys_find(finding, RULE_ALWAYS, (struct bytes){&always, 1}, none) : status;
}

static unsigned scope_place(enum rule_scope scope)
{
    return scope == RULE_FOR_QUERY ? 0 : scope == RULE_FOR_WORDS ? 1 : scope == RULE_FOR_CATEGORY ? 2 : 3;
}

static int key_order(const void *left, const void *right)
{
    const struct found_key *a = left, *b = right;
    return a->scope != b->scope ? (int)scope_place(a->scope) - (int)scope_place(b->scope) : key_compare(a->id, b->id);
}

static bool is_bare(const struct token_list *phrase)
{
    bool bare = true;
    for (uint32_t i = 0; i < phrase->count && bare; i++)
        bare = !token_is_marked(&phrase->tokens[i]);
    return bare;
}

/* Do the words from `at` on agree with the phrase? Written without any marks, it says nothing of them. */
static bool words_agree(const struct token_list *typed, uint32_t at, const struct token_list *phrase)
{
    uint32_t next = at;
    bool bare = is_bare(phrase);
    for (uint32_t i = 0; i < phrase->count; i++) {
        const struct token *word = &phrase->tokens[i];
        if (word->part)
            continue;
        while (next < typed->count && typed->tokens[next].part)
            next++;
        if (next == typed->count)
            return false;
        const struct token *token = &typed->tokens[next++];
        if (!bytes_equal((struct bytes){token->folded, token->folded_size}, (struct bytes){word->folded, word->folded_size}))
            return false;
        bool same = bytes_equal((struct bytes){token->exact, token->exact_size}, (struct bytes){word->exact, word->exact_size});
        if (!same && !bare && marks_compare(token->exact, token->exact_size, word->exact, word->exact_size) == MARKS_CONTRADICT)
            return false;
    }
    return true;
}

static enum status query_agrees(const struct finding *finding, const struct fitting_rule *fitting, bool *agrees)
{
    struct token_list phrase = {0};
    *agrees = true;
    if (fitting->rule.query.size == 0)
        return STATUS_OK;
    enum status status = analyze(finding->analyzer, fitting->rule.query.data, fitting->rule.query.size, finding->arena, &phrase);
    *agrees = false;
    for (uint32_t at = 0; at < finding->tokens->count && !*agrees && status == STATUS_OK; at++)
        if (!finding->tokens->tokens[at].part && (at == 0 || fitting->scope == RULE_FOR_WORDS))
            *agrees = words_agree(finding->tokens, at, &phrase);
    return status;
}

static bool category_agrees(const struct finding *finding, struct bytes id)
{
    bool agrees = id.size == 0;
    for (unsigned i = 0; i < finding->category_count && !agrees; i++)
        agrees = bytes_equal(finding->categories[i], id);
    return agrees;
}

/* A row that has a key says something. */
static enum status rule_add(struct finding *finding, const struct found_key *key, struct rules *out)
{
    struct row row;
    bool has_hot = false, agrees = false;
    uint16_t slot = 0;
    struct fitting_rule fitting = {.scope = key->scope};
    enum status status = row_get(finding->snapshot, TABLE_RULE, key->id, finding->arena, &row, &has_hot, &slot);
    if (status == STATUS_OK)
        status = rule_parse(&row, finding->arena, &fitting.rule, NULL);
    if (status == STATUS_OK)
        status = query_agrees(finding, &fitting, &agrees);
    if (status == STATUS_OK && agrees && category_agrees(finding, fitting.rule.category_id))
        out->items[out->count++] = fitting;
    return status == STATUS_NOT_FOUND || status == STATUS_INVALID ? STATUS_CORRUPT : status;
}

enum status rules_find(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                       const struct search_request *request, struct arena *arena, struct rules *out)
{
    struct finding finding;
    bool any = false;
    *out = (struct rules){0};
    enum status status = mirror_any(snapshot, TABLE_RULE, arena, &any);
    if (status != STATUS_OK || !any)
        return status;
    finding.snapshot = snapshot;
    finding.analyzer = analyzer;
    finding.tokens = tokens;
    finding.arena = arena;
    finding.now_s = request->now_s;
    finding.category_count = finding.count = finding.looked_at = 0;
    status = categories_read(&finding, request->category);
    if (status == STATUS_OK)
        status = scopes_find(&finding);
    if (status != STATUS_OK || finding.count == 0)
        return status;
    qsort(finding.keys, finding.count, sizeof *finding.keys, key_order);
    out->items = arena_calloc(arena, finding.count, sizeof *out->items);
    if (out->items == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < finding.count && status == STATUS_OK; i++)
        if (i == 0 || !bytes_equal(finding.keys[i].id, finding.keys[i - 1].id)) /* words that are said twice */
            status = rule_add(&finding, &finding.keys[i], out);
    return status;
}
