/* Search as documented, the slow way: every product is held against every reading of the query. */
#ifndef TIM_TESTS_QUERY_NAIVE_H
#define TIM_TESTS_QUERY_NAIVE_H

#include "query/cascade.h"
#include "query/contiguity.h"
#include "query/rank.h"
#include "query/request.h"
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
    bool firm[QUERY_TOKENS_MAX];
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

static inline bool is_marked(const struct token *token)
{
    return token->exact_size != token->folded_size || memcmp(token->exact, token->folded, token->folded_size) != 0;
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
    if (!is_marked(token))
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
    if (edge->best < 8 || is_marked(edge->token) || term->several || bare)
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
            value_improve(&value, is_marked(token) ? 4 : 5, term->impact);
        else if (term->folded_size > token->folded_size)
            value_improve(&value, least(5, naive_band(snapshot, token, term, true)), term->impact);
    }
    return value;
}

/* Marks were typed, and some product has or had just these. */
static inline bool naive_is_known(struct snapshot *snapshot, const struct token *token)
{
    struct term stored;
    if (!is_marked(token) || term_get(snapshot, TERM_CORE, token->folded, token->folded_size, &stored) != STATUS_OK)
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
    unsigned core = naive_df(shop, token, false), body = naive_df(shop, token, true), df = core > body ? core : body;
    unsigned weight = df == 0 ? 0 : term_weight(df, query->live - df);
    if (query->word_worths[word] > 0) {
        query->edges[own].worth = weight * ((query->edges[own].end - query->edges[own].start) / PLACES);
        query->word_worths[word] = query->edges[own].worth;
    }
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

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

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

static inline bool naive_has_part(const struct token *tokens, unsigned count, const char *text, unsigned size)
{
    for (unsigned i = 1; i < count; i++)
        if (tokens[i].folded_size == size && memcmp(tokens[i].folded, text, size) == 0)
            return true;
    return false;
}

static inline const struct token *naive_part(const struct token *tokens, unsigned count, const char *text, unsigned size)
{
    for (unsigned i = 1; i < count; i++)
        if (tokens[i].folded_size == size && memcmp(tokens[i].folded, text, size) == 0)
            return &tokens[i];
    fail_msg("the analyzer gives no part %.*s", (int)size, text);
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
            if (next > first && (first > 0 || next + 1 < piece_count) && naive_has_part(tokens, count, text, size))
                naive_token(shop, snapshot, query, naive_part(tokens, count, text, size), false, all, 5, query->end / PLACES + first,
                            next + 1 - first);
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
    for (unsigned i = 0; i < piece_count; i++)
        naive_token(shop, snapshot, query, naive_part(tokens, count, pieces[i].text, pieces[i].size), false, all, 5,
                    query->end / PLACES + i, 1);
    naive_rows(shop, snapshot, query, tokens, count, pieces, piece_count, all);
    query->end += length * PLACES;
}

static inline void naive_paths_max(struct naive_query *query, unsigned node, uint32_t score)
{
    if (node == query->end) {
        query->possible = true;
        query->score_max = score > query->score_max ? score : query->score_max;
        return;
    }
    for (unsigned i = 0; i < query->edge_count; i++)
        if (query->edges[i].start == node)
            naive_paths_max(query, query->edges[i].end, score + query->edges[i].worth * 255);
}

/* The places that no reading crosses. */
static inline void naive_cut(struct naive_query *query)
{
    query->cut_count = 0;
    for (unsigned place = 0; place <= query->end; place++) {
        bool crossed = false, exists = place % PLACES == 0;
        for (unsigned i = 0; i < query->edge_count; i++) {
            crossed = crossed || (query->edges[i].start < place && place < query->edges[i].end);
            exists = exists || query->edges[i].end == place;
        }
        if (exists && !crossed)
            query->cuts[query->cut_count++] = place;
    }
}

/* An alternative's words between those that they stand for: each of them by its own weight and an equal part of the words, together no more
 * than the words themselves where all of these exist. `private` counts the places taken behind each word's. */
static inline void naive_side(struct naive_query *query, const struct alternative *alternative, unsigned *privates)
{
    unsigned start = query->word_places[alternative->first], end = query->word_places[alternative->first + alternative->words];
    unsigned words = (end - start) / PLACES, sum = 0, most = 0, count = alternative->edge_count;
    struct naive_edge *edges = &query->edges[query->edge_count];
    bool known = true;
    if (words == 0)
        return;
    for (unsigned i = 0; i < count; i++) {
        uint64_t df = 0;
        for (uint32_t j = 0; j < alternative->edges[i].term_count; j++)
            df += alternative->edges[i].terms[j].term.df;
        edges[i] = (struct naive_edge){.kind = NAIVE_SIDE, .side = &alternative->edges[i]};
        edges[i].start = i == 0 ? start : edges[i - 1].end;
        edges[i].end = i + 1 == count ? end : start + ++*privates;
        edges[i].worth = term_weight(df < query->live ? (uint32_t)df : query->live, query->live) * words / count;
        sum += edges[i].worth;
    }
    for (unsigned i = alternative->first; i < (unsigned)alternative->first + alternative->words; i++) {
        known = known && query->word_worths[i] > 0;
        most += query->word_worths[i];
    }
    for (unsigned i = 0; i < count; i++) {
        if (known && sum > most)
            edges[i].worth = (unsigned)((uint64_t)edges[i].worth * most / sum);
        edges[i].worth = edges[i].worth == 0 ? 1 : edges[i].worth;
    }
    query->edge_count += count;
}

static inline void naive_sides(struct naive_query *query, const struct alternative *alternatives, unsigned count)
{
    unsigned privates[QUERY_TOKENS_MAX] = {0};
    for (unsigned i = 0; i < count; i++)
        naive_side(query, &alternatives[i], &privates[alternatives[i].first]);
}

/* The greatest score of a path from `node` to `end` over the edges that the product has (values NULL: over all, at full impact); -1: none. */
static inline int64_t naive_path_most(const struct naive_query *query, const struct naive_value *values, unsigned node, unsigned end)
{
    int64_t most = node == end ? 0 : -1;
    for (unsigned i = 0; i < query->edge_count; i++) {
        const struct naive_edge *edge = &query->edges[i];
        if (edge->start != node || edge->end > end || (values != NULL && values[i].band == 0))
            continue;
        int64_t rest = naive_path_most(query, values, edge->end, end);
        int64_t score = rest + (int64_t)edge->worth * (values == NULL ? 255 : values[i].impact);
        most = rest >= 0 && score > most ? score : most;
    }
    return most;
}

/* The extra of a word; -1: none. */
static inline int naive_extra_of(const struct naive_query *query, unsigned word)
{
    for (unsigned i = 0; i < query->edge_count; i++)
        for (unsigned j = 0; j < query->extra_count; j++)
            if (query->edges[i].start == query->end + j * PLACES && query->extra_words[j] == word)
                return (int)i;
    return -1;
}

/* What the extras add (values NULL: at most). */
static inline uint32_t naive_extras(const struct naive_query *query, const struct naive_value *values)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < query->edge_count; i++)
        if (query->edges[i].start >= query->end && query->extra_count > 0)
            sum += query->edges[i].worth * (values == NULL ? 255 : values[i].impact);
    return sum;
}

