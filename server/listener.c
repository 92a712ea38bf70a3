/* With SO_REUSEPORT the kernel spreads connections over several sockets, but it would as well let a second server of the same user share
 * the port in silence. So the first socket binds and listens without it, which fails when anybody else holds the port in any way, and gets
 * it only then, so that ours may join. A rival that does the same fails at its first socket, whichever of the two comes first. */
#include "server/listener.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 /* the kernel cuts it to net.core.somaxconn */ };

static bool option_set(int fd, int level, int option)
{
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

/* A listening socket, or -1 with errno. */
static int socket_listen(const struct addrinfo *where, bool shared)
{
    int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    /* TCP_NODELAY is inherited by the connections. */
    bool ready = option_set(fd, SOL_SOCKET, SO_REUSEADDR) && option_set(fd, IPPROTO_TCP, TCP_NODELAY) &&
                 (!shared || option_set(fd, SOL_SOCKET, SO_REUSEPORT)) && bind(fd, where->ai_addr, where->ai_addrlen) == 0 &&
                 listen(fd, BACKLOG) == 0 && (shared || option_set(fd, SOL_SOCKET, SO_REUSEPORT));
    if (ready)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static enum status fail(int code, const char *address, uint16_t port, struct error *error)
{
    switch (code) {
    case EADDRINUSE:
        return error_set(error, STATUS_BUSY, "port %u of %s is in use by another program; stop it or choose another port", port, address);
    case EACCES:
        return error_set(error, STATUS_DENIED, "this user may not listen on port %u; choose one above 1023", port);
    case EADDRNOTAVAIL:
        return error_set(error, STATUS_INVALID, "this machine has no address %s to listen on", address);
    default:
        return error_set(error, STATUS_IO, "cannot listen on %s port %u: %s", address, port, strerror(code));
    }
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
    struct sockaddr_in v4 = {0};
    struct sockaddr_in6 v6 = {0};
    if (address->ss_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    memcpy(&v4, address, sizeof v4);
    return ntohs(v4.sin_port);
}

/* The rest join the first one at the address that it really has: port 0 became a number. */
static int open_all(struct listeners *listeners, const struct addrinfo *where, unsigned count)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    listeners->fds[0] = socket_listen(where, false);
    if (listeners->fds[0] < 0 || getsockname(listeners->fds[0], (struct sockaddr *)&bound, &size) != 0)
        return errno;
    listeners->port = port_of(&bound);
    struct addrinfo same = {.ai_family = where->ai_family, .ai_addr = (struct sockaddr *)&bound, .ai_addrlen = size};
    for (unsigned i = 1; i < count; i++) {
        listeners->fds[i] = socket_listen(&same, true);
        if (listeners->fds[i] < 0)
            return errno;
    }
    return 0;
}

enum status listeners_open(struct listeners *listeners, const char *address, uint16_t port, unsigned count, struct error *error)
{
    assert(count >= 1 && count <= LISTENERS_MAX);
    *listeners = (struct listeners){.count = count};
    for (unsigned i = 0; i < count; i++)
        listeners->fds[i] = -1;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *where = NULL;
    int code = getaddrinfo(address, service, &wanted, &where);
    if (code != 0)
        return error_set(error, STATUS_INVALID, "cannot listen on \"%s\": %s; give an address of this machine", address,
                         gai_strerror(code));
    code = open_all(listeners, where, count);
    freeaddrinfo(where);
    if (code == 0)
        return STATUS_OK;
    listeners_close(listeners);
    return fail(code, address, port, error);
}

void listeners_close(struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++) {
        if (listeners->fds[i] >= 0)
            close(listeners->fds[i]);
        listeners->fds[i] = -1;
    }
}
