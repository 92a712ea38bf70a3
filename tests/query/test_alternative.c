/* What stands for words instead of themselves: golden cases in golden/alternatives.txt (their form is at its top), and the bounds. */
#include "shop.h"

#include "query/cascade.h"
#include "query/meeting.h"
#include "query/search.h"

enum { LINE_BYTES = 1024, NAME_BYTES = 200, CASES_MIN = 30 };

struct fixture {
    struct shop shop;
    struct arena arena;
    struct snapshot *snapshot;
};

/* Nothing but its words tells one product from another. */
static void product_add(struct shop *shop, struct batch *batch, const char *name, const char *body)
{
    struct product *product = shop_add(shop, batch, 0);
    product->core_count = product->body_count = 0;
    snprintf(product->name, sizeof product->name, "%.*s", NAME_BYTES, name);
    terms_add(shop, product->core, &product->core_count, name, &shop->random);
    terms_add(shop, product->body, &product->body_count, body, &shop->random);
    for (unsigned i = 0; i < product->core_count; i++)
        product->core[i].impact = 100;
    product->prior = COLUMN_UNKNOWN;
    product->stock = COLUMN_UNKNOWN;
    product->variant_count = 0;
    product_write(batch, product);
}

static void fixture_open(struct fixture *fixture, const char *const *names, unsigned count)
{
    shop_open(&fixture->shop, 11);
    arena_init(&fixture->arena, 64 << 20);
    struct batch *batch = shop_begin(&fixture->shop);
    for (unsigned i = 0; i < count; i++) {
        char name[LINE_BYTES];
        const char *bar = strchr(names[i], '|');
        snprintf(name, sizeof name, "%.*s", bar == NULL ? (int)strlen(names[i]) : (int)(bar - names[i]), names[i]);
        product_add(&fixture->shop, batch, name, bar == NULL ? "" : bar + 1);
    }
    shop_commit(batch);
    fixture->snapshot = shop_read(&fixture->shop);
}

static void fixture_close(struct fixture *fixture)
{
    snapshot_close(fixture->snapshot);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
}

static const char *name_of(const struct fixture *fixture, uint32_t document)
{
    for (uint32_t i = 0; i < fixture->shop.count; i++)
        if (fixture->shop.products[i].document == document)
            return fixture->shop.products[i].name;
    return "?";
}

static void answer_print(struct fixture *fixture, struct bytes text, struct buffer *out)
{
    struct search_request request;
    struct search_result result;
    struct error error = {0};
    request_init(&request);
    request.text = text;
    arena_reset(&fixture->arena);
    must(search_run(fixture->snapshot, fixture->shop.analyzer, &request, &(struct search_limits){0}, &fixture->arena, &result, &error));
    out->size = 0;
    buffer_print(out, "  %s %s %llu: %s\n", result.level, result.zone, (unsigned long long)result.total,
                 result.hit_count == 0 ? "-" : name_of(fixture, result.hits[0].document));
    if (result.relaxed.rung != NULL)
        buffer_print(out, "  relaxed %s:", result.relaxed.rung);
    for (unsigned i = 0; i < result.relaxed.word_count; i++)
        buffer_print(out, " %.*s", (int)result.relaxed.words[i].size, result.relaxed.words[i].data);
    if (result.relaxed.rung != NULL)
        buffer_append_char(out, '\n');
    for (unsigned i = 0; i < result.replaced_count; i++) {
        const struct replaced_words *words = &result.replaced[i];
        buffer_print(out, "  %.*s -> %.*s (%s)\n", (int)words->typed.size, words->typed.data, (int)words->taken.size, words->taken.data,
                     words->kind);
    }
    buffer_append_char(out, '\0');
}

/* The lines behind a query, up to one that does not begin with two spaces. */
static char *expected_take(char **lines, unsigned count, unsigned *at, char *room, size_t size)
{
    room[0] = '\0';
    for (; *at < count && strncmp(lines[*at], "  ", 2) == 0; ++*at) {
        strncat(room, lines[*at], size - strlen(room) - 1);
        strncat(room, "\n", size - strlen(room) - 1);
    }
    return room;
}

static unsigned lines_read(char **lines, unsigned room)
{
    FILE *file = fopen("tests/query/golden/alternatives.txt", "r");
    unsigned count = 0;
    char line[LINE_BYTES];
    assert_non_null(file);
    while (count < room && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        lines[count++] = memory_copy(line, strlen(line) + 1);
    }
    fclose(file);
    return count;
}

