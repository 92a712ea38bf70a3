/* Near terms in a small index of words, and on random words against a plain search through all of them. */
#include "tests/catalog/cmocka_door.h"

#include "analyzers/quantity.h"
#include "analyzers/typo.h"
#include "catalog/near_terms.h"
#include "catalog/term_keys.h"
#include "storage/batch.h"
#include "storage/env.h"
#include "storage/postings.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

enum { WORDS = 2000, ROUNDS = 3000, SEED = 20261121, WORD_ROOM = 20 };

static struct analyzer *analyzer;
static char random_words[WORDS][WORD_ROOM];

struct place {
    char folder[64];
    struct env *env;
    struct snapshot *snapshot;
    struct arena arena;
};

static void place_open(struct place *place)
{
    struct error error = {0};
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = UINT64_C(1) << 30};
    *place = (struct place){.folder = "/tmp/tim-near-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(env_open(place->folder, &options, &place->env, &error), STATUS_OK);
    env_set_term_keys(place->env, term_keys_build, analyzer);
    arena_init(&place->arena, 1 << 20);
}

static void place_close(struct place *place)
{
    snapshot_close(place->snapshot);
    arena_release(&place->arena);
    env_close(place->env);
    assert_int_equal(remove_folder(place->folder), 0);
}

static struct batch *place_begin(struct place *place)
{
    struct error error = {0};
    struct batch *batch = NULL;
    uint32_t first = 0;
    assert_int_equal(batch_begin(place->env, &batch, &error), STATUS_OK);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 10, &first), STATUS_OK);
    return batch;
}

static void place_commit(struct place *place, struct batch *batch)
{
    struct error error = {0};
    assert_int_equal(batch_commit(batch, &error), STATUS_OK);
    assert_int_equal(snapshot_open(place->env, &place->snapshot, &error), STATUS_OK);
}

static void word_put(struct batch *batch, const char *word, uint32_t documents)
{
    for (uint32_t document = 0; document < documents; document++)
        posting_put(batch, TERM_CORE, word, strlen(word), document, 1, (struct posting_form){0});
}

/* "samsung/1 sansui/2": terms with their edits. */
static void expect(const struct near_terms *found, const char *wanted)
{
    char out[1024] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < found->count; i++)
        size += (size_t)snprintf(out + size, sizeof out - size, "%s%.*s/%u", i == 0 ? "" : " ", (int)found->terms[i].term.size,
                                 found->terms[i].term.data, found->terms[i].edits);
    assert_string_equal(out, wanted);
}

static void expect_typo(struct place *place, const char *typed, const char *wanted)
{
    struct near_terms found;
    assert_int_equal(near_by_typo(place->snapshot, bytes_of(typed), &place->arena, &found), STATUS_OK);
    expect(&found, wanted);
}

static void expect_sound(struct place *place, const char *typed, const char *wanted)
{
    struct near_terms found;
    assert_int_equal(near_by_sound(place->snapshot, analyzer, bytes_of(typed), &place->arena, &found), STATUS_OK);
    expect(&found, wanted);
}

static void expect_size(struct place *place, const char *unit, double least, double most, const char *wanted)
{
    struct near_terms found;
    enum status status =
        near_by_size(place->snapshot, bytes_of(unit), (uint64_t)(least * 1e6), (uint64_t)(most * 1e6), &place->arena, &found);
    assert_int_equal(status, STATUS_OK);
    expect(&found, wanted);
}

static void examples(void **state)
{
    static const char *const words[] = {"samsung", "electrolux", "panasonic", "giat",      "dac",     "say",    "xay",   "may",
                                        "noi",     "loi",        "iphone",    "ipone",     "rtx4060", "256gb",  "512gb", "128gb",
                                        "1.5hp",   "300l",       "a55",       "bluetooth", "tivi",    "1024gb", "2hp",   "10hp",
                                        "nuoc",    "luoc",       "nganh",     "dell",      "logitech"};
    struct place place;
    struct near_terms found;
    (void)state;
    place_open(&place);
    struct batch *batch = place_begin(&place);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        word_put(batch, words[i], strcmp(words[i], "iphone") == 0 ? 5 : 1);
    place_commit(&place, batch);
    expect_typo(&place, "samsnug", "samsung/1");
    expect_typo(&place, "samsung", "");
    expect_typo(&place, "gait", "giat/1");
    expect_typo(&place, "iphne", "iphone/1 ipone/1");
    expect_typo(&place, "electolx", "electrolux/2");
    expect_typo(&place, "logitec", "logitech/1");
    expect_typo(&place, "pansonik", "panasonic/2");
    expect_typo(&place, "rtx406", "");
    expect_typo(&place, "del", "");
    expect_typo(&place, "bell", "");
    expect_sound(&place, "say", "xay/0");
    expect_sound(&place, "giac", "dac/0 giat/0");
    expect_sound(&place, "nuot", "luoc/0 nuoc/0");
    expect_sound(&place, "nghanh", "nganh/0");
    expect_sound(&place, "samsung", "");
    expect_size(&place, "gb", 200, 1024, "256gb/0 512gb/0 1024gb/0");
    expect_size(&place, "hp", 1.5, 2, "1.5hp/0 2hp/0");
    expect_size(&place, "l", 301, 9999, "");
    expect_size(&place, "gb", 512, 256, "");
    expect_size(&place, "no-such-unit", 1, 2, "");
    arena_release(&place.arena);
    arena_init(&place.arena, 16);
    assert_int_equal(near_by_typo(place.snapshot, bytes_of("gait"), &place.arena, &found), STATUS_LIMIT);
    assert_int_equal(near_by_sound(place.snapshot, analyzer, bytes_of("giac"), &place.arena, &found), STATUS_LIMIT);
    assert_int_equal(near_by_size(place.snapshot, bytes_of("gb"), 0, UINT64_MAX, &place.arena, &found), STATUS_LIMIT);
    place_close(&place);
}

