/* The term dictionary.
 *
 *   key      := class u8, bytes                     TERM_LIVE: the class alone
 *   record   := id u32le, df u32le, impact max u8, flags u8, forms, postings
 *   flags    := 0x01 the list has blocks, 0x02 they are DENSE (else PACKED; the other bits are zero)
 *   forms    := count u8, bytes of the table u16le, count x (size u8, exact form; size 0: the folded key itself)
 *   postings := df x (document u32le, impact u8, form u8)     ascending; nothing when the list has blocks
 *
 * df is 1 or more: a term in no document has no record. */
#include "storage/term.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/term_record.h"

enum { FLAG_BLOCKS = 0x01, FLAG_DENSE = 0x02 };

_Static_assert((int)TERM_RECORD_BYTES_MAX <= (int)PAYLOAD_BYTES_MAX, "a term record fits one page");

struct term_key term_key(enum term_class class, const void *bytes, size_t size)
{
    assert(size <= TERM_BYTES_MAX);
    struct term_key key = {.size = size + 1};
    key.bytes[0] = (unsigned char)class;
    if (size > 0)
        memcpy(key.bytes + 1, bytes, size);
    return key;
}

static bool forms_well_formed(const struct term *term)
{
    struct byte_reader reader = byte_reader(term->forms, term->forms_size);
    for (unsigned i = 0; i < term->form_count; i++) {
        uint8_t size = read_u8(&reader);
        if (size > FORM_BYTES_MAX)
            return false;
        (void)read_span(&reader, size);
    }
    return !reader.failed && reader.next == reader.end;
}

static bool postings_ascend(const struct term *term)
{
    uint32_t least = 0; /* the lowest document that may come next */
    for (unsigned i = 0; i < term->df; i++) {
        struct posting posting = term_inline_posting(term, i);
        if (posting.document < least || posting.document > INT32_MAX || posting.impact == 0)
            return false;
        least = posting.document + 1;
    }
    return true;
}

enum status term_decode(struct bytes record, struct term *out)
{
    struct byte_reader reader = byte_reader(record.data, record.size);
    struct term term = {.id = read_u32(&reader)};
    term.df = read_u32(&reader);
    term.impact_max = read_u8(&reader);
    uint8_t flags = read_u8(&reader);
    term.form_count = read_u8(&reader);
    term.forms_size = read_u16(&reader);
    term.forms = read_span(&reader, term.forms_size);
    term.has_blocks = (flags & FLAG_BLOCKS) != 0;
    term.is_dense = (flags & FLAG_DENSE) != 0;
    if (reader.failed || (flags & ~(FLAG_BLOCKS | FLAG_DENSE)) != 0 || flags == FLAG_DENSE || term.df == 0 || term.df > INT32_MAX ||
        term.form_count > TERM_FORMS_MAX)
        return STATUS_CORRUPT;
    if (term.forms_size > TERM_FORMS_BYTES_MAX || !forms_well_formed(&term))
        return STATUS_CORRUPT;
    if (!term.has_blocks) {
        if (term.df > TERM_INLINE_MAX)
            return STATUS_CORRUPT;
        term.postings = read_span(&reader, (size_t)term.df * INLINE_POSTING_BYTES);
        if (reader.failed || !postings_ascend(&term))
            return STATUS_CORRUPT;
    }
    if (reader.next != reader.end)
        return STATUS_CORRUPT;
    *out = term;
    return STATUS_OK;
}

void term_encode(struct buffer *record, const struct term *term)
{
    assert(term->form_count <= TERM_FORMS_MAX && term->forms_size <= TERM_FORMS_BYTES_MAX);
    append_u32(record, term->id);
    append_u32(record, term->df);
    append_u8(record, term->impact_max);
    append_u8(record, (uint8_t)((term->has_blocks ? FLAG_BLOCKS : 0U) | (term->is_dense ? FLAG_DENSE : 0U)));
    append_u8(record, (uint8_t)term->form_count);
    append_u16(record, (uint16_t)term->forms_size);
    buffer_append(record, term->forms, term->forms_size);
    if (!term->has_blocks)
        buffer_append(record, term->postings, (size_t)term->df * INLINE_POSTING_BYTES);
}

