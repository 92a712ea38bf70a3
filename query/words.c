#include "query/words.h"

#include <string.h>

#include "query/expand.h"

struct builder {
    struct query_words *words;
    struct arena *arena;
    enum words_zone zone;
    bool bodies;                       /* descriptions count for the word at hand */
    unsigned firsts[QUERY_TOKENS_MAX]; /* each word's first edge, its own when it has one */
};

struct edge edge_of(struct edge_term *terms, uint32_t term_count, uint32_t live)
{
    struct edge edge = {.terms = terms, .term_count = term_count};
    uint64_t df = 0;
    for (uint32_t i = 0; i < term_count; i++) {
        df += terms[i].term.df;
        edge.band = terms[i].band > edge.band ? terms[i].band : edge.band;
    }
    edge.df = df < live ? (uint32_t)df : live;
    return edge;
}

/* LATTICE_EDGES_MAX holds what QUERY_TOKENS_MAX words and LATTICE_POSITIONS_MAX positions can give; a stranger token list loses its last.
 * Returns the edge's worth, 0 when there is none. */
static uint16_t edge_add(struct builder *builder, unsigned start, unsigned length, struct edge_term *terms, uint32_t term_count)
{
    struct query_words *words = builder->words;
    if (term_count == 0 || words->edge_count == LATTICE_EDGES_MAX)
        return 0;
    struct edge edge = edge_of(terms, term_count, words->live);
    edge.start = (uint8_t)start;
    edge.end = (uint8_t)(start + length);
    edge.worth = (uint16_t)(term_weight(edge.df, words->live) * length);
    words->edges[words->edge_count++] = edge;
    return edge.worth;
}

/* edge_term.plain of a term: 0 when it has one form only. */
static uint8_t plain_form(const struct term *term)
{
    struct bytes form = {0};
    for (unsigned ordinal = 0; term->form_count > 1 && term_form(term, ordinal, &form); ordinal++)
        if (form.size == 0)
            return (uint8_t)(ordinal + 1);
    return 0;
}

static enum status term_read(struct snapshot *snapshot, enum term_class class, struct bytes folded, struct bytes exact, enum band best,
                             struct arena *arena, struct edge_term *out)
{
    struct typed typed = {.exact = exact, .best = best};
    *out = (struct edge_term){0};
    enum status status = term_get(snapshot, class, folded.data, folded.size, &out->term);
    if (status != STATUS_OK)
        return status;
    out->key = folded;
    out->exact = exact;
    out->band = (uint8_t)(best < BAND_BARE ? best : BAND_BARE);
    if (class != TERM_CORE)
        return STATUS_OK;
    if (!typed_has_marks(&typed, folded)) {
        out->plain = best == BAND_EXACT ? plain_form(&out->term) : 0;
        return STATUS_OK;
    }
    uint8_t *bands = arena_alloc(arena, FORM_COUNT);
    if (bands == NULL)
        return STATUS_LIMIT;
    out->band = (uint8_t)bands_fill(&typed, &out->term, folded, bands);
    out->bands = bands;
    return STATUS_OK;
}

enum status edge_term_get(struct snapshot *snapshot, struct bytes folded, struct bytes exact, enum band best, struct arena *arena,
                          struct edge_term *out)
{
    enum status status = term_read(snapshot, TERM_CORE, folded, exact, best, arena, out);
    if (status != STATUS_OK)
        return status;
    /* The spellings are the caller's. */
    out->key.data = arena_copy(arena, folded.data, folded.size);
    out->exact.data = bytes_equal(folded, exact) ? out->key.data : arena_copy(arena, exact.data, exact.size);
    return out->key.data == NULL || out->exact.data == NULL ? STATUS_LIMIT : STATUS_OK;
}

/* The term itself, whatever marks it is written with. `found` gets the best band that it can have, BAND_NONE when there is no such term. */
static enum status add_literal(struct builder *builder, const struct token *token, enum term_class class, enum band best, unsigned start,
                               unsigned length, enum band *found, uint16_t *worth)
{
    struct bytes folded = {token->folded, token->folded_size}, exact = {token->exact, token->exact_size};
    struct edge_term *one = arena_alloc(builder->arena, sizeof *one);
    *found = BAND_NONE;
    *worth = 0;
    if (one == NULL)
        return STATUS_LIMIT;
    enum status status = term_read(builder->words->snapshot, class, folded, exact, best, builder->arena, one);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    *found = (enum band)one->band;
    *worth = edge_add(builder, start, length, one, 1);
    return STATUS_OK;
}

