/* Any bytes into the decoder: no crash, no read outside, and a message that decodes can be walked to its end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "indexer/pgoutput.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned char sink; /* keeps the reads */

static void touch(struct bytes bytes)
{
    if (bytes.size > 0)
        sink = (unsigned char)(bytes.data[0] ^ bytes.data[bytes.size - 1]);
}

static void walk_tuple(struct pgoutput_tuple tuple)
{
    struct pgoutput_cell cell;
    uint32_t count = tuple.count;
    while (pgoutput_cell_next(&tuple, &cell)) {
        touch(cell.text);
        count--;
    }
    if (count != 0 || tuple.body.size != 0)
        abort();
}

static void walk(struct pgoutput_message *message)
{
    struct pgoutput_column column;
    uint32_t oid;
    switch (message->kind) {
    case PGOUTPUT_RELATION:
        touch(message->relation.namespace);
        touch(message->relation.name);
        while (pgoutput_column_next(&message->relation.columns, &column))
            touch(column.name);
        if (message->relation.columns.count != 0)
            abort();
        break;
    case PGOUTPUT_INSERT:
    case PGOUTPUT_UPDATE:
    case PGOUTPUT_DELETE:
        walk_tuple(message->row.old);
        walk_tuple(message->row.new);
        break;
    case PGOUTPUT_TRUNCATE:
        while (pgoutput_oid_next(&message->truncate.oids, &oid))
            sink = (unsigned char)oid;
        if (message->truncate.oids.count != 0)
            abort();
        break;
    case PGOUTPUT_MESSAGE:
        touch(message->message.prefix);
        touch(message->message.content);
        break;
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {(const char *)data, size};
    struct pgoutput_message message;
    struct pgoutput_envelope envelope;
    struct error error;
    if (pgoutput_decode(input, &message, &error) == STATUS_OK)
        walk(&message);
    if (pgoutput_envelope_decode(input, &envelope, &error) == STATUS_OK)
        touch(envelope.payload);
    return 0;
}
