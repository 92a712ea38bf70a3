/* The index folder. Byte grammar of control, an environment with the one database "meta":
 *
 *   "format" -> version u32le        of control and of every generation alike
 *   "live"   -> generation u32le     absent while nothing was published
 *   "secret" -> INDEX_SECRET_BYTES random bytes
 *
 * A generation folder above the live one is unfinished work; below it, or a further unfinished one, is rubbish. A folder is renamed before
 * it is removed, so that whoever kills the writer at any moment leaves either a whole generation or one that the next start removes. */
#include "storage/index.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/control.h"
#include "storage/door.h"
#include "storage/generation.h"
#include "storage/shared_env.h"
#include "storage/snapshot.h"

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, OPEN_TRIES = 5 };
static const uint64_t control_map_bytes = UINT64_C(16) << 20;
static const enum database control_databases = DB_META + 1;

/* A generation that this index has open. */
struct generation {
    struct generation *next;
    struct env *env;
    uint32_t number;
    unsigned holders; /* acquires without a release */
    bool removed;     /* its folder goes with the last holder */
};

struct index {
    char *folder;
    bool writes;
    uint64_t map_bytes;
    int lock_file;                 /* -1 for a reader */
    struct env *control;           /* NULL in a writer's index without any generation: the first one brings it */
    struct snapshot *control_view; /* renewed for every look, under the lock */
    pthread_mutex_t lock;
    struct generation *generations;
    uint32_t live; /* as last seen; 0: none */
};

static enum status folder_refused(const char *folder, const struct folder_contents *contents, struct error *error)
{
    return error_set(error, STATUS_MISMATCH, "%s holds other things (%s) and no index; nothing was touched, choose another folder", folder,
                     contents->foreign);
}

/* Generations without a control say nothing about which is live: to make a new control would be to throw one away. */
static enum status control_judge(const char *folder, const struct folder_contents *contents, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    struct stat file = {0};
    enum status status = folder_path(folder, "control/data.mdb", path, error);
    if (status != STATUS_OK || contents->count == 0)
        return status;
    if (stat(path, &file) == 0 && file.st_size > 0)
        return STATUS_OK;
    return error_set(error, STATUS_CORRUPT, "%s is missing or empty; remove the folder %s and build the index again", path, folder);
}

/* Whether the folder is an index, or may become one. */
static enum status folder_judge(const char *folder, enum index_mode mode, struct error *error)
{
    struct folder_contents contents;
    enum status status = folder_contents_read(folder, &contents, error);
    if (status != STATUS_OK)
        return status;
    if (!contents.has_control && contents.has_foreign)
        status = folder_refused(folder, &contents, error);
    else if (!contents.has_control && mode == INDEX_READ)
        status = error_set(error, STATUS_NOT_FOUND, "there is no index in %s; tim build or tim index makes one", folder);
    else if (!contents.exists && mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        status = error_set(error, status_from_lmdb(errno), "cannot make the folder %s: %s", folder, strerror(errno));
    if (status == STATUS_OK)
        status = control_judge(folder, &contents, error);
    folder_contents_release(&contents);
    return status;
}

static enum status writer_lock(struct index *index, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    enum status status = folder_path(index->folder, "writer.lock", path, error);
    if (status != STATUS_OK)
        return status;
    index->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (index->lock_file < 0)
        return error_set(error, status_from_lmdb(errno), "cannot write the index in %s: %s", index->folder, strerror(errno));
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(index->lock_file, F_OFD_SETLK, &whole) == 0)
        return STATUS_OK;
    if (errno == EAGAIN || errno == EACCES)
        return error_set(error, STATUS_BUSY, "another tim writes the index in %s; there can be one writer only", index->folder);
    return error_set(error, STATUS_IO, "cannot lock %s: %s", path, strerror(errno));
}

/* A reader needs it; a writer that is refused before it made anything leaves none behind. */
static bool control_wanted(const struct index *index)
{
    char path[FOLDER_PATH_BYTES];
    struct stat folder = {0};
    struct error too_long = {0};
    return !index->writes || (folder_path(index->folder, "control", path, &too_long) == STATUS_OK && stat(path, &folder) == 0);
}

