/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eltek DC plants with a WebPower or first-generation Smartpack controller, SNMP. Later controllers are
 * eltek_enexus.
 *
 * Sources: ELTEK-DISTRIBUTED-MIB and a recording of a real plant (WebPower 4.11 with three rectifiers of 20
 * places).
 *
 * Rectifiers are numbered by a column; a place without one has state 0 and reads 0. The MIB says that the
 * plant's currents are in amperes or tenths, temperatures in degC or degF and capacities in Ah or percent, as
 * the controller is set, and no object tells how: read as the recording proves, where three rectifiers of
 * 19.4, 19.4 and 19.8 A make the 58 A that the load takes (the MIB has tenths for their sum) and 1360 Ah last
 * 1406 minutes. Compare with the display before you trust another plant. The number of active rectifiers is
 * "not used" (MIB). Battery quality is 0 before the first battery test. Battery current is positive while
 * charging (MIB), and published positive while discharging.
 */
#include "driver.h"

/* Float (regulated by voltage or temperature), boost, test. */
static const struct meaning modes[] = {
    {0, BATTERY_NORMAL}, {1, BATTERY_NORMAL}, {2, BATTERY_CHARGING}, {3, BATTERY_NORMAL}};
static const struct meaning fuses[] = {{0, BREAKER_CLOSED}, {1, BREAKER_TRIPPED}};
static const struct meaning rectifier_states[] = {{1, UNIT_RUNNING}, {2, UNIT_FAULT}, {4, UNIT_OFF}};

static const struct point plant[] = {
    {CURRENT, OID("4.1.0"), AMPERE, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {MODULES_FITTED, OID("5.1.0"), ONE, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {CURRENT, OID("5.3.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {LOAD, OID("5.4.0"), PERCENT, .at = {PART_RECTIFIER}},
    {VOLTAGE, OID("6.1.0"), VOLT, .at = {PART_MAINS, .phase = PHASE_L1}},
    {VOLTAGE, OID("6.2.0"), VOLT, .at = {PART_MAINS, .phase = PHASE_L2}},
    {VOLTAGE, OID("6.3.0"), VOLT, .at = {PART_MAINS, .phase = PHASE_L3}},
};

static const struct point battery[] = {
    {BATTERY_VOLTAGE, OID("3.2.0"), VOLT, .div = 100},
    {BATTERY_CURRENT, OID("3.3.0"), AMPERE, .mul = -1},
    {UPS_BATTERY_STATE, OID("2.2.0"), ONE, STATES(modes)},
    {BREAKER_STATE, OID("3.5.0"), ONE, STATES(fuses)},
    {BATTERY_RUNTIME, OID("3.20.1.0"), MINUTE},
    {BATTERY_CAPACITY_LEFT, OID("3.20.2.0"), AMPERE_HOUR},
    {BATTERY_CAPACITY, OID("3.20.4.0"), AMPERE_HOUR, .rate = RATE_SLOW},
    {BATTERY_HEALTH, OID("3.20.5.0"), PERCENT, .absent = ABSENT(0), .rate = RATE_SLOW},
};

static const struct point rectifiers[] = {
    {UNIT_STATE, OID("5.5.2.1.2"), ONE, STATES(rectifier_states), .absent = ABSENT(0, 3)},
    {CURRENT, OID("5.5.2.1.3"), AMPERE, .div = 10},
    {VOLTAGE, OID("5.5.2.1.4"), VOLT, .div = 100},
    {DEVICE_TEMPERATURE, OID("5.5.2.1.5"), CELSIUS},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_NONE}, {PART_RECTIFIER, .number = OID("5.5.2.1.1")}), .label = OID("5.5.2.1.6"),
     .only = {OID("5.5.2.1.2"), ANY_OF(1, 2, 4)}, POINTS(rectifiers)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.18.1.0")}, {FACT_SERIAL, OID("1.18.3.0")}, {FACT_FIRMWARE, OID("1.18.7.0")}};

const struct driver driver_eltek_webpower = {
    .name = "eltek_webpower",
    .title = "Eltek DC plant with WebPower controller",
    .manufacturer = "Eltek",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ELTEK-DISTRIBUTED-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.12148.9"}},
    .oid_base = "1.3.6.1.4.1.12148.9",
    FACTS(facts),
    GROUPS(groups),
};
