/* Any bytes: analysing and folding neither crash nor break their promises on spans, bounds and idempotence. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "analyzers/analyzer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void list_check(const struct token_list *list, size_t size)
{
    uint32_t offset = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        assert(token->folded_size > 0 && token->folded_size <= TOKEN_BYTES_MAX && token->exact_size <= TOKEN_BYTES_MAX);
        assert(text_is_valid(token->folded, token->folded_size) && text_is_valid(token->exact, token->exact_size));
        assert(token->offset >= offset && token->size > 0 && token->offset + (size_t)token->size <= size);
        assert(token->position < list->positions);
        assert(marks_compare(token->exact, token->exact_size, token->exact, token->exact_size) <= MARKS_BARE);
        offset = token->offset;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct analyzer *analyzer;
    const char *text = (const char *)data;
    struct arena arena;
    struct token_list list;
    struct bytes once, twice;
    if (analyzer == NULL)
        analyzer = analyzer_new();
    arena_init(&arena, (size_t)32 << 20);
    enum status status = analyze(analyzer, text, size, &arena, &list);
    assert(status == STATUS_OK);
    list_check(&list, size);
    status = analyze_document(analyzer, text, size, &arena, &list);
    assert(status == STATUS_OK);
    list_check(&list, size);
    status = fold_text(analyzer, text, size, &arena, &once);
    assert(status == STATUS_OK && text_is_valid(once.data, once.size));
    status = fold_text(analyzer, once.data, once.size, &arena, &twice);
    assert(status == STATUS_OK && once.size == twice.size && memcmp(once.data, twice.data, once.size) == 0);
    arena_release(&arena);
    return 0;
}
