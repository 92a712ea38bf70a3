/* The part of verify that reads every forward list, and what follows when it does not agree with the postings. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/forward.h"
#include "storage/posting_form.h"
#include "storage/term_record.h"
#include "storage/verify_balance.h"
#include "storage/verify_walk.h"

enum {
    FORWARD_KEY_BYTES = 6,
    ARENA_BYTES_MAX = 256 * 1024 * 1024,
    EXAMINED_MAX = 1000, /* documents looked at one by one; each further one counts as one fault */
};

struct forward_walk {
    struct verify *verify;
    struct balance *balance;
    struct parts_walk parts;
    struct arena arena;
    unsigned char *seen; /* one bit per document that has a list */
};

static struct bytes entry_key(const struct forward_entry *entry, struct term_key *key)
{
    *key = term_key(entry->class, entry->bytes, entry->size);
    return (struct bytes){.data = (const char *)key->bytes, .size = key->size};
}

static enum status list_check(struct forward_walk *walk, struct bytes key, uint32_t document)
{
    struct forward_list list = {0};
    struct term_key term;
    arena_reset(&walk->arena);
    enum status status = forward_get(walk->verify->snapshot, document, &walk->arena, &list);
    if (status == STATUS_CORRUPT || status == STATUS_NOT_FOUND) {
        verify_fault_at(walk->verify, DB_FORWARD, key, "a forward list that does not decode");
        return STATUS_OK;
    }
    for (uint32_t i = 0; status == STATUS_OK && i < list.count; i++) {
        const struct forward_entry *entry = &list.entries[i];
        uint64_t hash = balance_term(entry_key(entry, &term));
        walk->balance->sums[document] -= balance_hash(hash, balance_form(entry->form), entry->impact);
    }
    return status;
}

static enum status forward_entry_check(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    struct forward_walk *walk = context;
    bool first = false;
    uint32_t document = key.size == FORWARD_KEY_BYTES ? key_get_u32((const unsigned char *)key.data) : UINT32_MAX;
    if (document >= verify->document_limit) {
        verify_fault_at(verify, DB_FORWARD, key, "a forward list of a document that was never given");
        return STATUS_OK;
    }
    parts_walk_next(&walk->parts, verify, DB_FORWARD, key, payload, &first);
    if (!first)
        return STATUS_OK;
    walk->seen[document / 8] |= (unsigned char)(1U << (document % 8));
    return list_check(walk, key, document);
}

enum status forward_verify(struct verify *verify, struct balance *balance)
{
    struct forward_walk walk = {.verify = verify, .balance = balance};
    arena_init(&walk.arena, ARENA_BYTES_MAX);
    walk.seen = memory_calloc((size_t)verify->document_limit / 8 + 1, 1);
    enum status status = verify_walk(verify, DB_FORWARD, forward_entry_check, &walk);
    parts_walk_end(&walk.parts, verify, DB_FORWARD);
    for (uint32_t document = 0; status == STATUS_OK && document < verify->document_limit; document++)
        if (verify_is_live(verify, document) && (walk.seen[document / 8] >> (document % 8) & 1) == 0)
            verify_fault(verify, "Document %" PRIu32 " is live but has no forward list.", document);
    arena_release(&walk.arena);
    free(walk.seen);
    return status;
}

/* Whether a posting's form ordinal stands for the form of the forward entry. FORM_OTHER does for any form that is not in the table. */
static bool form_agrees(const struct term *term, uint8_t ordinal, const struct forward_entry *entry)
{
    struct bytes form = {0};
    if (!term_class_has_forms(entry->class))
        return ordinal == FORM_NONE;
    if (ordinal == FORM_SEVERAL || entry->form.several)
        return ordinal == FORM_SEVERAL && entry->form.several;
    if (ordinal != FORM_OTHER)
        return term_form(term, ordinal, &form) && form.size == entry->form.size &&
               (form.size == 0 || memcmp(form.data, entry->form.bytes, form.size) == 0);
    for (unsigned i = 0; term_form(term, i, &form); i++)
        if (form.size == entry->form.size && (form.size == 0 || memcmp(form.data, entry->form.bytes, form.size) == 0))
            return false;
    return true;
}

