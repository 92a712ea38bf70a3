/* Where tests keep indexes that nothing asks for afterwards: in memory where there is much of it, since property tests commit thousands of times
 * and a disk would be all they wait for. */
#ifndef TIM_TESTS_FAST_FOLDER_H
#define TIM_TESTS_FAST_FOLDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Makes a new folder; false when that failed. */
static inline bool fast_folder(char *path, size_t room, const char *name)
{
    struct statvfs disk = {0};
    bool fast =
        access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= UINT64_C(1) << 30;
    int size = snprintf(path, room, "%s/tim-%s-XXXXXX", fast ? "/dev/shm" : "/tmp", name);
    return size > 0 && (size_t)size < room && mkdtemp(path) != NULL;
}

#endif
