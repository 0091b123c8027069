/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus's text format 0.0.4: labels, lines and what heads a metric. Pure. */
#ifndef HALLWATCH_SERVE_METRICS_TEXT_H
#define HALLWATCH_SERVE_METRICS_TEXT_H

#include "base/text.h"
#include "publish/view_cache.h"
#include "publish/view_info.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Labels as they stand between braces: of the device `site="dc1",device="pdu-1"`, of a series what it adds to
 * those, each with a comma before it.
 */
extern const struct view_form metrics_form;

/* The two lines before the first of a metric. `type`: "gauge" or "counter". */
void metrics_add_head(struct text *text, const char *metric, const char *help, const char *type);

/* One line. `head` and `piece` are of metrics_form. */
struct metrics_bytes {
    const char *data;
    size_t size;
};
void metrics_add_line(struct text *text, struct metrics_bytes metric, struct metrics_bytes head,
                      struct metrics_bytes piece, double value);

/* One line of value 1 with the info's labels, without empty ones. */
void metrics_add_info(struct text *text, const char *metric, const struct view_info *info);

#endif
