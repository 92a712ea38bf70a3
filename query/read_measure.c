/* One amount of money or of a unit: 5tr5, 5,5tr, 1tr250, 500k, 3 triệu rưỡi, mười lăm triệu, nửa triệu, 15m2, 9kg5, 1 ngựa rưỡi. */
#include <string.h>

#include "query/read.h"

#define HUNDRED INT64_C(100)
#define THOUSAND INT64_C(1000)
#define MILLION INT64_C(1000000)
#define BILLION INT64_C(1000000000)

enum { FEW_THOUSANDS = 50 };

enum scale { SCALE_K, SCALE_THOUSAND, SCALE_MILLION, SCALE_BILLION, SCALE_VND, SCALE_VND_SHORT };

/* What an amount of money is counted in. */
static const struct phrase scales_rows[] = {
    {"k", "k", SCALE_K, 0},
    {"ka", "ka", SCALE_K, 0},
    {"ngàn", "ngan", SCALE_THOUSAND, 0},
    {"ngàn đồng", "ngan dong", SCALE_THOUSAND, 0},
    {"nghìn", "nghin", SCALE_THOUSAND, 0},
    {"nghìn đồng", "nghin dong", SCALE_THOUSAND, 0},
    {"nghàn", "nghan", SCALE_THOUSAND, 0},
    {"cành", "canh", SCALE_THOUSAND, PHRASE_MARKED},
    {"tr", "tr", SCALE_MILLION, 0},
    {"triệu", "trieu", SCALE_MILLION, 0},
    {"triệu đồng", "trieu dong", SCALE_MILLION, 0},
    {"trịu", "triu", SCALE_MILLION, 0},
    {"trđ", "trd", SCALE_MILLION, 0},
    {"củ", "cu", SCALE_MILLION, 0},
    {"củ khoai", "cu khoai", SCALE_MILLION, 0},
    {"chai", "chai", SCALE_MILLION, 0},
    {"mil", "mil", SCALE_MILLION, 0},
    {"tỉ", "ti", SCALE_BILLION, 0},
    {"tỉ đồng", "ti dong", SCALE_BILLION, 0},
    {"đồng", "dong", SCALE_VND, 0},
    {"vnđ", "vnd", SCALE_VND, 0},
    {"vnd", "vnd", SCALE_VND, 0},
    {"việt nam đồng", "viet nam dong", SCALE_VND, 0},
    {"đ", "d", SCALE_VND_SHORT, 0},
};

/* Units that the analyzer leaves as words of their own. The value is a row of unit_keys. */
enum unit_word { UNIT_KG, UNIT_HP, UNIT_M2, UNIT_M, UNIT_MP, UNIT_W, UNIT_GB, UNIT_TB, UNIT_L, UNIT_INCH, UNIT_HZ, UNIT_MAH, UNIT_MM };
static const char *const unit_keys[] = {"kg", "hp", "m2", "m", "mp", "w", "gb", "tb", "l", "inch", "hz", "mah", "mm"};

static const struct phrase unit_words_rows[] = {
    {"kg", "kg", UNIT_KG, 0},
    {"kí", "ki", UNIT_KG, 0},
    {"kí lô", "ki lo", UNIT_KG, 0},
    {"ki lô", "ki lo", UNIT_KG, 0},
    {"kí lô gam", "ki lo gam", UNIT_KG, 0},
    {"ki lô gam", "ki lo gam", UNIT_KG, 0},
    {"kilogam", "kilogam", UNIT_KG, 0},
    {"kilogram", "kilogram", UNIT_KG, 0},
    {"kilo", "kilo", UNIT_KG, 0},
    {"cân", "can", UNIT_KG, PHRASE_MARKED},
    {"ngựa", "ngua", UNIT_HP, 0},
    {"sức ngựa", "suc ngua", UNIT_HP, 0},
    {"mã lực", "ma luc", UNIT_HP, 0},
    {"hp", "hp", UNIT_HP, 0},
    {"mét vuông", "met vuong", UNIT_M2, 0},
    {"m vuông", "m vuong", UNIT_M2, 0},
    {"mv", "mv", UNIT_M2, 0},
    {"m 2", "m 2", UNIT_M2, 0},
    {"mét", "met", UNIT_M, 0},
    {"m", "m", UNIT_M, 0},
    {"chấm", "cham", UNIT_MP, PHRASE_MARKED},
    {"megapixel", "megapixel", UNIT_MP, 0},
    {"megapixels", "megapixels", UNIT_MP, 0},
    {"mpx", "mpx", UNIT_MP, 0},
    {"mp", "mp", UNIT_MP, 0},
    {"oát", "oat", UNIT_W, 0},
    {"watt", "watt", UNIT_W, 0},
    {"wat", "wat", UNIT_W, 0},
    {"gb", "gb", UNIT_GB, 0},
    {"gigabyte", "gigabyte", UNIT_GB, 0},
    {"giga", "giga", UNIT_GB, 0},
    {"tb", "tb", UNIT_TB, 0},
    {"tera", "tera", UNIT_TB, 0},
    {"terabyte", "terabyte", UNIT_TB, 0},
    {"lít", "lit", UNIT_L, 0},
    {"l", "l", UNIT_L, 0},
    {"inch", "inch", UNIT_INCH, 0},
    {"inches", "inches", UNIT_INCH, 0},
    {"ing", "ing", UNIT_INCH, 0},
    {"inh", "inh", UNIT_INCH, 0},
    {"hertz", "hertz", UNIT_HZ, 0},
    {"héc", "hec", UNIT_HZ, 0},
    {"ma", "ma", UNIT_MAH, 0},
    {"mah", "mah", UNIT_MAH, 0},
    {"mili", "mili", UNIT_MM, 0},
    {"mm", "mm", UNIT_MM, 0},
};

