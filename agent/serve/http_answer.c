/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_answer.h"

static const struct {
    enum http_status status;
    const char *text;
} refusals[] = {
    {HTTP_BAD_REQUEST, "a request for a page has no body\n"},
    {HTTP_UNAUTHORIZED, "a token is missing or wrong\n"},
    {HTTP_FORBIDDEN, "a client certificate is missing or wrong\n"},
    {HTTP_NOT_FOUND, "there is no such page; / lists those that are\n"},
    {HTTP_NOT_ALLOWED, "pages are only read: GET or HEAD\n"},
    {HTTP_TOO_MANY, "too many requests\n"},
    {HTTP_UNAVAILABLE, "too many slow clients hold what was made for them\n"},
};

void http_answer_refusal(enum http_status status, struct text *text) {
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (refusals[i].status == status)
            text_add_string(text, refusals[i].text);
}

static const char list[] = "hallwatch\n\n"
                           "/metrics  every series as it is now, in Prometheus's text format\n"
                           "/healthz  whether the agent makes progress\n"
                           "/readyz   whether every device was asked once\n";

enum http_status http_answer_page(const struct http_answer_sources *sources, enum http_page page,
                                  int64_t now_ms, struct text *text) {
    bool is_well = true;
    if (page == HTTP_HEALTH)
        is_well = http_health_write(sources->health, sources->config, now_ms, text);
    else if (page == HTTP_READY)
        is_well = http_ready_write(sources->latest, sources->config, text);
    else
        text_add_string(text, list);
    return is_well ? HTTP_OK : HTTP_UNAVAILABLE;
}
