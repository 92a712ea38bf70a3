/* Which elements a joiner makes one code, and what is indexed of it: NR-BV360QSVN is nrbv360qsvn, nr, bv360qsvn, bv, 360 and qsvn. */
#include "analyzers/code.h"

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
    if (writer->list.count - whole > CODE_PARTS_MAX || token_writer_is_done(writer) ||
        !letters_spell(writer, scanner, first->first, count, letters ? &word : NULL, &folded, &exact))
        return;
    if (part_is_known(writer, whole, &folded))
        return;
    enum token_kind kind = first != last ? TOKEN_CODE : word.is_syllable ? TOKEN_SYLLABLE : letters ? TOKEN_LATIN : TOKEN_NUMBER;
    token_add(writer, kind, true, span, folded, exact);
}

void code_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct chain *chain,
               const struct element *elements, size_t count)
{
    const struct element *end = &elements[count - 1];
    const struct run *first = &chain->runs[elements[0].run], *last = &chain->runs[end->run + end->runs - 1u];
    struct bytes folded = {0}, exact = {0};
    uint32_t whole = writer->list.count;
    size_t letters = (size_t)(last->first + last->count - first->first);
    if (!letters_spell(writer, scanner, first->first, letters, NULL, &folded, &exact) ||
        !token_add(writer, TOKEN_CODE, false, (struct span){first->offset, last->end}, folded, exact))
        return;
    for (size_t i = 0; i < count; i++) {
        const struct run *from = &chain->runs[elements[i].run], *to = from + elements[i].runs - 1;
        part_emit(writer, scanner, syllables, whole, from, to);
        for (const struct run *run = from; from != to && run <= to; run++)
            part_emit(writer, scanner, syllables, whole, run, run);
    }
}
