#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/generate_lists.h"

static const char words[] = "# comment\n\nred\tĐỏ*3|Đen\n";
static const char categories[] = "tv\tĐiện tử > Tivi\t10\tTV\t50\tTivi|TV\n";
static const char specs[] =
    "tv\tinch\tKích cỡ\t$v\t_inch|\"\t32|55*2\ntv\tcolour\tMàu\th60\t-\t=red\n*\torigin\tSản xuất tại\tf\t-\tViệt Nam\n";
static const char lines[] = "tv\tSony\t5\tBRAVIA [3|7]\t{inch}X##@\t1000\t9000\tinch=65|75\n";
static const char texts[] =
    "tv\tname\t{noun} {brand} {line} {inch} {code}\n*\tshort\tS\n*\topen\tO {red}\n*\tfeature\tF\n*\tuse\tU\n*\tclose\tC\n";

/* The good lists with one file replaced. */
static enum status load(struct lists *lists, enum data_file file, const char *text, struct error *error)
{
    struct data_source sources[DATA_FILES] = {
        [DATA_WORDS] = {"words.tsv", bytes_of(words)}, [DATA_CATEGORIES] = {"categories.tsv", bytes_of(categories)},
        [DATA_SPECS] = {"specs.tsv", bytes_of(specs)}, [DATA_LINES] = {"lines.tsv", bytes_of(lines)},
        [DATA_TEXTS] = {"texts.tsv", bytes_of(texts)},
    };
    if (text != NULL)
        sources[file].text = bytes_of(text);
    return lists_init(lists, sources, error);
}

static void good_lists(void **state)
{
    (void)state;
    struct lists all = {0};
    struct error error = {0};
    assert_int_equal(load(&all, DATA_WORDS, NULL, &error), STATUS_OK);
    assert_int_equal(all.category_count, 1);
    const struct category_kind *tv = &all.categories[0];
    assert_int_equal(tv->levels, 2);
    assert_memory_equal(tv->path[1].data, "Tivi", 4);
    assert_int_equal(tv->spec_count, 3);
    assert_true(tv->specs[0].prices && tv->specs[0].varies && !tv->specs[0].hidden);
    assert_true(tv->specs[1].hidden && tv->specs[1].stated_percent == 60);
    assert_true(tv->specs[2].follows);
    assert_int_equal(tv->specs[0].list.upto[1], 3);
    assert_int_equal(tv->specs[1].list.upto[0], 3);
    assert_int_equal(tv->lines[0].override_count, 1);
    assert_int_equal(tv->texts[ROLE_NAME].templates[0].count, 9);
    assert_non_null(lists_words(&all, "red"));
    assert_null(lists_words(&all, "blue"));
    lists_release(&all);
}

