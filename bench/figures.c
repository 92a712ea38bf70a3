#include "bench/figures.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "bench/samples.h"

void figures_release(struct figures *figures)
{
    free(figures->items);
    *figures = (struct figures){0};
}

static struct figure *find(const struct figures *figures, const char *name)
{
    for (size_t i = 0; i < figures->count; i++)
        if (strcmp(figures->items[i].name, name) == 0)
            return &figures->items[i];
    return NULL;
}

static void name_print(char name[FIGURE_NAME_BYTES], const char *format, va_list values) __attribute__((format(printf, 2, 0)));
static void name_print(char name[FIGURE_NAME_BYTES], const char *format, va_list values)
{
    int size = vsnprintf(name, FIGURE_NAME_BYTES, format, values);
    assert(size > 0 && size < FIGURE_NAME_BYTES);
}

void figures_set(struct figures *figures, double value, const char *format, ...)
{
    struct figure figure = {.value = value};
    va_list values;
    va_start(values, format);
    name_print(figure.name, format, values);
    va_end(values);
    struct figure *old = find(figures, figure.name);
    if (old != NULL) {
        old->value = value;
        return;
    }
    if (figures->count == figures->room) {
        figures->room = figures->room == 0 ? 64 : figures->room * 2;
        figures->items = memory_resize(figures->items, figures->room * sizeof *figures->items);
    }
    figures->items[figures->count++] = figure;
}

const double *figures_get(const struct figures *figures, const char *format, ...)
{
    char name[FIGURE_NAME_BYTES];
    va_list values;
    va_start(values, format);
    name_print(name, format, values);
    va_end(values);
    const struct figure *found = find(figures, name);
    return found == NULL ? NULL : &found->value;
}

void figures_set_times(struct figures *figures, const char *prefix, struct samples *samples)
{
    if (samples->count == 0)
        return;
    figures_set(figures, samples_us(samples, 0.5), "%sp50_us", prefix);
    figures_set(figures, samples_us(samples, 0.95), "%sp95_us", prefix);
    figures_set(figures, samples_us(samples, 0.99), "%sp99_us", prefix);
}

enum direction figure_direction(const char *name)
{
    static const struct {
        const char *end;
        enum direction direction;
    } units[] = {
        {"_per_s", DIRECTION_HIGHER}, {"_us", DIRECTION_LOWER},    {"_ms", DIRECTION_LOWER},
        {"_s", DIRECTION_LOWER},      {"_bytes", DIRECTION_LOWER}, {"_ratio", DIRECTION_LOWER},
    };
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t end = strlen(units[i].end);
        if (size >= end && strcmp(name + size - end, units[i].end) == 0)
            return units[i].direction;
    }
    return DIRECTION_NONE;
}
