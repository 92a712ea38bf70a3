/* tim generate: a catalog to try things with, as NDJSON on standard output. */
#include <stdio.h>

#include "bench/generate.h"
#include "cli/command.h"

static enum status run(const struct invocation *invocation, struct error *error)
{
    struct generate_options options = {
        .products = (uint64_t)settings_number(invocation->settings, "products"),
        .seed = (uint64_t)settings_number(invocation->settings, "seed"),
        .progress = settings_flag(invocation->settings, "progress"),
    };
    return generate_catalog(&options, stdout, error);
}

static const struct setting options[] = {
    {"products", SETTING_NUMBER, 1, GENERATE_PRODUCTS_MAX, "5000", "How many products", "N"},
    {"seed", SETTING_NUMBER, 0, INT64_MAX, "1", "Another seed gives another catalog", "SEED"},
    {"progress", SETTING_FLAG, 0, 0, "false", "Show a progress bar on stderr", NULL},
};

const struct command command_generate = {
    .name = "generate",
    .summary = "Write a believable Vietnamese electronics catalog as NDJSON",
    .details = "The same seed gives the same product N on every machine, however many are asked for. Pipe it into tim load or tim build.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
