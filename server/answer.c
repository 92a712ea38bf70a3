#include "server/answer.h"

#include <stdio.h>

#include "catalog/json_writer.h"

void answer_reset(struct answer *answer)
{
    struct buffer body = answer->body;
    body.size = 0;
    *answer = (struct answer){
        .http_status = 200,
        .content_type = "application/json; charset=utf-8",
        .cache_control = "no-store",
        .body = body,
    };
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->body);
}

unsigned http_status_from(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return 200;
    case STATUS_INVALID:
    case STATUS_LIMIT:
        return 400;
    case STATUS_NOT_FOUND:
        return 404;
    case STATUS_BUSY:
    case STATUS_TIMEOUT:
    case STATUS_UNAVAILABLE:
        return 503;
    case STATUS_END:
    case STATUS_CORRUPT:
    case STATUS_FULL:
    case STATUS_DENIED:
    case STATUS_IO:
    case STATUS_MISMATCH:
        return 500;
    }
    return 500;
}

static const char *http_reason(unsigned http_status)
{
    switch (http_status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 414:
        return "URI Too Long";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

void answer_refuse(struct answer *answer, unsigned http_status, const char *message)
{
    answer_reset(answer);
    answer->http_status = http_status;
    struct json_writer json = {.out = &answer->body};
    json_begin_object(&json);
    json_put_key(&json, "statusCode");
    json_put_number(&json, http_status);
    json_put_key(&json, "message");
    json_put_literal(&json, message);
    json_put_key(&json, "error");
    json_put_literal(&json, http_reason(http_status));
    json_end_object(&json);
}

void lsn_print(uint64_t lsn, char text[LSN_TEXT_MAX])
{
    snprintf(text, LSN_TEXT_MAX, "%X/%X", (unsigned)(lsn >> 32), (unsigned)lsn);
}
