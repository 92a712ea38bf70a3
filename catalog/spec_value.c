#include "catalog/spec_value.h"

#include <string.h>
#include <strings.h>

#include "analyzers/quantity.h"
#include "analyzers/utf8.h"

enum {
    MICRO = 1000000,
    HALF = MICRO / 2,
    NUMBER_BYTES_MAX = 28, /* of micros as text */
    SHORT_LETTERS_MAX = 4, /* LG, USB, OLED: in capitals they are right */
};

/* A unit as analysed: how many of its base one is, num / den; and from how many of the base on it is the one that is shown, in whole
 * `grain`s of itself. Of one base, later rows are for smaller numbers. */
struct spec_unit {
    const char *key, *shown, *base;
    uint32_t num, den;
    uint64_t shown_from_micros; /* of the base */
    uint32_t grain_micros;
};

static const struct spec_unit units[] = {
    {"tb", "TB", "gb", 1024, 1, UINT64_C(1024) * MICRO, HALF},
    {"gb", "GB", "gb", 1, 1, MICRO, 1},
    {"mb", "MB", "gb", 1, 1024, MICRO / 1024 + 1, 1},
    {"kb", "KB", "gb", 1, 1024 * 1024, 0, 1},
    {"kg", "kg", "kg", 1, 1, MICRO, 1},
    {"g", "g", "kg", 1, 1000, 1000, 1},
    {"mg", "mg", "kg", 1, 1000000, 0, 1},
    {"l", "lít", "l", 1, 1, MICRO, 1},
    {"ml", "ml", "l", 1, 1000, 0, 1},
    {"m", "m", "cm", 100, 1, UINT64_C(1000) * MICRO, HALF},
    {"cm", "cm", "cm", 1, 1, MICRO, 1},
    {"mm", "mm", "cm", 1, 10, 0, 1},
    {"kw", "kW", "w", 1000, 1, UINT64_C(10000) * MICRO, HALF},
    {"w", "W", "w", 1, 1, 0, 1},
    {"kwh", "kWh", "wh", 1000, 1, UINT64_C(1000) * MICRO, HALF},
    {"wh", "Wh", "wh", 1, 1, 0, 1},
    {"ah", "Ah", "ah", 1, 1, 0, 1},
    {"btu", "BTU", "btu", 1, 1, 0, 1},
    {"db", "dB", "db", 1, 1, 0, 1},
    {"dpi", "dpi", "dpi", 1, 1, 0, 1},
    {"fps", "fps", "fps", 1, 1, 0, 1},
    {"gbps", "Gbps", "gbps", 1, 1, 0, 1},
    {"ghz", "GHz", "ghz", 1, 1, 0, 1},
    {"hp", "HP", "hp", 1, 1, 0, 1},
    {"hz", "Hz", "hz", 1, 1, 0, 1},
    {"inch", "inch", "inch", 1, 1, 0, 1},
    {"khz", "kHz", "khz", 1, 1, 0, 1},
    {"km", "km", "km", 1, 1, 0, 1},
    {"kva", "kVA", "kva", 1, 1, 0, 1},
    {"lm", "lm", "lm", 1, 1, 0, 1},
    {"mah", "mAh", "mah", 1, 1, 0, 1},
    {"mbps", "Mbps", "mbps", 1, 1, 0, 1},
    {"mhz", "MHz", "mhz", 1, 1, 0, 1},
    {"mp", "MP", "mp", 1, 1, 0, 1},
    {"ms", "ms", "ms", 1, 1, 0, 1},
    {"nits", "nits", "nits", 1, 1, 0, 1},
    {"nm", "nm", "nm", 1, 1, 0, 1},
    {"rpm", "rpm", "rpm", 1, 1, 0, 1},
    {"v", "V", "v", 1, 1, 0, 1},
    {"va", "VA", "va", 1, 1, 0, 1},
};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

static const struct spec_unit *unit_find(struct bytes key)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (bytes_are(key, units[i].key))
            return &units[i];
    return NULL;
}

struct bytes spec_unit_shown(struct bytes unit)
{
    const struct spec_unit *found = unit_find(unit);
    return found == NULL ? unit : bytes_of(found->shown);
}

