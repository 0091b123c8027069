/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which urgent batches say something new: fast points are polled every second, and nearly always their states
 * are those of before. What changed is worth a write to the disk at once, a repetition is not. Pure; owned by
 * one thread.
 */
#ifndef HALLWATCH_PUBLISH_NEWS_H
#define HALLWATCH_PUBLISH_NEWS_H

#include <stdbool.h>

#include "model/series.h"

struct news;

struct news *news_new(void);       /* NULL when out of memory */
void news_free(struct news *news); /* NULL is fine */

/*
 * To be asked of each batch in its order: whether it is urgent and a state of it has another value or quality
 * than in the device's urgent batch before. The first one of a device, or of its new view, is news. Without
 * memory everything urgent is.
 */
bool news_note(struct news *news, const struct batch *batch);

#endif