struct naive_share {
    uint32_t total, sum; /* worth that some product has, and that this one has */
    bool firm_lacks;
};

static inline void naive_share_add(struct naive_share *share, uint32_t worth, bool met, bool firm)
{
    share->total += worth;
    share->sum += met ? worth : 0;
    share->firm_lacks = share->firm_lacks || (firm && !met);
}

/* The words from `first` to before `last`, which make a segment: as one, or each by its extra where no product has them so. */
static inline void naive_share_words(const struct naive_query *query, const struct naive_value *values, unsigned start, unsigned end,
                                     unsigned first, unsigned last, struct naive_share *share)
{
    static struct naive_value full[NAIVE_EDGES];
    bool firm = false;
    for (unsigned i = 0; i < NAIVE_EDGES; i++)
        full[i] = (struct naive_value){1, 1};
    int64_t worth = naive_path_most(query, full, start, end);
    int extra = last - first == 1 ? naive_extra_of(query, first) : -1;
    for (unsigned word = first; word < last; word++) {
        int own = naive_extra_of(query, word);
        firm = firm || query->firm[word];
        if (worth < 0 && own >= 0)
            naive_share_add(share, query->edges[own].worth, values[own].band > 0, query->firm[word]);
    }
    if (worth >= 0)
        naive_share_add(share, (uint32_t)worth, naive_path_most(query, values, start, end) >= 0 || (extra >= 0 && values[extra].band > 0),
                        firm);
}

