/* Search against the naive evaluator of naive.h: the same hits in the same order with the same ranks, the same totals, the same facets,
 * for random requests over random shops, before and after edits and deletes. TIM_SEED repeats a run; PROP_SEEDS sets how many seeds there
 * are for the long form. */
#include "naive_facets.h"
#include "naive_rules.h"

#include "query/cascade.h"
#include "storage/bytes.h"
#include "storage/suggest.h"

/* A word as typed: as it is written, without marks, or only its beginning; sometimes joined to the one before. */
static void type_word(struct shop *shop, struct question *question, const char *word)
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

static struct naive_rules rules; /* of the shop at hand */

/* A rule's words, and perhaps others around them. */
static void type_rule(struct shop *shop, struct question *question)
{
    char query[RULE_QUERY_BYTES], *rest = NULL;
    snprintf(query, sizeof query, "%s", rules.items[random_below(&shop->random, rules.count)].query);
    if (random_chance(&shop->random, 20))
        type_word(shop, question, random_word(&shop->random));
    for (char *word = strtok_r(query, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        type_word(shop, question, word);
    if (random_chance(&shop->random, 20))
        type_word(shop, question, random_word(&shop->random));
}

/* Some words of a product's name as they stand there. */
static void type_phrase(struct shop *shop, struct question *question)
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

static void ask_filters(struct shop *shop, struct question *question)
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

static void ask_facet(struct shop *shop, struct question *question, const char *name)
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

static void ask(struct shop *shop, struct question *question)
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
    bool rule = rules.count > 0 && random_chance(state, 40), phrase = !rule && shop->count > 0 && random_chance(state, 40);
    if (rule)
        type_rule(shop, question);
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

/* The order under test: set before qsort. */
static const struct shop *sorted_shop;
static const uint64_t *sorted_ranks;

static int product_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (sorted_ranks[a] != sorted_ranks[b])
        return sorted_ranks[a] > sorted_ranks[b] ? -1 : 1;
    const char *left_id = sorted_shop->products[a].id, *right_id = sorted_shop->products[b].id;
    uint64_t left_order = id_order(bytes_of(left_id)), right_order = id_order(bytes_of(right_id));
    return left_order != right_order ? (left_order < right_order ? -1 : 1) : strcmp(left_id, right_id);
}

/* The points for the brand and the category that were read. */
static uint64_t naive_boost(const struct shop *shop, const struct understanding *understanding, const struct product *product,
                            uint32_t score_max)
{
    uint64_t points = 0;
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        bool brand = strcmp(reading->field, "brand") == 0;
        bool fits = brand ? product->brand == reading->ordinal
                          : product->category != UINT32_MAX && is_under(shop, product->category, reading->ordinal);
        points += fits ? score_max / 8 : 0;
    }
    return points;
}

/* As if five reviews of 3.5 stars stood beside those there are. */
static uint64_t naive_rating(const struct product *product)
{
    uint64_t reviews = product->reviews == COLUMN_UNKNOWN ? 1 : product->reviews;
    if (product->rating == COLUMN_UNKNOWN || product->rating == 0 || reviews == 0)
        return 0;
    return ((product->rating * reviews + 1750) * 1000 / (reviews + 5)) << 32 | reviews;
}

static uint64_t naive_discount(const struct product *product)
{
    bool on_sale = product->price != COLUMN_UNKNOWN && product->sale < product->price;
    return on_sale ? 10000 * (product->price - product->sale) / product->price : 0;
}

