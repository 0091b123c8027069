/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the boards hold, and nodes. */
#include "serve/status_judged.h"

#include <math.h>

#include "serve/status_member.h"

static void add_flag(struct text *text, const char *name, bool is_set) {
    if (!is_set)
        return;
    status_add_name(text, name);
    text_add_string(text, "true");
}

/* None where it is not known. */
static void add_known(struct text *text, const char *name, double value) {
    if (isfinite(value))
        status_add_number(text, name, value);
}

/* --- power --- */

static void add_redundancy(struct text *text, const char *name,
                           const struct power_redundancy_counts *counts) {
    status_add_name(text, name);
    text_add_char(text, '{');
    status_add_integer(text, "kept", counts->kept);
    status_add_integer(text, "lost", counts->lost);
    status_add_integer(text, "planned", counts->planned);
    status_add_integer(text, "unknown", counts->unknown);
    status_add_text(text, "first_lost", counts->first_lost);
    text_add_char(text, '}');
}

static void add_loss(struct text *text, const struct power_summary *summary) {
    if (!summary->loss.lost)
        return;
    status_add_name(text, "worst_loss");
    text_add_char(text, '{');
    status_add_text(text, "lost", summary->loss.lost);
    status_add_text(text, "worst", summary->loss.worst);
    add_known(text, "headroom", summary->loss.headroom);
    add_known(text, "headroom_watts", summary->loss.headroom_watts);
    status_add_integer(text, "exceeded", summary->loss.n_exceeded);
    status_add_integer(text, "dropped", summary->loss.n_dropped);
    add_known(text, "dropped_watts", summary->loss.dropped_watts);
    status_add_integer(text, "exceeding_losses", summary->loss.n_exceeding_losses);
    add_flag(text, "at_least", summary->loss.is_lower_bound);
    text_add_char(text, '}');
}

static void add_demand(struct text *text, const struct power_summary *summary) {
    if (!(summary->demand.contract_watts > 0))
        return;
    status_add_name(text, "demand");
    text_add_char(text, '{');
    status_add_number(text, "contract", summary->demand.contract_watts);
    add_known(text, "forecast", summary->demand.forecast_watts);
    add_known(text, "last", summary->demand.last_watts);
    add_known(text, "month_peak", summary->demand.month_peak_watts);
    status_add_integer(text, "left", summary->demand.left_s);
    add_flag(text, "estimated", summary->demand.is_estimated);
    add_flag(text, "partial", summary->demand.is_partial);
    text_add_char(text, '}');
}

static void add_coverage(struct text *text, const struct power_summary *summary) {
    status_add_name(text, "coverage");
    text_add_char(text, '{');
    add_known(text, "measured", summary->measured);
    add_known(text, "held", summary->held);
    add_known(text, "unknown", summary->unknown);
    text_add_char(text, '}');
    status_add_integer(text, "unknown_nodes", summary->n_unknown);
}

static void add_out(struct text *text, const struct power_summary *summary) {
    status_add_name(text, "out");
    text_add_char(text, '[');
    for (uint32_t i = 0; i < summary->n_out && i < POWER_OUT_MOST; i++) {
        text_add_string(text, i ? ",{" : "{");
        status_add_text(text, "node", summary->out[i].node);
        status_add_integer(text, "until", summary->out[i].until_ms);
        status_add_text(text, "by", summary->out[i].by);
        status_add_text(text, "why", summary->out[i].why);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
    status_add_integer(text, "n_out", summary->n_out);
}

static void add_power(void *context, const struct power_summary *summary) {
    struct text *text = context;
    text_add_string(text, ",\"power\":{");
    status_add_integer(text, "time", summary->time_ms);
    status_add_integer(text, "nodes", summary->n_nodes);
    status_add_integer(text, "dead", summary->n_dead);
    status_add_integer(text, "on_battery", summary->n_on_battery);
    status_add_integer(text, "undetermined", summary->n_undetermined);
    add_redundancy(text, "redundancy", &summary->power);
    add_redundancy(text, "cooling", &summary->cooling);
    add_loss(text, summary);
    add_demand(text, summary);
    add_coverage(text, summary);
    add_out(text, summary);
    text_add_char(text, '}');
}

/* --- alarms --- */

struct alarms_piece {
    struct text *text;
    size_t n;
};

static void add_alarm(void *context, const struct alarm_record *record) {
    struct alarms_piece *piece = context;
    struct text *text = piece->text;
    if (record->state == ALARM_NORMAL)
        return;
    text_add_string(text, piece->n++ ? ",\n{" : "\n{");
    status_add_text(text, "id", record->id);
    status_add_text(text, "state", alarm_state_word((enum alarm_state)record->state));
    status_add_integer(text, "priority", record->priority);
    for (size_t i = 0; i < ALARM_TEXTS; i++)
        status_add_text(text, alarm_texts[i].name, alarm_text_get(record, i));
    status_add_integer(text, "since", record->since_ms);
    status_add_integer(text, "changed", record->changed_ms);
    add_known(text, "value", record->value);
    add_known(text, "limit", record->limit);
    add_known(text, "headroom", record->headroom_watts);
    add_known(text, "time_left", record->seconds_left);
    if (record->n_consequences > 0)
        status_add_integer(text, "n_consequences", record->n_consequences);
    add_flag(text, "latches", record->latches);
    add_flag(text, "chattering", record->is_chattering);
    text_add_char(text, '}');
}

void status_write_judged(struct text *text, struct power_board *power, struct alarm_board *alarms,
                         double clock_error_s) {
    struct alarms_piece piece = {text, 0};
    text_add_string(text, "\n],\"clock_error\":");
    if (isfinite(clock_error_s))
        text_add_number(text, clock_error_s);
    else
        text_add_string(text, "null");
    if (power)
        power_board_show(power, add_power, text);
    text_add_string(text, ",\"alarms\":[");
    if (alarms)
        alarm_board_show(alarms, 0, add_alarm, &piece);
    text_add_string(text, "\n],\"nodes\":[\n");
}

/* --- nodes --- */

void status_write_node(struct text *text, const struct site_config *config, const struct power_node *node,
                       const struct latest_device *latest, bool first) {
    text_add_string(text, first ? "{" : ",\n{");
    status_add_text(text, "name", node->name);
    status_add_text(text, "class", power_kind_word(node->kind));
    status_add_text(text, "hall", *node->hall ? node->hall : config->hall);
    status_add_text(text, "row", node->row);
    status_add_text(text, "rack", node->rack);
    status_add_text(text, "feed", node->feed);
    status_add_readings(text, latest);
    text_add_char(text, '}');
}
