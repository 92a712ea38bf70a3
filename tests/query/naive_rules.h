/* Random rules of a shop, and what they do to a search: every rule is held against the request. */
#ifndef TIM_TESTS_QUERY_NAIVE_RULES_H
#define TIM_TESTS_QUERY_NAIVE_RULES_H

#include "naive_filter.h"
#include "rule_row.h"

#include "query/search.h"

enum { SHOP_RULES = 24, RULE_NOW_S = 1000, RULE_QUERY_BYTES = 48, REQUEST_TEXT_BYTES = 256 };

struct shop_rule {
    enum rule_action action;
    char query[RULE_QUERY_BYTES]; /* empty: none */
    bool contains, in_time;
    uint32_t category; /* UINT32_MAX: none */
    uint32_t product;
    unsigned place, percent, target; /* of a boost: 0 the product, 1 a brand, 2 a category */
    uint32_t target_ordinal;
};

/* What holds for the request at hand. `state` is by product. */
struct naive_rules {
    struct shop_rule items[SHOP_RULES];
    unsigned count;
    unsigned fitting[SHOP_RULES], fitting_count; /* in their order */
    struct naive_state {
        int hidden, pinned; /* the rule, -1: none */
        bool live;
        bool added, met; /* pinned whatever the words say; the words meet it */
        unsigned percent;
    } * states;
};

static const char *const rule_action_names[] = {
    [RULE_PIN] = "pin", [RULE_HIDE] = "hide", [RULE_BOOST] = "boost", [RULE_REDIRECT] = "redirect"};

static inline void rule_write(struct shop *shop, struct batch *batch, unsigned number, const struct shop_rule *rule)
{
    char id[16], category[16], params[128] = "{", begin[32], end[32];
    snprintf(id, sizeof id, "%u", number + 1);
    snprintf(category, sizeof category, "c%u", rule->category);
    bool later = random_chance(&shop->random, 50), begins = later || random_chance(&shop->random, 30), ends = !rule->in_time && !later;
    snprintf(begin, sizeof begin, "1970-01-01 00:16:%02u+00", rule->in_time ? 40 : later ? 41 : 3);
    snprintf(end, sizeof end, "1970-01-01 00:16:%02u+00", ends ? 40 : 41);
    if (rule->action == RULE_PIN)
        snprintf(params + 1, sizeof params - 1, "\"at\":%u,", rule->place);
    if (rule->action == RULE_BOOST)
        snprintf(params + 1, sizeof params - 1, "\"percent\":%u,", rule->percent);
    size_t size = strlen(params);
    if (rule->action == RULE_BOOST && rule->target > 0)
        snprintf(params + size, sizeof params - size, rule->target == 1 ? "\"brand\":\"hang-%u\"," : "\"category\":\"nganh-%u\",",
                 rule->target_ordinal);
    size = strlen(params);
    if (rule->contains)
        snprintf(params + size, sizeof params - size, "\"match\":\"contains\",");
    if (rule->action == RULE_REDIRECT)
        snprintf(params + strlen(params), sizeof params - strlen(params), "\"url\":\"/trang-%u\",", number + 1);
    size = strlen(params);
    params[size - (size > 1)] = '}';
    params[size - (size > 1) + 1] = '\0';
    bool of_product = rule->action == RULE_PIN || rule->action == RULE_HIDE || (rule->action == RULE_BOOST && rule->target == 0);
    rule_put(shop, batch,
             &(struct rule_row){.id = id,
                                .query = rule->query[0] == '\0' ? NULL : rule->query,
                                .category_id = rule->category == UINT32_MAX ? NULL : category,
                                .action = rule_action_names[rule->action],
                                .product_id = of_product ? shop->products[rule->product].id : NULL,
                                .params = size == 1 && random_chance(&shop->random, 50) ? NULL
                                          : size == 1                                   ? "{}"
                                                                                        : params,
                                .starts_at = begins ? begin : NULL,
                                .ends_at = ends || random_chance(&shop->random, 30) ? end : NULL});
}

