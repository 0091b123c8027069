/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's view as bytes and back: names, labels and the list of its series, so that a row keeps the names
 * it was read under. Words stand for quantities and places, not numbers, which may differ in another version
 * of the agent. Pure.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_VIEW_CODEC_H
#define HALLWATCH_PUBLISH_SPOOL_VIEW_CODEC_H

#include "base/text.h"
#include "model/series.h"

/* The series of a view, which it shares with others of its shape, and the text of their class. */
struct view_list {
    struct series_list *list; /* holds the texts, too */
    const char *class;
};

/* Adds the list to the text, or everything else but number and generation. 0 or ERROR_MEMORY. */
int view_encode_list(const struct device_view *view, struct text *text);
int view_encode(const struct device_view *view, struct text *text);

/* One reference to the list, the caller's. Errors as view_decode. */
int view_decode_list(const void *bytes, size_t size, struct view_list *list);

/*
 * The view of that number and list from bytes of any origin; one reference, the caller's. 0, ERROR_MEMORY, or
 * ERROR_GARBLED: also for a quantity or place that this agent does not know.
 */
int view_decode(const void *bytes, size_t size, uint32_t number, const struct view_list *list,
                struct device_view **view);

#endif
