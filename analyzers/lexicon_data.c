#include "analyzers/lexicon_data.h"

/* The assembler copies the file into the program; CMake rebuilds this object when a list changes. */
#define EMBED(name)                                                                                                                        \
    __asm__(".pushsection .rodata\n"                                                                                                       \
            "lexicon_" #name ":\n"                                                                                                         \
            ".incbin \"" TIM_LEXICON_DIR "/" #name ".tsv\"\n"                                                                              \
            "lexicon_" #name "_end:\n"                                                                                                     \
            ".popsection\n");                                                                                                              \
    extern const char lexicon_##name[], lexicon_##name##_end[]

EMBED(synonyms);
EMBED(abbreviations);
EMBED(fillers);
EMBED(colours);
EMBED(lines);
EMBED(accessories);

struct lexicon_source lexicon_data(enum lexicon_list list)
{
    static const struct {
        const char *name, *begin, *end;
    } files[LEXICON_LISTS] = {
        [LEXICON_SYNONYMS] = {"synonyms.tsv", lexicon_synonyms, lexicon_synonyms_end},
        [LEXICON_ABBREVIATIONS] = {"abbreviations.tsv", lexicon_abbreviations, lexicon_abbreviations_end},
        [LEXICON_FILLERS] = {"fillers.tsv", lexicon_fillers, lexicon_fillers_end},
        [LEXICON_COLOURS] = {"colours.tsv", lexicon_colours, lexicon_colours_end},
        [LEXICON_LINES] = {"lines.tsv", lexicon_lines, lexicon_lines_end},
        [LEXICON_ACCESSORIES] = {"accessories.tsv", lexicon_accessories, lexicon_accessories_end},
    };
    return (struct lexicon_source){list, files[list].name, {files[list].begin, (size_t)(files[list].end - files[list].begin)}};
}
