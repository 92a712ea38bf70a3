/* Posting edits of a batch: collected as they come, sorted at commit, applied list by list in key order.
 *
 * An edit is 16 bytes; its term and its form are numbers of strings interned for the batch. Sorting: the distinct terms are sorted once by
 * key, the edits are dealt out to their terms in one pass (which keeps their order of arrival), and only a term whose documents did not
 * arrive in order is sorted on its own. A bulk build hands documents in order and pays the one pass. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/list_edit.h"
#include "storage/posting_form.h"
#include "storage/postings.h"
#include "storage/term_record.h"

enum { EDITS_ROOM_MIN = 1024 };

struct posting_edits {
    struct interner terms, forms;
    struct posting_edit *edits;
    size_t count, room;
};

size_t posting_edits_bytes(const struct posting_edits *edits)
{
    /* The commit makes a sorted copy, and ranks of the terms. */
    return interner_bytes(&edits->terms) + interner_bytes(&edits->forms) + (edits->room + edits->count) * sizeof *edits->edits +
           (size_t)edits->terms.count * 24;
}

void posting_edits_free(struct posting_edits *edits)
{
    interner_release(&edits->terms);
    interner_release(&edits->forms);
    free(edits->edits);
    free(edits);
}

static void edit_add(struct batch *batch, struct term_key key, struct posting_edit edit, const struct posting_form *form)
{
    if (batch->postings == NULL)
        batch->postings = memory_calloc(1, sizeof *batch->postings);
    struct posting_edits *edits = batch->postings;
    if (edits->count == edits->room) {
        edits->room = edits->room == 0 ? EDITS_ROOM_MIN : edits->room * 2;
        edits->edits = memory_resize(edits->edits, edits->room * sizeof *edits->edits);
    }
    edit.term = interner_put(&edits->terms, key.bytes, key.size);
    if (form != NULL)
        edit.form = interner_put(&edits->forms, form->bytes, form->size);
    edits->edits[edits->count++] = edit;
}

void posting_put(struct batch *batch, enum term_class class, const void *bytes, size_t size, uint32_t document, uint8_t impact,
                 struct posting_form form)
{
    assert(impact > 0 && document <= INT32_MAX);
    struct posting_edit edit = {.document = document, .impact = impact, .form = EDIT_FORM_NONE};
    form = posting_form_normal(class, bytes, size, form);
    if (form.several)
        edit.form = EDIT_FORM_SEVERAL;
    edit_add(batch, term_key(class, bytes, size), edit, term_class_has_forms(class) && !form.several ? &form : NULL);
}

void posting_del(struct batch *batch, enum term_class class, const void *bytes, size_t size, uint32_t document)
{
    assert(document <= INT32_MAX);
    struct posting_edit edit = {.document = document, .impact = 0, .form = EDIT_FORM_NONE};
    edit_add(batch, term_key(class, bytes, size), edit, NULL);
}

struct ranked_term {
    uint64_t prefix; /* the key's first 8 bytes as a number: decides most comparisons */
    uint32_t number;
};

static int ranked_compare(const void *left, const void *right, void *context)
{
    const struct ranked_term *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    struct bytes x = interner_get(context, a->number), y = interner_get(context, b->number);
    int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    return order != 0 ? order : (x.size > y.size) - (x.size < y.size);
}

static struct ranked_term *terms_ranked(struct interner *terms)
{
    struct ranked_term *ranked = memory_alloc(terms->count * sizeof *ranked);
    for (uint32_t number = 0; number < terms->count; number++) {
        struct bytes key = interner_get(terms, number);
        uint64_t prefix = 0;
        memcpy(&prefix, key.data, key.size < sizeof prefix ? key.size : sizeof prefix);
        ranked[number] = (struct ranked_term){.prefix = __builtin_bswap64(prefix), .number = number};
    }
    qsort_r(ranked, terms->count, sizeof *ranked, ranked_compare, terms);
    return ranked;
}

/* The edits dealt out to their terms: those of term t are [ends[t - 1], ends[t]), in the order they came. */
static struct posting_edit *edits_dealt(const struct posting_edits *edits, size_t *ends)
{
    struct posting_edit *dealt = memory_alloc(edits->count * sizeof *dealt);
    for (size_t i = 0; i < edits->count; i++)
        ends[edits->edits[i].term]++;
    size_t start = 0;
    for (uint32_t term = 0; term < edits->terms.count; term++) {
        size_t count = ends[term];
        ends[term] = start;
        start += count;
    }
    for (size_t i = 0; i < edits->count; i++)
        dealt[ends[edits->edits[i].term]++] = edits->edits[i];
    return dealt;
}

static bool documents_in_order(const struct posting_edit *edits, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (edits[i].document < edits[i - 1].document)
            return false;
    return true;
}

/* Merge sort from the bottom up, by document; edits of the same document stay in the order they came. */
static void documents_sort(struct posting_edit *edits, size_t count)
{
    if (documents_in_order(edits, count))
        return;
    struct posting_edit *from = edits, *to = memory_alloc(count * sizeof *to), *spare = to;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count, end = middle + width < count ? middle + width : count;
            size_t left = start, right = middle;
            for (size_t i = start; i < end; i++)
                to[i] = right == end || (left < middle && from[left].document <= from[right].document) ? from[left++] : from[right++];
        }
        struct posting_edit *swap = from;
        from = to;
        to = swap;
    }
    if (from != edits)
        memcpy(edits, from, count * sizeof *edits);
    free(spare);
}

/* Keeps the last edit of each document. */
static size_t documents_unique(struct posting_edit *edits, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || edits[i + 1].document != edits[i].document)
            edits[kept++] = edits[i];
    return kept;
}

static enum status lists_apply(struct batch *batch, const struct ranked_term *ranked, struct posting_edit *dealt, const size_t *ends)
{
    struct posting_edits *edits = batch->postings;
    struct list_writer writer;
    enum status status = list_writer_open(&writer, batch, &edits->forms);
    for (uint32_t i = 0; status == STATUS_OK && i < edits->terms.count; i++) {
        uint32_t term = ranked[i].number;
        size_t start = term == 0 ? 0 : ends[term - 1], count = ends[term] - start;
        documents_sort(dealt + start, count);
        count = documents_unique(dealt + start, count);
        status = list_apply(&writer, interner_get(&edits->terms, term), dealt + start, count);
        if (batch->pulse != NULL)
            batch->pulse(batch->pulse_context);
    }
    list_writer_close(&writer);
    return status;
}

enum status posting_edits_write(struct batch *batch)
{
    struct posting_edits *edits = batch->postings;
    struct ranked_term *ranked = terms_ranked(&edits->terms);
    size_t *ends = memory_calloc(edits->terms.count, sizeof *ends);
    struct posting_edit *dealt = edits_dealt(edits, ends);
    enum status status = lists_apply(batch, ranked, dealt, ends);
    free(dealt);
    free(ends);
    free(ranked);
    return status;
}
