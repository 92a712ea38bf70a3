/* One typed word that the shop writes as several: tulanh, dienthoaisamsung, a555g; and abbreviations joined to others: tlsamsung. Those of a code
 * are read in alternative_code.c.
 *
 * The best row of pieces by dynamic programming over the letters. A piece costs what its rarity tells (the weight of its term: rows of
 * frequent words are likelier) and something for being one more. A run of digits is cut only between codes (a55|5g); a piece has at least
 * two letters, and one that is neither a syllable nor joined to digits must be long to be likely. Rows that differ in their last piece
 * compete: the next best are kept too (ban|ui, ba|nui), for nothing here tells which words go together. */
#include <string.h>

#include "analyzers/lexicon.h"
#include "analyzers/utf8.h"
#include "query/alternative.h"
#include "query/pair_form.h"

enum {
    SPLIT_LETTERS_MIN = 3,
    SPLIT_LETTERS_MAX = 32,
    PIECE_LETTERS_MAX = 12,
    ABBREVIATION_LETTERS_MAX = 4,
    COST_PIECE = 24,
    COST_LATIN = 64, /* of two letters that are no syllable; halved with each more */
    COST_NONE = INT32_MAX,
    ROWS_MAX = 3,
    ROW_COST_MARGIN = 64, /* what a row may cost more than the best */
};

struct piece {
    int32_t cost; /* of the best row that ends here; COST_NONE: none */
    uint8_t from;
    uint8_t edges; /* in the row so far */
    struct edge_term *terms;
    uint8_t term_count;
    struct bytes shown;
};

struct splitter {
    struct alternatives *alternatives;
    struct bytes folded;
    struct bytes exact; /* as many characters */
    struct piece ends[SPLIT_LETTERS_MAX + 1];
    struct piece rows[ROWS_MAX]; /* behind the last letter, the best first; each comes from another place */
    unsigned row_count;
};

static unsigned digits_in(struct bytes text)
{
    unsigned count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += is_digit(text.data[i]);
    return count;
}

/* The characters `from` to `to` of the exact form. */
static struct bytes exact_slice(const struct splitter *splitter, unsigned from, unsigned to)
{
    size_t start = 0, at = 0;
    for (unsigned character = 0; at < splitter->exact.size; at++) {
        if (((unsigned char)splitter->exact.data[at] & 0xC0) == 0x80)
            continue;
        if (character == from)
            start = at;
        if (character++ == to)
            break;
    }
    return (struct bytes){splitter->exact.data + start, at - start};
}

static void row_end(struct splitter *splitter, const struct piece *piece)
{
    struct piece *rows = splitter->rows;
    unsigned at = 0;
    while (at < splitter->row_count && rows[at].from != piece->from)
        at++;
    if (at < splitter->row_count && rows[at].cost <= piece->cost)
        return;
    if (at == splitter->row_count && at == ROWS_MAX && rows[--at].cost <= piece->cost)
        return;
    if (at == splitter->row_count)
        splitter->row_count++;
    for (; at > 0 && rows[at - 1].cost > piece->cost; at--)
        rows[at] = rows[at - 1];
    rows[at] = *piece;
}

static void row_offer(struct splitter *splitter, unsigned from, unsigned to, struct edge_term *terms, unsigned count, int32_t cost,
                      struct bytes shown)
{
    const struct piece *before = &splitter->ends[from];
    for (unsigned i = 0; i < count; i++)
        cost += term_weight(terms[i].term.df, splitter->alternatives->words->live);
    struct piece piece = {before->cost + cost, (uint8_t)from, (uint8_t)(before->edges + count), terms, (uint8_t)count, shown};
    if (piece.edges > ALTERNATIVE_EDGES_MAX)
        return;
    if (to == splitter->folded.size)
        row_end(splitter, &piece);
    else if (piece.cost < splitter->ends[to].cost)
        splitter->ends[to] = piece;
}

/* What a piece costs besides its rarity; COST_NONE when it is none. */
static int32_t piece_cost(struct bytes text, unsigned kind)
{
    unsigned digits = digits_in(text), letters = (unsigned)text.size - digits;
    if (digits > 0)
        return COST_PIECE;
    if (letters < 2)
        return COST_NONE;
    return kind == TOKEN_SYLLABLE ? COST_PIECE : COST_PIECE + (COST_LATIN >> (letters - 2));
}

