/* SPDX-License-Identifier: Apache-2.0 */
/* How the allocator keeps house: glibc's, of which a long-lived process with many threads asks more than its
 * defaults. */
#ifndef HALLWATCH_BASE_MEMORY_H
#define HALLWATCH_BASE_MEMORY_H

/*
 * Before the first thread: they share a few of the allocator's arenas. Else each reload's thread, which lives
 * for a moment, leaves what it used in another one, and the agent grows by 2 MB with each reload until there
 * are eight a core.
 */
void memory_bound_arenas(void);

/* After much was freed at once (a configuration, a judge): gives it back to the system. Takes some
 * milliseconds. */
void memory_give_back(void);

#endif
