#include "query/highlight.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/markup.h"

size_t highlight_space(struct bytes text, size_t at)
{
    if ((unsigned char)text.data[at] <= ' ')
        return 1;
    return text.size - at >= 2 && memcmp(text.data + at, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

/* How a token stands to a word; false: it is another. */
static bool token_is(const struct token *token, const struct met_word *word, bool *contradicts)
{
    struct bytes folded = {token->folded, token->folded_size}, exact = {token->exact, token->exact_size};
    struct typed typed = {.exact = word->exact, .prefix = word->begins};
    size_t size = word->folded.size;
    if (folded.size < size || (!word->begins && folded.size > size) || memcmp(folded.data, word->folded.data, size) != 0)
        return false;
    *contradicts = typed_compare(&typed, exact) == MARKS_CONTRADICT;
    return true;
}

/* U+0300 to U+036F: a mark of the letter before. */
static bool is_mark(struct bytes text, size_t at)
{
    unsigned char byte = at + 1 < text.size ? (unsigned char)text.data[at] : 0;
    return byte == 0xCC || (byte == 0xCD && (unsigned char)text.data[at + 1] < 0xB0);
}

/* Do the letters of a text fold to these? `*more`: they are not more yet. */
static enum status folds_to(const struct analyzer *analyzer, struct bytes text, struct bytes letters, struct arena *arena, bool *same,
                            bool *more)
{
    struct bytes folded = {0};
    size_t count = 0;
    *same = true;
    enum status status = fold_text(analyzer, text.data, text.size, arena, &folded);
    for (size_t i = 0; i < folded.size && status == STATUS_OK; i++) {
        if (folded.data[i] == ' ')
            continue;
        *same = *same && count < letters.size && folded.data[i] == letters.data[count];
        count++;
    }
    *same = *same && count == letters.size;
    *more = count < letters.size;
    return status;
}

/* Where the letters that fold to `beginning` end in a source text, with the marks of the last one. Its end when they fold otherwise (a
 * terabyte that was read as gigabytes). */
static enum status beginning_end(const struct analyzer *analyzer, struct bytes source, struct bytes beginning, struct arena *arena,
                                 size_t *out)
{
    bool same = false, more = true;
    size_t end = 0;
    while (more && !same && end < source.size) {
        end = utf8_next(source.data, source.size, end);
        while (is_mark(source, end))
            end = utf8_next(source.data, source.size, end);
        enum status status = folds_to(analyzer, (struct bytes){source.data, end}, beginning, arena, &same, &more);
        if (status != STATUS_OK)
            return status;
    }
    *out = same ? end : source.size;
    return STATUS_OK;
}

static enum status marks_grow(struct marked_text *out, unsigned *room, struct arena *arena)
{
    unsigned larger = *room == 0 ? 16 : *room * 2;
    struct highlight_mark *marks = arena_alloc(arena, larger * sizeof *marks);
    if (marks == NULL)
        return STATUS_LIMIT;
    if (out->count > 0)
        memcpy(marks, out->marks, out->count * sizeof *marks);
    out->marks = marks;
    *room = larger;
    return STATUS_OK;
}

static enum status token_mark(const struct analyzer *analyzer, const struct token *token, const struct met_words *words,
                              struct arena *arena, struct marked_text *out, unsigned *room)
{
    for (unsigned i = 0; i < words->count; i++) {
        const struct met_word *word = &words->list[i];
        struct highlight_mark mark = {.start = token->offset, .end = token->offset + token->size, .word = (uint8_t)i};
        struct bytes source = {out->text.data + token->offset, token->size};
        size_t size = token->size;
        enum status status = STATUS_OK;
        if (!token_is(token, word, &mark.contradicts))
            continue;
        if (word->begins)
            status = beginning_end(analyzer, source, word->folded, arena, &size);
        mark.end = token->offset + (uint32_t)size;
        if (status == STATUS_OK && out->count == *room)
            status = marks_grow(out, room, arena);
        if (status != STATUS_OK)
            return status;
        out->marks[out->count++] = mark;
    }
    return STATUS_OK;
}

static int mark_compare(const void *left, const void *right)
{
    const struct highlight_mark *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (a->word > b->word) - (a->word < b->word);
}

enum status highlight_read(const struct analyzer *analyzer, struct bytes source, const struct met_words *words, struct arena *arena,
                           struct marked_text *out)
{
    struct token_list tokens = {0};
    unsigned room = 0;
    *out = (struct marked_text){0};
    enum status status = markup_strip(source, arena, &out->text);
    if (status != STATUS_OK)
        return status;
    if (out->text.size > HIGHLIGHT_BYTES_MAX) {
        out->cut = true;
        out->text.size = utf8_cut(out->text.data, out->text.size, HIGHLIGHT_BYTES_MAX);
    }
    status = analyze_document(analyzer, out->text.data, out->text.size, arena, &tokens);
    for (uint32_t i = 0; i < tokens.count && status == STATUS_OK; i++)
        status = token_mark(analyzer, &tokens.tokens[i], words, arena, out, &room);
    if (out->count > 0)
        qsort(out->marks, out->count, sizeof *out->marks, mark_compare);
    return status;
}

void highlight_settle(struct marked_text *texts, unsigned count, const struct met_words *words)
{
    bool fits[MET_WORDS_MAX] = {false};
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < texts[i].count; j++)
            fits[texts[i].marks[j].word] = fits[texts[i].marks[j].word] || !texts[i].marks[j].contradicts;
    for (unsigned i = 0; i < count; i++) {
        unsigned kept = 0;
        for (unsigned j = 0; j < texts[i].count; j++) {
            const struct highlight_mark *mark = &texts[i].marks[j];
            unsigned contradiction = words->list[mark->word].contradiction;
            bool alone = contradiction == CONTRADICTION_ALONE && !fits[mark->word];
            if (!mark->contradicts || alone || contradiction == CONTRADICTION_FOUND)
                texts[i].marks[kept++] = *mark;
        }
        texts[i].count = kept;
    }
}
