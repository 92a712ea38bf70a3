/* A random small shop for the tests of query/: products kept in plain arrays, and the same products in an index, written through the
 * storage writers. */
#ifndef TIM_TESTS_QUERY_SHOP_H
#define TIM_TESTS_QUERY_SHOP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzers/analyzer.h"
#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "catalog/pair.h"
#include "catalog/term_keys.h"
#include "storage/batch.h"
#include "storage/env.h"
#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/multi.h"
#include "storage/snapshot.h"
#include "tests/fast_folder.h"
#include "tests/random.h"

enum {
    TERMS_MAX = 48,
    VARIANTS_MAX = 4,
    BRANDS = 12,
    CATEGORIES = 14,
    WORDS_PER_PRODUCT = 9,
    PAIRS_OF_PRODUCT_MAX = 2 * WORDS_PER_PRODUCT + 1,
    SPECS = 4,       /* "thong-so-0" ... */
    SPEC_VALUES = 6, /* "gia-tri-0" ...; the last two share a slug */
    NUMBER_STEP = 8, /* the last spec's values are numbers: 0 GB, 8 GB ... */
};

struct shop_term {
    char folded[TOKEN_BYTES_MAX], exact[TOKEN_BYTES_MAX * 3];
    uint8_t folded_size, exact_size, impact;
    bool several;
};

/* Two words side by side in the name, or the end of a model there. */
struct shop_pair {
    char key[TERM_BYTES_MAX];
    uint8_t size, impact;
};

struct shop_variant {
    uint64_t price, sale, stock;
    bool active;
    unsigned specs[SPECS]; /* values, a bit each */
};

struct product {
    bool live;
    uint32_t document, version;
    char id[32], name[512];
    struct shop_term core[TERMS_MAX], body[TERMS_MAX];
    unsigned core_count, body_count;
    struct shop_pair pairs[PAIRS_OF_PRODUCT_MAX];
    unsigned pair_count;
    uint64_t price, sale, stock, sold, rating, reviews, prior, created; /* as the columns show them */
    uint32_t brand, category;                                           /* UINT32_MAX: none */
    unsigned specs[SPECS];                                              /* the product's own values, a bit each */
    struct shop_variant variants[VARIANTS_MAX];
    unsigned variant_count;
    uint32_t run; /* the first entry, when it has had variants */
    bool has_run;
};

struct shop {
    char folder[64];
    struct env *env;
    struct analyzer *analyzer;
    struct product *products;
    uint32_t count, room;
    uint32_t parents[CATEGORIES];
    struct tree_interval intervals[CATEGORIES];
    uint32_t brands[BRANDS]; /* ordinals */
    uint64_t random;
};

static const char *const shop_words[] = {
    "bàn",   "bán",  "ban",      "bạn",      "máy",    "may",   "mây",  "lạnh",    "lành",    "điện",  "diện",  "dien", "thoại",    "tủ",
    "tu",    "tivi", "samsung",  "samsungs", "samson", "sam",   "sony", "rtx4060", "rtx",     "4060",  "256gb", "256",  "nr-bv360", "nr",
    "bv360", "360",  "bv",       "i7-1355u", "i7",     "1355u", "15",   "iphone",  "iphones", "hoà",   "hòa",   "hoa",  "xanh",     "xám",
    "đen",   "den",  "inverter", "invert",   "tiết",   "kiệm",  "nồi",  "cơm",     "com",     "chiên", "không", "dầu",  "dau",
};
enum { SHOP_WORDS = sizeof shop_words / sizeof shop_words[0] };

/* Words early in the list are frequent, so that both dense and rare terms arise. */
static inline const char *random_word(uint64_t *state)
{
    uint32_t a = random_below(state, SHOP_WORDS), b = random_below(state, SHOP_WORDS);
    return shop_words[random_chance(state, 60) && a > b ? b : a];
}

static inline void must(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%s", status_name(status));
}

static inline struct batch *shop_begin(struct shop *shop)
{
    struct error error = {0};
    struct batch *batch = NULL;
    if (batch_begin(shop->env, &batch, &error) != STATUS_OK)
        fail_msg("cannot begin: %s", error.text);
    return batch;
}

