/* Inside query/ only: how words typed into a search box stand in a written text, the last one perhaps as a beginning. */
#ifndef TIM_QUERY_SUGGEST_FIT_H
#define TIM_QUERY_SUGGEST_FIT_H

#include "analyzers/analyzer.h"

enum fit { FIT_NO, FIT_YES, FIT_CONTRADICTS /* in the marks */ };

/* The next whole token at or after `at`, or `count`. */
uint32_t token_next(const struct token_list *list, uint32_t at);

/* Does the written word agree with the typed one? The last typed word may be a beginning. */
enum fit token_fit(const struct token *typed, const struct token *written, bool last);

/* The typed words in a row from token `at` of the text on. `end` is where the match ends in the text. */
enum fit row_fit(const struct token_list *typed, const struct token_list *written, uint32_t at, struct bytes text, unsigned *end);

#endif
