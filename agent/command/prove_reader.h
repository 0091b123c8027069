/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a JSON document says of streams, told by its members, whatever is around them: messages of MQTT and
 * batches of them, bare or in mosquitto_sub's %j; series as VictoriaMetrics exports them; answers of
 * Prometheus and of InfluxDB 1. Input of any origin. Pure.
 */
#ifndef HALLWATCH_COMMAND_PROVE_READER_H
#define HALLWATCH_COMMAND_PROVE_READER_H

#include "base/json_stream.h"
#include "command/prove_streams.h"

struct prove_reader;

/* Borrows the streams. NULL when out of memory. */
struct prove_reader *prove_reader_new(struct prove_streams *streams);
void prove_reader_free(struct prove_reader *reader);

/* The document to be fed; json_stream_begin begins the next. */
struct json_stream *prove_reader_begin(struct prove_reader *reader);

/* The document does not go on, or is no JSON: a message is one row, but an answer may have had any more. */
void prove_reader_break_off(struct prove_reader *reader);

/*
 * What was wrong with the document's content since this was asked last, though it is JSON: for people, NULL
 * where nothing was. Rows that could be read were.
 */
const char *prove_reader_why(struct prove_reader *reader);
/* Whether an answer of a database broke off or said that it is not all: rows of which nothing tells may lack.
 */
bool prove_reader_is_partial(const struct prove_reader *reader);

/* Of memory, or of bounds; nothing goes on after one. */
int prove_reader_error(const struct prove_reader *reader);

/* Rows and markers that were read so far. */
uint64_t prove_reader_found(const struct prove_reader *reader);

#endif
