/* The mirrored row.
 *
 *   row    := format u8 = 1, flags u8, slot u16le, count u8, cell * count
 *   flags  := bit 0: hot cells are included (otherwise they are left out: their values live in columns)
 *   slot   := a variant's place in its product's run (1 ...), 0: none; 0 for other tables
 *   cell   := length varint: 0 is NULL, n is a text of n - 1 bytes, which follow
 *
 * Cells stand in the order of the enums in schema.h; a column added there later reads as NULL from an older row. */
#include "catalog/row.h"

#include <assert.h>

#include "catalog/field.h"
#include "storage/bytes.h"

enum { ROW_FORMAT = 1, ROW_WITH_HOT = 1 };

void row_encode(const struct row *row, bool with_hot, uint16_t slot, struct buffer *out)
{
    const struct schema_table *table = &schema_tables[row->table];
    append_u8(out, ROW_FORMAT);
    append_u8(out, with_hot ? ROW_WITH_HOT : 0);
    append_u16(out, slot);
    append_u8(out, (uint8_t)table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct cell *cell = &row->cells[i];
        assert(cell->state != CELL_UNCHANGED);
        if (cell->state == CELL_NULL || (table->columns[i].hot && !with_hot)) {
            append_varint(out, 0);
        } else {
            append_varint(out, (uint32_t)cell->text.size + 1);
            buffer_append(out, cell->text.data, cell->text.size);
        }
    }
}

enum status row_decode(enum table table, struct bytes data, struct row *row, bool *has_hot, uint16_t *slot)
{
    *row = (struct row){.table = table};
    struct byte_reader reader = byte_reader(data.data, data.size);
    uint8_t format = read_u8(&reader);
    uint8_t flags = read_u8(&reader);
    *slot = read_u16(&reader);
    unsigned count = read_u8(&reader);
    if (format != ROW_FORMAT || flags > ROW_WITH_HOT || count > ROW_COLUMNS_MAX)
        return STATUS_CORRUPT;
    for (unsigned i = 0; i < count; i++) {
        uint32_t length = read_varint(&reader);
        if (length == 0)
            continue;
        const unsigned char *text = read_span(&reader, length - 1);
        row->cells[i] = (struct cell){.state = CELL_TEXT, .text = {(const char *)text, length - 1}};
    }
    if (reader.failed || reader.next != reader.end)
        return STATUS_CORRUPT;
    *has_hot = (flags & ROW_WITH_HOT) != 0;
    return STATUS_OK;
}

bool cell_boolean(const struct cell *cell, bool missing)
{
    if (cell->state != CELL_TEXT || cell->text.size == 0)
        return missing;
    switch (cell->text.data[0]) {
    case 't':
    case 'T':
    case '1':
    case 'y':
    case 'Y':
        return true;
    case 'f':
    case 'F':
    case '0':
    case 'n':
    case 'N':
        return false;
    default:
        return missing;
    }
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
    if (a->state != CELL_TEXT || b->state != CELL_TEXT)
        return a->state == b->state;
    return bytes_equal(a->text, b->text);
}

/* Digits before and after the point; false for anything that is not a plain decimal number (NaN, Infinity, exponents). */
static bool decimal_split(struct bytes text, bool *negative, struct bytes *whole, struct bytes *fraction)
{
    const char *at = text.data, *end = text.data + text.size;
    *negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *start = at;
    while (at < end && is_digit(*at))
        at++;
    *whole = (struct bytes){start, (size_t)(at - start)};
    *fraction = (struct bytes){at, 0};
    if (at < end && *at == '.') {
        start = ++at;
        while (at < end && is_digit(*at))
            at++;
        *fraction = (struct bytes){start, (size_t)(at - start)};
    }
    return at == end && whole->size + fraction->size > 0;
}

