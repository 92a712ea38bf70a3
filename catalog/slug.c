#include "catalog/slug.h"

#include <stdbool.h>

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || (unsigned char)byte >= 0x80;
}

/* Cuts before the word that passes the bound, so that no character is split. */
static size_t cut_at_word(const char *text, size_t size)
{
    if (size <= SLUG_BYTES_MAX)
        return size;
    size_t end = SLUG_BYTES_MAX;
    while (end > 0 && text[end] != '-')
        end--;
    return end;
}

enum status slug_build(const struct analyzer *analyzer, struct bytes name, struct bytes id, struct arena *arena, struct bytes *out)
{
    struct bytes folded = {0};
    enum status status = fold_text(analyzer, name.data, name.size, arena, &folded);
    if (status != STATUS_OK)
        return status;
    char *slug = arena_alloc(arena, folded.size + 1);
    if (slug == NULL)
        return STATUS_LIMIT;
    size_t size = 0;
    for (size_t i = 0; i < folded.size; i++) {
        if (is_word_byte(folded.data[i]))
            slug[size++] = folded.data[i];
        else if (size > 0 && slug[size - 1] != '-')
            slug[size++] = '-';
    }
    while (size > 0 && slug[size - 1] == '-')
        size--;
    *out = (struct bytes){slug, cut_at_word(slug, size)};
    return id.size > 0 ? slug_append(*out, id, arena, out) : STATUS_OK;
}

enum status slug_append(struct bytes slug, struct bytes rest, struct arena *arena, struct bytes *out)
{
    char *whole = arena_print(arena, "%.*s%s%.*s", (int)slug.size, slug.data, slug.size > 0 ? "-" : "", (int)rest.size, rest.data);
    if (whole == NULL)
        return STATUS_LIMIT;
    *out = (struct bytes){whole, slug.size + (slug.size > 0) + rest.size};
    return STATUS_OK;
}