/* Some rules over the products that the shop has. */
static inline void rules_write(struct shop *shop, struct batch *batch, struct naive_rules *rules)
{
    uint64_t *state = &shop->random;
    rules->count = random_chance(state, 60) ? random_below(state, SHOP_RULES + 1) : 0;
    for (unsigned i = 0; i < rules->count; i++) {
        struct shop_rule *rule = &rules->items[i];
        bool twice = random_chance(state, 30);
        *rule = (struct shop_rule){.action = random_chance(state, 10) ? RULE_REDIRECT : (enum rule_action)random_below(state, 3),
                                   .in_time = random_chance(state, 85),
                                   .category = random_chance(state, 25) ? random_below(state, CATEGORIES) : UINT32_MAX,
                                   .product = random_below(state, shop->count),
                                   .place = 1 + random_below(state, random_chance(state, 20) ? 100 : 6),
                                   .percent = 1 + random_below(state, 100),
                                   .target = random_below(state, 3)};
        rule->target_ordinal = random_below(state, rule->target == 1 ? BRANDS + 1 : CATEGORIES + 1);
        if (rule->action == RULE_REDIRECT || random_chance(state, rule->action == RULE_HIDE ? 90 : 70))
            snprintf(rule->query, sizeof rule->query, "%s%s%s", random_word(state), twice ? " " : "", twice ? random_word(state) : "");
        rule->contains = rule->query[0] != '\0' && random_chance(state, 50);
        rule_write(shop, batch, i, rule);
    }
}

/* The words of a text, without the parts of codes. */
static inline unsigned naive_words(const struct shop *shop, struct bytes text, struct arena *arena, const struct token *words[])
{
    struct token_list list = {0};
    unsigned count = 0;
    must(analyze(shop->analyzer, text.data, text.size, arena, &list));
    for (uint32_t i = 0; i < list.count; i++)
        if (!list.tokens[i].part)
            words[count++] = &list.tokens[i];
    return count;
}

static inline bool naive_word_is(const struct token *typed, const struct token *word, bool bare)
{
    return typed->folded_size == word->folded_size && memcmp(typed->folded, word->folded, word->folded_size) == 0 &&
           (bare || marks_compare(typed->exact, typed->exact_size, word->exact, word->exact_size) != MARKS_CONTRADICT);
}

static inline bool naive_rule_fits(const struct shop *shop, const struct shop_rule *rule, const struct search_request *request,
                                   struct arena *arena)
{
    const struct token *typed[REQUEST_TEXT_BYTES], *words[RULE_QUERY_BYTES];
    unsigned typed_count = naive_words(shop, request->text, arena, typed), count = naive_words(shop, bytes_of(rule->query), arena, words);
    bool fits = rule->query[0] == '\0', bare = true;
    char slug[16];
    for (unsigned i = 0; i < count; i++)
        bare = bare && !token_is_marked(words[i]);
    for (unsigned at = 0; !fits && at + count <= typed_count; at++) {
        fits = rule->contains || count == typed_count;
        for (unsigned i = 0; i < count && fits; i++)
            fits = naive_word_is(typed[at + i], words[i], bare);
    }
    bool selected = rule->category == UINT32_MAX;
    for (uint32_t i = 0; i < CATEGORIES && !selected; i++) {
        snprintf(slug, sizeof slug, "nganh-%u", i);
        selected = bytes_are(request->category, slug) && is_under(shop, i, rule->category);
    }
    return fits && selected && rule->in_time;
}

static inline unsigned naive_scope(const struct shop_rule *rule)
{
    return rule->query[0] != '\0' ? rule->contains : rule->category != UINT32_MAX ? 2 : 3;
}

static inline void naive_rule_take(const struct shop *shop, struct naive_rules *rules, unsigned number)
{
    const struct shop_rule *rule = &rules->items[number];
    struct naive_state *state = &rules->states[rule->product];
    bool live = shop->products[rule->product].live;
    if (rule->action == RULE_PIN && live && state->pinned < 0) {
        state->pinned = (int)number;
        state->added = rule->query[0] != '\0';
    }
    if (rule->action == RULE_HIDE && live && state->hidden < 0)
        state->hidden = (int)number;
    for (uint32_t i = 0; i < shop->count && rule->action == RULE_BOOST; i++) {
        const struct product *product = &shop->products[i];
        bool lifted = rule->target == 0   ? i == rule->product
                      : rule->target == 1 ? product->brand == rule->target_ordinal && rule->target_ordinal < BRANDS
                                          : rule->target_ordinal < CATEGORIES && product->category != UINT32_MAX &&
                                                is_under(shop, product->category, rule->target_ordinal);
        rules->states[i].percent += lifted ? rule->percent : 0;
    }
}

