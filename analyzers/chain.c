/* A chain is read first and understood afterwards, since what a run means depends on what follows: "55" alone, "55 inch", "55du7700".
 * Elements bind as tightly as they can: digits with their separators, then a unit, then whatever touches. */
#include "analyzers/chain.h"

#include <string.h>

static bool gap_joins(uint8_t gap)
{
    return gap == GAP_NONE || (gap != GAP_SPACE && gap != GAP_OTHER);
}

static bool next_is_run(const struct scanner *scanner)
{
    return scanner->next == CLASS_LETTER || scanner->next == CLASS_DIGIT;
}

enum {
    GROUPS_MAX = 3, /* of thousands behind spaces */
    THOUSANDS_MIN = 10,
    THOUSANDS_MAX = 999, /* 10k counts, but 4k is a picture's size and 12700k a processor */
    SCREEN_MIN = 5,
    SCREEN_MAX = 150,      /* inches, where they might be the word "in" */
    TENTHS_WHOLE_MAX = 20, /* 59L5 is rather a model */
    TENTHS_DIGITS_MAX = 2,
    RAM_MAX = 128,
    STORAGE_MIN = 16,
    STORAGE_MAX = 2048,
};

static const struct run *run_at(const struct chain *chain, size_t index)
{
    return index < chain->count ? &chain->runs[index] : NULL;
}

static bool run_touches(const struct chain *chain, size_t index)
{
    return index < chain->count && chain->runs[index].gap == GAP_NONE;
}

static bool run_is(const struct scanner *scanner, const struct run *run, const char *digits)
{
    return run->count == strlen(digits) && memcmp(scanner->bases + run->first, digits, run->count) == 0;
}

/* k behind digits that it touches, nghìn and ngàn behind a space. */
static bool run_is_thousand(const struct scanner *scanner, const struct run *run)
{
    if (run->class != CLASS_LETTER)
        return false;
    if (run->gap == GAP_NONE)
        return run_is_word(scanner, run, "k", "k");
    return run->gap == GAP_SPACE && (run_is_word(scanner, run, "nghin", "nghìn") || run_is_word(scanner, run, "ngan", "ngàn") ||
                                     run_is_word(scanner, run, "k", "k"));
}

static bool run_is_digits(const struct chain *chain, size_t index)
{
    return index < chain->count && chain->runs[index].class == CLASS_DIGIT;
}

/* Runs that touch or are joined. */
static void chain_extend(struct scanner *scanner, struct chain *chain, uint8_t gap)
{
    do {
        gap = scanner_run(scanner, gap, &chain->runs[chain->count++]);
    } while (chain->count < CHAIN_RUNS_MAX && gap_joins(gap) && next_is_run(scanner));
    chain->gap = gap;
}

/* The next run, behind a space, as one more of the chain; undone by chain_drop. */
static struct run *chain_peek(struct scanner *scanner, struct chain *chain, enum letter_class class)
{
    if (chain->gap != GAP_SPACE || scanner->next != class || chain->count == CHAIN_RUNS_MAX + CHAIN_BEHIND_MAX)
        return NULL;
    struct run *run = &chain->runs[chain->count++];
    chain->gap = scanner_run(scanner, GAP_SPACE, run);
    return run;
}

static void chain_drop(struct scanner *scanner, struct chain *chain, struct scanner_place place, size_t count)
{
    scanner_place_put(scanner, place);
    chain->count = count;
    chain->gap = GAP_SPACE;
}

/* Whether the run that was just read has letters or digits at its end. */
static bool chain_touches(const struct scanner *scanner, const struct chain *chain)
{
    return chain->gap == GAP_NONE && next_is_run(scanner);
}

/* Whether a unit of thousands comes next: touching, or behind a space. */
static bool thousands_follow(struct scanner *scanner, struct chain *chain)
{
    if ((chain->gap != GAP_SPACE && chain->gap != GAP_NONE) || scanner->next != CLASS_LETTER)
        return false;
    struct scanner_place place = scanner_place_get(scanner);
    struct run run = {0};
    uint8_t gap = scanner_run(scanner, chain->gap, &run);
    const struct unit *unit = unit_find(scanner, &run);
    bool touches = gap == GAP_NONE && next_is_run(scanner);
    scanner_place_put(scanner, place);
    return unit != NULL && (unit->flags & UNIT_THOUSANDS) != 0 && !touches;
}

