#include "query/band.h"

#include <string.h>

#include "analyzers/utf8.h"

bool typed_has_marks(const struct typed *typed, struct bytes folded)
{
    size_t size = typed->exact.size;
    return size > folded.size || (size > 0 && memcmp(typed->exact.data, folded.data, size) != 0);
}

/* How many bytes of `written` hold as many characters as `typed` has. */
static size_t prefix_size(struct bytes typed, struct bytes written)
{
    return utf8_prefix(written.data, written.size, utf8_count(typed.data, typed.size));
}

enum marks typed_compare(const struct typed *typed, struct bytes written)
{
    size_t size = typed->prefix ? prefix_size(typed->exact, written) : written.size;
    return marks_compare(typed->exact.data, typed->exact.size, written.data, size);
}

static enum band band_of(const struct typed *typed, struct bytes written)
{
    enum band band = BAND_BARE;
    switch (typed_compare(typed, written)) {
    case MARKS_EXACT:
        band = BAND_EXACT;
        break;
    case MARKS_BARE:
    case MARKS_SUBSET:
        band = BAND_BARE;
        break;
    case MARKS_CONTRADICT:
        band = BAND_CONTRADICT;
        break;
    }
    return band < typed->best ? band : typed->best;
}

enum band bands_fill(const struct typed *typed, const struct term *term, struct bytes folded, uint8_t bands[FORM_COUNT])
{
    enum band best = BAND_NONE, other = BAND_CONTRADICT;
    /* A posting without a form in the table is the folded key itself. */
    memset(bands, (int)band_of(typed, folded), FORM_COUNT);
    for (unsigned ordinal = 0; ordinal < term->form_count; ordinal++) {
        struct bytes form = {0};
        if (!term_form(term, ordinal, &form))
            continue;
        enum band band = band_of(typed, form.size == 0 ? folded : form);
        bands[ordinal] = (uint8_t)band;
        best = band > best ? band : best;
    }
    if (!typed_has_marks(typed, folded))
        other = band_of(typed, folded);
    best = best > other ? best : other;
    bands[FORM_OTHER] = (uint8_t)other;
    bands[FORM_SEVERAL] = (uint8_t)(best < BAND_LIKELY ? best : BAND_LIKELY);
    return best;
}