static void golden(void **state)
{
    (void)state;
    static char *lines[LINE_BYTES];
    const char *names[64] = {0};
    struct fixture fixture;
    struct buffer found = {0};
    char expected[4 * LINE_BYTES];
    unsigned count = lines_read(lines, LINE_BYTES), name_count = 0, cases = 0, wrong = 0;
    for (unsigned i = 0; i < count; i++)
        if (strncmp(lines[i], "+ ", 2) == 0 && name_count < 64)
            names[name_count++] = lines[i] + 2;
    fixture_open(&fixture, names, name_count);
    for (unsigned i = 0; i < count;) {
        if (strncmp(lines[i], "> ", 2) != 0) {
            i++;
            continue;
        }
        struct bytes text = bytes_of(lines[i++] + 2);
        text.size -= text.size > 0 && text.data[text.size - 1] == '|';
        answer_print(&fixture, text, &found);
        expected_take(lines, count, &i, expected, sizeof expected);
        cases++;
        if (strcmp(expected, found.data) != 0) {
            wrong++;
            print_message("> %.*s\n%s", (int)text.size, text.data, found.data);
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(cases >= CASES_MIN);
    buffer_release(&found);
    for (unsigned i = 0; i < count; i++)
        free(lines[i]);
    fixture_close(&fixture);
}

/* Words without number: what is looked up, what is kept and how many nodes it takes stay within their bounds. */
static void bounds(void **state)
{
    (void)state;
    static const char *const names[] = {"máy tính xách tay",
                                        "laptop",
                                        "ti vi",
                                        "tivi",
                                        "tv",
                                        "television",
                                        "điều hòa",
                                        "máy lạnh",
                                        "điện thoại",
                                        "di động",
                                        "sạc dự phòng",
                                        "pin dự phòng",
                                        "ab cd ef gh ij kl mn op qr st uv"};
    struct fixture fixture;
    struct token_list tokens = {0};
    struct cascade cascade;
    char text[QUERY_BYTES_MAX + 1] = "";
    fixture_open(&fixture, names, sizeof names / sizeof names[0]);
    for (unsigned i = 0; i < QUERY_TOKENS_MAX; i++)
        strncat(text,
                i % 4 == 0   ? "laptop "
                : i % 4 == 1 ? "tivi "
                : i % 4 == 2 ? "abcdefghij "
                             : "maylanhdienthoai ",
                sizeof text - strlen(text) - 1);
    must(analyze(fixture.shop.analyzer, text, strlen(text), &fixture.arena, &tokens));
    struct cascade_query query = {.tokens = &tokens, .text_size = strlen(text)};
    must(cascade_open(&cascade, fixture.snapshot, fixture.shop.analyzer, &query, &fixture.arena));
    do {
        assert_true(cascade.alternatives.count > 0 && cascade.alternatives.count <= ALTERNATIVES_MAX);
        assert_true(cascade.alternatives.lookups <= ALTERNATIVE_LOOKUPS_MAX);
        assert_true(cascade.lattice.end < LATTICE_NODES_MAX && cascade.lattice.edge_count <= LATTICE_EDGES_MAX);
        assert_true(lattice_connects(&cascade.lattice));
        assert_true(cascade.lattice.end > cascade.words.end);
        for (unsigned i = 0; i < cascade.lattice.edge_count; i++) {
            const struct edge *edge = &cascade.lattice.edges[i];
            assert_true(edge->start < edge->end && edge->end <= cascade.lattice.end && edge->worth > 0);
            assert_true(i == 0 || edge[-1].start <= edge->start);
        }
    } while (cascade_next(&cascade, (struct met){0}) == STATUS_OK);
    fixture_close(&fixture);
}

/* Past LATTICE_NODES_MAX and LATTICE_EDGES_MAX an alternative is left out whole. */
static void full_lattice(void **state)
{
    (void)state;
    static const char *const names[] = {"a b"};
    struct fixture fixture;
    struct token_list tokens = {0};
    struct query_words words;
    struct lattice lattice;
    struct edge_term term;
    struct alternative many[LATTICE_EDGES_MAX];
    fixture_open(&fixture, names, 1);
    must(analyze(fixture.shop.analyzer, "a b ", 4, &fixture.arena, &tokens));
    must(words_open(fixture.snapshot, &tokens, 4, NULL, 0, WORDS_CORE, &fixture.arena, &words));
    must(edge_term_get(fixture.snapshot, bytes_of("a"), bytes_of("a"), BAND_NEAR, &fixture.arena, &term));
    for (unsigned i = 0; i < LATTICE_EDGES_MAX; i++) {
        many[i] = (struct alternative){.first = 0, .words = 2, .edge_count = ALTERNATIVE_EDGES_MAX};
        for (unsigned j = 0; j < ALTERNATIVE_EDGES_MAX; j++)
            many[i].edges[j] = (struct alternative_edge){&term, 1};
    }
    must(lattice_build(&words, many, LATTICE_EDGES_MAX, &fixture.arena, &lattice));
    unsigned fitting = (LATTICE_NODES_MAX - (words.end + 1)) / (ALTERNATIVE_EDGES_MAX - 1);
    assert_int_equal(lattice.edge_count, words.edge_count + fitting * ALTERNATIVE_EDGES_MAX);
    assert_int_equal(lattice.end, words.end + fitting * (ALTERNATIVE_EDGES_MAX - 1));
    for (unsigned i = 0; i < LATTICE_EDGES_MAX; i++)
        many[i].edge_count = 1;
    must(lattice_build(&words, many, LATTICE_EDGES_MAX, &fixture.arena, &lattice));
    assert_int_equal(lattice.edge_count, LATTICE_EDGES_MAX);
    assert_int_equal(lattice.end, words.end);
    fixture_close(&fixture);
}

/* A side path is worth its words, and no more than them as typed. */
static void worth(void **state)
{
    (void)state;
    static const char *const names[] = {"laptop", "laptop", "laptop dell", "máy", "tính", "xách", "tay"};
    struct fixture fixture;
    struct token_list tokens = {0};
    struct cascade cascade;
    unsigned typed = 0, side = 0, edges = 0;
    fixture_open(&fixture, names, sizeof names / sizeof names[0]);
    must(analyze(fixture.shop.analyzer, "laptop ", 7, &fixture.arena, &tokens));
    struct cascade_query query = {.tokens = &tokens, .text_size = 7};
    must(cascade_open(&cascade, fixture.snapshot, fixture.shop.analyzer, &query, &fixture.arena));
    for (unsigned i = 0; i < cascade.lattice.edge_count; i++) {
        const struct edge *edge = &cascade.lattice.edges[i];
        const struct alternative *alternative = &cascade.alternatives.list[edge->alternative == 0 ? 0 : edge->alternative - 1];
        typed += edge->alternative == 0 ? edge->worth : 0;
        if (edge->alternative > 0 && alternative->edge_count == 4) {
            side += edge->worth;
            edges++;
        }
    }
    assert_int_equal(edges, 4);
    assert_true(side > 0 && side <= typed);
    fixture_close(&fixture);
}

/* The path worked out for one document is the one that it was ranked by. */
static void meeting_is_the_rank(void **state)
{
    (void)state;
    static const char *const names[] = {"máy tính xách tay dell", "laptop dell", "laptop máy tính xách tay dell", "tính tay máy dell xách"};
    struct fixture fixture;
    struct token_list tokens = {0};
    struct cascade cascade;
    struct match *match = NULL;
    const uint64_t *bits = NULL;
    uint32_t window = 0;
    struct meeting meeting;
    uint8_t taken[LATTICE_POSITIONS_MAX];
    fixture_open(&fixture, names, 4);
    must(analyze(fixture.shop.analyzer, "laptop dell ", 12, &fixture.arena, &tokens));
    struct cascade_query query = {.tokens = &tokens, .text_size = 12};
    must(cascade_open(&cascade, fixture.snapshot, fixture.shop.analyzer, &query, &fixture.arena));
    must(match_open(fixture.snapshot, &cascade.lattice, MATCH_ALL, &fixture.arena, &match));
    must(match_seek(match, 0, &window));
    must(match_window(match, window, &bits));
    for (uint32_t document = 0; document < 4; document++) {
        assert_true(window_has(bits, document));
        must(meeting_read(fixture.snapshot, &cascade.words, &cascade.lattice, document, &meeting));
        assert_int_equal(meeting.score.band, match_score(match, document).band);
        assert_int_equal(meeting.score.score, match_score(match, document).score);
        assert_int_equal(meeting_alternatives(&meeting, taken), document == 0 || document == 3);
    }
    match_close(match);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),
        cmocka_unit_test(bounds),
        cmocka_unit_test(full_lattice),
        cmocka_unit_test(worth),
        cmocka_unit_test(meeting_is_the_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