/* `found` when a longer word begins so. */
static enum status add_prefix(struct builder *builder, const struct token *token, unsigned start, unsigned length, bool *found)
{
    struct bytes folded = {token->folded, token->folded_size};
    struct typed typed = {.exact = {token->exact, token->exact_size}, .prefix = true, .best = BAND_NEAR};
    struct edge_term *terms = NULL;
    uint32_t count = 0;
    enum status status = expand_prefix(builder->words->snapshot, folded, &typed, builder->arena, &terms, &count);
    if (status == STATUS_OK)
        *found = edge_add(builder, start, length, terms, count) > 0;
    return status;
}

/* A short word whose very marks are known is complete: "bàn" is not on its way to "bảng", and the stored prefix could not tell. */
static bool is_complete(const struct token *token, enum band literal)
{
    return literal == BAND_EXACT && prefix_is_stored((struct bytes){token->folded, token->folded_size});
}

/* Only descriptions have it: known without looking into them further. */
static enum status body_look(struct builder *builder, const struct token *token, bool *found)
{
    struct term term;
    enum status status = term_get(builder->words->snapshot, TERM_BODY, token->folded, token->folded_size, &term);
    *found = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Every reading of one token over its positions, and what they tell about it. */
static enum status add_token(struct builder *builder, const struct token *token, bool open, enum band best, unsigned start, unsigned length,
                             enum word_known *known, uint16_t *worth)
{
    enum band literal = BAND_NONE, body = BAND_NONE;
    bool begins = false, in_body = false;
    uint16_t body_worth = 0;
    enum status status = add_literal(builder, token, TERM_CORE, best, start, length, &literal, worth);
    if (status == STATUS_OK && open && !is_complete(token, literal))
        status = add_prefix(builder, token, start, length, &begins);
    if (status == STATUS_OK && builder->bodies)
        status = add_literal(builder, token, TERM_BODY, BAND_BODY, start, length, &body, &body_worth);
    else if (status == STATUS_OK && literal == BAND_NONE && !begins)
        status = body_look(builder, token, &in_body);
    *known = literal != BAND_NONE ? WORD_WHOLE : begins ? WORD_BEGINS : body != BAND_NONE || in_body ? WORD_IN_BODY : WORD_UNKNOWN;
    return status;
}

static bool span_contains(const struct token *outer, const struct token *inner)
{
    return outer->offset <= inner->offset && inner->offset + inner->size <= outer->offset + outer->size;
}

static bool holds(const struct query_word *word, unsigned outer, unsigned inner)
{
    const struct token *a = &word->tokens[outer], *b = &word->tokens[inner];
    return b->part && b->size < a->size && span_contains(a, b);
}

/* A single letter says too little on its own: "i7-1355u" is "i7" and "1355u", never "i" somewhere. */
static bool is_weak(const struct token *token)
{
    return token->folded_size == 1 && (token->folded[0] < '0' || token->folded[0] > '9');
}

/* A part that is not taken further apart, because it holds a weak one directly. */
static bool is_atomic(const struct query_word *word, unsigned at)
{
    if (!word->tokens[at].part)
        return false;
    for (unsigned weak = 1; weak < word->count; weak++) {
        bool direct = is_weak(&word->tokens[weak]) && holds(word, at, weak);
        for (unsigned between = 1; between < word->count && direct; between++)
            direct = !(holds(word, at, between) && holds(word, between, weak));
        if (direct)
            return true;
    }
    return false;
}

/* One of the parts that stand side by side when the code is taken apart. */
static bool is_leaf(const struct query_word *word, unsigned at)
{
    bool divided = false;
    if (!word->tokens[at].part)
        return false;
    for (unsigned other = 1; other < word->count; other++) {
        if (holds(word, other, at) && is_atomic(word, other))
            return false;
        divided = divided || holds(word, at, other);
    }
    return !divided || is_atomic(word, at);
}

/* The leaves of a code in text order, by their places in the word; 0 when it is not to be taken apart. */
static unsigned code_leaves(const struct query_word *word, unsigned leaves[WORD_PARTS_MAX], unsigned room)
{
    unsigned count = 0;
    if (word->tokens[0].kind != TOKEN_CODE || word->count > WORD_PARTS_MAX)
        return 0;
    for (unsigned i = 1; i < word->count; i++) {
        if (!is_leaf(word, i))
            continue;
        if (count == room || is_weak(&word->tokens[i]))
            return 0;
        unsigned at = count++;
        for (; at > 0 && word->tokens[leaves[at - 1]].offset > word->tokens[i].offset; at--)
            leaves[at] = leaves[at - 1];
        leaves[at] = i;
    }
    return count >= 2 ? count : 0;
}

/* How many leaves a part consists of, from the `first` on; 0 when it cuts through one. */
static unsigned leaves_of(const struct query_word *word, const struct token *part, const unsigned *leaves, unsigned leaf_count,
                          unsigned *first)
{
    unsigned length = 0;
    for (unsigned i = 0; i < leaf_count; i++) {
        const struct token *leaf = &word->tokens[leaves[i]];
        if (span_contains(part, leaf))
            *first = length++ == 0 ? i : *first;
        else if (part->offset < leaf->offset + leaf->size && leaf->offset < part->offset + part->size)
            return 0;
    }
    return length;
}

/* A code: the whole and every part over the leaves that it contains. */
static enum status add_code(struct builder *builder, struct query_word *word, const unsigned *leaves, unsigned leaf_count)
{
    enum word_known known = WORD_UNKNOWN;
    unsigned start = builder->words->end, met = 0;
    uint16_t worth = 0;
    enum status status = add_token(builder, &word->tokens[0], word->open, BAND_EXACT, start, leaf_count, &known, &word->worth);
    word->known = (uint8_t)known;
    for (unsigned i = 1; i < word->count && status == STATUS_OK; i++) {
        unsigned first = 0, length = leaves_of(word, &word->tokens[i], leaves, leaf_count, &first);
        if (length > 0)
            status = add_token(builder, &word->tokens[i], false, BAND_NEAR, start + first, length, &known, &worth);
        met += length == 1 && known == WORD_WHOLE;
    }
    if (word->known < WORD_PARTED && met >= leaf_count)
        word->known = WORD_PARTED;
    builder->words->end += leaf_count;
    return status;
}

static enum status add_word(struct builder *builder, struct query_word *word, unsigned words_left)
{
    unsigned leaves[WORD_PARTS_MAX];
    enum word_known known = WORD_UNKNOWN;
    word->node = (uint8_t)builder->words->end;
    if (word->role == WORD_DROP)
        return STATUS_OK;
    if (word->role == WORD_SPAN) {
        builder->words->end++;
        return STATUS_OK;
    }
    unsigned leaf_count = code_leaves(word, leaves, LATTICE_POSITIONS_MAX - builder->words->end - words_left);
    if (leaf_count > 0)
        return add_code(builder, word, leaves, leaf_count);
    enum status status = add_token(builder, &word->tokens[0], word->open, BAND_EXACT, builder->words->end++, 1, &known, &word->worth);
    word->known = (uint8_t)known;
    return status;
}

/* Numbers and units are never beginnings: "iphone 15" is not "1500". Neither is so short a code as "4k" (of "4kg"), but "s2" of "s24" is. */
static bool may_be_open(const struct token *token)
{
    bool digit = is_digit(token->folded[0]);
    if (token->kind == TOKEN_CODE)
        return !digit || token->folded_size >= PREFIX_STORED_LETTERS_MAX;
    return token->kind != TOKEN_NUMBER && token->kind != TOKEN_UNIT;
}

/* A word is as informative as the zone that has it oftener lets it be, in both of them: a word that is rare in names may be in every
 * description. The weight is that of a word's presence against its absence, so that those in nearly all documents hardly count. */
static uint16_t ranked_weight(const struct query_words *words, uint32_t core_df, uint32_t body_df)
{
    uint32_t df = core_df > body_df ? core_df : body_df;
    return term_weight(df, df < words->live ? words->live - df : 0);
}

/* What the descriptions have of a word: an edge behind all others. */
static enum status add_extra(struct builder *builder, unsigned at)
{
    struct query_words *words = builder->words;
    struct query_word *word = &words->words[at];
    struct edge *own = word->worth > 0 ? &words->edges[builder->firsts[at]] : NULL;
    struct edge *extra = &words->edges[words->edge_count];
    enum band found = BAND_NONE;
    uint16_t worth = 0;
    enum status status = STATUS_OK;
    if (!word->named)
        status = add_literal(builder, &word->tokens[0], TERM_BODY, BAND_MAX, words->end + words->extra_count, 1, &found, &worth);
    if (status != STATUS_OK)
        return status;
    uint16_t weight = ranked_weight(words, own == NULL ? 0 : own->df, worth > 0 ? extra->df : 0);
    if (own != NULL)
        own->worth = word->worth = (uint16_t)(weight * (own->end - own->start));
    if (worth == 0)
        return STATUS_OK;
    extra->worth = weight;
    extra->band = extra->terms[0].band = BAND_MAX; /* no band of the words depends on it */
    words->extra_words[words->extra_count++] = (uint8_t)at;
    return STATUS_OK;
}

static enum status add_extras(struct builder *builder)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < builder->words->count && status == STATUS_OK; i++)
        if (builder->words->words[i].role == WORD_SEARCH)
            status = add_extra(builder, i);
    return status;
}

