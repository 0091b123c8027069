/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the section `power` of a configuration may hold, as written: the tables of keys and the structures
 * they are read into. What spans several settings is config_power's.
 */
#ifndef HALLWATCH_MODEL_POWER_SETTINGS_H
#define HALLWATCH_MODEL_POWER_SETTINGS_H

#include "model/schema.h"

enum { BUDGETS_MOST = 1000, PERIODS_MOST = 100, RULES_MOST = 1000 };

/* An entry of `nodes` or a row of a file of `topology`. */
struct power_node_settings {
    struct entry entry;
    struct setting name, kind, takes, on_loss, standard, ratio, derating, units, trip;
    struct setting phases, phase, connection, device, breaker, normal, budget, redundancy;
    struct setting autonomy, start, flow, hall, row, rack, feed, gateway;
    struct setting_list sources, cooled_by, rating, meters;
};

struct period_settings {
    struct entry entry;
    struct setting days, from, to, warning, critical;
};

struct budget_settings {
    struct entry entry;
    struct setting warning, critical, deadband, on_delay, off_delay;
    struct setting_list times;
};

struct rule_settings {
    struct entry entry;
    struct setting name, enabled, quantity, class, device, hall, row, rack, feed, part, phase, side, point;
    struct setting above, below, is, is_not, deadband, on_delay, off_delay, priority, latches, response;
};

/* `brokers` is what makes an instance the site. */
struct power_site_settings {
    struct setting_list brokers;
    struct setting silent, client_id, version;
    struct setting user, user_file, password_file, password_credential, ca_file, certificate_file, key_file;
};

struct power_settings {
    struct setting time_zone, contract, publish, fresh, held;
    struct setting_list topology, nodes, budgets, alarms;
    struct power_site_settings site;
};

extern const struct schema settings_of_power, settings_of_power_node;

/* In the order of enum power_kind, ended by NULL. */
extern const char *const power_kind_words[];

#endif
