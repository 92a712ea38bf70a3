/* Search against the naive evaluator of naive.h: the same hits in the same order with the same ranks, the same totals, the same facets,
 * for random requests over random shops, before and after edits and deletes. TIM_SEED repeats a run; PROP_SEEDS sets how many seeds there
 * are for the long form. */
#include "naive.h"
#include "naive_filter.h"

#include "query/cascade.h"
#include "query/search.h"
#include "storage/bytes.h"
#include "storage/suggest.h"

enum { REQUEST_TEXT_BYTES = 200, SLUGS = 4, SPEC_CHOICES = 4 };

/* A request with its own memory, and what the products came to. */
struct question {
    struct search_request request;
    char text[REQUEST_TEXT_BYTES], slugs[SLUGS][16], values[SPEC_CHOICES][16], category[16];
};

struct answer {
    struct match_score *scores; /* per product; band 0: the words do not match */
    uint32_t *found;            /* products that pass everything, best first */
    uint32_t count;
    bool all;
    enum rung rung;
    struct understanding understanding;
};

static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 'a' || text.data[i] > 'z')
            return false;
    return true;
}

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
    bool phrase = shop->count > 0 && random_chance(state, 40);
    if (phrase)
        type_phrase(shop, question);
    for (unsigned words = phrase ? 0 : random_below(state, 5); words-- > 0;)
        type_word(shop, question, random_word(state));
    if (random_chance(state, 20) && question->text[0] != '\0')
        strncat(question->text, " ", sizeof question->text - strlen(question->text) - 1);
    question->request.text = bytes_of(question->text);
    ask_filters(shop, question);
    for (unsigned i = 0; i < sizeof facets / sizeof facets[0]; i++)
        if (random_chance(state, 50))
            ask_facet(shop, question, facets[i]);
    question->request.facet_limit = random_chance(state, 30) ? 1 + random_below(state, 6) : 100;
    question->request.sort = random_chance(state, 50) ? SORT_RELEVANCE : (enum sort)random_below(state, 5);
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
    for (enum alternative_level level = LEVEL_WORDS; level <= LEVEL_SIMILAR; level++)
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

static void answer_build(struct shop *shop, struct snapshot *snapshot, const struct question *question, struct arena *arena,
                         struct answer *answer)
{
    const struct search_request *request = &question->request;
    struct naive_query query;
    uint64_t *ranks = memory_calloc(shop->count + 1, sizeof *ranks);
    answer->count = 0;
    cascade_follow(shop, snapshot, question, arena, &query, answer);
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        if (answer->scores[i].band == 0 || !product_passes(shop, request, product, NAIVE_NO_AXIS))
            continue;
        uint64_t boost = naive_boost(shop, &answer->understanding, product, query.score_max);
        ranks[i] = naive_rank(product, &query, answer->scores[i], boost, request->sort);
        answer->found[answer->count++] = i;
    }
    sorted_shop = shop;
    sorted_ranks = ranks;
    qsort(answer->found, answer->count, sizeof *answer->found, product_compare);
    for (uint32_t i = 0; i < answer->count; i++)
        answer->scores[answer->found[i]].score = (uint32_t)i; /* the place, for messages */
    free(ranks);
}

static void fail_question(const struct question *question, const char *what)
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
}

/* The products that a facet counts: its own selection left out. */
static bool is_counted(struct shop *shop, const struct question *question, const struct answer *answer, uint32_t i, unsigned omit)
{
    return answer->scores[i].band > 0 && product_passes(shop, &question->request, &shop->products[i], omit);
}

/* Does the label have, for each typed word, one that begins so? A word typed without marks fits any. */
static bool label_fits_naive(struct shop *shop, struct bytes typed, const char *label)
{
    char words[64], written[64], *rest = NULL;
    struct arena arena;
    bool fits = true;
    arena_init(&arena, 1 << 16);
    snprintf(words, sizeof words, "%.*s", (int)typed.size, typed.size > 0 ? typed.data : "");
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        struct bytes folded = {0}, other = {0};
        char *behind = NULL;
        bool met = false;
        must(fold_text(shop->analyzer, word, strlen(word), &arena, &folded));
        bool bare = bytes_equal(folded, bytes_of(word));
        snprintf(written, sizeof written, "%s", label);
        written[0] = (char)(written[0] | 0x20);
        for (char *one = strtok_r(written, " ", &behind); one != NULL; one = strtok_r(NULL, " ", &behind)) {
            must(fold_text(shop->analyzer, one, strlen(one), &arena, &other));
            met = met || (bare ? other.size >= folded.size && memcmp(other.data, folded.data, folded.size) == 0
                               : strncmp(one, word, strlen(word)) == 0);
        }
        fits = fits && met;
    }
    arena_release(&arena);
    return fits;
}

