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

/*
 * The view's number, 0 where it is not here or no row has used it yet; `row` uses it.
 */
uint64_t view_shelf_find(struct view_shelf *shelf, const struct device_view *view, uint64_t row);
/* The view of a number, borrowed; NULL where it is not here. */
struct device_view *view_shelf_get(struct view_shelf *shelf, uint64_t id);
/* 0 or ERROR_MEMORY. Two views may have one number. `row` 0: it was only read. */
int view_shelf_add(struct view_shelf *shelf, struct device_view *view, uint64_t id, uint64_t row);

/* Whether it is time to look for views that nobody else holds. */
bool view_shelf_is_full(const struct view_shelf *shelf);
/* Lets go of one of those: false where there is none. `row`: the last that used it. */
bool view_shelf_take_idle(struct view_shelf *shelf, uint64_t *id, uint64_t *row);

#endif
