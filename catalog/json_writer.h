/* JSON text, written front to back without a document in memory. For answers and dumps; reading JSON is jansson's. */
#ifndef TIM_CATALOG_JSON_WRITER_H
#define TIM_CATALOG_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Places commas by itself: call json_put_key before each member's value, and the values of an array one after the other. Nesting is bounded by
 * the code that writes, not by the data. */
struct json_writer {
    struct buffer *out; /* borrowed */
    bool after_value;   /* a comma is due before the next key or array value */
};

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);
/* `key` is plain ASCII without quotes. */
void json_put_key(struct json_writer *json, const char *key);
/* Any valid UTF-8; controls, quotes, backslash, U+2028 and U+2029 are escaped. */
void json_put_text(struct json_writer *json, struct bytes text);
void json_put_key_text(struct json_writer *json, struct bytes key);   /* a key that comes from data */
void json_put_literal(struct json_writer *json, const char *literal); /* a NUL-terminated C string, as json_put_text */
void json_put_number(struct json_writer *json, int64_t value);
void json_put_hundredths(struct json_writer *json, int64_t value); /* 460 -> 4.6 */
void json_put_micros(struct json_writer *json, uint64_t value);    /* 1500000 -> 1.5 */
void json_put_boolean(struct json_writer *json, bool value);
void json_put_null(struct json_writer *json);
/* A member: key and text, null when it is empty. */
void json_put_text_member(struct json_writer *json, const char *key, struct bytes text);
/* Bytes that already are one JSON value. */
void json_put_raw(struct json_writer *json, struct bytes value);

#endif
