/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture as it comes: documents, one or several to a line or over several lines, with a topic before them
 * or not. What cannot be read is said with its line and left behind; the next line is read again.
 */
#ifndef HALLWATCH_COMMAND_PROVE_INPUT_H
#define HALLWATCH_COMMAND_PROVE_INPUT_H

#include <stdio.h>

#include "command/prove_reader.h"

struct prove_input {
    struct prove_reader *reader;
    const char *name; /* of the file */
    FILE *out;        /* where it says what it could not read */

    int state; /* from here on: its own */
    struct json_stream *json;
    uint64_t line, skipped; /* lines */
    size_t matched;         /* bytes of what a message begins with */
    size_t emptied;         /* bytes of what stands behind a topic that was emptied */
    bool is_multi,
        has_more;  /* a document that goes over several lines; its first line has more than a bracket */
    bool has_text; /* the line has something that is no document */
};

/* Borrows all three. */
void prove_input_init(struct prove_input *input, struct prove_reader *reader, const char *name, FILE *out);
/* An error of the reader's: nothing goes on. */
int prove_input_feed(struct prove_input *input, const char *bytes, size_t n);
/* At the end of the file. */
void prove_input_end(struct prove_input *input);

#endif
