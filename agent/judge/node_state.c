/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of the catalogue and what they make of a node: one table a tell. */
#include "judge/node_state.h"

struct meaning_of {
    int16_t code;
    enum node_condition condition;
};

static const struct meaning_of breaker_codes[] = {{BREAKER_CLOSED, CONDITION_NORMAL},
                                                  {BREAKER_OPEN, CONDITION_OPEN},
                                                  {BREAKER_TRIPPED, CONDITION_OPEN},
                                                  {-1, 0}};
/* A battery test and eco mode are the machine's own choice: it is on line. */
static const struct meaning_of mode_codes[] = {{UPS_ONLINE, CONDITION_NORMAL},
                                               {UPS_ON_BATTERY, CONDITION_ON_BATTERY},
                                               {UPS_BYPASS, CONDITION_BYPASS},
                                               {UPS_MAINTENANCE_BYPASS, CONDITION_BYPASS},
                                               {UPS_ECO, CONDITION_NORMAL},
                                               {UPS_BOOST_TRIM, CONDITION_NORMAL},
                                               {UPS_OFF, CONDITION_OPEN},
                                               {UPS_TEST, CONDITION_NORMAL},
                                               {-1, 0}};
static const struct meaning_of source_codes[] = {{SOURCE_NONE_LIVE, CONDITION_OPEN},
                                                 {SOURCE_A, CONDITION_SELECTS},
                                                 {SOURCE_B, CONDITION_SELECTS},
                                                 {-1, 0}};
static const struct meaning_of available_codes[] = {
    {STATE_YES, CONDITION_NORMAL}, {STATE_NO, CONDITION_OPEN}, {-1, 0}};
static const struct meaning_of unit_codes[] = {{UNIT_RUNNING, CONDITION_NORMAL},
                                               {UNIT_STANDBY, CONDITION_STANDBY},
                                               {UNIT_OFF, CONDITION_OPEN},
                                               {UNIT_FAULT, CONDITION_OPEN},
                                               {-1, 0}};
static const struct meaning_of supply_codes[] = {{SUPPLY_IS_LIVE, CONDITION_NORMAL},
                                                 {SUPPLY_IS_BATTERY, CONDITION_NORMAL},
                                                 {SUPPLY_IS_DEAD, CONDITION_OPEN},
                                                 {-1, 0}};

/* What is told first counts: an open breaker before the mode of the machine behind it. */
static const struct {
    enum tell tell;
    const struct meaning_of *codes;
} told[] = {{TELL_MODE, mode_codes},           {TELL_SOURCE, source_codes}, {TELL_UNIT, unit_codes},
            {TELL_AVAILABLE, available_codes}, {TELL_SUPPLY, supply_codes}, {TELL_BREAKER, breaker_codes}};

/* The condition of a code, CONDITION_UNKNOWN: it says nothing. A quantity's code is fresh or it is silence.
 */
static enum node_condition meaning(const struct node_tells *tells, enum tell tell,
                                   const struct meaning_of *codes) {
    if (tells->state[tell] != READING_FRESH)
        return CONDITION_UNKNOWN;
    for (; codes->code >= 0; codes++)
        if (codes->code == tells->code[tell])
            return codes->condition;
    return CONDITION_UNKNOWN;
}

static bool rides_on_battery(enum power_kind kind) {
    return kind == POWER_UPS || kind == POWER_UPS_MODULE || kind == POWER_BBU;
}

static enum node_condition condition_of(const struct power_node *node, const struct node_tells *tells,
                                        bool draws) {
    if (meaning(tells, TELL_BREAKER, breaker_codes) == CONDITION_OPEN)
        return CONDITION_OPEN;
    enum node_condition condition = CONDITION_UNKNOWN;
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && condition == CONDITION_UNKNOWN; i++)
        condition = meaning(tells, told[i].tell, told[i].codes);
    bool is_battery = tells->state[TELL_SUPPLY] == READING_FRESH &&
                      tells->code[TELL_SUPPLY] == SUPPLY_IS_BATTERY && rides_on_battery(node->kind);
    if (condition == CONDITION_NORMAL && is_battery && tells->state[TELL_MODE] != READING_FRESH)
        return CONDITION_ON_BATTERY;
    if (node->kind != POWER_GENERATOR)
        return condition;
    if (condition == CONDITION_UNKNOWN && draws)
        return CONDITION_NORMAL;
    /* A source that is not there is one that has not been started. */
    bool is_absent = tells->state[TELL_UNIT] != READING_FRESH &&
                     meaning(tells, TELL_AVAILABLE, available_codes) == CONDITION_OPEN;
    bool is_dead = meaning(tells, TELL_SUPPLY, supply_codes) == CONDITION_OPEN;
    return condition == CONDITION_OPEN && (is_absent || is_dead) ? CONDITION_STANDBY : condition;
}

static uint32_t units_out_of(const struct power_node *node, const struct node_tells *tells) {
    if (tells->code[TELL_ACTIVE] < 0)
        return tells->parts_failed;
    int32_t fitted = tells->code[TELL_FITTED] >= 0 ? tells->code[TELL_FITTED] : (int32_t)node->units;
    int32_t active = tells->code[TELL_ACTIVE];
    return fitted > active ? (uint32_t)(fitted - active) : 0;
}

bool node_state_note(const struct power_node *node, const struct node_tells *tells, bool is_out, bool draws,
                     int64_t now_ms, struct node_present *present) {
    const struct node_present before = *present;
    enum node_condition told_as = condition_of(node, tells, draws);
    if (told_as != CONDITION_UNKNOWN)
        present->was_known = (uint8_t)told_as;
    else if (is_out)
        present->was_known = CONDITION_OUT;
    else if (present->was_known == CONDITION_OUT)
        present->was_known = CONDITION_UNKNOWN;
    if (told_as == CONDITION_SELECTS)
        present->selected = (uint8_t)(tells->code[TELL_SOURCE] - SOURCE_A);
    present->condition = (uint8_t)(is_out ? CONDITION_OUT : told_as);
    present->units_out = units_out_of(node, tells);
    if (present->condition != before.condition)
        present->since_ms = now_ms;
    return present->condition != before.condition || present->was_known != before.was_known ||
           present->selected != before.selected || present->units_out != before.units_out;
}
