/* The hot loop. ASCII costs one table look-up per byte; anything else is decoded and looked up by code point. */
#include "analyzers/scanner.h"

#include <assert.h>

#include "analyzers/utf8.h"

static struct letter letter_at(const struct scanner *scanner, const unsigned char *at, uint32_t *size)
{
    if (*at < 0x80) {
        *size = 1;
        return letter_get(scanner->letters, *at);
    }
    struct code_point point = utf8_decode(at, scanner->end);
    *size = point.size;
    return letter_get(scanner->letters, point.value);
}

/* A quotation mark: opens, closes, or is only passed. True when it closed one that was open. */
static bool quote_pass(struct scanner *scanner, uint8_t quote)
{
    bool was_open = scanner->quoted;
    if (quote == QUOTE_STRAIGHT)
        scanner->quoted = !was_open;
    else if (quote == QUOTE_OPEN)
        scanner->quoted = true;
    else if (quote == QUOTE_CLOSE)
        scanner->quoted = false;
    return was_open && (quote == QUOTE_STRAIGHT || quote == QUOTE_CLOSE);
}

uint8_t scanner_gap(struct scanner *scanner)
{
    uint8_t gap = GAP_NONE;
    if (scanner->end - scanner->at > 1 && scanner->at[0] == ' ' && scanner->at[1] < 0x80 && scanner->letters->lower[scanner->at[1]] != 0) {
        scanner->at++;
        scanner->next = CLASS_LETTER;
        return GAP_SPACE;
    }
    while (scanner->at < scanner->end) {
        uint32_t size = 0;
        struct letter letter = letter_at(scanner, scanner->at, &size);
        switch (letter.class) {
        case CLASS_LETTER:
        case CLASS_DIGIT:
        case CLASS_SCRIPT:
            scanner->next = letter.class;
            return gap;
        case CLASS_MARK:
        case CLASS_IGNORED:
            break;
        case CLASS_SPACE:
            gap = gap == GAP_NONE || gap == GAP_SPACE ? GAP_SPACE : GAP_OTHER;
            break;
        case CLASS_JOINER:
            gap = gap == GAP_NONE ? letter.base : GAP_OTHER;
            break;
        case CLASS_QUOTE:
            quote_pass(scanner, letter.base);
            gap = GAP_OTHER;
            break;
        default:
            gap = GAP_OTHER;
        }
        scanner->at += size;
    }
    scanner->next = CLASS_SPACE;
    return GAP_OTHER;
}

/* The plain bytes at `at`: ASCII letters or ASCII digits, by the run's class. */
static void run_extend_plain(struct scanner *scanner, struct run *run)
{
    const uint8_t *lower = scanner->letters->lower;
    const unsigned char *at = scanner->at, *end = scanner->end;
    size_t count = run->count;
    bool letters = run->class == CLASS_LETTER;
    while (at < end && *at < 0x80 && (letters ? lower[*at] != 0 : *at >= '0' && *at <= '9')) {
        if (count < RUN_LETTERS_MAX) {
            scanner->bases[run->first + count] = letters ? lower[*at] : *at;
            scanner->marks[run->first + count] = 0;
        }
        count += count <= RUN_LETTERS_MAX; /* one past the bound: marks that follow belong to a letter that is not kept */
        at++;
    }
    run->count = (uint16_t)count;
    if (at > scanner->at)
        run->end = (uint32_t)(at - scanner->text);
    scanner->at = at;
}

static void letter_store(struct scanner *scanner, struct run *run, uint8_t base, uint8_t marks)
{
    if (run->count == RUN_LETTERS_MAX) {
        run->count++; /* as above */
        return;
    }
    if (run->count > RUN_LETTERS_MAX)
        return;
    size_t place = (size_t)run->first + run->count++;
    scanner->bases[place] = base;
    scanner->marks[place] = marks;
    run->marked = run->marked || marks != 0;
}

