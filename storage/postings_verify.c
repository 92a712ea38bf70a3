/* The part of verify that reads every term record and every posting block. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "storage/post_key.h"
#include "storage/term_record.h"
#include "storage/verify_balance.h"

enum { FORM_ORDINALS = 256, BALANCE_FORM_SEVERAL = 1, BALANCE_FORM_NONE = 0 };

uint64_t balance_term(struct bytes key)
{
    return XXH3_64bits(key.data, key.size);
}

uint64_t balance_form(struct posting_form form)
{
    if (form.several)
        return BALANCE_FORM_SEVERAL;
    return form.size == 0 ? BALANCE_FORM_NONE : XXH3_64bits(form.bytes, form.size);
}

uint64_t balance_hash(uint64_t term, uint64_t form, uint8_t impact)
{
    uint64_t parts[3] = {term, form, impact};
    return XXH3_64bits(parts, sizeof parts);
}

/* Where the postings of a list's blocks are shown to. */
struct block_viewer {
    verify_posting *visit;
    void *context;
    bool is_dense;
    int64_t last; /* document shown so far */
};

static void arrays_show(struct block_viewer *viewer, const uint32_t *documents, const uint8_t *impacts, const uint8_t *forms,
                        unsigned count, uint8_t impact_max)
{
    for (unsigned i = 0; i < count; i++) {
        struct posting posting = {.document = documents[i], .impact = impacts[i], .form = forms[i]};
        viewer->visit(viewer->context, &posting, impact_max);
        viewer->last = documents[i];
    }
}

static bool packed_show(struct block_viewer *viewer, uint32_t first, struct bytes payload)
{
    uint32_t documents[PACKED_DOCUMENTS_MAX];
    uint8_t impacts[PACKED_DOCUMENTS_MAX], forms[PACKED_DOCUMENTS_MAX];
    struct packed_header header;
    unsigned count = 0;
    if (packed_header(first, payload.data, payload.size, &header) != STATUS_OK ||
        packed_decode(first, payload.data, payload.size, documents, impacts, forms, &count) != STATUS_OK)
        return false;
    arrays_show(viewer, documents, impacts, forms, count, header.impact_max);
    return true;
}

static bool dense_show(struct block_viewer *viewer, uint32_t first, struct bytes payload)
{
    struct dense dense;
    if (dense_open(first, payload.data, payload.size, &dense) != STATUS_OK || dense_check(&dense) != STATUS_OK)
        return false;
    for (unsigned word = 0; word < dense.word_count; word++) {
        uint32_t documents[64];
        uint8_t impacts[64], forms[64];
        unsigned count = dense_unpack(&dense, word, word + 1, documents, impacts, forms);
        arrays_show(viewer, documents, impacts, forms, count, dense.impact_max);
    }
    return true;
}

static bool block_show(struct verify *verify, struct bytes key, struct bytes payload, bool quiet, struct block_viewer *viewer)
{
    uint32_t first = post_key_first(key);
    int64_t last = viewer->last;
    if (!(viewer->is_dense ? dense_show(viewer, first, payload) : packed_show(viewer, first, payload)))
        return false;
    if ((int64_t)first <= last && !quiet)
        verify_fault_at(verify, DB_POST, key, "a block that begins before the one ahead of it ends");
    return true;
}

enum status verify_term_postings(struct verify *verify, struct door_cursor *blocks, const struct term *term, bool quiet,
                                 verify_posting *visit, void *context, uint64_t *block_count)
{
    struct block_viewer viewer = {.visit = visit, .context = context, .is_dense = term->is_dense, .last = -1};
    for (unsigned i = 0; !term->has_blocks && i < term->df; i++) {
        struct posting posting = term_inline_posting(term, i);
        visit(context, &posting, term->impact_max);
    }
    if (!term->has_blocks)
        return STATUS_OK;
    struct post_key from = post_key(term->id, 0);
    enum status status = door_cursor_seek(blocks, from.bytes, sizeof from.bytes);
    while ((status == STATUS_OK || (status == STATUS_CORRUPT && blocks->key.size > 0)) && post_key_is_of(blocks->key, term->id)) {
        (*block_count)++;
        bool shown = status == STATUS_OK && block_show(verify, blocks->key, blocks->payload, quiet, &viewer);
        if (!shown && !quiet)
            verify_fault_at(verify, DB_POST, blocks->key,
                            status == STATUS_OK ? "a posting block that does not decode" : "a wrong checksum");
        status = door_cursor_next(blocks);
    }
    return status == STATUS_END || (status == STATUS_CORRUPT && blocks->key.size > 0) ? STATUS_OK : status;
}

