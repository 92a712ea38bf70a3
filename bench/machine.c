#include "bench/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

static void processor_name(char *out, size_t size)
{
    snprintf(out, size, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        if (colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, size, "%.*s", (int)size - 1, colon + 2);
        break;
    }
    if (file != NULL)
        fclose(file);
}

void machine_describe(struct machine *machine)
{
    *machine = (struct machine){0};
    processor_name(machine->processor, sizeof machine->processor);
    cpu_set_t allowed;
    machine->processors = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
    machine->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    struct utsname system;
    if (uname(&system) == 0)
        snprintf(machine->system, sizeof machine->system, "%.60s %.60s", system.sysname, system.release);
    snprintf(machine->compiler, sizeof machine->compiler, "%s %s", __VERSION__,
#ifdef __OPTIMIZE__
             "optimised"
#else
             "not optimised: these are no figures to quote"
#endif
    );
    if (getloadavg(&machine->load, 1) != 1)
        machine->load = 0;
}

uint64_t machine_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

double machine_cpu_s(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

uint64_t machine_written_bytes(void)
{
    static const char field[] = "write_bytes:";
    uint64_t bytes = UINT64_MAX;
    char line[128];
    FILE *file = fopen("/proc/self/io", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, sizeof field - 1) == 0)
            bytes = strtoull(line + sizeof field - 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    return bytes;
}
