/* A reader beside the writer, each in a process of its own as in life: turns of quiet and turns in which the other commits price updates
 * without a pause, so that what else the machine does falls on both alike. */
#include "bench/phases.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/samples.h"
#include "bench/stand.h"
#include "bench/updater.h"

enum { TURNS = 6, TURN_MS_MAX = 700, TURN_MS_MIN = 50 };

/* What the reader says to the writer, and the answer before it may go on. */
enum { SAY_WRITE = 'w', SAY_REST = 'r', SAY_RESTING = 'R', SAY_READY = 'y' };

static int to_writer[2], to_reader[2];

static bool say(int pipe, char what)
{
    return write(pipe, &what, 1) == 1;
}

static char hear(int pipe)
{
    char what = 0;
    ssize_t got = 0;
    do
        got = read(pipe, &what, 1);
    while (got < 0 && errno == EINTR);
    return got == 1 ? what : 0;
}

static bool has_word(int pipe)
{
    return poll(&(struct pollfd){.fd = pipe, .events = POLLIN}, 1, 0) == 1;
}

/* Until the reader hangs up. */
static enum status writer_turns(struct updater *updater, unsigned size, uint64_t *changes, uint64_t *ns, struct error *error)
{
    enum status status = say(to_reader[1], SAY_READY) ? STATUS_OK : STATUS_END;
    while (status == STATUS_OK && hear(to_writer[0]) == SAY_WRITE) {
        uint64_t begun_ns = clock_monotonic_ns(), before = updater->changes;
        while (status == STATUS_OK && !has_word(to_writer[0]))
            status = updater_batch(updater, UPDATE_PRICE, size, error);
        *ns += clock_monotonic_ns() - begun_ns;
        *changes += updater->changes - before;
        if (status == STATUS_OK && (hear(to_writer[0]) != SAY_REST || !say(to_reader[1], SAY_RESTING)))
            break;
    }
    return status;
}

static enum status writer_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct updater updater;
    uint64_t changes = 0, ns = 0;
    close(to_writer[1]);
    close(to_reader[0]);
    unsigned size = stand->products < UPDATE_BATCH ? (unsigned)stand->products : UPDATE_BATCH;
    enum status status = updater_open(&updater, stand, error);
    if (status == STATUS_OK)
        status = writer_turns(&updater, size, &changes, &ns, error);
    if (ns > 0)
        figures_set(figures, (double)changes * 1e9 / (double)ns, "beside.price_updates_per_s");
    updater_close(&updater);
    return status;
}

/* A turn lasts a millisecond for each query of a class. */
static uint64_t turn_ns(const struct workload *workload)
{
    size_t ms = workload->count < TURN_MS_MIN ? TURN_MS_MIN : workload->count > TURN_MS_MAX ? TURN_MS_MAX : workload->count;
    return (uint64_t)ms * 1000000;
}

static enum status turn_read(struct engine *engine, const struct workload *workload, size_t *at, struct samples *times, struct error *error)
{
    enum status status = STATUS_OK;
    uint64_t until_ns = clock_monotonic_ns() + turn_ns(workload);
    while (status == STATUS_OK && clock_monotonic_ns() < until_ns) {
        struct engine_answer answer;
        status = engine_search(engine, QUERY_FEW, &workload->queries[QUERY_FEW][(*at)++ % workload->count], bench_facets, &answer, error);
        samples_add(times, answer.ns);
    }
    return status;
}

static enum status reader_turns(const struct stand *stand, struct engine *engine, const struct workload *workload, struct samples *alone,
                                struct samples *beside, struct error *error)
{
    size_t at = 0;
    enum status status = STATUS_OK;
    for (unsigned turn = 0; status == STATUS_OK && turn < TURNS; turn++) {
        struct samples first = {0};
        bool writing = turn % 2 == 1;
        if (stand_stopped(stand, error))
            return STATUS_END;
        bool heard = !writing || say(to_writer[1], SAY_WRITE);
        status = turn_read(engine, workload, &at, turn == 0 ? &first : writing ? beside : alone, error);
        samples_release(&first);
        if (writing)
            heard = heard && say(to_writer[1], SAY_REST) && hear(to_reader[0]) == SAY_RESTING;
        if (status == STATUS_OK && !heard)
            status = error_set(error, STATUS_IO, "the writer beside the reader is gone");
    }
    return status;
}

static enum status reader_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct engine engine;
    struct sample sample = {0};
    struct workload workload = {0};
    struct samples alone = {0}, beside = {0};
    close(to_writer[0]);
    close(to_reader[1]);
    enum status status = engine_open(&engine, stand->updated, stand->analyzer, error);
    if (status == STATUS_OK)
        status = engine_workload(&engine, stand, &sample, &workload, error);
    if (status == STATUS_OK && hear(to_reader[0]) != SAY_READY)
        status = error_set(error, STATUS_IO, "the writer beside the reader did not start");
    if (status == STATUS_OK)
        status = reader_turns(stand, &engine, &workload, &alone, &beside, error);
    figures_set_times(figures, "beside.reader_alone_", &alone);
    figures_set_times(figures, "beside.reader_", &beside);
    if (alone.count > 0 && beside.count > 0)
        figures_set(figures, samples_us(&beside, 0.99) / samples_us(&alone, 0.99), "beside.reader_p99_ratio");
    samples_release(&alone);
    samples_release(&beside);
    workload_release(&workload);
    sample_release(&sample);
    engine_close(&engine);
    return status;
}

static void pipes_close(void)
{
    int ends[] = {to_writer[0], to_writer[1], to_reader[0], to_reader[1]};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        close(ends[i]);
}

enum status beside_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct phase writer = {0}, reader = {0};
    struct error of_writer = {0};
    if (pipe(to_writer) != 0 || pipe(to_reader) != 0)
        return error_set(error, STATUS_IO, "cannot make a pipe: %s", strerror(errno));
    enum status status = phase_start(&writer, writer_run, stand, error);
    enum status reading = status == STATUS_OK ? phase_start(&reader, reader_run, stand, error) : status;
    pipes_close();
    if (reading == STATUS_OK)
        reading = phase_finish(&reader, stand, figures, error);
    if (status == STATUS_OK)
        status = phase_finish(&writer, stand, figures, &of_writer);
    /* The reader hears of a dead writer, which itself knows why. */
    if (status != STATUS_OK && writer.child > 0)
        *error = of_writer;
    return status == STATUS_OK ? reading : status;
}
