/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallwatch identify: which driver reads a device and why, or what the author of one would have to know.
 * Recognises through the same poller as `read` and `run`, and reads nothing else.
 */
#include "acquire/identify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/poller.h"
#include "base/log.h"
#include "base/text.h"
#include "command/command.h"
#include "command/one_device.h"
#include "command/options.h"

struct choice {
    bool json;
    struct one_device device;
};

struct recognition_run {
    struct poller *poller;
    const struct choice *choice;
    const char *name; /* of the device */
    struct text said; /* for stdout */
    int error;
    char why[600];
    bool finished;
};

/* --- for people */

static const char *verdict_word(enum considered_verdict verdict) {
    static const char *const words[] = {[CONSIDERED_OPEN] = "not asked for",
                                        [CONSIDERED_FITS] = "is there",
                                        [CONSIDERED_RULED_OUT] = "is not there"};
    return words[verdict];
}

/* What a driver goes by, for people. */
static void add_way(struct text *text, const struct considered *one) {
    const struct recognition *by = one->recognition;
    if (by == NULL) {
        text_add_format(text, "a chain of models at register %lld", (long long)one->driver->chain.values[0]);
        return;
    }
    const struct {
        const char *before, *what;
    } ways[] = {{"sysObjectID ", by->sys_object_id},
                {"sysDescr ", by->sys_descr},
                {"object ", by->probe},
                {"product ", by->product}};
    const char *and = "";
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (ways[i].what == NULL)
            continue;
        text_add_format(text, "%s%s%s", and, ways[i].before, ways[i].what);
        and = ", ";
    }
    if (by->says.source.kind == SOURCE_NONE)
        return;
    text_add_format(text, "%sregister %u", and, by->says.source.address);
    if (by->says.pattern != NULL)
        text_add_format(text, " \"%s\"", by->says.pattern);
}

static bool is_chosen(const struct identify_finding *finding, const struct considered *one) {
    return one->driver == finding->driver && one->verdict == CONSIDERED_FITS;
}

/* Worth a line: whose sysObjectID fits, and what was found or asked for over Modbus; the rest is counted. */
static bool is_told(const struct identify_finding *finding, const struct considered *one) {
    bool found = one->verdict == CONSIDERED_FITS || one->weight > 0;
    bool tried = finding->protocol == PROTOCOL_MODBUS && one->verdict == CONSIDERED_RULED_OUT;
    return !is_chosen(finding, one) && (found || tried);
}

static void add_considered(struct text *text, const struct identify_finding *finding) {
    size_t others = 0;
    for (size_t i = 0; i < finding->n_considered; i++) {
        const struct considered *one = &finding->considered[i];
        if (!is_told(finding, one)) {
            others += !is_chosen(finding, one);
            continue;
        }
        text_add_format(text, "  considered   %s: ", one->driver->name);
        add_way(text, one);
        text_add_format(text, ", %s\n", verdict_word(one->verdict));
    }
    if (others > 0)
        text_add_format(text, "  considered   %zu other way%s to recognise a driver's device\n", others,
                        others > 1 ? "s" : "");
}

static void add_line(struct text *text, const char *what, const char *value) {
    if (value[0] == 0)
        return;
    text_add_format(text, "  %-12s ", what);
    text_add_printable(text, value);
    text_add_string(text, "\n");
}

static void add_facts(struct text *text, const struct identify_finding *finding) {
    add_line(text, "sysObjectID", finding->sys_object_id);
    add_line(text, "sysDescr", finding->sys_descr);
    add_line(text, "vendor", finding->vendor);
    add_line(text, "product", finding->product);
    add_line(text, "release", finding->release);
    for (size_t i = 0; i < finding->n_subtrees; i++)
        add_line(text, i == 0 ? "answers" : "", finding->subtrees[i]);
}

