/* Inside query/ only: the phrases around prices and quantities. */
#ifndef TIM_QUERY_MEASURE_PHRASES_H
#define TIM_QUERY_MEASURE_PHRASES_H

#include "query/phrase.h"

enum bound { BOUND_NONE, BOUND_MAX, BOUND_MIN, BOUND_AROUND, BOUND_FROM, BOUND_TO, BOUND_BETWEEN };

/* Their values are enum bound. */
extern const struct phrase_table bounds_before, bounds_behind;
/* Between the ends of a range; the second behind "giữa" and "từ" only. */
extern const struct phrase_table joiners, joiners_between;

/* What a word can lead to. */
enum lead {
    LEAD_PRICE = 1,
    LEAD_RAM = 2,
    LEAD_STORAGE = 4,
    LEAD_INCH = 8,
    LEAD_L = 16,
    LEAD_KG = 32,
    LEAD_POWER = 64, /* hp, btu, w */
    LEAD_MAH = 128,
    LEAD_HZ = 256,
    LEAD_ROOM = 512,
    LEAD_M = 1024,
    LEAD_MM = 2048,
    LEAD_MP = 4096,
    LEAD_ANY = 8191,
};

enum lead_row {
    ROW_PRICE,
    ROW_RAM,
    ROW_STORAGE,
    ROW_DATA,     /* RAM or storage */
    ROW_CAPACITY, /* dung lượng: storage, battery, litres */
    ROW_INCH,
    ROW_SIZE, /* kích thước: inch, mm */
    ROW_L,
    ROW_KG,
    ROW_POWER,
    ROW_MAH,
    ROW_HZ,
    ROW_ROOM,
    ROW_M,
    ROW_MM,
    ROW_MP,
    ROW_ANY,
    LEAD_ROWS,
};
/* The set of leads that each row stands for. */
extern const uint16_t lead_sets[LEAD_ROWS];
/* Their values are enum lead_row. */
extern const struct phrase_table leads;

#endif