static uint64_t naive_rank(const struct product *product, const struct naive_query *query, struct match_score score, uint64_t boost,
                           enum sort sort)
{
    uint64_t paid = paid_of(product->price, product->sale);
    uint64_t most = query->score_max == 0 ? PRIOR_MAX : query->score_max / 4;
    uint64_t prior = product->prior == COLUMN_UNKNOWN ? 0 : product->prior * most / PRIOR_MAX;
    switch (sort) {
    case SORT_PRICE_ASC:
        return paid == COLUMN_UNKNOWN ? 0 : UINT32_MAX - paid;
    case SORT_PRICE_DESC:
        return paid == COLUMN_UNKNOWN ? 0 : paid + 1;
    case SORT_NEWEST:
        return product->created == COLUMN_UNKNOWN ? 0 : product->created + 1;
    case SORT_BEST_SELLING:
        return product->sold == COLUMN_UNKNOWN ? 0 : product->sold;
    case SORT_RATING:
        return naive_rating(product);
    case SORT_DISCOUNT:
        return naive_discount(product);
    case SORT_RELEVANCE:
        break;
    }
    if (score.band == NAIVE_PARTLY) { /* an empty shelf costs a quarter, not the place behind everything */
        uint64_t points = score.score + prior + boost;
        return (uint64_t)1 << 58 | (points - (product->stock == 0 ? points / 4 : 0));
    }
    return (uint64_t)score.band << 60 | (uint64_t)(product->stock != 0) << 58 | (score.score + prior + boost);
}

static struct met words_read(struct shop *shop, struct snapshot *snapshot, const struct question *question, enum words_zone zone,
                             enum rung rung, const struct alternatives *alternatives, struct arena *arena, struct naive_query *query,
                             struct answer *answer)
{
    unsigned band = 0;
    uint32_t met = 0;
    naive_read(shop, snapshot, &question->request, zone, rung, alternatives->list, alternatives->count, arena, query);
    for (uint32_t i = 0; i < shop->count; i++) {
        answer->scores[i] = (struct match_score){0};
        if (shop->products[i].live)
            answer->scores[i] = naive_score(snapshot, query, &shop->products[i]);
        rules.states[i].met = answer->scores[i].band > 0;
        if (rules.states[i].hidden >= 0)
            answer->scores[i] = (struct match_score){0};
        met += answer->scores[i].band > 0;
        band = answer->scores[i].band > band ? answer->scores[i].band : band;
    }
    answer->all = zone != WORDS_CORE;
    answer->rung = rung;
    return (struct met){met, (uint8_t)band};
}

static bool is_doubtful(struct met met)
{
    return met.documents > 0 && met.documents <= 64 && met.band == 4;
}

/* Words alone, four of them, are a description. */
static uint64_t enough_of(const struct naive_query *query)
{
    bool firm = false;
    for (unsigned i = 0; i < query->word_count; i++)
        firm = firm || query->firm[i];
    return query->word_count >= 4 && !firm ? 10 : 1;
}

/* A description all of whose words some product's core has. */
static bool is_told(const struct naive_query *query, const struct query_words *words)
{
    bool known = enough_of(query) > 1;
    for (unsigned i = 0; i < query->word_count; i++)
        known = known && words->words[i].known == WORD_WHOLE;
    return known;
}