static enum status add_words(struct builder *builder, size_t text_size, const uint8_t *roles, uint32_t named)
{
    struct query_words *words = builder->words;
    const struct token_list *tokens = words->tokens;
    enum status status = STATUS_OK;
    unsigned count = tokens->positions < QUERY_TOKENS_MAX ? tokens->positions : QUERY_TOKENS_MAX;
    for (uint32_t i = 0; i < tokens->count && tokens->tokens[i].position < count && status == STATUS_OK;) {
        struct query_word *word = &words->words[words->count++];
        *word = (struct query_word){.tokens = &tokens->tokens[i], .role = roles == NULL ? WORD_SEARCH : roles[tokens->tokens[i].position]};
        word->named = (named >> tokens->tokens[i].position & 1) != 0;
        builder->bodies = builder->zone == WORDS_ALL && !word->named;
        while (i < tokens->count && tokens->tokens[i].position == word->tokens[0].position) {
            word->count++;
            i++;
        }
        bool last = i == tokens->count && (size_t)word->tokens[0].offset + word->tokens[0].size == text_size;
        word->open = last && may_be_open(&word->tokens[0]);
        builder->firsts[words->count - 1] = words->edge_count;
        status = add_word(builder, word, count - words->count);
    }
    return status == STATUS_OK && builder->zone == WORDS_RANKED ? add_extras(builder) : status;
}

