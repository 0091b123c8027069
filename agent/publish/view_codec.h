/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's view as bytes and back: names, labels and the list of its series, so that a row keeps the names
 * it was read under. Words stand for quantities and places, not numbers, which may differ in another version
 * of the agent. Pure.
 */
#ifndef HALLWATCH_PUBLISH_VIEW_CODEC_H
#define HALLWATCH_PUBLISH_VIEW_CODEC_H

#include "base/text.h"
#include "model/series.h"

/* Adds everything but number and generation to the text. 0 or ERROR_MEMORY. */
int view_encode(const struct device_view *view, struct text *text);

/*
 * The view of that number from bytes of any origin; one reference, the caller's. 0, ERROR_MEMORY, or
 * ERROR_GARBLED: also for a quantity or place that this agent does not know.
 */
int view_decode(const void *bytes, size_t size, uint32_t number, struct device_view **view);

#endif
