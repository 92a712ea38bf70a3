/* Tokens grow by doubling, spellings by steps, both in the arena: a short query costs a few hundred bytes. */
#include "analyzers/tokens.h"

#include <assert.h>
#include <string.h>

enum { TEXT_STEP_MIN = 2 * TOKEN_BYTES_MAX, TEXT_STEP_MAX = 4096, TOKENS_ROOM_MIN = 8 };

void token_writer_init(struct token_writer *writer, struct arena *arena, size_t text_size)
{
    size_t step = text_size > TEXT_STEP_MAX ? TEXT_STEP_MAX : text_size + TEXT_STEP_MIN;
    size_t room = text_size / 5 + TOKENS_ROOM_MIN;
    *writer = (struct token_writer){.arena = arena, .text_step = step};
    writer->room = (uint32_t)(room > ANALYZE_TOKENS_MAX ? ANALYZE_TOKENS_MAX : room);
    writer->list.tokens = arena_alloc(arena, writer->room * sizeof *writer->list.tokens);
    writer->full = writer->list.tokens == NULL;
}

char *token_room(struct token_writer *writer)
{
    if (writer->text_room < TOKEN_BYTES_MAX) {
        writer->text = arena_alloc(writer->arena, writer->text_step);
        writer->text_room = writer->text == NULL ? 0 : writer->text_step;
        writer->full |= writer->text == NULL;
    }
    return writer->text;
}

void token_keep(struct token_writer *writer, size_t size)
{
    assert(size <= writer->text_room);
    writer->text += size;
    writer->text_room -= size;
}

static bool tokens_grow(struct token_writer *writer)
{
    uint32_t room = writer->room > ANALYZE_TOKENS_MAX / 2 ? ANALYZE_TOKENS_MAX : writer->room * 2;
    struct token *tokens = arena_alloc(writer->arena, room * sizeof *tokens);
    if (tokens == NULL) {
        writer->full = true;
        return false;
    }
    memcpy(tokens, writer->list.tokens, writer->list.count * sizeof *tokens);
    writer->list.tokens = tokens;
    writer->room = room;
    return true;
}

bool token_add(struct token_writer *writer, enum token_kind kind, bool part, struct span span, struct bytes folded, struct bytes exact)
{
    struct token_list *list = &writer->list;
    assert(folded.size > 0 && folded.size <= TOKEN_BYTES_MAX && exact.size <= TOKEN_BYTES_MAX);
    if (list->count == ANALYZE_TOKENS_MAX) {
        list->cut = true;
        return false;
    }
    if (writer->full || (list->count == writer->room && !tokens_grow(writer)))
        return false;
    assert(!part || list->positions > 0);
    list->positions = (uint16_t)(list->positions + !part);
    list->tokens[list->count++] = (struct token){
        .folded = folded.data,
        .exact = exact.data == NULL ? folded.data : exact.data,
        .folded_size = (uint8_t)folded.size,
        .exact_size = (uint8_t)(exact.data == NULL ? folded.size : exact.size),
        .kind = (uint8_t)kind,
        .part = part,
        .position = (uint16_t)(list->positions - 1),
        .offset = span.offset,
        .size = span.end - span.offset,
    };
    return true;
}

bool token_writer_is_done(const struct token_writer *writer)
{
    return writer->full || writer->list.cut;
}