/* Does it have the demanded share of the worth, and all firm words? What no product has asks for nothing. A word in a segment of its own
 * may be met by its extra instead. */
static inline bool naive_enough(const struct naive_query *query, const struct naive_value *values)
{
    struct naive_share share = {0};
    unsigned first = 0;
    for (unsigned i = 0; i + 1 < query->cut_count; i++) {
        unsigned last = first;
        while (last < query->word_count && query->word_places[last] < query->cuts[i + 1])
            last++;
        naive_share_words(query, values, query->cuts[i], query->cuts[i + 1], first, last, &share);
        first = last;
    }
    return !share.firm_lacks && (uint64_t)share.sum * 100 >= (uint64_t)share.total * query->percent;
}

/* Under match=any: the sum over the segments that are met, and the extras. False when none is. */
static inline bool naive_any(const struct naive_query *query, const struct naive_value *values, uint32_t *score)
{
    *score = naive_extras(query, values);
    bool met = query->end == 0 || *score > 0;
    if (values != NULL && query->percent > 0 && !naive_enough(query, values))
        return false;
    for (unsigned i = 0; i + 1 < query->cut_count; i++) {
        int64_t most = naive_path_most(query, values, query->cuts[i], query->cuts[i + 1]);
        met = met || most >= 0;
        *score += most > 0 ? (uint32_t)most : 0;
    }
    return met;
}

/* The weight of a core word by the products that have it, 0 when none has. */
static inline uint32_t naive_weight(const struct shop *shop, const struct naive_query *query, const struct token *token)
{
    uint32_t df = 0;
    for (uint32_t i = 0; i < shop->count; i++)
        for (unsigned j = 0; j < shop->products[i].core_count && shop->products[i].live; j++)
            df += folded_is(&shop->products[i].core[j], token);
    return df == 0 ? 0 : term_weight(df, query->live);
}

static inline unsigned naive_pair_impact(const struct naive_pair *pair, const struct product *product)
{
    for (unsigned i = 0; i < product->pair_count; i++)
        if (product->live && pair->size == product->pairs[i].size && memcmp(pair->key, product->pairs[i].key, pair->size) == 0)
            return product->pairs[i].impact;
    return 0;
}

/* Unless no product has it, or it is there. */
static inline void naive_pair_add(const struct shop *shop, struct naive_query *query, const struct pair *found, unsigned position)
{
    struct naive_pair pair = {.place = found->first == NULL ? 0 : position * 2 + 1 + (found->second == NULL)};
    bool had = false;
    pair.size = pair_key(found, pair.key);
    pair.worth = (found->first == NULL ? 0 : naive_weight(shop, query, found->first));
    pair.worth = (pair.worth + (found->second == NULL ? 0 : naive_weight(shop, query, found->second))) / 2;
    for (uint32_t i = 0; i < shop->count && !had; i++)
        had = naive_pair_impact(&pair, &shop->products[i]) > 0;
    for (unsigned i = 0; i < query->pair_count; i++)
        had = had && !(query->pairs[i].place == pair.place && query->pairs[i].size == pair.size &&
                       memcmp(query->pairs[i].key, pair.key, pair.size) == 0);
    if (had && pair.worth > 0 && query->pair_count < CONTIGUITY_PAIRS_MAX)
        query->pairs[query->pair_count++] = pair;
}

