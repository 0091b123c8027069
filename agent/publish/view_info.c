/* SPDX-License-Identifier: Apache-2.0 */
/* The labels of info series, and when they are due. How they are written is the encoders' affair. */
#include "publish/view_info.h"

#include <stdlib.h>
#include <string.h>

enum { INFO_EVERY_MS = 60 * 1000 }; /* well below the 5 minutes for which a query sees a sample */

static void add_own(struct view_info *info) {
    info->n = info->own.n;
    memcpy(info->label, info->own.label, info->n * sizeof(struct label));
}

void view_write_device_info(const struct device_view *view, struct view_info *info) {
    const struct label facts[] = {
        {"driver", view->driver},     {"feed", view->feed},
        {"firmware", view->firmware}, {"manufacturer", view->manufacturer},
        {"model", view->model},       {"name", view->given_name},
        {"serial", view->serial},
    };
    view_write_labels(view, &info->own);
    add_own(info);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (!view_has_label(&info->own, facts[i].name))
            info->label[info->n++] = facts[i];
}

void view_write_component_info(const struct device_view *view, const struct part_name *name,
                               struct view_info *info) {
    series_write_labels(view, &(const struct series){.place = name->place}, &info->own);
    add_own(info);
    info->label[info->n++] = (struct label){"name", name->name};
}

bool view_info_is_due(struct view_entry *entry, const struct spool_row *row) {
    if (row->kind != SPOOL_READINGS || !device_view_is_device(entry->view))
        return false;
    /* The row that announced last comes again when its request has failed: then it must say it again. */
    bool again = row->time_ms == entry->announced_ms;
    if (entry->announced_ms != 0 && !again && llabs(row->time_ms - entry->announced_ms) < INFO_EVERY_MS)
        return false;
    entry->announced_ms = row->time_ms;
    return true;
}
