/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch status`: asks the running agent over its status socket and prints what it says. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command/agent_socket.h"
#include "command/command.h"
#include "command/options.h"
#include "command/status_table.h"
#include "model/config.h"

static int say(const char *path, const char *what, int status) {
    fprintf(stderr, "hallwatch status: %s: %s\n", path, what);
    return status;
}

static int print_raw(const struct text *text, const char *path) {
    static const char end[] = "]}\n";
    size_t size = sizeof(end) - 1;
    if (text->size < size || memcmp(text->data + text->size - size, end, size) != 0)
        return say(path, "the agent broke off: try again", STATUS_UNREACHABLE);
    return fwrite(text->data, 1, text->size, stdout) == text->size ? STATUS_OK : STATUS_FAILED;
}

static int print(const struct text *text, const char *path, const char *device) {
    json_error_t error;
    json_t *document = text->size ? json_loadb(text->data, text->size, 0, &error) : NULL;
    int status = STATUS_OK;
    if (!document)
        return say(path, "the agent broke off: try again", STATUS_UNREACHABLE);
    if (!device)
        status_table_print(document, stdout);
    else if (!status_table_print_device(document, device, stdout))
        status = STATUS_USAGE;
    json_decref(document);
    return status;
}

/* The service is asked before an agent that the user started. */
static int choose_socket(const char *given, const char *config, char **path) {
    if (given || (!config && access(SERVICE_SOCKET, F_OK) == 0)) {
        *path = strdup(given ? given : SERVICE_SOCKET);
        return *path ? STATUS_OK : STATUS_FAILED;
    }
    return config_find_socket(config, stderr, path) == 0 ? STATUS_OK : STATUS_USAGE;
}

static int run(int argc, char **argv) {
    bool json = false;
    const char *given = NULL, *config = NULL, *device = NULL;
    const struct option options[] = {{"socket", .value = &given},
                                     {"config", .value = &config},
                                     {"device", .value = &device},
                                     {"json", .flag = &json}};
    char *path = NULL;
    struct text text = {0};
    if (options_read(argc, argv, options, 4, NULL, 0, 0) < 0)
        return STATUS_USAGE;
    if ((json && device) || (given && config)) {
        fputs("hallwatch status: --device and --json, --socket and --config exclude each other\n", stderr);
        return STATUS_USAGE;
    }
    int status = choose_socket(given, config, &path);
    if (status == STATUS_OK)
        status = agent_socket_ask("status", path, &text);
    if (status == STATUS_OK)
        status = json ? print_raw(&text, path) : print(&text, path, device);
    text_done(&text);
    free(path);
    return status;
}

const struct command command_status = {
    .name = "status",
    .summary = "show what the running agent reads and sends",
    .help =
        "status [--device NAME | --json] [--socket PATH | --config CONFIG]\n\n"
        "Asks the agent that runs on this machine and prints what does not get through to which sink and "
        "why, then\n"
        "its devices, those in trouble first, then its sinks: readings a second, how many wait, were sent, "
        "dropped,\n"
        "thinned and rejected; and its spools: what they take, and what they write to the disk in a "
        "day.\n\n"
        "  --device NAME    all readings of one device, in units that people use\n"
        "  --json           the agent's answer as it is: one JSON document with every reading\n"
        "  --socket PATH    the agent's socket\n"
        "  --config CONFIG  the agent's configuration, which names its socket\n"
        "                   default: the service's socket, else that of an agent which you started\n\n"
        "Exit status: 0 printed, 2 wrong arguments or configuration, 3 no agent answers, 4 you may not "
        "ask it.\n",
    .run = run,
};
