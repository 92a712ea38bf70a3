#include "query/strict.h"

#include <string.h>
#include <strings.h>

#include "catalog/pair.h"
#include "query/read.h"
#include "query/words.h"
#include "storage/snapshot.h"

/* What is below zero. */
static const char *const degrees[] = {"%", "\xC2\xB0", "độ", "do "};

/* The sizes of a quotation mark that may open or close at `at`; 0: there is none. */
static size_t quote_size(struct bytes text, size_t at, bool opens)
{
    const char *curly = opens ? "\xE2\x80\x9C" : "\xE2\x80\x9D";
    if (at < text.size && text.data[at] == '"')
        return 1;
    return text.size - at >= 3 && memcmp(text.data + at, curly, 3) == 0 ? 3 : 0;
}

static bool is_space(struct bytes text, size_t at)
{
    return at >= text.size || (unsigned char)text.data[at] <= ' ';
}

/* Any letter: bytes from 0x80 on are letters but for the quotation marks, dashes and their like. */
static bool is_letter(struct bytes text, size_t at)
{
    if (at >= text.size)
        return false;
    unsigned char byte = (unsigned char)text.data[at], low = byte | 0x20;
    return (low >= 'a' && low <= 'z') || (byte >= 0xC3 && byte != 0xE2);
}

/* A quotation that opens at `at`, its end behind the closing mark into `*end`; false when none does. */
static bool quotation_find(struct bytes text, size_t at, struct strict_span *out, size_t *end)
{
    size_t opening = quote_size(text, at, true);
    if (opening == 0 || is_space(text, at + opening))
        return false;
    for (size_t close = at + opening; close < text.size; close++) {
        size_t closing = quote_size(text, close, false);
        if (closing == 0 || !is_space(text, close + closing))
            continue;
        *out = (struct strict_span){.text = {text.data + at + opening, close - at - opening}};
        *end = close + closing;
        return out->text.size > 0;
    }
    return false;
}

/* The word that ends at `end`, from the text's last space before it. */
static struct bytes word_before(struct bytes text, size_t end)
{
    while (end > 0 && is_space(text, end - 1))
        end--;
    size_t first = end;
    while (first > 0 && !is_space(text, first - 1))
        first--;
    return (struct bytes){text.data + first, end - first};
}

/* Whether a unit or a scale of money is spelled so, or ends so ("mét vuông"). */
static bool is_unit_word(const struct phrase_table *table, struct bytes word)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *const spellings[] = {table->rows[i].exact, table->rows[i].folded};
        for (unsigned j = 0; j < 2; j++) {
            const char *space = strrchr(spellings[j], ' ');
            struct bytes last = bytes_of(space == NULL ? spellings[j] : space + 1);
            if (last.size == word.size && strncasecmp(last.data, word.data, word.size) == 0)
                return true;
        }
    }
    return false;
}

/* A minus before a number excludes it ("laptop -16gb"), but not behind a number or its unit, where it joins a range ("10 -15tr"), nor before a
 * share or degrees ("giảm -20%", "-18 độ"). */
static bool number_is_excluded(struct bytes text, size_t at, size_t stop)
{
    struct bytes before = word_before(text, at);
    size_t behind = stop;
    while (behind < text.size && is_space(text, behind))
        behind++;
    struct bytes rest = {text.data + behind, text.size - behind};
    for (size_t i = at; i < stop; i++)
        if (text.data[i] == '%' || (text.size - i >= 2 && memcmp(text.data + i, "\xC2\xB0", 2) == 0)) /* ° */
            return false;
    for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++)
        if (rest.size >= strlen(degrees[i]) && memcmp(rest.data, degrees[i], strlen(degrees[i])) == 0)
            return false;
    return (before.size == 0 || !is_digit(before.data[0])) && !is_unit_word(&unit_words, before) && !is_unit_word(&money_scales, before);
}

static bool exclusion_find(struct bytes text, size_t at, struct strict_span *out, size_t *end)
{
    size_t stop = at + 1;
    if (text.data[at] != '-')
        return false;
    if (quotation_find(text, stop, out, end)) {
        out->excluded = true;
        return true;
    }
    bool number = stop < text.size && is_digit(text.data[stop]);
    if (!number && !is_letter(text, stop))
        return false;
    while (!is_space(text, stop))
        stop++;
    if (number && !number_is_excluded(text, at, stop))
        return false;
    *out = (struct strict_span){.text = {text.data + at + 1, stop - at - 1}, .excluded = true};
    *end = stop;
    return true;
}

enum status strict_parse(struct bytes text, struct arena *arena, struct strict_spans *out, struct bytes *plain)
{
    char *copy = NULL;
    out->count = 0;
    *plain = text;
    for (size_t at = 0; at < text.size && out->count < STRICT_SPANS_MAX; at++) {
        struct strict_span *span = &out->items[out->count];
        size_t end = at;
        if (at > 0 && !is_space(text, at - 1))
            continue;
        if (!quotation_find(text, at, span, &end) && !exclusion_find(text, at, span, &end))
            continue;
        out->count++;
        if (span->excluded && copy == NULL) {
            copy = arena_copy(arena, text.data, text.size);
            if (copy == NULL)
                return STATUS_LIMIT;
            plain->data = copy;
        }
        if (span->excluded)
            memset(copy + at, ' ', end - at);
        at = end - 1;
    }
    return STATUS_OK;
}

