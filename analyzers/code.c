/* Which elements a joiner makes one code, and what is indexed of it: NR-BV360QSVN is nrbv360qsvn, nr, nrbv360, bv360qsvn, bv, bv360, 360,
 * 360qsvn and qsvn. */
#include "analyzers/code.h"

#include <assert.h>
#include <string.h>

#include "analyzers/word.h"

static bool element_is_word(const struct element *element)
{
    return element->kind == ELEMENT_WORD;
}

static bool element_is_mixed(const struct element *element)
{
    return element->kind == ELEMENT_MIXED;
}

/* A unit of one letter may be the end of a code: F-91W. A longer one is a unit wherever it stands. */
static bool element_may_join(const struct chain *chain, const struct element *element)
{
    const struct run *run = &chain->runs[element->run];
    switch (element->kind) {
    case ELEMENT_WORD:
        return run->count <= CODE_WORD_LETTERS && !run->marked;
    case ELEMENT_NUMBER:
        return element->number.runs == 1;
    case ELEMENT_UNIT:
        return !element->apart && element->number.runs == 1 && chain->runs[element->run + element->runs - 1u].count == 1;
    default:
        return true;
    }
}

/* Whether the joiner before `next` binds it to the one before, `lettered` telling that the row has letters so far. */
static bool elements_join(const struct chain *chain, const struct element *last, const struct element *next, bool lettered)
{
    bool word = element_is_word(last) || element_is_word(next), mixed = element_is_mixed(last) || element_is_mixed(next);
    if (!element_may_join(chain, last) || !element_may_join(chain, next))
        return false;
    switch (next->gap) {
    case '-':
    case '_':
        return lettered || word || mixed || next->kind == ELEMENT_UNIT;
    case '/':
        return word && last->kind != ELEMENT_NUMBER && next->kind != ELEMENT_NUMBER && last->kind != ELEMENT_UNIT &&
               next->kind != ELEMENT_UNIT;
    case '.':
        return mixed;
    default:
        return false;
    }
}

size_t code_row(const struct chain *chain, const struct element *elements, size_t count, bool *is_code)
{
    size_t length = 1, words = element_is_word(&elements[0]);
    bool lettered = elements[0].kind == ELEMENT_WORD || elements[0].kind == ELEMENT_MIXED;
    bool digits = !element_is_word(&elements[0]);
    while (length < count && elements_join(chain, &elements[length - 1], &elements[length], lettered)) {
        const struct element *next = &elements[length++];
        words += element_is_word(next);
        lettered |= next->kind != ELEMENT_NUMBER;
        digits |= !element_is_word(next);
    }
    *is_code = length > 1 && lettered && digits && words <= CODE_WORDS_MAX && length <= CODE_ELEMENTS_MAX;
    return length;
}

/* A part that repeats the whole or another part adds nothing. */
static bool part_is_known(const struct token_writer *writer, uint32_t whole, const struct bytes *folded)
{
    for (uint32_t i = whole; i < writer->list.count; i++) {
        const struct token *token = &writer->list.tokens[i];
        if (token->folded_size == folded->size && memcmp(token->folded, folded->data, folded->size) == 0)
            return true;
    }
    return false;
}

/* Whether the runs, typed by themselves, would be the same key: "1l8" and "10k" in a code would not. */
static bool part_stands(const struct scanner *scanner, const struct run *first, const struct run *last)
{
    struct chain chain; /* both are large, and filled only as far as they are read */
    struct element elements[CHAIN_RUNS_MAX];
    char text[TOKEN_BYTES_MAX] = {0};
    chain.count = (size_t)(last - first) + 1;
    chain.gap = GAP_OTHER;
    if (first->class != CLASS_DIGIT || chain.count == 1)
        return true;
    memcpy(chain.runs, first, chain.count * sizeof *first);
    chain.runs[0].gap = GAP_OTHER;
    for (size_t i = 1; i < chain.count; i++)
        chain.runs[i].gap = GAP_NONE;
    if (chain_split(scanner, &chain, elements) > 1)
        return false;
    if (elements[0].kind != ELEMENT_UNIT)
        return elements[0].kind == ELEMENT_MIXED;
    size_t size = unit_write(&elements[0].number, elements[0].unit, text);
    size_t count = (size_t)(last->first + last->count - first->first);
    return size == count && memcmp(text, scanner->bases + first->first, size) == 0;
}

