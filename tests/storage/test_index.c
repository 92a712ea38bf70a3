/* The index folder: what is refused and left alone, one writer, generations made, published, dropped and removed, and a writer killed at
 * any moment of all that. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/index.h"
#include "storage/meta.h"
#include "storage/mirror.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"

struct folder {
    char path[64];
};

static void folder_make(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/tim-index-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static void tree_remove(const char *path)
{
    DIR *stream = opendir(path);
    if (stream != NULL) {
        for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
            char inner[512];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(inner, sizeof inner, "%.200s/%s", path, entry->d_name);
            if (unlink(inner) != 0)
                tree_remove(inner);
        }
        closedir(stream);
    }
    rmdir(path);
}

static unsigned names_count(const char *path, const char *prefix)
{
    unsigned count = 0;
    DIR *stream = opendir(path);
    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream))
        count += entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(stream);
    return count;
}

static void file_make(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("mine", file);
    fclose(file);
}

static struct index *opened(const char *folder, enum index_mode mode)
{
    struct error error = {0};
    struct index *index = NULL;
    if (index_open(folder, mode, 1 << 30, &index, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return index;
}

static void refused(const char *folder, enum index_mode mode, enum status wanted)
{
    struct error error = {0};
    struct index *index = NULL;
    assert_int_equal(index_open(folder, mode, 1 << 30, &index, &error), wanted);
    assert_null(index);
    assert_int_equal(error.status, wanted);
    assert_non_null(strstr(error.text, folder));
}

static void value_write(struct env *env, unsigned char value)
{
    struct error error = {0};
    struct batch *batch = NULL;
    assert_int_equal(batch_begin(env, &batch, &error), STATUS_OK);
    assert_int_equal(door_put(batch, DB_HIT, "value", 5, &value, 1), STATUS_OK);
    assert_int_equal(batch_commit(batch, &error), STATUS_OK);
}

static unsigned char value_read(struct env *env)
{
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    struct bytes payload = {0};
    assert_int_equal(snapshot_open(env, &snapshot, &error), STATUS_OK);
    assert_int_equal(door_get(snapshot, DB_HIT, "value", 5, &payload), STATUS_OK);
    unsigned char value = (unsigned char)payload.data[0];
    snapshot_close(snapshot);
    return value;
}

static void foreign_folders(void **state)
{
    (void)state;
    struct folder folder;
    char path[128];
    folder_make(&folder);
    snprintf(path, sizeof path, "%s/none", folder.path);
    refused(path, INDEX_READ, STATUS_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    refused(folder.path, INDEX_READ, STATUS_NOT_FOUND);
    assert_int_equal(names_count(folder.path, ""), 0);
    file_make(folder.path, "letter.txt");
    refused(folder.path, INDEX_READ, STATUS_MISMATCH);
    refused(folder.path, INDEX_WRITE, STATUS_MISMATCH);
    assert_int_equal(names_count(folder.path, ""), 1);
    snprintf(path, sizeof path, "%s/letter.txt", folder.path);
    refused(path, INDEX_READ, STATUS_MISMATCH);
    refused(path, INDEX_WRITE, STATUS_MISMATCH);
    snprintf(path, sizeof path, "%s/a/b", folder.path);
    refused(path, INDEX_WRITE, STATUS_NOT_FOUND);
    tree_remove(folder.path);
}

/* A writer that made nothing leaves nothing that a reader would take for an index; the first generation brings control. */
static void damaged_control(void **state)
{
    (void)state;
    struct folder folder;
    char path[128];
    struct error error = {0};
    struct env *env = NULL;
    uint32_t number = 0;
    folder_make(&folder);
    index_close(opened(folder.path, INDEX_WRITE));
    assert_int_equal(names_count(folder.path, ""), 1);
    refused(folder.path, INDEX_READ, STATUS_NOT_FOUND);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
    assert_int_equal(index_drop_generation(writer, env, number, &error), STATUS_OK);
    index_close(writer);
    snprintf(path, sizeof path, "%s/control", folder.path);
    file_make(path, "data.mdb");
    refused(folder.path, INDEX_READ, STATUS_MISMATCH);
    refused(folder.path, INDEX_WRITE, STATUS_MISMATCH);
    snprintf(path, sizeof path, "%s/control/data.mdb", folder.path);
    assert_int_equal(truncate(path, 0), 0);
    refused(folder.path, INDEX_READ, STATUS_CORRUPT);
    /* With generations beside it, nobody may begin anew: the next writer would remove them. */
    snprintf(path, sizeof path, "%s/gen-00000001", folder.path);
    assert_int_equal(mkdir(path, 0750), 0);
    refused(folder.path, INDEX_WRITE, STATUS_CORRUPT);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    tree_remove(folder.path);
}

