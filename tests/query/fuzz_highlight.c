/* Any text and any word: marks lie in the text in their order, and so does the snippet. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "query/highlight.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct analyzer *analyzer;
    struct arena arena;
    struct token_list tokens;
    struct marked_text text;
    struct snippet snippet;
    struct met_word list[MET_WORDS_MAX];
    struct met_words words = {.list = list};
    const char *line = memchr(data, '\n', size);
    size_t head = line == NULL ? size : (size_t)(line - (const char *)data);
    struct bytes source = {(const char *)data + head, size - head};
    if (analyzer == NULL)
        analyzer = analyzer_new();
    arena_init(&arena, (size_t)256 << 20);
    enum status status = analyze(analyzer, (const char *)data, head, &arena, &tokens);
    assert(status == STATUS_OK);
    for (uint32_t i = 0; i < tokens.count && words.count < MET_WORDS_MAX; i++)
        list[words.count++] = (struct met_word){.folded = {tokens.tokens[i].folded, tokens.tokens[i].folded_size},
                                                .exact = {tokens.tokens[i].exact, tokens.tokens[i].exact_size},
                                                .begins = i % 2 == 1,
                                                .contradiction = (uint8_t)(i % 3)};
    status = highlight_read(analyzer, source, &words, &arena, &text);
    assert(status == STATUS_OK && text.text.size <= HIGHLIGHT_BYTES_MAX);
    highlight_settle(&text, 1, &words);
    for (unsigned i = 0; i < text.count; i++) {
        assert(text.marks[i].start < text.marks[i].end && text.marks[i].end <= text.text.size && text.marks[i].word < words.count);
        assert(i == 0 || text.marks[i - 1].start <= text.marks[i].start);
    }
    status = snippet_choose(&text, &arena, &snippet);
    assert(status == STATUS_OK && snippet.start <= snippet.end && snippet.end <= text.text.size);
    arena_release(&arena);
    return 0;
}