/* What "secret" is: made once, by the first writer that finds none. */
static enum status secret_make(struct index *index, struct error *error)
{
    unsigned char secret[INDEX_SECRET_BYTES];
    enum status status = control_get(index->control_view, index->folder, "secret", secret, sizeof secret, error);
    if (status != STATUS_NOT_FOUND)
        return status;
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        return error_set(error, STATUS_IO, "the system gives no random bytes: %s", strerror(errno));
    return control_put(index->control, index->folder, "secret", secret, sizeof secret, error);
}

enum status index_secret(struct index *index, unsigned char out[INDEX_SECRET_BYTES], struct error *error)
{
    enum status status = STATUS_NOT_FOUND;
    pthread_mutex_lock(&index->lock);
    if (index->control != NULL)
        status = control_get(index->control_view, index->folder, "secret", out, INDEX_SECRET_BYTES, error);
    pthread_mutex_unlock(&index->lock);
    return status == STATUS_NOT_FOUND ? error_set(error, status, "the index in %s has no secret yet", index->folder) : status;
}

static enum status control_open(struct index *index, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    struct env_options options = {.mode = index->writes ? ENV_CREATE : ENV_READ, .map_bytes = control_map_bytes};
    enum status status = folder_path(index->folder, "control", path, error);
    if (status == STATUS_OK)
        status = shared_env_open(path, &options, control_databases, &index->control, error);
    if (status == STATUS_OK)
        status = snapshot_open(index->control, &index->control_view, error);
    if (status != STATUS_OK)
        return status;
    snapshot_reset(index->control_view);
    if (!index->writes)
        return STATUS_OK;
    (void)env_check_readers(index->control);
    status = secret_make(index, error);
    return status == STATUS_OK ? folder_sync(path, error) : status;
}