enum status words_open(struct snapshot *snapshot, const struct token_list *tokens, size_t text_size, const uint8_t *roles, uint32_t named,
                       enum words_zone zone, struct arena *arena, struct query_words *out)
{
    struct builder builder = {.words = out, .arena = arena, .zone = zone};
    struct term live = {0};
    out->snapshot = snapshot;
    out->tokens = tokens;
    out->count = out->end = out->edge_count = out->extra_count = 0;
    out->edges = arena_alloc(arena, LATTICE_EDGES_MAX * sizeof *out->edges);
    if (out->edges == NULL)
        return STATUS_LIMIT;
    enum status status = term_get(snapshot, TERM_LIVE, NULL, 0, &live);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    out->live = live.df;
    return add_words(&builder, text_size, roles, named);
}

const char *word_role_name(const struct query_word *word)
{
    static const char *const names[] = {[WORD_SEARCH] = "search", [WORD_SPAN] = "range", [WORD_DROP] = "drop"};
    return names[word->role];
}

const char *word_known_name(const struct query_word *word)
{
    static const char *const names[] = {[WORD_UNKNOWN] = "unknown",
                                        [WORD_IN_BODY] = "described",
                                        [WORD_BEGINS] = "begun",
                                        [WORD_PARTED] = "parted",
                                        [WORD_WHOLE] = "known"};
    return names[word->known];
}
