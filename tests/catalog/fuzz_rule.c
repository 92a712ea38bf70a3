/* Any bytes as the cells of a rule: refused with a sentence, or a rule within its bounds, whose key says the same times; and any bytes as a
 * key's `to`. */
#include <assert.h>
#include <string.h>

#include "catalog/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct analyzer *analyzer;

/* Cells end with a byte of 0xFF; an empty one is NULL. */
static void cells_cut(const char *text, size_t size, struct row *row)
{
    for (unsigned i = 0; i < RULE_COLUMNS && size > 0; i++) {
        const char *end = memchr(text, 0xFF, size);
        size_t taken = end == NULL ? size : (size_t)(end - text);
        if (taken > 0)
            row->cells[i] = (struct cell){CELL_TEXT, {text, taken}};
        size -= end == NULL ? taken : taken + 1;
        text += end == NULL ? taken : taken + 1;
    }
}

static void row_check(const struct row *row, struct arena *arena)
{
    struct rule rule;
    struct rule_key key;
    struct rule_times times;
    struct error error = {0};
    enum status status = rule_parse(row, arena, &rule, &error);
    assert(status == STATUS_OK || (status == STATUS_INVALID && error.text[0] != '\0'));
    if (status == STATUS_OK) {
        assert(rule.place >= 1 && rule.place <= RULE_PLACE_MAX && rule.percent >= 1 && rule.percent <= RULE_PERCENT_MAX);
        assert(rule.url.size <= RULE_URL_BYTES_MAX && (rule.action == RULE_REDIRECT) == (rule.url.size > 0));
    }
    if (rule_key(analyzer, row, arena, &key, &error) != STATUS_OK)
        return;
    assert(status == STATUS_OK && key.from.size > 0);
    size_t place = rule.contains ? SYNONYM_PLACE_BYTES : 0;
    assert(rule_times_read((struct bytes){(const char *)key.to, key.to_size}, place, &times));
    assert(times.start_s == rule.start_s && times.end_s == rule.end_s && bytes_equal(times.id, rule.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct rule_times times;
    struct row row = {.table = TABLE_RULE};
    if (analyzer == NULL)
        analyzer = analyzer_new();
    arena_init(&arena, 16 << 20);
    cells_cut((const char *)data, size, &row);
    row_check(&row, &arena);
    for (size_t place = 0; place <= SYNONYM_PLACE_BYTES; place += SYNONYM_PLACE_BYTES)
        if (rule_times_read((struct bytes){(const char *)data, size}, place, &times))
            assert(times.id.size > 0 && times.id.size <= KEY_BYTES_MAX);
    arena_release(&arena);
    return 0;
}
