/* A chain is read first and understood afterwards, since what a run means depends on what follows: "55" alone, "55 inch", "55du7700".
 * Elements bind as tightly as they can: digits with their separators, then a unit, then whatever touches. */
#include "analyzers/chain.h"

static bool gap_joins(uint8_t gap)
{
    return gap == GAP_NONE || (gap != GAP_SPACE && gap != GAP_OTHER);
}

static bool next_is_run(const struct scanner *scanner)
{
    return scanner->next == CLASS_LETTER || scanner->next == CLASS_DIGIT;
}

/* A unit behind the number and one space belongs to the chain: 16 GB. */
static void chain_read_unit(struct scanner *scanner, struct chain *chain)
{
    if (chain->gap != GAP_SPACE || scanner->next != CLASS_LETTER || chain->runs[chain->count - 1].inch_end != 0)
        return;
    struct scanner_place place = scanner_place_get(scanner);
    struct run *run = &chain->runs[chain->count];
    uint8_t gap = scanner_run(scanner, GAP_SPACE, run);
    const struct unit *unit = unit_find(scanner, run);
    if (unit == NULL || !unit->apart || (gap == GAP_NONE && scanner->next == CLASS_DIGIT)) {
        scanner_place_put(scanner, place);
        return;
    }
    chain->count++;
    chain->gap = gap;
}

void chain_read(struct scanner *scanner, struct chain *chain)
{
    scanner->used = 0;
    chain->count = 0;
    uint8_t gap = GAP_OTHER;
    do {
        gap = scanner_run(scanner, gap, &chain->runs[chain->count++]);
    } while (chain->count < CHAIN_RUNS_MAX && gap_joins(gap) && next_is_run(scanner));
    chain->gap = gap;
    if (chain->runs[chain->count - 1].class == CLASS_DIGIT)
        chain_read_unit(scanner, chain);
}

static const struct run *run_at(const struct chain *chain, size_t index)
{
    return index < chain->count ? &chain->runs[index] : NULL;
}

static bool run_touches(const struct chain *chain, size_t index)
{
    return index < chain->count && chain->runs[index].gap == GAP_NONE;
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
    if (run->gap == GAP_SPACE)
        return unit->apart ? unit : NULL;
    /* Behind a hyphen only a unit that cannot be the end of a code: 65-inch, but 4060-v. */
    return (run->gap == '-' || run->gap == '_') && unit->apart && run->count > 1 ? unit : NULL;
}

static bool run_is_times(const struct scanner *scanner, const struct chain *chain, size_t index)
{
    const struct run *run = run_at(chain, index);
    return run != NULL && run->class == CLASS_LETTER && run->gap == GAP_NONE && run->count == 1 && scanner->bases[run->first] == 'x' &&
           run_touches(chain, index + 1);
}

/* Reads what starts with digits; returns the index behind it. */
static size_t element_from_digits(const struct scanner *scanner, struct chain *chain, size_t index, struct element *out)
{
    number_parse(scanner, &chain->runs[index], chain->count - index, &out->number);
    size_t behind = index + out->number.runs;
    out->kind = ELEMENT_NUMBER;
    for (size_t i = behind; i < index + out->number.row; i++)
        chain->runs[i].gap = GAP_OTHER;
    bool inch = chain->runs[behind - 1].inch_end != 0;
    out->unit = inch ? unit_inch() : unit_behind(scanner, chain, behind);
    if (out->unit != NULL && unit_fits(&out->number, out->unit)) {
        out->kind = ELEMENT_UNIT;
        out->apart = inch || chain->runs[behind].gap != GAP_NONE;
        return inch ? behind : behind + 1;
    }
    if (!run_touches(chain, behind) || run_is_times(scanner, chain, behind))
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
    return count;
}
