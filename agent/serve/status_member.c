/* SPDX-License-Identifier: Apache-2.0 */
/* Writes members of JSON objects. */
#include "serve/status_member.h"

#include <math.h>

/* The name of a member of the object under way. */
void status_add_name(struct text *text, const char *name) {
    bool first = text->size > 0 && text->data[text->size - 1] == '{';
    text_add_string(text, first ? "\"" : ",\"");
    text_add_string(text, name);
    text_add_string(text, "\":");
}

/* None where the value is empty. */
void status_add_text(struct text *text, const char *name, const char *value) {
    if (!value || !*value)
        return;
    status_add_name(text, name);
    text_add_json(text, value);
}

void status_add_integer(struct text *text, const char *name, int64_t value) {
    status_add_name(text, name);
    text_add_integer(text, value);
}

void status_add_number(struct text *text, const char *name, double value) {
    status_add_name(text, name);
    if (isfinite(value))
        text_add_number(text, value);
    else
        text_add_string(text, "null");
}