static void one_writer(void **state)
{
    (void)state;
    struct folder folder;
    folder_make(&folder);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    refused(folder.path, INDEX_WRITE, STATUS_BUSY);
    pid_t child = fork();
    if (child == 0) {
        struct error error = {0};
        struct index *index = NULL;
        _exit(index_open(folder.path, INDEX_WRITE, 0, &index, &error) == STATUS_BUSY ? 7 : 1);
    }
    int gone = 0;
    assert_int_equal(waitpid(child, &gone, 0), child);
    assert_int_equal(WEXITSTATUS(gone), 7);
    index_close(writer);
    index_close(opened(folder.path, INDEX_WRITE));
    tree_remove(folder.path);
}

static void life_of_generations(void **state)
{
    (void)state;
    struct folder folder;
    struct error error = {0};
    struct env *first = NULL, *second = NULL, *held = NULL, *again = NULL;
    uint32_t number = 0;
    folder_make(&folder);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    refused(folder.path, INDEX_READ, STATUS_NOT_FOUND);
    assert_int_equal(index_unfinished_generation(writer, &first, &number, &error), STATUS_NOT_FOUND);
    assert_int_equal(index_create_generation(writer, &first, &number, &error), STATUS_OK);
    assert_int_equal(number, 1);
    struct index *reader = opened(folder.path, INDEX_READ);
    value_write(first, 1);
    assert_int_equal(index_acquire(reader, &held, &number, &error), STATUS_NOT_FOUND);
    assert_int_equal(index_publish_generation(writer, 1, &error), STATUS_OK);
    assert_int_equal(index_acquire(reader, &held, &number, &error), STATUS_OK);
    assert_int_equal(number, 1);
    assert_int_equal(value_read(held), 1);
    assert_int_equal(index_create_generation(writer, &second, &number, &error), STATUS_OK);
    assert_int_equal(number, 2);
    value_write(second, 2);
    assert_int_equal(names_count(folder.path, "gen-"), 2);
    assert_int_equal(index_publish_generation(writer, 2, &error), STATUS_OK);
    /* The old one stays while the writer holds it, then goes; whoever reads it still can. */
    assert_int_equal(names_count(folder.path, "gen-"), 2);
    index_release(writer, first);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    assert_int_equal(names_count(folder.path, "old-"), 0);
    assert_int_equal(value_read(held), 1);
    assert_int_equal(index_acquire(reader, &again, &number, &error), STATUS_OK);
    assert_int_equal(number, 2);
    assert_int_equal(value_read(again), 2);
    assert_int_equal(value_read(held), 1);
    index_release(reader, held);
    index_release(reader, again);
    /* One that is dropped leaves nothing; its number may come again. */
    assert_int_equal(index_create_generation(writer, &first, &number, &error), STATUS_OK);
    assert_int_equal(number, 3);
    assert_int_equal(index_drop_generation(writer, first, 3, &error), STATUS_OK);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    /* One that is left unfinished is found by the next writer. */
    assert_int_equal(index_create_generation(writer, &first, &number, &error), STATUS_OK);
    value_write(first, 3);
    index_release(writer, first);
    index_release(writer, second);
    index_close(writer);
    writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_unfinished_generation(writer, &first, &number, &error), STATUS_OK);
    assert_int_equal(number, 3);
    assert_int_equal(value_read(first), 3);
    assert_int_equal(index_publish_generation(writer, 3, &error), STATUS_OK);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    assert_int_equal(index_unfinished_generation(writer, &second, &number, &error), STATUS_NOT_FOUND);
    index_release(writer, first);
    index_close(writer);
    assert_int_equal(index_acquire(reader, &held, &number, &error), STATUS_OK);
    assert_int_equal(number, 3);
    index_release(reader, held);
    index_close(reader);
    tree_remove(folder.path);
}

static void rubbish(void **state)
{
    (void)state;
    static const char *const made[] = {"gen-00000001", "gen-00000004", "gen-00000007", "gen-00000009", "old-00000003"};
    struct folder folder;
    struct error error = {0};
    struct env *env = NULL;
    uint32_t number = 0;
    char path[128];
    folder_make(&folder);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
    index_release(writer, env);
    index_close(writer);
    snprintf(path, sizeof path, "%s/gen-00000001", folder.path);
    tree_remove(path);
    for (unsigned i = 0; i < sizeof made / sizeof made[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder.path, made[i]);
        assert_int_equal(mkdir(path, 0750), 0);
        if (i % 2 == 0)
            file_make(path, "data.mdb");
    }
    writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    assert_int_equal(names_count(folder.path, "old-"), 0);
    /* The newest cannot be opened: it goes as well, and work begins anew. */
    assert_int_equal(index_unfinished_generation(writer, &env, &number, &error), STATUS_NOT_FOUND);
    assert_int_equal(names_count(folder.path, "gen-"), 0);
    assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
    assert_int_equal(number, 1);
    index_release(writer, env);
    index_close(writer);
    tree_remove(folder.path);
}

