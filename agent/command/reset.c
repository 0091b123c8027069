/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallwatch reset`: ends an alarm that latches, when its condition is gone. It writes to the operators'
 * journal, which the running agent reads; what stands is looked up in what the agent keeps there.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "command/command.h"
#include "command/operator_journal.h"
#include "command/options.h"
#include "publish/state_file.h"

enum { STATE_MOST = 256 << 20 };

static const char name[] = "reset";

static int say(const char *what, const char *why, int status) {
    struct text text = {0};
    text_add_printable(&text, what);
    fprintf(stderr, "hallwatch reset: %s: %s\n", text.data ? text.data : "", why);
    text_done(&text);
    return status;
}

static int read_state(const char *folder, struct state_content *content) {
    struct text text = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/" STATE_FILE, folder);
    int error = file_read(path, STATE_MOST, &text, NULL);
    const char *why = error == ERROR_NOT_FOUND ? "the agent has kept no alarm yet"
                      : error                  ? file_error_text(error)
                              : state_file_read(text.data ? text.data : "", text.size, content);
    text_done(&text);
    return why ? say(path, why, STATUS_FAILED) : STATUS_OK;
}

static int refuse_alarm(const struct state_content *content, const char *id) {
    const char **ids = calloc(content->n_alarms + 1, sizeof(char *));
    for (size_t i = 0; ids && i < content->n_alarms; i++)
        ids[i] = content->alarms[i].record.id;
    const char *nearest = ids ? text_nearest(id, ids, content->n_alarms) : NULL;
    char why[128] = "there is no such alarm";
    if (nearest)
        snprintf(why, sizeof(why), "there is no such alarm; did you mean %s?", nearest);
    free(ids);
    return say(id, why, STATUS_USAGE);
}

/* Whether there is something to be reset. */
static int check(const struct state_content *content, const char *id) {
    const struct alarm_record *record = NULL;
    for (size_t i = 0; i < content->n_alarms && !record; i++)
        if (strcmp(content->alarms[i].record.id, id) == 0)
            record = &content->alarms[i].record;
    if (!record)
        return refuse_alarm(content, id);
    if (record->state == ALARM_RETURNED)
        return STATUS_OK;
    if (record->state == ALARM_NORMAL)
        return say(id, "it has ended", STATUS_REFUSED);
    if (!record->latches)
        return say(id, "it does not latch: it ends by itself when its condition is gone", STATUS_REFUSED);
    return say(id, "its condition holds: it can be reset when that is gone", STATUS_REFUSED);
}

static int reset(const struct site_config *config, const char *id, const char *by, const char *why) {
    struct journal_order order = {.kind = ORDER_RESET};
    struct state_content content = {0};
    int status = operator_order_fill(name, &order, id, by, why);
    if (status == STATUS_OK)
        status = read_state(config->spool.folder, &content);
    if (status == STATUS_OK)
        status = check(&content, id);
    if (status == STATUS_OK)
        status = operator_journal_add(name, config->spool.folder, &order);
    if (status == STATUS_OK)
        printf("%s is reset\n", id);
    state_content_done(&content);
    return status;
}

static int run(int argc, char **argv) {
    const char *others[2] = {NULL, NULL}, *by = NULL, *why = NULL, *gateway = NULL;
    const struct option options[] = {
        {"by", .value = &by}, {"why", .value = &why}, {"gateway", .value = &gateway}};
    struct site_config *config;
    if (options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), others, 1, 2) < 0)
        return STATUS_USAGE;
    int status = operator_config_load(name, others[1], gateway, &config);
    if (status != STATUS_OK)
        return status;
    status = reset(config, others[0], by, why);
    config_free(config);
    return status;
}

const struct command command_reset = {
    .name = name,
    .summary = "end an alarm that latches",
    .help =
        "reset ALARM --by NAME --why TEXT [CONFIG]\n\n"
        "An alarm of a leak or a trip stands until somebody says that it was seen to, even when its "
        "condition is gone.\n"
        "ALARM is its id, as `hallwatch status` shows it. The order is added to operator.jsonl in the folder "
        "of\n"
        "CONFIG's spool, with the time and your user number; the running agent takes it up within a "
        "second.\n\n"
        "  --by NAME       who says so\n"
        "  --why TEXT      what was found\n"
        "  --gateway NAME  as of `hallwatch check`\n"
        "  CONFIG          default: " SERVICE_CONFIG "\n\n"
        "Exit status: 0 done, 1 the journal cannot be written, 2 wrong arguments or configuration, 4 there "
        "is nothing\n"
        "to be reset.\n",
    .run = run,
};
