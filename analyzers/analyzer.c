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
    free(analyzer);
}

/* What one call of `analyze` works with. */
struct analysis {
    const struct analyzer *analyzer;
    struct scanner scanner;
    struct token_writer writer;
    struct chain chain;
    struct element elements[CHAIN_RUNS_MAX + 1];
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

static void unit_emit(struct analysis *analysis, const struct element *element)
{
    const struct run *runs = &analysis->chain.runs[element->run];
    char *room = token_room(&analysis->writer);
    if (room == NULL)
        return;
    size_t size = unit_write(&element->number, element->unit, room);
    token_keep(&analysis->writer, size);
    if (token_add(&analysis->writer, TOKEN_UNIT, false, (struct span){runs[0].offset, element->end}, (struct bytes){room, size},
                  (struct bytes){0}))
        number_emit(&analysis->writer, &element->number, true, (struct span){runs[0].offset, runs[element->number.runs - 1].end});
}

static void element_emit(struct analysis *analysis, const struct element *element)
{
    const struct run *run = &analysis->chain.runs[element->run];
    switch (element->kind) {
    case ELEMENT_WORD:
        word_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, run);
        break;
    case ELEMENT_NUMBER:
        number_emit(&analysis->writer, &element->number, false, (struct span){run->offset, element->end});
        break;
    case ELEMENT_UNIT:
        unit_emit(analysis, element);
        break;
    default:
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
            word_emit(&analysis->writer, &analysis->scanner, &analysis->analyzer->syllables, &chain->runs[0]);
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

enum status analyze(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct token_list *out)
{
    struct analysis analysis;
    *out = (struct token_list){0};
    if (size > UINT32_MAX)
        return STATUS_LIMIT;
    analysis.analyzer = analyzer;
    analysis.words = NULL;
    token_writer_init(&analysis.writer, arena, size);
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