/* More sizes than the bound, and more neighbours. */
static void bounds(void **state)
{
    struct place place;
    struct near_terms found;
    char word[WORD_ROOM];
    (void)state;
    place_open(&place);
    struct batch *batch = place_begin(&place);
    for (unsigned i = 0; i <= NEAR_SIZES_MAX; i++) {
        snprintf(word, sizeof word, "%ukg", i);
        word_put(batch, word, 1);
    }
    for (unsigned i = 0; i < 26; i++) {
        snprintf(word, sizeof word, "foo%cbar", 'a' + i);
        word_put(batch, word, 1 + i % 10);
    }
    place_commit(&place, batch);
    assert_int_equal(near_by_size(place.snapshot, bytes_of("kg"), 0, UINT64_MAX, &place.arena, &found), STATUS_OK);
    assert_int_equal(found.count, NEAR_SIZES_MAX);
    assert_int_equal(near_by_typo(place.snapshot, bytes_of("foobar"), &place.arena, &found), STATUS_OK);
    assert_int_equal(found.count, NEAR_TERMS_MAX);
    for (uint32_t i = 0; i < found.count; i++)
        assert_int_equal(found.terms[i].df, 10 - (i < 8 ? i / 2 : 4 + (i - 8) / 3));
    place_close(&place);
}

static void word_random(char out[WORD_ROOM])
{
    size_t size = 4 + (size_t)random() % 8;
    for (size_t i = 0; i < size; i++)
        out[i] = (char)('a' + random() % 4);
    out[size] = '\0';
}

static unsigned edits_allowed(const char *typed, const char *written)
{
    unsigned one = typo_edits_typed(bytes_of(typed)), other = typo_edits_written(bytes_of(written));
    return one < other ? one : other;
}

/* The best of all words, as near_by_typo should give them; each has one document, so ties go by their letters. */
static void naive_typos(const char *typed, char out[1024])
{
    size_t size = 0;
    unsigned count = 0;
    out[0] = '\0';
    for (unsigned edits = 1; edits <= TYPO_EDITS_MAX; edits++) {
        for (unsigned i = 0; i < WORDS && count < NEAR_TERMS_MAX; i++) {
            if (i > 0 && strcmp(random_words[i], random_words[i - 1]) == 0)
                continue;
            if (edits > edits_allowed(typed, random_words[i]) || typo_distance(bytes_of(typed), bytes_of(random_words[i]), edits) != edits)
                continue;
            size += (size_t)snprintf(out + size, 1024 - size, "%s%s/%u", count++ == 0 ? "" : " ", random_words[i], edits);
        }
    }
}

static int word_order(const void *left, const void *right)
{
    return strcmp(left, right);
}

static void typos_as_by_search(void **state)
{
    struct place place;
    unsigned met = 0;
    (void)state;
    srandom(SEED);
    place_open(&place);
    struct batch *batch = place_begin(&place);
    for (unsigned i = 0; i < WORDS; i++) {
        word_random(random_words[i]);
        word_put(batch, random_words[i], 1);
    }
    qsort(random_words, WORDS, sizeof random_words[0], word_order);
    place_commit(&place, batch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char typed[WORD_ROOM], wanted[1024];
        word_random(typed);
        naive_typos(typed, wanted);
        met += wanted[0] != '\0';
        arena_reset(&place.arena);
        expect_typo(&place, typed, wanted);
    }
    assert_true(met > ROUNDS / 4);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(bounds),
        cmocka_unit_test(typos_as_by_search),
    };
    analyzer = analyzer_new();
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failures;
}
