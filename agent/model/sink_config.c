/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a sink's configuration: a sink outlives the configuration that it was made from. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/config.h"
#include "model/secret.h"

void sink_config_done(struct sink_config *sink) {
    free(sink->name);
    free(sink->url);
    for (size_t i = 0; sink->endpoints && i < sink->n_endpoints; i++)
        free(sink->endpoints[i]);
    free(sink->endpoints);
    secret_free(sink->user);
    secret_free(sink->password);
    secret_free(sink->token);
    free(sink->ca_file);
    free(sink->certificate_file);
    free(sink->key_file);
    free(sink->org);
    free(sink->bucket);
    free(sink->database);
    free(sink->client_id);
    *sink = (struct sink_config){0};
}

static bool copy_text(const char *text, char **copy) {
    *copy = text ? strdup(text) : NULL;
    return *copy || !text;
}

static bool copy_endpoints(const struct sink_config *from, struct sink_config *to) {
    bool all = true;
    to->endpoints = calloc(from->n_endpoints + 1, sizeof(char *));
    for (size_t i = 0; to->endpoints && i < from->n_endpoints; i++)
        all = copy_text(from->endpoints[i], &to->endpoints[i]) && all;
    return to->endpoints && all;
}

int sink_config_copy(const struct sink_config *from, struct sink_config *to) {
    const struct {
        const char *from;
        char **to;
    } texts[] = {
        {from->name, &to->name},         {from->url, &to->url},
        {from->user, &to->user},         {from->password, &to->password},
        {from->ca_file, &to->ca_file},   {from->certificate_file, &to->certificate_file},
        {from->key_file, &to->key_file}, {from->client_id, &to->client_id},
        {from->token, &to->token},       {from->org, &to->org},
        {from->bucket, &to->bucket},     {from->database, &to->database},
    };
    *to = *from;
    bool all = copy_endpoints(from, to);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        all = copy_text(texts[i].from, texts[i].to) && all;
    if (all)
        return 0;
    sink_config_done(to);
    return ERROR_MEMORY;
}