static void bad_lists(void **state)
{
    (void)state;
    static const struct {
        enum data_file file;
        const char *text, *said;
    } cases[] = {
        {DATA_WORDS, "red\n", "words.tsv, line 1: 2 fields"},
        {DATA_WORDS, "# x\nred\ta\nred\tb\n", "words.tsv, line 3: the list red is there twice"},
        {DATA_WORDS, "red\ta*0\n", "words.tsv, line 1: a weight of a"},
        {DATA_WORDS, "red\ta*1000001\n", "words.tsv, line 1: a weight of a"},
        {DATA_CATEGORIES, "tv\tTivi\tx\tTV\t5\tTivi\n", "categories.tsv, line 1: x is not a number"},
        {DATA_CATEGORIES, "tv\tTivi\t1\tTV\t5\tTivi\textra\n", "categories.tsv, line 1: 6 fields"},
        {DATA_CATEGORIES, "tv\tA > B > C > D > E > F\t1\tTV\t5\tTivi\n", "categories.tsv, line 1: too many levels"},
        {DATA_SPECS, "pc\tram\tRAM\t-\t-\t8\n", "specs.tsv, line 1: there is no category pc"},
        {DATA_SPECS, "tv\tinch\tCỡ\t101\t-\t8\n", "specs.tsv, line 1: 101 are not flags"},
        {DATA_SPECS, "tv\tinch\tCỡ\tx\t-\t8\n", "specs.tsv, line 1: x are not flags"},
        {DATA_SPECS, "tv\tinch\tCỡ\t-\t-\t8\ntv\tinch\tCao\t-\t-\t8\n", "specs.tsv, line 2: tv has two specs inch"},
        {DATA_SPECS, "tv\tinch\tCỡ\t-\t-\t8\ntv\tx\tCỡ\t-\t-\t8\n", "specs.tsv, line 2: tv has two specs named"},
        {DATA_SPECS, "tv\tinch\tCỡ\t-\t-\t=blue\n", "specs.tsv, line 1: there is no word list blue"},
        {DATA_LINES, "tv\tSony\t5\tX\t-\t9\t8\t-\n", "lines.tsv, line 1: the price range"},
        {DATA_LINES, "tv\tSony\t5\tX {\t-\t8\t9\t-\n", "lines.tsv, line 1: a { without"},
        {DATA_LINES, "tv\tSony\t5\tX [a\t-\t8\t9\t-\n", "lines.tsv, line 1: a [ without"},
        {DATA_LINES, "tv\tSony\t5\tX\t{ram}\t8\t9\t-\n", "lines.tsv, line 1: nothing is called {ram}"},
        {DATA_LINES, "tv\tSony\t5\tX\t-\t8\t9\tram=8\n", "lines.tsv, line 1: tv has no spec ram"},
        {DATA_TEXTS, "tv\tnone\tX\n", "texts.tsv, line 1: none is not a role"},
        {DATA_TEXTS, "tv\tname\tX\n", "the category tv lacks"},
        {DATA_LINES, "", "the category tv lacks"},
        {DATA_CATEGORIES, "", "there is no category"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lists all = {0};
        struct error error = {0};
        assert_int_not_equal(load(&all, cases[i].file, cases[i].text, &error), STATUS_OK);
        if (strstr(error.text, cases[i].said) == NULL)
            fail_msg("case %zu said: %s", i, error.text);
        lists_release(&all);
    }
}

/* Each bound: as many as fit, then one more. */
static void bounds(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        struct buffer text = {0};
        for (uint32_t i = 0; i < LISTS_WORDS_MAX - 1 + extra; i++)
            buffer_print(&text, "w%u\ta\n", i);
        buffer_append_text(&text, words);
        buffer_append_char(&text, '\0');
        struct lists all = {0};
        struct error error = {0};
        assert_int_equal(load(&all, DATA_WORDS, text.data, &error), extra == 0 ? STATUS_OK : STATUS_LIMIT);
        lists_release(&all);
        text.size = 0;
        buffer_append_text(&text, specs);
        for (uint32_t i = 0; i < LISTS_SPECS_MAX - 3 + extra; i++)
            buffer_print(&text, "tv\ts%u\tS%u\t-\t-\ta\n", i, i);
        buffer_append_char(&text, '\0');
        assert_int_equal(load(&all, DATA_SPECS, text.data, &error), extra == 0 ? STATUS_OK : STATUS_LIMIT);
        lists_release(&all);
        text.size = 0;
        buffer_append_text(&text, texts);
        for (uint32_t i = 0; i < LISTS_TEXTS_MAX - 1 + extra; i++)
            buffer_append_text(&text, "tv\tuse\tU\n");
        buffer_append_char(&text, '\0');
        assert_int_equal(load(&all, DATA_TEXTS, text.data, &error), extra == 0 ? STATUS_OK : STATUS_LIMIT);
        lists_release(&all);
        buffer_release(&text);
    }
}

/* Weights decide how often a value is drawn. */
static void weights(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    struct value_list list = {0};
    assert_int_equal(value_list_parse(bytes_of("a*8|b|c*1"), &arena, &list, NULL), STATUS_OK);
    assert_int_equal(list.count, 3);
    uint32_t drawn[3] = {0};
    struct random random = random_stream(7, 7);
    for (int i = 0; i < 10000; i++)
        drawn[value_list_draw(&list, &random)]++;
    assert_in_range(drawn[0], 7800, 8200);
    assert_in_range(drawn[1], 880, 1120);
    assert_in_range(drawn[2], 880, 1120);
    assert_int_equal(value_list_parse(bytes_of(""), &arena, &list, NULL), STATUS_INVALID);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lists),
        cmocka_unit_test(bad_lists),
        cmocka_unit_test(bounds),
        cmocka_unit_test(weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
