/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views in a spool's file, the names that its rows were read under. Each is there once, and so is each
 * list of series, which many views share. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_VIEWS_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_VIEWS_H

#include "model/series.h"
#include "publish/spool/spool_sql.h"

struct spool_views;

/* Borrows the file. NULL when out of memory. */
struct spool_views *spool_views_new(struct spool_sql *sql);
void spool_views_free(struct spool_views *views); /* NULL is fine */

/* Forgets what is known of the file, after a transaction that came to nothing. NULL is fine. */
void spool_views_clear(struct spool_views *views);

/* Of a file that was just opened: what no row needs goes. 0 or an error of the file. */
int spool_views_tidy(struct spool_views *views);

/* The number of the view, for a row to come; put into the file if it is new. 0 or an error of the file. */
int spool_views_find(struct spool_views *views, struct device_view *view, uint64_t *id);

/* The view of a number; borrowed until the next call. NULL where it cannot be had. */
struct device_view *spool_views_get(struct spool_views *views, uint64_t id);

#endif
