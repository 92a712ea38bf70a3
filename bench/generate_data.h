/* The generator's lists (data/generator), as they were when the program was built: the installed program needs no files. */
#ifndef TIM_BENCH_GENERATE_DATA_H
#define TIM_BENCH_GENERATE_DATA_H

#include "base/arena.h"

enum data_file { DATA_WORDS, DATA_CATEGORIES, DATA_SPECS, DATA_LINES, DATA_TEXTS, DATA_FILES };

struct data_source {
    const char *name; /* for messages: "words.tsv" */
    struct bytes text;
};

/* Static memory. */
struct data_source data_source(enum data_file file);

#endif
