/* Any parameters, encoded in any of the ways that clients encode, come back as they were; any bytes at all are parsed or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzers/analyzer.h"
#include "server/target.h"

enum { ROUNDS = 20000, PAIRS_MAX = 12, TEXT_MAX = 24 };

static uint64_t seed;

static unsigned pick(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

static void text_make(struct buffer *text, unsigned size_min)
{
    static const char *const pieces[] = {"a", "q", " ", "+", "%", "&", "=", "?", "/", "#", "ấ", "đ", "\xF0\x9F\x98\x80", "\n", "%41", ";"};
    text->size = 0;
    unsigned count = size_min + pick(TEXT_MAX);
    for (unsigned i = 0; i < count; i++)
        buffer_append_text(text, pieces[pick(sizeof pieces / sizeof *pieces)]);
}

static void encode(struct buffer *out, const struct buffer *text)
{
    for (size_t i = 0; i < text->size; i++) {
        unsigned char byte = (unsigned char)text->data[i];
        bool plain = (byte >= 'a' && byte <= 'z') || byte >= 0x80 || byte == '/' || byte == '?';
        if (byte == ' ' && pick(2) == 0)
            buffer_append_char(out, '+');
        else if (plain && pick(4) != 0)
            buffer_append_char(out, text->data[i]);
        else
            buffer_print(out, pick(2) == 0 ? "%%%02X" : "%%%02x", byte);
    }
}

static void round_trip(struct arena *arena)
{
    struct buffer names[PAIRS_MAX] = {0}, values[PAIRS_MAX] = {0}, raw = {0};
    unsigned count = pick(PAIRS_MAX + 1);
    buffer_append_text(&raw, "/v1/search?");
    for (unsigned i = 0; i < count; i++) {
        text_make(&names[i], 1);
        text_make(&values[i], 0);
        encode(&raw, &names[i]);
        if (values[i].size > 0 || pick(2) == 0)
            buffer_append_char(&raw, '=');
        encode(&raw, &values[i]);
        buffer_append_text(&raw, pick(3) == 0 ? "&&" : "&");
    }
    struct target target;
    struct error error = {0};
    enum status status = target_parse((struct bytes){.data = raw.data, .size = raw.size}, arena, &target, &error);
    if (raw.size > TARGET_BYTES_MAX) {
        assert_int_equal(status, STATUS_LIMIT);
    } else {
        assert_int_equal(status, STATUS_OK);
        assert_int_equal(target.parameter_count, count);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(strlen(target.parameters[i].name), names[i].size);
            assert_memory_equal(target.parameters[i].name, names[i].data, names[i].size);
            assert_int_equal(target.parameters[i].value.size, values[i].size);
            if (values[i].size > 0)
                assert_memory_equal(target.parameters[i].value.data, values[i].data, values[i].size);
        }
    }
    for (unsigned i = 0; i < PAIRS_MAX; i++) {
        buffer_release(&names[i]);
        buffer_release(&values[i]);
    }
    buffer_release(&raw);
}

static void test_round_trips(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (unsigned i = 0; i < ROUNDS; i++) {
        round_trip(&arena);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void test_any_bytes(void **state)
{
    (void)state;
    static const char alphabet[] = "/?&=%+0aF\xC3\xA1\xE1\xBB\xFF#*";
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t size = pick(200);
        char *raw = memory_alloc(size); /* exact, so that a read past it is seen */
        for (size_t at = 0; at < size; at++)
            raw[at] = pick(8) == 0 ? (char)pick(256) : alphabet[pick(sizeof alphabet)];
        struct target target;
        struct error error = {0};
        enum status status = target_parse((struct bytes){.data = raw, .size = size}, &arena, &target, &error);
        assert_true(status == STATUS_OK || status == STATUS_INVALID);
        for (unsigned p = 0; status == STATUS_OK && p < target.parameter_count; p++)
            assert_true(text_is_valid(target.parameters[p].value.data, target.parameters[p].value.size));
        free(raw);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

int main(void)
{
    const char *chosen = getenv("TIM_SEED");
    seed = chosen != NULL ? strtoull(chosen, NULL, 10) : (uint64_t)time(NULL);
    printf("TIM_SEED=%llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trips), cmocka_unit_test(test_any_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
