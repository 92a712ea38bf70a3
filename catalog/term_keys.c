#include "catalog/term_keys.h"

#include "analyzers/phonetic.h"
#include "analyzers/quantity.h"
#include "analyzers/typo.h"

_Static_assert((int)TYPO_KEYS_MAX + 2 <= (int)VOCABULARY_KEYS_MAX, "all keys of a term fit");
_Static_assert((int)UNIT_KEY_BYTES_MAX == (int)QUANTITY_UNIT_BYTES_MAX + 1 + (int)sizeof(uint64_t), "as quantity.h has units");
_Static_assert((int)UNIT_KEY_BYTES_MAX <= (int)VOCABULARY_KEY_BYTES_MAX && (int)TYPO_PREFIX_LETTERS <= (int)VOCABULARY_KEY_BYTES_MAX,
               "every key fits");

size_t unit_key(struct bytes unit, uint64_t micros, unsigned char out[UNIT_KEY_BYTES_MAX])
{
    if (unit.size == 0 || unit.size > QUANTITY_UNIT_BYTES_MAX)
        return 0;
    memcpy(out, unit.data, unit.size);
    out[unit.size] = 0;
    micros = __builtin_bswap64(micros);
    memcpy(out + unit.size + 1, &micros, sizeof micros);
    return unit.size + 1 + sizeof micros;
}

static void typos_add(struct bytes term, struct vocabulary_keys *out)
{
    struct typo_keys typos;
    if (!typo_is_possible(term))
        return;
    typo_keys_of(term, typo_edits_written(term), &typos);
    for (unsigned i = 0; i < typos.count; i++)
        vocabulary_key_add(out, VOCABULARY_TYPO, typos.bytes[i], typos.sizes[i]);
}

void term_keys_build(const void *analyzer, struct bytes term, struct vocabulary_keys *out)
{
    struct quantity quantity;
    unsigned char number[UNIT_KEY_BYTES_MAX];
    char sound[TOKEN_BYTES_MAX];
    size_t size = phonetic_key(analyzer, term, sound);
    if (size > 0)
        vocabulary_key_add(out, VOCABULARY_PHONETIC, sound, size);
    if (quantity_parse(term, &quantity))
        vocabulary_key_add(out, VOCABULARY_UNIT, number, unit_key(quantity.unit, quantity.micros, number));
    typos_add(term, out);
}
