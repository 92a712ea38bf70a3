#include "catalog/synonym.h"

#include <string.h>
#include <xxhash.h>

#include "catalog/document.h"
#include "storage/bytes.h"

enum synonym_kind synonym_kind(const struct row *row)
{
    static const struct {
        const char *name;
        enum synonym_kind kind;
    } kinds[] = {
        {"synonym", SYNONYM_BOTH_WAYS},
        {"oneway", SYNONYM_ONE_WAY},
        {"abbreviation", SYNONYM_ABBREVIATION},
        {"off", SYNONYM_OFF},
    };
    struct bytes name = cell_text(&row->cells[SYNONYM_KIND]);
    if (!cell_boolean(&row->cells[SYNONYM_IS_ACTIVE], true))
        return SYNONYM_NONE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (bytes_are(name, kinds[i].name))
            return kinds[i].kind;
    return SYNONYM_NONE;
}

struct synonym_words synonym_words(const struct token_list *tokens, uint32_t at)
{
    struct synonym_words out = {0};
    for (uint32_t i = at; i < tokens->count && !out.more; i++) {
        if (tokens->tokens[i].part)
            continue;
        if (out.count == SYNONYM_WORDS_MAX)
            out.more = true;
        else
            out.words[out.count++] = &tokens->tokens[i];
    }
    return out;
}

void synonym_place(const struct synonym_words *words, unsigned count, unsigned char place[SYNONYM_PLACE_BYTES])
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < count; i++)
        hash = XXH3_64bits_withSeed(words->words[i]->folded, words->words[i]->folded_size, hash);
    place[0] = (unsigned char)count;
    key_put_u32(place + 1, (uint32_t)(hash >> 32));
    key_put_u32(place + 5, (uint32_t)hash);
}

static enum status key_add(const struct analyzer *analyzer, const struct row *row, unsigned column, struct arena *arena,
                           struct synonym_key keys[2], unsigned *count)
{
    struct bytes phrase = cell_text(&row->cells[column]), id = cell_text(&row->cells[SYNONYM_ID]);
    struct token_list tokens = {0};
    enum status status = analyze(analyzer, phrase.data, phrase.size, arena, &tokens);
    struct synonym_words words = synonym_words(&tokens, 0);
    if (status != STATUS_OK || words.count == 0 || words.more || id.size == 0 || id.size > KEY_BYTES_MAX)
        return status;
    struct synonym_key key = {.from = {words.words[0]->folded, words.words[0]->folded_size}, .to_size = SYNONYM_PLACE_BYTES + id.size};
    synonym_place(&words, words.count, key.to);
    memcpy(key.to + SYNONYM_PLACE_BYTES, id.data, id.size);
    if (*count == 0 || memcmp(keys[0].to, key.to, key.to_size) != 0)
        keys[(*count)++] = key;
    return STATUS_OK;
}

enum status synonym_keys(const struct analyzer *analyzer, const struct row *row, struct arena *arena, struct synonym_key keys[2],
                         unsigned *count)
{
    enum synonym_kind kind = synonym_kind(row);
    *count = 0;
    if (kind == SYNONYM_NONE)
        return STATUS_OK;
    enum status status = key_add(analyzer, row, SYNONYM_INPUT, arena, keys, count);
    if (status == STATUS_OK && (kind == SYNONYM_BOTH_WAYS || kind == SYNONYM_OFF))
        status = key_add(analyzer, row, SYNONYM_OUTPUT, arena, keys, count);
    return status;
}
