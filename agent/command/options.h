/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of a sub-command: `--name VALUE`, `--name=VALUE`, `--name`, and what is none of these, in
 * any order.
 */
#ifndef HALLWATCH_COMMAND_OPTIONS_H
#define HALLWATCH_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* The values of an option that may be given several times: room for `room` of them. */
struct option_values {
    const char **at;
    size_t n, room;
};

/* One of `value`, `values` and `flag` is set: where the value, or that it was given, is put. */
struct option {
    const char *name; /* without the dashes */
    const char **value;
    bool *flag;
    struct option_values *values;
};

/*
 * Reads argv[1] and on. What is no option is put into `others`, at least `least` and at most `most` of
 * them. Returns how many, or -1 after saying on standard error what is wrong.
 */
int options_read(int argc, char **argv, const struct option *options, size_t n, const char **others,
                 int least, int most);

#endif
