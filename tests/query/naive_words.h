/* What a product has of a query's words: every reading of every word, with its worth, is held against every product's terms. */
#ifndef TIM_TESTS_QUERY_NAIVE_WORDS_H
#define TIM_TESTS_QUERY_NAIVE_WORDS_H

#include "query/cascade.h"
#include "query/contiguity.h"
#include "storage/postings.h"
#include "shop.h"

/* How well a product meets one reading; band 0: not at all. */
struct naive_value {
    unsigned band, impact;
};

/* One reading of some positions of a code, of a word, or one word of an alternative. Places are PLACES apart, those of alternatives between. */
struct naive_edge {
    unsigned start, end;
    const struct token *token;
    const struct alternative_edge *side;
    enum { NAIVE_LITERAL, NAIVE_PREFIX, NAIVE_BODY, NAIVE_SIDE, NAIVE_EXTRA } kind;
    unsigned best;
    unsigned worth;
};

enum { PLACES = 128, NAIVE_EDGES = 320, NAIVE_CUTS = 256 };

/* A pair of the query's words, with its worth. */
struct naive_pair {
    char key[TERM_BYTES_MAX];
    size_t size;
    uint32_t worth;
    unsigned place;
};

struct naive_query {
    struct naive_pair pairs[CONTIGUITY_PAIRS_MAX];
    unsigned pair_count;
    struct naive_edge edges[NAIVE_EDGES];
    unsigned edge_count, end;
    unsigned word_places[QUERY_TOKENS_MAX + 1], word_worths[QUERY_TOKENS_MAX]; /* in front of each word; of its own reading */
    unsigned word_count;
    bool firm[QUERY_TOKENS_MAX], named[QUERY_TOKENS_MAX];
    unsigned extra_words[QUERY_TOKENS_MAX], extra_count; /* extras follow the end, a place each */
    unsigned percent;                                    /* of all words' worth that must be met */
    unsigned cuts[NAIVE_CUTS], cut_count;                /* places that no reading crosses, the first and the last included */
    uint32_t live;
    uint32_t score_max;
    bool possible, any;
};

static inline bool folded_is(const struct shop_term *term, const struct token *token)
{
    return term->folded_size == token->folded_size && memcmp(term->folded, token->folded, token->folded_size) == 0;
}

static inline unsigned band_of_marks(enum marks marks)
{
    return marks == MARKS_EXACT ? 8 : marks == MARKS_CONTRADICT ? 4 : 6;
}

static inline unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static inline size_t letters_size(const char *text, size_t size, unsigned letters)
{
    size_t at = 0;
    for (; at < size; at++)
        if (((unsigned char)text[at] & 0xC0) != 0x80 && letters-- == 0)
            break;
    return at;
}

/* A word written in several forms counts as its best form anywhere in the index, but less than surely exact. */
static inline unsigned naive_band(struct snapshot *snapshot, const struct token *token, const struct shop_term *term, bool prefix)
{
    unsigned letters = 0, best = 0;
    for (unsigned i = 0; i < token->exact_size; i++)
        letters += ((unsigned char)token->exact[i] & 0xC0) != 0x80;
    size_t size = prefix ? letters_size(term->exact, term->exact_size, letters) : term->exact_size;
    if (!term->several)
        return band_of_marks(marks_compare(token->exact, token->exact_size, term->exact, size));
    struct term stored;
    must(term_get(snapshot, TERM_CORE, term->folded, term->folded_size, &stored));
    if (!token_is_marked(token))
        return 6;
    best = 4;
    for (unsigned ordinal = 0; ordinal < stored.form_count; ordinal++) {
        struct bytes form = {0};
        if (!term_form(&stored, ordinal, &form))
            continue;
        if (form.size == 0)
            form = (struct bytes){term->folded, term->folded_size};
        size_t form_size = prefix ? letters_size(form.data, form.size, letters) : form.size;
        unsigned band = band_of_marks(marks_compare(token->exact, token->exact_size, form.data, form_size));
        best = band > best ? band : best;
    }
    return least(best, 7);
}

static inline void value_improve(struct naive_value *value, unsigned band, unsigned impact)
{
    if (band > value->band || (band == value->band && impact > value->impact))
        *value = (struct naive_value){band, impact};
}

/* Typed without marks, a word that some product has or had so counts a little less where it is written with marks. */
static inline unsigned naive_impact(struct snapshot *snapshot, const struct naive_edge *edge, const struct shop_term *term)
{
    struct term stored;
    bool bare = term->exact_size == term->folded_size && memcmp(term->exact, term->folded, term->folded_size) == 0;
    if (edge->best < 8 || token_is_marked(edge->token) || term->several || bare)
        return term->impact;
    must(term_get(snapshot, TERM_CORE, term->folded, term->folded_size, &stored));
    for (unsigned ordinal = 0; ordinal < stored.form_count; ordinal++) {
        struct bytes form = {0};
        if (stored.form_count > 1 && term_form(&stored, ordinal, &form) && form.size == 0)
            return term->impact - term->impact / 8U;
    }
    return term->impact;
}