static void part_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, uint32_t whole,
                      const struct run *first, const struct run *last)
{
    struct bytes folded = {0}, exact = {0};
    size_t count = (size_t)(last->first + last->count - first->first);
    struct span span = {first->offset, last->end};
    struct word word = {0};
    bool letters = first == last && first->class == CLASS_LETTER;
    if (letters)
        word = word_read(scanner, syllables, first->first, count);
    if (writer->list.count - whole > CODE_PARTS_MAX || token_writer_is_done(writer) || !part_stands(scanner, first, last) ||
        !letters_spell(writer, scanner, first->first, count, letters ? &word : NULL, &folded, &exact))
        return;
    if (part_is_known(writer, whole, &folded))
        return;
    enum token_kind kind = first != last ? TOKEN_CODE : word.is_syllable ? TOKEN_SYLLABLE : letters ? TOKEN_LATIN : TOKEN_NUMBER;
    token_add(writer, kind, true, span, folded, exact);
}

/* The row being emitted. */
struct row {
    const struct run *runs;
    size_t count;
    uint32_t ends; /* a bit per run that ends an element */
};

static bool run_ends(const struct row *row, size_t run)
{
    return (row->ends >> run & 1) != 0;
}

/* The run that ends the element of `run`. */
static size_t element_end(const struct row *row, size_t run)
{
    while (!run_ends(row, run))
        run++;
    return run;
}

static bool runs_are_mixed(const struct run *first, const struct run *last)
{
    bool letters = false, digits = false;
    for (const struct run *run = first; run <= last; run++) {
        letters = letters || run->class == CLASS_LETTER;
        digits = digits || run->class == CLASS_DIGIT;
    }
    return letters && digits;
}

/* What begins with run `first`: its element (in slices also what is left of it), the run, then slices: the beginnings of the whole
 * (nrbv360) and of each element (bv360). */
static void parts_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, uint32_t whole,
                       const struct row *row, size_t first)
{
    const struct run *from = &row->runs[first];
    size_t end = element_end(row, first), last = first == 0 ? row->count - 1 : end;
    bool starts = first == 0 || run_ends(row, first - 1), slices = writer->slices && row->count <= CODE_SLICES_RUNS_MAX;
    if (starts || (slices && runs_are_mixed(from, &row->runs[end])))
        part_emit(writer, scanner, syllables, whole, from, &row->runs[end]);
    part_emit(writer, scanner, syllables, whole, from, from);
    for (size_t i = first + 1; slices && starts && i < last; i++)
        if (runs_are_mixed(from, &row->runs[i]))
            part_emit(writer, scanner, syllables, whole, from, &row->runs[i]);
}

void code_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct chain *chain,
               const struct element *elements, size_t count)
{
    const struct element *end = &elements[count - 1];
    struct row row = {.runs = &chain->runs[elements[0].run], .count = (size_t)end->run + end->runs - elements[0].run};
    const struct run *first = &row.runs[0], *last = &row.runs[row.count - 1];
    struct bytes folded = {0}, exact = {0};
    uint32_t whole = writer->list.count;
    size_t letters = (size_t)(last->first + last->count - first->first);
    if (!letters_spell(writer, scanner, first->first, letters, NULL, &folded, &exact) ||
        !token_add(writer, TOKEN_CODE, false, (struct span){first->offset, last->end}, folded, exact))
        return;
    assert(row.count <= CHAIN_RUNS_MAX);
    for (size_t i = 0; i < count; i++)
        row.ends |= UINT32_C(1) << (elements[i].run + elements[i].runs - 1u - elements[0].run);
    for (size_t i = 0; i < row.count; i++)
        parts_emit(writer, scanner, syllables, whole, &row, i);
}
