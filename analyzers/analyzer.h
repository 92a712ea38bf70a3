/* Text to tokens. The same chain serves documents and queries; it needs no index.
 *
 * A text becomes a list of tokens in reading order. Each has two spellings: the folded key (lower case, no marks, đ as d), which names the
 * posting list, and the exact form (lower case, NFC, marks at their new-style place), which tells which marks were written. For a token
 * without marks both are the same bytes. What a text gives is shown case by case in tests/analyzers/golden/.
 *
 * A key depends on the bare letters alone: any Unicode form, order of marks or case of a text gives the same tokens, and a key typed as
 * it stands names itself (but for codes with joiners, and for words of other scripts, which ICU cuts by dictionary). */
#ifndef TIM_ANALYZERS_ANALYZER_H
#define TIM_ANALYZERS_ANALYZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"

enum token_kind {
    TOKEN_SYLLABLE, /* a Vietnamese syllable, all its marks written ("điện", "tu"), some ("diẹn") or none ("dien") */
    TOKEN_LATIN,    /* another run of Latin letters: "samsung" */
    TOKEN_NUMBER,   /* digits, separators resolved: "10000", "1.5" */
    TOKEN_CODE,     /* letters and digits together, joiners removed: "nrbv360qsvn" */
    TOKEN_UNIT,     /* a number with its unit: "256gb", "1.5hp"; terabytes as "1024gb" */
    TOKEN_OTHER,    /* a word of another script */
};

enum {
    TOKEN_BYTES_MAX = 64,       /* of folded and of exact; a longer one is cut on a character */
    ANALYZE_TOKENS_MAX = 65535, /* per text; the rest is dropped and the list says so */
};

struct token {
    const char *folded; /* in the arena, not NUL-terminated */
    const char *exact;
    uint8_t folded_size, exact_size;
    uint8_t kind;      /* enum token_kind */
    bool part;         /* a piece of the whole token before it (parts of a code, the bare number of a unit): same position; each
                         * spelling once per whole, at most CODE_PARTS_MAX (code.h) */
    uint16_t position; /* counts words; parts share their whole's */
    uint32_t offset;   /* the span in the source text, in bytes; offsets never decrease along the list */
    uint32_t size;
};

/* Some mark is written in it. */
static inline bool token_is_marked(const struct token *token)
{
    return token->exact_size != token->folded_size || memcmp(token->exact, token->folded, token->folded_size) != 0;
}

struct token_list {
    struct token *tokens;
    uint32_t count;
    uint16_t positions; /* one more than the last token's position; 0 when empty */
    bool cut;           /* ANALYZE_TOKENS_MAX was reached */
};

/* The tables of the chain, built once from ICU; read-only afterwards and shared by all threads. */
struct analyzer;
struct analyzer *analyzer_new(void);
void analyzer_free(struct analyzer *analyzer);

/* Tokens of `text`, which may be any bytes: an invalid UTF-8 byte is read as a space. LIMIT when the arena's cap is reached (or the text
 * passes 4 GiB); the list is empty then. The list lives as long as the arena; `text` is only borrowed for the call. */
MUST_USE enum status analyze(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct token_list *out);

/* The same for a document, whose codes have more parts: where letters and digits meet, each element's beginnings and ends and the whole's
 * beginnings (bv360, nrbv360 and 360qsvn of NR-BV360QSVN), since people type codes by piece. A query asks for none of these. */
MUST_USE enum status analyze_document(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena,
                                      struct token_list *out);

/* Folds a whole text to its lower-case, mark-free form with single spaces between words (suggestion keys, slugs before joining). Only
 * letters and digits count: no numbers, units or codes are read ("1,5 HP" gives "1 5 hp"); words of other scripts are not cut.
 * Idempotent. `out` is in the arena, followed by a NUL; LIMIT as above. */
MUST_USE enum status fold_text(const struct analyzer *analyzer, const char *text, size_t size, struct arena *arena, struct bytes *out);

/* How the marks that were typed relate to the marks that are written, both exact forms of one folded key: letter by letter, but a tone
 * is compared once for the word, wherever it stands (unless a form has several). The stroke of đ is a mark. */
enum marks {
    MARKS_EXACT,      /* the same, and at least one mark was typed */
    MARKS_BARE,       /* nothing typed but letters: any text fits */
    MARKS_SUBSET,     /* every typed mark is also written, some are missing */
    MARKS_CONTRADICT, /* a typed mark differs from the written one, or none is written there */
};
enum marks marks_compare(const char *typed, size_t typed_size, const char *written, size_t written_size);

/* True when the bytes are valid UTF-8 without NUL. */
bool text_is_valid(const char *text, size_t size);

#endif
