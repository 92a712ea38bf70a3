#include "query/lattice.h"

#include <string.h>

#include "query/expand.h"
#include "query/request.h"

/* One word of the query: the tokens of one position, the whole first. */
struct word {
    const struct token *tokens;
    unsigned count;
    bool open; /* it may be the beginning of a longer word */
};

struct builder {
    struct snapshot *snapshot;
    struct arena *arena;
    struct lattice *lattice;
    enum lattice_zone zone;
    uint32_t live; /* documents that may be found */
};

uint16_t term_weight(uint32_t df, uint32_t live)
{
    /* 2^(k/8) in 1/65536, rounded: where each eighth of a doubling begins. */
    static const uint32_t eighths[8] = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};
    if (df == 0)
        return WEIGHT_MAX;
    uint64_t ratio = ((uint64_t)live + df) * 65536 / df;
    unsigned doublings = 0;
    while (ratio >= 131072) {
        ratio /= 2;
        doublings++;
    }
    unsigned eighth = 7;
    while (eighth > 0 && ratio < eighths[eighth])
        eighth--;
    unsigned weight = doublings * 8 + eighth;
    return (uint16_t)(weight < 1 ? 1 : weight > WEIGHT_MAX ? WEIGHT_MAX : weight);
}

/* LATTICE_EDGES_MAX holds what QUERY_TOKENS_MAX words and LATTICE_POSITIONS_MAX positions can give; a stranger token list loses its last. */
static void edge_add(struct builder *builder, unsigned start, unsigned length, struct edge_term *terms, uint32_t term_count)
{
    struct lattice *lattice = builder->lattice;
    if (term_count == 0 || lattice->edge_count == LATTICE_EDGES_MAX)
        return;
    struct edge edge = {.start = (uint8_t)start, .length = (uint8_t)length, .terms = terms, .term_count = term_count};
    uint64_t df = 0;
    for (uint32_t i = 0; i < term_count; i++) {
        df += terms[i].term.df;
        edge.band = terms[i].band > edge.band ? terms[i].band : edge.band;
    }
    edge.df = df < builder->live ? (uint32_t)df : builder->live;
    edge.weight = term_weight(edge.df, builder->live);
    lattice->edges[lattice->edge_count++] = edge;
}

/* The term itself, whatever marks it is written with. `found` gets the best band that it can have, BAND_NONE when there is no such term. */
static enum status add_literal(struct builder *builder, const struct token *token, enum term_class class, enum band best, unsigned start,
                               unsigned length, enum band *found)
{
    struct bytes folded = {token->folded, token->folded_size};
    struct typed typed = {.exact = {token->exact, token->exact_size}, .best = best};
    struct edge_term *one = arena_calloc(builder->arena, 1, sizeof *one);
    *found = BAND_NONE;
    if (one == NULL)
        return STATUS_LIMIT;
    enum status status = term_get(builder->snapshot, class, folded.data, folded.size, &one->term);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    one->band = (uint8_t)(best < BAND_BARE ? best : BAND_BARE);
    if (class == TERM_CORE && typed_has_marks(&typed, folded)) {
        uint8_t *bands = arena_alloc(builder->arena, FORM_COUNT);
        if (bands == NULL)
            return STATUS_LIMIT;
        one->band = (uint8_t)bands_fill(&typed, &one->term, folded, bands);
        one->bands = bands;
    }
    *found = (enum band)one->band;
    edge_add(builder, start, length, one, 1);
    return STATUS_OK;
}

static enum status add_prefix(struct builder *builder, const struct token *token, unsigned start, unsigned length)
{
    struct bytes folded = {token->folded, token->folded_size};
    struct typed typed = {.exact = {token->exact, token->exact_size}, .prefix = true, .best = BAND_NEAR};
    struct edge_term *terms = NULL;
    uint32_t count = 0;
    enum status status = expand_prefix(builder->snapshot, folded, &typed, builder->arena, &terms, &count);
    if (status == STATUS_OK)
        edge_add(builder, start, length, terms, count);
    return status;
}

/* A short word whose very marks are known is complete: "bàn" is not on its way to "bảng", and the stored prefix could not tell. */
static bool is_complete(const struct token *token, enum band literal)
{
    return literal == BAND_EXACT && prefix_is_stored((struct bytes){token->folded, token->folded_size});
}

/* Every reading of one token over its positions. */
static enum status add_token(struct builder *builder, const struct token *token, bool open, enum band best, unsigned start, unsigned length)
{
    enum band literal = BAND_NONE, body = BAND_NONE;
    enum status status = add_literal(builder, token, TERM_CORE, best, start, length, &literal);
    if (status == STATUS_OK && open && !is_complete(token, literal))
        status = add_prefix(builder, token, start, length);
    if (status == STATUS_OK && builder->zone == LATTICE_ALL)
        status = add_literal(builder, token, TERM_BODY, BAND_BODY, start, length, &body);
    return status;
}

static bool span_contains(const struct token *outer, const struct token *inner)
{
    return outer->offset <= inner->offset && inner->offset + inner->size <= outer->offset + outer->size;
}

