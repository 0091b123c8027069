/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_health.h"

#include <string.h>

static const struct watched {
    uint32_t number; /* of the view that reports */
    bool is_judging; /* only where there is a section `power` */
    const char *standstill;
} parts[HTTP_HEALTH_PARTS] = {
    {GATEWAY_NUMBER, false, "polling: nothing was read and published"},
    {JUDGE_NUMBER, true, "judging: nothing was judged"},
};

void http_health_init(struct http_health *health, int64_t now_ms) {
    for (size_t i = 0; i < HTTP_HEALTH_PARTS; i++)
        health->parts[i] = (struct http_progress){.progress_ms = now_ms};
}

static void note_time(void *context, const struct latest_device *latest) {
    *(int64_t *)context = latest->newest_ms;
}

void http_health_look(struct http_health *health, struct latest *latest, const struct site_config *config,
                      int64_t now_ms) {
    for (size_t i = 0; i < HTTP_HEALTH_PARTS; i++) {
        struct http_progress *progress = &health->parts[i];
        int64_t said_ms = progress->said_ms;
        bool is_idle = parts[i].is_judging && !config->power;
        latest_show(latest, parts[i].number, note_time, &said_ms);
        if (said_ms != progress->said_ms || is_idle)
            progress->progress_ms = now_ms;
        progress->said_ms = said_ms;
    }
}

bool http_health_write(const struct http_health *health, const struct site_config *config, int64_t now_ms,
                       struct text *text) {
    bool all = true;
    for (size_t i = 0; i < HTTP_HEALTH_PARTS; i++) {
        int64_t still_ms = now_ms - health->parts[i].progress_ms;
        if (still_ms <= HTTP_STANDSTILL_MS || (parts[i].is_judging && !config->power))
            continue;
        text_add_format(text, "%s for %lld s\n", parts[i].standstill, (long long)(still_ms / 1000));
        all = false;
    }
    if (all)
        text_add_string(text, "ok\n");
    return all;
}

struct asked {
    const char *device;
    bool was;
};

/* While a configuration is exchanged, a number may be another device's already. */
static void note_device(void *context, const struct latest_device *latest) {
    struct asked *asked = context;
    asked->was = strcmp(latest->view->device, asked->device) == 0;
}

bool http_ready_write(struct latest *latest, const struct site_config *config, struct text *text) {
    size_t n_missing = 0;
    const char *first = NULL;
    for (size_t i = 0; i < config->n_devices; i++) {
        struct asked asked = {.device = config->devices[i].name};
        if (latest_show(latest, config->devices[i].number, note_device, &asked) && asked.was)
            continue;
        if (n_missing++ == 0)
            first = asked.device;
    }
    if (n_missing == 0) {
        text_add_string(text, "ready\n");
        return true;
    }
    text_add_format(text, "%zu of %zu devices were not asked yet, the first is ", n_missing,
                    config->n_devices);
    text_add_printable(text, first);
    text_add_char(text, '\n');
    return false;
}