static void add_candidates(struct text *text, const struct identify_finding *finding) {
    for (size_t i = 0; i < finding->n_candidates; i++)
        text_add_format(text, "  %-12s %s: %s\n", i == 0 ? "may be" : "", finding->candidates[i]->name,
                        finding->candidates[i]->title);
}

/* What to do next. Over Modbus every candidate can be tried; of an unknown agent only a walk tells. */
static void add_next(struct text *text, const struct identify_finding *finding, const char *target) {
    if (finding->driver != NULL)
        text_add_format(text, "  next         hallwatch read %s\n", target);
    else if (finding->protocol == PROTOCOL_MODBUS)
        text_add_format(
            text,
            "  next         hallwatch identify --driver NAME %s, which asks first for what a NAME says; "
            "or\n"
            "               hallwatch read --raw --driver NAME %s, beside its display\n",
            target, target);
    if (finding->protocol == PROTOCOL_SNMP && (finding->driver == NULL || finding->standard))
        text_add_string(text,
                        "  its own      for a driver of its own: the maker's MIB, and `snmpwalk -On` of "
                        "what it answers\n");
}

static void add_for_people(struct text *text, const struct recognition_run *run,
                           const struct identify_finding *finding) {
    const struct driver *driver = finding->driver;
    text_add_printable(text, run->name);
    if (driver != NULL)
        text_add_format(text, ": driver %s: %s\n", driver->name, driver->title);
    else
        text_add_string(text, ": none\n");
    if (finding->n_candidates == 0)
        add_line(text, "because", finding->why != NULL ? finding->why : "");
    else
        add_line(text, "because", "it does not say what it is, and nothing is guessed");
    if (finding->standard)
        add_line(text, "", "no driver of its maker fits: it is read by what the standard says");
    add_facts(text, finding);
    add_considered(text, finding);
    add_candidates(text, finding);
    text_add_format(text, "  requests     %u\n", finding->asked);
    add_next(text, finding, run->choice->device.target);
}

/* --- as JSON */

static void add_member(struct text *text, const char *name, const char *value) {
    text_add_format(text, ",\"%s\":", name);
    if (value != NULL)
        text_add_json(text, value);
    else
        text_add_string(text, "null");
}

static void add_json(struct text *text, const struct recognition_run *run,
                     const struct identify_finding *finding) {
    const char *separator = "";
    text_add_string(text, "{\"device\":");
    text_add_json(text, run->name);
    add_member(text, "driver", finding->driver != NULL ? finding->driver->name : NULL);
    add_member(text, "why", finding->why);
    text_add_format(text, ",\"standard\":%s,\"requests\":%u", finding->standard ? "true" : "false",
                    finding->asked);
    add_member(text, "sys_object_id", finding->sys_object_id);
    add_member(text, "sys_descr", finding->sys_descr);
    add_member(text, "vendor", finding->vendor);
    add_member(text, "product", finding->product);
    add_member(text, "release", finding->release);
    text_add_string(text, ",\"considered\":[");
    for (size_t i = 0; i < finding->n_considered; i++) {
        const struct considered *one = &finding->considered[i];
        struct text way = {0};
        add_way(&way, one);
        text_add_format(text, "%s{\"driver\":\"%s\"", separator, one->driver->name);
        add_member(text, "by", way.data);
        add_member(text, "verdict", verdict_word(one->verdict));
        text_add_string(text, "}");
        text_done(&way);
        separator = ",";
    }
    text_add_string(text, "],\"candidates\":[");
    for (size_t i = 0; i < finding->n_candidates; i++)
        text_add_format(text, "%s\"%s\"", i > 0 ? "," : "", finding->candidates[i]->name);
    text_add_string(text, "],\"subtrees\":[");
    for (size_t i = 0; i < finding->n_subtrees; i++)
        text_add_format(text, "%s\"%s\"", i > 0 ? "," : "", finding->subtrees[i]);
    text_add_string(text, "]}\n");
}

/* --- the run */

