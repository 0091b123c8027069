/* SPDX-License-Identifier: Apache-2.0 */
/* A state per kind of byte that may come next; runs of bytes that mean nothing special go in one step. */
#include "base/json_stream.h"

#include <string.h>

enum state {
    WANT_VALUE,
    WANT_VALUE_OR_END, /* behind [ */
    WANT_KEY,
    WANT_KEY_OR_END, /* behind { */
    WANT_COLON,
    AFTER_VALUE,
    IN_STRING,
    IN_ESCAPE,
    IN_CODE, /* of four hexadecimal digits */
    IN_NUMBER,
    IN_WORD,
    IN_SKIPPED,
    IN_SKIPPED_STRING,
    IN_SKIPPED_ESCAPE,
    ENDED,
    BROKEN,
};

void json_stream_begin(struct json_stream *stream) {
    text_clear(&stream->token);
    stream->state = WANT_VALUE;
    stream->depth = stream->skip_depth = 0;
    stream->objects = 0;
    stream->is_key = stream->is_skipping = false;
    stream->high = 0;
    stream->why = NULL;
}

void json_stream_done(struct json_stream *stream) {
    text_done(&stream->token);
}

bool json_stream_has_ended(const struct json_stream *stream) {
    return stream->state == ENDED;
}

const char *json_stream_why_broken(const struct json_stream *stream) {
    return stream->state == BROKEN ? stream->why : NULL;
}

void json_stream_skip(struct json_stream *stream) {
    stream->is_skipping = true;
}

static void fail(struct json_stream *stream, const char *why) {
    stream->state = BROKEN;
    stream->why = why;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- values --- */

static void value_ended(struct json_stream *stream) {
    stream->state = stream->depth > 0 ? AFTER_VALUE : ENDED;
    stream->is_skipping = false;
}

static void tell_token(struct json_stream *stream, enum json_event event) {
    text_add(&stream->token, "", 0);
    if (stream->token.failed)
        fail(stream, "out of memory");
    else if (!stream->is_skipping)
        stream->tell(stream->context, event, stream->token.size ? stream->token.data : "",
                     stream->token.size);
}

static void begin_nested(struct json_stream *stream, bool is_object) {
    if (stream->is_skipping) {
        stream->state = IN_SKIPPED;
        stream->skip_depth = 1;
        return;
    }
    if (stream->depth == JSON_DEPTH_MOST - 1) {
        fail(stream, "it is nested too deeply");
        return;
    }
    stream->depth++;
    stream->objects &= ~((uint32_t)1 << stream->depth);
    stream->objects |= (uint32_t)is_object << stream->depth;
    stream->state = is_object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
    stream->tell(stream->context, is_object ? JSON_OBJECT : JSON_ARRAY, "", 0);
}

static void end_nested(struct json_stream *stream, char c) {
    bool is_object = stream->objects >> stream->depth & 1;
    if (stream->depth == 0 || is_object != (c == '}')) {
        fail(stream, "a bracket does not match");
        return;
    }
    stream->depth--;
    value_ended(stream);
    stream->tell(stream->context, is_object ? JSON_OBJECT_END : JSON_ARRAY_END, "", 0);
}

static void begin_value(struct json_stream *stream, char c) {
    text_clear(&stream->token);
    if (c == '{' || c == '[') {
        begin_nested(stream, c == '{');
    } else if (c == '"') {
        stream->is_key = false;
        stream->state = IN_STRING;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        text_add_char(&stream->token, c);
        stream->state = IN_NUMBER;
    } else if (c == 't' || c == 'f' || c == 'n') {
        text_add_char(&stream->token, c);
        stream->state = IN_WORD;
    } else
        fail(stream, "a value is missing");
}

/* --- between values --- */

static void read_between(struct json_stream *stream, char c) {
    bool is_object = stream->objects >> stream->depth & 1;
    switch (stream->state) {
    case WANT_VALUE_OR_END:
        if (c == ']') {
            end_nested(stream, c);
            return;
        }
        begin_value(stream, c);
        return;
    case WANT_VALUE:
        begin_value(stream, c);
        return;
    case WANT_KEY_OR_END:
    case WANT_KEY:
        if (c == '}' && stream->state == WANT_KEY_OR_END) {
            end_nested(stream, c);
        } else if (c == '"') {
            text_clear(&stream->token);
            stream->is_key = true;
            stream->state = IN_STRING;
        } else
            fail(stream, "a name is missing");
        return;
    case WANT_COLON:
        stream->state = WANT_VALUE;
        if (c != ':')
            fail(stream, "a colon is missing");
        return;
    default: /* AFTER_VALUE */
        if (c == ',')
            stream->state = is_object ? WANT_KEY : WANT_VALUE;
        else if (c == '}' || c == ']')
            end_nested(stream, c);
        else
            fail(stream, "a comma is missing");
    }
}

/* --- strings --- */

static void add_code_point(struct json_stream *stream, uint32_t code) {
    char bytes[4];
    size_t n = 0;
    if (code < 0x80)
        bytes[n++] = (char)code;
    else if (code < 0x800)
        bytes[n++] = (char)(0xc0 | code >> 6);
    else if (code < 0x10000)
        bytes[n++] = (char)(0xe0 | code >> 12);
    else {
        bytes[n++] = (char)(0xf0 | code >> 18);
        bytes[n++] = (char)(0x80 | (code >> 12 & 0x3f));
    }
    if (code >= 0x800)
        bytes[n++] = (char)(0x80 | (code >> 6 & 0x3f));
    if (code >= 0x80)
        bytes[n++] = (char)(0x80 | (code & 0x3f));
    text_add(&stream->token, bytes, n);
}

/* Half of a pair without the other one is U+FFFD. */
static void end_code(struct json_stream *stream) {
    uint32_t code = stream->code, high = stream->high;
    stream->high = 0;
    stream->state = IN_STRING;
    if (code >= 0xd800 && code < 0xdc00)
        stream->high = code;
    else if (code >= 0xdc00 && code < 0xe000)
        add_code_point(stream, high ? 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00) : 0xfffd);
    else
        add_code_point(stream, code);
}

