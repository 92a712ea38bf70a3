/* ICU makes the keys: a comparison of many labels then costs a memcmp each. */
#include "analyzers/collation.h"

#include <assert.h>

#include <unicode/ucol.h>
#include <unicode/ustring.h>

#include "analyzers/tables.h"

enum { REPLACEMENT = 0xFFFD };

struct UCollator *collator_open(void)
{
    UErrorCode code = U_ZERO_ERROR;
    UCollator *collator = ucol_open("vi", &code);
    ucol_setAttribute(collator, UCOL_NUMERIC_COLLATION, UCOL_ON, &code);
    assert(U_SUCCESS(code) && "ICU and its data are part of the installation");
    return collator;
}

void collator_close(struct UCollator *collator)
{
    ucol_close(collator);
}

enum status collation_key(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct bytes *out)
{
    UChar units[COLLATION_TEXT_BYTES_MAX];
    UErrorCode code = U_ZERO_ERROR;
    int32_t count = 0, taken = (int32_t)(text.size < COLLATION_TEXT_BYTES_MAX ? text.size : COLLATION_TEXT_BYTES_MAX);
    *out = (struct bytes){0};
    /* No text has more UTF-16 units than bytes. */
    u_strFromUTF8WithSub(units, COLLATION_TEXT_BYTES_MAX, &count, text.data == NULL ? "" : text.data, taken, REPLACEMENT, NULL, &code);
    assert(U_SUCCESS(code));
    int32_t size = ucol_getSortKey(analyzer->collator, units, count, NULL, 0);
    uint8_t *key = arena_alloc(arena, (size_t)size);
    if (key == NULL)
        return STATUS_LIMIT;
    ucol_getSortKey(analyzer->collator, units, count, key, size);
    *out = (struct bytes){(const char *)key, (size_t)size};
    return STATUS_OK;
}
