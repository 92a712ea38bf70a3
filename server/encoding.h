/* Content encodings: which one a client takes, and the compressors of one thread. */
#ifndef TIM_SERVER_ENCODING_H
#define TIM_SERVER_ENCODING_H

#define ZLIB_CONST /* input is not written to */
#include <zlib.h>

#include "base/arena.h"
#include "base/status.h"

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BROTLI };

enum { COMPRESS_BYTES_MIN = 1024 }; /* a smaller body is sent as it is */

/* The word for Content-Encoding; NULL for ENCODING_IDENTITY. */
const char *encoding_name(enum encoding encoding);

/* The best of what an Accept-Encoding header allows (NULL: the header is missing): the greatest q, brotli before gzip when equal. What has
 * q=0 is never chosen; anything that cannot be read is as if it were not there. */
enum encoding encoding_choose(const char *accept);

/* Reused from answer to answer: making zlib's state costs more than compressing a page with it. */
struct compressor {
    z_stream gzip;
};
void compressor_init(struct compressor *compressor);
void compressor_release(struct compressor *compressor);

/* Replaces what `out` holds with the encoded body. LIMIT when it did not get smaller: send the body as it is. */
MUST_USE enum status compressor_run(struct compressor *compressor, enum encoding encoding, struct bytes body, struct buffer *out);

#endif
