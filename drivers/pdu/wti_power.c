/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WTI switched and metered PDUs and remote power switches: VMR, NPS, RPC (WTI-POWER-MIB).
 *
 * Source: WTI-POWER-MIB. Confirmed by a recording of a real device (VMR-8HD20: two branches, eight outlets).
 *
 * A unit has up to four branches, A to D; one that is not there has 0 everywhere, so that 0 of B to D is no
 * reading, even of one that only carries nothing. The whole system has its sums beside. Currents are tenths.
 * The temperature comes in the scale that people chose, which no object states: shown raw.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning alarm_states[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point system_points[] = {
    {CURRENT, OID("200.60.0"), AMPERE, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("200.70.0"), WATT, .at = {.phase = PHASE_TOTAL}},
};
static const struct point alarms[] = {
    {ALARM_STATE, OID("280.1.0"), ONE, STATES(alarm_states), .at = {.point = "over_current"}},
    {ALARM_STATE, OID("280.2.0"), ONE, STATES(alarm_states), .at = {.point = "over_current_critical"}},
    {ALARM_STATE, OID("280.3.0"), ONE, STATES(alarm_states), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("280.4.0"), ONE, STATES(alarm_states), .at = {.point = "over_temperature_critical"}},
    {ALARM_STATE, OID("280.5.0"), ONE, STATES(alarm_states), .at = {.point = "breaker_open"}},
    {ALARM_STATE, OID("280.7.0"), ONE, STATES(alarm_states), .at = {.point = "lost_voltage"}},
    {ALARM_STATE, OID("280.15.0"), ONE, STATES(alarm_states), .at = {.point = "emergency_shutoff"}},
};

#define BRANCH(n)                                                                                            \
    {                                                                                                        \
        .part = PART_BRANCH, .depth = 1, .id = { n }                                                         \
    }

static const struct point units[] = {
    {DEVICE_TEMPERATURE, OID("200.10.1.3"), UNIT_UNSTATED},
    {CURRENT, OID("200.10.1.4"), AMPERE, .div = 10, .at = BRANCH(1)},
    {VOLTAGE, OID("200.10.1.5"), VOLT, .at = BRANCH(1), .absent = ABSENT(-1, 0)},
    {ACTIVE_POWER, OID("200.10.1.6"), WATT, .at = BRANCH(1)},
    {CURRENT, OID("200.10.1.7"), AMPERE, .div = 10, .at = BRANCH(2), .absent = ABSENT(-1, 0)},
    {VOLTAGE, OID("200.10.1.8"), VOLT, .at = BRANCH(2), .absent = ABSENT(-1, 0)},
    {ACTIVE_POWER, OID("200.10.1.9"), WATT, .at = BRANCH(2), .absent = ABSENT(-1, 0)},
    {CURRENT, OID("200.10.1.10"), AMPERE, .div = 10, .at = BRANCH(3), .absent = ABSENT(-1, 0)},
    {VOLTAGE, OID("200.10.1.11"), VOLT, .at = BRANCH(3), .absent = ABSENT(-1, 0)},
    {ACTIVE_POWER, OID("200.10.1.12"), WATT, .at = BRANCH(3), .absent = ABSENT(-1, 0)},
    {CURRENT, OID("200.10.1.13"), AMPERE, .div = 10, .at = BRANCH(4), .absent = ABSENT(-1, 0)},
    {VOLTAGE, OID("200.10.1.14"), VOLT, .at = BRANCH(4), .absent = ABSENT(-1, 0)},
    {ACTIVE_POWER, OID("200.10.1.15"), WATT, .at = BRANCH(4), .absent = ABSENT(-1, 0)},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("100.200.1.3"), ONE, STATES(outlet_states)},
    {CURRENT, OID("100.200.1.7"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("100.200.1.8"), WATT},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(system_points)},
    {POINTS(alarms)},
    {OVER({PART_UNIT}), .label = OID("200.10.1.2"), POINTS(units)},
    {OVER({PART_OUTLET}), .label = OID("100.200.1.5"), POINTS(outlets)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("200.10.1.2.1")},
                                    {FACT_SERIAL, OID("200.10.1.27.1")},
                                    {FACT_FIRMWARE, OID("200.10.1.28.1")}};

const struct driver driver_wti_power = {
    .name = "wti_power",
    .title = "WTI switched and metered PDU (VMR, NPS, RPC)",
    .manufacturer = "WTI",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "WTI-POWER-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2634.6", .probe = "1.3.6.1.4.1.2634.3.100.200"},
                    {.probe = "1.3.6.1.4.1.2634.3.100.200"}},
    .oid_base = "1.3.6.1.4.1.2634.3",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