uint64_t cell_scaled(const struct cell *cell, unsigned decimals, uint64_t max, bool clamp)
{
    bool negative = false;
    struct bytes whole, fraction;
    if (cell->state != CELL_TEXT || !decimal_split(cell->text, &negative, &whole, &fraction))
        return COLUMN_UNKNOWN;
    uint64_t value = 0;
    for (size_t i = 0; i < whole.size + decimals; i++) {
        size_t behind = i - whole.size;
        char digit = i < whole.size ? whole.data[i] : behind < fraction.size ? fraction.data[behind] : '0';
        value = value * 10 + (uint64_t)(digit - '0');
        if (value > max)
            return clamp && !negative ? max : clamp ? 0 : COLUMN_UNKNOWN;
    }
    if (fraction.size > decimals && fraction.data[decimals] >= '5')
        value++;
    if (negative && value > 0)
        return clamp ? 0 : COLUMN_UNKNOWN;
    return value <= max ? value : clamp ? max : COLUMN_UNKNOWN;
}

int64_t cell_order(const struct cell *cell)
{
    struct cell size = *cell;
    bool negative = cell->state == CELL_TEXT && cell->text.size > 0 && cell->text.data[0] == '-';
    if (negative)
        size.text = (struct bytes){cell->text.data + 1, cell->text.size - 1};
    uint64_t value = cell_scaled(&size, 6, INT64_MAX - 1, true);
    if (value == COLUMN_UNKNOWN)
        return INT64_MAX;
    return negative ? -(int64_t)value : (int64_t)value;
}

uint64_t sale_value(const struct cell *cell)
{
    uint64_t value = cell_scaled(cell, 0, PRICE_VND_MAX, false);
    return value == 0 ? COLUMN_UNKNOWN : value;
}

/* Reads exactly `digits` digits, or fails by returning false. */
static bool digits_read(const char **at, const char *end, unsigned digits, unsigned *value)
{
    *value = 0;
    for (unsigned i = 0; i < digits; i++, (*at)++) {
        if (*at >= end || **at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (unsigned)(**at - '0');
    }
    return true;
}

static bool separator_read(const char **at, const char *end, char separator)
{
    if (*at >= end || **at != separator)
        return false;
    (*at)++;
    return true;
}

/* Days from 1970-01-01; Howard Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil). */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    unsigned of_era = (unsigned)(year - era * 400);
    unsigned of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    unsigned days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + (int64_t)days - 719468;
}

/* "+07", "+07:00", "+0700", "Z" or nothing; in seconds. */
static bool zone_read(const char **at, const char *end, int64_t *offset_s)
{
    *offset_s = 0;
    if (*at == end || separator_read(at, end, 'Z'))
        return true;
    bool west = **at == '-';
    if (!west && **at != '+')
        return false;
    (*at)++;
    unsigned hours = 0, minutes = 0;
    if (!digits_read(at, end, 2, &hours))
        return false;
    if (*at < end) {
        (void)separator_read(at, end, ':');
        if (!digits_read(at, end, 2, &minutes))
            return false;
    }
    *offset_s = ((int64_t)hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return true;
}

uint64_t cell_seconds(const struct cell *cell)
{
    if (cell->state != CELL_TEXT)
        return COLUMN_UNKNOWN;
    const char *at = cell->text.data, *end = at + cell->text.size;
    unsigned year, month, day, hour = 0, minute = 0, second = 0;
    if (!digits_read(&at, end, 4, &year) || !separator_read(&at, end, '-') || !digits_read(&at, end, 2, &month) ||
        !separator_read(&at, end, '-') || !digits_read(&at, end, 2, &day) || month < 1 || month > 12 || day < 1 || day > 31 || year < 1970)
        return COLUMN_UNKNOWN;
    int64_t offset_s = 0;
    if (at < end) {
        if (!(separator_read(&at, end, ' ') || separator_read(&at, end, 'T')) || !digits_read(&at, end, 2, &hour) ||
            !separator_read(&at, end, ':') || !digits_read(&at, end, 2, &minute))
            return COLUMN_UNKNOWN;
        if (separator_read(&at, end, ':') && !digits_read(&at, end, 2, &second))
            return COLUMN_UNKNOWN;
        if (separator_read(&at, end, '.'))
            while (at < end && is_digit(*at))
                at++;
        if (!zone_read(&at, end, &offset_s) || at != end)
            return COLUMN_UNKNOWN;
    }
    int64_t seconds = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset_s;
    return seconds < 0 || seconds >= UINT32_MAX ? COLUMN_UNKNOWN : (uint64_t)seconds;
}