/* The live generation's number, 0 when none. */
static enum status live_read(struct index *index, uint32_t *live, struct error *error)
{
    *live = 0;
    if (index->control == NULL)
        return STATUS_OK;
    enum status status = control_get(index->control_view, index->folder, "live", live, sizeof *live, error);
    if (status == STATUS_OK && *live == 0)
        return error_set(error, STATUS_CORRUPT, "cannot read %s/control: it says that generation 0 is live", index->folder);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Removes what no one will ask for: generations below the live one, and all unfinished ones but the newest. */
static enum status rubbish_remove(struct index *index, struct error *error)
{
    struct folder_contents contents;
    uint32_t live = 0;
    enum status status = live_read(index, &live, error);
    if (status == STATUS_OK)
        status = generation_remove_leftovers(index->folder, error);
    if (status != STATUS_OK)
        return status;
    status = folder_contents_read(index->folder, &contents, error);
    for (uint32_t i = 0; status == STATUS_OK && i < contents.count; i++)
        if (contents.numbers[i] != live && (contents.numbers[i] < live || i + 1 < contents.count))
            status = generation_remove(index->folder, contents.numbers[i], error);
    folder_contents_release(&contents);
    return status;
}

enum status index_open(const char *folder, enum index_mode mode, uint64_t map_bytes, struct index **out, struct error *error)
{
    enum status status = folder_judge(folder, mode, error);
    if (status != STATUS_OK)
        return status;
    struct index *index = memory_calloc(1, sizeof *index);
    index->folder = memory_copy(folder, strlen(folder));
    index->writes = mode == INDEX_WRITE;
    index->map_bytes = map_bytes;
    index->lock_file = -1;
    pthread_mutex_init(&index->lock, NULL);
    if (index->writes)
        status = writer_lock(index, error);
    if (status == STATUS_OK && control_wanted(index))
        status = control_open(index, error);
    if (status == STATUS_OK && index->writes)
        status = rubbish_remove(index, error);
    if (status != STATUS_OK) {
        index_close(index);
        return status;
    }
    *out = index;
    return STATUS_OK;
}

const char *index_folder(const struct index *index)
{
    return index->folder;
}

static struct generation **generation_link(struct index *index, const struct generation *generation)
{
    struct generation **link = &index->generations;
    while (*link != generation)
        link = &(*link)->next;
    return link;
}

/* Closes a generation that nobody holds, and removes its folder when it is meant to go. */
static enum status generation_close(struct index *index, struct generation *generation, struct error *error)
{
    assert(generation->holders == 0);
    *generation_link(index, generation) = generation->next;
    shared_env_close(generation->env);
    enum status status = generation->removed ? generation_remove(index->folder, generation->number, error) : STATUS_OK;
    free(generation);
    return status;
}

void index_close(struct index *index)
{
    if (index == NULL)
        return;
    struct error error = {0};
    while (index->generations != NULL) {
        assert(index->generations->holders == 0);
        if (generation_close(index, index->generations, &error) != STATUS_OK)
            log_warn("index: %s", error.text);
    }
    if (index->control_view != NULL)
        snapshot_close(index->control_view);
    if (index->control != NULL)
        shared_env_close(index->control);
    if (index->lock_file >= 0)
        close(index->lock_file);
    pthread_mutex_destroy(&index->lock);
    free(index->folder);
    free(index);
}

static struct generation *generation_find(struct index *index, uint32_t number)
{
    struct generation *generation = index->generations;
    while (generation != NULL && generation->number != number)
        generation = generation->next;
    return generation;
}

/* Opens a generation that this index does not have open. */
static enum status generation_open(struct index *index, uint32_t number, enum env_mode mode, struct generation **out, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    struct env *env = NULL;
    struct env_options options = {.mode = mode, .map_bytes = index->map_bytes};
    enum status status = generation_path(index->folder, number, path, error);
    if (status == STATUS_OK)
        status = shared_env_open(path, &options, DB_COUNT, &env, error);
    if (status != STATUS_OK)
        return status;
    struct generation *generation = memory_calloc(1, sizeof *generation);
    *generation = (struct generation){.next = index->generations, .env = env, .number = number};
    index->generations = generation;
    *out = generation;
    return STATUS_OK;
}

/* The generation seen as live stays open between acquires; when another takes its place, it goes once nobody holds it. */
static enum status live_move(struct index *index, uint32_t live, struct error *error)
{
    struct generation *old = generation_find(index, index->live), *new = generation_find(index, live);
    enum status status = STATUS_OK;
    if (new == NULL)
        status = generation_open(index, live, index->writes ? ENV_WRITE : ENV_READ, &new, error);
    if (status != STATUS_OK)
        return status;
    index->live = live;
    if (old == NULL)
        return STATUS_OK;
    old->removed = index->writes;
    return old->holders == 0 ? generation_close(index, old, error) : STATUS_OK;
}

/* A reader may find the live generation gone when it was replaced between the look at control and the opening: it looks again. */
static enum status live_refresh(struct index *index, struct error *error)
{
    enum status status = STATUS_OK;
    uint32_t last = 0;
    for (unsigned tries = 0; tries < OPEN_TRIES; tries++) {
        uint32_t live = 0;
        enum status read = live_read(index, &live, error);
        if (read != STATUS_OK)
            return read;
        if (live == 0)
            return error_set(error, STATUS_NOT_FOUND, "the index in %s is not built yet", index->folder);
        if (live == index->live)
            return STATUS_OK;
        if (tries > 0 && live == last)
            return status;
        status = live_move(index, live, error);
        if (status == STATUS_OK)
            return STATUS_OK;
        last = live;
    }
    return status;
}

enum status index_acquire(struct index *index, struct env **env, uint32_t *generation, struct error *error)
{
    pthread_mutex_lock(&index->lock);
    enum status status = live_refresh(index, error);
    if (status == STATUS_OK) {
        struct generation *live = generation_find(index, index->live);
        assert(live != NULL);
        live->holders++;
        *env = live->env;
        *generation = live->number;
    }
    pthread_mutex_unlock(&index->lock);
    return status;
}

static struct generation *generation_of(struct index *index, const struct env *env)
{
    struct generation *generation = index->generations;
    while (generation != NULL && generation->env != env)
        generation = generation->next;
    assert(generation != NULL);
    return generation;
}

void index_release(struct index *index, struct env *env)
{
    struct error error = {0};
    pthread_mutex_lock(&index->lock);
    struct generation *generation = generation_of(index, env);
    assert(generation->holders > 0);
    generation->holders--;
    if (generation->holders == 0 && generation->number != index->live && generation_close(index, generation, &error) != STATUS_OK)
        log_warn("index: %s", error.text);
    pthread_mutex_unlock(&index->lock);
}

static enum status generation_make(struct index *index, struct generation **out, struct error *error)
{
    struct folder_contents contents;
    uint32_t live = 0;
    enum status status = index->control == NULL ? control_open(index, error) : STATUS_OK;
    if (status == STATUS_OK)
        status = live_read(index, &live, error);
    if (status == STATUS_OK)
        status = folder_contents_read(index->folder, &contents, error);
    if (status != STATUS_OK)
        return status;
    uint32_t last = contents.count > 0 && contents.numbers[contents.count - 1] > live ? contents.numbers[contents.count - 1] : live;
    folder_contents_release(&contents);
    if (last == UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the index in %s has had every generation number", index->folder);
    status = generation_open(index, last + 1, ENV_CREATE, out, error);
    struct error late = {0};
    if (status != STATUS_OK && generation_remove(index->folder, last + 1, &late) != STATUS_OK && late.status != STATUS_NOT_FOUND)
        log_warn("index: %s", late.text);
    return status;
}

enum status index_create_generation(struct index *index, struct env **env, uint32_t *generation, struct error *error)
{
    struct generation *made = NULL;
    assert(index->writes);
    pthread_mutex_lock(&index->lock);
    enum status status = generation_make(index, &made, error);
    if (status == STATUS_OK) {
        assert(made != NULL);
        made->holders = 1;
        *env = made->env;
        *generation = made->number;
    }
    pthread_mutex_unlock(&index->lock);
    return status;
}

/* A folder that an earlier process did not even finish making cannot be continued: it goes. */
static enum status unfinished_open(struct index *index, uint32_t number, struct generation **out, struct error *error)
{
    enum status status = generation_open(index, number, ENV_WRITE, out, error);
    if (status != STATUS_NOT_FOUND && status != STATUS_CORRUPT && status != STATUS_MISMATCH)
        return status;
    status = generation_remove(index->folder, number, error);
    return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

enum status index_unfinished_generation(struct index *index, struct env **env, uint32_t *generation, struct error *error)
{
    struct folder_contents contents;
    struct generation *found = NULL;
    uint32_t live = 0, last = 0;
    assert(index->writes);
    pthread_mutex_lock(&index->lock);
    enum status status = live_read(index, &live, error);
    if (status == STATUS_OK)
        status = folder_contents_read(index->folder, &contents, error);
    if (status == STATUS_OK) {
        last = contents.count == 0 ? 0 : contents.numbers[contents.count - 1];
        folder_contents_release(&contents);
        status = last > live && generation_find(index, last) == NULL ? unfinished_open(index, last, &found, error) : STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK) {
        found->holders = 1;
        *env = found->env;
        *generation = last;
    }
    pthread_mutex_unlock(&index->lock);
    return status == STATUS_NOT_FOUND ? error_set(error, status, "no unfinished generation in %s", index->folder) : status;
}

enum status index_publish_generation(struct index *index, uint32_t generation, struct error *error)
{
    char path[FOLDER_PATH_BYTES];
    assert(index->writes);
    pthread_mutex_lock(&index->lock);
    assert(generation_find(index, generation) != NULL);
    enum status status = generation_path(index->folder, generation, path, error);
    /* LMDB syncs what is in its files, not that they are in their folders. */
    if (status == STATUS_OK)
        status = folder_sync(path, error);
    if (status == STATUS_OK)
        status = folder_sync(index->folder, error);
    uint32_t before = 0;
    if (status == STATUS_OK)
        status = live_read(index, &before, error);
    if (status == STATUS_OK)
        status = control_put(index->control, index->folder, "live", &generation, sizeof generation, error);
    if (status == STATUS_OK)
        status = live_move(index, generation, error);
    if (status == STATUS_OK && before != 0 && before != generation && generation_find(index, before) == NULL)
        status = generation_remove(index->folder, before, error);
    pthread_mutex_unlock(&index->lock);
    return status;
}

enum status index_drop_generation(struct index *index, struct env *env, uint32_t generation, struct error *error)
{
    uint32_t live = 0;
    assert(index->writes);
    pthread_mutex_lock(&index->lock);
    struct generation *dropped = generation_of(index, env);
    assert(dropped->number == generation && dropped->holders > 0);
    enum status status = live_read(index, &live, error);
    if (status == STATUS_OK) {
        assert(live != generation);
        dropped->removed = true;
        dropped->holders--;
        if (dropped->holders == 0)
            status = generation_close(index, dropped, error);
    }
    pthread_mutex_unlock(&index->lock);
    return status;
}