/* Groups of thousands behind spaces, where no other reading is likely: 10 000 mah, 1 250 000 with zeros at its end, but never the two
 * numbers of "15 128GB". */
static bool chain_read_groups(struct scanner *scanner, struct chain *chain)
{
    const struct run *first = &chain->runs[0], *last = first;
    if (chain->count != 1 || first->class != CLASS_DIGIT || first->count > 3 || scanner->bases[first->first] == '0' || first->inch_end != 0)
        return false;
    struct scanner_place place = scanner_place_get(scanner);
    while (chain->count <= GROUPS_MAX) {
        const struct run *run = chain_peek(scanner, chain, CLASS_DIGIT);
        if (run == NULL)
            break;
        last = run;
        if (run->count != 3 || run->inch_end != 0)
            break;
    }
    bool groups = last != first && last->count == 3 && last->inch_end == 0 && scanner->next != CLASS_DIGIT;
    bool zeros = groups && run_is(scanner, last, "000");
    bool hundreds = groups && memcmp(scanner->bases + last->first + 1, "00", 2) == 0;
    if ((zeros && chain->count > 2 && !chain_touches(scanner, chain)) || (hundreds && thousands_follow(scanner, chain)))
        return true;
    chain_drop(scanner, chain, place, 1);
    return false;
}

/* Whether "in" may be a unit: 55 in, but neither 2 in 1 nor 2900 in. */
static bool screen_fits(const struct scanner *scanner, const struct chain *chain, size_t figures)
{
    const struct run *run = &chain->runs[figures];
    uint32_t inches = 0;
    for (size_t i = 0; i < run->count && i < 4; i++)
        inches = inches * 10 + (uint32_t)(scanner->bases[run->first + i] - '0');
    bool one = scanner->next == CLASS_DIGIT && scanner->at[0] == '1' &&
               (scanner->at + 1 == scanner->end || scanner->at[1] < '0' || scanner->at[1] > '9');
    return figures > 0 || (inches >= SCREEN_MIN && inches <= SCREEN_MAX && !one);
}

/* A unit behind the number and one space belongs to the chain: 16 GB. Behind k or nghìn only one that is counted so. */
static bool chain_read_unit(struct scanner *scanner, struct chain *chain, bool thousand)
{
    struct scanner_place place = scanner_place_get(scanner);
    size_t count = chain->count;
    const struct run *run = chain_peek(scanner, chain, CLASS_LETTER);
    if (run == NULL)
        return false;
    const struct unit *unit = unit_find(scanner, run);
    bool fits = unit != NULL && (unit->flags & UNIT_APART) != 0 && !(chain->gap == GAP_NONE && scanner->next == CLASS_DIGIT);
    if (fits && thousand)
        fits = (unit->flags & UNIT_THOUSANDS) != 0;
    if (fits && (unit->flags & UNIT_SCREEN) != 0)
        fits = screen_fits(scanner, chain, count - 1);
    if (!fits)
        chain_drop(scanner, chain, place, count);
    return fits;
}

/* 10k mah, 10 nghìn mah. */
static bool chain_read_thousand(struct scanner *scanner, struct chain *chain)
{
    struct scanner_place place = scanner_place_get(scanner);
    size_t count = chain->count;
    const struct run *run = chain_peek(scanner, chain, CLASS_LETTER);
    if (run == NULL)
        return false;
    if (run_is_thousand(scanner, run) && chain_read_unit(scanner, chain, true))
        return true;
    chain_drop(scanner, chain, place, count);
    return false;
}

static bool run_is_half(const struct scanner *scanner, const struct run *run)
{
    return run_is_word(scanner, run, "ruoi", "rưỡi");
}

static char run_power(const struct scanner *scanner, const struct run *run)
{
    if (run_is_word(scanner, run, "vuong", "vuông"))
        return '2';
    return run_is_word(scanner, run, "khoi", "khối") ? '3' : '\0';
}

