/* SPDX-License-Identifier: Apache-2.0 */
/* The short answers: what is refused and why, how the agent fares, and which pages there are. */
#ifndef HALLWATCH_SERVE_HTTP_ANSWER_H
#define HALLWATCH_SERVE_HTTP_ANSWER_H

#include "base/text.h"
#include "model/config.h"
#include "model/latest.h"
#include "serve/http_health.h"
#include "serve/http_request.h"

/* Adds why a request is refused; nothing that the client sent is in it. */
void http_answer_refusal(enum http_status status, struct text *text);

/* Adds a page other than /metrics; `now_ms` is monotonic. HTTP_OK, or HTTP_UNAVAILABLE where something is
 * amiss. */
struct http_answer_sources {
    const struct site_config *config;
    struct latest *latest;
    const struct http_health *health;
};
enum http_status http_answer_page(const struct http_answer_sources *sources, enum http_page page,
                                  int64_t now_ms, struct text *text);

#endif
