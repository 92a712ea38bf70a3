/* A spec's value as a facet: what different spellings have in common, and the one that is shown.
 *
 * A value that is a quantity and nothing else ("16GB", "16 gb", "0,5 TB", 55") is its number in one unit for its kind: gb, kg, l, cm, w, wh;
 * the other units stand for themselves. Any other value is its folded text. */
#ifndef TIM_CATALOG_SPEC_VALUE_H
#define TIM_CATALOG_SPEC_VALUE_H

#include "analyzers/analyzer.h"

enum {
    SPEC_KEY_BYTES_MAX = 64,   /* a longer one is text, not a facet */
    SPEC_TEXT_BYTES_MAX = 200, /* so is one that is written in more bytes than this */
};

struct spec_value {
    struct bytes key;  /* "16gb", "0.5gb", "do den"; size 0: no facet */
    struct bytes text; /* as shown: "16 GB", "512 MB" of the key alone; of a text this spelling, with single spaces */
};

/* In the arena. LIMIT at its cap. */
MUST_USE enum status spec_value_read(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_value *out);

/* The same for the name of a spec, which is a text always. */
MUST_USE enum status spec_name_read(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_value *out);

/* Of two spellings of one text, is `text` the better one? An order of all spellings, so that the best of many does not depend on which came
 * first: composed marks, then more letters with marks, then a capital at the beginning (for up to four letters: capitals alone), then by
 * bytes. */
bool spec_text_is_better(struct bytes text, struct bytes than);

/* The number of a key. */
struct spec_number {
    uint64_t micros;   /* times 1,000,000 */
    struct bytes unit; /* as keys have it: "gb"; size 0: none; borrowed from the key, or static */
};
/* False for a text. */
bool spec_number_parse(struct bytes key, struct spec_number *out);

/* As shown: "gb" is "GB". */
struct bytes spec_unit_shown(struct bytes unit);

/* A number of a unit, told as keys have it or as it is shown, in any case, in the unit that keys have. False for an unknown unit, or when that
 * is not exact. */
bool spec_unit_convert(struct bytes unit, uint64_t micros, struct spec_number *out);

/* What people write as digits, "16" or "1.5", as micros; false when it is no such number or greater than can be kept. */
bool spec_micros_parse(struct bytes text, uint64_t *out);

#endif
