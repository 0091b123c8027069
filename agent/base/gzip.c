/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps zlib's state from one call to the next: to make it costs more than a small request does. */
#include "base/gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/error.h"

enum {
    LEVEL = 1,
    GZIP_WINDOW = 15 + 16, /* the largest window, in gzip's frame and not in zlib's */
    MEMORY_LEVEL = 8,
    MOST = 1 << 30,
};

struct gzip {
    z_stream stream;
};

struct gzip *gzip_new(void) {
    struct gzip *gzip = calloc(1, sizeof(*gzip));
    if (gzip &&
        deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK)
        return gzip;
    free(gzip);
    return NULL;
}

void gzip_free(struct gzip *gzip) {
    if (!gzip)
        return;
    deflateEnd(&gzip->stream);
    free(gzip);
}

int gzip_pack(struct gzip *gzip, const void *data, size_t size, struct text *packed) {
    text_clear(packed);
    z_stream *stream = &gzip->stream;
    deflateReset(stream);
    size_t room = size < MOST ? deflateBound(stream, size) : 0;
    char *at = room > 0 ? text_reserve(packed, room) : NULL;
    if (!at)
        return ERROR_MEMORY;
    stream->next_in = (Bytef *)data; /* zlib's type; it is only read */
    stream->avail_in = (uInt)size;
    stream->next_out = (Bytef *)at;
    stream->avail_out = (uInt)room;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END)
        return ERROR_MEMORY;
    packed->size = stream->total_out;
    return 0;
}
