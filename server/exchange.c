#include "server/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "server/target.h"

void exchange_begin(struct exchange *exchange, const char *target)
{
    size_t size = target == NULL ? 0 : strnlen(target, TARGET_BYTES_MAX + 1);
    *exchange = (struct exchange){
        .target = memory_copy(target, size),
        .target_size = size,
        .started_ns = clock_monotonic_ns(),
        .endpoint = ENDPOINT_OTHER,
    };
}

void exchange_end(struct exchange *exchange)
{
    free(exchange->target);
    exchange->target = NULL;
    buffer_release(&exchange->body);
}

bool exchange_take(struct exchange *exchange, const char *data, size_t size)
{
    if (!exchange->takes_body || size > BODY_BYTES_MAX - exchange->body.size)
        return false;
    buffer_append(&exchange->body, data, size);
    return true;
}

static bool is_sane(const char *id)
{
    size_t size = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return size > 0 && size <= REQUEST_ID_MAX && id[size] == '\0';
}

void exchange_name(struct exchange *exchange, const char *offered, uint64_t random)
{
    if (offered != NULL && is_sane(offered))
        memcpy(exchange->request_id, offered, strlen(offered) + 1);
    else
        snprintf(exchange->request_id, sizeof exchange->request_id, "%016lx", random);
}