struct acquiring {
    struct index *reader;
    atomic_bool stop;
    atomic_uint failures, acquires;
};

static void *acquire_loop(void *context)
{
    struct acquiring *acquiring = context;
    while (!atomic_load(&acquiring->stop)) {
        struct error error = {0};
        struct env *env = NULL;
        struct snapshot *snapshot = NULL;
        struct bytes payload = {0};
        uint32_t number = 0;
        bool fine = index_acquire(acquiring->reader, &env, &number, &error) == STATUS_OK;
        if (fine) {
            fine = snapshot_open(env, &snapshot, &error) == STATUS_OK && door_get(snapshot, DB_HIT, "value", 5, &payload) == STATUS_OK &&
                   (unsigned char)payload.data[0] == (unsigned char)number;
            snapshot_close(snapshot);
            index_release(acquiring->reader, env);
        }
        atomic_fetch_add(&acquiring->acquires, 1);
        if (!fine)
            atomic_fetch_add(&acquiring->failures, 1);
    }
    return NULL;
}

/* Readers of this process and of another go on while generations are swapped under them: no acquire fails. */
static void swapped_under_readers(void **state)
{
    (void)state;
    enum { THREADS = 3, SWAPS = 25 };
    struct folder folder;
    struct error error = {0};
    struct env *env = NULL, *before = NULL;
    uint32_t number = 0;
    pthread_t threads[THREADS];
    int gone = 0;
    folder_make(&folder);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_create_generation(writer, &before, &number, &error), STATUS_OK);
    value_write(before, (unsigned char)number);
    assert_int_equal(index_publish_generation(writer, number, &error), STATUS_OK);
    index_release(writer, before);
    index_close(writer);
    pid_t child = fork();
    if (child == 0) {
        struct acquiring other = {.reader = NULL};
        if (index_open(folder.path, INDEX_READ, 1 << 30, &other.reader, &error) != STATUS_OK)
            _exit(1);
        pthread_t thread;
        pthread_create(&thread, NULL, acquire_loop, &other);
        usleep(1200000);
        atomic_store(&other.stop, true);
        pthread_join(thread, NULL);
        _exit(atomic_load(&other.failures) == 0 && atomic_load(&other.acquires) > 100 ? 0 : 2);
    }
    writer = opened(folder.path, INDEX_WRITE);
    struct acquiring acquiring = {.reader = opened(folder.path, INDEX_READ)};
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, acquire_loop, &acquiring), 0);
    for (unsigned swap = 0; swap < SWAPS; swap++) {
        assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
        value_write(env, (unsigned char)number);
        assert_int_equal(index_publish_generation(writer, number, &error), STATUS_OK);
        index_release(writer, env);
        usleep(20000);
    }
    atomic_store(&acquiring.stop, true);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&acquiring.failures), 0);
    assert_true(atomic_load(&acquiring.acquires) > 100);
    assert_int_equal(waitpid(child, &gone, 0), child);
    assert_int_equal(gone, 0);
    index_close(acquiring.reader);
    index_close(writer);
    assert_int_equal(names_count(folder.path, "gen-"), 1);
    tree_remove(folder.path);
}

/* One document of the killed writer: its words and how often each was rewritten follow from the commit's number. */
static void document_write(struct batch *batch, uint32_t document, uint32_t commit, struct arena *arena)
{
    char words[24][16], id[16];
    struct forward_entry entries[25] = {{.class = TERM_LIVE, .impact = 1}};
    struct forward_list list = {.entries = entries, .count = 1};
    uint64_t random = document * UINT64_C(1000003) + commit;
    uint32_t changed = 0;
    for (unsigned i = 0; i < 24; i++) {
        int size = snprintf(words[i], sizeof words[i], "w%u", random_below(&random, 400));
        entries[list.count++] =
            (struct forward_entry){.class = TERM_CORE, .bytes = words[i], .size = (uint8_t)size, .impact = (uint8_t)(1 + commit % 200)};
    }
    forward_sort(&list);
    snprintf(id, sizeof id, "p%u", document);
    struct bytes hit = {.data = words[0], .size = sizeof words[0]};
    if (forward_replace(batch, document, &list, arena, &changed) != STATUS_OK || document_put(batch, bytes_of(id), document) != STATUS_OK ||
        fragment_put(batch, document, hit) != STATUS_OK)
        _exit(3);
}

