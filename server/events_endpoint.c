/* POST /1/events: clicks and conversions as InstantSearch's insights clients send them.
 *
 *   {"events":[{"eventType":"click","objectIDs":["42"],"queryID":"..."}]}
 *
 * `queryID` is the X-Query-Id of the search that was followed; `query`, its text, may stand in its place. Events of other types, and those that
 * follow no search, are well-formed and say nothing here. Whatever else clients send, who it was (userToken) above all, is not looked at. */
#include <jansson.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "catalog/json_writer.h"
#include "server/endpoint.h"
#include "server/heard.h"

enum { EVENTS_MAX = 100, EVENT_PRODUCTS_MAX = 20 };

static struct bytes text_member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (struct bytes){json_is_string(value) ? json_string_value(value) : "", json_is_string(value) ? json_string_length(value) : 0};
}

static enum status event_check(const json_t *event, struct error *error)
{
    const json_t *products = json_object_get(event, "objectIDs");
    if (!json_is_object(event) || text_member(event, "eventType").size == 0)
        return error_set(error, STATUS_INVALID, "an event is an object with an eventType: click, conversion or view");
    if (products != NULL && (!json_is_array(products) || json_array_size(products) > EVENT_PRODUCTS_MAX))
        return error_set(error, STATUS_INVALID, "objectIDs is an array of at most %d texts", EVENT_PRODUCTS_MAX);
    return STATUS_OK;
}

static void event_heard(struct heard_ring *ring, const json_t *event)
{
    const json_t *products = json_object_get(event, "objectIDs");
    struct bytes type = text_member(event, "eventType"), name = text_member(event, "queryID"), text = text_member(event, "query");
    bool click = bytes_are(type, "click"), by_name = name.size > 0;
    if (!click && !bytes_are(type, "conversion"))
        return;
    if (by_name && name.size != QUERY_NAME_BYTES)
        return;
    for (size_t i = 0; i < json_array_size(products); i++) {
        const json_t *id = json_array_get(products, i);
        if (json_is_string(id) && text_is_valid(json_string_value(id), json_string_length(id)))
            heard_put(ring, click ? HEARD_CLICK : HEARD_CONVERSION, by_name, by_name ? name : text,
                      (struct bytes){json_string_value(id), json_string_length(id)}, 0);
    }
}

static enum status events_take(const struct call *call, const json_t *events, struct error *error)
{
    if (!json_is_array(events) || json_array_size(events) > EVENTS_MAX)
        return error_set(error, STATUS_INVALID, "the body is an object with an array \"events\" of at most %d", EVENTS_MAX);
    for (size_t i = 0; i < json_array_size(events); i++) {
        enum status status = event_check(json_array_get(events, i), error);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < json_array_size(events) && call->heard != NULL; i++)
        event_heard(call->heard, json_array_get(events, i));
    return STATUS_OK;
}

enum status events_endpoint(struct call *call, struct error *error)
{
    json_error_t fault;
    json_t *root = json_loadb(call->body.data == NULL ? "" : call->body.data, call->body.size, JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL)
        return error_set(error, STATUS_INVALID, "the body is not JSON (line %d, column %d)", fault.line, fault.column);
    enum status status = events_take(call, json_object_get(root, "events"), error);
    json_decref(root);
    if (status != STATUS_OK)
        return status;
    struct json_writer json = {.out = &call->answer->body};
    json_begin_object(&json);
    json_put_key(&json, "status");
    json_put_number(&json, 200);
    json_put_key(&json, "message");
    json_put_literal(&json, "OK");
    json_end_object(&json);
    return STATUS_OK;
}
