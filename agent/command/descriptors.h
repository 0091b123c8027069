/* SPDX-License-Identifier: Apache-2.0 */
/* How many files the agent may have open: each device has a connection or shares one. */
#ifndef HALLWATCH_COMMAND_DESCRIPTORS_H
#define HALLWATCH_COMMAND_DESCRIPTORS_H

#include <stddef.h>

/* Raises the process's limit for so many devices; says in the log where it may not be raised enough. */
void raise_descriptor_limit(size_t n_devices);

#endif