/* 1 lít rưỡi, 15 mét vuông. */
static void chain_read_suffix(struct scanner *scanner, struct chain *chain)
{
    if (chain->gap != GAP_SPACE || scanner->next != CLASS_LETTER)
        return;
    struct scanner_place place = scanner_place_get(scanner);
    size_t count = chain->count;
    const struct unit *unit = unit_find(scanner, &chain->runs[count - 1]);
    const struct run *run = unit == NULL ? NULL : chain_peek(scanner, chain, CLASS_LETTER);
    if (run == NULL)
        return;
    if (chain_touches(scanner, chain) || (!run_is_half(scanner, run) && unit_power(unit, run_power(scanner, run)) == NULL))
        chain_drop(scanner, chain, place, count);
}

void chain_read(struct scanner *scanner, struct chain *chain)
{
    scanner->used = 0;
    chain->count = 0;
    chain_extend(scanner, chain, GAP_OTHER);
    if (chain->gap == GAP_SPACE && scanner->next == CLASS_DIGIT && chain_read_groups(scanner, chain) && gap_joins(chain->gap) &&
        next_is_run(scanner))
        chain_extend(scanner, chain, chain->gap);
    if (chain->gap != GAP_SPACE || scanner->next != CLASS_LETTER)
        return;
    const struct run *last = &chain->runs[chain->count - 1];
    bool letters = last->class == CLASS_LETTER;
    bool measured = letters && run_is_digits(chain, chain->count - 2) && run_touches(chain, chain->count - 1);
    if (!letters && last->inch_end == 0)
        measured = chain_read_unit(scanner, chain, false) || chain_read_thousand(scanner, chain);
    else if (measured && run_is_thousand(scanner, last))
        chain_read_unit(scanner, chain, true);
    if (measured)
        chain_read_suffix(scanner, chain);
}

/* Everything from `index` on that touches the run before it. */
static size_t touching_runs(const struct chain *chain, size_t index)
{
    size_t end = index;
    while (run_touches(chain, end))
        end++;
    return end;
}

/* The unit in run `index` behind a number; NULL for none. */
static const struct unit *unit_behind(const struct scanner *scanner, const struct chain *chain, size_t index)
{
    const struct run *run = run_at(chain, index);
    if (run == NULL || run->class != CLASS_LETTER || run_touches(chain, index + 1))
        return NULL;
    const struct unit *unit = unit_find(scanner, run);
    if (unit == NULL || run->gap == GAP_NONE)
        return unit;
    bool apart = (unit->flags & UNIT_APART) != 0;
    if (run->gap == GAP_SPACE)
        return apart ? unit : NULL;
    /* Behind a hyphen only a unit that cannot be the end of a code: 65-inch, but 4060-v. */
    return (run->gap == '-' || run->gap == '_') && apart && run->count > 1 && (unit->flags & UNIT_SCREEN) == 0 ? unit : NULL;
}

static bool gap_hyphens(const struct chain *chain, size_t index)
{
    const struct run *run = run_at(chain, index);
    return run != NULL && (run->gap == '-' || run->gap == '_');
}

/* 1l8, 9kg5: a unit between its number and its decimals, alone between spaces, slashes or quotes; also 15m2. Takes three runs. */
static bool element_take_tenths(const struct scanner *scanner, const struct chain *chain, size_t index, struct element *out)
{
    if (out->number.runs != 1 || !run_touches(chain, index + 1) || !run_touches(chain, index + 2) || run_touches(chain, index + 3) ||
        chain->runs[index + 1].class != CLASS_LETTER || gap_hyphens(chain, index) || gap_hyphens(chain, index + 3))
        return false;
    const struct run *digits = &chain->runs[index + 2];
    const struct unit *unit = unit_find(scanner, &chain->runs[index + 1]);
    if (unit == NULL || (unit->flags & UNIT_TENTHS) == 0 || digits->count > TENTHS_DIGITS_MAX)
        return false;
    const struct unit *power = digits->count == 1 ? unit_power(unit, (char)scanner->bases[digits->first]) : NULL;
    struct number number = out->number;
    bool small = number.size <= TENTHS_DIGITS_MAX && number_value(&number) <= TENTHS_WHOLE_MAX;
    if (power == NULL && (!small || !number_add_decimals(&number, scanner, digits)))
        return false;
    if (!unit_fits(&number, power != NULL ? power : unit))
        return false;
    out->kind = ELEMENT_UNIT;
    out->unit = power != NULL ? power : unit;
    out->number = number;
    out->apart = true;
    out->figures = power != NULL ? chain->runs[index].end : digits->end;
    return true;
}

