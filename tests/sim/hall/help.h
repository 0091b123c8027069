/* SPDX-License-Identifier: Apache-2.0 */
/* The text of hallsim --help: its options, the orders of its control socket and of scripts. */
#ifndef HALLSIM_HELP_H
#define HALLSIM_HELP_H

#include <stdio.h>

void help_write(FILE *file);

#endif
