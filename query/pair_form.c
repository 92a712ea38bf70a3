#include "query/pair_form.h"

#include "catalog/pair.h"
#include "storage/postings.h"

struct seen_form {
    uint8_t ordinal;
    unsigned documents;
};

/* The form that most of the documents have; a document that has several of them tells nothing. */
static enum status form_choose(struct snapshot *snapshot, const struct edge_term *word, const uint32_t *documents, unsigned count,
                               struct bytes *form)
{
    struct seen_form seen[PAIR_FORM_DOCUMENTS];
    struct bytes written = {0};
    unsigned seen_count = 0, best = 0;
    for (unsigned i = 0; i < count; i++) {
        struct posting posting = {0};
        unsigned at = 0;
        enum status status = postings_find(snapshot, &word->term, documents[i], &posting);
        if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !term_form(&word->term, posting.form, &written)))
            continue;
        if (status != STATUS_OK)
            return status;
        while (at < seen_count && seen[at].ordinal != posting.form)
            at++;
        if (at == seen_count)
            seen[seen_count++] = (struct seen_form){.ordinal = posting.form};
        seen[at].documents++;
        best = seen[at].documents > seen[best].documents ? at : best;
    }
    if (seen_count > 0 && term_form(&word->term, seen[best].ordinal, &written))
        *form = written.size > 0 ? written : word->key;
    return STATUS_OK;
}

enum status pair_forms(struct snapshot *snapshot, const struct edge_term *first, const struct edge_term *second, struct bytes *first_form,
                       struct bytes *second_form)
{
    char key[TERM_BYTES_MAX];
    uint32_t documents[PAIR_FORM_DOCUMENTS];
    unsigned count = 0;
    struct term pair = {0};
    struct postings postings;
    enum status status = term_get(snapshot, TERM_PAIR, key, pair_key_of(first->key, second->key, key), &pair);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    postings_open(&postings, snapshot, &pair);
    status = postings_next(&postings);
    for (; status == STATUS_OK && count < postings.count && count < PAIR_FORM_DOCUMENTS; count++)
        documents[count] = postings.documents[count];
    postings_close(&postings);
    if (status == STATUS_OK)
        status = form_choose(snapshot, first, documents, count, first_form);
    if (status == STATUS_OK)
        status = form_choose(snapshot, second, documents, count, second_form);
    return status == STATUS_END ? STATUS_OK : status;
}
