/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as one request of Influx line protocol, compressed with gzip. The measurement is "facility", a
 * quantity's name without "facility_" is the field, labels are tags: databases that join both with an
 * underscore have the names of all other formats. Readings of one place that follow each other share a line.
 * Every value is written as a float, times are milliseconds. Good and substituted readings only, as in
 * encode_remote_write; its info series are here the fields device_info and component_info, those of proof.h
 * row_sequence, gap_first_sequence and gap_last_sequence.
 *
 * Line protocol cannot say every text: no line break or other control character, and no backslash before
 * another one, before a comma, a space or an equals sign, or at the end of a tag. Rows of a device with such
 * a name cannot be said; such a fact about a device is left out. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENCODE_INFLUX_H
#define HALLWATCH_PUBLISH_ENCODE_INFLUX_H

#include <stdbool.h>

#include "base/text.h"
#include "model/config.h"
#include "publish/proof.h"
#include "publish/spool/spool.h"

struct encode_influx;

/* Borrows the source. NULL when out of memory. */
struct encode_influx *encode_influx_new(const struct proof_source *source);
void encode_influx_free(struct encode_influx *encoder);

/* Begins a request; the one before is gone. */
void encode_influx_begin(struct encode_influx *encoder);

/* Why the row cannot be said; NULL where it can. */
const char *encode_influx_why_not(struct encode_influx *encoder, const struct spool_row *row);

/* Adds a row that can be said. 0 or ERROR_MEMORY. */
int encode_influx_add(struct encode_influx *encoder, const struct spool_row *row);

/* A device of which the request lacks a fact that cannot be said; NULL: it lacks none. */
const char *encode_influx_left_out(const struct encode_influx *encoder);

/* Whether nothing has been added that the format has a place for. */
bool encode_influx_is_empty(const struct encode_influx *encoder);

/* The request's body, valid until the next begin; without a row it is a comment. 0 or ERROR_MEMORY. */
int encode_influx_finish(struct encode_influx *encoder, const char **body, size_t *size);

/*
 * Adds where requests go: what version 2 (bucket) or version 1 (database) puts behind the address that is
 * configured.
 */
void encode_influx_url(const struct sink_config *config, const char *endpoint, struct text *url);

#endif