/* What holds for the request, in the order of the rules. */
static inline void naive_rules_hold(const struct shop *shop, struct naive_rules *rules, const struct search_request *request,
                                    struct arena *arena)
{
    rules->states = memory_resize(rules->states, (shop->count + 1) * sizeof *rules->states);
    rules->fitting_count = 0;
    for (uint32_t i = 0; i < shop->count; i++)
        rules->states[i] = (struct naive_state){.hidden = -1, .pinned = -1, .live = shop->products[i].live};
    for (unsigned scope = 0; scope < 4; scope++)
        for (unsigned i = 0; i < rules->count; i++)
            if (naive_scope(&rules->items[i]) == scope && naive_rule_fits(shop, &rules->items[i], request, arena)) {
                rules->fitting[rules->fitting_count++] = i;
                naive_rule_take(shop, rules, i);
            }
    for (uint32_t i = 0; i < shop->count; i++)
        if (rules->states[i].hidden >= 0)
            rules->states[i].pinned = -1;
}

static inline uint64_t naive_rule_points(const struct naive_state *state, uint32_t score_max)
{
    unsigned percent = state->percent < 100 ? state->percent : 100;
    return (uint64_t)(score_max == 0 ? PRIOR_MAX : score_max) * percent / 100;
}

/* Puts what is pinned, and was found, at its place among the ranked. */
static inline void naive_place(const struct naive_rules *rules, uint32_t *found, uint32_t count, const bool *passes)
{
    uint32_t *out = memory_calloc(count + 1, sizeof *out), ranked = 0, placed = 0;
    bool *done = memory_calloc(SHOP_RULES, sizeof *done);
    for (uint32_t at = 0; at < count; at++) {
        int best = -1; /* the pin that wants this place or one before most */
        while (ranked < count && rules->states[found[ranked]].pinned >= 0)
            ranked++;
        for (unsigned i = 0; i < rules->fitting_count; i++) {
            unsigned number = rules->fitting[i];
            const struct shop_rule *rule = &rules->items[number];
            if (rule->action != RULE_PIN || done[number] || rules->states[rule->product].pinned != (int)number || !passes[rule->product])
                continue;
            if (best < 0 || rule->place < rules->items[best].place)
                best = (int)number;
        }
        bool pinned = best >= 0 && (ranked == count || rules->items[best].place <= at + 1);
        if (pinned)
            done[best] = true;
        out[placed++] = pinned ? rules->items[best].product : found[ranked++];
    }
    memcpy(found, out, count * sizeof *out);
    free(out);
    free(done);
}

/* The rules that an answer should name, and where it should lead. */
static inline bool naive_rules_are_told(const struct naive_rules *rules, const struct search_result *result, const bool *passes,
                                        bool ranked)
{
    unsigned told = 0;
    const struct shop_rule *redirect = NULL;
    char text[32];
    for (unsigned i = 0; i < rules->fitting_count; i++) {
        int number = (int)rules->fitting[i];
        const struct shop_rule *rule = &rules->items[number];
        const struct naive_state *state = &rules->states[rule->product];
        bool exists =
            rule->target == 0 ? state->live : rule->target_ordinal < (rule->target == 1 ? (unsigned)BRANDS : (unsigned)CATEGORIES);
        bool moved = rule->action == RULE_BOOST && ranked && exists;
        if (rule->action == RULE_PIN)
            moved = state->pinned == number && passes[rule->product] && (ranked || !state->met);
        if (rule->action == RULE_HIDE)
            moved = state->hidden == number && state->met;
        if (rule->action == RULE_REDIRECT && redirect == NULL) {
            redirect = rule;
            moved = true;
            snprintf(text, sizeof text, "/trang-%d", number + 1);
            if (!bytes_are(result->redirect, text))
                return false;
        }
        snprintf(text, sizeof text, "%d", number + 1);
        if (moved && (told == result->rule_count || !bytes_are(result->rules[told++], text)))
            return false;
    }
    return told == result->rule_count && (redirect != NULL || result->redirect.size == 0);
}

#endif
