/* Processors, graphics cards, and the query that is nothing but a model code. */
#include <stdio.h>
#include <string.h>

#include "query/read.h"

enum { MODEL_CODE_BYTES_MIN = 6, MODEL_LETTERS_MIN = 2, MODEL_DIGITS_MIN = 2 };

/* Families that a number follows. The names of the first kind are also cores' ("core i5"). */
enum family { FAMILY_CORE, FAMILY_RYZEN, FAMILY_ULTRA, FAMILY_GPU };
static const struct {
    const char *typed, *shown;
    enum family family;
    uint16_t low, high; /* of the number behind */
} families[] = {
    {"i", "i", FAMILY_CORE, 3, 9},           {"ryzen", "ryzen ", FAMILY_RYZEN, 3, 9}, {"r", "ryzen ", FAMILY_RYZEN, 3, 9},
    {"ultra", "ultra ", FAMILY_ULTRA, 5, 9}, {"rtx", "rtx ", FAMILY_GPU, 1000, 9999}, {"gtx", "gtx ", FAMILY_GPU, 200, 9999},
    {"gt", "gt ", FAMILY_GPU, 200, 9999},    {"rx", "rx ", FAMILY_GPU, 400, 9999},    {"mx", "mx", FAMILY_GPU, 100, 999},
};

static bool word_is(const struct reader_state *state, unsigned at, const char *word)
{
    if (at >= state->lexemes.count || !lexeme_is_free(state, at) || state->lexemes.items[at].kind != LEXEME_WORD)
        return false;
    return bytes_equal(state->lexemes.items[at].folded, bytes_of(word));
}

/* Ti, Super and the like behind a graphics card's number. */
static unsigned suffix_read(const struct reader_state *state, unsigned at, char *value, size_t room)
{
    static const char *const suffixes[] = {"ti", "super", "xt", "xtx"};
    for (unsigned i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (!word_is(state, at, suffixes[i]))
            continue;
        snprintf(value + strlen(value), room - strlen(value), " %s", suffixes[i]);
        at++;
        i = UINT32_MAX; /* another may follow: ti super */
    }
    return at;
}

/* The number of a family right behind its name, or one word further where the name is more than a letter. */
static bool number_fits(const struct reader_state *state, unsigned at, size_t row, int64_t *number)
{
    if (at >= state->lexemes.count || !lexeme_is_free(state, at))
        return false;
    const struct lexeme *lexeme = &state->lexemes.items[at];
    if (lexeme->kind != LEXEME_NUMBER || lexeme->digits == 0 || (!lexeme->joined && families[row].typed[1] == '\0'))
        return false;
    *number = lexeme->milli / MILLI;
    bool odd = families[row].family == FAMILY_GPU || *number % 2 == 1;
    return odd && *number >= families[row].low && *number <= families[row].high;
}

static unsigned words_before(const struct reader_state *state, unsigned at, const char *const *words, size_t count)
{
    for (bool again = true; again && at > 0;) {
        again = false;
        for (size_t i = 0; i < count; i++) {
            if (at > 0 && word_is(state, at - 1, words[i])) {
                at--;
                again = true;
            }
        }
    }
    return at;
}

static void chip_add(struct reader_state *state, unsigned at, size_t row, int64_t number)
{
    static const char *const cpu_words[] = {"core", "intel", "amd", "cpu", "chip", "vi", "xu", "li"};
    static const char *const gpu_words[] = {"card", "vga", "gpu", "geforce", "nvidia", "radeon", "amd", "do", "hoa", "roi"};
    bool graphics = families[row].family == FAMILY_GPU;
    char text[48];
    snprintf(text, sizeof text, "%s%lld", families[row].shown, (long long)number);
    unsigned end = at + 2;
    if (graphics)
        end = suffix_read(state, end, text, sizeof text);
    unsigned first = graphics ? words_before(state, at, gpu_words, sizeof gpu_words / sizeof gpu_words[0])
                              : words_before(state, at, cpu_words, sizeof cpu_words / sizeof cpu_words[0]);
    struct bytes value = {arena_copy(state->arena, text, strlen(text)), strlen(text)};
    if (value.data == NULL || reading_find(state->out, graphics ? "gpu" : "cpu") != NULL)
        return;
    struct reading *reading =
        reading_add(state, graphics ? "gpu" : "cpu", READING_TEXT, EFFECT_WORDS, lexeme_words(&state->lexemes, first, end));
    if (reading != NULL)
        reading->value = value;
}

/* "chip m2": without the word before it, m2 is rather an area or part of a name ("macbook air m3"). */
static void apple_chip_read(struct reader_state *state, unsigned at)
{
    int64_t number = 0;
    if (!(word_is(state, at, "chip") || word_is(state, at, "cpu")) || !word_is(state, at + 1, "m") || at + 2 >= state->lexemes.count)
        return;
    const struct lexeme *lexeme = &state->lexemes.items[at + 2];
    number = lexeme->milli / MILLI;
    if (lexeme->kind != LEXEME_NUMBER || !lexeme->joined || number < 1 || number > 9 || reading_find(state->out, "cpu") != NULL)
        return;
    struct bytes value = {arena_print(state->arena, "m%lld", (long long)number), 2};
    struct reading *reading =
        value.data == NULL ? NULL : reading_add(state, "cpu", READING_TEXT, EFFECT_WORDS, lexeme_words(&state->lexemes, at, at + 3));
    if (reading != NULL)
        reading->value = value;
}

void read_hardware(struct reader_state *state)
{
    for (unsigned at = 0; at < state->lexemes.count; at++) {
        int64_t number = 0;
        apple_chip_read(state, at);
        for (size_t row = 0; row < sizeof families / sizeof families[0]; row++)
            if (word_is(state, at, families[row].typed) && number_fits(state, at + 1, row, &number)) {
                chip_add(state, at, row, number);
                break;
            }
    }
}

/* Letters and digits in one word, long enough that nobody types it for anything else. */
void read_intent(struct reader_state *state)
{
    unsigned letters = 0, digits = 0;
    if (state->lexemes.word_count != 1 || state->out->count > 0)
        return;
    const struct token *token = state->lexemes.words[0].token;
    for (unsigned i = 0; i < token->folded_size; i++) {
        digits += is_digit(token->folded[i]);
        letters += token->folded[i] >= 'a' && token->folded[i] <= 'z';
    }
    if (token->kind != TOKEN_CODE || token->folded_size < MODEL_CODE_BYTES_MIN || letters < MODEL_LETTERS_MIN || digits < MODEL_DIGITS_MIN)
        return;
    struct reading *reading = reading_add(state, "intent", READING_TEXT, EFFECT_WORDS, word_bit(0));
    if (reading == NULL)
        return;
    reading->value = (struct bytes){"modelCode", 9};
    reading->kept = word_bit(0);
}
