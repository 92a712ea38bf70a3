#include "query/facet_auto.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/facet.h"
#include "storage/fragment.h"
#include "storage/label.h"

enum { FRAGMENT_ARENA_BYTES = 16 * 1024 * 1024 /* one fragment that is longer than a page */ };
enum { LOG_ONE = 256, ENTROPY_MAX = 4 * LOG_ONE /* sixteen even values; more are no better to choose from */ };

static void sample_thin(struct facet_sample *sample)
{
    for (uint32_t i = 0; i < FACET_SAMPLE_MAX / 2; i++)
        sample->documents[i] = sample->documents[i * 2];
    sample->count = FACET_SAMPLE_MAX / 2;
    sample->stride *= 2;
}

void facet_sample_add(struct facet_sample *sample, uint32_t base, const uint64_t *hits)
{
    sample->stride += sample->stride == 0;
    for (uint32_t at = window_next(hits, 0); at < COLUMN_WINDOW; at = window_next(hits, at + 1)) {
        if (sample->skip > 0) {
            sample->skip--;
            continue;
        }
        if (sample->count == FACET_SAMPLE_MAX)
            sample_thin(sample);
        sample->documents[sample->count++] = base + at;
        sample->skip = sample->stride - 1;
    }
}

/* A value's hits in the sample. */
struct value_count {
    uint16_t field; /* 0: free */
    uint32_t ordinal, count;
};

/* A spec in the sample. */
struct field_count {
    uint16_t field; /* 0: free */
    uint32_t products, values, all;
    uint64_t logs; /* sum of count * log2 count */
    uint64_t score;
    struct bytes slug;
};

struct counting {
    struct value_count *values; /* AUTO_VALUES_MAX, hashed */
    struct field_count *fields; /* AUTO_FIELDS_MAX, hashed */
    uint32_t value_count, field_count;
};

static uint32_t hash_of(uint32_t field, uint32_t ordinal)
{
    uint64_t mixed = ((uint64_t)field << 32 | ordinal) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 40);
}

/* NULL when the table is three quarters full. */
static struct field_count *field_find(struct counting *counting, uint16_t field)
{
    uint32_t at = hash_of(field, 0) % AUTO_FIELDS_MAX;
    while (counting->fields[at].field != 0 && counting->fields[at].field != field)
        at = (at + 1) % AUTO_FIELDS_MAX;
    if (counting->fields[at].field == 0 && counting->field_count >= AUTO_FIELDS_MAX / 4 * 3)
        return NULL;
    counting->field_count += counting->fields[at].field == 0;
    counting->fields[at].field = field;
    return &counting->fields[at];
}

static struct value_count *value_find(struct counting *counting, uint16_t field, uint32_t ordinal)
{
    uint32_t at = hash_of(field, ordinal) % AUTO_VALUES_MAX;
    while (counting->values[at].field != 0 && (counting->values[at].field != field || counting->values[at].ordinal != ordinal))
        at = (at + 1) % AUTO_VALUES_MAX;
    if (counting->values[at].field == 0 && counting->value_count >= AUTO_VALUES_MAX / 4 * 3)
        return NULL;
    counting->value_count += counting->values[at].field == 0;
    counting->values[at].field = field;
    counting->values[at].ordinal = ordinal;
    return &counting->values[at];
}

static void facet_count(struct counting *counting, const struct fragment_facet *facet)
{
    struct field_count *field = facet->field < MULTI_SPACE_VARIANT ? field_find(counting, facet->field) : NULL;
    if (field == NULL)
        return;
    field->products++;
    for (unsigned i = 0; i < facet->count; i++) {
        struct value_count *value = value_find(counting, facet->field, facet->ordinals[i]);
        if (value != NULL)
            value->count++;
    }
}

