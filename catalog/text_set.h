/* A set of texts, numbered from 1 in the order they came. For what a catalog names many times: brands, categories, slugs. */
#ifndef TIM_CATALOG_TEXT_SET_H
#define TIM_CATALOG_TEXT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct text_set;
struct text_set *text_set_new(void);
void text_set_free(struct text_set *set);

/* The text's number; `known` says whether it was there before. The bytes are copied. */
uint64_t text_set_add(struct text_set *set, struct bytes text, bool *known);
/* 0 when it is not there. */
uint64_t text_set_number(const struct text_set *set, struct bytes text);
/* Gives a text that is there another number. */
void text_set_renumber(struct text_set *set, struct bytes text, uint64_t number);
/* The text that came as number 1 ... text_set_count, borrowed until text_set_free or text_set_clear; renumbering does not change it. */
struct bytes text_set_at(const struct text_set *set, uint64_t arrival);
void text_set_clear(struct text_set *set);
uint64_t text_set_count(const struct text_set *set);

#endif