/* Step by step until some product matches. The alternatives are those of the finders; what they come to is worked out here. */
static void cascade_follow(struct shop *shop, struct snapshot *snapshot, const struct question *question, struct arena *arena,
                           struct naive_query *query, struct answer *answer)
{
    static const struct {
        enum alternative_level level;
        bool all;
    } steps[] = {{LEVEL_SPELLING, false}, {LEVEL_SPELLING, true}, {LEVEL_SIMILAR, false}, {LEVEL_SIMILAR, true}};
    struct token_list tokens = {0};
    struct query_words words;
    struct alternatives alternatives;
    struct bytes text = question->request.text;
    must(analyze(shop->analyzer, text.data, text.size, arena, &tokens));
    must(words_open(snapshot, &tokens, text.size, NULL, WORDS_CORE, arena, &words));
    must(alternatives_open(&alternatives, shop->analyzer, &words, arena));
    bool literal = question->request.literal;
    for (enum alternative_level level = LEVEL_WORDS; level <= LEVEL_SIMILAR && !literal; level++)
        must(alternatives_needed(&alternatives, level));
    unsigned needed = alternatives.count;
    if (question->request.match == MATCH_ANY) {
        words_read(shop, snapshot, question, WORDS_RANKED, RUNG_ANY, &alternatives, arena, query, answer);
        return;
    }
    struct met met = words_read(shop, snapshot, question, WORDS_CORE, RUNG_NONE, &alternatives, arena, query, answer);
    bool doubtful = is_doubtful(met);
    uint64_t before = met.documents, alone = question->request.sort == SORT_RELEVANCE ? enough_of(query) : 1, enough = alone;
    bool told = met.documents == 0 && is_told(query, &words);
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0] && query->end > 0 && !told && (met.documents == 0 || doubtful); i++) {
        if (doubtful && (steps[i].all || met.documents > before))
            continue;
        if (!literal)
            must(alternatives_all(&alternatives, steps[i].level));
        met = words_read(shop, snapshot, question, steps[i].all ? WORDS_ALL : WORDS_CORE, RUNG_NONE, &alternatives, arena, query, answer);
        if (!doubtful && !steps[i].all) {
            doubtful = is_doubtful(met);
            before = met.documents;
        }
        enough = steps[i].all ? alone : 1;
    }
    alternatives.count = needed;
    for (enum rung rung = RUNG_MOST; rung <= RUNG_ANY && query->word_count > 1 && met.documents < enough; rung++) {
        met = words_read(shop, snapshot, question, WORDS_RANKED, rung, &alternatives, arena, query, answer);
    }
}

/* The model drops no words: where a filler is among them, they are taken literally. */
static void readings_take(const struct shop *shop, struct snapshot *snapshot, struct search_request *request, struct arena *arena,
                          struct understanding *out)
{
    struct token_list tokens = {0};
    *out = (struct understanding){0};
    must(analyze(shop->analyzer, request->text.data, request->text.size, arena, &tokens));
    if (!request->literal)
        must(understand(snapshot, shop->analyzer, &tokens, request, arena, out));
    request->literal = request->literal || out->dropped != 0;
    if (request->literal)
        *out = (struct understanding){0};
}

static unsigned boosted, moved; /* readings met and rules named so far: none would prove nothing */

static void answer_build(struct shop *shop, struct snapshot *snapshot, const struct question *question, struct arena *arena,
                         const struct search_result *result, struct answer *answer)
{
    const struct search_request *request = &question->request;
    struct naive_query query;
    uint64_t *ranks = memory_calloc(shop->count + 1, sizeof *ranks);
    bool ranked = request->sort == SORT_RELEVANCE, *passes = memory_calloc(shop->count + 1, sizeof *passes);
    answer->count = 0;
    naive_rules_hold(shop, &rules, request, arena);
    cascade_follow(shop, snapshot, question, arena, &query, answer);
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        const struct naive_state *state = &rules.states[i];
        if (answer->scores[i].band == 0 && state->pinned >= 0 && state->added)
            answer->scores[i] = (struct match_score){.band = NAIVE_PARTLY};
        if (answer->scores[i].band == 0 || !product_passes(shop, request, product, NAIVE_NO_AXIS))
            continue;
        uint64_t boost = naive_boost(shop, &answer->understanding, product, query.score_max);
        boost += naive_rule_points(state, query.score_max);
        ranks[i] = naive_rank(product, &query, answer->scores[i], boost, request->sort);
        passes[i] = true;
        answer->found[answer->count++] = i;
    }
    sorted_shop = shop;
    sorted_ranks = ranks;
    qsort(answer->found, answer->count, sizeof *answer->found, product_compare);
    if (ranked)
        naive_place(&rules, answer->found, answer->count, passes);
    for (uint32_t i = 0; i < answer->count; i++)
        answer->scores[answer->found[i]].score = (uint32_t)i; /* the place, for messages */
    if (!naive_rules_are_told(&rules, result, passes, ranked))
        fail_question(question, "rules");
    moved += result->rule_count;
    free(passes);
    free(ranks);
}

