/* SPDX-License-Identifier: Apache-2.0 */
/* Names of default rules are the judge's to know: the configuration is checked against them here. */
#include "command/rules_warn.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "judge/alarm_rules.h"

static bool is_there(const char *const *names, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void warn(const struct power_rule *rule, const char *const *names, size_t n) {
    const char *nearest = text_nearest(rule->name, names, n);
    log_write(
        LOG_WARNING, "alarms",
        "%s:%u:%u: no default alarm is named \"%.100s\"%s%s%s, and without a `quantity` it is none of the "
        "site's own",
        rule->at.file, rule->at.line, rule->at.column, rule->name, nearest != NULL ? "; did you mean \"" : "",
        nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

void rules_warn(const struct power_config *power) {
    struct rule_set set;
    if (power == NULL || power->n_rules == 0 || rule_set_make(NULL, &set) != 0)
        return;
    const char **names = calloc(set.n + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < set.n; i++)
        names[i] = set.rules[i].life.name;
    for (size_t i = 0; names != NULL && i < power->n_rules; i++)
        if (power->rules[i].of_default && !is_there(names, set.n, power->rules[i].name))
            warn(&power->rules[i], names, set.n);
    free(names);
    rule_set_done(&set);
}