static enum status product_count(struct snapshot *snapshot, uint32_t document, struct arena *scratch, struct counting *counting)
{
    struct bytes stored = {0};
    struct fragment fragment;
    struct fragment_facet facet;
    arena_reset(scratch);
    enum status status = fragment_get(snapshot, document, scratch, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    while (fragment_next_facet(&fragment.facets, &facet))
        facet_count(counting, &facet);
    return STATUS_OK;
}

static enum status sample_count(struct snapshot *snapshot, const struct facet_sample *sample, struct arena *arena,
                                struct counting *counting)
{
    struct arena scratch;
    counting->values = arena_calloc(arena, AUTO_VALUES_MAX, sizeof *counting->values);
    counting->fields = arena_calloc(arena, AUTO_FIELDS_MAX, sizeof *counting->fields);
    if (counting->values == NULL || counting->fields == NULL)
        return STATUS_LIMIT;
    enum status status = STATUS_OK;
    arena_init(&scratch, FRAGMENT_ARENA_BYTES);
    for (uint32_t i = 0; i < sample->count && status == STATUS_OK; i++)
        status = product_count(snapshot, sample->documents[i], &scratch, counting);
    arena_release(&scratch);
    return status;
}

/* LOG_ONE * log2 of a number from 1 on, by straight lines between powers of two. */
static uint64_t log_of(uint32_t number)
{
    unsigned power = 31u - (unsigned)__builtin_clz(number);
    return (uint64_t)power * LOG_ONE + (((uint64_t)number * LOG_ONE) >> power) - LOG_ONE;
}

/* 0: not worth showing. */
static uint64_t field_score(const struct field_count *field, uint32_t sampled)
{
    bool rare = (uint64_t)field->products * AUTO_COVERAGE < sampled, single = field->values < 2;
    if (rare || single || (field->values > ENTROPY_MAX / LOG_ONE && field->values > field->all / 2))
        return 0;
    uint64_t entropy = log_of(field->all) - field->logs / field->all;
    return field->products * (entropy < ENTROPY_MAX ? entropy : ENTROPY_MAX);
}

static int field_compare(const void *left, const void *right)
{
    const struct field_count *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return bytes_compare(a->slug, b->slug);
}

/* The fields worth showing to the front of the table, with their slugs, best first. */
static enum status fields_rank(struct snapshot *snapshot, struct counting *counting, uint32_t sampled, uint32_t *count)
{
    for (uint32_t i = 0; i < AUTO_VALUES_MAX; i++) {
        const struct value_count *value = &counting->values[i];
        struct field_count *field = value->field == 0 ? NULL : field_find(counting, value->field);
        if (field == NULL)
            continue;
        field->values++;
        field->all += value->count;
        field->logs += value->count * log_of(value->count);
    }
    *count = 0;
    for (uint32_t i = 0; i < AUTO_FIELDS_MAX; i++) {
        struct field_count field = counting->fields[i];
        struct label label = {0};
        field.score = field.field == 0 ? 0 : field_score(&field, sampled);
        if (field.score == 0)
            continue;
        enum status status = label_get(snapshot, FACET_SPEC_NAMES, (uint32_t)(field.field - FACET_SPEC_FIRST), &label);
        if (status == STATUS_NOT_FOUND || (status == STATUS_OK && label.slug.size == 0))
            continue;
        if (status != STATUS_OK)
            return status;
        field.slug = label.slug;
        counting->fields[(*count)++] = field;
    }
    qsort(counting->fields, *count, sizeof *counting->fields, field_compare);
    return STATUS_OK;
}

static bool is_among(struct bytes name, const struct bytes *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (bytes_equal(names[i], name))
            return true;
    return false;
}

enum status facet_auto_choose(struct snapshot *snapshot, const struct facet_sample *sample, unsigned most, struct arena *arena,
                              struct bytes *names, unsigned *count)
{
    struct counting counting = {0};
    uint32_t ranked = 0;
    *count = 0;
    if (sample->count == 0)
        return STATUS_OK;
    enum status status = sample_count(snapshot, sample, arena, &counting);
    if (status == STATUS_OK)
        status = fields_rank(snapshot, &counting, sample->count, &ranked);
    for (uint32_t i = 0; i < ranked && *count < most && status == STATUS_OK; i++) {
        struct bytes slug = counting.fields[i].slug, name = {0};
        name.data = arena_print(arena, "%s%.*s", facet_spec.name, (int)slug.size, slug.data);
        name.size = strlen(facet_spec.name) + slug.size;
        if (name.data == NULL)
            return STATUS_LIMIT;
        if (!is_among(name, names, *count))
            names[(*count)++] = name;
    }
    return status;
}
