/* A cursor's text is the base64url (RFC 4648, section 5, without padding) of
 *
 *   cursor  := format u8 (2) | use u8 (enum reading_use) | sort u8 | steps u8 | rung u8 | fingerprint u64le | shown u32le | pins u16le | rank u64le |
 *              version u32le | id | mac
 *   id      := up to KEY_BYTES_MAX bytes
 *   mac     := the first 16 bytes of HMAC-SHA256(key, "tim cursor" | all before it)      RFC 2104, section 5 on cutting it
 *
 * Only the shortest text of the bytes is one, so each cursor has one spelling. The fields say what query/cursor.h says; raise the format when
 * ranks come to mean something else. */
#include "server/cursor_text.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "catalog/row.h"
#include "query/cascade.h"
#include "storage/bytes.h"
#include "storage/index.h"

static const char context[] = {'t', 'i', 'm', ' ', 'c', 'u', 'r', 's', 'o', 'r'};

enum {
    FORMAT = 2,
    CONTEXT_BYTES = sizeof context, /* in front of the cursor while it is signed */
    FIELDS_BYTES = 5 + 8 + 4 + 2 + 8 + 4,
    MAC_BYTES = 16,
    CURSOR_MAX = FIELDS_BYTES + KEY_BYTES_MAX + MAC_BYTES,
    TEXT_MAX = (CURSOR_MAX + 2) / 3 * 4, /* with the padding that EVP writes and wants */
};
_Static_assert((int)TEXT_MAX <= (int)CURSOR_BYTES_MAX, "every cursor is taken back");
_Static_assert((int)INDEX_SECRET_BYTES <= (int)CURSOR_KEY_BYTES_MAX, "the index's own key has room");

/* The bytes of a cursor behind the context that is signed with them. */
struct signing {
    unsigned char bytes[CONTEXT_BYTES + CURSOR_MAX + 4]; /* and what decoding writes beyond */
    size_t size;                                         /* of the cursor, without the context */
};

enum status cursor_key_take(struct index *index, const char *given, struct cursor_key *out, struct error *error)
{
    *out = (struct cursor_key){.size = given == NULL ? INDEX_SECRET_BYTES : strlen(given)};
    if (given != NULL) {
        assert(out->size <= CURSOR_KEY_BYTES_MAX);
        memcpy(out->bytes, given, out->size);
        return STATUS_OK;
    }
    enum status status = index_secret(index, out->bytes, error);
    if (status != STATUS_NOT_FOUND)
        return status;
    log_warn("%s: cursors end with this process", error->text);
    if (getrandom(out->bytes, out->size, 0) != (ssize_t)out->size)
        return error_set(error, STATUS_IO, "the system gives no random bytes: %s", strerror(errno));
    return STATUS_OK;
}

static void mac_build(const struct cursor_key *key, const struct signing *signing, size_t size, unsigned char mac[EVP_MAX_MD_SIZE])
{
    const unsigned char *built = HMAC(EVP_sha256(), key->bytes, (int)key->size, signing->bytes, CONTEXT_BYTES + size, mac, NULL);
    assert(built != NULL); /* fails without memory only */
}

static void field_put(struct signing *signing, const void *value, size_t size)
{
    memcpy(signing->bytes + CONTEXT_BYTES + signing->size, value, size);
    signing->size += size;
}

static void byte_put(struct signing *signing, unsigned value)
{
    signing->bytes[CONTEXT_BYTES + signing->size++] = (unsigned char)value;
}

static struct signing signing_begin(void)
{
    struct signing signing = {0};
    memcpy(signing.bytes, context, CONTEXT_BYTES);
    return signing;
}

/* Returns the text's size. */
static size_t text_write(const struct signing *signing, char text[TEXT_MAX + 1])
{
    unsigned char padded[TEXT_MAX + 1];
    int size = EVP_EncodeBlock(padded, signing->bytes + CONTEXT_BYTES, (int)signing->size);
    while (size > 0 && padded[size - 1] == '=')
        size--;
    for (int i = 0; i < size; i++)
        text[i] = padded[i] == '+' ? '-' : padded[i] == '/' ? '_' : (char)padded[i];
    return (size_t)size;
}