static void compare_hits(const struct shop *shop, const struct question *question, const struct answer *answer,
                         const struct search_result *result)
{
    uint32_t first = question->request.page * question->request.limit;
    uint32_t expected = first >= answer->count ? 0 : least(answer->count - first, question->request.limit);
    if (result->total != answer->count) {
        print_message("total %llu, not %u; rung %s, not %s\n", (unsigned long long)result->total, answer->count,
                      result->relaxed.rung == NULL ? "none" : result->relaxed.rung, rung_name(answer->rung));
        fail_question(question, "total");
    }
    if (result->hit_count != expected || result->partial || strcmp(result->zone, answer->all ? "all" : "core") != 0)
        fail_question(question, "hits or zone");
    bool relaxed = answer->rung != RUNG_NONE && question->request.match == MATCH_ALL;
    if (relaxed ? result->relaxed.rung == NULL || strcmp(result->relaxed.rung, rung_name(answer->rung)) != 0 : result->relaxed.rung != NULL)
        fail_question(question, "rung");
    for (uint32_t i = 0; i < expected; i++)
        if (result->hits[i].document != shop->products[answer->found[first + i]].document) {
            print_message("place %u: document %u, not %u\n", first + i, result->hits[i].document,
                          shop->products[answer->found[first + i]].document);
            fail_question(question, "order");
        }
    const struct search_request *request = &question->request;
    bool asked = request->has_price_min || request->has_price_max || request->in_stock || request->on_sale || request->spec_count > 0;
    if (asked != (result->variants != NULL))
        fail_question(question, "whether variants are told");
    for (uint32_t i = 0; i < expected && asked; i++)
        compare_variants(question, &shop->products[answer->found[first + i]], &result->variants[i]);
}

/* Page after page by cursors, in pages of any size: what the model puts in that order, each product once. */
static void compare_walk(struct shop *shop, struct snapshot *snapshot, const struct question *question, const struct answer *answer)
{
    struct search_request request = question->request;
    struct search_result result = {0};
    struct error error = {0};
    struct arena arena;
    uint32_t seen = 0;
    arena_init(&arena, 256 << 20);
    request.facet_count = request.facet_option_count = request.page = 0;
    request.facets_auto = false;
    do {
        request.limit = 1 + random_below(&shop->random, answer->count < 100 ? 7 : 60);
        if (search_run(snapshot, shop->analyzer, &request, &(struct search_limits){0}, &arena, &result, &error) != STATUS_OK)
            fail_msg("walk of \"%s\": %s", question->text, error.text);
        for (uint32_t i = 0; i < result.hit_count; i++)
            if (seen + i >= answer->count || result.hits[i].document != shop->products[answer->found[seen + i]].document)
                fail_question(question, "order of a walk");
        seen += result.hit_count;
        if ((result.next != NULL) != (seen < answer->count) || result.total != answer->count)
            fail_question(question, "end of a walk");
        request.after = result.next;
    } while (result.next != NULL);
    arena_release(&arena);
}

static void compare(struct shop *shop, unsigned questions)
{
    struct snapshot *snapshot = shop_read(shop);
    struct answer answer = {.scores = memory_calloc(shop->count + 1, sizeof *answer.scores),
                            .found = memory_calloc(shop->count + 1, sizeof *answer.found)};
    struct arena arena;
    arena_init(&arena, 64 << 20);
    for (unsigned i = 0; i < questions; i++) {
        struct question question;
        struct search_result result;
        struct error error = {0};
        ask(shop, &question);
        readings_take(shop, snapshot, &question.request, &arena, &answer.understanding);
        boosted += answer.understanding.count;
        if (search_run(snapshot, shop->analyzer, &question.request, &(struct search_limits){0}, &arena, &result, &error) != STATUS_OK)
            fail_msg("\"%s\": %s", question.text, error.text);
        answer_build(shop, snapshot, &question, &arena, &result, &answer);
        compare_hits(shop, &question, &answer, &result);
        compare_facets(shop, &question, &answer, &result);
        if (random_chance(&shop->random, 20))
            compare_walk(shop, snapshot, &question, &answer);
        arena_reset(&arena);
    }
    arena_release(&arena);
    free(answer.scores);
    free(answer.found);
    snapshot_close(snapshot);
}

