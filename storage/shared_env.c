/* The environments that this process has open, by device and inode of their folders. */
#include "storage/shared_env.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>

struct shared_env {
    struct shared_env *next;
    struct env *env;
    dev_t device;
    ino_t inode; /* of the folder */
    unsigned holders;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared_env *all; /* of this process, under the lock */

static struct shared_env *found_by_folder(const char *folder)
{
    struct stat file = {0};
    if (stat(folder, &file) != 0)
        return NULL;
    struct shared_env *shared = all;
    while (shared != NULL && (shared->device != file.st_dev || shared->inode != file.st_ino))
        shared = shared->next;
    return shared;
}

static enum status opened_anew(const char *folder, const struct env_options *options, enum database count, struct env **out,
                               struct error *error)
{
    struct stat file = {0};
    enum status status = env_open_databases(folder, options, count, out, error);
    if (status != STATUS_OK)
        return status;
    if (stat(folder, &file) != 0) {
        env_close(*out);
        return error_set(error, STATUS_IO, "%s went away while it was opened", folder);
    }
    struct shared_env *shared = memory_calloc(1, sizeof *shared);
    *shared = (struct shared_env){.next = all, .env = *out, .device = file.st_dev, .inode = file.st_ino, .holders = 1};
    all = shared;
    return STATUS_OK;
}

enum status shared_env_open(const char *folder, const struct env_options *options, enum database count, struct env **out,
                            struct error *error)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&lock);
    struct shared_env *shared = found_by_folder(folder);
    if (shared == NULL) {
        status = opened_anew(folder, options, count, out, error);
    } else if (options->mode != ENV_READ && !shared->env->writable) {
        status = error_set(error, STATUS_BUSY, "this process has %s open for reading already; open it for writing first", folder);
    } else {
        shared->holders++;
        *out = shared->env;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void shared_env_close(struct env *env)
{
    pthread_mutex_lock(&lock);
    struct shared_env **link = &all;
    while (*link != NULL && (*link)->env != env)
        link = &(*link)->next;
    struct shared_env *shared = *link;
    assert(shared != NULL && shared->holders > 0);
    shared->holders--;
    if (shared->holders == 0) {
        *link = shared->next;
        env_close(shared->env);
        free(shared);
    }
    pthread_mutex_unlock(&lock);
}
