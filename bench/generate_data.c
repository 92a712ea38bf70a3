#include "bench/generate_data.h"

/* The assembler copies the file into the program; CMake rebuilds this object when a list changes. */
#define EMBED(name, file)                                                                                                                  \
    __asm__(".pushsection .rodata\n"                                                                                                       \
            "embedded_" #name ":\n"                                                                                                        \
            ".incbin \"" TIM_DATA_DIR "/generator/" file "\"\n"                                                                            \
            "embedded_" #name "_end:\n"                                                                                                    \
            ".popsection\n");                                                                                                              \
    extern const char embedded_##name[], embedded_##name##_end[]

EMBED(words, "words.tsv");
EMBED(categories, "categories.tsv");
EMBED(specs, "specs.tsv");
EMBED(lines, "lines.tsv");
EMBED(texts, "texts.tsv");

struct data_source data_source(enum data_file file)
{
    static const struct {
        const char *name, *begin, *end;
    } files[DATA_FILES] = {
        [DATA_WORDS] = {"words.tsv", embedded_words, embedded_words_end},
        [DATA_CATEGORIES] = {"categories.tsv", embedded_categories, embedded_categories_end},
        [DATA_SPECS] = {"specs.tsv", embedded_specs, embedded_specs_end},
        [DATA_LINES] = {"lines.tsv", embedded_lines, embedded_lines_end},
        [DATA_TEXTS] = {"texts.tsv", embedded_texts, embedded_texts_end},
    };
    return (struct data_source){files[file].name, {files[file].begin, (size_t)(files[file].end - files[file].begin)}};
}