struct term_walk {
    struct verify *verify;
    struct balance *balance;
    struct door_cursor blocks;
    unsigned char *ids; /* one bit per term id that has a record */
    uint32_t id_limit;
    uint64_t block_count;
};

/* One term while its postings are shown. */
struct term_check {
    struct term_walk *walk;
    const struct term *term;
    uint64_t hash;
    uint64_t forms[FORM_ORDINALS]; /* hashes by ordinal */
    bool known[FORM_ORDINALS];
    uint64_t count;
    bool above_bound, bad_form, bad_document, bad_impact;
};

static void posting_check(void *context, const struct posting *posting, uint8_t bound)
{
    struct term_check *check = context;
    check->count++;
    check->above_bound |= posting->impact > bound || bound > check->term->impact_max;
    check->bad_impact |= posting->impact == 0;
    check->bad_form |= !check->known[posting->form];
    if (posting->document >= check->walk->verify->document_limit) {
        check->bad_document = true;
        return;
    }
    check->walk->balance->sums[posting->document] += balance_hash(check->hash, check->forms[posting->form], posting->impact);
}

/* Hashes of the term's forms by ordinal. False when two entries are the same form. */
static bool forms_hash(struct term_check *check, bool has_forms)
{
    struct bytes form = {0};
    check->forms[FORM_OTHER] = BALANCE_FORM_OTHER;
    check->forms[FORM_SEVERAL] = BALANCE_FORM_SEVERAL;
    check->known[FORM_OTHER] = check->known[FORM_SEVERAL] = has_forms;
    if (!has_forms)
        check->known[FORM_NONE] = true;
    for (unsigned ordinal = 0; term_form(check->term, ordinal, &form); ordinal++) {
        uint64_t hash = balance_form((struct posting_form){.bytes = form.data, .size = (uint8_t)form.size});
        for (unsigned other = 0; other < ordinal; other++)
            if (check->forms[other] == hash)
                return false;
        check->forms[ordinal] = hash;
        check->known[ordinal] = true;
    }
    return has_forms || check->term->form_count == 0;
}

const char *verify_term_text(struct bytes key, char text[TERM_TEXT_BYTES])
{
    size_t size = key.size > TERM_KEY_BYTES_MAX ? TERM_KEY_BYTES_MAX : key.size;
    bool readable = true;
    for (size_t i = 1; i < size; i++)
        readable &= (unsigned char)key.data[i] >= ' ' && key.data[i] != 0x7F;
    int used = snprintf(text, TERM_TEXT_BYTES, "%c ", size > 0 ? key.data[0] : '?');
    if (readable) {
        snprintf(text + used, TERM_TEXT_BYTES - (size_t)used, "\"%.*s\"", size > 0 ? (int)size - 1 : 0, size > 0 ? key.data + 1 : "");
        return text;
    }
    for (size_t i = 1; i < size; i++)
        used += snprintf(text + used, TERM_TEXT_BYTES - (size_t)used, "%02x", (unsigned char)key.data[i]);
    return text;
}

static void term_faults(const struct term_check *check, struct bytes key)
{
    struct verify *verify = check->walk->verify;
    char text[TERM_TEXT_BYTES];
    const char *name = verify_term_text(key, text);
    if (check->count != check->term->df)
        verify_fault(verify, "Term %s counts %" PRIu32 " documents but lists %" PRIu64 ".", name, check->term->df, check->count);
    if (check->above_bound)
        verify_fault(verify, "Term %s has an impact above the bound that its record or block promises.", name);
    if (check->bad_impact)
        verify_fault(verify, "Term %s has a posting of impact 0.", name);
    if (check->bad_form)
        verify_fault(verify, "Term %s has a posting whose form is not in its table.", name);
    if (check->bad_document)
        verify_fault(verify, "Term %s lists a document that was never given.", name);
}

