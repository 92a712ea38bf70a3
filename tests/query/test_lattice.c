/* Lattices by hand, with edges over several positions, and the lattices that words give. */
#include "naive.h"

#include "query/match.h"
#include "storage/postings.h"

/* Products with the terms of a text each, all of impact 100 except where said; the terms' weights are set by hand. */
static void add_text(struct shop *shop, struct batch *batch, const char *id, const char *text, uint8_t impact)
{
    struct product *product = shop_add(shop, batch, 0);
    must(document_del(batch, bytes_of(product->id)));
    snprintf(product->id, sizeof product->id, "%s", id);
    product->core_count = product->body_count = 0;
    terms_add(shop, product->core, &product->core_count, text, &shop->random);
    for (unsigned i = 0; i < product->core_count; i++)
        product->core[i].impact = impact;
    product_write(batch, product);
}

static struct edge hand_edge(struct snapshot *snapshot, const char *word, unsigned start, unsigned length, unsigned band, unsigned weight,
                             struct edge_term *term)
{
    *term = (struct edge_term){.band = (uint8_t)band};
    must(term_get(snapshot, TERM_CORE, word, strlen(word), &term->term));
    return (struct edge){.start = (uint8_t)start,
                         .end = (uint8_t)(start + length),
                         .band = (uint8_t)band,
                         .worth = (uint16_t)(weight * length),
                         .df = term->term.df,
                         .terms = term,
                         .term_count = 1};
}

/* The documents of the first window as a string of 0 and 1. */
static void matched(struct match *match, uint32_t limit, char *out)
{
    uint32_t window = 0;
    const uint64_t *bits = NULL;
    memset(out, '0', limit);
    out[limit] = '\0';
    enum status status = match_seek(match, 0, &window);
    if (status == STATUS_END)
        return;
    must(status);
    must(match_window(match, window, &bits));
    for (uint32_t i = 0; i < limit; i++)
        out[i] = window_has(bits, i) ? '1' : '0';
    assert_int_equal(match_seek(match, window + 1, &window), STATUS_END);
}

