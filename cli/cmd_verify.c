/* tim verify: proves that an index agrees with itself. */
#include <inttypes.h>
#include <stdio.h>

#include "analyzers/analyzer.h"
#include "catalog/product_verify.h"
#include "catalog/setting_verify.h"
#include "catalog/term_keys.h"
#include "cli/command.h"
#include "cli/reader.h"

static void fault_print(void *context, const char *sentence)
{
    (void)context;
    printf("%s\n", sentence);
}

static enum status verify_print(const struct reader *reader, const struct analyzer *analyzer, struct error *error)
{
    struct verify_counts counts = {0};
    enum status status = product_verify(reader->snapshot, fault_print, NULL, &counts);
    if (status == STATUS_OK && counts.faults == 0)
        status = setting_verify(reader->snapshot, analyzer, fault_print, NULL, &counts);
    if (status != STATUS_OK && counts.faults == 0)
        return error_set(error, status, "generation %" PRIu32 " cannot be read to the end: %s", reader->generation, status_name(status));
    if (counts.faults > 0)
        return error_set(error, STATUS_CORRUPT, "%" PRIu64 " faults in generation %" PRIu32 ": rebuild the index", counts.faults,
                         reader->generation);
    printf("generation %" PRIu32 " is sound: %" PRIu64 " documents, %" PRIu64 " terms, %" PRIu64 " postings, %" PRIu64
           " column chunks, %" PRIu64 " facet values, %" PRIu64 " labels, %" PRIu64 " suggestions, %" PRIu64 " rows\n",
           reader->generation, counts.documents, counts.terms, counts.postings, counts.chunks, counts.values, counts.labels,
           counts.suggestions, counts.rows);
    return STATUS_OK;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    struct reader reader;
    struct analyzer *analyzer = analyzer_new();
    enum status status = reader_open(&reader, invocation->settings, error);
    if (status == STATUS_OK) {
        env_set_term_keys(reader.env, term_keys_build, analyzer);
        status = verify_print(&reader, analyzer, error);
    }
    reader_close(&reader);
    analyzer_free(analyzer);
    return status;
}

const struct command command_verify = {
    .name = "verify",
    .summary = "Prove that an index agrees with itself; exit 1 and a list of faults if not",
    .details = "Reads every stored block: checksums, postings against forward lists both ways, document counts, columns, facets, "
               "labels, suggestions, vocabulary, the keys of synonyms and rules. Neither the indexer nor the server needs to stop for it.",
    .settings = (const char *const[]){"index", "map-gib", NULL},
    .needs = (const char *const[]){"index", NULL},
    .run = run,
};