static void id_check(struct term_walk *walk, struct bytes key, uint32_t id)
{
    if (id >= walk->id_limit) {
        verify_fault_at(walk->verify, DB_TERM, key, "a term id that was never given");
        return;
    }
    if ((walk->ids[id / 8] >> (id % 8) & 1) != 0)
        verify_fault_at(walk->verify, DB_TERM, key, "a term id that another term has too");
    walk->ids[id / 8] |= (unsigned char)(1U << (id % 8));
}

static enum status term_check(struct term_walk *walk, struct bytes key, struct bytes record)
{
    struct term term;
    walk->verify->counts->terms++;
    if (key.size > TERM_KEY_BYTES_MAX || term_decode(record, &term) != STATUS_OK) {
        verify_fault_at(walk->verify, DB_TERM, key, "a term record that does not decode");
        return STATUS_OK;
    }
    struct term_check check = {.walk = walk, .term = &term, .hash = balance_term(key)};
    id_check(walk, key, term.id);
    if (!forms_hash(&check, term_class_has_forms((enum term_class)(unsigned char)key.data[0])))
        verify_fault_at(walk->verify, DB_TERM, key, "a form table with a form twice, or in a class without forms");
    enum status status = verify_term_postings(walk->verify, &walk->blocks, &term, false, posting_check, &check, &walk->block_count);
    term_faults(&check, key);
    walk->verify->counts->postings += check.count;
    return status;
}

static enum status terms_walk(struct term_walk *walk)
{
    struct door_cursor terms = {0};
    enum status status = door_cursor_open(walk->verify->snapshot, DB_TERM, &terms);
    if (status == STATUS_OK)
        status = door_cursor_seek(&terms, NULL, 0);
    while (status == STATUS_OK || (status == STATUS_CORRUPT && terms.key.size > 0)) {
        if (status == STATUS_CORRUPT)
            verify_fault_at(walk->verify, DB_TERM, terms.key, "a wrong checksum");
        else if ((status = term_check(walk, terms.key, terms.payload)) != STATUS_OK)
            break;
        status = door_cursor_next(&terms);
    }
    door_cursor_close(&terms);
    return status == STATUS_END ? STATUS_OK : status;
}

/* Blocks that no term's list led to. */
static enum status orphans_find(struct term_walk *walk)
{
    uint64_t stored = 0;
    enum status status = door_count(walk->verify->snapshot, DB_POST, &stored);
    if (status != STATUS_OK || stored == walk->block_count)
        return status;
    status = door_cursor_seek(&walk->blocks, NULL, 0);
    while (status == STATUS_OK || (status == STATUS_CORRUPT && walk->blocks.key.size > 0)) {
        struct bytes key = walk->blocks.key;
        uint32_t id = key.size == POST_KEY_BYTES ? key_get_u32((const unsigned char *)key.data) : UINT32_MAX;
        if (id >= walk->id_limit || (walk->ids[id / 8] >> (id % 8) & 1) == 0)
            verify_fault_at(walk->verify, DB_POST, key, "a posting block of no term");
        status = door_cursor_next(&walk->blocks);
    }
    if (status == STATUS_END)
        verify_fault(walk->verify, "There are %" PRIu64 " posting blocks, but the terms lead to %" PRIu64 ".", stored, walk->block_count);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status postings_verify(struct verify *verify, struct balance *balance)
{
    uint32_t counters[COUNTER_COUNT];
    enum status status = counters_get(verify->snapshot, counters);
    if (status != STATUS_OK)
        return status;
    struct term_walk walk = {.verify = verify, .balance = balance, .id_limit = counters[COUNTER_TERM]};
    walk.ids = memory_calloc((size_t)walk.id_limit / 8 + 1, 1);
    status = door_cursor_open(verify->snapshot, DB_POST, &walk.blocks);
    if (status == STATUS_OK)
        status = terms_walk(&walk);
    if (status == STATUS_OK)
        status = orphans_find(&walk);
    door_cursor_close(&walk.blocks);
    free(walk.ids);
    return status;
}
