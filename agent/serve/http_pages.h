/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bodies of /metrics: made when they are asked for, and kept for a moment. Several
 * clients may take one body at their own pace while newer ones are made, so bodies are counted by who takes
 * them, and bounded. Owned by one thread.
 */
#ifndef HALLWATCH_SERVE_HTTP_PAGES_H
#define HALLWATCH_SERVE_HTTP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"
#include "model/latest.h"

/*
 * A page is kept for ten times as long as it took to make it, within these bounds: whoever asks however often
 * costs a tenth of one core, and a page that is cheap is fresh.
 */
enum { HTTP_BODIES_MOST = 6, HTTP_KEPT_TIMES = 10, HTTP_KEPT_LEAST_MS = 100, HTTP_KEPT_MOST_MS = 5000 };

struct http_pages;

/* The bytes of one answer; they stay as they are. */
struct http_body {
    struct http_pages *pages;
    char *data;
    size_t size;
    unsigned references;
};

struct http_pages *http_pages_new(struct latest *latest); /* borrows it; NULL when out of memory */
/* After all bodies were let go. NULL is fine. */
void http_pages_free(struct http_pages *pages);

/*
 * The body of /metrics, with one reference for the caller; `gzip`: whether it may be compressed, and then
 * whether it is. NULL: out of memory, or slow clients still hold HTTP_BODIES_MOST of them.
 */
struct http_body *http_pages_metrics(struct http_pages *pages, const struct site_config *config, bool *gzip,
                                     int64_t now_ms);
void http_body_release(struct http_body *body);
/* Lets go of what was kept long enough. `now_ms` is monotonic, here as above. */
void http_pages_age(struct http_pages *pages, int64_t now_ms);
/* Whether there is anything that http_pages_age may let go of. */
bool http_pages_keep_any(const struct http_pages *pages);

#endif
