/* SPDX-License-Identifier: Apache-2.0 */
/* The words that every explanation uses. */
#include <math.h>

#include "command/why_node.h"
#include "model/human.h"

void why_begin(const struct why *why, const char *label) {
    text_add_format(why->text, "%-*s", WHY_LABEL, label);
}

void why_add_spot(const struct why *why, const struct spot *at) {
    if (!at->file)
        return;
    text_add_printable(why->text, at->file);
    text_add_format(why->text, ":%u", at->line);
}

void why_add_name(const struct why *why, uint32_t node) {
    text_add_printable(why->text, why->judged->power->nodes[node].name);
}

void why_add_watts(const struct why *why, double watts) {
    char words[24];
    human_write_watts(watts, words, sizeof(words));
    text_add_string(why->text, *words ? words : "not known");
}

void why_add_span(const struct why *why, double seconds) {
    char words[32];
    human_write_duration(seconds, words, sizeof(words));
    text_add_string(why->text, words);
}

/* "1.05 MW", "240 A": in the unit of a budget or a rating. */
void why_add_quantity(const struct why *why, enum budget_unit unit, double value) {
    char words[24];
    if (!isfinite(value)) {
        text_add_string(why->text, isnan(value) ? "not known" : "none");
        return;
    }
    if (unit == BUDGET_AMPERES) {
        text_add_format(why->text, "%.4g A", value);
        return;
    }
    human_write_watts(value, words, sizeof(words));
    text_add_string(why->text, words);
    if (unit == BUDGET_VOLTAMPERES) { /* "1.05 MVA" */
        why->text->size--;
        text_add_string(why->text, "VA");
    }
}
