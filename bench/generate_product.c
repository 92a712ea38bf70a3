#include "bench/generate_product.h"

#include <string.h>

#include "bench/generate_text.h"

enum {
    CREATED_LAST_S = 1782777600, /* 2026-06-30: the catalog's today, fixed, so that it never changes */
    CREATED_SPAN_S = 4 * 365 * 86400,
    SALE_PERMILLE = 300,
    DRAFT_PERMILLE = 10,
    INACTIVE_PERMILLE = 10,
    FEATURED_PERMILLE = 20,
    OUT_OF_STOCK_PERMILLE = 60,
    STOCK_UNKNOWN_PERMILLE = 70,
    NEW_TONES_PERMILLE = 300,
    SHORT_ABSENT_PERMILLE = 80,
    IMAGE_ABSENT_PERMILLE = 40,
    SOLD_DOUBLINGS_MAX = 16,
    RANK_WHOLE = 1000,
};

static struct bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct bytes){buffer->data, buffer->size};
}

/* Only such a value is followed by a unit: not "1TB". */
static bool is_bare_number(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] < '0' || text.data[i] > '9') && text.data[i] != '.' && text.data[i] != ',')
            return false;
    return text.size > 0;
}

void product_append_value(struct product *product, uint32_t spec, uint32_t value, struct buffer *out)
{
    const struct spec_kind *kind = &product->category->specs[spec];
    struct bytes text = product->values[spec]->values[value];
    buffer_append(out, text.data, text.size);
    if (kind->units.count == 0 || !is_bare_number(text))
        return;
    struct bytes unit = kind->units.values[value_list_draw(&kind->units, &product->random)];
    if (unit.size > 0 && unit.data[0] == '_') {
        buffer_append_char(out, ' ');
        unit = (struct bytes){unit.data + 1, unit.size - 1};
    }
    buffer_append(out, unit.data, unit.size);
}

/* A copy in which a blank neither follows another nor opens or closes the text, and none stands before a comma, a full stop, a colon or a
 * closing bracket: what stays behind when a piece is empty. */
static void append_tidy(struct buffer *out, struct bytes text)
{
    char *start = buffer_reserve(out, text.size);
    char *to = start;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool after_blank = to == start || to[-1] == ' ';
        if (byte == ' ' && after_blank)
            continue;
        if (after_blank && to > start && (byte == ',' || byte == '.' || byte == ')' || byte == ':'))
            to--;
        *to++ = byte;
    }
    while (to > start && to[-1] == ' ')
        to--;
    out->size += (size_t)(to - start);
}

static void append_piece(struct product *product, const struct piece *piece, struct buffer *out)
{
    struct bytes text = {0};
    switch (piece->kind) {
    case PIECE_TEXT:
        text = piece->text;
        break;
    case PIECE_CHOICE:
        text = piece->choice.values[value_list_draw(&piece->choice, &product->random)];
        break;
    case PIECE_BRAND:
        text = product->line->brand;
        break;
    case PIECE_LINE:
        text = buffer_bytes(&product->line_name);
        break;
    case PIECE_CODE:
        text = buffer_bytes(&product->code);
        break;
    case PIECE_NOUN:
        text = product->noun;
        break;
    case PIECE_WORDS: {
        const struct value_list *list = &product->lists->words[piece->index].list;
        text = list->values[value_list_draw(list, &product->random)];
        break;
    }
    case PIECE_SPEC:
        product_append_value(product, piece->index, product->value[piece->index], out);
        return;
    }
    buffer_append(out, text.data, text.size);
}

/* Appends a template's text: tidied, its tones where this product has them. */
static void append_template(struct product *product, const struct template *template, struct buffer *out)
{
    product->scratch.size = 0;
    for (uint32_t i = 0; i < template->count; i++)
        append_piece(product, &template->pieces[i], &product->scratch);
    product->rendered.size = 0;
    append_tidy(&product->rendered, buffer_bytes(&product->scratch));
    if (product->new_tones)
        text_append_new_tones(out, buffer_bytes(&product->rendered));
    else
        buffer_append(out, product->rendered.data, product->rendered.size);
}