/* What a list should show. */
struct listed {
    uint32_t ordinal, number; /* the label ends in it */
    uint64_t count;
    bool selected, named;
    char slug[32], label[32];
};

static int by_number(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static int by_count(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    return a->count != b->count ? (a->count > b->count ? -1 : 1) : strcmp(a->label, b->label);
}

static void compare_list(struct shop *shop, const struct question *question, const struct facet_result *facet, struct listed *values,
                         unsigned count)
{
    const struct facet_option *option = request_facet_option(&question->request, facet->name);
    unsigned limit = question->request.facet_limit, kept = 0, shown = 0;
    bool truncated = false;
    for (unsigned i = 0; i < count; i++)
        if ((values[i].count > 0 || values[i].named) && (option == NULL || label_fits_naive(shop, option->query, values[i].label)))
            values[kept++] = values[i];
    qsort(values, kept, sizeof *values, option != NULL && option->by_label ? by_number : by_count);
    for (unsigned i = 0; i < kept; i++) {
        if (i >= limit && !values[i].named) {
            truncated = true;
            continue;
        }
        const struct facet_value *value = &facet->values[shown++];
        if (shown > facet->value_count)
            fail_question(question, "a value is missing");
        if (value->ordinal != values[i].ordinal || !text_is(value->slug, values[i].slug) || !text_is(value->label, values[i].label) ||
            value->count != values[i].count || value->selected != values[i].selected) {
            print_message("%.*s, place %u: %.*s %u, not %s %u\n", (int)facet->name.size, facet->name.data, i, (int)value->label.size,
                          value->label.data, (unsigned)value->count, values[i].label, (unsigned)values[i].count);
            fail_question(question, "a facet's value");
        }
    }
    if (facet->value_count != shown || facet->truncated != truncated) {
        print_message("%.*s: %u values, not %u; truncated %d, not %d\n", (int)facet->name.size, facet->name.data, facet->value_count, shown,
                      facet->truncated, truncated);
        fail_question(question, "a facet's values");
    }
}

static void compare_brand(struct shop *shop, const struct question *question, const struct answer *answer, const struct facet_result *facet)
{
    struct listed values[BRANDS] = {{0}};
    for (unsigned i = 0; i < BRANDS; i++) {
        values[i] = (struct listed){.ordinal = i, .number = i * 5 % BRANDS};
        snprintf(values[i].slug, sizeof values[i].slug, "hang-%u", i);
        snprintf(values[i].label, sizeof values[i].label, "Hãng %u", values[i].number);
        for (unsigned j = 0; j < question->request.brand_count; j++)
            values[i].selected = values[i].named = values[i].named || text_is(question->request.brands[j], values[i].slug);
    }
    for (uint32_t i = 0; i < shop->count; i++)
        if (shop->products[i].brand != UINT32_MAX && is_counted(shop, question, answer, i, NAIVE_BRAND))
            values[shop->products[i].brand].count++;
    compare_list(shop, question, facet, values, BRANDS);
}

/* Pre-order: a value stands behind its parent, and only its ancestors' other descendants between them. */
static void compare_category(struct shop *shop, const struct question *question, const struct answer *answer,
                             const struct facet_result *facet)
{
    uint64_t counts[CATEGORIES] = {0};
    uint32_t stack[CATEGORIES] = {0};
    unsigned values = 0, depth = 0;
    for (uint32_t i = 0; i < shop->count; i++)
        if (shop->products[i].category != UINT32_MAX && is_counted(shop, question, answer, i, NAIVE_CATEGORY))
            for (uint32_t up = shop->products[i].category; up != UINT32_MAX; up = shop->parents[up])
                counts[up]++;
    const struct facet_option *option = request_facet_option(&question->request, facet->name);
    bool taken[CATEGORIES], leads[CATEGORIES] = {false}; /* to the selected one */
    for (unsigned i = 0; i < CATEGORIES; i++) {
        char label[32];
        snprintf(label, sizeof label, "Ngành %u", i * 3 % CATEGORIES);
        taken[i] = counts[i] > 0;
        for (unsigned j = 0; j < CATEGORIES; j++) {
            char slug[32];
            snprintf(slug, sizeof slug, "nganh-%u", j);
            leads[i] = leads[i] || (text_is(question->request.category, slug) && is_under(shop, j, i));
        }
        taken[i] = taken[i] || leads[i];
        taken[i] = taken[i] && (option == NULL || label_fits_naive(shop, option->query, label));
        values += taken[i];
    }
    if (facet->truncated != (values > question->request.facet_limit) || facet->value_count != least(values, question->request.facet_limit))
        fail_question(question, "category count");
    for (unsigned i = 0; i < facet->value_count; i++) {
        const struct facet_value *value = &facet->values[i];
        char slug[32];
        snprintf(slug, sizeof slug, "nganh-%u", value->ordinal);
        bool searched = option != NULL && option->query.size > 0;
        while (depth > 0 && !is_under(shop, value->ordinal, stack[depth - 1]))
            depth--;
        if (value->parent != shop->parents[value->ordinal] || !taken[value->ordinal] ||
            (!searched && value->parent != (depth == 0 ? UINT32_MAX : stack[depth - 1])))
            fail_question(question, "category place");
        stack[depth++] = value->ordinal;
        if (!text_is(value->slug, slug) || value->count != counts[value->ordinal] ||
            value->selected != text_is(question->request.category, slug))
            fail_question(question, "category value");
        for (unsigned j = 0; j < i; j++)
            if (facet->values[j].parent == value->parent &&
                (option != NULL && option->by_label ? facet->values[j].ordinal * 3 % CATEGORIES > value->ordinal * 3 % CATEGORIES
                                                    : facet->values[j].count < value->count))
                fail_question(question, "category order");
    }
    for (unsigned i = 0; i < CATEGORIES; i++)
        for (unsigned j = 0, shown = 0; j < facet->value_count; j++) {
            shown = shown || facet->values[j].ordinal == i;
            if (j + 1 == facet->value_count && !shown && facet->truncated)
                for (unsigned k = 0; k < facet->value_count; k++)
                    if (taken[i] && counts[i] > facet->values[k].count && !leads[facet->values[k].ordinal])
                        fail_question(question, "category left out");
        }
}

static void compare_price(struct shop *shop, const struct question *question, const struct answer *answer, const struct facet_result *facet)
{
    uint64_t known = 0, binned = 0;
    uint32_t min = UINT32_MAX, max = 0;
    uint64_t counts[32] = {0};
    assert_true(facet->bin_count <= 20);
    for (uint32_t i = 0; i < shop->count; i++) {
        uint64_t paid = paid_of(shop->products[i].price, shop->products[i].sale);
        if (paid == COLUMN_UNKNOWN || !is_counted(shop, question, answer, i, NAIVE_PRICE))
            continue;
        known++;
        min = paid < min ? (uint32_t)paid : min;
        max = paid > max ? (uint32_t)paid : max;
        for (unsigned bin = 0; bin < facet->bin_count; bin++)
            counts[bin] += paid >= facet->bins[bin].low_vnd && paid < facet->bins[bin].high_vnd;
    }
    for (unsigned bin = 0; bin < facet->bin_count; bin++) {
        binned += facet->bins[bin].count;
        if (facet->bins[bin].count != counts[bin] || facet->bins[bin].count == 0 || facet->bins[bin].low_vnd >= facet->bins[bin].high_vnd)
            fail_question(question, "price bin");
        if (bin > 0 && facet->bins[bin].low_vnd < facet->bins[bin - 1].high_vnd)
            fail_question(question, "price bins overlap");
    }
    if (binned != known || (known > 0 && (facet->min_vnd != min || facet->max_vnd != max)))
        fail_question(question, "price bounds");
}

/* Values "true" and "false", of what the product shows. */
static void compare_choice(struct shop *shop, const struct question *question, const struct answer *answer,
                           const struct facet_result *facet, bool stock)
{
    uint64_t counts[2] = {0};
    bool selected = stock ? question->request.in_stock : question->request.on_sale;
    unsigned at = 0;
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *product = &shop->products[i];
        if (is_counted(shop, question, answer, i, stock ? NAIVE_STOCK : NAIVE_SALE))
            counts[stock ? product->stock != 0 : is_on_sale(product->price, product->sale)]++;
    }
    for (unsigned yes = 2; yes-- > 0;) {
        if (counts[yes] == 0 && !(yes && selected))
            continue;
        const struct facet_value *value = &facet->values[at++];
        if (at > facet->value_count || value->count != counts[yes] || !text_is(value->slug, yes ? "true" : "false") ||
            value->selected != (yes && selected))
            fail_question(question, "choice");
    }
    if (facet->value_count != at)
        fail_question(question, "choices");
}

