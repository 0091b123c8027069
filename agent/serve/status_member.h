/* SPDX-License-Identifier: Apache-2.0 */
/* Members of the objects in the status document: the one under way is open, commas are seen to. Pure. */
#ifndef HALLWATCH_SERVE_STATUS_MEMBER_H
#define HALLWATCH_SERVE_STATUS_MEMBER_H

#include "base/text.h"
#include "model/latest.h"

void status_add_name(struct text *text, const char *name);
/* None where the value is empty or NULL. */
void status_add_text(struct text *text, const char *name, const char *value);
void status_add_integer(struct text *text, const char *name, int64_t value);
/* null where it is not finite. */
void status_add_number(struct text *text, const char *name, double value);
/* "readings": all that were read; `latest` NULL: none (status_document.c). */
void status_add_readings(struct text *text, const struct latest_device *latest);

#endif
