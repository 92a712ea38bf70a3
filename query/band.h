/* How well a word of the query is met, best first; a document's band is the worst along its best reading. The bands of VIETNAMESE's table,
 * doubled so that they are whole numbers. */
#ifndef TIM_QUERY_BAND_H
#define TIM_QUERY_BAND_H

#include <stddef.h>
#include <stdint.h>

#include "analyzers/analyzer.h"
#include "storage/term.h"

enum band {
    BAND_NONE = 0,       /* no match */
    BAND_ALIKE = 2,      /* another word, which sounds or looks alike */
    BAND_BODY = 3,       /* found in descriptions and minor specs only */
    BAND_CONTRADICT = 4, /* the typed marks differ from the written ones */
    BAND_NEAR = 5,       /* the beginning of a longer word, or the parts of a code apart */
    BAND_BARE = 6,       /* typed without marks, or with a part of the written ones */
    BAND_LIKELY = 7,     /* the product has the word in several forms, one of which may be the typed one */
    BAND_EXACT = 8,      /* marks were typed, and so they are written */
    BAND_MAX = 15,       /* what a rank has room for */
};

enum { FORM_COUNT = 256 };

/* What is typed in place of a term's written forms. */
struct typed {
    struct bytes exact; /* as typed */
    bool prefix;        /* only the beginning of the written form is compared */
    enum band best;     /* no match is better than this */
};

/* The band of each form byte of a core posting, into `bands`. Two form bytes do not tell the written form, so a rule does:
 *   FORM_SEVERAL  the document has the word in several forms: as good as the best form in the term's table, but at most BAND_LIKELY, so
 *                 that "đỏ" finds what is surely red before what has "đo" and "độ"
 *   FORM_OTHER    a form that found no room in the table: a contradiction, unless no marks were typed
 * Returns the greatest entry. `folded` is the term's key. */
enum band bands_fill(const struct typed *typed, const struct term *term, struct bytes folded, uint8_t bands[FORM_COUNT]);

/* What was typed against a written form, or the beginning of it. */
enum marks typed_compare(const struct typed *typed, struct bytes written);

/* True when the band depends on the written form: marks were typed. */
bool typed_has_marks(const struct typed *typed, struct bytes folded);

#endif