static inline void shop_commit(struct batch *batch)
{
    struct error error = {0};
    if (batch_commit(batch, &error) != STATUS_OK)
        fail_msg("cannot commit: %s", error.text);
}

static inline struct snapshot *shop_read(struct shop *shop)
{
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    if (snapshot_open(shop->env, &snapshot, &error) != STATUS_OK)
        fail_msg("cannot read: %s", error.text);
    return snapshot;
}

/* Adds the word's tokens as terms of one zone. */
static inline void terms_add(struct shop *shop, struct shop_term *terms, unsigned *count, const char *word, uint64_t *state)
{
    struct arena arena;
    struct token_list list = {0};
    arena_init(&arena, 1 << 20);
    must(analyze(shop->analyzer, word, strlen(word), &arena, &list));
    for (uint32_t i = 0; i < list.count; i++) {
        const struct token *token = &list.tokens[i];
        unsigned at = 0;
        while (at < *count &&
               (terms[at].folded_size != token->folded_size || memcmp(terms[at].folded, token->folded, token->folded_size) != 0))
            at++;
        struct shop_term *term = &terms[at];
        if (at < *count) {
            term->several =
                term->several || term->exact_size != token->exact_size || memcmp(term->exact, token->exact, token->exact_size) != 0;
            continue;
        }
        if (*count == TERMS_MAX)
            break;
        ++*count;
        *term = (struct shop_term){
            .folded_size = token->folded_size, .exact_size = token->exact_size, .impact = (uint8_t)(1 + random_below(state, 255))};
        memcpy(term->folded, token->folded, token->folded_size);
        memcpy(term->exact, token->exact, token->exact_size);
    }
    arena_release(&arena);
}

static inline void pairs_add(struct shop *shop, struct product *product, uint64_t *state)
{
    struct arena arena;
    struct token_list list = {0};
    struct pair pairs[PAIRS_OF_PRODUCT_MAX];
    arena_init(&arena, 1 << 20);
    must(analyze(shop->analyzer, product->name, strlen(product->name), &arena, &list));
    unsigned count = pairs_list(&list, bytes_of(product->name), pairs, PAIRS_OF_PRODUCT_MAX);
    for (unsigned i = 0; i < count; i++) {
        struct shop_pair *pair = &product->pairs[product->pair_count];
        unsigned at = 0;
        pair->size = (uint8_t)pair_key(&pairs[i], pair->key);
        pair->impact = (uint8_t)(1 + random_below(state, 255));
        while (product->pairs[at].size != pair->size || memcmp(product->pairs[at].key, pair->key, pair->size) != 0)
            at++;
        product->pair_count += at == product->pair_count;
    }
    arena_release(&arena);
}

static inline uint64_t random_price(uint64_t *state)
{
    static const uint64_t steps[] = {1, 1000, 10000, 990000, 1000000};
    return random_chance(state, 5) ? COLUMN_UNKNOWN : steps[random_below(state, 5)] * random_below(state, 40);
}

/* Mostly none or one. */
static inline unsigned random_values(uint64_t *state)
{
    unsigned values = random_chance(state, 50) ? 1u << random_below(state, SPEC_VALUES) : 0;
    return random_chance(state, 15) ? values | 1u << random_below(state, SPEC_VALUES) : values;
}

static inline void product_offer(struct product *product, uint64_t *state)
{
    product->price = random_price(state);
    product->sale = random_chance(state, 40) ? random_price(state) : COLUMN_UNKNOWN;
    product->stock = random_chance(state, 20) ? COLUMN_UNKNOWN : random_below(state, 3);
    for (unsigned i = 0; i < product->variant_count; i++)
        product->variants[i] = (struct shop_variant){.price = random_price(state),
                                                     .sale = random_chance(state, 40) ? random_price(state) : COLUMN_UNKNOWN,
                                                     .stock = random_chance(state, 20) ? COLUMN_UNKNOWN : random_below(state, 2),
                                                     .active = random_chance(state, 70)};
    for (unsigned i = 0; i < product->variant_count; i++)
        for (unsigned spec = 0; spec < SPECS / 2; spec++)
            product->variants[i].specs[spec] = random_values(state);
}

