/* SPDX-License-Identifier: Apache-2.0 */
/* What the process may take of files and memory. */
#ifndef HALLWATCH_COMMAND_PROCESS_LIMITS_H
#define HALLWATCH_COMMAND_PROCESS_LIMITS_H

#include <stddef.h>

/*
 * Raises the limit of open files for so many devices, each of which has a connection or shares one; says in
 * the log where it may not be raised enough.
 */
void raise_descriptor_limit(size_t n_devices);

/*
 * Before the first thread: they share a few of the allocator's arenas. Else each reload's thread, which lives
 * for a moment, leaves what it used in another one, and the agent grows by 2 MB with each reload until there
 * are eight a core.
 */
void bound_arenas(void);

#endif