static enum status term_add(struct strict *strict, struct snapshot *snapshot, const struct edge_term *term, unsigned span,
                            uint32_t document_limit, struct arena *arena)
{
    struct edge_window *window = arena_alloc(arena, sizeof *window);
    if (window == NULL)
        return STATUS_LIMIT;
    struct strict_term *out = &strict->terms[strict->count++];
    *out = (struct strict_term){.term = *term, .window = window, .span = span};
    out->edge = (struct edge){.band = term->band, .df = term->term.df, .term_count = 1, .terms = &out->term};
    return edge_window_open(window, snapshot, &out->edge, document_limit, arena);
}

/* The words of a span, then its pairs. A term that no product has makes a quotation impossible and an exclusion idle. */
static enum status span_read(struct strict *strict, struct snapshot *snapshot, const struct analyzer *analyzer, unsigned number,
                             uint32_t document_limit, struct arena *arena)
{
    const struct strict_span *span = &strict->spans->items[number];
    struct token_list tokens = {0};
    struct pair pairs[STRICT_TERMS_MAX];
    unsigned before = strict->count;
    bool lacking = false;
    enum status status = analyze(analyzer, span->text.data, span->text.size, arena, &tokens);
    for (uint32_t i = 0; i < tokens.count && status == STATUS_OK && strict->count < STRICT_TERMS_MAX && !lacking; i++) {
        const struct token *token = &tokens.tokens[i];
        struct edge_term term = {0};
        if (token->part)
            continue;
        status = edge_term_get(snapshot, (struct bytes){token->folded, token->folded_size}, (struct bytes){token->exact, token->exact_size},
                               BAND_EXACT, arena, &term);
        lacking = status == STATUS_NOT_FOUND;
        status = lacking ? STATUS_OK : status;
        if (status == STATUS_OK && !lacking)
            status = term_add(strict, snapshot, &term, number, document_limit, arena);
    }
    unsigned count = status == STATUS_OK ? pairs_list(&tokens, span->text, pairs, STRICT_TERMS_MAX) : 0;
    for (unsigned i = 0; i < count && status == STATUS_OK && strict->count < STRICT_TERMS_MAX && !lacking; i++) {
        struct edge_term term = {.band = BAND_MAX};
        char key[TERM_BYTES_MAX];
        if (pairs[i].first == NULL || pairs[i].second == NULL)
            continue;
        size_t size = pair_key(&pairs[i], key);
        status = term_get(snapshot, TERM_PAIR, key, size, &term.term);
        lacking = status == STATUS_NOT_FOUND;
        status = lacking ? STATUS_OK : status;
        if (status == STATUS_OK && !lacking)
            status = term_add(strict, snapshot, &term, number, document_limit, arena);
    }
    strict->nothing = strict->nothing || (lacking && !span->excluded);
    while (lacking && span->excluded && strict->count > before)
        edge_window_close(strict->terms[--strict->count].window);
    return status;
}

enum status strict_open(struct strict *strict, struct snapshot *snapshot, const struct analyzer *analyzer, const struct strict_spans *spans,
                        struct arena *arena)
{
    uint32_t document_limit = 0;
    *strict = (struct strict){.spans = spans};
    if (spans->count == 0)
        return STATUS_OK;
    strict->terms = arena_calloc(arena, STRICT_TERMS_MAX, sizeof *strict->terms);
    enum status status = strict->terms == NULL ? STATUS_LIMIT : snapshot_document_limit(snapshot, &document_limit);
    for (unsigned i = 0; i < spans->count && status == STATUS_OK; i++)
        status = span_read(strict, snapshot, analyzer, i, document_limit, arena);
    return status;
}

void strict_close(struct strict *strict)
{
    for (unsigned i = 0; i < strict->count; i++)
        edge_window_close(strict->terms[i].window);
    strict->count = 0;
}

/* Takes out of `bits` those that have the term with contradicting marks, or not at all. */
static enum status term_cut(struct strict_term *term, uint32_t window, uint64_t *bits)
{
    enum status status = edge_window_load(term->window, window * COLUMN_WINDOW, bits, window_count(bits));
    if (status != STATUS_OK)
        return status;
    window_and(bits, term->window->bits);
    for (uint32_t at = window_next(bits, 0); at < COLUMN_WINDOW && term->term.bands != NULL; at = window_next(bits, at + 1))
        if (edge_window_value(term->window, at) >> 8 < BAND_BARE)
            window_unset(bits, at);
    return STATUS_OK;
}

enum status strict_window(struct strict *strict, uint32_t window, uint64_t *documents)
{
    if (strict->nothing)
        window_clear(documents);
    for (unsigned i = 0; i < strict->count;) {
        unsigned span = strict->terms[i].span;
        uint64_t have[WINDOW_WORDS];
        window_copy(have, documents);
        for (; i < strict->count && strict->terms[i].span == span; i++) {
            enum status status = term_cut(&strict->terms[i], window, have);
            if (status != STATUS_OK)
                return status;
        }
        for (unsigned word = 0; word < WINDOW_WORDS; word++)
            documents[word] &= strict->spans->items[span].excluded ? ~have[word] : have[word];
    }
    return STATUS_OK;
}
