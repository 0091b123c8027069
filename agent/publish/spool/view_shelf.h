/* SPDX-License-Identifier: Apache-2.0 */
/* Views and their numbers in a spool's file, both ways. Holds the views. Owned by one thread. */
#ifndef HALLWATCH_PUBLISH_SPOOL_VIEW_SHELF_H
#define HALLWATCH_PUBLISH_SPOOL_VIEW_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "model/series.h"

struct view_shelf;

struct view_shelf *view_shelf_new(void); /* NULL when out of memory */
void view_shelf_free(struct view_shelf *shelf);
void view_shelf_clear(struct view_shelf *shelf);

/* The view's number, 0 where it is not here or was only read so far. */
uint64_t view_shelf_find(struct view_shelf *shelf, const struct device_view *view);
/* The view of a number, borrowed; NULL where it is not here. */
struct device_view *view_shelf_get(struct view_shelf *shelf, uint64_t id);
/* 0 or ERROR_MEMORY. Two views may have one number. `is_used`: rows are written of it, else it was read. */
int view_shelf_add(struct view_shelf *shelf, struct device_view *view, uint64_t id, bool is_used);

/* Whether it is time to look for views that nobody else holds. */
bool view_shelf_is_full(const struct view_shelf *shelf);
/* Lets go of one of those, the last of its number: false where there is none. */
bool view_shelf_take_idle(struct view_shelf *shelf, uint64_t *id);

#endif