static const struct phrase halves_rows[] = {{"rưỡi", "ruoi", 0, 0}, {"rưởi", "ruoi", 0, 0}};
static const struct phrase half_of_rows[] = {{"nửa", "nua", 0, 0}, {"nữa", "nua", 0, 0}};

/* Numerals: 0..9 as they stand alone, and the words between them. */
enum numeral { NUMERAL_TEN = 10, NUMERAL_TENS, NUMERAL_HUNDRED, NUMERAL_ODD };
static const struct phrase numerals_rows[] = {
    {"một", "mot", 1, 0},
    {"mốt", "mot", 1, 0},
    {"hai", "hai", 2, 0},
    {"ba", "ba", 3, 0},
    {"bốn", "bon", 4, 0},
    {"tư", "tu", 4, 0},
    {"năm", "nam", 5, 0},
    {"lăm", "lam", 5, 0},
    {"nhăm", "nham", 5, 0},
    {"sáu", "sau", 6, 0},
    {"bảy", "bay", 7, 0},
    {"bẩy", "bay", 7, 0},
    {"tám", "tam", 8, 0},
    {"chín", "chin", 9, 0},
    {"mười", "muoi", NUMERAL_TEN, 0},
    {"mươi", "muoi", NUMERAL_TENS, 0},
    {"chục", "chuc", NUMERAL_TENS, 0},
    {"trăm", "tram", NUMERAL_HUNDRED, 0},
    {"linh", "linh", NUMERAL_ODD, 0},
    {"lẻ", "le", NUMERAL_ODD, 0},
};

const struct phrase_table money_scales = PHRASE_TABLE(scales_rows);
const struct phrase_table unit_words = PHRASE_TABLE(unit_words_rows);
const struct phrase_table halves = PHRASE_TABLE(halves_rows);
const struct phrase_table half_leads = PHRASE_TABLE(half_of_rows);
const struct phrase_table numerals = PHRASE_TABLE(numerals_rows);

static const struct lexeme *lexeme_at(const struct reader_state *state, unsigned at)
{
    return at < state->lexemes.count && lexeme_is_free(state, at) ? &state->lexemes.items[at] : NULL;
}

static const struct lexeme *number_at(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = lexeme_at(state, at);
    return lexeme != NULL && lexeme->kind == LEXEME_NUMBER ? lexeme : NULL;
}

static bool half_at(const struct reader_state *state, unsigned *at)
{
    unsigned count = 0;
    if (phrase_free(state, &halves, *at, &count) == NULL)
        return false;
    *at += count;
    return true;
}

/* A number in words: mười lăm, hai mươi, ba trăm năm mươi. Below a thousand. */
static bool numeral_parse(const struct reader_state *state, unsigned at, int64_t *value, unsigned *end)
{
    int64_t sum = 0, digit = -1;
    unsigned next = at, count = 0;
    for (const struct phrase *numeral; (numeral = phrase_free(state, &numerals, next, &count)) != NULL; next += count) {
        if (numeral->value == NUMERAL_HUNDRED) {
            sum += (digit < 0 ? 1 : digit) * HUNDRED;
            digit = -1;
        } else if (numeral->value == NUMERAL_TENS || numeral->value == NUMERAL_TEN) {
            sum += (digit < 0 ? 1 : digit) * 10;
            digit = -1;
        } else if (numeral->value != NUMERAL_ODD) {
            if (digit >= 0)
                break;
            digit = numeral->value;
        }
    }
    *value = sum + (digit < 0 ? 0 : digit);
    *end = next;
    return next > at && *value > 0;
}

static int64_t scale_value(enum scale scale)
{
    switch (scale) {
    case SCALE_K:
    case SCALE_THOUSAND:
        return THOUSAND;
    case SCALE_MILLION:
        return MILLION;
    case SCALE_BILLION:
        return BILLION;
    case SCALE_VND:
    case SCALE_VND_SHORT:
        break;
    }
    return 1;
}

