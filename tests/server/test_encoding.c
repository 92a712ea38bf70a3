/* Accept-Encoding as clients write it, and bodies that come back byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/encoding.h"

static void test_choice(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        enum encoding encoding;
    } cases[] = {
        {NULL, ENCODING_IDENTITY},
        {"", ENCODING_IDENTITY},
        {"identity", ENCODING_IDENTITY},
        {"gzip", ENCODING_GZIP},
        {"x-gzip", ENCODING_GZIP},
        {"GZIP", ENCODING_GZIP},
        {"br", ENCODING_BROTLI},
        {"gzip, deflate, br", ENCODING_BROTLI},
        {"gzip, deflate, br, zstd", ENCODING_BROTLI},
        {"gzip;q=1.0, br;q=0.5", ENCODING_GZIP},
        {"br;q=0.9,gzip;q=0.901", ENCODING_GZIP},
        {"gzip;q=0", ENCODING_IDENTITY},
        {"gzip;q=0.000", ENCODING_IDENTITY},
        {"br;q=0, gzip", ENCODING_GZIP},
        {"br ; q=0 ,\tgzip ;  q=0.1", ENCODING_GZIP},
        {"*", ENCODING_BROTLI},
        {"*;q=0", ENCODING_IDENTITY},
        {"gzip, *;q=0", ENCODING_GZIP},
        {"br;q=0, *", ENCODING_GZIP},
        {"*;q=0.5, br;q=0, gzip;q=0", ENCODING_IDENTITY},
        {"gzip;q=2", ENCODING_IDENTITY},
        {"gzip;q=1.1", ENCODING_IDENTITY},
        {"gzip;q=-1", ENCODING_IDENTITY},
        {"gzip;q=0.0001", ENCODING_IDENTITY},
        {"gzip;q=", ENCODING_IDENTITY},
        {"gzip;q=a", ENCODING_IDENTITY},
        {"gzip;level=9", ENCODING_IDENTITY},
        {"gzi", ENCODING_IDENTITY},
        {"gzipp", ENCODING_IDENTITY},
        {"brx, xbr", ENCODING_IDENTITY},
        {",,, ,;,q=1,gzip", ENCODING_GZIP},
        {"gzip;q=1.000", ENCODING_GZIP},
        {"deflate, compress, sdch", ENCODING_IDENTITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum encoding chosen = encoding_choose(cases[i].accept);
        if (chosen != cases[i].encoding)
            print_error("for \"%s\"\n", cases[i].accept);
        assert_int_equal(chosen, cases[i].encoding);
    }
    assert_null(encoding_name(ENCODING_IDENTITY));
    assert_string_equal(encoding_name(ENCODING_GZIP), "gzip");
    assert_string_equal(encoding_name(ENCODING_BROTLI), "br");
}

/* As a client sees it: a parser of its own, any bytes. */
static void test_choice_of_noise(void **state)
{
    (void)state;
    static const char alphabet[] = "gzipbr;q=01.,* \t";
    unsigned seed = 7;
    for (unsigned round = 0; round < 20000; round++) {
        char text[40];
        size_t size = (size_t)rand_r(&seed) % (sizeof text - 1);
        for (size_t i = 0; i < size; i++)
            text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        text[size] = '\0';
        enum encoding chosen = encoding_choose(text);
        if (strstr(text, "gzip") == NULL && strchr(text, '*') == NULL)
            assert_int_not_equal(chosen, ENCODING_GZIP);
        if (strstr(text, "br") == NULL && strchr(text, '*') == NULL)
            assert_int_not_equal(chosen, ENCODING_BROTLI);
    }
}

static size_t gunzip(const struct buffer *encoded, char *out, size_t room)
{
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (const Bytef *)encoded->data;
    stream.avail_in = (uInt)encoded->size;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    inflateEnd(&stream);
    return room - stream.avail_out;
}

/* The program links the encoder only; the decoder is in the same package. */
static size_t unbrotli(const struct buffer *encoded, char *out, size_t room)
{
    typedef int decompress_function(size_t, const uint8_t *, size_t *, uint8_t *);
    static decompress_function *decompress;
    if (decompress == NULL) {
        void *library = dlopen("libbrotlidec.so.1", RTLD_NOW);
        assert_non_null(library);
        void *symbol = dlsym(library, "BrotliDecoderDecompress");
        assert_non_null(symbol);
        memcpy(&decompress, &symbol, sizeof symbol);
    }
    size_t size = room;
    assert_int_equal(decompress(encoded->size, (const uint8_t *)encoded->data, &size, (uint8_t *)out), 1);
    return size;
}

static void body_make(struct buffer *body, size_t size, unsigned seed)
{
    body->size = 0;
    while (body->size < size)
        buffer_print(body, "{\"name\":\"Tủ lạnh %u\",\"price\":%u},", (unsigned)rand_r(&seed) % 100, (unsigned)rand_r(&seed));
    body->size = size;
}

static void test_bodies_come_back(void **state)
{
    (void)state;
    struct compressor compressor;
    compressor_init(&compressor);
    struct buffer body = {0}, encoded = {0};
    static const size_t sizes[] = {COMPRESS_BYTES_MIN, 1025, 8400, 65536, 1000000};
    char *out = malloc(1000001);
    assert_non_null(out);
    for (unsigned i = 0; i < 5; i++) {
        body_make(&body, sizes[i], i);
        struct bytes bytes = {.data = body.data, .size = body.size};
        assert_int_equal(compressor_run(&compressor, ENCODING_GZIP, bytes, &encoded), STATUS_OK);
        assert_true(encoded.size < body.size);
        assert_int_equal(gunzip(&encoded, out, 1000001), body.size);
        assert_memory_equal(out, body.data, body.size);
        assert_int_equal(compressor_run(&compressor, ENCODING_BROTLI, bytes, &encoded), STATUS_OK);
        assert_true(encoded.size < body.size);
        assert_int_equal(unbrotli(&encoded, out, 1000001), body.size);
        assert_memory_equal(out, body.data, body.size);
    }
    free(out);
    buffer_release(&body);
    buffer_release(&encoded);
    compressor_release(&compressor);
}

static void test_what_does_not_shrink_is_left_alone(void **state)
{
    (void)state;
    struct compressor compressor;
    compressor_init(&compressor);
    unsigned seed = 1;
    char noise[2048];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)rand_r(&seed);
    struct buffer encoded = {0};
    struct bytes bytes = {.data = noise, .size = sizeof noise};
    assert_int_equal(compressor_run(&compressor, ENCODING_GZIP, bytes, &encoded), STATUS_LIMIT);
    assert_int_equal(compressor_run(&compressor, ENCODING_BROTLI, bytes, &encoded), STATUS_LIMIT);
    buffer_release(&encoded);
    compressor_release(&compressor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_choice_of_noise),
        cmocka_unit_test(test_bodies_come_back),
        cmocka_unit_test(test_what_does_not_shrink_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
