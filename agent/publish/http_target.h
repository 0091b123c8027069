/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP client as a sink's configuration wants it: who is trusted, who we are, and how long it may take. */
#ifndef HALLWATCH_PUBLISH_HTTP_TARGET_H
#define HALLWATCH_PUBLISH_HTTP_TARGET_H

#include "base/http_client.h"
#include "model/config.h"

/*
 * For requests to `url`, with the headers (ended by NULL); `scheme` stands before the sink's token, where it
 * has one, in Authorization. Errors as http_client_new.
 */
int http_target_open(const struct sink_config *config, const char *url, const char *scheme,
                     const char *const *headers, struct http_client **client);
/* Says where such an error is the configuration's. What `prepare` of a kind returns then. */
int http_target_say(const struct sink_config *config, int error);

/* The URL of the sink's endpoint: 0 is the first. */
const char *http_target_url(const struct sink_config *config, size_t endpoint);

#endif