const struct unit *chain_power(const struct scanner *scanner, const struct run *runs)
{
    if (runs[0].class != CLASS_LETTER || runs[0].count != 1 || runs[1].class != CLASS_DIGIT || runs[1].count != 1)
        return NULL;
    return unit_power(unit_find(scanner, runs), (char)scanner->bases[runs[1].first]);
}

/* 15.5m2 and 15m²: the decimals of such a number keep the rule above from it. */
static size_t element_take_power(const struct scanner *scanner, const struct chain *chain, size_t behind, struct element *out)
{
    const struct run *letters = run_at(chain, behind), *digits = run_at(chain, behind + 1);
    if (letters == NULL || digits == NULL || !run_touches(chain, behind) || !run_touches(chain, behind + 1) ||
        run_touches(chain, behind + 2) || letters->class != CLASS_LETTER || digits->count != 1 || !out->number.decimal)
        return 0;
    const struct unit *power = unit_power(unit_find(scanner, letters), (char)scanner->bases[digits->first]);
    if (power == NULL || !unit_fits(&out->number, power))
        return 0;
    out->kind = ELEMENT_UNIT;
    out->unit = power;
    out->apart = true;
    return behind + 2;
}

/* The k of 10k, when nothing follows that makes it a code; index behind it, or `behind`. */
static size_t element_take_thousand(const struct scanner *scanner, const struct chain *chain, size_t behind, struct element *out)
{
    const struct run *run = run_at(chain, behind);
    if (run == NULL || !run_is_thousand(scanner, run) || run_touches(chain, behind + 1))
        return behind;
    const struct run *next = run_at(chain, behind + 1);
    const struct unit *unit = next != NULL && next->gap == GAP_SPACE && next->class == CLASS_LETTER ? unit_find(scanner, next) : NULL;
    uint32_t value = number_value(&out->number);
    bool counted = unit != NULL && (unit->flags & UNIT_THOUSANDS) != 0;
    bool plain = run->gap == GAP_NONE && value >= THOUSANDS_MIN && value <= THOUSANDS_MAX;
    return (counted || plain) && number_times_thousand(&out->number) ? behind + 1 : behind;
}

/* rưỡi, vuông, khối behind the unit; the index behind them. */
static size_t element_take_suffix(const struct scanner *scanner, const struct chain *chain, size_t behind, struct element *out)
{
    const struct run *run = run_at(chain, behind);
    if (run == NULL || run->gap != GAP_SPACE || run->class != CLASS_LETTER)
        return behind;
    if (run_is_half(scanner, run)) {
        struct number half = out->number;
        if (!number_add_half(&half) || !unit_fits(&half, out->unit))
            return behind;
        out->number = half;
        return behind + 1;
    }
    const struct unit *power = unit_power(out->unit, run_power(scanner, run));
    if (power == NULL || !unit_fits(&out->number, power))
        return behind;
    out->unit = power;
    return behind + 1;
}

static bool run_is_times(const struct scanner *scanner, const struct chain *chain, size_t index)
{
    const struct run *run = run_at(chain, index);
    return run != NULL && run->class == CLASS_LETTER && run->gap == GAP_NONE && run->count == 1 && scanner->bases[run->first] == 'x' &&
           run_touches(chain, index + 1);
}

/* The unit behind the number, if any; the index behind it, 0 for none. */
static size_t element_take_unit(const struct scanner *scanner, const struct chain *chain, size_t behind, struct element *out)
{
    bool inch = chain->runs[behind - 1].inch_end != 0;
    out->figures = chain->runs[behind - 1].end;
    out->unit = inch ? unit_inch() : unit_behind(scanner, chain, behind);
    if (out->unit == NULL || !unit_fits(&out->number, out->unit) ||
        ((out->unit->flags & UNIT_KILO) != 0 && !number_times_thousand(&out->number)))
        return 0;
    out->kind = ELEMENT_UNIT;
    out->apart = inch || chain->runs[behind].gap != GAP_NONE;
    if (inch)
        return behind;
    out->word = (out->unit->flags & UNIT_WORD) != 0 ? (uint8_t)behind : 0;
    return element_take_suffix(scanner, chain, behind + 1, out);
}

