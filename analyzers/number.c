/* Thousands, decimals, and the table of units. */
#include "analyzers/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct unit inch = {"inch", "inch", "inch", UNIT_APART, 1};
static const struct unit gigabyte = {"gb", "gb", "gb", UNIT_APART, 1};
static const struct unit square_metre = {"m2", "m2", "m2", 0, 1}, cubic_metre = {"m3", "m3", "m3", 0, 1};

/* Sorted by their letters. */
static const struct unit units[] = {
    {"ah", "ah", "ah", UNIT_APART, 1},
    {"btu", "btu", "btu", UNIT_APART | UNIT_THOUSANDS, 1},
    {"can", "cân", "kg", UNIT_APART | UNIT_TENTHS | UNIT_WORD, 1},
    {"cm", "cm", "cm", UNIT_APART, 1},
    {"db", "db", "db", UNIT_APART, 1},
    {"dpi", "dpi", "dpi", UNIT_APART | UNIT_THOUSANDS, 1},
    {"fps", "fps", "fps", UNIT_APART, 1},
    {"g", "g", "g", UNIT_APART, 1},
    {"gam", "gam", "g", UNIT_APART, 1},
    {"gb", "gb", "gb", UNIT_APART, 1},
    {"gbps", "gbps", "gbps", UNIT_APART, 1},
    {"ghz", "ghz", "ghz", UNIT_APART, 1},
    {"gr", "gr", "g", UNIT_APART, 1},
    {"gram", "gram", "g", UNIT_APART, 1},
    {"hertz", "hertz", "hz", UNIT_APART, 1},
    {"hp", "hp", "hp", UNIT_APART | UNIT_TENTHS, 1},
    {"hz", "hz", "hz", UNIT_APART, 1},
    {"ich", "ich", "inch", UNIT_APART, 1},
    {"in", "in", "inch", UNIT_APART | UNIT_SCREEN, 1},
    {"inc", "inc", "inch", UNIT_APART, 1},
    {"inch", "inch", "inch", UNIT_APART, 1},
    {"inches", "inches", "inch", UNIT_APART, 1},
    {"kb", "kb", "kb", UNIT_APART, 1},
    {"kbtu", "kbtu", "btu", UNIT_KILO, 1},
    {"kg", "kg", "kg", UNIT_APART | UNIT_TENTHS, 1},
    {"kgs", "kgs", "kg", UNIT_APART, 1},
    {"khz", "khz", "khz", UNIT_APART, 1},
    {"ki", "kí", "kg", UNIT_APART | UNIT_TENTHS, 1},
    {"kilo", "kilo", "kg", UNIT_APART | UNIT_TENTHS, 1},
    {"kilogam", "kilogam", "kg", UNIT_APART, 1},
    {"kilogram", "kilogram", "kg", UNIT_APART, 1},
    {"km", "km", "km", UNIT_APART, 1},
    {"kmah", "kmah", "mah", UNIT_KILO, 1},
    {"kva", "kva", "kva", UNIT_APART, 1},
    {"kw", "kw", "kw", UNIT_APART, 1},
    {"kwh", "kwh", "kwh", UNIT_APART, 1},
    {"ky", "ký", "kg", UNIT_APART | UNIT_TENTHS, 1},
    {"l", "l", "l", UNIT_APART | UNIT_TENTHS, 1},
    {"lit", "lít", "l", UNIT_APART | UNIT_TENTHS, 1},
    {"liter", "liter", "l", UNIT_APART, 1},
    {"liters", "liters", "l", UNIT_APART, 1},
    {"litre", "litre", "l", UNIT_APART, 1},
    {"lits", "lits", "l", UNIT_APART, 1},
    {"lm", "lm", "lm", UNIT_APART | UNIT_THOUSANDS, 1},
    {"lumen", "lumen", "lm", UNIT_APART | UNIT_THOUSANDS, 1},
    {"lumens", "lumens", "lm", UNIT_APART | UNIT_THOUSANDS, 1},
    {"m", "m", "m", UNIT_APART | UNIT_TENTHS, 1},
    {"mah", "mah", "mah", UNIT_APART | UNIT_THOUSANDS, 1},
    {"mb", "mb", "mb", UNIT_APART, 1},
    {"mbps", "mbps", "mbps", UNIT_APART, 1},
    {"megapixel", "megapixel", "mp", UNIT_APART, 1},
    {"megapixels", "megapixels", "mp", UNIT_APART, 1},
    {"met", "mét", "m", UNIT_APART | UNIT_TENTHS, 1},
    {"mg", "mg", "mg", UNIT_APART, 1},
    {"mhz", "mhz", "mhz", UNIT_APART, 1},
    {"mililit", "mililít", "ml", UNIT_APART, 1},
    {"milimet", "milimét", "mm", UNIT_APART, 1},
    {"ml", "ml", "ml", UNIT_APART, 1},
    {"mm", "mm", "mm", UNIT_APART, 1},
    {"mp", "mp", "mp", UNIT_APART, 1},
    {"mpx", "mpx", "mp", UNIT_APART, 1},
    {"ms", "ms", "ms", UNIT_APART, 1},
    {"ngua", "ngựa", "hp", UNIT_APART | UNIT_TENTHS | UNIT_WORD, 1},
    {"nits", "nits", "nits", UNIT_APART, 1},
    {"nm", "nm", "nm", 0, 1},
    {"oat", "oát", "w", UNIT_APART, 1},
    {"rpm", "rpm", "rpm", UNIT_APART | UNIT_THOUSANDS, 1},
    {"tb", "tb", "gb", UNIT_APART, 1024},
    {"v", "v", "v", UNIT_APART, 1},
    {"va", "va", "va", 0, 1},
    {"volt", "volt", "v", UNIT_APART, 1},
    {"von", "vôn", "v", UNIT_APART, 1},
    {"w", "w", "w", UNIT_APART, 1},
    {"watt", "watt", "w", UNIT_APART, 1},
    {"watts", "watts", "w", UNIT_APART, 1},
    {"wh", "wh", "wh", UNIT_APART, 1},
};

