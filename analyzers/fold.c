/* Folds a whole text for keys that people type into: no units, no codes, only letters and digits without marks and single spaces. */
#include "analyzers/analyzer.h"

#include <string.h>

#include "analyzers/script.h"
#include "analyzers/tables.h"
#include "analyzers/utf8.h"

/* The word being folded: its first letters are kept aside, since its last one may change. */
struct fold {
    struct buffer text;
    size_t letters, digits; /* of the word */
    uint8_t bases[SYLLABLE_LETTERS_MAX];
};

static void fold_letter(struct fold *fold, uint8_t base)
{
    buffer_append_char(&fold->text, (char)base);
    if (fold->letters < SYLLABLE_LETTERS_MAX)
        fold->bases[fold->letters] = base;
    fold->letters++;
}

static void fold_word_end(struct fold *fold, const struct syllables *syllables)
{
    if (fold->letters + fold->digits == 0)
        return;
    if (fold->digits == 0 && fold->letters <= SYLLABLE_LETTERS_MAX && syllable_y_is_i(syllables, fold->bases, fold->letters))
        fold->text.data[fold->text.size - 1] = 'i';
    buffer_append_char(&fold->text, ' ');
    fold->letters = fold->digits = 0;
}

static void fold_scripts(const struct analyzer *analyzer, struct scanner *scanner, struct fold *fold)
{
    struct script_piece piece;
    script_piece_read(&analyzer->scripts, scanner, &piece);
    size_t room = (size_t)piece.count * 9 + UTF8_BYTES_MAX;
    char *out = buffer_reserve(&fold->text, room);
    fold->text.size += script_fold(&analyzer->scripts, piece.units, piece.count, out, room);
}

static void fold_scan(const struct analyzer *analyzer, struct scanner *scanner, struct fold *fold)
{
    bool script = false; /* the last thing folded was of another script */
    while (scanner->at < scanner->end) {
        struct code_point point = utf8_decode(scanner->at, scanner->end);
        struct letter letter = letter_get(&analyzer->letters, point.value);
        if (script && letter.class != CLASS_SCRIPT && letter.class != CLASS_MARK && letter.class != CLASS_IGNORED) {
            buffer_append_char(&fold->text, ' ');
            script = false;
        }
        if (letter.class == CLASS_SCRIPT) {
            fold_word_end(fold, &analyzer->syllables);
            fold_scripts(analyzer, scanner, fold);
            script = true;
            continue;
        }
        if (letter.class == CLASS_LETTER) {
            fold_letter(fold, letter.base);
            for (const char *more = analyzer->letters.expansions[letter.more]; *more != '\0'; more++)
                fold_letter(fold, (uint8_t)*more);
        } else if (letter.class == CLASS_DIGIT) {
            buffer_append_char(&fold->text, (char)letter.base);
            fold->digits++;
        } else if (letter.class != CLASS_MARK && letter.class != CLASS_IGNORED) {
            fold_word_end(fold, &analyzer->syllables);
        }
        scanner->at += point.size;
    }
    fold_word_end(fold, &analyzer->syllables);
}

enum status fold_text(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct bytes *out)
{
    struct fold fold = {0};
    struct scanner scanner;
    *out = (struct bytes){0};
    if (size > UINT32_MAX)
        return STATUS_LIMIT;
    scanner_init(&scanner, &analyzer->letters, text, size);
    fold_scan(analyzer, &scanner, &fold);
    while (fold.text.size > 0 && fold.text.data[fold.text.size - 1] == ' ')
        fold.text.size--;
    char *copy = arena_copy(arena, fold.text.data, fold.text.size);
    if (copy != NULL)
        *out = (struct bytes){copy, fold.text.size};
    buffer_release(&fold.text);
    return copy == NULL ? STATUS_LIMIT : STATUS_OK;
}
