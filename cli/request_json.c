#include "cli/request_json.h"

#include <jansson.h>
#include <string.h>

static enum status set_text(struct search_request *request, const char *name, struct bytes text, struct arena *arena, struct error *error)
{
    char *copy = arena_copy(arena, text.data, text.size);
    if (copy == NULL)
        return error_set(error, STATUS_LIMIT, "the request is too large");
    return request_set(request, name, (struct bytes){.data = copy, .size = text.size}, error);
}

static enum status set_value(struct search_request *request, const char *name, const json_t *value, struct arena *arena,
                             struct error *error)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return set_text(request, name, (struct bytes){.data = json_string_value(value), .size = json_string_length(value)}, arena, error);
    case JSON_TRUE:
        return request_set(request, name, (struct bytes){.data = "true", .size = 4}, error);
    case JSON_FALSE:
        return request_set(request, name, (struct bytes){.data = "false", .size = 5}, error);
    case JSON_INTEGER:
    case JSON_REAL: {
        char digits[64];
        size_t size = json_dumpb(value, digits, sizeof digits, JSON_ENCODE_ANY);
        if (size == 0 || size > sizeof digits)
            return error_set(error, STATUS_INVALID, "%s is not a number that can be read", name);
        return set_text(request, name, (struct bytes){.data = digits, .size = size}, arena, error);
    }
    default:
        return error_set(error, STATUS_INVALID, "%s must be a text, a number, true or false, or an array of them", name);
    }
}

/* jansson's objects keep no two members of a name; the flag below refuses them. */
static enum status set_members(struct search_request *request, json_t *object, struct arena *arena, struct error *error)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        const char *kept = arena_copy(arena, name, strlen(name)); /* the request borrows it */
        if (kept == NULL)
            return error_set(error, STATUS_LIMIT, "the request is too large");
        size_t count = json_is_array(value) ? json_array_size(value) : 1;
        for (size_t i = 0; i < count; i++) {
            const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
            enum status status = set_value(request, kept, one, arena, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status request_from_json(struct search_request *request, struct bytes json, struct arena *arena, struct error *error)
{
    json_error_t fault;
    json_t *object = json_loadb(json.data, json.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &fault);
    if (object == NULL)
        return error_set(error, STATUS_INVALID, "the request is not JSON: %s at byte %d", fault.text, fault.position);
    enum status status = json_is_object(object) ? set_members(request, object, arena, error)
                                                : error_set(error, STATUS_INVALID, "the request must be a JSON object");
    json_decref(object);
    return status;
}
