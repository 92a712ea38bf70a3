/* What a shopper wants of the offer rather than of the product: the cheapest, the newest, used, by instalments, on sale. */
#include <string.h>

#include "query/measure_phrases.h"
#include "query/read.h"

enum wish {
    WISH_CHEAP,
    WISH_DEAR,
    WISH_NEW,
    WISH_SELLING,
    WISH_RATED,
    WISH_REDUCED,
    WISH_SALE,
    WISH_INSTALMENT,
    WISH_USED,
    WISH_LIKE_NEW,
    WISH_UNUSED,
    WISH_COUNT
};

static const struct {
    const char *field, *value; /* no value: true */
    enum reading_effect effect;
} wishes[WISH_COUNT] = {
    [WISH_CHEAP] = {"sort", "priceAsc", EFFECT_SORT},  [WISH_DEAR] = {"sort", "priceDesc", EFFECT_SORT},
    [WISH_NEW] = {"sort", "newest", EFFECT_SORT},      [WISH_SELLING] = {"sort", "bestSelling", EFFECT_SORT},
    [WISH_RATED] = {"sort", "rating", EFFECT_SORT},    [WISH_REDUCED] = {"sort", "discount", EFFECT_SORT},
    [WISH_SALE] = {"onSale", NULL, EFFECT_FILTER},     [WISH_INSTALMENT] = {"installment", NULL, EFFECT_NONE},
    [WISH_USED] = {"condition", "used", EFFECT_WORDS}, [WISH_LIKE_NEW] = {"condition", "likeNew", EFFECT_WORDS},
    [WISH_UNUSED] = {"condition", "new", EFFECT_NONE},
};