/* No marks were typed. */
static bool is_bare(const struct splitter *splitter)
{
    return bytes_equal(splitter->folded, splitter->exact);
}

/* The piece as it is. */
static enum status piece_literal(struct splitter *splitter, unsigned from, unsigned to, unsigned kind)
{
    struct bytes folded = {splitter->folded.data + from, to - from};
    int32_t cost = piece_cost(folded, kind);
    struct edge_term *term = arena_alloc(splitter->alternatives->arena, sizeof *term);
    if (term == NULL)
        return STATUS_LIMIT;
    if (cost == COST_NONE)
        return STATUS_OK;
    enum status status = alternative_term(splitter->alternatives, folded, exact_slice(splitter, from, to), BAND_NEAR, term);
    if (status == STATUS_OK)
        row_offer(splitter, from, to, term, 1, cost, is_bare(splitter) ? term_shown(&term->term, folded) : exact_slice(splitter, from, to));
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The piece as an abbreviation. */
static enum status piece_abbreviation(struct splitter *splitter, unsigned from, unsigned to, const struct token_list *tokens)
{
    struct alternatives *alternatives = splitter->alternatives;
    struct lexicon_hit hits[ALTERNATIVES_PER_WORD_MAX];
    unsigned count = lexicon_find(analyzer_lexicon(alternatives->analyzer), tokens, 0, hits, ALTERNATIVES_PER_WORD_MAX);
    for (unsigned i = 0; i < count; i++) {
        struct alternative value = {0};
        if (hits[i].list != LEXICON_ABBREVIATIONS || hits[i].tokens == NULL || hits[i].words != tokens->positions)
            continue;
        enum status status = alternative_spell(alternatives, hits[i].tokens, BAND_NEAR, &value);
        if (status == STATUS_OK)
            row_offer(splitter, from, to, value.edges[0].terms, value.edge_count, COST_PIECE, hits[i].value);
        else if (status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_OK;
}

static bool is_in_digits(struct bytes text, unsigned at)
{
    return at > 0 && at < text.size && is_digit(text.data[at - 1]) && is_digit(text.data[at]);
}

static enum status piece_try(struct splitter *splitter, unsigned from, unsigned to)
{
    const char *text = splitter->folded.data;
    struct alternatives *alternatives = splitter->alternatives;
    struct token_list tokens = {0};
    bool whole = from == 0 && to == splitter->folded.size;
    bool in_digits = is_in_digits(splitter->folded, from) || is_in_digits(splitter->folded, to);
    if (whole || (in_digits && digits_in((struct bytes){text + from, to - from}) == to - from))
        return STATUS_OK;
    enum status status = analyze(alternatives->analyzer, text + from, to - from, alternatives->arena, &tokens);
    if (status != STATUS_OK || tokens.positions != 1)
        return status;
    status = piece_literal(splitter, from, to, tokens.tokens[0].kind);
    if (status == STATUS_OK && to - from <= ABBREVIATION_LETTERS_MAX && digits_in((struct bytes){text + from, to - from}) == 0)
        status = piece_abbreviation(splitter, from, to, &tokens);
    return status;
}

/* The row's pieces in the order of the text; returns how many. */
static unsigned row_pieces(const struct splitter *splitter, const struct piece *row, struct piece pieces[ALTERNATIVE_EDGES_MAX])
{
    unsigned count = 0;
    for (const struct piece *piece = row;; piece = &splitter->ends[piece->from]) {
        pieces[count++] = *piece;
        if (piece->from == 0)
            break;
    }
    for (unsigned i = 0; i < count / 2; i++) {
        struct piece other = pieces[i];
        pieces[i] = pieces[count - 1 - i];
        pieces[count - 1 - i] = other;
    }
    return count;
}

/* Pieces without typed marks are shown as they are written side by side. */
static enum status pieces_show(const struct splitter *splitter, struct piece *pieces, unsigned count)
{
    enum status status = STATUS_OK;
    for (unsigned i = 1; i < count && is_bare(splitter) && status == STATUS_OK; i++) {
        struct piece *one = &pieces[i - 1], *other = &pieces[i];
        struct bytes first = one->shown;
        if (one->term_count != 1 || other->term_count != 1)
            continue;
        status = pair_forms(splitter->alternatives->words->snapshot, one->terms, other->terms, &first, &other->shown);
        if (i == 1)
            one->shown = first;
    }
    return status;
}

/* Other words for all the pieces together: máy lạnh for dieuhoa. */
static enum status row_synonyms(struct alternatives *alternatives, struct bytes text, unsigned word)
{
    struct lexicon_hit hits[SYNONYM_HITS_MAX];
    struct token_list tokens = {0};
    unsigned count = 0;
    enum status status = analyze(alternatives->analyzer, text.data, text.size, alternatives->arena, &tokens);
    if (status == STATUS_OK && tokens.count > 0)
        status = synonyms_find(&alternatives->synonyms, &tokens, 0, hits, SYNONYM_HITS_MAX, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        if (hit_is_synonym(&hits[i]) && hits[i].words == tokens.positions)
            status = synonym_offer(alternatives, &hits[i], word, 1, ALTERNATIVE_SPLIT, BAND_NEAR);
    return status;
}

/* The row's edges, and how it reads. */
static enum status row_take(const struct splitter *splitter, const struct piece *row, unsigned word)
{
    struct alternative found = {.first = (uint8_t)word, .words = 1, .kind = ALTERNATIVE_SPLIT, .text = {"", 0}};
    struct piece pieces[ALTERNATIVE_EDGES_MAX];
    unsigned count = row_pieces(splitter, row, pieces);
    enum status status = pieces_show(splitter, pieces, count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        const struct piece *piece = &pieces[i];
        const char *text = arena_print(splitter->alternatives->arena, "%.*s%s%.*s", (int)found.text.size, found.text.data, i > 0 ? " " : "",
                                       (int)piece->shown.size, piece->shown.data);
        for (unsigned term = 0; term < piece->term_count; term++)
            found.edges[found.edge_count++] = (struct alternative_edge){&piece->terms[term], 1};
        status = text == NULL ? STATUS_LIMIT : STATUS_OK;
        found.text = text == NULL ? found.text : bytes_of(text);
    }
    if (status != STATUS_OK)
        return status;
    alternative_add(splitter->alternatives, &found);
    return row == splitter->rows ? row_synonyms(splitter->alternatives, found.text, word) : STATUS_OK;
}

static bool is_splittable(const struct token *token)
{
    if (token->kind == TOKEN_NUMBER || token->kind == TOKEN_OTHER || token->folded_size < SPLIT_LETTERS_MIN ||
        token->folded_size > SPLIT_LETTERS_MAX)
        return false;
    for (unsigned i = 0; i < token->folded_size; i++)
        if (((unsigned char)token->folded[i] & 0x80) != 0)
            return false;
    return true;
}

enum status split_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    if (!is_splittable(token))
        return STATUS_OK;
    struct splitter splitter = {
        .alternatives = alternatives, .folded = {token->folded, token->folded_size}, .exact = {token->exact, token->exact_size}};
    if (utf8_count(splitter.exact.data, splitter.exact.size) != splitter.folded.size)
        splitter.exact = splitter.folded;
    unsigned size = (unsigned)splitter.folded.size;
    for (unsigned to = 1; to <= size; to++)
        splitter.ends[to].cost = COST_NONE;
    for (unsigned from = 0; from < size; from++) {
        if (splitter.ends[from].cost == COST_NONE)
            continue;
        for (unsigned to = from + 1; to <= size && to - from <= PIECE_LETTERS_MAX; to++) {
            enum status status = piece_try(&splitter, from, to);
            if (status != STATUS_OK)
                return status;
        }
    }
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < splitter.row_count && status == STATUS_OK; i++)
        if (splitter.rows[i].cost <= splitter.rows[0].cost + ROW_COST_MARGIN)
            status = row_take(&splitter, &splitter.rows[i], word);
    return status;
}