static inline uint64_t paid_of(uint64_t price, uint64_t sale)
{
    return price < sale ? price : sale;
}

/* The offer columns of a product with variants show its cheapest active one and the sum of their stocks. */
static inline void product_derive(struct product *product)
{
    const struct shop_variant *best = NULL;
    uint64_t stock = 0;
    bool unknown = false;
    for (unsigned i = 0; i < product->variant_count; i++) {
        const struct shop_variant *variant = &product->variants[i];
        if (!variant->active)
            continue;
        if (best == NULL || paid_of(variant->price, variant->sale) < paid_of(best->price, best->sale))
            best = variant;
        unknown = unknown || variant->stock == COLUMN_UNKNOWN;
        stock += variant->stock == COLUMN_UNKNOWN ? 0 : variant->stock;
    }
    if (best != NULL) {
        product->price = best->price;
        product->sale = best->sale;
        product->stock = stock == 0 && unknown ? COLUMN_UNKNOWN : stock;
    } else if (product->variant_count > 0) {
        product->stock = 0;
    }
}

static inline void product_fill(struct shop *shop, struct product *product)
{
    uint64_t *state = &shop->random;
    product->core_count = product->body_count = product->pair_count = 0;
    product->name[0] = '\0';
    unsigned words = 1 + random_below(state, WORDS_PER_PRODUCT);
    for (unsigned i = 0; i < words; i++) {
        const char *word = random_word(state);
        size_t size = strlen(product->name);
        snprintf(product->name + size, sizeof product->name - size, "%s%s", size == 0 ? "" : " ", word);
        terms_add(shop, product->core, &product->core_count, word, state);
    }
    pairs_add(shop, product, state);
    for (unsigned i = random_below(state, 4); i-- > 0;)
        terms_add(shop, product->body, &product->body_count, random_word(state), state);
    product->brand = random_chance(state, 10) ? UINT32_MAX : random_below(state, BRANDS);
    product->category = random_chance(state, 10) ? UINT32_MAX : random_below(state, CATEGORIES);
    for (unsigned spec = 0; spec < SPECS; spec++)
        product->specs[spec] = random_values(state);
    product->rating = random_chance(state, 20) ? COLUMN_UNKNOWN : random_chance(state, 30) ? 500 : random_below(state, 501);
    product->reviews = random_chance(state, 20)   ? COLUMN_UNKNOWN
                       : random_chance(state, 80) ? random_below(state, 12)
                                                  : random_below(state, UINT32_MAX);
    product->sold = random_chance(state, 20) ? COLUMN_UNKNOWN : random_below(state, 30);
    product->prior = random_chance(state, 20) ? COLUMN_UNKNOWN : random_chance(state, 20) ? PRIOR_MAX : random_below(state, PRIOR_MAX);
    product->created = random_chance(state, 20) ? COLUMN_UNKNOWN : 1700000000 + random_below(state, 50);
    if (!product->has_run)
        product->variant_count = random_chance(state, 30) ? 1 + random_below(state, VARIANTS_MAX) : 0;
    product_offer(product, state);
    product_derive(product);
}

static inline void entry_push(struct forward_list *list, enum term_class class, const struct shop_term *term, uint8_t size,
                              struct posting_form form)
{
    list->entries[list->count++] =
        (struct forward_entry){.class = class, .size = size, .impact = term->impact, .bytes = term->folded, .form = form};
}

