/* The piece of a text that shows most of the words that its product was found by. */
#include <string.h>

#include "analyzers/utf8.h"
#include "query/highlight.h"

/* What stands between spaces, or a part of that when it is too long. */
struct snippet_word {
    uint32_t start, end;
};

static size_t word_end(struct bytes text, size_t start)
{
    size_t end = start;
    while (end < text.size && highlight_space(text, end) == 0) {
        size_t next = utf8_next(text.data, text.size, end);
        if (next - start > SNIPPET_WORD_BYTES_MAX && end > start)
            break;
        end = next;
    }
    return end;
}

static unsigned words_cut(struct bytes text, struct snippet_word *words)
{
    unsigned count = 0;
    for (size_t at = 0; at < text.size;) {
        size_t space = highlight_space(text, at);
        if (space > 0) {
            at += space;
            continue;
        }
        size_t end = word_end(text, at);
        words[count++] = (struct snippet_word){(uint32_t)at, (uint32_t)end};
        at = end;
    }
    return count;
}

struct worth {
    unsigned words, marks;
};

/* What a window of words from `first` on shows; marks from `mark` on lie in it, or behind it. */
static struct worth window_worth(const struct marked_text *text, unsigned mark, uint32_t start, uint32_t end)
{
    struct worth worth = {0};
    bool seen[MET_WORDS_MAX] = {false};
    for (; mark < text->count && text->marks[mark].start < end; mark++) {
        const struct highlight_mark *at = &text->marks[mark];
        if (at->start < start || at->end > end)
            continue;
        worth.words += !seen[at->word];
        worth.marks++;
        seen[at->word] = true;
    }
    return worth;
}

/* The first word of a window whose first mark lies in word `at`: with a few words in front, and full when the text ends. */
static unsigned window_first(unsigned at, unsigned count)
{
    unsigned first = at > SNIPPET_LEAD_WORDS ? at - SNIPPET_LEAD_WORDS : 0;
    return count > SNIPPET_WORDS && first > count - SNIPPET_WORDS ? count - SNIPPET_WORDS : count <= SNIPPET_WORDS ? 0 : first;
}

enum status snippet_choose(const struct marked_text *text, struct arena *arena, struct snippet *out)
{
    struct snippet_word *words = arena_alloc(arena, (text->text.size / 2 + 1) * sizeof *words);
    struct worth best = {0};
    unsigned best_first = 0, at = 0;
    *out = (struct snippet){0};
    if (words == NULL)
        return STATUS_LIMIT;
    unsigned count = words_cut(text->text, words);
    if (count == 0)
        return STATUS_OK;
    for (unsigned mark = 0; mark < text->count; mark++) {
        while (at + 1 < count && words[at + 1].start <= text->marks[mark].start)
            at++;
        unsigned first = window_first(at, count), behind = first + SNIPPET_WORDS < count ? first + SNIPPET_WORDS : count;
        unsigned from = mark;
        while (from > 0 && text->marks[from - 1].start >= words[first].start)
            from--;
        struct worth worth = window_worth(text, from, words[first].start, words[behind - 1].end);
        if (worth.words > best.words || (worth.words == best.words && worth.marks > best.marks)) {
            best = worth;
            best_first = first;
        }
    }
    unsigned behind = best_first + SNIPPET_WORDS < count ? best_first + SNIPPET_WORDS : count;
    *out = (struct snippet){words[best_first].start, words[behind - 1].end, best_first > 0, behind < count || text->cut};
    return STATUS_OK;
}
