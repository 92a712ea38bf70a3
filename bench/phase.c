#include "bench/phase.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/stand.h"

/* What a child sends: a line per figure, "name value", then one of "status <number> <sentence>". */
static void child_report(FILE *out, const struct figures *figures, enum status status, const struct error *error)
{
    for (size_t i = 0; i < figures->count; i++)
        fprintf(out, "%s %.17g\n", figures->items[i].name, figures->items[i].value);
    fprintf(out, "status %d %s\n", (int)status, error->text);
    fclose(out);
}

static bool line_take(char *line, struct figures *figures, enum status *status, struct error *error)
{
    char *value = strchr(line, ' ');
    if (value == NULL)
        return false;
    *value++ = '\0';
    char *end = NULL;
    if (strcmp(line, "status") != 0) {
        figures_set(figures, strtod(value, &end), "%s", line);
        return end != value;
    }
    *status = (enum status)strtol(value, &end, 10);
    end[strcspn(end, "\n")] = '\0';
    if (*status != STATUS_OK)
        *status = error_set(error, *status, "%s", *end == ' ' ? end + 1 : end);
    return true;
}

static enum status child_listen(FILE *in, pid_t child, const struct stand *stand, struct figures *figures, struct error *error)
{
    char line[sizeof error->text + FIGURE_NAME_BYTES];
    enum status status = error_set(error, STATUS_IO, "a part of the bench ended without a word");
    bool told = false;
    for (;;) {
        errno = 0;
        if (fgets(line, sizeof line, in) != NULL) {
            if (!line_take(line, figures, &status, error))
                return error_set(error, STATUS_IO, "a part of the bench could not be understood: %s", line);
            continue;
        }
        if (!ferror(in) || errno != EINTR)
            return status;
        clearerr(in);
        if (*stand->options->stop != 0 && !told)
            told = kill(child, SIGTERM) == 0;
    }
}

static void child_run(int out, phase_function *run, const struct stand *stand)
{
    struct figures figures = {0};
    struct error error = {0};
    enum status status = run(stand, &figures, &error);
    child_report(fdopen(out, "w"), &figures, status, &error);
    _exit(0);
}

enum status phase_start(struct phase *phase, phase_function *run, const struct stand *stand, struct error *error)
{
    int ends[2];
    if (stand_stopped(stand, error))
        return STATUS_END;
    if (pipe(ends) != 0)
        return error_set(error, STATUS_IO, "cannot make a pipe: %s", strerror(errno));
    fflush(NULL);
    phase->child = fork();
    if (phase->child == 0) {
        close(ends[0]);
        child_run(ends[1], run, stand);
    }
    close(ends[1]);
    if (phase->child < 0) {
        close(ends[0]);
        return error_set(error, STATUS_IO, "cannot make a process: %s", strerror(errno));
    }
    phase->in = fdopen(ends[0], "r");
    return STATUS_OK;
}

enum status phase_finish(struct phase *phase, const struct stand *stand, struct figures *figures, struct error *error)
{
    enum status status = child_listen(phase->in, phase->child, stand, figures, error);
    fclose(phase->in);
    while (waitpid(phase->child, NULL, 0) < 0 && errno == EINTR)
        if (*stand->options->stop != 0)
            kill(phase->child, SIGTERM);
    return status;
}

enum status phase_run(phase_function *run, const struct stand *stand, struct figures *figures, struct error *error)
{
    struct phase phase = {0};
    enum status status = phase_start(&phase, run, stand, error);
    return status == STATUS_OK ? phase_finish(&phase, stand, figures, error) : status;
}
