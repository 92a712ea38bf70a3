/* The generator's lists, read and checked: words, categories with their specs, model lines and texts. The grammars stand at the top of the
 * files in data/generator. */
#ifndef TIM_BENCH_GENERATE_LISTS_H
#define TIM_BENCH_GENERATE_LISTS_H

#include "bench/generate_data.h"
#include "bench/generate_template.h"

enum {
    LISTS_WORDS_MAX = 64,
    LISTS_CATEGORIES_MAX = 128,
    LISTS_LEVELS_MAX = 5,
    LISTS_SPECS_MAX = 24,     /* of a category */
    LISTS_LINES_MAX = 128,    /* of a category */
    LISTS_TEXTS_MAX = 64,     /* of a category and role; draws without return keep them in a 64-bit set */
    LISTS_OVERRIDES_MAX = 16, /* of a line */
};

struct spec_kind {
    struct bytes key, name;
    struct value_list units; /* count 0: none */
    struct value_list list;
    bool prices, varies, hidden, follows;
    uint32_t stated_percent;
};

struct override {
    uint32_t spec;
    struct value_list list;
};

struct model_line {
    struct bytes brand; /* empty: goods without one */
    struct template name, code;
    uint32_t low_thousand, high_thousand; /* VND */
    struct override overrides[LISTS_OVERRIDES_MAX];
    uint32_t override_count;
};

enum text_role { ROLE_NAME, ROLE_SHORT, ROLE_OPEN, ROLE_FEATURE, ROLE_USE, ROLE_CLOSE, ROLE_COUNT };

struct text_pool {
    struct template templates[LISTS_TEXTS_MAX];
    uint32_t count;
};

struct category_kind {
    struct bytes key, sku;
    struct bytes path[LISTS_LEVELS_MAX];
    uint32_t levels;
    uint32_t variants_percent;
    struct value_list nouns;
    struct spec_kind specs[LISTS_SPECS_MAX];
    uint32_t spec_count;
    struct model_line lines[LISTS_LINES_MAX];
    uint32_t line_upto[LISTS_LINES_MAX];
    uint32_t line_count;
    struct text_pool texts[ROLE_COUNT];
};

struct word_list {
    struct bytes name;
    struct value_list list;
};

struct lists {
    struct arena arena;
    struct word_list words[LISTS_WORDS_MAX];
    uint32_t word_count;
    struct category_kind *categories;
    uint32_t category_upto[LISTS_CATEGORIES_MAX];
    uint32_t category_count;
};

/* Reads the sources in the order of enum data_file; they are borrowed until release. INVALID names the file and line. Release in any case. */
MUST_USE enum status lists_init(struct lists *lists, const struct data_source sources[DATA_FILES], struct error *error);
void lists_release(struct lists *lists);

/* The list of this name, or NULL. */
const struct value_list *lists_words(const struct lists *lists, const char *name);

#endif