/* The words that an alternative stands for, replaced by what it reads. */
static inline void naive_alternative_pairs(const struct shop *shop, const struct token_list *list, struct bytes text,
                                           const struct alternative *alternative, struct arena *arena, struct naive_query *query)
{
    struct pair pairs[64];
    struct token_list with = {0};
    char changed[1024];
    unsigned last = alternative->first + alternative->words - 1U, end = 0, first = alternative->first;
    int start = -1;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        if (token->position == first && start < 0)
            start = (int)token->offset;
        if (token->position == last && !token->part)
            end = token->offset + token->size;
    }
    int size = snprintf(changed, sizeof changed, "%.*s%.*s%.*s", start, text.data, (int)alternative->text.size, alternative->text.data,
                        (int)(text.size - end), text.data + end);
    must(analyze(shop->analyzer, changed, (size_t)size, arena, &with));
    unsigned count = pairs_list(&with, (struct bytes){changed, (size_t)size}, pairs, CONTIGUITY_PAIRS_MAX);
    for (unsigned i = with.positions == 1; i < count; i++) {
        const struct token *behind = pairs[i].second == NULL ? pairs[i].first : pairs[i].second;
        const struct token *before = pairs[i].first == NULL ? pairs[i].second : pairs[i].first;
        if (behind->offset + behind->size > (unsigned)start && before->offset < (unsigned)start + alternative->text.size)
            naive_pair_add(shop, query, &pairs[i], least(before->position, last));
    }
}

static inline void naive_pairs(const struct shop *shop, const struct token_list *list, struct bytes text,
                               const struct alternative *alternatives, unsigned alternative_count, struct arena *arena,
                               struct naive_query *query)
{
    struct pair pairs[64];
    unsigned count = pairs_list(list, text, pairs, CONTIGUITY_PAIRS_MAX);
    for (unsigned i = list->positions == 1; i < count; i++)
        naive_pair_add(shop, query, &pairs[i], (pairs[i].first == NULL ? pairs[i].second : pairs[i].first)->position);
    for (unsigned i = 0; i < alternative_count; i++) {
        bool one_way = alternatives[i].text.size > 0;
        for (unsigned edge = 0; edge < alternatives[i].edge_count; edge++)
            one_way = one_way && alternatives[i].edges[edge].term_count == 1;
        if (one_way)
            naive_alternative_pairs(shop, list, text, &alternatives[i], arena, query);
    }
}

/* What the query's pairs add to a product's score: at each place the greatest share. */
static inline uint32_t naive_contiguity(const struct naive_query *query, const struct product *product)
{
    uint32_t best[2 * QUERY_TOKENS_MAX + 3] = {0}, sum = 0;
    for (unsigned i = 0; i < query->pair_count; i++) {
        const struct naive_pair *pair = &query->pairs[i];
        uint32_t share = pair->worth * naive_pair_impact(pair, product);
        best[pair->place] = share > best[pair->place] ? share : best[pair->place];
    }
    for (unsigned place = 0; place < 2 * QUERY_TOKENS_MAX + 3; place++)
        sum += best[place];
    return sum;
}