/* micros * num / den; false when that is not exact. */
static bool micros_scale(uint64_t micros, uint64_t num, uint64_t den, uint64_t *out)
{
    uint64_t product = 0;
    if (__builtin_mul_overflow(micros, num, &product) || product % den != 0)
        return false;
    *out = product / den;
    return true;
}

static bool is_named_loosely(const char *name, struct bytes text)
{
    return strlen(name) == text.size && strncasecmp(name, text.data, text.size) == 0;
}

bool spec_unit_convert(struct bytes unit, uint64_t micros, struct spec_number *out)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (is_named_loosely(units[i].key, unit) || is_named_loosely(units[i].shown, unit)) {
            out->unit = bytes_of(units[i].base);
            return micros_scale(micros, units[i].num, units[i].den, &out->micros);
        }
    return false;
}

/* Without zeros behind the point; returns the size. */
static size_t micros_write(uint64_t micros, char out[NUMBER_BYTES_MAX])
{
    char digits[NUMBER_BYTES_MAX];
    size_t size = 0, count = 0;
    uint64_t whole = micros / MICRO, rest = micros % MICRO;
    do
        digits[count++] = (char)('0' + whole % 10);
    while ((whole /= 10) > 0);
    while (count > 0)
        out[size++] = digits[--count];
    if (rest > 0)
        out[size++] = '.';
    for (uint64_t place = MICRO / 10; rest > 0; rest %= place, place /= 10)
        out[size++] = (char)('0' + rest / place);
    return size;
}

/* number, gap, unit. */
static enum status quantity_write(uint64_t micros, const char *gap, const char *unit, struct arena *arena, struct bytes *out)
{
    char number[NUMBER_BYTES_MAX];
    size_t size = micros_write(micros, number);
    const char *text = arena_print(arena, "%.*s%s%s", (int)size, number, gap, unit);
    if (text == NULL)
        return STATUS_LIMIT;
    *out = bytes_of(text);
    return STATUS_OK;
}

/* The row and the number to show an amount of the base by. */
static const struct spec_unit *unit_to_show(const struct spec_unit *unit, uint64_t base_micros, uint64_t *micros)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (strcmp(units[i].base, unit->base) == 0 && base_micros >= units[i].shown_from_micros &&
            micros_scale(base_micros, units[i].den, units[i].num, micros) && *micros % units[i].grain_micros == 0)
            return &units[i];
    *micros = base_micros;
    return unit_find(bytes_of(unit->base));
}

