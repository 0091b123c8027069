/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A status document, live or saved, judged by a judge of this process's own: what commands that explain and
 * draw look at. The configuration says what is judged, the document says what was read.
 */
#ifndef HALLWATCH_COMMAND_JUDGED_DOCUMENT_H
#define HALLWATCH_COMMAND_JUDGED_DOCUMENT_H

#include "command/readings_source.h"
#include "judge/judge.h"

struct judged_document {
    struct readings_source source;
    struct alarm_board *board; /* of this judge; what the agent says of alarms is in the document */
    struct judge *judge;
    const struct judged *judged;
    struct judge_time time;
};

/*
 * Reads the document from the file `from`, or where it is NULL from the agent at config->status_socket, and
 * judges it at the time when it was written. The configuration is borrowed and has a section `power`. Returns
 * an exit_status after saying on standard error, in the name of `command`, what went wrong.
 */
int judged_document_open(const char *command, const struct site_config *config, const char *from,
                         struct judged_document *document);
void judged_document_done(struct judged_document *document); /* zeroed is fine */

#endif
