/* Thousands, decimals, and the table of units. */
#include "analyzers/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct unit inch = {"inch", "inch", true, 1};

static const struct unit units[] = {
    {"gb", "gb", true, 1},     {"tb", "gb", true, 1024},  {"mb", "mb", true, 1},       {"kb", "kb", true, 1},    {"gbps", "gbps", true, 1},
    {"mbps", "mbps", true, 1}, {"inch", "inch", true, 1}, {"inches", "inch", true, 1}, {"in", "inch", false, 1}, {"hp", "hp", true, 1},
    {"btu", "btu", true, 1},   {"w", "w", true, 1},       {"kw", "kw", true, 1},       {"wh", "wh", true, 1},    {"kwh", "kwh", true, 1},
    {"v", "v", true, 1},       {"mah", "mah", true, 1},   {"ah", "ah", true, 1},       {"hz", "hz", true, 1},    {"khz", "khz", true, 1},
    {"mhz", "mhz", true, 1},   {"ghz", "ghz", true, 1},   {"mp", "mp", true, 1},       {"dpi", "dpi", true, 1},  {"fps", "fps", true, 1},
    {"l", "l", true, 1},       {"lit", "l", true, 1},     {"lít", "l", true, 1},       {"ml", "ml", true, 1},    {"kg", "kg", true, 1},
    {"g", "g", true, 1},       {"gr", "g", true, 1},      {"gram", "g", true, 1},      {"mg", "mg", true, 1},    {"m", "m", true, 1},
    {"cm", "cm", true, 1},     {"mm", "mm", true, 1},     {"km", "km", true, 1},       {"db", "db", true, 1},    {"nm", "nm", false, 1},
};

enum { UNIT_LETTERS_MAX = 6, SCALED_WHOLE_MAX = 6, SCALED_DECIMALS_MAX = 3 };

static bool starts_thousands(const struct scanner *scanner, const struct run *run)
{
    return run->count <= 3 && scanner->bases[run->first] != '0';
}

/* How many runs, separated by '.' or ',', stand in a row. */
static size_t digit_runs(const struct run *runs, size_t count)
{
    size_t taken = 1;
    while (taken < count && runs[taken].class == CLASS_DIGIT && (runs[taken].gap == '.' || runs[taken].gap == ',') &&
           runs[taken - 1].inch_end == 0)
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

const struct unit *unit_find(const struct scanner *scanner, const struct run *run)
{
    char spelling[UNIT_LETTERS_MAX * 4 + 1] = {0};
    if (run->count > UNIT_LETTERS_MAX)
        return NULL;
    letters_compose(scanner->letters, scanner->bases + run->first, scanner->marks + run->first, run->count, spelling, sizeof spelling - 1);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].spelling, spelling) == 0)
            return &units[i];
    }
    return NULL;
}

const struct unit *unit_inch(void)
{
    return &inch;
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