static void compare_rating(struct shop *shop, const struct question *question, const struct answer *answer,
                           const struct facet_result *facet)
{
    unsigned at = 0;
    for (unsigned stars = 5; stars > 0; stars--) {
        uint64_t count = 0;
        char slug[2] = {(char)('0' + stars), '\0'};
        for (uint32_t i = 0; i < shop->count; i++)
            count += shop->products[i].rating != COLUMN_UNKNOWN && shop->products[i].rating >= stars * 100 &&
                     is_counted(shop, question, answer, i, NAIVE_RATING);
        if (count == 0 && question->request.rating_min != stars * 100)
            continue;
        const struct facet_value *value = &facet->values[at++];
        if (at > facet->value_count || value->count != count || !text_is(value->slug, slug) ||
            value->selected != (question->request.rating_min == stars * 100))
            fail_question(question, "stars");
    }
    if (facet->value_count != at)
        fail_question(question, "ratings");
}

static void compare_spec(struct shop *shop, const struct question *question, const struct answer *answer, const struct facet_result *facet)
{
    const struct search_request *request = &question->request;
    struct bytes name = {facet->name.data + strlen("specs."), facet->name.size - strlen("specs.")};
    unsigned spec = (unsigned)(name.data[name.size - 1] - '0'), omit = NAIVE_NO_AXIS, wanted = 0, named = 0;
    struct listed values[SPEC_VALUES] = {{0}};
    uint64_t counts[SPEC_VALUES] = {0};
    for (unsigned i = 0; i < request->spec_count; i++)
        if (bytes_equal(request->specs[i], name)) {
            omit = NAIVE_SPEC + i;
            wanted = naive_spec(request, i, &spec, &named);
        }
    for (uint32_t i = 0; i < shop->count && spec < SPECS; i++) {
        unsigned has = product_spec(&shop->products[i], spec);
        for (unsigned value = 0; value < SPEC_VALUES && has != 0 && is_counted(shop, question, answer, i, omit); value++)
            counts[value] += has >> value & 1;
    }
    for (unsigned value = 0; value < SPEC_VALUES && spec < SPECS; value++) {
        values[value] = (struct listed){.ordinal = value,
                                        .number = value,
                                        .count = counts[value],
                                        .selected = (wanted >> value & 1) != 0,
                                        .named = (named >> value & 1) != 0};
        snprintf(values[value].slug, sizeof values[value].slug, "gia-tri-%u", value == SPEC_VALUES - 1 ? value - 1 : value);
        snprintf(values[value].label, sizeof values[value].label, "Giá trị %u", value);
    }
    compare_list(shop, question, facet, values, spec < SPECS ? SPEC_VALUES : 0);
    unsigned low = 0, high = SPEC_VALUES;
    while (low < SPEC_VALUES && counts[low] == 0)
        low++;
    while (high > 0 && counts[high - 1] == 0)
        high--;
    bool numeric = spec == SPECS - 1 && low < high;
    if (facet->is_numeric != numeric ||
        (numeric && (facet->min_micros != low * NUMBER_STEP * UINT64_C(1000000) || !text_is(facet->unit, "GB") ||
                     facet->max_micros != (high - 1) * NUMBER_STEP * UINT64_C(1000000))))
        fail_question(question, "numbers of a facet");
}

