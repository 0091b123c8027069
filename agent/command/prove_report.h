/* SPDX-License-Identifier: Apache-2.0 */
/* What was found of a stream, for people and as JSON. */
#ifndef HALLWATCH_COMMAND_PROVE_REPORT_H
#define HALLWATCH_COMMAND_PROVE_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "command/prove_streams.h"

void prove_report_print(const struct prove_stream *stream, const struct prove_verdict *verdict, FILE *out);
/* One object. */
void prove_report_add_json(const struct prove_stream *stream, const struct prove_verdict *verdict,
                           struct text *text);

#endif
