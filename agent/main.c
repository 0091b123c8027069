/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sub-command and runs it. The only file that ends the process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/version.h"
#include "command/command.h"

/* In the order of the list that --help prints. */
static const struct command *const commands[] = {
    &command_check,    &command_drivers, &command_identify, &command_maintain, &command_plan,
    &command_prove,    &command_read,    &command_rejects,  &command_reset,    &command_run,
    &command_settings, &command_status,  &command_tree,     &command_whatif,   &command_why,
};
enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out) {
    fputs("hallwatch reads power and cooling devices and publishes their readings in one vocabulary.\n\n"
          "usage: hallwatch COMMAND [ARGUMENT ...]\n\n",
          out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nhallwatch COMMAND --help says more; hallwatch --version says which version this is.\n", out);
}

static int refuse_command(const char *name) {
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *nearest = text_nearest(name, names, N_COMMANDS);
    if (nearest)
        fprintf(stderr, "hallwatch: unknown command \"%s\"; did you mean \"%s\"?\n", name, nearest);
    else
        fprintf(stderr, "hallwatch: unknown command \"%s\"; hallwatch --help lists them\n", name);
    return STATUS_USAGE;
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

static int run(int argc, char **argv) {
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, argv[0]) != 0)
            continue;
        if (!asks_for_help(argc, argv))
            return commands[i]->run(argc, argv);
        printf("usage: hallwatch %s", commands[i]->help);
        return STATUS_OK;
    }
    return refuse_command(argv[0]);
}

int main(int argc, char **argv) {
    int status = STATUS_OK;
    if (argc < 2) {
        print_help(stderr);
        status = STATUS_USAGE;
    } else if (strcmp(argv[1], "--version") == 0) {
        printf("hallwatch %s\n", version_text());
    } else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
    } else {
        status = run(argc - 1, argv + 1);
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_OK)
        status = STATUS_FAILED;
    /* exit would wait for libuv's threads. */
    if (status & STATUS_AT_ONCE)
        _exit(status & ~STATUS_AT_ONCE);
    exit(status);
}