/* A model code: # is a digit, @ a capital letter that cannot be taken for one; a spec's value goes in bare. */
static void draw_code(struct product *product)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    const struct template *template = &product->line->code;
    product->code.size = 0;
    for (uint32_t i = 0; i < template->count; i++) {
        const struct piece *piece = &template->pieces[i];
        if (piece->kind == PIECE_SPEC) {
            struct bytes value = product->values[piece->index]->values[product->value[piece->index]];
            buffer_append(&product->code, value.data, value.size);
            continue;
        }
        size_t start = product->code.size;
        append_piece(product, piece, &product->code);
        for (size_t at = start; at < product->code.size; at++) {
            if (product->code.data[at] == '#')
                product->code.data[at] = (char)('0' + random_below(&product->random, 10));
            else if (product->code.data[at] == '@')
                product->code.data[at] = letters[random_below(&product->random, sizeof letters - 1)];
        }
    }
}

static void draw_specs(struct product *product)
{
    const struct category_kind *category = product->category;
    for (uint32_t i = 0; i < category->spec_count; i++)
        product->values[i] = &category->specs[i].list;
    for (uint32_t i = 0; i < product->line->override_count; i++)
        product->values[product->line->overrides[i].spec] = &product->line->overrides[i].list;
    for (uint32_t i = 0; i < category->spec_count; i++) {
        if (category->specs[i].follows && i > 0)
            product->value[i] = product->value[i - 1] * product->values[i]->count / product->values[i - 1]->count;
        else
            product->value[i] = value_list_draw(product->values[i], &product->random);
        product->stated[i] = !category->specs[i].hidden && random_below(&product->random, 100) < category->specs[i].stated_percent;
    }
}

/* Where the price lies in the line's range, 0 to RANK_WHOLE: mostly by the specs that drive it. */
static uint32_t price_rank(const struct product *product, const uint32_t *value, uint32_t luck)
{
    uint32_t sum = 0;
    uint32_t drivers = 0;
    for (uint32_t i = 0; i < product->category->spec_count; i++) {
        if (!product->category->specs[i].prices || product->values[i]->count < 2)
            continue;
        sum += value[i] * RANK_WHOLE / (product->values[i]->count - 1);
        drivers++;
    }
    return drivers == 0 ? luck : (sum / drivers * 7 + luck * 3) / 10;
}

/* Prices as shops print them: 8.490.000, 189.000. */
static int64_t price_round(int64_t thousand)
{
    if (thousand >= 1000)
        thousand = thousand / 100 * 100 + 90;
    else if (thousand >= 100)
        thousand = thousand / 10 * 10 + 9;
    return (thousand > 9 ? thousand : 9) * 1000;
}

static int64_t price_at(const struct product *product, uint32_t rank)
{
    int64_t low = product->line->low_thousand;
    int64_t span = (int64_t)product->line->high_thousand - low;
    return price_round(low + span * rank / RANK_WHOLE * rank / RANK_WHOLE);
}

static int64_t sale_of(int64_t price_vnd, uint32_t discount_percent)
{
    if (discount_percent == 0)
        return 0;
    int64_t sale = price_round(price_vnd * (100 - discount_percent) / 100 / 1000);
    return sale < price_vnd ? sale : 0;
}

static int64_t draw_stock(struct random *random)
{
    if (random_chance(random, STOCK_UNKNOWN_PERMILLE))
        return PRODUCT_STOCK_UNKNOWN;
    if (random_chance(random, OUT_OF_STOCK_PERMILLE))
        return 0;
    return 1 + random_below(random, 1 + random_below(random, 500));
}

static void draw_price(struct product *product, uint32_t luck)
{
    struct random *random = &product->random;
    product->discount_percent = 0;
    if (random_chance(random, SALE_PERMILLE)) {
        uint32_t one = random_below(random, 46);
        uint32_t other = random_below(random, 46);
        product->discount_percent = 5 + (one < other ? one : other);
    }
    product->price_vnd = price_at(product, price_rank(product, product->value, luck));
    product->sale_vnd = sale_of(product->price_vnd, product->discount_percent);
    product->stock = draw_stock(random);
}