/* Reads what starts with digits; returns the index behind it. */
static size_t element_from_digits(const struct scanner *scanner, struct chain *chain, size_t index, struct element *out)
{
    number_parse(scanner, &chain->runs[index], chain->count - index, &out->number);
    size_t digits = index + out->number.runs;
    out->kind = ELEMENT_NUMBER;
    for (size_t i = digits; i < index + out->number.row; i++)
        chain->runs[i].gap = GAP_OTHER;
    if (element_take_tenths(scanner, chain, index, out))
        return index + 3;
    size_t behind = element_take_thousand(scanner, chain, digits, out);
    size_t measured = element_take_unit(scanner, chain, behind, out);
    if (measured == 0)
        measured = element_take_power(scanner, chain, behind, out);
    if (measured > 0)
        return measured;
    if (behind > digits || !run_touches(chain, behind) || run_is_times(scanner, chain, behind))
        return behind;
    if (out->number.runs > 1) {
        chain->runs[behind].gap = GAP_OTHER;
        return behind;
    }
    out->kind = ELEMENT_MIXED;
    return touching_runs(chain, behind);
}

/* Reads what starts with letters; returns the index behind it. "v5.0" and "wifi2.4ghz" are a word and a decimal. */
static size_t element_from_letters(const struct scanner *scanner, struct chain *chain, size_t index, struct element *out)
{
    out->kind = ELEMENT_WORD;
    if (!run_touches(chain, index + 1))
        return index + 1;
    const struct run *behind = run_at(chain, index + 2);
    if (behind != NULL && behind->gap == '.') {
        number_parse(scanner, &chain->runs[index + 1], chain->count - index - 1, &out->number);
        if (out->number.runs > 1) {
            chain->runs[index + 1].gap = GAP_OTHER;
            return index + 1;
        }
    }
    out->kind = ELEMENT_MIXED;
    return touching_runs(chain, index + 1);
}

static bool element_is_gigabytes(const struct element *element)
{
    return element->kind == ELEMENT_UNIT && strcmp(element->unit->key, "gb") == 0;
}

static bool element_is_figure(const struct element *element)
{
    return element_is_gigabytes(element) || (element->kind == ELEMENT_NUMBER && !element->number.decimal && element->number.runs == 1);
}

static void element_make_gigabytes(struct element *element, const struct chain *chain)
{
    if (element->kind == ELEMENT_UNIT)
        return;
    element->kind = ELEMENT_UNIT;
    element->unit = unit_gigabyte();
    element->apart = true;
    element->figures = chain->runs[element->run].end;
}

/* 8/128 is the memory and storage of a phone: as if both had their unit. */
static void pairs_resolve(const struct chain *chain, struct element *elements, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        struct element *memory = &elements[i], *storage = memory + 1;
        bool alone = memory->gap != '/' && (i + 2 == count || storage[1].gap != '/');
        if (!alone || storage->gap != '/' || !element_is_figure(memory) || !element_is_figure(storage))
            continue;
        uint32_t small = number_value(&memory->number), large = number_value(&storage->number);
        if (storage->kind == ELEMENT_UNIT)
            large *= storage->unit->factor;
        bool power = (large & (large - 1)) == 0 && large >= STORAGE_MIN && large <= STORAGE_MAX;
        if (power && small > 1 && small < large && small <= RAM_MAX && (small % 2 == 0 || small == 3)) {
            element_make_gigabytes(memory, chain);
            element_make_gigabytes(storage, chain);
        }
    }
}

size_t chain_split(const struct scanner *scanner, struct chain *chain, struct element *out)
{
    size_t count = 0;
    for (size_t index = 0; index < chain->count;) {
        struct element *element = &out[count++];
        const struct run *run = &chain->runs[index];
        *element = (struct element){.gap = run->gap, .run = (uint8_t)index};
        size_t behind = run->class == CLASS_DIGIT ? element_from_digits(scanner, chain, index, element)
                                                  : element_from_letters(scanner, chain, index, element);
        element->runs = (uint8_t)(behind - index);
        const struct run *last = &chain->runs[behind - 1];
        element->end = last->inch_end != 0 ? last->inch_end : last->end;
        index = behind;
        if (element->kind == ELEMENT_NUMBER && run_is_times(scanner, chain, index))
            chain->runs[++index].gap = GAP_OTHER;
    }
    pairs_resolve(chain, out, count);
    return count;
}
