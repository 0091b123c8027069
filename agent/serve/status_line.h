/* SPDX-License-Identifier: Apache-2.0 */
/* How the agent fares, in a line that the service manager shows beside the service's name. */
#ifndef HALLWATCH_SERVE_STATUS_LINE_H
#define HALLWATCH_SERVE_STATUS_LINE_H

#include <stddef.h>

#include "base/text.h"
#include "model/config.h"
#include "model/latest.h"
#include "publish/delivery_report.h"

struct status_figures {
    size_t n_devices, n_answer; /* how many there are, and how many of them answer */
    size_t mistakes;            /* for which the last configuration was refused; 0: it is in force */
    const struct delivery *delivery;
};

/* Adds "498 of 500 devices answer, 1 of 2 sinks works, the disk takes nothing". One line, without its end. */
void status_line_write(const struct status_figures *figures, struct text *text);

/* Zeroed: nothing was told yet. */
struct status_line {
    struct text now, told;
};

/* Tells the service manager, where it is another line than it was told last. */
void status_line_tell(struct status_line *line, const struct site_config *config, struct latest *latest,
                      const struct delivery *delivery, size_t mistakes);
void status_line_done(struct status_line *line);

#endif
