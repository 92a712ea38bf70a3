/* From a request whose head is complete to the response that libmicrohttpd sends: guard, admission, router, entity tag, compression, headers. */
#ifndef TIM_SERVER_RESPONDER_H
#define TIM_SERVER_RESPONDER_H

#include <microhttpd.h>

#include "server/encoding.h"
#include "server/endpoint.h"
#include "server/exchange.h"

/* What one thread answers with. */
struct responder {
    const struct service *service; /* borrowed */
    struct view view;
    struct answer answer;
    struct buffer encoded;
    struct compressor compressor;
    uint64_t random;          /* state of the request ids' generator */
    struct heard_ring *heard; /* borrowed; NULL: nothing is learned */
};
void responder_init(struct responder *responder, const struct service *service, struct index *index, struct heard_ring *heard);
void responder_release(struct responder *responder);

/* What is wrong with a request's head, as a sentence; NULL when nothing is. A body may be announced only to the path that takes one, by one
 * Content-Length of at most BODY_BYTES_MAX; elsewhere it would only be read to be thrown away, and two framings of one body (Content-Length twice, or
 * beside Transfer-Encoding) let a second request hide in it. Refused are also names that are no names ("Transfer-Encoding :"), which a proxy in front
 * may read otherwise than we do, and a second Host. */
const char *head_fault(struct MHD_Connection *connection, const char *method, struct exchange *exchange);

/* Answers. MHD_NO: the connection has to be closed. */
MUST_USE enum MHD_Result responder_answer(struct responder *responder, struct MHD_Connection *connection, const char *method,
                                          struct exchange *exchange);

/* Refuses a request for its head's fault; the connection closes behind the answer. */
MUST_USE enum MHD_Result responder_refuse_head(struct responder *responder, struct MHD_Connection *connection, const char *method,
                                               const char *fault, struct exchange *exchange);

#endif