static bool holds(const struct word *word, unsigned outer, unsigned inner)
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
static bool is_atomic(const struct word *word, unsigned at)
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
static bool is_leaf(const struct word *word, unsigned at)
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
static unsigned code_leaves(const struct word *word, unsigned leaves[CODE_PARTS_MAX], unsigned room)
{
    unsigned count = 0;
    if (word->tokens[0].kind != TOKEN_CODE || word->count > CODE_PARTS_MAX)
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

/* A code: the whole and every part over the leaves that it contains. */
static enum status add_code(struct builder *builder, const struct word *word, const unsigned *leaves, unsigned leaf_count)
{
    unsigned start = builder->lattice->positions;
    enum status status = add_token(builder, &word->tokens[0], word->open, BAND_EXACT, start, leaf_count);
    for (unsigned i = 1; i < word->count && status == STATUS_OK; i++) {
        unsigned first = 0, length = 0;
        for (unsigned leaf = 0; leaf < leaf_count; leaf++)
            if (span_contains(&word->tokens[i], &word->tokens[leaves[leaf]])) {
                first = length == 0 ? leaf : first;
                length++;
            }
        if (length > 0)
            status = add_token(builder, &word->tokens[i], false, BAND_NEAR, start + first, length);
    }
    builder->lattice->positions += leaf_count;
    return status;
}

static enum status add_word(struct builder *builder, const struct word *word, unsigned words_left)
{
    unsigned leaves[CODE_PARTS_MAX];
    unsigned leaf_count = code_leaves(word, leaves, LATTICE_POSITIONS_MAX - builder->lattice->positions - words_left);
    if (leaf_count > 0)
        return add_code(builder, word, leaves, leaf_count);
    return add_token(builder, &word->tokens[0], word->open, BAND_EXACT, builder->lattice->positions++, 1);
}

/* Numbers and units are never beginnings: "iphone 15" is not "1500". Neither is so short a code as "4k" (of "4kg"), but "s2" of "s24" is. */
static bool may_be_open(const struct token *token)
{
    bool digit = token->folded[0] >= '0' && token->folded[0] <= '9';
    if (token->kind == TOKEN_CODE)
        return !digit || token->folded_size >= PREFIX_STORED_LETTERS_MAX;
    return token->kind != TOKEN_NUMBER && token->kind != TOKEN_UNIT;
}

static enum status add_words(struct builder *builder, const struct token_list *tokens, size_t text_size)
{
    enum status status = STATUS_OK;
    unsigned words = tokens->positions < QUERY_TOKENS_MAX ? tokens->positions : QUERY_TOKENS_MAX;
    for (uint32_t i = 0; i < tokens->count && tokens->tokens[i].position < words && status == STATUS_OK;) {
        struct word word = {.tokens = &tokens->tokens[i]};
        while (i < tokens->count && tokens->tokens[i].position == word.tokens[0].position) {
            word.count++;
            i++;
        }
        bool last = i == tokens->count && (size_t)word.tokens[0].offset + word.tokens[0].size == text_size;
        word.open = last && may_be_open(&word.tokens[0]);
        status = add_word(builder, &word, words - word.tokens[0].position - 1);
    }
    return status;
}

enum status lattice_build(struct snapshot *snapshot, const struct token_list *tokens, size_t text_size, enum lattice_zone zone,
                          struct arena *arena, struct lattice *out)
{
    struct builder builder = {.snapshot = snapshot, .arena = arena, .lattice = out, .zone = zone};
    struct term live = {0};
    *out = (struct lattice){.edges = arena_alloc(arena, LATTICE_EDGES_MAX * sizeof *out->edges)};
    if (out->edges == NULL)
        return STATUS_LIMIT;
    enum status status = term_get(snapshot, TERM_LIVE, NULL, 0, &live);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    builder.live = live.df;
    status = add_words(&builder, tokens, text_size);
    lattice_sort(out);
    return status;
}

void lattice_sort(struct lattice *lattice)
{
    for (unsigned i = 1; i < lattice->edge_count; i++) {
        struct edge edge = lattice->edges[i];
        unsigned at = i;
        for (; at > 0; at--) {
            const struct edge *before = &lattice->edges[at - 1];
            if (before->start < edge.start || (before->start == edge.start && before->length <= edge.length))
                break;
            lattice->edges[at] = *before;
        }
        lattice->edges[at] = edge;
    }
}

bool lattice_connects(const struct lattice *lattice)
{
    bool reached[LATTICE_POSITIONS_MAX + 1] = {true};
    for (unsigned i = 0; i < lattice->edge_count; i++)
        if (reached[lattice->edges[i].start])
            reached[lattice->edges[i].start + lattice->edges[i].length] = true;
    return reached[lattice->positions];
}

unsigned lattice_segment_end(const struct lattice *lattice, unsigned start)
{
    unsigned end = start + 1;
    for (unsigned i = 0; i < lattice->edge_count && lattice->edges[i].start < end; i++)
        if (lattice->edges[i].start + lattice->edges[i].length > end)
            end = (unsigned)lattice->edges[i].start + lattice->edges[i].length;
    return end;
}

uint32_t lattice_score_max(const struct lattice *lattice)
{
    uint32_t best[LATTICE_POSITIONS_MAX + 1] = {0}, before = 0;
    unsigned end = 0;
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        while (edge->start >= end) { /* into the next segment */
            before += best[end];
            best[end] = 0;
            end = lattice_segment_end(lattice, end);
        }
        uint32_t score = best[edge->start] + (uint32_t)edge->weight * edge->length * UINT8_MAX;
        if (score > best[edge->start + edge->length])
            best[edge->start + edge->length] = score;
    }
    return before + best[end];
}