/* "máy tính xách tay" = laptop: one edge over four positions beside the four words. */
static void synonym_over_positions(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    shop_open(&shop, 1);
    arena_init(&arena, 16 << 20);
    struct batch *batch = shop_begin(&shop);
    add_text(&shop, batch, "1", "may tinh xach tay dell", 100);
    add_text(&shop, batch, "2", "laptop dell", 100);
    add_text(&shop, batch, "3", "may tinh dell", 100);
    add_text(&shop, batch, "4", "laptop may tinh xach tay dell", 100);
    add_text(&shop, batch, "5", "laptop asus", 100);
    add_text(&shop, batch, "6", "xach tay laptop may tinh", 100);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    struct edge_term terms[6];
    struct edge edges[6] = {
        hand_edge(snapshot, "dell", 4, 1, BAND_BARE, 50, &terms[5]), hand_edge(snapshot, "laptop", 0, 4, BAND_NEAR, 10, &terms[4]),
        hand_edge(snapshot, "may", 0, 1, BAND_EXACT, 1, &terms[0]),  hand_edge(snapshot, "tinh", 1, 1, BAND_EXACT, 2, &terms[1]),
        hand_edge(snapshot, "xach", 2, 1, BAND_EXACT, 3, &terms[2]), hand_edge(snapshot, "tay", 3, 1, BAND_EXACT, 4, &terms[3]),
    };
    struct lattice lattice = {.edges = edges, .edge_count = 6, .end = 5};
    struct match *match = NULL;
    char found[8];
    lattice_sort(&lattice);
    assert_true(lattice_connects(&lattice));
    assert_int_equal(lattice_score_max(&lattice), (4 * 10 + 50) * 255);
    must(match_open(snapshot, &lattice, MATCH_ALL, &arena, &match));
    matched(match, 6, found);
    assert_string_equal(found, "110100");
    /* All words: the worst band is dell's, so the synonym's lower band rules it out though its score is greater. */
    struct match_score score = match_score(match, 0);
    assert_int_equal(score.band, BAND_BARE);
    assert_int_equal(score.score, (1 + 2 + 3 + 4 + 50) * 100);
    score = match_score(match, 1);
    assert_int_equal(score.band, BAND_NEAR);
    assert_int_equal(score.score, (4 * 10 + 50) * 100);
    assert_int_equal(match_score(match, 3).band, BAND_BARE);
    assert_int_equal(match_score(match, 3).score, (1 + 2 + 3 + 4 + 50) * 100);
    match_close(match);
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

/* When one word is met badly anyway, a reading of lower band elsewhere costs nothing and its greater score counts. */
static void band_of_the_worst_word(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    shop_open(&shop, 2);
    arena_init(&arena, 16 << 20);
    struct batch *batch = shop_begin(&shop);
    add_text(&shop, batch, "1", "a b c d", 10);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    struct edge_term terms[4];
    struct edge edges[4] = {
        hand_edge(snapshot, "a", 0, 1, BAND_EXACT, 1, &terms[0]),
        hand_edge(snapshot, "b", 0, 1, BAND_NEAR, 5, &terms[1]),
        hand_edge(snapshot, "c", 1, 1, BAND_CONTRADICT, 1, &terms[2]),
        hand_edge(snapshot, "d", 1, 1, BAND_BODY, 100, &terms[3]),
    };
    struct lattice lattice = {.edges = edges, .edge_count = 4, .end = 2};
    struct match *match = NULL;
    char found[8];
    must(match_open(snapshot, &lattice, MATCH_ALL, &arena, &match));
    matched(match, 1, found);
    assert_string_equal(found, "1");
    assert_int_equal(match_score(match, 0).band, BAND_CONTRADICT);
    assert_int_equal(match_score(match, 0).score, (5 + 1) * 10);
    match_close(match);
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

/* Random edges over random positions against an enumeration of all paths. */
struct hand_path {
    const struct lattice *lattice;
    const bool *has; /* per edge */
    const uint8_t *impacts;
};

static void enumerate(const struct hand_path *path, unsigned node, struct match_score sofar, struct match_score *best)
{
    if (node == path->lattice->end) {
        if (sofar.band > best->band || (sofar.band == best->band && sofar.score > best->score))
            *best = sofar;
        return;
    }
    for (unsigned i = 0; i < path->lattice->edge_count; i++) {
        const struct edge *edge = &path->lattice->edges[i];
        if (edge->start != node || !path->has[i])
            continue;
        struct match_score next = {(uint8_t)least(sofar.band, edge->band), sofar.score + (uint32_t)edge->worth * path->impacts[i]};
        enumerate(path, edge->end, next, best);
    }
}

enum { HAND_DOCUMENTS = 200, HAND_TERMS = 10 };

static void check_lattice(struct shop *shop, struct snapshot *snapshot, struct arena *arena)
{
    uint64_t *random = &shop->random;
    struct edge_term terms[16];
    struct edge edges[16];
    struct lattice lattice = {.edges = edges, .end = 1 + random_below(random, 5)};
    char word[8];
    for (unsigned i = 4 + random_below(random, 12); i-- > 0;) {
        unsigned start = random_below(random, lattice.end), length = 1 + random_below(random, least(3, lattice.end - start));
        snprintf(word, sizeof word, "t%c", 'a' + (int)random_below(random, HAND_TERMS));
        edges[lattice.edge_count] =
            hand_edge(snapshot, word, start, length, 3 + random_below(random, 6), 1 + random_below(random, 99), &terms[lattice.edge_count]);
        lattice.edge_count++;
    }
    lattice_sort(&lattice);
    struct match *match = NULL;
    uint32_t window = 0;
    const uint64_t *bits = NULL;
    uint64_t none[WINDOW_WORDS] = {0};
    must(match_open(snapshot, &lattice, MATCH_ALL, arena, &match));
    enum status status = match_seek(match, 0, &window);
    if (status == STATUS_END)
        bits = none;
    else
        must(match_window(match, window, &bits));
    for (uint32_t document = 0; document < HAND_DOCUMENTS; document++) {
        bool has[16];
        uint8_t impacts[16];
        for (unsigned i = 0; i < lattice.edge_count; i++) {
            struct posting posting = {0};
            has[i] = postings_find(snapshot, &lattice.edges[i].terms[0].term, document, &posting) == STATUS_OK;
            impacts[i] = posting.impact;
        }
        struct match_score best = {0};
        enumerate(&(struct hand_path){&lattice, has, impacts}, 0, (struct match_score){BAND_MAX, 0}, &best);
        assert_int_equal(window_has(bits, document), best.band > 0);
        if (best.band == 0)
            continue;
        struct match_score score = match_score(match, document);
        assert_int_equal(score.band, best.band);
        assert_int_equal(score.score, best.score);
    }
    match_close(match);
}

static void random_lattices(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    char text[64], word[8];
    shop_open(&shop, seed_take());
    arena_init(&arena, 16 << 20);
    struct batch *batch = shop_begin(&shop);
    for (unsigned i = 0; i < HAND_DOCUMENTS; i++) {
        snprintf(text, sizeof text, "%s", i < HAND_TERMS ? "ta tb tc td te tf tg th ti tj" : "tx");
        for (unsigned j = 0; j < HAND_TERMS; j++)
            if (random_chance(&shop.random, 10 + j * 6) && strlen(text) < 40) {
                snprintf(word, sizeof word, " t%c", 'a' + (int)j);
                strncat(text, word, sizeof text - strlen(text) - 1);
            }
        char id[16];
        snprintf(id, sizeof id, "h%u", i);
        add_text(&shop, batch, id, text, (uint8_t)(1 + random_below(&shop.random, 255)));
    }
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    for (unsigned i = 0; i < 300; i++) {
        check_lattice(&shop, snapshot, &arena);
        arena_reset(&arena);
    }
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

static struct lattice built(struct shop *shop, struct snapshot *snapshot, const char *text, enum words_zone zone, struct arena *arena)
{
    struct token_list tokens = {0};
    struct lattice lattice = {0};
    must(analyze(shop->analyzer, text, strlen(text), arena, &tokens));
    struct query_words words;
    must(words_open(snapshot, &tokens, strlen(text), NULL, 0, zone, arena, &words));
    must(lattice_build(&words, NULL, 0, arena, &lattice));
    return lattice;
}

/* How many edges span these positions. */
static unsigned spans(const struct lattice *lattice, unsigned start, unsigned length)
{
    unsigned count = 0;
    for (unsigned i = 0; i < lattice->edge_count; i++)
        count += lattice->edges[i].start == start && lattice->edges[i].end == start + length;
    return count;
}

static void words_give_lattices(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    shop_open(&shop, 3);
    arena_init(&arena, 16 << 20);
    struct batch *batch = shop_begin(&shop);
    add_text(&shop, batch, "1", "Tủ lạnh NR-BV360 i7-1355u 15 256GB rtx4060 rtx4070 a15 samsung", 100);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    struct lattice lattice = built(&shop, snapshot, "nr-bv360 tủ ", WORDS_CORE, &arena);
    assert_int_equal(lattice.end, 4);
    assert_int_equal(spans(&lattice, 0, 3), 1); /* nrbv360 */
    assert_int_equal(spans(&lattice, 1, 2), 1); /* bv360 */
    assert_int_equal(spans(&lattice, 0, 1) + spans(&lattice, 1, 1) + spans(&lattice, 2, 1), 3);
    assert_int_equal(spans(&lattice, 3, 1), 1); /* tủ, complete */
    lattice = built(&shop, snapshot, "i7-1355u ", WORDS_CORE, &arena);
    assert_int_equal(lattice.end, 2); /* i7 and 1355u: no single letters */
    assert_int_equal(lattice.edge_count, 3);
    lattice = built(&shop, snapshot, "a15", WORDS_CORE, &arena);
    assert_int_equal(lattice.end, 1);
    lattice = built(&shop, snapshot, "tủ lạ", WORDS_CORE, &arena);
    assert_int_equal(spans(&lattice, 0, 1), 1);
    assert_int_equal(spans(&lattice, 1, 1), 1);               /* la*, no word la */
    assert_int_equal(lattice.edges[1].band, BAND_CONTRADICT); /* a short prefix does not know marks */
    lattice = built(&shop, snapshot, "sams", WORDS_CORE, &arena);
    assert_int_equal(lattice.edge_count, 1);
    assert_int_equal(lattice.edges[0].band, BAND_NEAR);
    assert_int_equal(built(&shop, snapshot, "sams ", WORDS_CORE, &arena).edge_count, 0);
    assert_int_equal(built(&shop, snapshot, "1", WORDS_CORE, &arena).edge_count, 0);  /* a number is no beginning */
    assert_int_equal(built(&shop, snapshot, "tủ", WORDS_CORE, &arena).edge_count, 1); /* known with its marks: complete */
    assert_int_equal(built(&shop, snapshot, "tú", WORDS_CORE, &arena).edge_count, 2);
    assert_int_equal(built(&shop, snapshot, "tu", WORDS_CORE, &arena).edge_count, 2);
    assert_int_equal(built(&shop, snapshot, "a1", WORDS_CORE, &arena).edge_count, 1);
    assert_int_equal(built(&shop, snapshot, "25", WORDS_CORE, &arena).edge_count, 0);
    assert_int_equal(built(&shop, snapshot, "rtx40", WORDS_CORE, &arena).edges[1].term_count, 2);
    assert_false(lattice_connects(&(struct lattice){.end = 1}));
    assert_int_equal(built(&shop, snapshot, "", WORDS_CORE, &arena).end, 0);
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

/* At the bounds: the words past QUERY_TOKENS_MAX count for nothing, a prefix keeps its most frequent terms. */
static void bounds(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    char word[16], text[QUERY_BYTES_MAX + 1] = {0};
    shop_open(&shop, 4);
    arena_init(&arena, 64 << 20);
    struct batch *batch = shop_begin(&shop);
    add_text(&shop, batch, "1", "x", 1);
    for (unsigned i = 0; i < EXPANSIONS_MAX + 200; i++) {
        snprintf(word, sizeof word, "tuky%c%c%c", 'a' + (int)(i / 400), 'a' + (int)(i / 20 % 20), 'a' + (int)(i % 20));
        posting_put(batch, TERM_CORE, word, strlen(word), 0, 1, (struct posting_form){0});
        if (i >= 200)
            posting_put(batch, TERM_CORE, word, strlen(word), 1, 1, (struct posting_form){0});
    }
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    struct lattice lattice = built(&shop, snapshot, "tuky", WORDS_CORE, &arena);
    assert_int_equal(lattice.edge_count, 1);
    assert_int_equal(lattice.edges[0].term_count, EXPANSIONS_MAX);
    for (unsigned i = 0; i < EXPANSIONS_MAX; i++)
        assert_int_equal(lattice.edges[0].terms[i].term.df, 2);
    for (unsigned i = 0; i < QUERY_TOKENS_MAX + 8; i++)
        strncat(text, i < QUERY_TOKENS_MAX ? "x " : "khongco ", sizeof text - strlen(text) - 1);
    lattice = built(&shop, snapshot, text, WORDS_CORE, &arena);
    assert_int_equal(lattice.end, QUERY_TOKENS_MAX);
    assert_true(lattice_connects(&lattice));
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

static void weights(void **state)
{
    (void)state;
    uint64_t random = 5;
    assert_int_equal(term_weight(0, 10), WEIGHT_MAX);
    assert_int_equal(term_weight(10, 10), 8);
    assert_int_equal(term_weight(1000000, 1), 1);
    assert_int_equal(term_weight(1, UINT32_MAX), WEIGHT_MAX);
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t live = 1 + random_below(&random, 1u << random_below(&random, 30)), df = 1 + random_below(&random, live);
        double ratio = 1 + (double)live / df, eighth = ratio * ratio, power = 1;
        eighth = eighth * eighth * eighth * eighth; /* ratio to the eighth lies between two powers of two */
        for (unsigned weight = term_weight(df, live); weight > 0; weight--)
            power *= 2;
        assert_true(power <= eighth * 1.001 && eighth < power * 2 * 1.001);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synonym_over_positions),
        cmocka_unit_test(band_of_the_worst_word),
        cmocka_unit_test(random_lattices),
        cmocka_unit_test(words_give_lattices),
        cmocka_unit_test(bounds),
        cmocka_unit_test(weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