/* How popular: half of all products sell next to nothing, and each doubling of the sales is half as common. */
static void draw_sales(struct product *product)
{
    struct random *random = &product->random;
    uint32_t doublings = 0;
    while (doublings < SOLD_DOUBLINGS_MAX && random_below(random, 2) == 0)
        doublings++;
    uint32_t size = UINT32_C(1) << doublings;
    product->sold = 3 * (size - 1 + random_below(random, size)) + random_below(random, 3);
    product->reviews = (uint32_t)((uint64_t)product->sold * (4 + random_below(random, 30)) / 100);
    product->rating_hundredths = 0;
    if (product->reviews == 0)
        return;
    bool poor = random_chance(random, 60);
    uint32_t rating = poor ? 180 + random_below(random, 220) : 500 - random_below(random, 60) - random_below(random, 60);
    product->rating_hundredths = product->reviews < 3 ? (rating + 50) / 100 * 100 : rating / 10 * 10;
}

/* What a category's products may differ in, when this one has more than one value of it. */
static uint32_t find_axes(const struct product *product, uint32_t axes[LISTS_SPECS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < product->category->spec_count; i++)
        if (product->category->specs[i].varies && product->values[i]->count > 1)
            axes[count++] = i;
    return count;
}

static void draw_variants(struct product *product, uint32_t luck)
{
    struct random *random = &product->random;
    uint32_t axes[LISTS_SPECS_MAX];
    uint32_t axis_count = find_axes(product, axes);
    memset(product->varies, 0, sizeof product->varies);
    product->variant_count = 0;
    if (axis_count == 0 || random_below(random, 100) >= product->category->variants_percent)
        return;
    uint32_t first = axes[random_below(random, axis_count)];
    uint32_t second = axes[random_below(random, axis_count)];
    uint32_t wanted = 2 + random_below(random, 3) + random_below(random, 3);
    uint32_t across = second != first ? (wanted + 1) / 2 : wanted;
    if (across > product->values[first]->count)
        across = product->values[first]->count;
    uint32_t down = second != first ? 2 : 1;
    product->varies[first] = true;
    product->varies[second] = true;
    int64_t stock = 0;
    for (uint32_t i = 0; i < wanted && i < across * down; i++) {
        struct product_variant *variant = &product->variants[product->variant_count++];
        memcpy(variant->value, product->value, sizeof variant->value);
        variant->value[first] = (product->value[first] + i % across) % product->values[first]->count;
        if (i >= across)
            variant->value[second] = (product->value[second] + 1) % product->values[second]->count;
        variant->price_vnd = price_at(product, price_rank(product, variant->value, luck));
        variant->sale_vnd = sale_of(variant->price_vnd, product->discount_percent);
        variant->stock = draw_stock(random);
        if (variant->stock == PRODUCT_STOCK_UNKNOWN || stock == PRODUCT_STOCK_UNKNOWN)
            stock = PRODUCT_STOCK_UNKNOWN;
        else
            stock += variant->stock;
    }
    product->stock = stock;
}

static void draw_state(struct product *product)
{
    struct random *random = &product->random;
    uint32_t state = random_below(random, 1000);
    product->status = state < DRAFT_PERMILLE ? "draft" : state < DRAFT_PERMILLE + INACTIVE_PERMILLE ? "inactive" : "active";
    product->featured = random_chance(random, FEATURED_PERMILLE);
    product->images =
        random_chance(random, IMAGE_ABSENT_PERMILLE) ? 0 : 1 + random_below(random, 1 + random_below(random, PRODUCT_IMAGES_MAX));
    uint32_t one = random_below(random, CREATED_SPAN_S);
    uint32_t other = random_below(random, CREATED_SPAN_S);
    product->created_us = ((int64_t)CREATED_LAST_S - (one < other ? one : other)) * 1000000;
}