static void mark_store(struct scanner *scanner, struct run *run, uint8_t marks)
{
    if (run->class != CLASS_LETTER || run->count == 0 || run->count > RUN_LETTERS_MAX)
        return;
    uint8_t *place = &scanner->marks[run->first + run->count - 1];
    *place = marks_merge(*place, marks);
    run->marked = run->marked || marks != 0;
}

static void letter_expand(struct scanner *scanner, struct run *run, struct letter letter)
{
    const char *more = scanner->letters->expansions[letter.more];
    letter_store(scanner, run, letter.base, *more == '\0' ? letter.marks : 0);
    for (; *more != '\0'; more++)
        letter_store(scanner, run, (uint8_t)*more, more[1] == '\0' ? letter.marks : 0);
}

/* One character that is not an ASCII letter or digit; false when it ends the run. */
static bool run_extend(struct scanner *scanner, struct run *run)
{
    uint32_t size = 0;
    struct letter letter = letter_at(scanner, scanner->at, &size);
    if (letter.class == CLASS_MARK)
        mark_store(scanner, run, letter.marks);
    else if (letter.class == run->class)
        letter_expand(scanner, run, letter);
    else if (letter.class != CLASS_IGNORED)
        return false;
    scanner->at += size;
    if (letter.class != CLASS_IGNORED)
        run->end = (uint32_t)(scanner->at - scanner->text);
    return true;
}

/* The inch mark at `at`, behind digits: " ” ″ or two single ones. A mark that closes a quotation is none. Returns its size. */
static uint32_t inch_mark_size(struct scanner *scanner)
{
    uint32_t size = 0, second = 0;
    if (scanner->at == scanner->end)
        return 0;
    struct letter letter = letter_at(scanner, scanner->at, &size);
    if (letter.class != CLASS_QUOTE)
        return 0;
    if (letter.base == QUOTE_PRIME)
        return size;
    if (letter.base == QUOTE_STRAIGHT || letter.base == QUOTE_CLOSE)
        return scanner->quoted ? 0 : size;
    if (letter.base != QUOTE_SINGLE || scanner->at + size == scanner->end)
        return 0;
    letter = letter_at(scanner, scanner->at + size, &second);
    return letter.class == CLASS_QUOTE && letter.base == QUOTE_SINGLE ? size + second : 0;
}

uint8_t scanner_run(struct scanner *scanner, uint8_t gap, struct run *out)
{
    assert(scanner->used + RUN_LETTERS_MAX <= SCAN_LETTERS_MAX);
    *out = (struct run){.offset = (uint32_t)(scanner->at - scanner->text), .first = scanner->used, .class = scanner->next, .gap = gap};
    do {
        run_extend_plain(scanner, out);
    } while (scanner->at < scanner->end && run_extend(scanner, out));
    if (out->count > RUN_LETTERS_MAX)
        out->count = RUN_LETTERS_MAX;
    scanner->used = (uint16_t)(scanner->used + out->count);
    uint32_t inch = out->class == CLASS_DIGIT ? inch_mark_size(scanner) : 0;
    scanner->at += inch;
    out->inch_end = inch > 0 ? (uint32_t)(scanner->at - scanner->text) : 0;
    uint8_t behind = scanner_gap(scanner);
    return inch > 0 && behind == GAP_NONE ? GAP_OTHER : behind;
}

void scanner_init(struct scanner *scanner, const struct letters *letters, const char *text, size_t size)
{
    scanner->letters = letters;
    scanner->text = scanner->at = (const unsigned char *)text;
    scanner->end = scanner->text + size;
    scanner->quoted = false;
    scanner->used = 0;
    scanner_gap(scanner);
}

struct scanner_place scanner_place_get(const struct scanner *scanner)
{
    return (struct scanner_place){scanner->at, scanner->used, scanner->quoted, scanner->next};
}

void scanner_place_put(struct scanner *scanner, struct scanner_place place)
{
    scanner->at = place.at;
    scanner->used = place.used;
    scanner->quoted = place.quoted;
    scanner->next = place.next;
}
