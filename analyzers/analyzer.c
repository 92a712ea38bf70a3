/* The chain from text to tokens: the scanner's runs, read chain by chain. ASCII and precomposed Vietnamese never call ICU. */
#include "analyzers/analyzer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/chain.h"
#include "analyzers/code.h"
#include "analyzers/lexicon_data.h"
#include "analyzers/script.h"
#include "analyzers/tables.h"
#include "analyzers/word.h"

/* Our lists are tested, so that they are right here. */
static struct lexicon *lexicon_ours(const struct analyzer *analyzer)
{
    struct lexicon_source sources[LEXICON_LISTS];
    struct lexicon *lexicon = NULL;
    struct error error = {0};
    for (enum lexicon_list list = 0; list < LEXICON_LISTS; list++)
        sources[list] = lexicon_data(list);
    enum status status = lexicon_new(analyzer, sources, LEXICON_LISTS, &lexicon, &error);
    assert(status == STATUS_OK);
    return lexicon;
}

struct analyzer *analyzer_new(void)
{
    struct analyzer *analyzer = memory_calloc(1, sizeof *analyzer);
    letters_init(&analyzer->letters);
    syllables_init(&analyzer->syllables);
    scripts_init(&analyzer->scripts);
    analyzer->collator = collator_open();
    analyzer->lexicon = lexicon_ours(analyzer);
    return analyzer;
}

void analyzer_free(struct analyzer *analyzer)
{
    if (analyzer == NULL)
        return;
    lexicon_free(analyzer->lexicon);
    letters_release(&analyzer->letters);
    scripts_release(&analyzer->scripts);
    collator_close(analyzer->collator);
    free(analyzer);
}

/* What one call of `analyze` works with. */
struct analysis {
    const struct analyzer *analyzer;
    struct scanner scanner;
    struct token_writer writer;
    struct chain chain;
    struct element elements[CHAIN_RUNS_MAX + CHAIN_BEHIND_MAX];
    UBreakIterator *words; /* opened when the text has other scripts */
};

static void number_emit(struct token_writer *writer, const struct number *number, bool part, struct span span)
{
    char *room = token_room(writer);
    if (room == NULL)
        return;
    memcpy(room, number->text, number->size);
    token_keep(writer, number->size);
    token_add(writer, TOKEN_NUMBER, part, span, (struct bytes){room, number->size}, (struct bytes){0});
}

/* "m2" beside "15m2", for whoever writes it apart. */
static void metres_emit(struct analysis *analysis, const struct element *element, bool part)
{
    struct token_writer *writer = &analysis->writer;
    const struct run *run = &analysis->chain.runs[element->run];
    char *room = token_room(writer);
    if (room == NULL)
        return;
    while (run->class != CLASS_LETTER)
        run++;
    size_t size = strlen(element->unit->key);
    memcpy(room, element->unit->key, size);
    token_keep(writer, size);
    token_add(writer, TOKEN_CODE, part, (struct span){run->offset, element->end}, (struct bytes){room, size}, (struct bytes){0});
}

static void unit_emit(struct analysis *analysis, const struct element *element)
{
    const struct run *run = &analysis->chain.runs[element->run];
    struct token_writer *writer = &analysis->writer;
    char *room = token_room(writer);
    if (room == NULL)
        return;
    size_t size = unit_write(&element->number, element->unit, room);
    token_keep(writer, size);
    if (!token_add(writer, TOKEN_UNIT, false, (struct span){run->offset, element->end}, (struct bytes){room, size}, (struct bytes){0}))
        return;
    number_emit(writer, &element->number, true, (struct span){run->offset, element->figures});
    if (unit_is_power(element->unit))
        metres_emit(analysis, element, true);
    if (element->word > 0)
        word_emit(writer, &analysis->scanner, &analysis->analyzer->syllables, &analysis->chain.runs[element->word], true);
}