static inline void product_terms(const struct product *product, struct forward_list *list)
{
    for (unsigned i = 0; i < product->core_count; i++) {
        const struct shop_term *term = &product->core[i];
        struct posting_form form = {.several = term->several};
        if (!term->several && (term->exact_size != term->folded_size || memcmp(term->exact, term->folded, term->folded_size) != 0))
            form = (struct posting_form){.bytes = term->exact, .size = term->exact_size};
        entry_push(list, TERM_CORE, term, term->folded_size, form);
        for (uint8_t letters = 1; letters <= 3 && letters <= term->folded_size; letters++)
            entry_push(list, TERM_PREFIX, term, letters, (struct posting_form){0});
    }
    for (unsigned i = 0; i < product->body_count; i++)
        entry_push(list, TERM_BODY, &product->body[i], product->body[i].folded_size, (struct posting_form){0});
    for (unsigned i = 0; i < product->pair_count; i++) {
        const struct shop_pair *pair = &product->pairs[i];
        list->entries[list->count++] =
            (struct forward_entry){.class = TERM_PAIR, .size = pair->size, .impact = pair->impact, .bytes = pair->key};
    }
    list->entries[list->count++] = (struct forward_entry){.class = TERM_LIVE, .impact = 1, .bytes = ""};
    forward_sort(list);
}

static inline void variants_write(struct batch *batch, struct product *product)
{
    if (product->variant_count == 0)
        return;
    if (!product->has_run) {
        must(batch_take(batch, COUNTER_VARIANT, product->variant_count + 1, &product->run));
        must(column_put(batch, &family_run, RUN_FIRST, product->document, product->run));
        must(column_put(batch, &family_run, RUN_COUNT, product->document, product->variant_count + 1));
        must(column_put(batch, &family_variant, VARIANT_OFFER_OWNER, product->run, product->document | VARIANT_INACTIVE));
        product->has_run = true;
    }
    for (unsigned i = 0; i < product->variant_count; i++) {
        const struct shop_variant *variant = &product->variants[i];
        uint32_t entry = product->run + 1 + i;
        must(column_put(batch, &family_variant, VARIANT_OFFER_PRICE, entry, variant->price));
        must(column_put(batch, &family_variant, VARIANT_OFFER_SALE, entry, variant->sale));
        must(column_put(batch, &family_variant, VARIANT_OFFER_STOCK, entry, variant->stock));
        must(column_put(batch, &family_variant, VARIANT_OFFER_OWNER, entry, product->document | (variant->active ? 0 : VARIANT_INACTIVE)));
    }
}

static inline void values_put(struct batch *batch, uint16_t field, uint32_t entry, unsigned values)
{
    uint32_t ordinals[SPEC_VALUES];
    unsigned count = 0;
    for (uint32_t value = 0; value < SPEC_VALUES; value++)
        if ((values >> value & 1) != 0)
            ordinals[count++] = value;
    must(multi_put(batch, field, entry, ordinals, count));
}

/* What the active variants have by themselves. */
static inline unsigned values_of_variants(const struct product *product, unsigned spec)
{
    unsigned values = 0;
    for (unsigned i = 0; i < product->variant_count; i++)
        values |= product->variants[i].active ? product->variants[i].specs[spec] : 0;
    return values;
}

/* A variant's own values, else its product's. */
static inline unsigned variant_spec(const struct product *product, unsigned variant, unsigned spec)
{
    unsigned own = product->variants[variant].specs[spec];
    return own != 0 ? own : product->specs[spec];
}

/* What a product has in all: its active variants' values, or its own when there is none. */
static inline unsigned product_spec(const struct product *product, unsigned spec)
{
    unsigned values = 0;
    bool any = false;
    for (unsigned i = 0; i < product->variant_count; i++)
        if (product->variants[i].active) {
            values |= variant_spec(product, i, spec);
            any = true;
        }
    return any ? values : product->specs[spec];
}

/* What the product has of the specs, as a fragment names it. */
static inline void fragment_write(struct batch *batch, const struct product *product)
{
    struct buffer buffer = {0};
    struct fragment_facet facets[SPECS] = {{0}};
    unsigned count = 0;
    for (unsigned spec = 0; spec < SPECS; spec++) {
        struct fragment_facet *facet = &facets[count];
        facet->field = (uint16_t)(FACET_SPEC_FIRST + spec);
        for (uint32_t value = 0; value < SPEC_VALUES; value++)
            if ((product_spec(product, spec) >> value & 1) != 0)
                facet->ordinals[facet->count++] = value;
        count += facet->count > 0;
    }
    struct document document = {.id = bytes_of(product->id), .name = bytes_of(product->name), .slug = bytes_of(product->id), .live = true};
    fragment_build(&document, facets, count, &buffer);
    must(fragment_put(batch, product->document, (struct bytes){buffer.data, buffer.size}));
    buffer_release(&buffer);
}