static const struct phrase wish_rows[] = {
    {"rẻ", "re", WISH_CHEAP, PHRASE_MARKED},
    {"rẻ nhất", "re nhat", WISH_CHEAP, 0},
    {"rẻ tiền", "re tien", WISH_CHEAP, 0},
    {"rẻ bèo", "re beo", WISH_CHEAP, 0},
    {"giá rẻ", "gia re", WISH_CHEAP, 0},
    {"giá rẻ nhất", "gia re nhat", WISH_CHEAP, 0},
    {"giá tốt nhất", "gia tot nhat", WISH_CHEAP, 0},
    {"giá thấp", "gia thap", WISH_CHEAP, 0},
    {"giá thấp nhất", "gia thap nhat", WISH_CHEAP, 0},
    {"giá mềm", "gia mem", WISH_CHEAP, 0},
    {"giá bèo", "gia beo", WISH_CHEAP, 0},
    {"giá hạt dẻ", "gia hat de", WISH_CHEAP, 0},
    {"giá bình dân", "gia binh dan", WISH_CHEAP, 0},
    {"giá sinh viên", "gia sinh vien", WISH_CHEAP, 0},
    {"giá tăng dần", "gia tang dan", WISH_CHEAP, 0},
    {"giá từ thấp đến cao", "gia tu thap den cao", WISH_CHEAP, 0},
    {"giá thấp đến cao", "gia thap den cao", WISH_CHEAP, 0},
    {"thấp đến cao", "thap den cao", WISH_CHEAP, 0},
    {"từ rẻ đến đắt", "tu re den dat", WISH_CHEAP, 0},
    {"cheap", "cheap", WISH_CHEAP, 0},
    {"cheapest", "cheapest", WISH_CHEAP, 0},
    {"đắt nhất", "dat nhat", WISH_DEAR, 0},
    {"đắt tiền nhất", "dat tien nhat", WISH_DEAR, 0},
    {"đắt tiền", "dat tien", WISH_DEAR, 0},
    {"mắc nhất", "mac nhat", WISH_DEAR, 0},
    {"mắc tiền nhất", "mac tien nhat", WISH_DEAR, 0},
    {"giá đắt nhất", "gia dat nhat", WISH_DEAR, 0},
    {"giá cao", "gia cao", WISH_DEAR, 0},
    {"giá cao nhất", "gia cao nhat", WISH_DEAR, 0},
    {"giá giảm dần", "gia giam dan", WISH_DEAR, 0},
    {"giá từ cao đến thấp", "gia tu cao den thap", WISH_DEAR, 0},
    {"giá cao đến thấp", "gia cao den thap", WISH_DEAR, 0},
    {"cao đến thấp", "cao den thap", WISH_DEAR, 0},
    {"cao cấp nhất", "cao cap nhat", WISH_DEAR, 0},
    {"xịn nhất", "xin nhat", WISH_DEAR, 0},
    {"mới nhất", "moi nhat", WISH_NEW, 0},
    {"đời mới nhất", "doi moi nhat", WISH_NEW, 0},
    {"đời mới", "doi moi", WISH_NEW, 0},
    {"mới ra", "moi ra", WISH_NEW, 0},
    {"mới ra mắt", "moi ra mat", WISH_NEW, 0},
    {"vừa ra mắt", "vua ra mat", WISH_NEW, 0},
    {"mới về", "moi ve", WISH_NEW, 0},
    {"hàng mới về", "hang moi ve", WISH_NEW, 0},
    {"mẫu mới", "mau moi", WISH_NEW, 0},
    {"mẫu mới nhất", "mau moi nhat", WISH_NEW, 0},
    {"newest", "newest", WISH_NEW, 0},
    {"latest", "latest", WISH_NEW, 0},
    {"bán chạy", "ban chay", WISH_SELLING, 0},
    {"bán chạy nhất", "ban chay nhat", WISH_SELLING, 0},
    {"bán nhiều", "ban nhieu", WISH_SELLING, 0},
    {"bán nhiều nhất", "ban nhieu nhat", WISH_SELLING, 0},
    {"mua nhiều", "mua nhieu", WISH_SELLING, 0},
    {"mua nhiều nhất", "mua nhieu nhat", WISH_SELLING, 0},
    {"được mua nhiều", "duoc mua nhieu", WISH_SELLING, 0},
    {"được mua nhiều nhất", "duoc mua nhieu nhat", WISH_SELLING, 0},
    {"nhiều người mua", "nhieu nguoi mua", WISH_SELLING, 0},
    {"nhiều người mua nhất", "nhieu nguoi mua nhat", WISH_SELLING, 0},
    {"được ưa chuộng nhất", "duoc ua chuong nhat", WISH_SELLING, 0},
    {"phổ biến nhất", "pho bien nhat", WISH_SELLING, 0},
    {"hot nhất", "hot nhat", WISH_SELLING, 0},
    {"best seller", "best seller", WISH_SELLING, 0},
    {"bestseller", "bestseller", WISH_SELLING, 0},
    {"best selling", "best selling", WISH_SELLING, 0},
    {"đánh giá cao", "danh gia cao", WISH_RATED, 0},
    {"đánh giá cao nhất", "danh gia cao nhat", WISH_RATED, 0},
    {"được đánh giá cao", "duoc danh gia cao", WISH_RATED, 0},
    {"được đánh giá cao nhất", "duoc danh gia cao nhat", WISH_RATED, 0},
    {"đánh giá tốt", "danh gia tot", WISH_RATED, 0},
    {"đánh giá tốt nhất", "danh gia tot nhat", WISH_RATED, 0},
    {"được đánh giá tốt", "duoc danh gia tot", WISH_RATED, 0},
    {"được đánh giá tốt nhất", "duoc danh gia tot nhat", WISH_RATED, 0},
    {"nhiều sao nhất", "nhieu sao nhat", WISH_RATED, 0},
    {"giảm nhiều nhất", "giam nhieu nhat", WISH_REDUCED, 0},
    {"giảm giá nhiều nhất", "giam gia nhieu nhat", WISH_REDUCED, 0},
    {"giảm mạnh nhất", "giam manh nhat", WISH_REDUCED, 0},
    {"giảm giá mạnh nhất", "giam gia manh nhat", WISH_REDUCED, 0},
    {"giảm sâu nhất", "giam sau nhat", WISH_REDUCED, 0},
    {"giảm giá sâu nhất", "giam gia sau nhat", WISH_REDUCED, 0},
    {"khuyến mãi nhiều nhất", "khuyen mai nhieu nhat", WISH_REDUCED, 0},
    {"sale nhiều nhất", "sale nhieu nhat", WISH_REDUCED, 0},
    {"giảm giá", "giam gia", WISH_SALE, 0},
    {"đang giảm giá", "dang giam gia", WISH_SALE, 0},
    {"giảm sâu", "giam sau", WISH_SALE, 0},
    {"giảm giá sâu", "giam gia sau", WISH_SALE, 0},
    {"giảm sốc", "giam soc", WISH_SALE, 0},
    {"giảm giá sốc", "giam gia soc", WISH_SALE, 0},
    {"hạ giá", "ha gia", WISH_SALE, 0},
    {"khuyến mãi", "khuyen mai", WISH_SALE, 0},
    {"khuyến mại", "khuyen mai", WISH_SALE, 0},
    {"đang khuyến mãi", "dang khuyen mai", WISH_SALE, 0},
    {"đang khuyến mại", "dang khuyen mai", WISH_SALE, 0},
    {"có khuyến mãi", "co khuyen mai", WISH_SALE, 0},
    {"ưu đãi", "uu dai", WISH_SALE, 0},
    {"sale", "sale", WISH_SALE, 0},
    {"đang sale", "dang sale", WISH_SALE, 0},
    {"sale off", "sale off", WISH_SALE, 0},
    {"sale sốc", "sale soc", WISH_SALE, 0},
    {"on sale", "on sale", WISH_SALE, 0},
    {"flash sale", "flash sale", WISH_SALE, 0},
    {"xả hàng", "xa hang", WISH_SALE, 0},
    {"xả kho", "xa kho", WISH_SALE, 0},
    {"thanh lí", "thanh li", WISH_SALE, 0},
    {"trả góp", "tra gop", WISH_INSTALMENT, 0},
    {"mua trả góp", "mua tra gop", WISH_INSTALMENT, 0},
    {"góp 0", "gop 0", WISH_INSTALMENT, 0},
    {"trả góp 0", "tra gop 0", WISH_INSTALMENT, 0},
    {"mua trả góp 0", "mua tra gop 0", WISH_INSTALMENT, 0},
    {"trả góp lãi suất 0", "tra gop lai suat 0", WISH_INSTALMENT, 0},
    {"trả góp không lãi suất", "tra gop khong lai suat", WISH_INSTALMENT, 0},
    {"mua góp", "mua gop", WISH_INSTALMENT, 0},
    {"trả chậm", "tra cham", WISH_INSTALMENT, 0},
    {"cũ", "cu", WISH_USED, PHRASE_MARKED},
    {"hàng cũ", "hang cu", WISH_USED, 0},
    {"máy cũ", "may cu", WISH_USED, 0},
    {"đã qua sử dụng", "da qua su dung", WISH_USED, 0},
    {"qua sử dụng", "qua su dung", WISH_USED, 0},
    {"đã sử dụng", "da su dung", WISH_USED, 0},
    {"đã dùng", "da dung", WISH_USED, 0},
    {"second hand", "second hand", WISH_USED, 0},
    {"secondhand", "secondhand", WISH_USED, 0},
    {"2nd", "2nd", WISH_USED, 0},
    {"2 nd", "2 nd", WISH_USED, 0},
    {"used", "used", WISH_USED, 0},
    {"refurbished", "refurbished", WISH_USED, 0},
    {"tân trang", "tan trang", WISH_USED, 0},
    {"like new", "like new", WISH_LIKE_NEW, 0},
    {"likenew", "likenew", WISH_LIKE_NEW, 0},
    {"like new 99", "like new 99", WISH_LIKE_NEW, 0},
    {"likenew 99", "likenew 99", WISH_LIKE_NEW, 0},
    {"cũ like new", "cu like new", WISH_LIKE_NEW, 0},
    {"như mới", "nhu moi", WISH_LIKE_NEW, 0},
    {"cũ như mới", "cu nhu moi", WISH_LIKE_NEW, 0},
    {"gần như mới", "gan nhu moi", WISH_LIKE_NEW, 0},
    {"máy lướt", "may luot", WISH_LIKE_NEW, 0},
    {"lướt 99", "luot 99", WISH_LIKE_NEW, 0},
    {"hàng lướt", "hang luot", WISH_LIKE_NEW, 0},
    {"mới 100", "moi 100", WISH_UNUSED, 0},
    {"mới nguyên seal", "moi nguyen seal", WISH_UNUSED, 0},
    {"nguyên seal", "nguyen seal", WISH_UNUSED, 0},
    {"new seal", "new seal", WISH_UNUSED, 0},
    {"brand new", "brand new", WISH_UNUSED, 0},
    {"mới tinh", "moi tinh", WISH_UNUSED, 0},
    {"mới keng", "moi keng", WISH_UNUSED, 0},
    {"mới cứng", "moi cung", WISH_UNUSED, 0},
    {"chưa qua sử dụng", "chua qua su dung", WISH_UNUSED, 0},
    {"hàng mới", "hang moi", WISH_UNUSED, 0},
    {"máy mới", "may moi", WISH_UNUSED, 0},
    {"chưa kích hoạt", "chua kich hoat", WISH_UNUSED, 0},
};