struct posting term_inline_posting(const struct term *term, unsigned i)
{
    const unsigned char *at = term->postings + (size_t)i * INLINE_POSTING_BYTES;
    struct posting posting = {.impact = at[4], .form = at[5]};
    memcpy(&posting.document, at, sizeof posting.document);
    return posting;
}

enum status term_get(struct snapshot *snapshot, enum term_class class, const void *bytes, size_t size, struct term *out)
{
    struct bytes record = {0};
    if (size > TERM_BYTES_MAX)
        return STATUS_NOT_FOUND;
    struct term_key key = term_key(class, bytes, size);
    enum status status = door_get(snapshot, DB_TERM, key.bytes, key.size, &record);
    if (status == STATUS_OK && term_decode(record, out) != STATUS_OK)
        return door_corrupt(snapshot, DB_TERM, key.bytes, key.size, "a term record that does not decode");
    return status;
}

bool term_form(const struct term *term, unsigned ordinal, struct bytes *form)
{
    struct byte_reader reader = byte_reader(term->forms, term->forms_size);
    if (ordinal >= term->form_count)
        return false;
    for (unsigned i = 0; i < ordinal; i++)
        (void)read_span(&reader, read_u8(&reader));
    uint8_t size = read_u8(&reader);
    const unsigned char *bytes = read_span(&reader, size);
    *form = (struct bytes){.data = (const char *)bytes, .size = size};
    return bytes != NULL;
}

struct term_cursor {
    struct door_cursor door;
    enum term_class class;
};

enum status term_cursor_open(struct snapshot *snapshot, enum term_class class, struct term_cursor **out)
{
    struct term_cursor *cursor = memory_calloc(1, sizeof *cursor);
    cursor->class = class;
    enum status status = door_cursor_open(snapshot, DB_TERM, &cursor->door);
    if (status != STATUS_OK) {
        free(cursor);
        return status;
    }
    *out = cursor;
    return STATUS_OK;
}

void term_cursor_close(struct term_cursor *cursor)
{
    if (cursor == NULL)
        return;
    door_cursor_close(&cursor->door);
    free(cursor);
}

static enum status cursor_found(struct term_cursor *cursor, enum status status, struct bytes *found, struct term *term)
{
    struct door_cursor *door = &cursor->door;
    if (status != STATUS_OK)
        return status;
    if ((unsigned char)door->key.data[0] != (unsigned char)cursor->class)
        return STATUS_END;
    if (door->key.size > TERM_KEY_BYTES_MAX || term_decode(door->payload, term) != STATUS_OK)
        return door_corrupt(door->snapshot, DB_TERM, door->key.data, door->key.size, "a term record that does not decode");
    *found = (struct bytes){.data = door->key.data + 1, .size = door->key.size - 1};
    return STATUS_OK;
}

enum status term_cursor_seek(struct term_cursor *cursor, const void *bytes, size_t size, struct bytes *found, struct term *term)
{
    /* No term is longer, so behind a longer wish comes what is behind its first TERM_BYTES_MAX bytes and one. */
    unsigned char key[TERM_KEY_BYTES_MAX + 1] = {(unsigned char)cursor->class};
    size_t kept = size < TERM_BYTES_MAX + 1 ? size : TERM_BYTES_MAX + 1;
    if (kept > 0)
        memcpy(key + 1, bytes, kept);
    return cursor_found(cursor, door_cursor_seek(&cursor->door, key, kept + 1), found, term);
}

enum status term_cursor_next(struct term_cursor *cursor, struct bytes *found, struct term *term)
{
    return cursor_found(cursor, door_cursor_next(&cursor->door), found, term);
}
