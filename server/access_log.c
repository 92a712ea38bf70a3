#include "server/access_log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum status access_log_open(struct access_log *log, const char *path, struct error *error)
{
    *log = (struct access_log){.fd = -1};
    pthread_mutex_init(&log->lock, NULL);
    if (path == NULL || *path == '\0')
        return STATUS_OK;
    if (strcmp(path, "-") == 0) {
        log->fd = STDOUT_FILENO;
        return STATUS_OK;
    }
    log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (log->fd < 0) {
        enum status status = errno == EACCES || errno == EPERM || errno == EROFS ? STATUS_DENIED : STATUS_IO;
        return error_set(error, status, "cannot open the access log %s: %s", path, strerror(errno));
    }
    log->owned = true;
    return STATUS_OK;
}

void access_log_close(struct access_log *log)
{
    if (log->owned)
        close(log->fd);
    pthread_mutex_destroy(&log->lock);
}

static void append_printable(struct buffer *lines, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\')
            buffer_append_char(lines, '\\');
        if (byte >= 0x20 && byte < 0x7F)
            buffer_append_char(lines, text[i]);
        else
            buffer_print(lines, "\\\\x%02x", byte);
    }
}

static void append_text(struct buffer *lines, const char *key, const char *text, size_t size)
{
    buffer_print(lines, "\"%s\":\"", key);
    append_printable(lines, text, size);
    buffer_append_text(lines, "\",");
}

static void address_print(const struct sockaddr *address, char *text, size_t room)
{
    const void *bytes = NULL;
    if (address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (bytes == NULL || inet_ntop(address->sa_family, bytes, text, (socklen_t)room) == NULL)
        snprintf(text, room, "unknown");
}

void access_log_add(struct buffer *lines, const struct exchange *exchange, uint64_t now_ns, const struct sockaddr *remote)
{
    char when[25], address[INET6_ADDRSTRLEN] = "unknown";
    clock_format(clock_wall_us(), when);
    if (remote != NULL)
        address_print(remote, address, sizeof address);
    const char *question = memchr(exchange->target, '?', exchange->target_size);
    size_t path_size = question == NULL ? exchange->target_size : (size_t)(question - exchange->target);
    size_t query_size = question == NULL ? 0 : exchange->target_size - path_size - 1;
    buffer_print(lines, "{\"time\":\"%s\",\"requestId\":\"%s\",", when, exchange->request_id);
    append_text(lines, "method", exchange->method, strlen(exchange->method));
    append_text(lines, "path", exchange->target, path_size);
    append_text(lines, "query", query_size > 0 ? question + 1 : "", query_size);
    buffer_print(lines, "\"status\":%u,\"bytes\":%zu,\"totalUs\":%lu,\"engineUs\":%lu,\"remote\":\"%s\"}\n", exchange->http_status,
                 exchange->body_bytes, (now_ns - exchange->started_ns) / 1000, exchange->engine_ns / 1000, address);
}

static unsigned count_lines(const char *text, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

/* How many bytes of `lines` were written; `code` says why not all. */
static size_t write_all(struct access_log *log, const struct buffer *lines, int *code)
{
    size_t done = 0;
    pthread_mutex_lock(&log->lock);
    while (done < lines->size) {
        ssize_t written = write(log->fd, lines->data + done, lines->size - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            *code = errno;
            break;
        }
        done += (size_t)written;
    }
    pthread_mutex_unlock(&log->lock);
    return done;
}

unsigned access_log_flush(struct access_log *log, struct buffer *lines)
{
    if (lines->size == 0)
        return 0;
    int code = 0;
    size_t done = write_all(log, lines, &code);
    unsigned lost = count_lines(lines->data + done, lines->size - done);
    bool failed = done < lines->size;
    if (failed && !atomic_exchange(&log->failing, true))
        log_error("serve: the access log cannot be written (%s); lines are lost until it can", strerror(code));
    else if (!failed && atomic_exchange(&log->failing, false))
        log_info("serve: the access log can be written again");
    lines->size = 0;
    return lost;
}
