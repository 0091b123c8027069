/* SPDX-License-Identifier: Apache-2.0 */
/* How many files the process may have open. */
#ifndef HALLWATCH_COMMAND_PROCESS_LIMITS_H
#define HALLWATCH_COMMAND_PROCESS_LIMITS_H

#include <stddef.h>

/*
 * Raises the limit of open files for so many devices, each of which has a connection or shares one; says in
 * the log where it may not be raised enough.
 */
void raise_descriptor_limit(size_t n_devices);

#endif
