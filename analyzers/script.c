/* A run is normalised segment by segment, so that each unit of the result knows where in the source it came from; then ICU's word
 * break cuts it (by dictionary for Thai, Chinese, Japanese ...) and each word is case-folded. */
#include "analyzers/script.h"

#include <assert.h>
#include <string.h>

#include <unicode/ustring.h>

#include "analyzers/utf8.h"

enum { SEGMENT_UNITS_MAX = 128 };

void scripts_init(struct scripts *scripts)
{
    UErrorCode code = U_ZERO_ERROR;
    scripts->nfc = unorm2_getNFCInstance(&code);
    scripts->words = ubrk_open(UBRK_WORD, "", NULL, 0, &code);
    assert(U_SUCCESS(code) && "ICU and its data are part of the installation");
}

void scripts_release(struct scripts *scripts)
{
    ubrk_close(scripts->words);
    *scripts = (struct scripts){0};
}

UBreakIterator *script_words_open(const struct scripts *scripts)
{
    UErrorCode code = U_ZERO_ERROR;
    UBreakIterator *words = ubrk_clone(scripts->words, &code);
    assert(U_SUCCESS(code));
    return words;
}

void script_words_close(UBreakIterator *words)
{
    if (words != NULL)
        ubrk_close(words);
}

/* What normalises together: a letter and what combines with it. */
struct segment {
    UChar units[SEGMENT_UNITS_MAX];
    int32_t count;
    uint32_t offset, end;
};

static bool segment_flush(const struct scripts *scripts, struct segment *segment, struct script_piece *piece)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t room = SCRIPT_UNITS_MAX - piece->count;
    int32_t count = unorm2_normalize(scripts->nfc, segment->units, segment->count, piece->units + piece->count, room, &code);
    if (U_FAILURE(code))
        return false;
    for (int32_t i = 0; i < count; i++)
        piece->offsets[piece->count + i] = segment->offset;
    piece->count += count;
    piece->offsets[piece->count] = segment->end;
    segment->count = 0;
    return true;
}

/* Of absurdly many marks on one letter the rest is passed over. */
static void segment_append(struct segment *segment, uint32_t value, uint32_t offset, uint32_t size)
{
    if (segment->count == 0)
        segment->offset = offset;
    if (segment->count + 2 <= SEGMENT_UNITS_MAX)
        U16_APPEND_UNSAFE(segment->units, segment->count, value);
    segment->end = offset + size;
}

void script_piece_read(const struct scripts *scripts, struct scanner *scanner, struct script_piece *piece)
{
    struct segment segment = {0};
    int32_t segments = 0;
    const unsigned char *start = scanner->at; /* of the segment being read */
    piece->count = 0;
    while (scanner->at < scanner->end) {
        struct code_point point = utf8_decode(scanner->at, scanner->end);
        struct letter letter = letter_get(scanner->letters, point.value);
        if (letter.class != CLASS_SCRIPT && letter.class != CLASS_MARK && letter.class != CLASS_IGNORED)
            break;
        if (letter.class != CLASS_IGNORED) {
            if (segment.count > 0 && unorm2_hasBoundaryBefore(scripts->nfc, (UChar32)point.value)) {
                if (!segment_flush(scripts, &segment, piece)) {
                    scanner->at = start;
                    return;
                }
                start = scanner->at;
                if (++segments >= SCRIPT_SEGMENTS_MAX && letter.class == CLASS_SCRIPT)
                    return;
            }
            segment_append(&segment, point.value, (uint32_t)(scanner->at - scanner->text), point.size);
        }
        scanner->at += point.size;
    }
    if (segment.count > 0 && !segment_flush(scripts, &segment, piece))
        scanner->at = start;
}

size_t script_fold(const struct scripts *scripts, const UChar *units, int32_t count, char *out, size_t room)
{
    UChar folded[SCRIPT_FOLD_UNITS_MAX], composed[SCRIPT_FOLD_UNITS_MAX];
    UErrorCode code = U_ZERO_ERROR;
    int32_t folded_count = u_strFoldCase(folded, SCRIPT_FOLD_UNITS_MAX, units, count, U_FOLD_CASE_DEFAULT, &code);
    int32_t composed_count = unorm2_normalize(scripts->nfc, folded, folded_count, composed, SCRIPT_FOLD_UNITS_MAX, &code);
    assert(U_SUCCESS(code));
    char bytes[3 * SCRIPT_FOLD_UNITS_MAX];
    int32_t size = 0;
    u_strToUTF8(bytes, sizeof bytes, &size, composed, composed_count, &code);
    assert(U_SUCCESS(code));
    size_t cut = utf8_cut(bytes, (size_t)size, room);
    memcpy(out, bytes, cut);
    return cut;
}

void script_emit(struct token_writer *writer, const struct scripts *scripts, UBreakIterator *words, const struct script_piece *piece)
{
    UErrorCode code = U_ZERO_ERROR;
    ubrk_setText(words, piece->units, piece->count, &code);
    assert(U_SUCCESS(code));
    int32_t from = ubrk_first(words);
    for (int32_t to = ubrk_next(words); to != UBRK_DONE && !token_writer_is_done(writer); from = to, to = ubrk_next(words)) {
        char *room = token_room(writer);
        if (room == NULL)
            return;
        size_t size = script_fold(scripts, piece->units + from, to - from, room, TOKEN_BYTES_MAX);
        token_keep(writer, size);
        token_add(writer, TOKEN_OTHER, false, (struct span){piece->offsets[from], piece->offsets[to]}, (struct bytes){room, size},
                  (struct bytes){0});
    }
}