/* đồng behind an amount that already has its scale. */
static void currency_skip(const struct reader_state *state, unsigned *at)
{
    unsigned count = 0;
    const struct phrase *found = phrase_free(state, &money_scales, *at, &count);
    if (found != NULL && (found->value == SCALE_VND || found->value == SCALE_VND_SHORT))
        *at += count;
}

/* Whether an amount ends here: a lone digit behind "2 triệu" is a half of it only when nothing follows that it could count. */
static bool amount_ends(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = lexeme_at(state, at);
    return lexeme == NULL || lexeme->kind == LEXEME_SIGN;
}

/* Digits right behind the scale are its decimals: 5tr5, 1tr250, 2 triệu 5. Thousands of their own may follow: 2 triệu 500 nghìn. */
static void rest_parse(const struct reader_state *state, struct measure *measure)
{
    unsigned at = measure->end, count = 0, after = at;
    const struct lexeme *digits = number_at(state, at);
    int64_t value = 0;
    if (half_at(state, &measure->end)) {
        measure->milli += measure->scale * MILLI / 2;
        return;
    }
    if (digits != NULL) {
        value = digits->milli / MILLI;
        after = at + 1;
    } else if (!numeral_parse(state, at, &value, &after)) {
        return;
    }
    const struct phrase *lower = phrase_free(state, &money_scales, after, &count);
    int64_t lower_scale = lower == NULL ? 0 : scale_value((enum scale)lower->value);
    if (lower != NULL && lower_scale > 1 && lower_scale < measure->scale && value * lower_scale < measure->scale) {
        measure->milli += value * lower_scale * MILLI;
        measure->end = after + count;
        return;
    }
    bool joined = digits != NULL && digits->joined;
    int64_t part = digits == NULL || digits->digits == 1 ? 10 : digits->digits == 2 ? 100 : digits->digits == 3 ? 1000 : 0;
    if (part == 0 || (!joined && (measure->scale < MILLION || part == 100 || value >= part || !amount_ends(state, after))))
        return;
    measure->milli += value * measure->scale * MILLI / part;
    measure->end = after;
}

/* đô, USD: not our money. */
static bool is_foreign(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = lexeme_at(state, at);
    if (lexeme == NULL || lexeme->kind != LEXEME_WORD)
        return false;
    return bytes_equal(lexeme->exact, (struct bytes){"đô", sizeof "đô" - 1}) || bytes_equal(lexeme->folded, (struct bytes){"usd", 3});
}

static bool money_parse(const struct reader_state *state, struct measure *measure)
{
    unsigned count = 0;
    const struct phrase *scale = phrase_free(state, &money_scales, measure->end, &count);
    if (scale == NULL)
        return false;
    const struct lexeme *first = &state->lexemes.items[measure->end];
    /* "1000 d" may be anything, "1000đ" not; "5 k" and "5k" are alike. */
    if (scale->value == SCALE_VND_SHORT && !first->joined && bytes_equal(first->exact, (struct bytes){"d", 1}))
        return false;
    /* "8368 dong thau" is no price. */
    bool plain = scale->value == SCALE_VND || scale->value == SCALE_VND_SHORT;
    if (plain && (measure->milli < THOUSAND * MILLI || measure->milli % (HUNDRED * MILLI) != 0))
        return false;
    /* "tu 3 ngan", "jeans nam ngan": bare, few thousands are rather compartments (ngăn), or short (ngắn). */
    bool few = scale->value == SCALE_THOUSAND && bytes_equal(first->exact, first->folded) && measure->milli < FEW_THOUSANDS * MILLI;
    measure->scale = scale_value((enum scale)scale->value);
    if (measure->milli > MILLI_MAX / measure->scale || is_foreign(state, measure->end + count))
        return false;
    measure->kind = MEASURE_MONEY;
    measure->weak = few || (scale->value == SCALE_K && measure->milli < 10 * MILLI) || strcmp(scale->folded, "chai") == 0;
    measure->milli *= measure->scale;
    measure->end += count;
    if (measure->scale > 1) {
        rest_parse(state, measure);
        currency_skip(state, &measure->end);
    }
    return true;
}

static bool takes_decimals(struct bytes unit)
{
    return bytes_are(unit, "kg") || bytes_are(unit, "l") || bytes_are(unit, "m");
}

