/* Words of scripts other than Latin: the one place where ICU runs per text. */
#ifndef TIM_ANALYZERS_SCRIPT_H
#define TIM_ANALYZERS_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>

#include "analyzers/scanner.h"
#include "analyzers/tokens.h"

/* Shared by all threads. */
struct scripts {
    const UNormalizer2 *nfc;
    UBreakIterator *words; /* only to be cloned */
};

void scripts_init(struct scripts *scripts);
void scripts_release(struct scripts *scripts);

/* An iterator of the caller's own, to be closed by script_words_close (NULL is fine). */
UBreakIterator *script_words_open(const struct scripts *scripts);
void script_words_close(UBreakIterator *words);

enum {
    SCRIPT_SEGMENTS_MAX = 256, /* what normalises together; a longer run is read piece by piece */
    SCRIPT_UNITS_MAX = 1024,
    SCRIPT_FOLD_UNITS_MAX = 3 * SCRIPT_UNITS_MAX,
};

/* A stretch of letters of other scripts as NFC, with the source offset of each UTF-16 unit (and the end behind the last). */
struct script_piece {
    UChar units[SCRIPT_UNITS_MAX];
    uint32_t offsets[SCRIPT_UNITS_MAX + 1];
    int32_t count;
};

/* Reads from the scanner, whose next class is SCRIPT; the gap behind is not read. Advances by at least one character. */
void script_piece_read(const struct scripts *scripts, struct scanner *scanner, struct script_piece *piece);

/* Case-folded NFC of units as UTF-8, cut on a character to `room`; returns the size. */
size_t script_fold(const struct scripts *scripts, const UChar *units, int32_t count, char *out, size_t room);

/* One token per word of the piece. */
void script_emit(struct token_writer *writer, const struct scripts *scripts, UBreakIterator *words, const struct script_piece *piece);

#endif