enum status cursor_encode(const struct cursor_key *key, const struct cursor *cursor, struct arena *arena, struct bytes *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    char text[TEXT_MAX + 1];
    struct signing signing = signing_begin();
    *out = (struct bytes){.data = "", .size = 0};
    if (cursor == NULL)
        return STATUS_OK;
    assert(cursor->id.size <= KEY_BYTES_MAX);
    byte_put(&signing, FORMAT);
    byte_put(&signing, cursor->use);
    byte_put(&signing, cursor->sort);
    byte_put(&signing, cursor->steps);
    byte_put(&signing, cursor->rung);
    field_put(&signing, &cursor->fingerprint, sizeof cursor->fingerprint);
    field_put(&signing, &cursor->shown, sizeof cursor->shown);
    field_put(&signing, &cursor->pins, sizeof cursor->pins);
    field_put(&signing, &cursor->rank, sizeof cursor->rank);
    field_put(&signing, &cursor->version, sizeof cursor->version);
    if (cursor->id.size > 0)
        field_put(&signing, cursor->id.data, cursor->id.size);
    mac_build(key, &signing, signing.size, mac);
    field_put(&signing, mac, MAC_BYTES);
    size_t size = text_write(&signing, text);
    const char *copy = arena_copy(arena, text, size);
    if (copy == NULL)
        return STATUS_LIMIT;
    *out = (struct bytes){.data = copy, .size = size};
    return STATUS_OK;
}

/* False when it is not the text of any bytes. */
static bool text_read(struct bytes text, struct signing *signing)
{
    unsigned char padded[TEXT_MAX];
    char again[TEXT_MAX + 1];
    size_t whole = (text.size + 3) / 4 * 4;
    if (whole > TEXT_MAX || text.size % 4 == 1)
        return false;
    memset(padded, '=', sizeof padded);
    for (size_t i = 0; i < text.size; i++)
        padded[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : (unsigned char)text.data[i];
    int size = EVP_DecodeBlock(signing->bytes + CONTEXT_BYTES, padded, (int)whole);
    if (size < 0)
        return false;
    signing->size = (size_t)size - (whole - text.size);
    /* What it reads besides, blanks and bits that are left over, is not written so. */
    return signing->size <= CURSOR_MAX && text_write(signing, again) == text.size && memcmp(again, text.data, text.size) == 0;
}

static bool fields_read(const struct signing *signing, size_t size, struct arena *arena, struct cursor *out)
{
    struct byte_reader reader = byte_reader(signing->bytes + CONTEXT_BYTES, size);
    unsigned format = read_u8(&reader), use = read_u8(&reader), sort = read_u8(&reader);
    out->use = use < READING_USES ? (enum reading_use)use : USE_ALL;
    out->sort = sort <= SORT_DISCOUNT ? (enum sort)sort : SORT_RELEVANCE;
    out->steps = read_u8(&reader);
    out->rung = read_u8(&reader);
    out->fingerprint = read_u64(&reader);
    out->shown = read_u32(&reader);
    out->pins = read_u16(&reader);
    out->rank = read_u64(&reader);
    out->version = read_u32(&reader);
    out->id.size = reader.failed ? 0 : (size_t)(reader.end - reader.next);
    out->id.data = arena_copy(arena, reader.next, out->id.size);
    return !reader.failed && format == FORMAT && use < READING_USES && sort <= SORT_DISCOUNT && out->steps >> CASCADE_STEPS == 0 &&
           out->rung <= RUNG_ANY && out->id.size <= KEY_BYTES_MAX && out->id.data != NULL;
}

enum status cursor_decode(const struct cursor_key *key, struct bytes text, struct arena *arena, struct cursor *out, struct error *error)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    struct signing signing = signing_begin();
    if (!text_read(text, &signing) || signing.size < FIELDS_BYTES + MAC_BYTES)
        return error_set(error, STATUS_INVALID, "cursor is not one: it must be the nextCursor of an answer as it stands there");
    size_t size = signing.size - MAC_BYTES;
    mac_build(key, &signing, size, mac);
    if (CRYPTO_memcmp(mac, signing.bytes + CONTEXT_BYTES + size, MAC_BYTES) != 0 || !fields_read(&signing, size, arena, out))
        return error_set(
            error, STATUS_INVALID,
            "cursor was not signed here: it must be the nextCursor of an answer of this shop's servers, unchanged; begin again "
            "without it");
    return STATUS_OK;
}

enum status cursor_admit(const struct cursor_key *key, struct search_request *request, struct arena *arena, struct error *error)
{
    if (request->cursor.size == 0)
        return STATUS_OK;
    struct cursor *cursor = arena_calloc(arena, 1, sizeof *cursor);
    if (cursor == NULL)
        return error_set(error, STATUS_LIMIT, "the request needs more memory than one request may take");
    request->after = cursor;
    return cursor_decode(key, request->cursor, arena, cursor, error);
}
