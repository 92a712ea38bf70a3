/* Where what tim serve learns of queries is kept. */
#ifndef TIM_CLI_STATS_FOLDER_H
#define TIM_CLI_STATS_FOLDER_H

#include "base/settings.h"

/* The setting `stats`, or the folder of that name in the index's. "": nothing is learned. Caller frees. */
MUST_USE char *stats_folder(const struct settings *settings);

#endif
