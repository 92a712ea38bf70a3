/* Proof that a generation agrees with itself: the order of the checks, the live list that all of them ask, and the reports. */
#include "storage/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/meta.h"
#include "storage/postings.h"
#include "storage/snapshot.h"
#include "storage/verify_balance.h"
#include "storage/verify_walk.h"

enum { SENTENCE_BYTES = 480, KEY_BYTES_SHOWN = 72 };

void verify_report_fault(struct verify_counts *counts, verify_report *report, void *context, const char *format, va_list arguments)
{
    char sentence[SENTENCE_BYTES];
    if (counts->faults++ >= VERIFY_REPORTS_MAX)
        return;
    vsnprintf(sentence, sizeof sentence, format, arguments);
    report(context, sentence);
}

void verify_fault(struct verify *verify, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verify_report_fault(verify->counts, verify->report, verify->context, format, arguments);
    va_end(arguments);
}

void verify_fault_at(struct verify *verify, enum database db, struct bytes key, const char *what)
{
    char text[2 * KEY_BYTES_SHOWN + 1] = "";
    for (size_t i = 0; i < key.size && i < KEY_BYTES_SHOWN; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)key.data[i]);
    verify_fault(verify, "Database %s, key %s: %s.", database_name(db), text, what);
}

/* The documents of the live list, as far as it can be read: what is wrong with it is found with the other terms. */
static enum status live_fill(struct verify *verify)
{
    struct term term;
    struct postings postings;
    enum status status = term_get(verify->snapshot, TERM_LIVE, NULL, 0, &term);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
    postings_open(&postings, verify->snapshot, &term);
    while ((status = postings_next(&postings)) == STATUS_OK)
        for (unsigned i = 0; i < postings.count; i++) {
            uint32_t document = postings.documents[i];
            if (document >= verify->document_limit || verify_is_live(verify, document))
                continue;
            verify->live[document / 8] |= (unsigned char)(1U << (document % 8));
            verify->counts->documents++;
        }
    postings_close(&postings);
    return status == STATUS_END || status == STATUS_CORRUPT ? STATUS_OK : status;
}

/* DB_META has its checksums looked at here, and its few records are read by those who know them. */
static enum status meta_entry(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    (void)context;
    if (payload.size == 0)
        verify_fault_at(verify, DB_META, key, "an empty record");
    return STATUS_OK;
}

static enum status meta_verify(struct verify *verify)
{
    uint32_t format = 0;
    uint64_t fingerprint = 0;
    uint8_t complete = 0;
    struct position position;
    enum status status = verify_walk(verify, DB_META, meta_entry, NULL);
    if (status != STATUS_OK)
        return status;
    const enum status read[] = {format_get(verify->snapshot, &format), fingerprint_get(verify->snapshot, &fingerprint),
                                complete_get(verify->snapshot, &complete), position_get(verify->snapshot, &position)};
    for (unsigned i = 0; i < sizeof read / sizeof read[0]; i++)
        if (read[i] == STATUS_CORRUPT)
            verify_fault(verify, "A record of database meta does not decode.");
    return STATUS_OK;
}

static enum status limits_read(struct verify *verify)
{
    enum status status = snapshot_document_limit(verify->snapshot, &verify->document_limit);
    return status == STATUS_OK ? snapshot_variant_limit(verify->snapshot, &verify->variant_limit) : status;
}

static enum status text_verify(struct verify *verify)
{
    struct balance balance = {.sums = memory_calloc((size_t)verify->document_limit + 1, sizeof *balance.sums)};
    enum status status = postings_verify(verify, &balance);
    if (status == STATUS_OK)
        status = forward_verify(verify, &balance);
    if (status == STATUS_OK)
        status = balance_verify(verify, &balance);
    free(balance.sums);
    return status;
}

static enum status checks_run(struct verify *verify)
{
    static enum status (*const checks[])(struct verify *) = {meta_verify,  text_verify,     column_verify,  multi_verify,     mirror_verify,
                                                             label_verify, fragment_verify, suggest_verify, vocabulary_verify};
    enum status status = live_fill(verify);
    for (unsigned i = 0; status == STATUS_OK && i < sizeof checks / sizeof checks[0]; i++)
        status = checks[i](verify);
    return status;
}

enum status verify_run(struct snapshot *snapshot, const struct column_family *const *families, unsigned family_count, verify_report *report,
                       void *context, struct verify_counts *counts)
{
    struct verify verify = {
        .snapshot = snapshot, .families = families, .family_count = family_count, .counts = counts, .report = report, .context = context};
    *counts = (struct verify_counts){0};
    snapshot->check_always = true;
    enum status status = limits_read(&verify);
    if (status == STATUS_OK) {
        verify.live = memory_calloc((size_t)verify.document_limit / 8 + 1, 1);
        status = checks_run(&verify);
        free(verify.live);
    }
    snapshot->check_always = false;
    return status;
}