enum { UNIT_LETTERS_MAX = 10, SCALED_WHOLE_MAX = 6, SCALED_DECIMALS_MAX = 3, NUMBER_DIGITS_MAX = 9 };

static bool starts_thousands(const struct scanner *scanner, const struct run *run)
{
    return run->count <= 3 && scanner->bases[run->first] != '0';
}

static bool run_is_behind(const struct run *run)
{
    return run->gap == '.' || run->gap == ',' || run->gap == GAP_SPACE;
}

/* How many runs, separated by '.' or ',' or the space of a group of thousands, stand in a row. */
static size_t digit_runs(const struct run *runs, size_t count)
{
    size_t taken = 1;
    while (taken < count && runs[taken].class == CLASS_DIGIT && run_is_behind(&runs[taken]) && runs[taken - 1].inch_end == 0)
        taken++;
    return taken;
}

/* How many of the `count` runs are thousands groups of the first one; at least 1. */
static size_t thousands_runs(const struct scanner *scanner, const struct run *runs, size_t count)
{
    size_t taken = 1;
    if (!starts_thousands(scanner, &runs[0]))
        return 1;
    while (taken < count && runs[taken].count == 3 && runs[taken].gap == runs[1].gap)
        taken++;
    return taken;
}

static void digits_append(struct number *number, const struct scanner *scanner, const struct run *run)
{
    size_t room = sizeof number->text - number->size;
    size_t count = run->count < room ? run->count : room;
    memcpy(number->text + number->size, scanner->bases + run->first, count);
    number->size = (uint8_t)(number->size + count);
}

static void decimals_append(struct number *number, const struct scanner *scanner, const struct run *run)
{
    number->decimal = true;
    if (number->size == sizeof number->text)
        return;
    number->text[number->size++] = '.';
    digits_append(number, scanner, run);
    while (number->text[number->size - 1] == '0')
        number->size--;
    if (number->text[number->size - 1] == '.')
        number->size--;
}

void number_parse(const struct scanner *scanner, const struct run *runs, size_t count, struct number *out)
{
    out->size = 0;
    out->decimal = false;
    size_t taken = digit_runs(runs, count), thousands = thousands_runs(scanner, runs, taken);
    out->row = (uint8_t)taken;
    bool whole = thousands == taken;
    bool decimals = taken == thousands + 1 && (thousands == 1 || runs[thousands].gap != runs[1].gap);
    if (!whole && !decimals)
        thousands = taken = 1;
    for (size_t i = 0; i < thousands; i++)
        digits_append(out, scanner, &runs[i]);
    if (decimals)
        decimals_append(out, scanner, &runs[thousands]);
    out->runs = (uint8_t)taken;
}

