#include "query/compound.h"

#include "catalog/field.h"
#include "catalog/pair.h"
#include "storage/term.h"

enum { LOG_BITS = 10 };

/* log2 in 1/1024: the whole part by the top bit, the bits behind it by squaring. */
static int64_t log2_fixed(uint64_t value)
{
    unsigned top = 63u - (unsigned)__builtin_clzll(value | 1);
    uint64_t rest = top <= 30 ? value << (30 - top) : value >> (top - 30); /* 1.0 to 2.0 in 1/2^30 */
    int64_t log = top;
    for (unsigned bit = 0; bit < LOG_BITS; bit++) {
        rest = rest * rest >> 30;
        log = log * 2 + (rest >= (uint64_t)1 << 31);
        if (rest >= (uint64_t)1 << 31)
            rest /= 2;
    }
    return log;
}

/* 0 when no document has it. */
static enum status documents_get(struct snapshot *snapshot, enum term_class class, const void *bytes, size_t size, uint64_t *count)
{
    struct term term = {0};
    enum status status = term_get(snapshot, class, bytes, size, &term);
    *count = status == STATUS_OK ? term.df : 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static uint64_t core_words(void)
{
    uint64_t words = 0;
    for (int field = 0; field < TEXT_FIELD_COUNT; field++)
        if (text_fields[field].zone == ZONE_CORE && field != TEXT_MADE_FOR) /* which is a part of the name */
            words += text_fields[field].nominal_tokens;
    return words;
}

static int npmi_percent(uint64_t pair, uint64_t first, uint64_t second, uint64_t all)
{
    int64_t information = log2_fixed(pair) + log2_fixed(all) - log2_fixed(first) - log2_fixed(second);
    int64_t most = log2_fixed(all) - log2_fixed(pair);
    int64_t percent = most <= 0 ? 100 : information * 100 / most;
    return (int)(percent < -100 ? -100 : percent > 100 ? 100 : percent);
}

enum status compound_npmi(struct snapshot *snapshot, struct bytes first, struct bytes second, int *percent)
{
    char key[TERM_BYTES_MAX];
    uint64_t pair = 0, one = 0, other = 0, live = 0;
    size_t size = pair_key_of(first, second, key);
    *percent = -100;
    enum status status = documents_get(snapshot, TERM_PAIR, key, size, &pair);
    if (status != STATUS_OK || pair < COMPOUND_DOCUMENTS_MIN)
        return status;
    status = documents_get(snapshot, TERM_CORE, first.data, first.size, &one);
    if (status == STATUS_OK)
        status = documents_get(snapshot, TERM_CORE, second.data, second.size, &other);
    if (status == STATUS_OK)
        status = documents_get(snapshot, TERM_LIVE, NULL, 0, &live);
    if (status == STATUS_OK && one > 0 && other > 0)
        *percent = npmi_percent(pair, one, other, live * core_words());
    return status;
}

enum status compound_is(struct snapshot *snapshot, struct bytes first, struct bytes second, bool *is)
{
    int percent = 0;
    enum status status = compound_npmi(snapshot, first, second, &percent);
    *is = status == STATUS_OK && percent >= COMPOUND_NPMI_PERCENT;
    return status;
}

enum status compound_words(struct snapshot *snapshot, const struct token_list *tokens, uint32_t at, unsigned *words)
{
    const struct token *last = &tokens->tokens[at];
    *words = 1;
    for (uint32_t i = at + 1; i < tokens->count && *words < COMPOUND_WORDS_MAX && last->kind == TOKEN_SYLLABLE; i++) {
        const struct token *next = &tokens->tokens[i];
        bool is = false;
        if (next->part)
            continue;
        if (next->kind != TOKEN_SYLLABLE)
            return STATUS_OK;
        enum status status =
            compound_is(snapshot, (struct bytes){last->folded, last->folded_size}, (struct bytes){next->folded, next->folded_size}, &is);
        if (status != STATUS_OK || !is)
            return status;
        last = next;
        ++*words;
    }
    return STATUS_OK;
}