/* 9kg5, 1l8, 1m5 (m2 may be an area: read_measures.c); and "rưỡi". */
static void decimals_parse(const struct reader_state *state, struct measure *measure)
{
    const struct lexeme *digit = number_at(state, measure->end);
    bool behind = digit != NULL && (digit->joined || amount_ends(state, measure->end + 1)); /* 1l8, 1 lít 8 */
    if (behind && digit->digits == 1 && takes_decimals(measure->unit) && measure->milli % MILLI == 0) {
        measure->milli += digit->milli / 10;
        measure->whole = false;
        measure->end++;
    } else if (half_at(state, &measure->end)) {
        measure->milli += MILLI / 2;
        measure->whole = false;
    }
}

/* The unit's number in the unit that the fields count: kw in w, ml in l. */
static void unit_scale(struct measure *measure)
{
    static const struct {
        const char *from, *to;
        int64_t times, by;
    } rows[] = {{"tb", "gb", 1024, 1}, {"kw", "w", 1000, 1}, {"ml", "l", 1, 1000}, {"ah", "mah", 1000, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!bytes_are(measure->unit, rows[i].from))
            continue;
        measure->unit = bytes_of(rows[i].to);
        measure->milli = measure->milli * rows[i].times / rows[i].by;
        return;
    }
}

static bool unit_parse(const struct reader_state *state, struct measure *measure)
{
    unsigned count = 0;
    const struct phrase *unit = phrase_free(state, &unit_words, measure->end, &count);
    if (unit == NULL)
        return false;
    const struct lexeme *first = &state->lexemes.items[measure->end];
    /* One letter counts only where it touches its number, but for the m of "15 m2". */
    if (unit->folded[1] == '\0' && !first->joined)
        return false;
    struct bytes key = bytes_of(unit_keys[unit->value]);
    /* "tu3 ma1t" are the keys of tủ mát. */
    const struct lexeme *behind = number_at(state, measure->end + count);
    if (behind != NULL && behind->joined && !first->joined && !takes_decimals(key))
        return false;
    measure->kind = MEASURE_UNIT;
    measure->unit = key;
    measure->end += count;
    decimals_parse(state, measure);
    unit_scale(measure);
    return true;
}

static bool quantity_read(const struct lexeme *lexeme, const struct reader_state *state, struct measure *measure)
{
    measure->kind = MEASURE_UNIT;
    measure->whole = true;
    measure->milli = lexeme->milli;
    measure->unit = lexeme->folded;
    if (bytes_are(lexeme->folded, "m")) {
        const struct lexeme *square = number_at(state, measure->end);
        unsigned count = 0;
        if (square != NULL && square->joined && square->milli == 2 * MILLI)
            count = 1;
        else if (measure->end < state->lexemes.count && bytes_equal(state->lexemes.items[measure->end].folded, (struct bytes){"vuong", 5}))
            count = 1;
        if (count > 0) {
            measure->unit = (struct bytes){"m2", 2};
            measure->whole = false;
            measure->end += count;
            return true;
        }
    }
    if (bytes_are(lexeme->folded, "vnd") || bytes_are(lexeme->folded, "d")) {
        measure->kind = MEASURE_MONEY;
        measure->scale = 1;
        return true;
    }
    decimals_parse(state, measure);
    unit_scale(measure);
    return true;
}

bool measure_parse(const struct reader_state *state, unsigned at, struct measure *out)
{
    const struct lexeme *lexeme = lexeme_at(state, at);
    unsigned count = 0;
    int64_t value = 0;
    *out = (struct measure){.end = at + 1};
    if (lexeme == NULL)
        return false;
    if (lexeme->kind == LEXEME_QUANTITY)
        return quantity_read(lexeme, state, out);
    if (phrase_free(state, &half_leads, at, &count) != NULL) {
        out->milli = MILLI / 2;
        out->end = at + count;
        return money_parse(state, out);
    }
    const struct phrase *scale = phrase_free(state, &money_scales, at, &count); /* triệu rưỡi */
    unsigned half = at + count;
    if (scale != NULL && scale_value((enum scale)scale->value) > 1 && half_at(state, &half)) {
        out->milli = MILLI;
        out->end = at;
        return money_parse(state, out);
    }
    if (lexeme->kind == LEXEME_NUMBER) {
        out->milli = lexeme->milli;
        /* 5 trăm nghìn, 2 chục triệu */
        const struct phrase *tens = phrase_free(state, &numerals, at + 1, &count);
        if (tens != NULL && (tens->value == NUMERAL_HUNDRED || tens->value == NUMERAL_TENS)) {
            struct measure much = {.milli = out->milli * (tens->value == NUMERAL_HUNDRED ? HUNDRED : 10), .end = at + 1 + count};
            if (money_parse(state, &much)) {
                *out = much;
                return true;
            }
        }
        return money_parse(state, out) || unit_parse(state, out) || true;
    }
    if (lexeme->kind != LEXEME_WORD || !numeral_parse(state, at, &value, &out->end))
        return false;
    out->spelled = true;
    out->milli = value * MILLI;
    return money_parse(state, out) || unit_parse(state, out) || true;
}
