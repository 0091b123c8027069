/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as one request of Prometheus remote write 1.0: a WriteRequest in protobuf, compressed as one snappy
 * block. Good and substituted readings only; the format has no place for other qualities. The info series of
 * a device (facility_device_info, facility_component_info, value 1) go along as view_info has it. Each row
 * comes with its number, and rows that are no more are marked, as proof.h has it. Series that have ended, and
 * the info series of their view, get Prometheus's stale marker. Rows are taken in the order in which they are
 * added, so that each series is in time order if the rows are. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENCODE_REMOTE_WRITE_H
#define HALLWATCH_PUBLISH_ENCODE_REMOTE_WRITE_H

#include <stdbool.h>

#include "publish/proof.h"
#include "publish/spool/spool.h"

struct encode_remote_write;

/* Borrows the source. NULL when out of memory. */
struct encode_remote_write *encode_remote_write_new(const struct proof_source *source);
void encode_remote_write_free(struct encode_remote_write *encoder);

/* Begins a request; the one before is gone. */
void encode_remote_write_begin(struct encode_remote_write *encoder);

/* Adds a row to the request. 0 or ERROR_MEMORY. */
int encode_remote_write_add(struct encode_remote_write *encoder, const struct spool_row *row);

/* Whether nothing has been added that the format has a place for. */
bool encode_remote_write_is_empty(const struct encode_remote_write *encoder);

/* The request's body, valid until the next begin. 0 or ERROR_MEMORY. */
int encode_remote_write_finish(struct encode_remote_write *encoder, const char **body, size_t *size);

#endif