static inline void naive_read(const struct shop *shop, struct snapshot *snapshot, const struct search_request *request,
                              enum words_zone zone, enum rung rung, const struct alternative *alternatives, unsigned alternative_count,
                              struct arena *arena, struct naive_query *query)
{
    struct bytes text = request->text;
    struct token_list list = {0};
    const struct token *wholes[QUERY_TOKENS_MAX] = {0};
    unsigned owns[QUERY_TOKENS_MAX] = {0};
    bool all = zone == WORDS_ALL;
    *query = (struct naive_query){.any = zone == WORDS_RANKED, .percent = rung_percent(rung)};
    must(analyze(shop->analyzer, text.data, text.size, arena, &list));
    for (uint32_t i = 0; i < shop->count; i++)
        query->live += shop->products[i].live;
    for (uint32_t i = 0; i < list.count;) {
        const struct token *tokens = &list.tokens[i];
        unsigned count = 0;
        for (; i < list.count && list.tokens[i].position == tokens->position; i++)
            count++;
        bool short_code = tokens->kind == TOKEN_CODE && is_digit(tokens->folded[0]) && tokens->folded_size < 3;
        bool kind_opens = tokens->kind != TOKEN_NUMBER && tokens->kind != TOKEN_UNIT && !short_code;
        bool open = i == list.count && tokens->offset + tokens->size == text.size && kind_opens;
        unsigned before = query->edge_count;
        wholes[query->word_count] = tokens;
        owns[query->word_count] = before;
        query->firm[query->word_count] = tokens->kind == TOKEN_NUMBER || tokens->kind == TOKEN_CODE || tokens->kind == TOKEN_UNIT;
        query->word_places[query->word_count] = query->end;
        naive_word(shop, snapshot, query, text.data, tokens, count, open, all);
        bool whole = query->edge_count > before && query->edges[before].kind == NAIVE_LITERAL && query->edges[before].token == tokens;
        query->word_worths[query->word_count++] = whole ? query->edges[before].worth : 0;
    }
    query->word_places[query->word_count] = query->end;
    for (unsigned i = 0; i < query->word_count && zone == WORDS_RANKED; i++)
        naive_extra(shop, snapshot, query, i, wholes[i], owns[i]);
    naive_sides(query, alternatives, alternative_count);
    naive_cut(query);
    naive_pairs(shop, &list, text, alternatives, alternative_count, arena, query);
    naive_paths_max(query, 0, 0);
    if (query->any)
        naive_any(query, NULL, &query->score_max);
}

/* Tries every path; the best (worst band, sum) wins. */
static inline void naive_paths(struct snapshot *snapshot, const struct naive_query *query, const struct naive_value *values, unsigned node,
                               struct match_score sofar, struct match_score *best)
{
    if (node == query->end) {
        if (sofar.band > best->band || (sofar.band == best->band && sofar.score > best->score))
            *best = sofar;
        return;
    }
    for (unsigned i = 0; i < query->edge_count; i++) {
        const struct naive_edge *edge = &query->edges[i];
        if (edge->start != node || values[i].band == 0)
            continue;
        struct match_score next = {(uint8_t)least(sofar.band, values[i].band), sofar.score + edge->worth * values[i].impact};
        naive_paths(snapshot, query, values, edge->end, next, best);
    }
}

enum { NAIVE_PARTLY = 255 /* as a band: some words are lacking, which ranks as band 0 */ };

/* A product that has all words gets the extras besides; under match=any some words do. */
static inline void naive_meet(const struct naive_query *query, const struct naive_value *values, struct match_score *best)
{
    if (best->band > 0)
        best->score += naive_extras(query, values);
    else if (query->any && naive_any(query, values, &best->score))
        best->band = NAIVE_PARTLY;
}

/* Band 0: no match. */
static inline struct match_score naive_score(struct snapshot *snapshot, const struct naive_query *query, const struct product *product)
{
    struct naive_value values[NAIVE_EDGES];
    struct match_score best = {0};
    for (unsigned i = 0; i < query->edge_count; i++)
        values[i] = naive_value(snapshot, &query->edges[i], product);
    naive_paths(snapshot, query, values, 0, (struct match_score){15, 0}, &best);
    naive_meet(query, values, &best);
    if (best.band > 0)
        best.score += naive_contiguity(query, product);
    return best;
}

#endif