static enum status entry_examine(struct verify *verify, uint32_t document, const struct forward_entry *entry)
{
    char text[TERM_TEXT_BYTES];
    struct term_key key;
    struct term term;
    struct posting posting = {0};
    const char *name = verify_term_text(entry_key(entry, &key), text);
    enum status status = term_get(verify->snapshot, entry->class, entry->bytes, entry->size, &term);
    if (status == STATUS_OK)
        status = postings_find(verify->snapshot, &term, document, &posting);
    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT)
        verify_fault(verify, "Document %" PRIu32 " has term %s in its forward list, but the term does not list it.", document, name);
    else if (status == STATUS_OK && posting.impact != entry->impact)
        verify_fault(verify, "Document %" PRIu32 " has term %s with impact %u, but its forward list says %u.", document, name,
                     posting.impact, entry->impact);
    else if (status == STATUS_OK && !form_agrees(&term, posting.form, entry))
        verify_fault(verify, "Document %" PRIu32 " has term %s in another form than its forward list says.", document, name);
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

struct examination {
    struct verify *verify;
    struct arena arena;
    unsigned char *wanted; /* one bit per document to look at */
    struct bytes key;      /* of the term in hand */
    enum status status;
};

/* A forward list of a document under examination; an unreadable one, reported before, counts as empty. */
static enum status list_read(struct examination *examination, uint32_t document, struct forward_list *list)
{
    arena_reset(&examination->arena);
    enum status status = forward_get(examination->verify->snapshot, document, &examination->arena, list);
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

static void posting_examine(void *context, const struct posting *posting, uint8_t bound)
{
    struct examination *examination = context;
    uint32_t document = posting->document;
    struct forward_list list = {0};
    char text[TERM_TEXT_BYTES];
    struct bytes key = examination->key;
    (void)bound;
    if (examination->status != STATUS_OK || document >= examination->verify->document_limit ||
        (examination->wanted[document / 8] >> (document % 8) & 1) == 0)
        return;
    examination->status = list_read(examination, document, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct forward_entry *entry = &list.entries[i];
        if ((unsigned char)entry->class == (unsigned char)key.data[0] && entry->size + 1U == key.size &&
            (entry->size == 0 || memcmp(entry->bytes, key.data + 1, entry->size) == 0))
            return;
    }
    verify_fault(examination->verify, "Term %s lists document %" PRIu32 ", but that document's forward list does not have it.",
                 verify_term_text(key, text), document);
}

static enum status postings_examine(struct examination *examination)
{
    struct verify *verify = examination->verify;
    struct door_cursor terms = {0}, blocks = {0};
    struct term term;
    uint64_t block_count = 0;
    enum status status = door_cursor_open(verify->snapshot, DB_TERM, &terms);
    if (status == STATUS_OK)
        status = door_cursor_open(verify->snapshot, DB_POST, &blocks);
    if (status == STATUS_OK)
        status = door_cursor_seek(&terms, NULL, 0);
    while (status == STATUS_OK || (status == STATUS_CORRUPT && terms.key.size > 0)) {
        examination->key = terms.key;
        if (status == STATUS_OK && terms.key.size <= TERM_KEY_BYTES_MAX && term_decode(terms.payload, &term) == STATUS_OK)
            status = verify_term_postings(verify, &blocks, &term, true, posting_examine, examination, &block_count);
        if ((status != STATUS_OK && status != STATUS_CORRUPT) || examination->status != STATUS_OK)
            break;
        status = door_cursor_next(&terms);
    }
    door_cursor_close(&blocks);
    door_cursor_close(&terms);
    return examination->status != STATUS_OK ? examination->status : status == STATUS_END ? STATUS_OK : status;
}

static enum status entries_examine(struct examination *examination, uint32_t document)
{
    struct forward_list list = {0};
    enum status status = list_read(examination, document, &list);
    for (uint32_t i = 0; status == STATUS_OK && i < list.count; i++)
        status = entry_examine(examination->verify, document, &list.entries[i]);
    return status;
}

enum status balance_verify(struct verify *verify, const struct balance *balance)
{
    struct examination examination = {.verify = verify};
    enum status status = STATUS_OK;
    uint32_t examined = 0;
    arena_init(&examination.arena, ARENA_BYTES_MAX);
    examination.wanted = memory_calloc((size_t)verify->document_limit / 8 + 1, 1);
    for (uint32_t document = 0; status == STATUS_OK && document < verify->document_limit; document++) {
        if (balance->sums[document] == 0)
            continue;
        if (++examined > EXAMINED_MAX) {
            verify_fault(verify, "Document %" PRIu32 ": its forward list and the postings do not agree.", document);
            continue;
        }
        examination.wanted[document / 8] |= (unsigned char)(1U << (document % 8));
        status = entries_examine(&examination, document);
    }
    if (status == STATUS_OK && examined > 0)
        status = postings_examine(&examination);
    arena_release(&examination.arena);
    free(examination.wanted);
    return status;
}
