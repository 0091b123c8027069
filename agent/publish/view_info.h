/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What formats of labels and numbers say of a device and its named parts: series of value 1 whose labels hold
 * what people and the device itself call them. Pure.
 */
#ifndef HALLWATCH_PUBLISH_VIEW_INFO_H
#define HALLWATCH_PUBLISH_VIEW_INFO_H

#include "publish/spool/spool.h"
#include "publish/view_cache.h"

#define VIEW_DEVICE_INFO "facility_device_info"
#define VIEW_COMPONENT_INFO "facility_component_info"

enum { VIEW_INFO_LABELS_MOST = LABELS_MOST + 7 };
/* Empty ones are not left out. `own` is storage of theirs. */
struct view_info {
    size_t n;
    struct label label[VIEW_INFO_LABELS_MOST];
    struct labels own;
};
void view_write_device_info(const struct device_view *view, struct view_info *info);
void view_write_component_info(const struct device_view *view, const struct part_name *name,
                               struct view_info *info);

/*
 * Whether a row of the view is to come with its info: when the view is first seen, and every minute of the
 * rows' time after; a row that had it has it again when it is sent again. Only rows of readings have it: rows
 * of the other spool come at their own pace, and info must come in the order of time like any series.
 */
bool view_info_is_due(struct view_entry *entry, const struct spool_row *row);

#endif
