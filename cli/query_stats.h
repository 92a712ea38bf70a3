/* What was learned of queries, for the operator: those asked most, those that find nothing, and what was chosen. */
#ifndef TIM_CLI_QUERY_STATS_H
#define TIM_CLI_QUERY_STATS_H

#include "base/settings.h"

/* Prints them from the folder of the setting `stats`, `limit` queries in each list. */
MUST_USE enum status query_stats_print(const struct settings *settings, bool as_json, unsigned limit, struct error *error);

#endif
