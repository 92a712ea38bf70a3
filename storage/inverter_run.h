/* Inside storage/ only: what inverter.c leaves for inverter_write.c. Grammar in inverter.c. */
#ifndef TIM_STORAGE_INVERTER_RUN_H
#define TIM_STORAGE_INVERTER_RUN_H

#include "storage/intern.h"
#include "storage/run_file.h"

enum { RUN_FORM_NONE = 0, RUN_FORM_SEVERAL = 1, RUN_FORM_FIRST = 2 };

struct inverter;

struct inverter_run {
    struct run_file file;
    struct interner forms;
};
struct inverter_run *inverter_run(struct inverter *inverter);
/* Gives back what only adding needs; it was ended. */
void inverter_shrink(struct inverter *inverter);

#endif
