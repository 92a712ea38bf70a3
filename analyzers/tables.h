/* What an analyzer is made of; read-only once built. */
#ifndef TIM_ANALYZERS_TABLES_H
#define TIM_ANALYZERS_TABLES_H

#include "analyzers/letters.h"
#include "analyzers/lexicon.h"
#include "analyzers/script.h"
#include "analyzers/syllable.h"

struct analyzer {
    struct letters letters;
    struct syllables syllables;
    struct scripts scripts;
    struct lexicon *lexicon;
    struct UCollator *collator; /* ICU's */
};

/* In collation.c. */
struct UCollator *collator_open(void);
void collator_close(struct UCollator *collator);

#endif
