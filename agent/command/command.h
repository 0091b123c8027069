/* SPDX-License-Identifier: Apache-2.0 */
/* A sub-command, as main.c's table lists it. Each is a file of its own and exports one of these. */
#ifndef HALLWATCH_COMMAND_COMMAND_H
#define HALLWATCH_COMMAND_COMMAND_H

/* What run returns and the process ends with. Scripts rely on the numbers. */
enum exit_status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,      /* at run time */
    STATUS_USAGE = 2,       /* wrong arguments or a wrong configuration */
    STATUS_UNREACHABLE = 3, /* the device, or the running agent, does not answer */
    STATUS_REFUSED = 4,     /* it answers, and said no */

    STATUS_AT_ONCE = 0x100, /* beside one of these: a thread hangs and is not to be waited for */
};

struct command {
    const char *name, *summary;        /* summary: one line for the list */
    const char *help;                  /* after "usage: hallwatch "; ends with a line feed */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_status */
};

extern const struct command command_check;
extern const struct command command_drivers;
extern const struct command command_identify;
extern const struct command command_maintain;
extern const struct command command_plan;
extern const struct command command_prove;
extern const struct command command_read;
extern const struct command command_rejects;
extern const struct command command_reset;
extern const struct command command_run;
extern const struct command command_settings;
extern const struct command command_status;
extern const struct command command_tree;
extern const struct command command_whatif;
extern const struct command command_why;

#endif