/* "15 m2" is a number and a word that may be the name of a processor; the area stands beside it. False when this is something else. */
static bool area_emit(struct analysis *analysis, const struct element *element)
{
    struct token_writer *writer = &analysis->writer;
    const struct run *run = &analysis->chain.runs[element->run];
    struct element area = *element;
    area.unit = element->runs == 2 ? chain_power(&analysis->scanner, run) : NULL;
    if (area.unit == NULL || element->run > 0 || writer->list.count == 0 || run->offset == 0 ||
        analysis->scanner.text[run->offset - 1] != ' ')
        return false;
    struct token number = writer->list.tokens[writer->list.count - 1];
    size_t size = strlen(area.unit->key);
    if (number.kind != TOKEN_NUMBER || number.part || number.offset + number.size + 1 != run->offset ||
        number.folded_size + size > TOKEN_BYTES_MAX)
        return false;
    metres_emit(analysis, &area, false);
    char *room = token_room(writer);
    if (room == NULL)
        return true;
    memcpy(room, number.folded, number.folded_size);
    memcpy(room + number.folded_size, area.unit->key, size);
    size += number.folded_size;
    token_keep(writer, size);
    token_add(writer, TOKEN_UNIT, true, (struct span){run->offset, element->end}, (struct bytes){room, size}, (struct bytes){0});
    return true;
}

static void element_emit(struct analysis *analysis, const struct element *element)
{
    const struct run *run = &analysis->chain.runs[element->run];
    switch (element->kind) {
    case ELEMENT_WORD:
        word_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, run, false);
        break;
    case ELEMENT_NUMBER:
        number_emit(&analysis->writer, &element->number, false, (struct span){run->offset, element->end});
        break;
    case ELEMENT_UNIT:
        unit_emit(analysis, element);
        break;
    default:
        if (!area_emit(analysis, element))
            code_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, &analysis->chain, element, 1);
    }
}

static void row_emit(struct analysis *analysis, const struct element *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        element_emit(analysis, &row[i]);
}

/* A lone x between two numbers only multiplies: 80 x 80 is 80x80. */
static bool chain_is_times(const struct analysis *analysis)
{
    const struct chain *chain = &analysis->chain;
    const struct token_list *list = &analysis->writer.list;
    if (chain->runs[0].count != 1 || analysis->scanner.bases[0] != 'x' || chain->runs[0].marked || chain->gap != GAP_SPACE ||
        analysis->scanner.next != CLASS_DIGIT || list->count == 0)
        return false;
    uint8_t kind = list->tokens[list->count - 1].kind;
    return kind == TOKEN_NUMBER || kind == TOKEN_UNIT;
}

static void chain_emit(struct analysis *analysis)
{
    struct chain *chain = &analysis->chain;
    if (chain->count == 1 && chain->runs[0].class == CLASS_LETTER) {
        if (!chain_is_times(analysis))
            word_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, &chain->runs[0], false);
        return;
    }
    size_t count = chain_split(&analysis->scanner, chain, analysis->elements);
    for (size_t i = 0; i < count && !token_writer_is_done(&analysis->writer);) {
        const struct element *row = &analysis->elements[i];
        bool is_code = false;
        size_t length = code_row(chain, row, count - i, &is_code);
        if (is_code)
            code_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, chain, row, length);
        else
            row_emit(analysis, row, length);
        i += length;
    }
}

static void script_run_emit(struct analysis *analysis)
{
    const struct scripts *scripts = &analysis->analyzer->scripts;
    struct script_piece piece;
    if (analysis->words == NULL)
        analysis->words = script_words_open(scripts);
    script_piece_read(scripts, &analysis->scanner, &piece);
    script_emit(&analysis->writer, scripts, analysis->words, &piece);
    scanner_gap(&analysis->scanner);
}

static enum status text_read(const struct analyzer *analyzer, const char *text, size_t size, bool slices, struct arena *arena,
                             struct token_list *out)
{
    struct analysis analysis;
    *out = (struct token_list){0};
    if (size > UINT32_MAX)
        return STATUS_LIMIT;
    analysis.analyzer = analyzer;
    analysis.words = NULL;
    token_writer_init(&analysis.writer, arena, size);
    analysis.writer.slices = slices;
    scanner_init(&analysis.scanner, &analyzer->letters, text, size);
    while (analysis.scanner.next != CLASS_SPACE && !token_writer_is_done(&analysis.writer)) {
        if (analysis.scanner.next == CLASS_SCRIPT) {
            script_run_emit(&analysis);
            continue;
        }
        chain_read(&analysis.scanner, &analysis.chain);
        chain_emit(&analysis);
    }
    script_words_close(analysis.words);
    if (analysis.writer.full)
        return STATUS_LIMIT;
    *out = analysis.writer.list;
    return STATUS_OK;
}

enum status analyze(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct token_list *out)
{
    return text_read(analyzer, text, size, false, arena, out);
}

enum status analyze_document(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct token_list *out)
{
    return text_read(analyzer, text, size, true, arena, out);
}
