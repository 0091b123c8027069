/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch why`: takes a judged number or an alarm apart. */
#include <stdio.h>

#include "base/clock.h"
#include "command/command.h"
#include "command/find_node.h"
#include "command/judged_document.h"
#include "command/node_alarms.h"
#include "command/options.h"
#include "command/status_digest.h"
#include "command/why_alarm.h"

static void add_heading(const struct why *why) {
    char span[32];
    double age_s = (double)(clock_wall_ms() - why->time.wall_ms) / 1000;
    status_write_span(age_s > 0 ? age_s : 0, span, sizeof(span));
    text_add_format(why->text, "as of %s ago, judged anew from what was read\n\n", span);
}

/* What the alarm is about: its node, else the nodes that its device measures. */
static void add_subjects(const struct why *why, const json_t *alarm) {
    const struct power_config *power = why->judged->power;
    enum { SUBJECTS_MOST = 3 };
    int n = 0;
    for (uint32_t i = 0; i < power->n_nodes && n < SUBJECTS_MOST; i++) {
        if (!alarm_is_about(alarm, &power->nodes[i]))
            continue;
        text_add_char(why->text, '\n');
        why_add_node(why, i);
        n++;
    }
}

static int explain(const struct why *why, const char *what) {
    const json_t *alarm = why_find_alarm(why->document, what);
    add_heading(why);
    if (alarm) {
        if (!why_add_alarm(why, alarm))
            return STATUS_FAILED;
        add_subjects(why, alarm);
        return STATUS_OK;
    }
    uint32_t node = find_node("why", why->judged->power, what);
    if (node == POWER_NO_NODE)
        return STATUS_USAGE;
    why_add_node(why, node);
    why_add_alarms_of(why, node);
    return STATUS_OK;
}

static int run(int argc, char **argv) {
    const char *from = NULL, *gateway = NULL, *others[2];
    const struct option options[] = {{"from", .value = &from}, {"gateway", .value = &gateway}};
    struct site_config *config = NULL;
    struct judged_document document = {0};
    struct text text = {0};
    if (options_read(argc, argv, options, 2, others, 2, 2) < 0)
        return STATUS_USAGE;
    int status = load_power_config("why", others[1], gateway, &config);
    if (status != STATUS_OK)
        return status;
    status = judged_document_open("why", config, from, &document);
    if (status == STATUS_OK) {
        const struct why why = {.config = config,
                                .judge = document.judge,
                                .judged = document.judged,
                                .time = document.time,
                                .document = document.source.document,
                                .text = &text};
        status = explain(&why, others[0]);
    }
    if (status == STATUS_OK)
        status = text.failed || fputs(text.data, stdout) < 0 ? STATUS_FAILED : STATUS_OK;
    text_done(&text);
    judged_document_done(&document);
    config_free(config);
    return status;
}

const struct command command_why = {
    .name = "why",
    .summary = "take a judged number or an alarm apart",
    .help =
        "why ALARM|NODE CONFIG [--from FILE] [--gateway NAME]\n\n"
        "Says how what is judged of the node NODE, or the alarm with the id ALARM, came about: formula, "
        "inputs with their\n"
        "age, quality and register or object, what is usable, budget in force, rule with its limits and "
        "delays, causes,\n"
        "consequences, and what losses would do. `hallwatch read --raw --config CONFIG DEVICE` adds what a "
        "device really sends.\n\n"
        "  --from FILE     readings that `hallwatch status --json` wrote, instead of the agent's that runs "
        "here\n"
        "  --gateway NAME  as the gateway NAME; default: the configuration's, else the host's name\n\n"
        "Exit status: 0 said, 2 wrong arguments or configuration, 3 no agent answers, 4 you may not ask "
        "it.\n",
    .run = run,
};