static inline struct naive_value naive_value(struct snapshot *snapshot, const struct naive_edge *edge, const struct product *product)
{
    struct naive_value value = {0};
    const struct token *token = edge->token;
    for (uint32_t i = 0; edge->kind == NAIVE_SIDE && i < edge->side->term_count; i++) {
        const struct edge_term *side = &edge->side->terms[i];
        struct posting posting = {0};
        if (postings_find(snapshot, &side->term, product->document, &posting) == STATUS_OK)
            value_improve(&value, side->bands == NULL ? side->band : side->bands[posting.form], posting.impact);
    }
    if (edge->kind == NAIVE_SIDE)
        return value;
    bool extra = edge->kind == NAIVE_EXTRA, body = edge->kind == NAIVE_BODY || extra, stored_prefix = token->folded_size <= 3;
    const struct shop_term *terms = body ? product->body : product->core;
    unsigned count = body ? product->body_count : product->core_count;
    for (unsigned i = 0; i < count; i++) {
        const struct shop_term *term = &terms[i];
        if (edge->kind != NAIVE_PREFIX) {
            if (folded_is(term, token))
                value_improve(&value,
                              extra  ? 15
                              : body ? 3
                                     : least(edge->best, naive_band(snapshot, token, term, false)),
                              body ? term->impact : naive_impact(snapshot, edge, term));
            continue;
        }
        if (term->folded_size < token->folded_size || memcmp(term->folded, token->folded, token->folded_size) != 0)
            continue;
        if (stored_prefix)
            value_improve(&value, token_is_marked(token) ? 4 : 5, term->impact);
        else if (term->folded_size > token->folded_size)
            value_improve(&value, least(5, naive_band(snapshot, token, term, true)), term->impact);
    }
    return value;
}

/* Marks were typed, and some product has or had just these. */
static inline bool naive_is_known(struct snapshot *snapshot, const struct token *token)
{
    struct term stored;
    if (!token_is_marked(token) || term_get(snapshot, TERM_CORE, token->folded, token->folded_size, &stored) != STATUS_OK)
        return false;
    for (unsigned ordinal = 0; ordinal < stored.form_count; ordinal++) {
        struct bytes form = {0};
        if (term_form(&stored, ordinal, &form) && form.size == token->exact_size && memcmp(form.data, token->exact, form.size) == 0)
            return true;
    }
    return false;
}

/* Adds the reading when any live product has it. The weight of several terms comes from the sum of their products. */
static inline void naive_add(const struct shop *shop, struct snapshot *snapshot, struct naive_query *query, struct naive_edge edge)
{
    uint64_t df = 0;
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        if (!product->live)
            continue;
        if (edge.kind != NAIVE_PREFIX || edge.token->folded_size <= 3) {
            df += naive_value(snapshot, &edge, product).band > 0;
            continue;
        }
        for (unsigned j = 0; j < product->core_count; j++)
            df += product->core[j].folded_size > edge.token->folded_size &&
                  memcmp(product->core[j].folded, edge.token->folded, edge.token->folded_size) == 0;
    }
    if (df == 0)
        return;
    edge.worth = term_weight((uint32_t)(df < query->live ? df : query->live), query->live) * ((edge.end - edge.start) / PLACES);
    query->edges[query->edge_count++] = edge;
}

static inline void naive_token(const struct shop *shop, struct snapshot *snapshot, struct naive_query *query, const struct token *token,
                               bool open, bool all, unsigned best, unsigned start, unsigned length)
{
    struct naive_edge edge = {.start = start * PLACES, .end = (start + length) * PLACES, .token = token, .best = best};
    naive_add(shop, snapshot, query, edge);
    edge.kind = NAIVE_PREFIX;
    if (open && !(token->folded_size <= 3 && naive_is_known(snapshot, token)))
        naive_add(shop, snapshot, query, edge);
    edge.kind = NAIVE_BODY;
    if (all)
        naive_add(shop, snapshot, query, edge);
}

static inline unsigned naive_df(const struct shop *shop, const struct token *token, bool body)
{
    unsigned df = 0;
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        bool has = false;
        for (unsigned j = 0; j < (body ? product->body_count : product->core_count); j++)
            has = has || folded_is(body ? &product->body[j] : &product->core[j], token);
        df += has && product->live;
    }
    return df;
}

/* What descriptions have of a word, behind all words; both of its readings weigh what the more frequent one lets them. `own` is where the
 * word's own reading stands, when it has one. */