/* Commits without end; each acknowledged through the pipe once it is durable. */
static void commit_forever(const char *folder, int acknowledge)
{
    enum { KILLED_DOCUMENTS = 300 };
    struct error error = {0};
    struct index *index = NULL;
    struct env *env = NULL;
    struct arena arena;
    uint32_t number = 0;
    uint64_t random = (uint64_t)getpid();
    arena_init(&arena, 16 << 20);
    if (index_open(folder, INDEX_WRITE, 1 << 30, &index, &error) != STATUS_OK || index_acquire(index, &env, &number, &error) != STATUS_OK)
        _exit(2);
    for (;;) {
        struct batch *batch = NULL;
        uint32_t commit = 0, limit = 0, first = 0;
        uint64_t stored = 0;
        if (batch_begin(env, &batch, &error) != STATUS_OK || snapshot_document_limit(batch_snapshot(batch), &limit) != STATUS_OK)
            _exit(2);
        if (limit == 0 && batch_take(batch, COUNTER_DOCUMENT, KILLED_DOCUMENTS, &first) != STATUS_OK)
            _exit(2);
        for (uint32_t document = 0; limit == 0 && document < KILLED_DOCUMENTS; document++)
            document_write(batch, document, 0, &arena);
        if (fingerprint_get(batch_snapshot(batch), &stored) == STATUS_OK)
            commit = (uint32_t)stored + 1;
        if (fingerprint_put(batch, commit) != STATUS_OK)
            _exit(2);
        for (unsigned i = 0; i < 20; i++)
            document_write(batch, random_below(&random, KILLED_DOCUMENTS), commit, &arena);
        if (batch_commit(batch, &error) != STATUS_OK || write(acknowledge, &commit, sizeof commit) != sizeof commit)
            _exit(2);
        arena_reset(&arena);
    }
}

/* Rounds of killing: on a machine too busy for the child to get anywhere in this many, further ones follow that let it live longer. */
enum { KILLS = 40, KILLS_MAX = 400 };

/* Kills the child after a random time; returns the last number it acknowledged, or `none`. */
static uint32_t run_and_kill(const char *folder, void (*child_main)(const char *, int), unsigned round, uint64_t *random, uint32_t none)
{
    int pipe_ends[2], gone = 0;
    uint32_t acknowledged = none, next = 0;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(pipe_ends[0]);
        child_main(folder, pipe_ends[1]);
        _exit(0);
    }
    close(pipe_ends[1]);
    usleep(3000 + random_below(random, 70000 * (1 + round / KILLS)));
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(pipe_ends[0], &next, sizeof next) == sizeof next)
        acknowledged = next;
    close(pipe_ends[0]);
    assert_int_equal(waitpid(child, &gone, 0), child);
    assert_true(WIFSIGNALED(gone)); /* else it gave up by itself */
    return acknowledged;
}

static void report_fault(void *context, const char *sentence)
{
    (void)context;
    print_error("fault: %s\n", sentence);
}

static void killed_in_commits(void **state)
{
    (void)state;
    struct folder folder;
    struct error error = {0};
    struct env *env = NULL;
    uint32_t number = 0;
    uint64_t random = seed_take(), last = 0;
    folder_make(&folder);
    struct index *index = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_create_generation(index, &env, &number, &error), STATUS_OK);
    assert_int_equal(index_publish_generation(index, number, &error), STATUS_OK);
    index_release(index, env);
    index_close(index);
    for (unsigned round = 0; round < KILLS || (last <= 10 && round < KILLS_MAX); round++) {
        uint32_t acknowledged = run_and_kill(folder.path, commit_forever, round, &random, (uint32_t)last);
        struct verify_counts counts = {0};
        struct snapshot *snapshot = NULL;
        uint64_t stored = 0;
        index = opened(folder.path, INDEX_READ);
        assert_int_equal(index_acquire(index, &env, &number, &error), STATUS_OK);
        assert_int_equal(snapshot_open(env, &snapshot, &error), STATUS_OK);
        if (fingerprint_get(snapshot, &stored) == STATUS_OK) {
            assert_true(stored >= acknowledged && stored <= acknowledged + 1U);
            last = stored;
        }
        assert_int_equal(verify_run(snapshot, NULL, 0, report_fault, NULL, &counts), STATUS_OK);
        assert_int_equal(counts.faults, 0);
        snapshot_close(snapshot);
        index_release(index, env);
        index_close(index);
    }
    assert_true(last > 10);
    tree_remove(folder.path);
}