static const struct template *draw_text(struct product *product, enum text_role role)
{
    const struct text_pool *pool = &product->category->texts[role];
    return &pool->templates[random_below(&product->random, pool->count)];
}

static size_t count_characters(const struct buffer *buffer, size_t from)
{
    size_t count = 0;
    for (size_t i = from; i < buffer->size; i++)
        count += ((unsigned char)buffer->data[i] & 0xC0) != 0x80;
    return count;
}

/* Appends up to `count` different sentences of a role; one that would pass the limit is taken back. `length` counts characters. */
static void append_sentences(struct product *product, enum text_role role, uint32_t count, const char *separator, size_t *length)
{
    const struct text_pool *pool = &product->category->texts[role];
    struct buffer *out = &product->description;
    uint64_t used = 0;
    for (uint32_t i = 0; i < count && i < pool->count; i++) {
        uint32_t pick = random_below(&product->random, pool->count);
        while (used >> pick & 1)
            pick = (pick + 1) % pool->count;
        used |= UINT64_C(1) << pick;
        size_t before = out->size;
        if (before > 0)
            buffer_append_text(out, separator);
        append_template(product, &pool->templates[pick], out);
        size_t added = count_characters(out, before);
        if (*length + added > PRODUCT_DESCRIPTION_MAX) {
            out->size = before;
            return;
        }
        *length += added;
    }
}

static void draw_description(struct product *product)
{
    struct random *random = &product->random;
    product->description.size = 0;
    uint32_t layout = random_below(random, 100);
    /* Crawled pages often lose the blank between two sentences. */
    const char *separator = layout < 3 ? "" : layout < 20 ? "\n" : layout < 24 ? "<br>" : " ";
    size_t length = 0;
    append_sentences(product, ROLE_OPEN, 1, separator, &length);
    append_sentences(product, ROLE_FEATURE, 2 + random_below(random, 4), separator, &length);
    append_sentences(product, ROLE_USE, random_below(random, 3), separator, &length);
    append_sentences(product, ROLE_CLOSE, 1 + random_below(random, 2), separator, &length);
}

static void draw_texts(struct product *product)
{
    product->name.size = product->slug.size = product->short_desc.size = 0;
    append_template(product, draw_text(product, ROLE_NAME), &product->name);
    text_append_slug(&product->slug, buffer_bytes(&product->name));
    buffer_print(&product->slug, "-%llu", (unsigned long long)product->number);
    if (!random_chance(&product->random, SHORT_ABSENT_PERMILLE))
        append_template(product, draw_text(product, ROLE_SHORT), &product->short_desc);
    draw_description(product);
}

void product_draw(struct product *product, const struct lists *lists, uint64_t seed, uint64_t number)
{
    product->lists = lists;
    product->number = number;
    product->random = random_stream(seed, number);
    struct random *random = &product->random;
    uint32_t total = lists->category_upto[lists->category_count - 1];
    product->category = &lists->categories[weight_find(lists->category_upto, lists->category_count, random_below(random, total))];
    const struct category_kind *category = product->category;
    uint32_t lines_total = category->line_upto[category->line_count - 1];
    product->line = &category->lines[weight_find(category->line_upto, category->line_count, random_below(random, lines_total))];
    product->noun = category->nouns.values[value_list_draw(&category->nouns, random)];
    product->new_tones = random_chance(random, NEW_TONES_PERMILLE);
    draw_specs(product);
    uint32_t luck = random_below(random, RANK_WHOLE);
    draw_price(product, luck);
    draw_variants(product, luck);
    draw_sales(product);
    draw_state(product);
    draw_code(product);
    product->line_name.size = 0;
    append_template(product, &product->line->name, &product->line_name);
    draw_texts(product);
}

void product_release(struct product *product)
{
    struct buffer *buffers[] = {&product->line_name,  &product->code,        &product->name,    &product->slug,
                                &product->short_desc, &product->description, &product->scratch, &product->rendered};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_release(buffers[i]);
    *product = (struct product){0};
}