const struct phrase_table wish_phrases = PHRASE_TABLE(wish_rows);

static void wish_add(struct reader_state *state, enum wish wish, uint32_t words)
{
    for (unsigned i = 0; i < state->out->count; i++) {
        struct reading *first = &state->out->readings[i];
        if (strcmp(first->field, wishes[wish].field) != 0)
            continue;
        first->words |= words; /* "cũ 99%": the first one stands */
        first->dropped |= first->effect == EFFECT_WORDS ? 0 : words;
        state->taken |= words;
        return;
    }
    enum reading_kind kind = wishes[wish].value == NULL ? READING_TRUE : READING_TEXT;
    struct reading *reading = reading_add(state, wishes[wish].field, kind, wishes[wish].effect, words);
    if (reading == NULL)
        return;
    if (wishes[wish].value != NULL)
        reading->value = bytes_of(wishes[wish].value);
    reading->dropped = wishes[wish].effect == EFFECT_WORDS ? 0 : words;
}

/* 99 % is as new as second hand goods get. */
static bool is_nearly_new(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = &state->lexemes.items[at];
    if (lexeme->kind != LEXEME_NUMBER || lexeme->milli < 90 * MILLI || lexeme->milli >= 100 * MILLI || at + 1 == state->lexemes.count)
        return false;
    return state->lexemes.items[at + 1].kind == LEXEME_SIGN && state->lexemes.items[at + 1].sign == '%';
}