/* As indexer/facets.c does. */
static inline void specs_write(struct batch *batch, const struct product *product)
{
    for (unsigned spec = 0; spec < SPECS; spec++) {
        bool differ = product->live && values_of_variants(product, spec) != 0;
        uint16_t field = (uint16_t)(FACET_SPEC_FIRST + spec);
        values_put(batch, field, product->document, product->live ? product_spec(product, spec) : 0);
        for (unsigned i = 0; i < product->variant_count; i++)
            values_put(batch, (uint16_t)(field | MULTI_SPACE_VARIANT), product->run + 1 + i,
                       differ && product->variants[i].active ? variant_spec(product, i, spec) : 0);
    }
}

static inline uint64_t ordinal_or_unknown(uint32_t ordinal)
{
    return ordinal == UINT32_MAX ? COLUMN_UNKNOWN : ordinal;
}

static inline void offer_write(struct batch *batch, struct product *product)
{
    must(column_put(batch, &family_offer, OFFER_PRICE, product->document, product->price));
    must(column_put(batch, &family_offer, OFFER_SALE, product->document, product->sale));
    must(column_put(batch, &family_offer, OFFER_STOCK, product->document, product->stock));
    must(column_put(batch, &family_offer, OFFER_VERSION, product->document, ++product->version));
    variants_write(batch, product);
    specs_write(batch, product);
}

static inline void product_write(struct batch *batch, struct product *product)
{
    struct arena arena;
    struct forward_entry entries[TERMS_MAX * 5 + PAIRS_OF_PRODUCT_MAX + 1];
    struct forward_list list = {.entries = entries};
    uint32_t changed = 0, document = product->document;
    arena_init(&arena, 1 << 22);
    product_terms(product, &list);
    must(forward_replace(batch, document, &list, &arena, &changed));
    fragment_write(batch, product);
    must(document_put(batch, bytes_of(product->id), document));
    product->live = true;
    offer_write(batch, product);
    must(column_put(batch, &family_fame, FAME_RATING, document, product->rating));
    must(column_put(batch, &family_fame, FAME_REVIEWS, document, product->reviews));
    must(column_put(batch, &family_fame, FAME_SOLD, document, product->sold));
    must(column_put(batch, &family_fame, FAME_PRIOR, document, product->prior));
    must(column_put(batch, &family_brand, 0, document, ordinal_or_unknown(product->brand)));
    must(column_put(batch, &family_category, 0, document, ordinal_or_unknown(product->category)));
    must(column_put(batch, &family_created, 0, document, product->created));
    must(column_put(batch, &family_order, 0, document, id_order(bytes_of(product->id))));
    arena_release(&arena);
}

static inline void product_remove(struct batch *batch, struct product *product)
{
    struct arena arena;
    struct forward_list none = {0};
    uint32_t changed = 0;
    arena_init(&arena, 1 << 22);
    must(forward_replace(batch, product->document, &none, &arena, &changed));
    must(fragment_del(batch, product->document));
    must(document_del(batch, bytes_of(product->id)));
    product->live = false;
    specs_write(batch, product);
    arena_release(&arena);
}

/* A new product, `gap` document numbers behind the last one. Every third id is a number; the others share their first letters. */
static inline struct product *shop_add(struct shop *shop, struct batch *batch, uint32_t gap)
{
    if (shop->count == shop->room) {
        shop->room = shop->room == 0 ? 64 : shop->room * 2;
        shop->products = memory_resize(shop->products, shop->room * sizeof *shop->products);
    }
    struct product *product = &shop->products[shop->count];
    *product = (struct product){0};
    uint32_t scattered = shop->count * 7919 % 100003;
    snprintf(product->id, sizeof product->id, shop->count % 3 == 0 ? "%u" : "san-pham-%u", scattered);
    must(batch_take(batch, COUNTER_DOCUMENT, gap + 1, &product->document));
    product->document += gap;
    shop->count++;
    product_fill(shop, product);
    product_write(batch, product);
    return product;
}