static void on_identified(void *context, const struct device *device,
                          const struct identify_finding *finding) {
    struct recognition_run *run = context;
    (void)device;
    if (finding->driver == NULL && finding->error != ERROR_NOT_FOUND)
        return;
    if (run->choice->json)
        add_json(&run->said, run, finding);
    else
        add_for_people(&run->said, run, finding);
}

static void on_batch(void *context, struct batch *batch) {
    (void)context;
    batch_give_back(batch);
}

static void on_finished(void *context, const struct device *device, int error, const char *why) {
    struct recognition_run *run = context;
    (void)device;
    if (run->finished)
        return;
    run->finished = true;
    run->error = error;
    snprintf(run->why, sizeof(run->why), "%s", why != NULL ? why : error_word(error));
    poller_stop(run->poller);
}

static int identify_device(void *context, const char *site, struct device_config *device) {
    uv_loop_t loop;
    struct recognition_run run = {.choice = context, .name = device->name};
    struct poller_options options = {.site = site, .once = true};
    struct poller_events events = {
        .context = &run, .batch = on_batch, .finished = on_finished, .identified = on_identified};
    if (uv_loop_init(&loop) != 0)
        return STATUS_FAILED;
    int error = poller_new(&loop, &options, &events, &run.poller);
    if (error == 0)
        error = poller_add(run.poller, device);
    if (error == 0)
        error = poller_start(run.poller);
    if (error == 0)
        uv_run(&loop, UV_RUN_DEFAULT);
    else
        log_write(LOG_ERROR, "agent", "cannot start: %s", error_word(error));
    int status = error != 0 ? STATUS_FAILED : one_device_status(run.error);
    if (run.said.size > 0 && fwrite(run.said.data, 1, run.said.size, stdout) != run.said.size)
        status = STATUS_FAILED;
    if (error == 0 && run.said.size == 0)
        log_write(LOG_ERROR, device->name, "%s", run.why);
    text_done(&run.said);
    poller_free(run.poller);
    uv_loop_close(&loop);
    return status;
}

static int run(int argc, char **argv) {
    struct choice choice = {0};
    struct one_device *device = &choice.device;
    const struct option known[] = {
        {"json", .flag = &choice.json},
        {"driver", .value = &device->driver},
        {"community", .value = &device->community},
        {"config", .value = &device->config},
        {"gateway", .value = &device->gateway},
    };
    if (options_read(argc, argv, known, sizeof(known) / sizeof(known[0]), &device->target, 1, 1) < 0)
        return STATUS_USAGE;
    return one_device_find(device, argv[0], identify_device, &choice);
}

const struct command command_identify = {
    .name = "identify",
    .summary = "say which driver reads a device, and why",
    .help = "identify [--json] [--driver NAME] [--community TEXT] URL\n"
            "       hallwatch identify [--json] --config CONFIG [--gateway NAME] DEVICE\n\n"
            "Says which driver reads a device, why, and what else was considered. An SNMP device is "
            "recognised by\n"
            "sysObjectID, sysDescr and probe objects; a Modbus device by what function 43/14 says, the mark "
            "of a\n"
            "SunSpec map or a constant that a driver names, with at most three requests. Where that does not "
            "settle\n"
            "it, the drivers that it may be are named, and nothing is guessed.\n\n"
            "  URL               as for `hallwatch read`\n"
            "  --driver NAME     what a Modbus device of this driver says is asked for first\n"
            "  --community TEXT  SNMP v2c community; default: public; v1 and v3 need a configuration\n"
            "  --config CONFIG   take DEVICE and its credentials from a configuration\n"
            "  --gateway NAME    as the gateway NAME of that configuration\n"
            "  --json            one JSON object\n\n"
            "Exit status: 0 a driver fits, 1 failed, 2 wrong arguments or configuration, 3 unreachable, 4 it "
            "answers,\n"
            "and no driver fits.\n",
    .run = run,
};
