#include "bench/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, TIMEOUT_S = 10 };

enum status http_client_open(struct http_client *client, uint16_t port, struct error *error)
{
    *client = (struct http_client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = TIMEOUT_S};
    int one = 1;
    if (client->fd < 0 || setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        connect(client->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        enum status status = error_set(error, STATUS_IO, "cannot connect to port %u: %s", port, strerror(errno));
        http_client_close(client);
        return status;
    }
    return STATUS_OK;
}

void http_client_close(struct http_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    buffer_release(&client->answer);
}

/* The size of the whole answer once its head is complete, 0 before. */
static size_t answer_size(struct buffer *answer)
{
    static const char field[] = "\r\nContent-Length:";
    const char *end = answer->size == 0 ? NULL : memmem(answer->data, answer->size, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    size_t head = (size_t)(end - answer->data) + 4;
    const char *length = memmem(answer->data, head, field, sizeof field - 1);
    return length == NULL ? SIZE_MAX : head + strtoul(length + sizeof field - 1, NULL, 10);
}

enum status http_client_receive(struct http_client *client, bool *part, struct error *error)
{
    ssize_t got = recv(client->fd, buffer_reserve(&client->answer, READ_BYTES), READ_BYTES, 0);
    if (got <= 0)
        return error_set(error, STATUS_IO, "the server closed the connection or fell silent");
    client->answer.size += (size_t)got;
    size_t wanted = answer_size(&client->answer);
    if (wanted == SIZE_MAX)
        return error_set(error, STATUS_INVALID, "an answer came without Content-Length");
    *part = wanted == 0 || client->answer.size < wanted;
    if (!*part && memcmp(client->answer.data, "HTTP/1.1 200", 12) != 0)
        return error_set(error, STATUS_INVALID, "an answer was %.12s, not 200", client->answer.data);
    return STATUS_OK;
}

enum status http_client_send(struct http_client *client, const char *target, struct error *error)
{
    struct buffer request = {0};
    client->answer.size = 0;
    buffer_print(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", target);
    ssize_t sent = send(client->fd, request.data, request.size, MSG_NOSIGNAL);
    bool whole = sent == (ssize_t)request.size;
    buffer_release(&request);
    return whole ? STATUS_OK : error_set(error, STATUS_IO, "the request could not be sent: %s", strerror(errno));
}

enum status http_client_get(struct http_client *client, const char *target, struct error *error)
{
    bool part = true;
    enum status status = http_client_send(client, target, error);
    while (status == STATUS_OK && part)
        status = http_client_receive(client, &part, error);
    return status;
}
