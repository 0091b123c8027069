/* SPDX-License-Identifier: Apache-2.0 */
/* Words for few and many. */
#include "serve/status_line.h"

#include <stdbool.h>
#include <string.h>

#include "base/service_notify.h"

static void add_share(struct text *text, size_t part, size_t all, const char *noun, const char *verb) {
    if (part < all)
        text_add_format(text, "%zu of ", part);
    text_add_format(text, "%zu %s%s %s%s", all, noun, part == 1 && all == 1 ? "" : "s", verb,
                    part == 1 ? "s" : "");
}

void status_line_write(const struct status_figures *figures, struct text *text) {
    size_t working = 0;
    bool is_stuck = false;
    for (size_t i = 0; i < figures->delivery->n_sinks; i++)
        working += figures->delivery->sinks[i].health.condition == SINK_WORKING;
    for (size_t i = 0; i < N_SPOOLS; i++)
        is_stuck |= figures->delivery->spools[i].is_stuck;
    add_share(text, figures->n_answer, figures->n_devices, "device", "answer");
    text_add_string(text, ", ");
    add_share(text, working, figures->delivery->n_sinks, "sink", "work");
    if (is_stuck)
        text_add_string(text, ", the disk takes nothing");
    if (figures->mistakes > 0)
        text_add_format(text, "; the last configuration was refused for %zu mistake%s", figures->mistakes,
                        figures->mistakes == 1 ? "" : "s");
}

static void count_up(void *context, const struct latest_device *device) {
    size_t *n_up = context;
    double up;
    *n_up += latest_find(device, DEVICE_UP, &up) && up > 0;
}

void status_line_tell(struct status_line *line, const struct site_config *config, struct latest *latest,
                      const struct delivery *delivery, size_t mistakes) {
    struct status_figures figures = {
        .n_devices = config->n_devices, .mistakes = mistakes, .delivery = delivery};
    for (size_t i = 0; i < config->n_devices; i++)
        latest_show(latest, config->devices[i].number, count_up, &figures.n_answer);
    text_clear(&line->now);
    status_line_write(&figures, &line->now);
    if (line->now.failed || (line->told.data && strcmp(line->now.data, line->told.data) == 0))
        return;
    service_notify("STATUS=%s", line->now.data);
    const struct text told = line->told;
    line->told = line->now;
    line->now = told;
}

void status_line_done(struct status_line *line) {
    text_done(&line->now);
    text_done(&line->told);
}