static void read_escape(struct json_stream *stream, char c) {
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *at = c ? strchr(names, c) : NULL;
    if (c == 'u') {
        stream->state = IN_CODE;
        stream->code = stream->digits = 0;
    } else if (at) {
        text_add_char(&stream->token, meanings[at - names]);
        stream->state = IN_STRING;
    } else
        fail(stream, "an unknown escape");
}

static void read_digit(struct json_stream *stream, char c) {
    static const char digits[] = "0123456789abcdef";
    char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *at = lower ? strchr(digits, lower) : NULL;
    if (!at) {
        fail(stream, "an unknown escape");
        return;
    }
    stream->code = stream->code << 4 | (uint32_t)(at - digits);
    if (++stream->digits == 4)
        end_code(stream);
}

static void end_string(struct json_stream *stream) {
    if (stream->is_key) {
        stream->state = WANT_COLON;
        tell_token(stream, JSON_KEY);
        return;
    }
    tell_token(stream, JSON_STRING);
    if (stream->state != BROKEN)
        value_ended(stream);
}

/* Up to what is special; returns how many bytes. */
static size_t read_string(struct json_stream *stream, const char *bytes, size_t n) {
    size_t size = 0;
    while (size < n && (unsigned char)bytes[size] >= 0x20 && bytes[size] != '"' && bytes[size] != '\\')
        size++;
    if (stream->token.size + size > stream->longest) {
        fail(stream, "a text is too long");
        return size;
    }
    text_add(&stream->token, bytes, size);
    if (size > 0)
        stream->high = 0;
    if (size == n)
        return n;
    if (bytes[size] == '"')
        end_string(stream);
    else if (bytes[size] == '\\')
        stream->state = IN_ESCAPE;
    else
        fail(stream, "a control character is in a text");
    return size + 1;
}

/* --- numbers and words --- */

static size_t read_token(struct json_stream *stream, const char *bytes, size_t n) {
    bool is_number = stream->state == IN_NUMBER;
    size_t size = 0;
    while (size < n && bytes[size] && strchr(is_number ? "0123456789.eE+-" : "aeflnrstu", bytes[size]))
        size++;
    text_add(&stream->token, bytes, size);
    if (stream->token.size > 400)
        fail(stream, "a number is too long");
    if (size == n || stream->state == BROKEN)
        return size;
    const char *word = stream->token.data;
    if (!is_number && strcmp(word, "true") != 0 && strcmp(word, "false") != 0 && strcmp(word, "null") != 0) {
        fail(stream, "an unknown word");
        return size;
    }
    tell_token(stream, is_number ? JSON_NUMBER : JSON_WORD);
    if (stream->state != BROKEN)
        value_ended(stream);
    return size;
}

/* --- what is skipped --- */

static size_t read_skipped(struct json_stream *stream, const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        if (stream->state == IN_SKIPPED_ESCAPE) {
            stream->state = IN_SKIPPED_STRING;
        } else if (stream->state == IN_SKIPPED_STRING) {
            while (i < n && bytes[i] != '"' && bytes[i] != '\\' && (unsigned char)bytes[i] >= 0x20)
                i++;
            if (i == n)
                return n;
            if (bytes[i] != '"' && bytes[i] != '\\') {
                fail(stream, "a control character is in a text");
                return i + 1;
            }
            stream->state = bytes[i] == '"' ? IN_SKIPPED : IN_SKIPPED_ESCAPE;
        } else if (c == '"') {
            stream->state = IN_SKIPPED_STRING;
        } else if (c == '{' || c == '[') {
            stream->skip_depth++;
        } else if ((c == '}' || c == ']') && --stream->skip_depth == 0) {
            value_ended(stream);
            return i + 1;
        }
    }
    return n;
}

size_t json_stream_feed(struct json_stream *stream, const char *bytes, size_t n) {
    size_t used = 0;
    while (used < n && stream->state != ENDED && stream->state != BROKEN) {
        const char *at = bytes + used;
        switch (stream->state) {
        case IN_STRING:
            used += read_string(stream, at, n - used);
            break;
        case IN_NUMBER:
        case IN_WORD:
            used += read_token(stream, at, n - used);
            break;
        case IN_SKIPPED:
        case IN_SKIPPED_STRING:
        case IN_SKIPPED_ESCAPE:
            used += read_skipped(stream, at, n - used);
            break;
        case IN_ESCAPE:
            read_escape(stream, *at);
            used++;
            break;
        case IN_CODE:
            read_digit(stream, *at);
            used++;
            break;
        default:
            if (!is_blank(*at))
                read_between(stream, *at);
            used++;
        }
    }
    return used;
}
