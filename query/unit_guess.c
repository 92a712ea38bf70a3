/* "pin dự phòng trên 20000": nothing says mAh but the power banks themselves. Some of the category's products are looked at; a unit counts when
 * the number lies among (or near) the numbers that they have with it. */
#include "query/unit_guess.h"

#include <string.h>

#include "catalog/field.h"
#include "storage/column.h"
#include "storage/forward.h"
#include "storage/label.h"

enum {
    GUESS_PRODUCTS = 24,   /* looked at */
    GUESS_POSTINGS = 2048, /* walked through to find them */
    GUESS_UNITS = 16,
    GUESS_SHARE = 2, /* one of so many products must have the unit */
};

/* Units that a quantity's reading knows. */
static const char *const guessed_units[] = {"inch", "l", "kg", "hp", "btu", "w", "mah", "hz", "mp"};

struct guess {
    struct bytes unit;
    unsigned products;
    int64_t low, high; /* of the numbers seen */
};

struct guessing {
    struct guess guesses[GUESS_UNITS];
    unsigned count;
    unsigned products;
};

static struct guess *guess_find(struct guessing *guessing, struct bytes unit)
{
    for (unsigned i = 0; i < guessing->count; i++)
        if (bytes_equal(guessing->guesses[i].unit, unit))
            return &guessing->guesses[i];
    return NULL;
}

/* Takes note of one term of a product, if it is a quantity. `seen` keeps a unit from counting twice for one product. */
static void term_note(struct guessing *guessing, struct bytes term, bool seen[GUESS_UNITS])
{
    size_t digits = 0;
    int64_t milli = 0;
    while (digits < term.size && (is_digit(term.data[digits]) || term.data[digits] == '.'))
        digits++;
    struct guess *guess = guess_find(guessing, (struct bytes){term.data + digits, term.size - digits});
    if (guess == NULL || !milli_parse((struct bytes){term.data, digits}, &milli))
        return;
    guess->low = guess->products == 0 || milli < guess->low ? milli : guess->low;
    guess->high = guess->products == 0 || milli > guess->high ? milli : guess->high;
    size_t at = (size_t)(guess - guessing->guesses);
    guess->products += !seen[at];
    seen[at] = true;
}

static enum status product_note(const struct reader_state *state, struct guessing *guessing, uint32_t document)
{
    struct forward_list list = {0};
    bool seen[GUESS_UNITS] = {false};
    enum status status = forward_get(state->snapshot, document, state->arena, &list);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    guessing->products++;
    for (uint32_t i = 0; i < list.count; i++)
        if (list.entries[i].class == TERM_CORE || list.entries[i].class == TERM_BODY)
            term_note(guessing, (struct bytes){list.entries[i].bytes, list.entries[i].size}, seen);
    return STATUS_OK;
}

/* The rarest word of the category's name: its products have it. NOT_FOUND when none has. */
static enum status name_term(const struct reader_state *state, uint32_t category, struct term *out)
{
    struct bytes name = {0};
    struct token_list tokens = {0};
    enum status status = category_name(state, category, &name, &tokens);
    *out = (struct term){0};
    for (uint32_t i = 0; i < tokens.count && status == STATUS_OK; i++) {
        struct term term = {0};
        enum status found = term_get(state->snapshot, TERM_CORE, tokens.tokens[i].folded, tokens.tokens[i].folded_size, &term);
        if (found == STATUS_OK && (out->df == 0 || term.df < out->df))
            *out = term;
        else if (found != STATUS_OK && found != STATUS_NOT_FOUND)
            status = found;
    }
    return status == STATUS_OK && out->df == 0 ? STATUS_NOT_FOUND : status;
}

static enum status products_note(const struct reader_state *state, uint32_t category, const struct term *term, struct guessing *guessing)
{
    struct postings postings;
    struct column_reader categories;
    struct tree tree = {0};
    enum status status = tree_get(state->snapshot, FACET_CATEGORY, state->arena, &tree);
    unsigned walked = 0;
    column_reader_init(&categories, state->snapshot, &family_category);
    postings_open(&postings, state->snapshot, term);
    while (status == STATUS_OK && walked < GUESS_POSTINGS && guessing->products < GUESS_PRODUCTS) {
        status = postings_next(&postings);
        for (unsigned i = 0; status == STATUS_OK && i < postings.count && guessing->products < GUESS_PRODUCTS; i++, walked++) {
            uint64_t own = column_get(&categories, 0, postings.documents[i]);
            bool under = own == category;
            if (own < tree.count && category < tree.count)
                under = tree.intervals[category].low <= tree.intervals[own].low && tree.intervals[own].low < tree.intervals[category].high;
            if (under)
                status = product_note(state, guessing, postings.documents[i]);
        }
    }
    postings_close(&postings);
    return status == STATUS_END ? STATUS_OK : status;
}

/* A number among those seen, or near: large ones say more by themselves (20000 is hardly anything but mAh), so they may lie farther off. */
static bool guess_fits(const struct guessing *guessing, const struct guess *guess, int64_t low, int64_t high)
{
    int64_t near = low >= 1000 * MILLI ? 100 : 20; /* percent */
    if (guess->products == 0 || guess->products * GUESS_SHARE < guessing->products)
        return false;
    return low >= guess->low * 100 / (100 + near) && high <= guess->high * (100 + near) / 100;
}

enum status unit_guess(const struct reader_state *state, int64_t low_milli, int64_t high_milli, struct bytes *unit)
{
    struct guessing guessing = {.count = sizeof guessed_units / sizeof guessed_units[0]};
    struct term term = {0};
    const struct reading *category = reading_find(state->out, "category");
    *unit = (struct bytes){0};
    if (category == NULL || state->snapshot == NULL)
        return STATUS_OK;
    for (unsigned i = 0; i < guessing.count; i++)
        guessing.guesses[i].unit = bytes_of(guessed_units[i]);
    enum status status = name_term(state, category->ordinal, &term);
    if (status == STATUS_OK)
        status = products_note(state, category->ordinal, &term, &guessing);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    unsigned fitting = 0;
    for (unsigned i = 0; i < guessing.count; i++) {
        if (!guess_fits(&guessing, &guessing.guesses[i], low_milli, high_milli))
            continue;
        fitting++;
        *unit = guessing.guesses[i].unit;
    }
    if (fitting > 1)
        *unit = (struct bytes){0};
    return STATUS_OK;
}
