/* What a search should say of facets and variants, held against what it says. */
#ifndef TIM_TESTS_QUERY_NAIVE_FACETS_H
#define TIM_TESTS_QUERY_NAIVE_FACETS_H

#include "naive_answer.h"

/* The variants of a hit that pass all filters by themselves, the cheapest first. */
static inline void compare_variants(const struct question *question, const struct product *product, const struct hit_variants *variants)
{
    const struct search_request *request = &question->request;
    unsigned total = 0;
    uint64_t stock = 0;
    bool unknown = false;
    for (unsigned i = 0; i < product->variant_count; i++) {
        const struct shop_variant *variant = &product->variants[i];
        unsigned values[SPECS], before = 0;
        for (unsigned spec = 0; spec < SPECS; spec++)
            values[spec] = variant_spec(product, i, spec);
        if (!variant->active || !offer_fits(request, variant->price, variant->sale, variant->stock, values, NAIVE_NO_AXIS))
            continue;
        total++;
        unknown = unknown || variant->stock == COLUMN_UNKNOWN;
        stock += variant->stock == COLUMN_UNKNOWN ? 0 : variant->stock;
        while (before < variants->count && variants->places[before] != i + 1)
            before++;
        if (before == variants->count)
            fail_question(question, "a variant is missing");
        for (unsigned j = 0; j < before; j++) {
            const struct shop_variant *other = &product->variants[variants->places[j] - 1];
            uint64_t left = paid_of(other->price, other->sale), right = paid_of(variant->price, variant->sale);
            if (left > right || (left == right && variants->places[j] > i + 1))
                fail_question(question, "the order of variants");
        }
        if (before == 0 && (variants->price != variant->price || variants->sale != variant->sale))
            fail_question(question, "the cheapest variant");
    }
    if (variants->total != total || variants->count != total ||
        (total > 0 && variants->stock != (stock == 0 && unknown ? COLUMN_UNKNOWN : stock)))
        fail_question(question, "variants");
}

/* The products that a facet counts: its own selection left out. */
static inline bool is_counted(struct shop *shop, const struct question *question, const struct answer *answer, uint32_t i, unsigned omit)
{
    return answer->scores[i].band > 0 && product_passes(shop, &question->request, &shop->products[i], omit);
}

/* Does the label have, for each typed word, one that begins so? A word typed without marks fits any. */
static inline bool label_fits_naive(struct shop *shop, struct bytes typed, const char *label)
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

static inline int by_number(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static inline int by_count(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    return a->count != b->count ? (a->count > b->count ? -1 : 1) : strcmp(a->label, b->label);
}

static inline void compare_list(struct shop *shop, const struct question *question, const struct facet_result *facet, struct listed *values,
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
        if (value->ordinal != values[i].ordinal || !bytes_are(value->slug, values[i].slug) || !bytes_are(value->label, values[i].label) ||
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

static inline void compare_brand(struct shop *shop, const struct question *question, const struct answer *answer,
                                 const struct facet_result *facet)
{
    struct listed values[BRANDS] = {{0}};
    for (unsigned i = 0; i < BRANDS; i++) {
        values[i] = (struct listed){.ordinal = i, .number = i * 5 % BRANDS};
        snprintf(values[i].slug, sizeof values[i].slug, "hang-%u", i);
        snprintf(values[i].label, sizeof values[i].label, "Hãng %u", values[i].number);
        for (unsigned j = 0; j < question->request.brand_count; j++)
            values[i].selected = values[i].named = values[i].named || bytes_are(question->request.brands[j], values[i].slug);
    }
    for (uint32_t i = 0; i < shop->count; i++)
        if (shop->products[i].brand != UINT32_MAX && is_counted(shop, question, answer, i, NAIVE_BRAND))
            values[shop->products[i].brand].count++;
    compare_list(shop, question, facet, values, BRANDS);
}

/* Pre-order: a value stands behind its parent, and only its ancestors' other descendants between them. */
static inline void compare_category(struct shop *shop, const struct question *question, const struct answer *answer,
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
            leads[i] = leads[i] || (bytes_are(question->request.category, slug) && is_under(shop, j, i));
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
        if (!bytes_are(value->slug, slug) || value->count != counts[value->ordinal] ||
            value->selected != bytes_are(question->request.category, slug))
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

static inline void compare_price(struct shop *shop, const struct question *question, const struct answer *answer,
                                 const struct facet_result *facet)
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
static inline void compare_choice(struct shop *shop, const struct question *question, const struct answer *answer,
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
        if (at > facet->value_count || value->count != counts[yes] || !bytes_are(value->slug, yes ? "true" : "false") ||
            value->selected != (yes && selected))
            fail_question(question, "choice");
    }
    if (facet->value_count != at)
        fail_question(question, "choices");
}

static inline void compare_rating(struct shop *shop, const struct question *question, const struct answer *answer,
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
        if (at > facet->value_count || value->count != count || !bytes_are(value->slug, slug) ||
            value->selected != (question->request.rating_min == stars * 100))
            fail_question(question, "stars");
    }
    if (facet->value_count != at)
        fail_question(question, "ratings");
}

static inline void compare_spec(struct shop *shop, const struct question *question, const struct answer *answer,
                                const struct facet_result *facet)
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
        (numeric && (facet->min_micros != low * NUMBER_STEP * UINT64_C(1000000) || !bytes_are(facet->unit, "GB") ||
                     facet->max_micros != (high - 1) * NUMBER_STEP * UINT64_C(1000000))))
        fail_question(question, "numbers of a facet");
}

static inline void compare_facets(struct shop *shop, const struct question *question, const struct answer *answer,
                                  const struct search_result *result)
{
    const struct search_request *request = &question->request;
    assert_in_range(result->facet_count, request->facet_count, request->facets_auto ? FACETS_MAX : request->facet_count);
    for (unsigned i = 0; i < request->facet_count; i++)
        if (!bytes_equal(result->facets[i].name, request->facets[i]))
            fail_question(question, "a facet that was asked for");
    for (unsigned i = 0; i < result->facet_count; i++)
        for (unsigned j = 0; j < i; j++)
            if (bytes_equal(result->facets[i].name, result->facets[j].name))
                fail_question(question, "a facet twice");
    for (unsigned i = 0; i < result->facet_count; i++) {
        const struct facet_result *facet = &result->facets[i];
        if (bytes_are(facet->name, "brand"))
            compare_brand(shop, question, answer, facet);
        else if (bytes_are(facet->name, "category"))
            compare_category(shop, question, answer, facet);
        else if (bytes_are(facet->name, "price"))
            compare_price(shop, question, answer, facet);
        else if (bytes_are(facet->name, "rating"))
            compare_rating(shop, question, answer, facet);
        else if (facet->name.data[0] == 's' && facet->name.data[1] == 'p')
            compare_spec(shop, question, answer, facet);
        else
            compare_choice(shop, question, answer, facet, bytes_are(facet->name, "stock"));
    }
}

#endif
