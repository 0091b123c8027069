/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a judge with what a status document holds. */
#include "command/judged_document.h"

#include <stdio.h>

#include "base/time_zone.h"
#include "command/command.h"
#include "command/status_digest.h"

static int32_t zone_offset_s(const struct power_config *power, int64_t time_ms) {
    struct time_zone *zone;
    if (time_zone_load(power->time_zone, &zone) != 0)
        return 0; /* the configuration was checked: it was there a moment ago */
    int32_t offset_s = time_zone_offset(zone, time_ms / 1000);
    time_zone_free(zone);
    return offset_s;
}

/* What a gateway says of its own nodes is what is judged here; only others' sums are inputs. */
static bool is_input(const struct power_config *power, const struct device_view *view) {
    if (view->alarm)
        return false;
    uint32_t node = view->node ? power_find(power, view->node) : POWER_NO_NODE;
    return !view->node || (node != POWER_NO_NODE && power->nodes[node].elsewhere);
}

/* What is out of service, of which only the agent knows. */
static void take_out(struct judge *judge, const json_t *document, const struct judge_time *time) {
    const json_t *out = json_object_get(json_object_get(document, "power"), "out");
    for (size_t i = 0; i < json_array_size(out); i++) {
        const json_t *one = json_array_get(out, i);
        double until_ms = status_number(one, "until");
        if (until_ms > 0 && until_ms < 1e15)
            judge_set_out(judge, status_text(one, "node"), (int64_t)until_ms, status_text(one, "by"),
                          status_text(one, "why"), time);
    }
}

static void feed(const struct site_config *config, struct judged_document *document) {
    const struct readings_source *source = &document->source;
    struct judge_time *time = &document->time;
    *time = (struct judge_time){.zone_offset_s = zone_offset_s(config->power, source->time_ms)};
    for (size_t i = 0; i < source->n_batches; i++) {
        time->wall_ms = time->monotonic_ms = source->batches[i]->time_ms;
        if (is_input(config->power, source->batches[i]->view))
            judge_take(document->judge, source->batches[i], time);
    }
    time->wall_ms = time->monotonic_ms = source->time_ms;
    take_out(document->judge, source->document, time);
    judge_tick(document->judge, time);
}

int judged_document_open(const char *command, const struct site_config *config, const char *from,
                         struct judged_document *document) {
    *document = (struct judged_document){0};
    int status = readings_source_open(command, config->status_socket, from, &document->source);
    if (status != STATUS_OK)
        return status;
    document->board = alarm_board_new();
    if (!document->board || judge_new(config, document->board, 1, &document->judge) != 0) {
        fprintf(stderr, "hallwatch %s: out of memory\n", command);
        judged_document_done(document);
        return STATUS_FAILED;
    }
    feed(config, document);
    document->judged = judge_look(document->judge);
    return STATUS_OK;
}

void judged_document_done(struct judged_document *document) {
    judge_free(document->judge);
    alarm_board_free(document->board);
    readings_source_done(&document->source);
    *document = (struct judged_document){0};
}
