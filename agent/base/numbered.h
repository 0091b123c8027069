/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of things that have numbers in few runs with much room between: those of devices, of nodes, of
 * alarms. Memory is that of the runs. Things stay where they are. Owned by one thread.
 */
#ifndef HALLWATCH_BASE_NUMBERED_H
#define HALLWATCH_BASE_NUMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBERS_MOST = 1 << 20 };

struct numbered {
    size_t size;  /* of one thing */
    void **pages; /* NULL where no number was made yet */
    size_t n_pages;
};

/* The thing of that number; NULL where it was never made. */
void *numbered_find(const struct numbered *table, uint32_t number);
/* The same, made of zeros where it is new; NULL from NUMBERS_MOST on, or when out of memory. */
void *numbered_make(struct numbered *table, uint32_t number);
/* Moves *number up to the next that was made, or is a neighbour of one; false where there is none. */
bool numbered_next(const struct numbered *table, uint32_t *number);
/* Forgets all; `done` is called for each thing that was made, and for its neighbours, which are all zeros. */
void numbered_done(struct numbered *table, void (*done)(void *thing));

#endif
