/* SPDX-License-Identifier: Apache-2.0 */
/* Reads arguments and says what is wrong with them; their meaning is the command's. */
#include "command/options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { OPTIONS_MOST = 16 };

static int refuse(char **argv, const char *what, const char *argument) {
    fprintf(stderr, "hallwatch %s: %s%s%s; see hallwatch %s --help\n", argv[0], what, *argument ? " " : "",
            argument, argv[0]);
    return -1;
}

static int refuse_unknown(char **argv, const char *given, const char *name, const struct option *options,
                          size_t n) {
    const char *names[OPTIONS_MOST];
    for (size_t i = 0; i < n; i++)
        names[i] = options[i].name;
    const char *nearest = text_nearest(name, names, n);
    if (!nearest)
        return refuse(argv, "unknown option", given);
    fprintf(stderr, "hallwatch %s: unknown option %s; did you mean --%s?\n", argv[0], given, nearest);
    return -1;
}

/* Reads the option at argv[at]. Returns how many arguments it took, or -1. */
static int read_option(int argc, char **argv, int at, const struct option *options, size_t n) {
    char name[64];
    const char *given = argv[at] + 2, *equals = strchr(given, '=');
    size_t size = equals ? (size_t)(equals - given) : strlen(given);
    snprintf(name, sizeof(name), "%.*s", (int)(size < sizeof(name) ? size : sizeof(name) - 1), given);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        if (options[i].flag) {
            *options[i].flag = true;
            return equals ? refuse(argv, "no value belongs to", argv[at]) : 1;
        }
        if (!equals && at + 1 == argc)
            return refuse(argv, "a value must follow", argv[at]);
        const char *value = equals ? equals + 1 : argv[at + 1];
        if (options[i].values && options[i].values->n == options[i].values->room)
            return refuse(argv, "that option is given too often:", argv[at]);
        if (options[i].values)
            options[i].values->at[options[i].values->n++] = value;
        else
            *options[i].value = value;
        return equals ? 1 : 2;
    }
    return refuse_unknown(argv, argv[at], name, options, n);
}

int options_read(int argc, char **argv, const struct option *options, size_t n, const char **others,
                 int least, int most) {
    int n_others = 0;
    bool only_others = false;
    for (int at = 1; at < argc;) {
        if (only_others || strncmp(argv[at], "-", 1) != 0 || strcmp(argv[at], "-") == 0) {
            if (n_others == most)
                return refuse(argv, "one argument too many:", argv[at]);
            others[n_others++] = argv[at++];
        } else if (strcmp(argv[at], "--") == 0) {
            only_others = true;
            at++;
        } else if (argv[at][1] != '-') {
            return refuse(argv, "unknown option", argv[at]);
        } else {
            int taken = read_option(argc, argv, at, options, n);
            if (taken < 0)
                return -1;
            at += taken;
        }
    }
    if (n_others < least)
        return refuse(argv, "an argument is missing", "");
    return n_others;
}
