#include "bench/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { COPY_BYTES = 1024 * 1024 };

struct walk {
    const char *root, *to; /* `to`: of a copy */
    uint64_t bytes;
};

typedef enum status visit(struct walk *walk, const FTSENT *entry, struct error *error);

static enum status failed(struct error *error, const char *what, const char *path)
{
    return error_set(error, STATUS_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

static enum status walk_run(struct walk *walk, visit *each, struct error *error)
{
    char *roots[] = {memory_copy(walk->root, strlen(walk->root)), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    enum status status = tree == NULL ? failed(error, "look into", walk->root) : STATUS_OK;
    FTSENT *entry = NULL;
    while (status == STATUS_OK && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_NS && entry->fts_level == 0 && entry->fts_errno == ENOENT)
            break;
        status = each(walk, entry, error);
    }
    if (tree != NULL)
        fts_close(tree);
    free(roots[0]);
    return status;
}

static enum status entry_remove(struct walk *walk, const FTSENT *entry, struct error *error)
{
    (void)walk;
    if (entry->fts_info == FTS_D || remove(entry->fts_path) == 0)
        return STATUS_OK;
    return failed(error, "remove", entry->fts_path);
}

enum status folder_remove(const char *folder, struct error *error)
{
    struct walk walk = {.root = folder};
    return walk_run(&walk, entry_remove, error);
}

static enum status bytes_copy(int from, int to, const char *path, struct error *error)
{
    char *piece = memory_alloc(COPY_BYTES);
    ssize_t got = 0;
    bool whole = true;
    while (whole && (got = read(from, piece, COPY_BYTES)) > 0)
        whole = write(to, piece, (size_t)got) == got;
    free(piece);
    return got == 0 && whole ? STATUS_OK : failed(error, "copy", path);
}

static enum status file_copy(const char *from, const char *to, struct error *error)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum status status = out < 0 ? failed(error, "copy", from) : bytes_copy(in, out, from, error);
    if (status == STATUS_OK && fsync(out) != 0)
        status = failed(error, "write", to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return status;
}

static enum status entry_copy(struct walk *walk, const FTSENT *entry, struct error *error)
{
    struct buffer to = {0};
    buffer_print(&to, "%s%s", walk->to, entry->fts_path + strlen(walk->root));
    buffer_append_char(&to, '\0');
    enum status status = STATUS_OK;
    if (entry->fts_info == FTS_D && mkdir(to.data, 0700) != 0)
        status = failed(error, "make", to.data);
    if (entry->fts_info == FTS_F)
        status = file_copy(entry->fts_path, to.data, error);
    buffer_release(&to);
    return status;
}

enum status folder_copy(const char *from, const char *to, struct error *error)
{
    struct walk walk = {.root = from, .to = to};
    return walk_run(&walk, entry_copy, error);
}

static enum status entry_weigh(struct walk *walk, const FTSENT *entry, struct error *error)
{
    (void)error;
    if (entry->fts_info == FTS_F)
        walk->bytes += (uint64_t)entry->fts_statp->st_size;
    return STATUS_OK;
}

enum status folder_size(const char *folder, uint64_t *bytes, struct error *error)
{
    struct walk walk = {.root = folder};
    enum status status = walk_run(&walk, entry_weigh, error);
    *bytes = walk.bytes;
    return status;
}

static enum status entry_cool(struct walk *walk, const FTSENT *entry, struct error *error)
{
    (void)walk;
    if (entry->fts_info != FTS_F)
        return STATUS_OK;
    int file = open(entry->fts_path, O_RDONLY | O_CLOEXEC);
    int fault = file < 0 ? errno : posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    if (file >= 0)
        close(file);
    errno = fault;
    return fault == 0 ? STATUS_OK : failed(error, "empty the cache of", entry->fts_path);
}

enum status folder_cool(const char *folder, struct error *error)
{
    struct walk walk = {.root = folder};
    return walk_run(&walk, entry_cool, error);
}
