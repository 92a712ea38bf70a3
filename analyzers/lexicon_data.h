/* Our word lists (data/lexicon), as they were when the program was built: the installed program needs no files. */
#ifndef TIM_ANALYZERS_LEXICON_DATA_H
#define TIM_ANALYZERS_LEXICON_DATA_H

#include "analyzers/lexicon.h"

/* Static memory. */
struct lexicon_source lexicon_data(enum lexicon_list list);

#endif