static enum status quantity_set(const struct quantity *quantity, const struct spec_unit *unit, struct arena *arena, struct spec_value *out)
{
    uint64_t base_micros = quantity->micros, shown_micros = quantity->micros;
    const struct spec_unit *shown = unit;
    const char *key_unit = unit->key;
    if (micros_scale(quantity->micros, unit->num, unit->den, &base_micros)) {
        key_unit = unit->base;
        shown = unit_to_show(unit, base_micros, &shown_micros);
    } else {
        base_micros = quantity->micros;
    }
    enum status status = quantity_write(base_micros, "", key_unit, arena, &out->key);
    return status == STATUS_OK ? quantity_write(shown_micros, " ", shown->shown, arena, &out->text) : status;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static struct bytes text_trim(struct bytes text)
{
    while (text.size > 0 && is_space(text.data[0]))
        text = (struct bytes){text.data + 1, text.size - 1};
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The one token that the text is, from its first byte to its last; NULL when it is more or less than one. */
static const struct token *token_alone(const struct token_list *list, struct bytes text)
{
    const struct token *first = list->count > 0 ? &list->tokens[0] : NULL;
    bool alone = first != NULL && list->positions == 1 && first->offset == 0 && first->size == text.size;
    return alone ? first : NULL;
}

/* Leaves `out` as it is when the text is no quantity. */
static enum status quantity_read(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_value *out)
{
    struct token_list list = {0};
    struct quantity quantity;
    enum status status = analyze(analyzer, text.data, text.size, arena, &list);
    const struct token *token = status == STATUS_OK ? token_alone(&list, text) : NULL;
    if (token == NULL || (token->kind != TOKEN_UNIT && token->kind != TOKEN_NUMBER))
        return status;
    struct bytes folded = {token->folded, token->folded_size};
    if (token->kind == TOKEN_NUMBER) {
        *out = (struct spec_value){folded, folded};
        return STATUS_OK;
    }
    const struct spec_unit *unit = quantity_parse(folded, &quantity) && quantity.micros < UINT64_MAX ? unit_find(quantity.unit) : NULL;
    return unit == NULL ? STATUS_OK : quantity_set(&quantity, unit, arena, out);
}

/* The text with one space where it has several. */
static enum status spelling_copy(struct bytes text, struct arena *arena, struct bytes *out)
{
    char *copy = arena_alloc(arena, text.size);
    size_t size = 0;
    if (copy == NULL)
        return STATUS_LIMIT;
    for (size_t i = 0; i < text.size; i++) {
        if (is_space(text.data[i]) && is_space(text.data[i + 1])) /* trimmed: not the last one */
            continue;
        copy[size++] = is_space(text.data[i]) ? ' ' : text.data[i];
    }
    *out = (struct bytes){copy, size};
    return STATUS_OK;
}

enum status spec_name_read(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_value *out)
{
    *out = (struct spec_value){0};
    text = text_trim(text);
    if (text.size > SPEC_TEXT_BYTES_MAX)
        return STATUS_OK;
    enum status status = fold_text(analyzer, text.data, text.size, arena, &out->key);
    if (status == STATUS_OK)
        status = spelling_copy(text, arena, &out->text);
    if (out->key.size > SPEC_KEY_BYTES_MAX)
        out->key.size = 0;
    return status;
}

enum status spec_value_read(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_value *out)
{
    *out = (struct spec_value){0};
    text = text_trim(text);
    enum status status = STATUS_OK;
    if (text.size > 0 && text.size <= SPEC_KEY_BYTES_MAX && is_digit(text.data[0]))
        status = quantity_read(analyzer, text, arena, out);
    return status != STATUS_OK || out->key.size > 0 ? status : spec_name_read(analyzer, text, arena, out);
}

static bool is_capital(uint32_t letter)
{
    bool ascii = letter >= 'A' && letter <= 'Z', latin = letter >= 0xC0 && letter <= 0xDE && letter != 0xD7;
    bool paired = (letter >= 0x100 && letter <= 0x137) || (letter >= 0x1EA0 && letter <= 0x1EFF);
    return ascii || latin || (paired && letter % 2 == 0) || letter == 0x1A0 || letter == 0x1AF;
}

/* What makes one spelling better than another; greater is better. */
static uint32_t spelling_rank(struct bytes text)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.size;
    uint32_t marked = 0, letters = 0, capitals = 0;
    bool composed = true, first = false;
    for (struct code_point point; at < end; at += point.size, letters++) {
        point = utf8_decode(at, end);
        composed = composed && !(point.value >= 0x300 && point.value <= 0x36F);
        marked += point.value >= 0x80;
        capitals += is_capital(point.value);
        first = first || (letters == 0 && is_capital(point.value));
    }
    bool all = capitals == letters, brief = letters <= SHORT_LETTERS_MAX && marked == 0;
    uint32_t shape = all ? (brief ? 3 : 0) : first ? 2 : 1;
    return (uint32_t)composed << 16 | marked << 8 | shape;
}

bool spec_text_is_better(struct bytes text, struct bytes than)
{
    uint32_t left = spelling_rank(text), right = spelling_rank(than);
    return left != right ? left > right : bytes_compare(text, than) < 0;
}

bool spec_micros_parse(struct bytes text, uint64_t *out)
{
    char padded[NUMBER_BYTES_MAX + 1];
    struct quantity quantity;
    if (text.size == 0 || text.size >= sizeof padded - 1)
        return false;
    memcpy(padded, text.data, text.size);
    padded[text.size] = 'x'; /* quantities have a unit */
    if (!quantity_parse((struct bytes){padded, text.size + 1}, &quantity) || quantity.unit.size != 1 || quantity.micros == UINT64_MAX)
        return false;
    *out = quantity.micros;
    return true;
}

bool spec_number_parse(struct bytes key, struct spec_number *out)
{
    struct quantity quantity;
    if (spec_micros_parse(key, &out->micros)) {
        out->unit = (struct bytes){0};
        return true;
    }
    if (!quantity_parse(key, &quantity) || quantity.micros == UINT64_MAX || unit_find(quantity.unit) == NULL)
        return false;
    *out = (struct spec_number){quantity.micros, quantity.unit};
    return true;
}
