#include "bench/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum status program_run(const char *const *words, const char *out, struct error *error)
{
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int code = 0;
    char *const *arguments = NULL;
    /* posix_spawnp promises to leave them as they are. */
    memcpy(&arguments, &words, sizeof arguments);
    posix_spawn_file_actions_init(&actions);
    int fault = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fault == 0)
        fault = posix_spawnp(&child, words[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (fault != 0)
        return error_set(error, fault == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "cannot start %s: %s", words[0], strerror(fault));
    while (waitpid(child, &code, 0) < 0)
        if (errno != EINTR)
            return error_set(error, STATUS_IO, "cannot wait for %s: %s", words[0], strerror(errno));
    if (!WIFEXITED(code) || WEXITSTATUS(code) != 0)
        return error_set(error, STATUS_IO, "%s did not end well", words[0]);
    return STATUS_OK;
}