static inline void naive_extra(const struct shop *shop, struct snapshot *snapshot, struct naive_query *query, unsigned word,
                               const struct token *token, unsigned own)
{
    unsigned before = query->edge_count, place = query->end + query->extra_count * PLACES;
    unsigned core = naive_df(shop, token, false), body = query->named[word] ? 0 : naive_df(shop, token, true);
    unsigned df = core > body ? core : body;
    unsigned weight = df == 0 ? 0 : term_weight(df, query->live - df);
    if (query->word_worths[word] > 0) {
        query->edges[own].worth = weight * ((query->edges[own].end - query->edges[own].start) / PLACES);
        query->word_worths[word] = query->edges[own].worth;
    }
    if (query->named[word])
        return;
    naive_add(shop, snapshot, query,
              (struct naive_edge){.start = place, .end = place + PLACES, .token = token, .kind = NAIVE_EXTRA, .best = 15});
    if (query->edge_count == before)
        return;
    query->edges[before].worth = weight;
    query->extra_words[query->extra_count++] = word;
}

/* A piece of a code in its folded form; `chunk` counts the joiners before it. */
struct naive_piece {
    char text[TOKEN_BYTES_MAX];
    unsigned size, chunk;
};

/* Takes a code apart at its joiners, and each such chunk between letters and digits unless that leaves a single letter. 0: it stays whole. */
static inline unsigned naive_pieces(const char *source, unsigned size, struct naive_piece *pieces)
{
    unsigned count = 0, chunk = 0;
    for (unsigned at = 0; at < size; chunk++) {
        unsigned end = at, runs = 1;
        bool lone = false;
        while (end < size && source[end] != '-')
            end++;
        for (unsigned i = at, start = at; i < end; i++)
            if (i + 1 == end || is_digit(source[i]) != is_digit(source[i + 1])) {
                lone = lone || (i == start && !is_digit(source[i]));
                start = i + 1;
                runs += i + 1 < end;
            }
        if (runs > 1 && lone && at == 0 && end == size)
            return 0;
        for (unsigned i = at; i < end; i++) {
            bool split = i == at || (!lone && is_digit(source[i - 1]) != is_digit(source[i]));
            if (split)
                pieces[count++] = (struct naive_piece){.chunk = chunk};
            pieces[count - 1].text[pieces[count - 1].size++] = (char)(source[i] | (is_digit(source[i]) ? 0 : 0x20));
        }
        at = end + 1;
    }
    for (unsigned i = 0; i < count; i++)
        if (pieces[i].size == 1 && !is_digit(pieces[i].text[0]))
            return 0;
    return count < 2 ? 0 : count;
}

/* NULL: the analyzer gives no such part. */
static inline const struct token *naive_part(const struct token *tokens, unsigned count, const char *text, unsigned size)
{
    for (unsigned i = 1; i < count; i++)
        if (tokens[i].folded_size == size && memcmp(tokens[i].folded, text, size) == 0)
            return &tokens[i];
    return NULL;
}

/* Rows of several pieces that the analyzer gives as parts: chunks, beginnings and ends. */
static inline void naive_rows(const struct shop *shop, struct snapshot *snapshot, struct naive_query *query, const struct token *tokens,
                              unsigned count, const struct naive_piece *pieces, unsigned piece_count, bool all)
{
    for (unsigned first = 0; first < piece_count; first++) {
        char text[TOKEN_BYTES_MAX];
        unsigned size = 0;
        for (unsigned next = first; next < piece_count; next++) {
            memcpy(text + size, pieces[next].text, pieces[next].size);
            size += pieces[next].size;
            const struct token *part = next > first && (first > 0 || next + 1 < piece_count) ? naive_part(tokens, count, text, size) : NULL;
            if (part != NULL)
                naive_token(shop, snapshot, query, part, false, all, 5, query->end / PLACES + first, next + 1 - first);
        }
    }
}

static inline void naive_word(const struct shop *shop, struct snapshot *snapshot, struct naive_query *query, const char *text,
                              const struct token *tokens, unsigned count, bool open, bool all)
{
    struct naive_piece pieces[TOKEN_BYTES_MAX];
    unsigned piece_count = tokens[0].kind == TOKEN_CODE ? naive_pieces(text + tokens[0].offset, tokens[0].size, pieces) : 0;
    unsigned length = piece_count > 0 ? piece_count : 1;
    naive_token(shop, snapshot, query, &tokens[0], open, all, 8, query->end / PLACES, length);
    for (unsigned i = 0; i < piece_count; i++) {
        const struct token *part = naive_part(tokens, count, pieces[i].text, pieces[i].size);
        if (part == NULL)
            fail_msg("the analyzer gives no part %.*s", (int)pieces[i].size, pieces[i].text);
        naive_token(shop, snapshot, query, part, false, all, 5, query->end / PLACES + i, 1);
    }
    naive_rows(shop, snapshot, query, tokens, count, pieces, piece_count, all);
    query->end += length * PLACES;
}

#endif
