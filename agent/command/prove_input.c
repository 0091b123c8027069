/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and documents. A document whose first line has no more than a bracket goes over several lines; any
 * other ends with its line, so that a line which breaks off costs no other.
 */
#include "command/prove_input.h"

#include <inttypes.h>
#include <string.h>

enum state {
    BETWEEN, /* documents */
    IN_TEXT, /* before a message */
    IN_DOCUMENT,
    IN_REST, /* of a line that cannot be read */
};

enum { SAID_MOST = 10 };

/* With which a message begins behind its topic: an object would begin a device's name, too. */
static const char beginning[] = " {\"schema\"";

/* Of a message without a byte, as mosquitto_sub -v writes it: that of an alarm that has ended long ago. */
static const char emptied[] = " (null)";

void prove_input_init(struct prove_input *input, struct prove_reader *reader, const char *name, FILE *out) {
    *input = (struct prove_input){.reader = reader, .name = name, .out = out, .state = BETWEEN, .line = 1};
}

static void complain(struct prove_input *input, uint64_t line, const char *why) {
    if (input->skipped++ < SAID_MOST)
        fprintf(input->out, "%s:%" PRIu64 ": %s\n", input->name, line, why);
}

static void break_off(struct prove_input *input, const char *why) {
    complain(input, input->line, why);
    prove_reader_break_off(input->reader);
}

static void begin_document(struct prove_input *input) {
    input->json = prove_reader_begin(input->reader);
    input->state = IN_DOCUMENT;
    input->is_multi = input->has_more = false;
}

static void note_content(struct prove_input *input) {
    const char *why = prove_reader_why(input->reader);
    if (why)
        complain(input, input->line, why);
}

/* Returns how many bytes were used. */
static size_t feed_document(struct prove_input *input, const char *bytes, size_t n) {
    size_t used = json_stream_feed(input->json, bytes, n);
    const char *why = json_stream_why_broken(input->json);
    if (why) {
        break_off(input, why);
        prove_reader_why(input->reader);
        input->state = IN_REST;
    } else if (json_stream_has_ended(input->json)) {
        note_content(input);
        input->state = BETWEEN;
    }
    return used;
}

/* How much of the word the bytes end with, one more of them read. None has its first byte again. */
static size_t follow(const char *word, size_t matched, char byte) {
    return byte && byte == word[matched] ? matched + 1 : byte == word[0];
}

/* Looks for a message behind its topic. */
static size_t read_text(struct prove_input *input, const char *bytes, size_t n) {
    const size_t size = sizeof(beginning) - 1;
    for (size_t i = 0; i < n; i++) {
        input->matched = follow(beginning, input->matched, bytes[i]);
        input->emptied = follow(emptied, input->emptied, bytes[i]);
        if (input->matched < size)
            continue;
        begin_document(input);
        input->has_more = true;
        input->has_text = false;
        feed_document(input, beginning + 1, size - 1);
        return i + 1;
    }
    return n;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t read_between(struct prove_input *input, const char *bytes, size_t n) {
    size_t i = 0;
    while (i < n && is_blank(bytes[i]))
        i++;
    if (i == n)
        return n;
    if (bytes[i] == '{' || bytes[i] == '[') {
        begin_document(input);
        feed_document(input, bytes + i, 1);
        return i + 1;
    }
    input->state = IN_TEXT;
    input->matched = input->emptied = 0;
    input->has_text = true;
    return i;
}

/* A part of one line. */
static void read_part(struct prove_input *input, const char *bytes, size_t n) {
    for (size_t used = 0; used < n;) {
        switch (input->state) {
        case BETWEEN:
            used += read_between(input, bytes + used, n - used);
            break;
        case IN_TEXT:
            used += read_text(input, bytes + used, n - used);
            break;
        case IN_DOCUMENT:
            for (size_t i = used; !input->has_more && i < n; i++)
                input->has_more = !is_blank(bytes[i]);
            used += feed_document(input, bytes + used, n - used);
            break;
        default:
            used = n;
        }
    }
}

static void end_line(struct prove_input *input) {
    if (input->state == IN_DOCUMENT) {
        input->is_multi |= !input->has_more;
        if (input->is_multi)
            feed_document(input, "\n", 1);
        else
            break_off(input, "the line breaks off");
    } else if (input->state == IN_TEXT && input->has_text && input->emptied < sizeof(emptied) - 1)
        complain(input, input->line, "there is no message in this line");
    if (input->state != IN_DOCUMENT || !input->is_multi)
        input->state = BETWEEN;
    input->has_text = false;
    input->line++;
}

int prove_input_feed(struct prove_input *input, const char *bytes, size_t n) {
    for (size_t at = 0; at < n && prove_reader_error(input->reader) == 0;) {
        const char *end = memchr(bytes + at, '\n', n - at);
        size_t size = end ? (size_t)(end - bytes) - at : n - at;
        read_part(input, bytes + at, size);
        at += size;
        if (end) {
            end_line(input);
            at++;
        }
    }
    return prove_reader_error(input->reader);
}

void prove_input_end(struct prove_input *input) {
    if (input->state == IN_DOCUMENT)
        break_off(input, "the file breaks off");
    else if (input->state == IN_TEXT)
        end_line(input);
    if (input->skipped > SAID_MOST)
        fprintf(input->out, "%s: %" PRIu64 " more are not said\n", input->name, input->skipped - SAID_MOST);
}