/* "dien thoai cu": bare letters at the end of a query, behind other words. */
static bool is_bare_used(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = &state->lexemes.items[at];
    bool known = reading_find(state->out, "category") != NULL || reading_find(state->out, "brand") != NULL;
    return known && at > 0 && at + 1 == state->lexemes.count && lexeme->kind == LEXEME_WORD &&
           bytes_equal(lexeme->exact, (struct bytes){"cu", 2}) && state->lexemes.items[at - 1].kind != LEXEME_NUMBER;
}

/* By how much: [dưới, trên, đến] 20 %. `at` when nothing such stands there. */
static unsigned share_read(const struct reader_state *state, unsigned at)
{
    unsigned count = 0, next = at;
    const struct lexemes *lexemes = &state->lexemes;
    if (phrase_free(state, &bounds_before, next, &count) != NULL || phrase_free(state, &joiners, next, &count) != NULL)
        next += count;
    if (next + 1 >= lexemes->count || !lexeme_is_free(state, next) || lexemes->items[next].kind != LEXEME_NUMBER)
        return at;
    return lexemes->items[next + 1].kind == LEXEME_SIGN && lexemes->items[next + 1].sign == '%' ? next + 2 : at;
}

/* "giảm 20%"; without a share it may be another word. */
static bool is_reduced(const struct reader_state *state, unsigned at)
{
    const struct lexeme *lexeme = &state->lexemes.items[at];
    return lexeme->kind == LEXEME_WORD && bytes_are(lexeme->folded, "giam") &&
           marks_compare(lexeme->exact.data, lexeme->exact.size, "giảm", sizeof "giảm" - 1) != MARKS_CONTRADICT &&
           share_read(state, at + 1) > at + 1;
}

void read_wishes(struct reader_state *state)
{
    for (unsigned at = 0; at < state->lexemes.count; at++) {
        unsigned count = 0;
        if (state->lexemes.items[at].kind == LEXEME_SIGN || !lexeme_is_free(state, at))
            continue;
        const struct phrase *found = phrase_free(state, &wish_phrases, at, &count);
        bool reduced = found == NULL && is_reduced(state, at);
        unsigned end = at + (count > 0 ? count : 1);
        if (reduced || (found != NULL && found->value == WISH_SALE))
            end = share_read(state, end);
        uint32_t words = lexeme_words(&state->lexemes, at, end);
        if (reduced)
            wish_add(state, WISH_SALE, words);
        else if (found != NULL)
            wish_add(state, (enum wish)found->value, words);
        else if (is_nearly_new(state, at))
            wish_add(state, WISH_LIKE_NEW, words);
        else if (is_bare_used(state, at))
            wish_add(state, WISH_USED, words);
    }
}
