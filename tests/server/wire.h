/* A raw HTTP client for tests: sends any bytes, reads what comes back. */
#ifndef TIM_TESTS_SERVER_WIRE_H
#define TIM_TESTS_SERVER_WIRE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

struct reply {
    unsigned status;     /* 0: none, or not HTTP */
    struct buffer bytes; /* all that came, NUL-terminated */
    size_t head_size;    /* with the empty line */
    bool closed;         /* the server closed or reset the connection */
};

static inline void reply_release(struct reply *reply)
{
    buffer_release(&reply->bytes);
}

static inline const char *reply_body(const struct reply *reply)
{
    return reply->bytes.data + reply->head_size;
}

static inline size_t reply_body_size(const struct reply *reply)
{
    return reply->bytes.size - reply->head_size;
}

/* -1 when refused. */
static inline int wire_connect(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static inline bool wire_send(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static inline bool wire_send_text(int fd, const char *text)
{
    return wire_send(fd, text, strlen(text));
}

/* Copies a header's value; "" when it is missing. */
static inline const char *reply_header(const struct reply *reply, const char *name, char *value, size_t room)
{
    size_t size = strlen(name);
    value[0] = '\0';
    const char *line = strstr(reply->bytes.data, "\r\n");
    const char *end = reply->bytes.data + reply->head_size;
    for (; line != NULL && line + 2 < end; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, size) != 0 || line[2 + size] != ':')
            continue;
        const char *start = line + 3 + size + strspn(line + 3 + size, " ");
        const char *stop = strstr(start, "\r\n");
        snprintf(value, room, "%.*s", (int)(stop - start), start);
        break;
    }
    return value;
}

/* Reads more bytes; false when nothing came within `timeout_ms` or the connection ended. */
static inline bool wire_more(int fd, struct reply *reply, int timeout_ms)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (poll(&ready, 1, timeout_ms) <= 0)
        return false;
    char *room = buffer_reserve(&reply->bytes, 65537);
    ssize_t got = recv(fd, room, 65536, 0);
    if (got <= 0) {
        reply->closed = true;
        return false;
    }
    reply->bytes.size += (size_t)got;
    reply->bytes.data[reply->bytes.size] = '\0';
    return true;
}

static inline void reply_parse_head(struct reply *reply)
{
    *buffer_reserve(&reply->bytes, 1) = '\0';
    const char *end = strstr(reply->bytes.data, "\r\n\r\n");
    reply->head_size = end == NULL ? 0 : (size_t)(end - reply->bytes.data) + 4;
    if (reply->bytes.size > 12 && strncmp(reply->bytes.data, "HTTP/1.", 7) == 0)
        reply->status = (unsigned)strtoul(reply->bytes.data + 9, NULL, 10);
}

/* Reads one answer whole. False when it did not come whole within `timeout_ms`. The reply begins empty. */
static inline bool wire_read(int fd, bool without_body, int timeout_ms, struct reply *reply)
{
    uint64_t end = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
    for (;;) {
        reply_parse_head(reply);
        char length[32];
        if (reply->head_size > 0) {
            bool bodiless = without_body || reply->status == 204 || reply->status == 304;
            size_t wanted = bodiless ? 0 : strtoul(reply_header(reply, "Content-Length", length, sizeof length), NULL, 10);
            if (reply_body_size(reply) >= wanted)
                return true;
        }
        uint64_t now = clock_monotonic_ns();
        if (now >= end || !wire_more(fd, reply, (int)((end - now) / 1000000) + 1))
            return false;
    }
}

/* Reads until the server closes, or is silent for `silence_ms`. */
static inline void wire_read_all(int fd, int silence_ms, struct reply *reply)
{
    while (wire_more(fd, reply, silence_ms)) {}
    reply_parse_head(reply);
}

/* One request on a connection of its own; `headers` are whole lines with CRLF, or "". */
static inline bool wire_request(uint16_t port, const char *method, const char *target, const char *headers, struct reply *reply)
{
    *reply = (struct reply){0};
    int fd = wire_connect(port);
    if (fd < 0)
        return false;
    struct buffer request = {0};
    buffer_print(&request, "%s %s HTTP/1.1\r\nHost: shop\r\n%s\r\n", method, target, headers);
    bool sent = wire_send(fd, request.data, request.size);
    buffer_release(&request);
    bool got = sent && wire_read(fd, strcmp(method, "HEAD") == 0, 5000, reply);
    close(fd);
    return got;
}

#endif
