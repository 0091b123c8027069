/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC / Schneider Easy Rack PDUs (EPDU1xxx).
 *
 * Source: PowerNet-MIB (ePDU 318.1.1.30). Firmware seen in a recording: 11.10 (EPDU1132M). Confirmed by a
 * recording of a real device for its early firmware; the tables of the MIB by the manual only.
 *
 * Early firmware answers below another maker's number, says nothing of itself and gives every measurement as
 * text with its unit. Later firmware has tables, indexed by running numbers, with the PDU's and the phase's
 * number in columns; -1 is not supported, except for a temperature.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};

static const struct point early[] = {
    {VOLTAGE, OID("1.1.1.1"), VOLT, .leading = true},
    {CURRENT, OID("1.1.2.1"), AMPERE, .leading = true},
    {ACTIVE_POWER, OID("1.1.3.1"), KILOWATT, .leading = true},
    {POWER_FACTOR, OID("1.1.6.1"), ONE, .leading = true},
    {ACTIVE_ENERGY, OID("1.1.7.1"), KILOWATT_HOUR, .leading = true},
    {FREQUENCY, OID("1.1.27.1"), HERTZ, .leading = true},
};

static const struct point units[] = {
    {ACTIVE_POWER, OID("318.1.1.30.2.1.1.7"), WATT, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, OID("318.1.1.30.2.1.1.8"), VAR, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("318.1.1.30.2.1.1.9"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("318.1.1.30.2.1.1.10"), PERCENT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("318.1.1.30.2.1.1.11"), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {FREQUENCY, OID("318.1.1.30.2.1.1.12"), HERTZ, .div = 1000},
};

static const struct point phases[] = {
    {VOLTAGE, OID("318.1.1.30.4.2.1.4"), VOLT, .div = 10},
    {CURRENT, OID("318.1.1.30.4.2.1.5"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("318.1.1.30.4.2.1.6"), WATT},
    {REACTIVE_POWER, OID("318.1.1.30.4.2.1.7"), VAR},
    {APPARENT_POWER, OID("318.1.1.30.4.2.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("318.1.1.30.4.2.1.9"), PERCENT, .div = 10},
    {ACTIVE_ENERGY, OID("318.1.1.30.4.2.1.10"), WATT_HOUR},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("318.1.1.30.6.1.1.4"), ONE, STATES(outlet_states)},
};

static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("318.1.1.30.8.2.1.3"), CELSIUS, .div = 10, .absent = ABSENT(INT32_MIN)},
    {RELATIVE_HUMIDITY, OID("318.1.1.30.8.2.1.4"), PERCENT, .div = 10},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(early)},
    {OVER({PART_NONE}, {PART_INPUT, .number = OID("318.1.1.30.2.1.1.2")}), POINTS(units)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("318.1.1.30.4.2.1.2")},
          {PART_PHASE_LINE, .number = OID("318.1.1.30.4.2.1.3")}),
     .at = {.part = PART_INPUT}, POINTS(phases)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("318.1.1.30.6.1.1.2")},
          {PART_OUTLET, .number = OID("318.1.1.30.6.1.1.3")}),
     POINTS(outlets)},
    {OVER({PART_SENSOR}), POINTS(probes)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("318.1.1.30.2.1.1.4.1")},
                                    {FACT_SERIAL, OID("318.1.1.30.2.1.1.5.1")},
                                    {FACT_FIRMWARE, OID("318.1.1.30.2.1.1.3.1")},
                                    {FACT_FIRMWARE, OID("1.1.38.1")}};

const struct driver driver_apc_epdu = {
    .name = "apc_epdu",
    .title = "APC / Schneider Electric Easy Rack PDU (EPDU)",
    .manufacturer = "APC",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, ePDU groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.0", .probe = "1.3.6.1.4.1.1.1.1"},
                    {.sys_object_id = "1.3.6.1.4.1.318", .probe = "1.3.6.1.4.1.318.1.1.30.4.2.1"}},
    .oid_base = "1.3.6.1.4.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
