/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings out of a status document (serve/status_document.h), live from the agent's socket or from a file
 * that `hallwatch status --json` made, as views and batches, so that a command can feed a judge of its own.
 * What the document says of nodes and alarms comes as views of theirs. Nothing in the document is trusted:
 * what is no reading is left out, what is no document is refused.
 */
#ifndef HALLWATCH_COMMAND_READINGS_SOURCE_H
#define HALLWATCH_COMMAND_READINGS_SOURCE_H

#include "model/series.h"

struct json_t; /* jansson's */

struct readings_source {
    struct json_t *document; /* places and classes of the views borrow from it */
    int64_t time_ms;         /* wall clock: when the document was written */
    /*
     * By time. Each holds readings of one device, node or alarm that are of one time, so that there are
     * several of one that is read at several rates. What its view says beside is in the others.
     */
    struct batch **batches;
    size_t n_batches;
    size_t n_views, n_readings;
    size_t n_left_out; /* readings of a quantity, place or quality that this program does not know */
};

/*
 * Reads the file `from`, or where it is NULL asks the agent that listens at
 * `socket`. Returns an exit_status after saying on standard error, in the name of `command`, what went wrong.
 * To be ended by readings_source_done, and not before whoever was given a batch or held a view is gone.
 */
int readings_source_open(const char *command, const char *socket, const char *from,
                         struct readings_source *source);

/* The same of `size` bytes. 0, ERROR_GARBLED, ERROR_TOO_BIG or ERROR_MEMORY; `why` says where. */
int readings_source_parse(const char *data, size_t size, struct readings_source *source, char *why,
                          size_t why_size);

void readings_source_done(struct readings_source *source); /* zeroed is fine */

#endif