/* Numbers a tree whose parents come before their children. */
static inline void tree_number(struct shop *shop, uint32_t parent, uint32_t *next)
{
    for (uint32_t i = 0; i < CATEGORIES; i++)
        if (shop->parents[i] == parent) {
            shop->intervals[i].low = (*next)++;
            tree_number(shop, i, next);
            shop->intervals[i].high = *next;
        }
}

static inline void labels_write(struct shop *shop, struct batch *batch)
{
    char key[16], text[32], slug[32];
    uint32_t next = 0;
    for (uint32_t i = 0; i < BRANDS; i++) {
        uint32_t ordinal = 0;
        snprintf(key, sizeof key, "b%u", i);
        snprintf(text, sizeof text, "Hãng %u", (i * 5) % BRANDS);
        snprintf(slug, sizeof slug, "hang-%u", i);
        struct label label = {.key = bytes_of(key), .text = bytes_of(text), .slug = bytes_of(slug), .parent = LABEL_NO_PARENT};
        must(label_put(batch, FACET_BRAND, &label, &ordinal));
        assert_int_equal(ordinal, i);
    }
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        uint32_t ordinal = 0;
        shop->parents[i] = i < 3 ? (uint32_t)LABEL_NO_PARENT : random_below(&shop->random, i);
        snprintf(key, sizeof key, "c%u", i);
        snprintf(text, sizeof text, "Ngành %u", (i * 3) % CATEGORIES);
        snprintf(slug, sizeof slug, "nganh-%u", i);
        struct label label = {.key = bytes_of(key), .text = bytes_of(text), .slug = bytes_of(slug), .parent = shop->parents[i]};
        must(label_put(batch, FACET_CATEGORY, &label, &ordinal));
        assert_int_equal(ordinal, i);
    }
    for (uint32_t i = 0; i < SPECS * (SPEC_VALUES + 1); i++) {
        uint32_t ordinal = 0, spec = i / (SPEC_VALUES + 1), value = i % (SPEC_VALUES + 1);
        bool name = value == SPEC_VALUES;
        if (spec == SPECS - 1 && !name)
            snprintf(key, sizeof key, "%ugb", value * NUMBER_STEP);
        else
            snprintf(key, sizeof key, "s%u", i);
        snprintf(text, sizeof text, name ? "Thông số %u" : "Giá trị %u", name ? spec : value);
        snprintf(slug, sizeof slug, name ? "thong-so-%u" : "gia-tri-%u", name ? spec : value == SPEC_VALUES - 1 ? value - 1 : value);
        struct label label = {.key = bytes_of(key), .text = bytes_of(text), .slug = bytes_of(slug), .parent = LABEL_NO_PARENT};
        must(label_put(batch, name ? FACET_SPEC_NAMES : (uint16_t)(FACET_SPEC_FIRST + spec), &label, &ordinal));
        assert_int_equal(ordinal, name ? spec : value);
    }
    tree_number(shop, LABEL_NO_PARENT, &next);
    must(tree_put(batch, FACET_CATEGORY, &(struct tree){shop->intervals, CATEGORIES}));
}

static inline void shop_open(struct shop *shop, uint64_t seed)
{
    struct error error = {0};
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = UINT64_C(1) << 30};
    *shop = (struct shop){.random = seed, .analyzer = analyzer_new()};
    assert_true(fast_folder(shop->folder, sizeof shop->folder, "query"));
    if (env_open(shop->folder, &options, &shop->env, &error) != STATUS_OK)
        fail_msg("cannot open %s: %s", shop->folder, error.text);
    env_set_term_keys(shop->env, term_keys_build, shop->analyzer);
    struct batch *batch = shop_begin(shop);
    labels_write(shop, batch);
    shop_commit(batch);
}

static inline void shop_close(struct shop *shop)
{
    char path[128];
    env_close(shop->env);
    analyzer_free(shop->analyzer);
    free(shop->products);
    snprintf(path, sizeof path, "%s/data.mdb", shop->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", shop->folder);
    unlink(path);
    rmdir(shop->folder);
}

#endif
