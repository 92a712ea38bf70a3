/* Random requests over a random shop: words of its products and rules as people type them, selections, facets, orders. */
#ifndef TIM_TESTS_QUERY_QUESTION_H
#define TIM_TESTS_QUERY_QUESTION_H

#include "naive_rules.h"

enum { SLUGS = 4, SPEC_CHOICES = 4 };

/* A request with its own memory. */
struct question {
    struct search_request request;
    char text[REQUEST_TEXT_BYTES], slugs[SLUGS][16], values[SPEC_CHOICES][16], category[16];
};

static inline bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 'a' || text.data[i] > 'z')
            return false;
    return true;
}

static inline void fail_question(const struct question *question, const char *what)
{
    const struct search_request *request = &question->request;
    fail_msg("%s: \"%s\", category %.*s, %u brands, price %d %u..%d %u, stock %d, sale %d, rating %u, %u values of %u specs, match %d, "
             "sort %d, limit "
             "%u, page %u",
             what, question->text, (int)request->category.size, request->category.size > 0 ? request->category.data : "",
             request->brand_count, request->has_price_min, request->price_min_vnd, request->has_price_max, request->price_max_vnd,
             request->in_stock, request->on_sale, request->rating_min, request->spec_value_count, request->spec_count, (int)request->match,
             (int)request->sort, request->limit, request->page);
}

/* A word as typed: as it is written, without marks, or only its beginning; sometimes joined to the one before. */
static inline void type_word(struct shop *shop, struct question *question, const char *word)
{
    struct arena arena;
    struct bytes folded = {0}, typed = bytes_of(word);
    uint64_t *state = &shop->random;
    arena_init(&arena, 1 << 16);
    must(fold_text(shop->analyzer, word, strlen(word), &arena, &folded));
    if (random_chance(state, 40))
        typed = folded;
    if (random_chance(state, 25)) {
        size_t size = 1 + random_below(state, (uint32_t)typed.size);
        while (size < typed.size && ((unsigned char)typed.data[size] & 0xC0) == 0x80)
            size++;
        typed.size = size;
    }
    size_t used = strlen(question->text);
    const char *last = strrchr(question->text, ' ');
    bool plain = is_plain(typed) && is_plain(bytes_of(last == NULL ? question->text : last + 1));
    bool joined = used == 0 || (plain && random_chance(state, 25));
    snprintf(question->text + used, sizeof question->text - used, "%s%.*s", joined ? "" : " ", (int)typed.size, typed.data);
    arena_release(&arena);
}

