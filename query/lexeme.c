#include "query/lexeme.h"

#include <string.h>

bool milli_parse(struct bytes digits, int64_t *out)
{
    int64_t value = 0, place = 0; /* of the next decimal; 0: before the point */
    for (size_t i = 0; i < digits.size; i++) {
        char c = digits.data[i];
        if (c == '.' && place == 0 && i > 0) {
            place = MILLI / 10;
        } else if (!is_digit(c)) {
            return false;
        } else if (place > 0 || (i > 0 && memchr(digits.data, '.', i) != NULL)) {
            value += (c - '0') * place;
            place /= 10;
        } else {
            value = value * 10 + (int64_t)(c - '0') * MILLI;
            if (value > MILLI_MAX)
                return false;
        }
    }
    *out = value;
    return digits.size > 0;
}

static struct lexeme *lexeme_add(struct lexemes *out, enum lexeme_kind kind, unsigned word, bool joined)
{
    struct lexeme *lexeme = &out->items[out->count++];
    *lexeme = (struct lexeme){.kind = (uint8_t)kind, .word = (uint8_t)word, .joined = joined};
    return lexeme;
}

/* A sign in the UTF-8 text, its bytes in `size`; 0 for any other character. */
static char sign_at(struct bytes text, size_t at, size_t *size)
{
    static const struct {
        const char *spelling;
        char sign;
    } signs[] = {{"<=", '<'},
                 {">=", '>'},
                 {"->", '-'},
                 {"\xE2\x89\xA4", '<'},
                 {"\xE2\x89\xA5", '>'},
                 {"\xE2\x80\x93", '-'},
                 {"\xE2\x80\x94", '-'},
                 {"\xE2\x88\x92", '-'},
                 {"\xE2\x86\x92", '-'},
                 {"\xE2\x89\x88", '~'},
                 {"\xEF\xBD\x9E", '~'},
                 {"..", '-'},
                 {"<", '<'},
                 {">", '>'},
                 {"-", '-'},
                 {"/", '/'},
                 {"+", '+'},
                 {"~", '~'},
                 {"%", '%'}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        *size = strlen(signs[i].spelling);
        if (*size <= text.size - at && memcmp(text.data + at, signs[i].spelling, *size) == 0)
            return signs[i].sign;
    }
    *size = 1;
    return 0;
}

/* The signs between two words, or around them. `*joined` tells whether nothing else stands there. */
static void signs_read(struct lexemes *out, size_t at, size_t end, unsigned word, bool *joined)
{
    *joined = true;
    struct bytes gap = {out->text.data, end};
    for (size_t size = 0; at < end; at += size) {
        char sign = sign_at(gap, at, &size);
        if (sign != 0 && out->count < LEXEMES_MAX)
            lexeme_add(out, LEXEME_SIGN, word, *joined)->sign = sign;
        *joined = sign != 0 && *joined;
    }
}

size_t run_size(struct bytes code, size_t at)
{
    size_t end = at;
    while (end < code.size && is_digit(code.data[end]) == is_digit(code.data[at]))
        end++;
    return end - at;
}

/* A sign inside a code, where its source has one before the folded letter `letter`; 0: none. */
static char code_sign(struct bytes source, size_t letter)
{
    size_t seen = 0;
    char sign = 0;
    for (size_t i = 0; i < source.size && seen <= letter; i++) {
        unsigned char byte = (unsigned char)source.data[i];
        bool plain = byte < 0x80 && (is_digit((char)byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'));
        bool mark = (byte == 0xCC || byte == 0xCD) && i + 1 < source.size;
        if (plain || (byte >= 0xC0 && !mark)) {
            if (seen++ == letter)
                return sign;
            sign = 0;
        } else if (byte < 0x80) {
            sign = (char)byte;
        }
    }
    return 0;
}

static void code_read(struct lexemes *out, const struct token *token, unsigned word, bool joined)
{
    struct bytes folded = {token->folded, token->folded_size}, source = {out->text.data + token->offset, token->size};
    for (size_t at = 0; at < folded.size && out->count + 2 <= LEXEMES_MAX;) {
        size_t size = run_size(folded, at);
        char sign = at > 0 ? code_sign(source, at) : 0;
        /* A hyphen may also stand within a run: 10-15tr. */
        for (size_t i = 1; i < size; i++) {
            if (code_sign(source, at + i) != 0) {
                size = i;
                break;
            }
        }
        if (sign != 0)
            lexeme_add(out, LEXEME_SIGN, word, true)->sign = sign == '_' ? '-' : sign;
        struct bytes run = {folded.data + at, size};
        int64_t milli = 0;
        bool number = is_digit(run.data[0]) && milli_parse(run, &milli);
        struct lexeme *lexeme = lexeme_add(out, number ? LEXEME_NUMBER : LEXEME_WORD, word, at > 0 || joined);
        lexeme->digits = (uint8_t)(number ? size : 0);
        lexeme->milli = milli;
        lexeme->folded = lexeme->exact = run;
        at += size;
    }
}

static void token_read(struct lexemes *out, const struct token *token, unsigned word, bool joined)
{
    struct bytes folded = {token->folded, token->folded_size};
    size_t digits = 0;
    int64_t milli = 0;
    while (digits < folded.size && (is_digit(folded.data[digits]) || folded.data[digits] == '.'))
        digits++;
    bool counts = digits > 0 && milli_parse((struct bytes){folded.data, digits}, &milli);
    if (token->kind == TOKEN_CODE) {
        code_read(out, token, word, joined);
        return;
    }
    struct lexeme *lexeme = lexeme_add(out, LEXEME_WORD, word, joined);
    lexeme->folded = folded;
    lexeme->exact = (struct bytes){token->exact, token->exact_size};
    if (!counts)
        return;
    lexeme->milli = milli;
    if (token->kind == TOKEN_NUMBER) {
        lexeme->kind = LEXEME_NUMBER;
        lexeme->digits = (uint8_t)(memchr(folded.data, '.', folded.size) == NULL ? folded.size : 0);
    } else if (token->kind == TOKEN_UNIT) {
        lexeme->kind = LEXEME_QUANTITY;
        lexeme->folded = (struct bytes){folded.data + digits, folded.size - digits};
    }
}

void lexemes_read(struct bytes text, const struct token_list *tokens, struct lexemes *out)
{
    size_t end = 0;
    bool joined = false;
    out->text = text;
    out->tokens = tokens;
    out->count = out->word_count = 0;
    for (uint32_t i = 0; i < tokens->count && out->word_count < QUERY_TOKENS_MAX; i++) {
        const struct token *token = &tokens->tokens[i];
        if (token->part)
            continue;
        unsigned word = out->word_count++;
        signs_read(out, end, token->offset > end ? token->offset : end, word > 0 ? word - 1 : 0, &joined);
        out->words[word] = (struct lexeme_word){.token = token, .at = i, .lexeme = LEXEMES_MAX};
        end = (size_t)token->offset + token->size;
        if (out->count >= LEXEMES_MAX)
            continue;
        out->words[word].lexeme = (uint8_t)out->count;
        token_read(out, token, word, joined && word > 0);
    }
    if (out->word_count > 0)
        signs_read(out, end, text.size, out->word_count - 1, &joined);
}
