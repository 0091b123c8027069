/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON read as it comes, a piece at a time: what is in a document is told, not kept, so that documents of any
 * size take little memory. Input of any origin. What it means is the listener's affair.
 */
#ifndef HALLWATCH_BASE_JSON_STREAM_H
#define HALLWATCH_BASE_JSON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { JSON_DEPTH_MOST = 32 };

enum json_event {
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,    /* with its text */
    JSON_STRING, /* with its text, escapes undone; NUL may be in it */
    JSON_NUMBER, /* as it is written */
    JSON_WORD,   /* true, false, null */
};

struct json_stream {
    /* May call json_stream_skip. The text is valid during the call, and NUL-terminated. */
    void (*tell)(void *context, enum json_event event, const char *text, size_t size);
    void *context;
    size_t longest; /* text, in bytes; a longer one breaks the document */

    int state; /* from here on: its own */
    unsigned depth, skip_depth, digits;
    uint32_t objects; /* bit d: at depth d there is an object */
    bool is_key, is_skipping;
    uint32_t code, high;
    struct text token;
    const char *why;
};

/* Ready for a document. What was before is forgotten, the listener stays. */
void json_stream_begin(struct json_stream *stream);
void json_stream_done(struct json_stream *stream);

/*
 * Reads on. Returns how many of the bytes were used: all, or those up to where the document has ended or is
 * broken.
 */
size_t json_stream_feed(struct json_stream *stream, const char *bytes, size_t n);

bool json_stream_has_ended(const struct json_stream *stream);
/* What is wrong with it; NULL while nothing is. */
const char *json_stream_why_broken(const struct json_stream *stream);

/* From a listener that is told a key: what belongs to it is not told, and only looked at for its end. */
void json_stream_skip(struct json_stream *stream);

#endif
