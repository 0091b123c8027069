/* SPDX-License-Identifier: Apache-2.0 */
/* The token is in memory of ours for a moment only. */
#include "publish/http_target.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

int http_target_open(const struct sink_config *config, const char *url, const char *scheme,
                     const char *const *headers, struct http_client **client) {
    struct text authorization = {0};
    if (config->token)
        text_add_format(&authorization, "%s %s", scheme, config->token);
    const struct http_options options = {
        .url = url,
        .user = config->user,
        .password = config->password,
        .authorization = authorization.data,
        .ca_file = config->ca_file,
        .certificate_file = config->certificate_file,
        .key_file = config->key_file,
        .headers = headers,
        .timeout_ms = config->timeout_ms,
    };
    int error = authorization.failed ? ERROR_MEMORY : http_client_new(&options, client);
    if (authorization.data)
        explicit_bzero(authorization.data, authorization.size);
    text_done(&authorization);
    return error;
}

int http_target_say(const struct sink_config *config, int error) {
    if (error != ERROR_ARGUMENT)
        return ERROR_MEMORY;
    log_write(LOG_ERROR, config->name,
              "its url cannot be used: write http://host:port/path, user and password apart from it");
    return ERROR_CONFIG;
}

const char *http_target_url(const struct sink_config *config, size_t endpoint) {
    return endpoint == 0 ? config->url : config->endpoints[endpoint - 1];
}