/* A rule's words, and perhaps others around them. */
static inline void type_rule(struct shop *shop, const struct naive_rules *rules, struct question *question)
{
    char query[RULE_QUERY_BYTES], *rest = NULL;
    snprintf(query, sizeof query, "%s", rules->items[random_below(&shop->random, rules->count)].query);
    if (random_chance(&shop->random, 20))
        type_word(shop, question, random_word(&shop->random));
    for (char *word = strtok_r(query, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        type_word(shop, question, word);
    if (random_chance(&shop->random, 20))
        type_word(shop, question, random_word(&shop->random));
}

/* Some words of a product's name as they stand there. */
static inline void type_phrase(struct shop *shop, struct question *question)
{
    char name[sizeof shop->products->name];
    char *rest = NULL;
    unsigned skip = random_below(&shop->random, 4), take = 2 + random_below(&shop->random, 3);
    snprintf(name, sizeof name, "%s", shop->products[random_below(&shop->random, shop->count)].name);
    for (char *word = strtok_r(name, " ", &rest); word != NULL && take > 0; word = strtok_r(NULL, " ", &rest))
        if (skip > 0)
            skip--;
        else if (take-- > 0)
            type_word(shop, question, word);
}

static inline void ask_filters(struct shop *shop, struct question *question)
{
    uint64_t *state = &shop->random;
    struct search_request *request = &question->request;
    if (random_chance(state, 30)) {
        snprintf(question->category, sizeof question->category, "nganh-%u", random_below(state, CATEGORIES));
        request->category = bytes_of(question->category);
    }
    for (unsigned i = random_chance(state, 30) ? 1 + random_below(state, SLUGS) : 0; i-- > 0;) {
        snprintf(question->slugs[i], sizeof question->slugs[i], "hang-%u", random_below(state, BRANDS + 1));
        request->brands[request->brand_count++] = bytes_of(question->slugs[i]);
    }
    uint64_t low = random_price(state), high = random_price(state);
    request->has_price_min = low != COLUMN_UNKNOWN && random_chance(state, 25);
    request->has_price_max = high != COLUMN_UNKNOWN && random_chance(state, 25);
    request->price_min_vnd = (uint32_t)low;
    request->price_max_vnd = (uint32_t)high;
    request->in_stock = random_chance(state, 25);
    request->on_sale = random_chance(state, 12);
    request->rating_min = random_chance(state, 15) ? (uint16_t)(random_below(state, 6) * 100) : 0;
    for (unsigned i = random_chance(state, 35) ? 1 + random_below(state, SPEC_CHOICES) : 0; i-- > 0;) {
        static const char *const names[] = {"specs.thong-so-0", "specs.thong-so-1", "specs.thong-so-2", "specs.thong-so-3",
                                            "specs.thong-so-9"};
        static const char *const ranges[] = {"8..24", "..16GB", "12..", "0..0gb", "7..9kg", "41..", "8..8"};
        bool range = random_chance(state, 25);
        if (range)
            snprintf(question->values[i], sizeof question->values[i], "%s", ranges[random_below(state, sizeof ranges / sizeof ranges[0])]);
        else
            snprintf(question->values[i], sizeof question->values[i], "gia-tri-%u", random_below(state, SPEC_VALUES + 1));
        const char *name = names[random_chance(state, 5) ? 4 : range && random_chance(state, 80) ? SPECS - 1 : random_below(state, SPECS)];
        must(request_set(request, name, bytes_of(question->values[i]), NULL));
    }
}

static inline void ask_facet(struct shop *shop, struct question *question, const char *name)
{
    static const char *const texts[] = {"", "h", "hãng", "hàng", "1", "hang 1", "gia tri 2", "giá", "ngành 3", "ng", "g t 4"};
    uint64_t *state = &shop->random;
    struct search_request *request = &question->request;
    request->facets[request->facet_count++] = bytes_of(name);
    if (!random_chance(state, 40))
        return;
    request->facet_options[request->facet_option_count++] =
        (struct facet_option){.facet = bytes_of(name),
                              .query = bytes_of(texts[random_below(state, sizeof texts / sizeof texts[0])]),
                              .by_label = random_chance(state, 50)};
}

static inline void ask(struct shop *shop, const struct naive_rules *rules, struct question *question)
{
    static const char *const facets[] = {
        "brand",           "category", "price", "rating", "stock", "sale", "specs.thong-so-0", "specs.thong-so-1", "specs.thong-so-3",
        "specs.thong-so-9"};
    uint64_t *state = &shop->random;
    *question = (struct question){0};
    request_init(&question->request);
    /* Of the readings the model knows brand and category, which only add to the rank. */
    question->request.literal = random_chance(state, 50);
    question->request.ignored = ~UINT64_C(3);
    question->request.now_s = RULE_NOW_S;
    bool rule = rules->count > 0 && random_chance(state, 40), phrase = !rule && shop->count > 0 && random_chance(state, 40);
    if (rule)
        type_rule(shop, rules, question);
    if (phrase)
        type_phrase(shop, question);
    for (unsigned words = phrase || rule ? 0 : random_below(state, 5); words-- > 0;)
        type_word(shop, question, random_word(state));
    if (random_chance(state, 20) && question->text[0] != '\0')
        strncat(question->text, " ", sizeof question->text - strlen(question->text) - 1);
    question->request.text = bytes_of(question->text);
    ask_filters(shop, question);
    for (unsigned i = 0; i < sizeof facets / sizeof facets[0]; i++)
        if (random_chance(state, 50))
            ask_facet(shop, question, facets[i]);
    question->request.facets_auto = random_chance(state, 25);
    question->request.facet_limit = random_chance(state, 30) ? 1 + random_below(state, 6) : 100;
    question->request.sort = random_chance(state, 50) ? SORT_RELEVANCE : (enum sort)random_below(state, SORT_DISCOUNT + 1);
    question->request.match = random_chance(state, 40) ? MATCH_ANY : MATCH_ALL;
    question->request.limit = random_below(state, 30);
    question->request.page = random_chance(state, 30) ? random_below(state, 4) : 0;
}

#endif
