/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats of sink_http: what of a request depends on the format, as tables of functions over the
 * encoders. A new format is one more table.
 */
#ifndef HALLWATCH_PUBLISH_HTTP_FORMAT_H
#define HALLWATCH_PUBLISH_HTTP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "model/config.h"
#include "publish/proof.h"
#include "publish/spool/spool.h"

/* `encoder` is what make_encoder has made; one thread uses it. */
struct http_format {
    const char *const *headers; /* ended by NULL */
    /* Where requests go: an endpoint as configured, with what the format adds to it. */
    void (*write_url)(const struct sink_config *config, const char *endpoint, struct text *url);
    /* What stands before a token in the header Authorization. */
    const char *(*token_scheme)(const struct sink_config *config);
    /* Borrows the source. NULL when out of memory. */
    void *(*make_encoder)(const struct proof_source *source);
    void (*free_encoder)(void *encoder);
    /* Begins a request; the one before is gone. */
    void (*begin)(void *encoder);
    /*
     * What is wrong with a row with a view that the format cannot say as it is; NULL where it can. NULL for
     * the function: it can say every row.
     */
    const char *(*why_not)(void *encoder, const struct spool_row *row);
    /* Adds a row that it can say, or a gap. 0 or ERROR_MEMORY. */
    int (*add)(void *encoder, const struct spool_row *row);
    /*
     * A device of which the request lacks what the format cannot say of its names; NULL: it lacks nothing.
     * NULL for the function: it can say all.
     */
    const char *(*left_out)(const void *encoder);
    /* Whether nothing has been added that the format has a place for. */
    bool (*is_empty)(const void *encoder);
    /*
     * The request's body, valid until the next begin; without a row it is one that every receiver takes. 0 or
     * ERROR_MEMORY.
     */
    int (*finish)(void *encoder, const char **body, size_t *size);
};

/* That of a sink's kind, which speaks HTTP. */
const struct http_format *http_format_of(enum sink_kind kind);

#endif