bool run_is_word(const struct scanner *scanner, const struct run *run, const char *bare, const char *spelling)
{
    char typed[UNIT_LETTERS_MAX * 4 + 1] = {0};
    const uint8_t *bases = scanner->bases + run->first;
    if (bases[0] != (uint8_t)bare[0] || run->count > UNIT_LETTERS_MAX || strlen(bare) != run->count || memcmp(bases, bare, run->count) != 0)
        return false;
    if (!run->marked)
        return true;
    size_t size = letters_compose(scanner->letters, bases, scanner->marks + run->first, run->count, typed, sizeof typed - 1);
    return strcmp(typed, spelling) == 0 || marks_compare(typed, size, spelling, strlen(spelling)) == MARKS_SUBSET;
}

const struct unit *unit_find(const struct scanner *scanner, const struct run *run)
{
    struct bytes letters = {(const char *)scanner->bases + run->first, run->count};
    size_t low = 0, high = sizeof units / sizeof units[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = bytes_compare(bytes_of(units[middle].bare), letters);
        if (order == 0)
            return run_is_word(scanner, run, units[middle].bare, units[middle].spelling) ? &units[middle] : NULL;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct unit *unit_inch(void)
{
    return &inch;
}

const struct unit *unit_gigabyte(void)
{
    return &gigabyte;
}

const struct unit *unit_power(const struct unit *unit, char power)
{
    if (unit == NULL || strcmp(unit->key, "m") != 0)
        return NULL;
    return power == '2' ? &square_metre : power == '3' ? &cubic_metre : NULL;
}

/* number * factor with three decimals at most; 0 when the number has more digits than that holds. */
static size_t number_scale(const struct number *number, uint16_t factor, char *out, size_t room)
{
    uint64_t thousandths = 0;
    size_t whole = 0, decimals = 0;
    bool behind = false;
    for (size_t i = 0; i < number->size; i++) {
        if (number->text[i] == '.') {
            behind = true;
            continue;
        }
        thousandths = thousandths * 10 + (uint64_t)(number->text[i] - '0');
        whole += !behind;
        decimals += behind;
        if (whole > SCALED_WHOLE_MAX || decimals > SCALED_DECIMALS_MAX)
            return 0;
    }
    for (size_t i = decimals; i < SCALED_DECIMALS_MAX; i++)
        thousandths *= 10;
    thousandths *= factor;
    int size = snprintf(out, room, "%llu.%03llu", (unsigned long long)(thousandths / 1000), (unsigned long long)(thousandths % 1000));
    while (out[size - 1] == '0')
        size--;
    return (size_t)(out[size - 1] == '.' ? size - 1 : size);
}

bool unit_is_power(const struct unit *unit)
{
    return unit == &square_metre || unit == &cubic_metre;
}

bool unit_fits(const struct number *number, const struct unit *unit)
{
    return number->size + strlen(unit->key) <= TOKEN_BYTES_MAX;
}

size_t unit_write(const struct number *number, const struct unit *unit, char out[TOKEN_BYTES_MAX])
{
    const char *key = unit->key;
    size_t size = 0;
    if (unit->factor != 1) {
        size = number_scale(number, unit->factor, out, TOKEN_BYTES_MAX);
        key = size == 0 ? unit->spelling : key;
    }
    if (size == 0) {
        assert(unit_fits(number, unit) && strlen(key) <= strlen(unit->key));
        memcpy(out, number->text, number->size);
        size = number->size;
    }
    memcpy(out + size, key, strlen(key));
    return size + strlen(key);
}

uint32_t number_value(const struct number *number)
{
    uint32_t value = 0;
    if (number->decimal || number->size > NUMBER_DIGITS_MAX)
        return 0;
    for (size_t i = 0; i < number->size; i++)
        value = value * 10 + (uint32_t)(number->text[i] - '0');
    return value;
}

bool number_times_thousand(struct number *number)
{
    char scaled[TOKEN_BYTES_MAX] = {0};
    size_t size = number_scale(number, 1000, scaled, sizeof scaled);
    if (size == 0)
        return false;
    memcpy(number->text, scaled, size);
    number->size = (uint8_t)size;
    return true;
}

bool number_add_half(struct number *number)
{
    if (number->decimal || number->size + 2 > TOKEN_BYTES_MAX)
        return false;
    memcpy(number->text + number->size, ".5", 2);
    number->size = (uint8_t)(number->size + 2);
    number->decimal = true;
    return true;
}

bool number_add_decimals(struct number *number, const struct scanner *scanner, const struct run *run)
{
    if (number->decimal)
        return false;
    decimals_append(number, scanner, run);
    return true;
}
