/* Inside storage/ only: one spelling for each form, so that what is equal compares equal. */
#ifndef TIM_STORAGE_POSTING_FORM_H
#define TIM_STORAGE_POSTING_FORM_H

#include <assert.h>
#include <string.h>

#include "storage/postings.h"
#include "storage/term_record.h"

/* Classes without forms have none; the folded key itself is the empty form. */
static inline struct posting_form posting_form_normal(enum term_class class, const void *bytes, size_t size, struct posting_form form)
{
    const struct posting_form none = {0};
    if (!term_class_has_forms(class))
        return none;
    if (form.several)
        return (struct posting_form){.several = true};
    assert(form.size <= FORM_BYTES_MAX);
    if (form.bytes == NULL || form.size == 0 || (form.size == size && memcmp(form.bytes, bytes, size) == 0))
        return none;
    return form;
}

static inline bool posting_form_equal(struct posting_form a, struct posting_form b)
{
    return a.several == b.several && a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

#endif