static void shop_edit(struct shop *shop, unsigned edits, uint32_t gap)
{
    struct batch *batch = shop_begin(shop);
    for (unsigned i = 0; i < edits; i++) {
        struct product *product = &shop->products[random_below(&shop->random, shop->count)];
        uint32_t what = random_below(&shop->random, 4);
        if (what == 0) {
            shop_add(shop, batch, random_below(&shop->random, gap));
        } else if (product->live && what == 1) {
            product_remove(batch, product);
        } else if (product->live && what == 2) {
            product_fill(shop, product);
            product_write(batch, product);
        } else if (product->live) {
            product_offer(product, &shop->random);
            product_derive(product);
            offer_write(batch, product);
        }
    }
    shop_commit(batch);
}

/* Some brands and categories are called by words of the products. */
static void names_write(struct batch *batch)
{
    static const struct {
        const char *folded;
        enum suggestion_kind kind;
        uint32_t ordinal;
    } names[] = {{"samsung", SUGGEST_BRAND, 1}, {"sony", SUGGEST_BRAND, 2},          {"xanh", SUGGEST_BRAND, 3},
                 {"may", SUGGEST_CATEGORY, 0},  {"dien thoai", SUGGEST_CATEGORY, 1}, {"noi com", SUGGEST_CATEGORY, 2},
                 {"tivi", SUGGEST_CATEGORY, 4}, {"tu lanh", SUGGEST_CATEGORY, 5}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsigned char reference[4];
        key_put_u32(reference, names[i].ordinal);
        struct suggestion entry = {
            .text = bytes_of(names[i].folded), .kind = (uint8_t)names[i].kind, .reference = {(const char *)reference, sizeof reference}};
        must(suggest_put(batch, &entry));
    }
}

static void run(uint64_t seed, uint32_t products, uint32_t gap, unsigned rounds, unsigned questions)
{
    struct shop shop;
    shop_open(&shop, seed);
    struct batch *batch = shop_begin(&shop);
    names_write(batch);
    for (uint32_t i = 0; i < products; i++)
        shop_add(&shop, batch, random_below(&shop.random, gap));
    rules_write(&shop, batch, &rules);
    shop_commit(batch);
    for (unsigned round = 0; round < rounds; round++) {
        compare(&shop, questions);
        shop_edit(&shop, products / 8 + 3, gap);
    }
    compare(&shop, questions);
    shop_close(&shop);
}

static uint64_t seed;

static unsigned seeds_count(void)
{
    const char *given = getenv("PROP_SEEDS");
    return given == NULL ? 1 : (unsigned)strtoul(given, NULL, 10);
}

static void scattered_shop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < seeds_count(); i++)
        run(seed + i, 250, 200, 3, 250);
}

static void tiny_shops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300 * seeds_count(); i++)
        run(seed + i, 1 + i % 12 * 3, 2, 2, 50);
}

/* Every number is a live product at first, and the common words fill many blocks of a window. */
static void dense_shop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < seeds_count(); i++)
        run(seed + i, 5000, 1, 1, 40);
    assert_true(boosted > 0 && moved > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_shops),
        cmocka_unit_test(scattered_shop),
        cmocka_unit_test(dense_shop),
    };
    seed = seed_take();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(rules.states);
    return failed;
}
