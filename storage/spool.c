/* The spool folder.
 *
 *   job-<id>    := "tim-job 1 " name "\n"
 *   state-<id>  := "tim-state 1 " phase " " attempts " " done " " total " " text "\n"
 *   tmp-...     := a file being written
 *   id          := 16 hex digits of the time in microseconds, 16 of process and chance: names sort by age
 *   phase       := "running" | "done" | "failed"
 *   numbers     := decimal */
#include "storage/spool.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "storage/door.h"
#include "storage/generation.h"

enum { SPOOL_MODE = 0770, FILE_MODE = 0660, FILE_BYTES_MAX = 1024, ID_CHARACTERS = SPOOL_ID_BYTES - 1 };

static const char *const phase_words[] = {"waiting", "running", "done", "failed"};

static enum status spool_path(const char *folder, const char *prefix, const char *name, char path[FOLDER_PATH_BYTES], struct error *error)
{
    char relative[128];
    snprintf(relative, sizeof relative, "spool/%s%s", prefix, name);
    return folder_path(folder, relative, path, error);
}

static enum status file_failed(const char *what, const char *path, struct error *error)
{
    enum status status = status_from_lmdb(errno);
    if (status == STATUS_DENIED)
        return error_set(error, status, "no right to %s %s", what, path);
    return error_set(error, status, "cannot %s %s: %s", what, path, strerror(errno));
}

static enum status file_write(const char *path, const char *text, size_t size, struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file < 0)
        return file_failed("write", path, error);
    ssize_t written = write(file, text, size);
    int failed = written == (ssize_t)size ? 0 : written < 0 ? errno : ENOSPC;
    if (failed == 0 && fsync(file) != 0)
        failed = errno;
    close(file);
    if (failed == 0)
        return STATUS_OK;
    unlink(path);
    errno = failed;
    return file_failed("write", path, error);
}

/* A whole file in one rename. */
static enum status file_put(const char *folder, const char *prefix, const char *id, const char *text, size_t size, struct error *error)
{
    char path[FOLDER_PATH_BYTES], hidden[FOLDER_PATH_BYTES], name[96];
    snprintf(name, sizeof name, "%s%s-%d", prefix, id, (int)getpid());
    enum status status = spool_path(folder, prefix, id, path, error);
    if (status == STATUS_OK)
        status = spool_path(folder, "tmp-", name, hidden, error);
    if (status == STATUS_OK)
        status = file_write(hidden, text, size, error);
    if (status != STATUS_OK)
        return status;
    if (rename(hidden, path) == 0)
        return STATUS_OK;
    status = file_failed("rename", hidden, error);
    unlink(hidden);
    return status;
}

/* The file's one line without its end. INVALID: it is longer than any of ours, or no line. */
static enum status file_get(const char *folder, const char *prefix, const char *id, char line[FILE_BYTES_MAX], struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    enum status status = spool_path(folder, prefix, id, path, error);
    if (status != STATUS_OK)
        return status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return errno == ENOENT ? STATUS_NOT_FOUND : file_failed("read", path, error);
    ssize_t size = read(file, line, FILE_BYTES_MAX);
    close(file);
    if (size <= 0 || line[size - 1] != '\n' || memchr(line, '\n', (size_t)size) != line + size - 1 ||
        memchr(line, '\0', (size_t)size) != NULL)
        return error_set(error, STATUS_INVALID, "%s is not of this program", path);
    line[size - 1] = '\0';
    return STATUS_OK;
}

static void id_make(char id[SPOOL_ID_BYTES])
{
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != (ssize_t)sizeof chance)
        chance = (uint32_t)clock_monotonic_ns();
    snprintf(id, SPOOL_ID_BYTES, "%016" PRIx64 "%08" PRIx32 "%08" PRIx32, (uint64_t)clock_wall_us(), (uint32_t)getpid(), chance);
}

static enum status folder_make(const char *folder, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    struct stat facts;
    enum status status = folder_path(folder, "control", path, error);
    if (status != STATUS_OK)
        return status;
    if (stat(path, &facts) != 0)
        return error_set(error, STATUS_NOT_FOUND, "there is no index in %s", folder);
    status = folder_path(folder, "spool", path, error);
    if (status == STATUS_OK && mkdir(path, SPOOL_MODE) != 0 && errno != EEXIST)
        status = file_failed("make the folder", path, error);
    return status;
}

enum status spool_put(const char *folder, const char *name, struct spool_job *job, struct error *error)
{
    char text[FILE_BYTES_MAX];
    enum status status = folder_make(folder, error);
    if (status != STATUS_OK)
        return status;
    *job = (struct spool_job){0};
    id_make(job->id);
    snprintf(job->name, sizeof job->name, "%s", name);
    int size = snprintf(text, sizeof text, "tim-job 1 %s\n", job->name);
    return file_put(folder, "job-", job->id, text, (size_t)size, error);
}

static bool is_id(const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++)
        if (!isxdigit((unsigned char)text[i]))
            return false;
    return size == ID_CHARACTERS;
}

/* The smallest id among the names with this prefix; "" when there is none. */
static enum status oldest_find(const char *folder, char id[SPOOL_ID_BYTES], struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    id[0] = '\0';
    enum status status = folder_path(folder, "spool", path, error);
    if (status != STATUS_OK)
        return status;
    DIR *stream = opendir(path);
    if (stream == NULL)
        return errno == ENOENT ? STATUS_OK : file_failed("read", path, error);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        const char *found = entry->d_name + strlen("job-");
        if (strncmp(entry->d_name, "job-", strlen("job-")) == 0 && is_id(found) && (id[0] == '\0' || strcmp(found, id) < 0))
            memcpy(id, found, SPOOL_ID_BYTES);
    }
    closedir(stream);
    return STATUS_OK;
}