static void compare_facets(struct shop *shop, const struct question *question, const struct answer *answer,
                           const struct search_result *result)
{
    assert_int_equal(result->facet_count, question->request.facet_count);
    for (unsigned i = 0; i < result->facet_count; i++) {
        const struct facet_result *facet = &result->facets[i];
        if (text_is(facet->name, "brand"))
            compare_brand(shop, question, answer, facet);
        else if (text_is(facet->name, "category"))
            compare_category(shop, question, answer, facet);
        else if (text_is(facet->name, "price"))
            compare_price(shop, question, answer, facet);
        else if (text_is(facet->name, "rating"))
            compare_rating(shop, question, answer, facet);
        else if (facet->name.data[0] == 's' && facet->name.data[1] == 'p')
            compare_spec(shop, question, answer, facet);
        else
            compare_choice(shop, question, answer, facet, text_is(facet->name, "stock"));
    }
}

static unsigned boosted; /* readings met so far: none would prove nothing */

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
        answer_build(shop, snapshot, &question, &arena, &answer);
        if (search_run(snapshot, shop->analyzer, &question.request, &(struct search_limits){0}, &arena, &result, &error) != STATUS_OK)
            fail_msg("\"%s\": %s", question.text, error.text);
        compare_hits(shop, &question, &answer, &result);
        compare_facets(shop, &question, &answer, &result);
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
    assert_true(boosted > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_shops),
        cmocka_unit_test(scattered_shop),
        cmocka_unit_test(dense_shop),
    };
    seed = seed_take();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
