/* Removes a test's own folder with all that is in it. */
#ifndef TIM_TESTS_REMOVE_FOLDER_H
#define TIM_TESTS_REMOVE_FOLDER_H

#include <ftw.h>
#include <stdio.h>

static inline int remove_folder_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* 0 when all is gone. */
static inline int remove_folder(const char *path)
{
    return nftw(path, remove_folder_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