static enum status job_read(const char *folder, struct spool_job *job, struct error *error)
{
    static const char head[] = "tim-job 1 ";
    char line[FILE_BYTES_MAX];
    enum status status = file_get(folder, "job-", job->id, line, error);
    if (status != STATUS_OK)
        return status;
    const char *name = line + strlen(head);
    if (strncmp(line, head, strlen(head)) != 0 || name[0] == '\0' || strlen(name) >= SPOOL_NAME_BYTES)
        return error_set(error, STATUS_INVALID, "job %s is not of this program", job->id);
    snprintf(job->name, sizeof job->name, "%s", name);
    return STATUS_OK;
}

enum status spool_next(const char *folder, struct spool_job *job, struct error *error)
{
    for (;;) {
        *job = (struct spool_job){0};
        struct error why = {0};
        enum status status = oldest_find(folder, job->id, error);
        if (status != STATUS_OK)
            return status;
        if (job->id[0] == '\0')
            return STATUS_NOT_FOUND;
        status = job_read(folder, job, &why);
        if (status == STATUS_OK)
            return STATUS_OK;
        struct spool_state state = {.phase = SPOOL_FAILED};
        snprintf(state.text, sizeof state.text, "%s", why.text);
        /* One that its asker has just taken back has no state to leave. */
        if (status != STATUS_NOT_FOUND)
            status = spool_close(folder, job, &state, error);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
    }
}

enum status spool_state_put(const char *folder, const struct spool_job *job, const struct spool_state *state, struct error *error)
{
    char text[FILE_BYTES_MAX];
    int size = snprintf(text, sizeof text, "tim-state 1 %s %u %" PRIu64 " %" PRIu64 " %s\n", phase_words[state->phase], state->attempts,
                        state->done, state->total, state->text);
    for (int i = 0; i < size - 1; i++)
        if (text[i] == '\n')
            text[i] = ' ';
    return file_put(folder, "state-", job->id, text, (size_t)size, error);
}

static bool number_read(const char **at, uint64_t *out)
{
    char *end = NULL;
    if (!isdigit((unsigned char)**at))
        return false;
    errno = 0;
    *out = strtoull(*at, &end, 10);
    if (errno != 0 || *end != ' ')
        return false;
    *at = end + 1;
    return true;
}

static bool state_parse(const char *line, struct spool_state *state)
{
    static const char head[] = "tim-state 1 ";
    uint64_t attempts = 0;
    if (strncmp(line, head, strlen(head)) != 0)
        return false;
    const char *at = line + strlen(head);
    unsigned phase = SPOOL_RUNNING;
    while (phase <= SPOOL_FAILED &&
           (strncmp(at, phase_words[phase], strlen(phase_words[phase])) != 0 || at[strlen(phase_words[phase])] != ' '))
        phase++;
    if (phase > SPOOL_FAILED)
        return false;
    at += strlen(phase_words[phase]) + 1;
    if (!number_read(&at, &attempts) || attempts > UINT32_MAX || !number_read(&at, &state->done) || !number_read(&at, &state->total))
        return false;
    state->phase = (enum spool_phase)phase;
    state->attempts = (unsigned)attempts;
    snprintf(state->text, sizeof state->text, "%s", at);
    return true;
}

enum status spool_state_get(const char *folder, const struct spool_job *job, struct spool_state *state, struct error *error)
{
    char line[FILE_BYTES_MAX];
    *state = (struct spool_state){.phase = SPOOL_WAITING};
    enum status status = file_get(folder, "state-", job->id, line, error);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (state_parse(line, state))
        return STATUS_OK;
    *state = (struct spool_state){.phase = SPOOL_WAITING};
    return error_set(error, STATUS_INVALID, "the state of job %s does not read", job->id);
}

bool spool_is_open(const char *folder, const struct spool_job *job)
{
    char path[FOLDER_PATH_BYTES];
    return spool_path(folder, "job-", job->id, path, NULL) == STATUS_OK && access(path, F_OK) == 0;
}

static void file_remove(const char *folder, const char *prefix, const char *name)
{
    char path[FOLDER_PATH_BYTES];
    if (spool_path(folder, prefix, name, path, NULL) == STATUS_OK && unlink(path) != 0 && errno != ENOENT)
        log_warn("spool: cannot remove %s: %s", path, strerror(errno));
}

enum status spool_close(const char *folder, const struct spool_job *job, const struct spool_state *state, struct error *error)
{
    enum status status = spool_state_put(folder, job, state, error);
    /* A job whose end could not be told is over all the same: else it would begin again for ever. */
    file_remove(folder, "job-", job->id);
    return status;
}

void spool_forget(const char *folder, const struct spool_job *job)
{
    file_remove(folder, "job-", job->id);
    file_remove(folder, "state-", job->id);
}

static bool is_stale(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && facts.st_mtime < time(NULL) - (time_t)SPOOL_STATE_DAYS * 24 * 3600;
}

void spool_clean(const char *folder)
{
    char path[FOLDER_PATH_BYTES];
    if (folder_path(folder, "spool", path, NULL) != STATUS_OK)
        return;
    DIR *stream = opendir(path);
    for (struct dirent *entry = stream == NULL ? NULL : readdir(stream); entry != NULL; entry = readdir(stream)) {
        bool ours = strncmp(entry->d_name, "tmp-", 4) == 0 || strncmp(entry->d_name, "state-", 6) == 0;
        if (ours && strlen(entry->d_name) < 96 && spool_path(folder, "", entry->d_name, path, NULL) == STATUS_OK && is_stale(path))
            file_remove(folder, "", entry->d_name);
    }
    if (stream != NULL)
        closedir(stream);
}
