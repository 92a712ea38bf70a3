/* The names in an index folder: control, writer.lock, spool, stats (learned.h), gen-%08u and, while one is being removed, old-%08u. */
#include "storage/generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/door.h"

enum { NUMBER_DIGITS = 8, PREFIX_BYTES = 4 };

enum status folder_path(const char *folder, const char *name, char path[FOLDER_PATH_BYTES], struct error *error)
{
    int size = snprintf(path, FOLDER_PATH_BYTES, "%s/%s", folder, name);
    if (size < 0 || size >= FOLDER_PATH_BYTES)
        return error_set(error, STATUS_INVALID, "the folder's name is too long: %.200s...", folder);
    return STATUS_OK;
}

static enum status numbered_path(const char *folder, const char *prefix, uint32_t number, char path[FOLDER_PATH_BYTES], struct error *error)
{
    char name[32];
    snprintf(name, sizeof name, "%s%0*u", prefix, NUMBER_DIGITS, number);
    return folder_path(folder, name, path, error);
}

enum status generation_path(const char *folder, uint32_t number, char path[FOLDER_PATH_BYTES], struct error *error)
{
    return numbered_path(folder, "gen-", number, path, error);
}

/* The number in a name like gen-00000012; 0 when it is none. */
static uint32_t number_of(const char *name, const char *prefix)
{
    char *end = NULL;
    if (strncmp(name, prefix, PREFIX_BYTES) != 0 || name[PREFIX_BYTES] < '0' || name[PREFIX_BYTES] > '9')
        return 0;
    unsigned long number = strtoul(name + PREFIX_BYTES, &end, 10);
    size_t digits = (size_t)(end - name) - PREFIX_BYTES;
    return *end == '\0' && digits >= NUMBER_DIGITS && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static enum status folder_failed(const char *what, const char *path, struct error *error)
{
    enum status status = status_from_lmdb(errno);
    if (status == STATUS_DENIED)
        return error_set(error, status, "no right to %s %s", what, path);
    return error_set(error, status, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Every name in a folder but . and .. is shown to `visit`. A folder that is not there has none. */
typedef void folder_visit(void *context, const char *name);
static enum status folder_list(const char *folder, folder_visit *visit, void *context, bool *exists, struct error *error)
{
    DIR *stream = opendir(folder);
    *exists = stream != NULL;
    if (stream == NULL && errno == ENOENT)
        return STATUS_OK;
    if (stream == NULL && errno == ENOTDIR)
        return error_set(error, STATUS_MISMATCH, "%s is a file; an index needs a folder", folder);
    if (stream == NULL)
        return folder_failed("read", folder, error);
    struct dirent *entry = NULL;
    int failed = 0;
    do {
        errno = 0; /* readdir leaves it when nothing more comes, visit does not */
        entry = readdir(stream);
        failed = errno;
        if (entry != NULL && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            visit(context, entry->d_name);
    } while (entry != NULL);
    closedir(stream);
    errno = failed;
    return failed == 0 ? STATUS_OK : folder_failed("read", folder, error);
}

static void contents_add(void *context, const char *name)
{
    struct folder_contents *contents = context;
    uint32_t number = number_of(name, "gen-");
    if (number != 0) {
        contents->numbers = memory_resize(contents->numbers, ((size_t)contents->count + 1) * sizeof *contents->numbers);
        contents->numbers[contents->count++] = number;
    } else if (strcmp(name, "control") == 0) {
        contents->has_control = true;
    } else if (strcmp(name, "writer.lock") != 0 && strcmp(name, "spool") != 0 && strcmp(name, "stats") != 0 &&
               strcmp(name, "lost+found") != 0 && number_of(name, "old-") == 0) {
        contents->has_foreign = true;
        snprintf(contents->foreign, sizeof contents->foreign, "%s", name);
    }
}

static int number_compare(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

enum status folder_contents_read(const char *folder, struct folder_contents *out, struct error *error)
{
    *out = (struct folder_contents){0};
    enum status status = folder_list(folder, contents_add, out, &out->exists, error);
    if (status != STATUS_OK)
        folder_contents_release(out);
    else if (out->count > 0)
        qsort(out->numbers, out->count, sizeof *out->numbers, number_compare);
    return status;
}

void folder_contents_release(struct folder_contents *contents)
{
    free(contents->numbers);
    *contents = (struct folder_contents){0};
}

/* What LMDB leaves in a folder, then the folder. */
static enum status files_remove(const char *path, struct error *error)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    char file[FOLDER_PATH_BYTES];
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum status status = folder_path(path, names[i], file, error);
        if (status != STATUS_OK)
            return status;
        if (unlink(file) != 0 && errno != ENOENT)
            return folder_failed("remove", file, error);
    }
    return rmdir(path) == 0 || errno == ENOENT ? STATUS_OK : folder_failed("remove", path, error);
}

enum status generation_remove(const char *folder, uint32_t number, struct error *error)
{
    char path[FOLDER_PATH_BYTES], hidden[FOLDER_PATH_BYTES];
    enum status status = generation_path(folder, number, path, error);
    if (status == STATUS_OK)
        status = numbered_path(folder, "old-", number, hidden, error);
    if (status != STATUS_OK)
        return status;
    if (rename(path, hidden) != 0)
        return errno == ENOENT ? STATUS_OK : folder_failed("rename", path, error);
    return files_remove(hidden, error);
}

struct leftovers {
    const char *folder;
    enum status status;
    struct error *error;
};

static void leftover_remove(void *context, const char *name)
{
    struct leftovers *leftovers = context;
    char path[FOLDER_PATH_BYTES];
    if (number_of(name, "old-") == 0 || leftovers->status != STATUS_OK)
        return;
    leftovers->status = folder_path(leftovers->folder, name, path, leftovers->error);
    if (leftovers->status == STATUS_OK)
        leftovers->status = files_remove(path, leftovers->error);
}

enum status generation_remove_leftovers(const char *folder, struct error *error)
{
    struct leftovers leftovers = {.folder = folder, .error = error};
    bool exists = false;
    enum status status = folder_list(folder, leftover_remove, &leftovers, &exists, error);
    return status == STATUS_OK ? leftovers.status : status;
}

enum status folder_sync(const char *path, struct error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return folder_failed("open", path, error);
    int failed = fsync(folder) == 0 ? 0 : errno;
    close(folder);
    errno = failed;
    return failed == 0 ? STATUS_OK : folder_failed("sync", path, error);
}