/* Makes, fills, publishes, drops and leaves generations without end. */
static void swap_forever(const char *folder, int acknowledge)
{
    struct error error = {0};
    struct index *index = NULL;
    uint64_t random = (uint64_t)getpid();
    for (;;) {
        struct env *env = NULL;
        uint32_t number = 0;
        if (index_open(folder, INDEX_WRITE, 1 << 30, &index, &error) != STATUS_OK)
            _exit(2);
        enum status status = index_unfinished_generation(index, &env, &number, &error);
        if (status == STATUS_NOT_FOUND)
            status = index_create_generation(index, &env, &number, &error);
        if (status != STATUS_OK)
            _exit(2);
        value_write(env, (unsigned char)number);
        switch (random_below(&random, 4)) {
        case 0:
            if (index_drop_generation(index, env, number, &error) != STATUS_OK)
                _exit(2);
            break;
        case 1:
            index_release(index, env);
            break;
        default:
            if (index_publish_generation(index, number, &error) != STATUS_OK || write(acknowledge, &number, sizeof number) != sizeof number)
                _exit(2);
            index_release(index, env);
        }
        index_close(index);
    }
}

static void killed_in_swaps(void **state)
{
    (void)state;
    struct folder folder;
    struct error error = {0};
    uint64_t random = seed_take();
    uint32_t live = 0;
    folder_make(&folder);
    for (unsigned round = 0; round < KILLS || (live <= 5 && round < KILLS_MAX); round++) {
        struct env *env = NULL;
        uint32_t number = 0, acknowledged = run_and_kill(folder.path, swap_forever, round, &random, live);
        if (access(folder.path, F_OK) != 0)
            continue;
        struct index *index = opened(folder.path, INDEX_WRITE);
        enum status status = index_acquire(index, &env, &number, &error);
        assert_int_equal(status, acknowledged == 0 && status != STATUS_OK ? STATUS_NOT_FOUND : STATUS_OK);
        if (status == STATUS_OK) {
            assert_true(number >= acknowledged && number <= acknowledged + 1);
            assert_int_equal(value_read(env), (unsigned char)number);
            live = number;
            index_release(index, env);
        }
        assert_true(names_count(folder.path, "gen-") <= 2);
        assert_int_equal(names_count(folder.path, "old-"), 0);
        index_close(index);
    }
    assert_true(live > 5);
    tree_remove(folder.path);
}

/* One for all generations and all who open the index, another for another index; an index without gets one from its next writer. */
static void secrets(void **state)
{
    (void)state;
    struct folder folder, other;
    struct error error = {0};
    struct env *env = NULL;
    uint32_t number = 0;
    unsigned char first[INDEX_SECRET_BYTES], again[INDEX_SECRET_BYTES];
    folder_make(&folder);
    folder_make(&other);
    struct index *writer = opened(folder.path, INDEX_WRITE);
    assert_int_equal(index_secret(writer, first, &error), STATUS_NOT_FOUND);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
        assert_int_equal(index_publish_generation(writer, number, &error), STATUS_OK);
        index_release(writer, env);
        assert_int_equal(index_secret(writer, i == 0 ? first : again, &error), STATUS_OK);
    }
    assert_memory_equal(first, again, sizeof first);
    index_close(writer);
    index_close(opened(folder.path, INDEX_WRITE));
    struct index *reader = opened(folder.path, INDEX_READ);
    assert_int_equal(index_secret(reader, again, &error), STATUS_OK);
    assert_memory_equal(first, again, sizeof first);
    index_close(reader);
    writer = opened(other.path, INDEX_WRITE);
    assert_int_equal(index_create_generation(writer, &env, &number, &error), STATUS_OK);
    assert_int_equal(index_secret(writer, again, &error), STATUS_OK);
    assert_memory_not_equal(first, again, sizeof first);
    assert_int_equal(index_drop_generation(writer, env, number, &error), STATUS_OK);
    index_close(writer);
    tree_remove(folder.path);
    tree_remove(other.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_folders),     cmocka_unit_test(damaged_control), cmocka_unit_test(one_writer),
        cmocka_unit_test(life_of_generations), cmocka_unit_test(rubbish),         cmocka_unit_test(swapped_under_readers),
        cmocka_unit_test(killed_in_commits),   cmocka_unit_test(killed_in_swaps), cmocka_unit_test(secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
