/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch whatif`: what would happen if nodes were lost, from what is read now or was recorded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/command.h"
#include "command/find_node.h"
#include "command/judged_document.h"
#include "command/options.h"
#include "command/status_digest.h"
#include "command/whatif_write.h"

enum { LOST_MOST = 256, LOSSES_SHOWN = 20 };
static const char of_unit[] = ":unit";

struct request {
    const char *from, *gateway;
    bool json, all;
    uint32_t lost[LOST_MOST];
    size_t n_lost;
};

/* "ups-a2", or "ups-a2:unit" for one of its units. */
static bool read_lost(const struct power_config *power, const char *text, uint32_t *lost) {
    size_t size = strlen(text), suffix = sizeof(of_unit) - 1;
    *lost = power_find(power, text);
    if (*lost != POWER_NO_NODE)
        return true;
    bool is_unit = size > suffix && strcmp(text + size - suffix, of_unit) == 0;
    char *name = strndup(text, is_unit ? size - suffix : size);
    if (!name)
        return false;
    *lost = find_node("whatif", power, name);
    if (*lost != POWER_NO_NODE && is_unit) {
        if (power->nodes[*lost].units < 2)
            fprintf(stderr, "hallwatch whatif: %s has no units of which one could be lost\n", name);
        *lost = power->nodes[*lost].units < 2 ? POWER_NO_NODE : *lost | CONTINGENCY_ONE_UNIT;
    }
    free(name);
    return *lost != POWER_NO_NODE;
}

static bool read_all_lost(const struct power_config *power, const struct option_values *names,
                          struct request *request) {
    bool right = true;
    for (size_t i = 0; i < names->n; i++)
        right = read_lost(power, names->at[i], &request->lost[request->n_lost++]) && right;
    return right;
}

static void add_heading(const struct site_config *config, const struct judged_document *document,
                        struct text *text) {
    char span[32];
    double age_s = (double)(clock_wall_ms() - document->time.wall_ms) / 1000;
    status_write_span(age_s > 0 ? age_s : 0, span, sizeof(span));
    text_add_string(text, "site ");
    text_add_printable(text, config->site);
    text_add_string(text, ", gateway ");
    text_add_printable(text, config->gateway);
    text_add_format(text, ", as of %s ago\n\n", span);
}

static void add_json_heading(const struct site_config *config, const struct judged_document *document,
                             struct text *text) {
    text_add_string(text, "{\"site\":");
    text_add_json(text, config->site);
    text_add_string(text, ",\"gateway\":");
    text_add_json(text, config->gateway);
    text_add_string(text, ",\"time\":");
    text_add_integer(text, document->time.wall_ms);
}

static int print_json(const struct judged *judged, const struct request *request,
                      const struct whatif_answer *answer, struct text *text) {
    size_t most = request->all ? SIZE_MAX : LOSSES_SHOWN;
    if (request->n_lost > 0)
        whatif_add_json(answer, text);
    else if (whatif_add_json_all(judged, most, text) != 0)
        return STATUS_FAILED;
    text_add_string(text, "}\n");
    if (text->failed)
        return STATUS_FAILED;
    return fwrite(text->data, 1, text->size, stdout) == text->size ? STATUS_OK : STATUS_FAILED;
}

static int print_words(const struct judged *judged, const struct request *request,
                       const struct whatif_answer *answer, const struct text *heading) {
    if (heading->failed)
        return STATUS_FAILED;
    fputs(heading->data, stdout);
    if (request->n_lost > 0)
        return whatif_print(answer, stdout) == 0 ? STATUS_OK : STATUS_FAILED;
    size_t most = request->all ? SIZE_MAX : LOSSES_SHOWN;
    return whatif_print_all(judged, most, stdout) == 0 ? STATUS_OK : STATUS_FAILED;
}

static int answer(const struct site_config *config, const struct judged_document *document,
                  const struct request *request) {
    const struct judged *judged = document->judged;
    struct whatif_answer found = {0};
    struct text text = {0};
    int status = STATUS_OK;
    if (request->n_lost > 0 && whatif_answer(judged, request->lost, request->n_lost, &found) != 0)
        status = STATUS_FAILED;
    (request->json ? add_json_heading : add_heading)(config, document, &text);
    if (status == STATUS_OK)
        status = request->json ? print_json(judged, request, &found, &text)
                               : print_words(judged, request, &found, &text);
    if (status != STATUS_OK)
        fputs("hallwatch whatif: out of memory\n", stderr);
    whatif_answer_done(&found);
    text_done(&text);
    return status;
}

static int run(int argc, char **argv) {
    const char *path, *lost[LOST_MOST];
    struct option_values names = {.at = lost, .room = LOST_MOST};
    struct request request = {0};
    const struct option options[] = {{"lose", .values = &names},
                                     {"from", .value = &request.from},
                                     {"gateway", .value = &request.gateway},
                                     {"all", .flag = &request.all},
                                     {"json", .flag = &request.json}};
    struct judged_document document = {0};
    struct site_config *config;
    if (options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), &path, 1, 1) < 0)
        return STATUS_USAGE;
    if (names.n > 0 && request.all) {
        fputs("hallwatch whatif: --all is of single losses, without --lose\n", stderr);
        return STATUS_USAGE;
    }
    int status = load_power_config("whatif", path, request.gateway, &config);
    if (status != STATUS_OK)
        return status;
    if (!read_all_lost(config->power, &names, &request))
        status = STATUS_USAGE;
    if (status == STATUS_OK)
        status = judged_document_open("whatif", config, request.from, &document);
    if (status == STATUS_OK)
        status = answer(config, &document, &request);
    judged_document_done(&document);
    config_free(config);
    return status;
}

const struct command command_whatif = {
    .name = "whatif",
    .summary = "say what would happen if a node were lost",
    .help =
        "whatif CONFIG [--lose NODE ...] [--from FILE] [--all] [--json] [--gateway NAME]\n\n"
        "From the present state: what drops, what stands on battery and for how long, where load goes, the "
        "first node\n"
        "that exceeds what it may carry and when it would trip, the least headroom, and what redundancy is "
        "left.\n"
        "Without --lose: every single loss, the worst first.\n\n"
        "  --lose NODE     this node is lost; may be given several times; NODE:unit: one of its units\n"
        "  --from FILE     from what `hallwatch status --json` wrote into FILE; default: the running agent "
        "is asked\n"
        "  --all           every single loss; default: the 20 worst\n"
        "  --json          one JSON document, in base units\n"
        "  --gateway NAME  as the gateway NAME; default: the configuration's, else the host's name\n\n"
        "Exit status: 0 answered, 2 wrong arguments or configuration, 3 no agent answers, 4 you may not ask "
        "it.\n",
    .run = run,
};
