/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GUDE Expert Power Control 1104, 1202 and 8031.
 *
 * Source: GUDEADS-EPC1104-MIB, GUDEADS-EPC1202-MIB. Firmware seen in recordings: 1.7.2 (1104-1), 1.13.3
 * (1202-1), 1.6.3 (8031-3). Confirmed by recordings of real devices; reactive power by the manual only.
 *
 * Every model has the same tables below a number of its own. A channel counts while its status says that its
 * data is valid. Residual current is in tenths of mA, supplies and temperature of the processor are in
 * hundredths and tenths: of the 8031 only. Powers are signed: no value means "not there".
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning protection_states[] = {{0, STATE_YES}, {1, STATE_NO}};

/* What every model has, below its own number. */
/* clang-format off */
#define OUTLETS(model) \
    {OUTLET_STATE, OID(model ".3.1.2.1.3"), ONE, STATES(outlet_states)}, \
    {OUTLET_CYCLES, OID(model ".3.1.2.1.4"), ONE}
#define CHANNELS(model) \
    {ACTIVE_ENERGY, OID(model ".5.1.2.1.3"), WATT_HOUR}, \
    {ACTIVE_POWER, OID(model ".5.1.2.1.4"), WATT}, \
    {CURRENT, OID(model ".5.1.2.1.5"), MILLIAMPERE}, \
    {VOLTAGE, OID(model ".5.1.2.1.6"), VOLT}, \
    {FREQUENCY, OID(model ".5.1.2.1.7"), HERTZ, .div = 100}, \
    {POWER_FACTOR, OID(model ".5.1.2.1.8"), ONE, .div = 1000}, \
    {APPARENT_POWER, OID(model ".5.1.2.1.10"), VOLTAMPERE}, \
    {REACTIVE_POWER, OID(model ".5.1.2.1.11"), VAR}
#define PROTECTION(model) \
    {ALARM_STATE, OID(model ".5.2.1.2"), ONE, STATES(protection_states), .absent = ABSENT(2), \
     .at = {.point = "overvoltage_protection"}}
/* clang-format on */

static const struct point outlets_1104[] = {OUTLETS("68.1")};
static const struct point outlets_1202[] = {OUTLETS("43.1")};
static const struct point outlets_8031[] = {OUTLETS("81.1")};
static const struct point channels_1202[] = {CHANNELS("43.1")};
static const struct point channels_8031[] = {
    CHANNELS("81.1"),
    {RESIDUAL_CURRENT, OID("81.1.5.1.2.1.24"), MILLIAMPERE, .div = 10},
};
static const struct point protections_1202[] = {PROTECTION("43.1")};
static const struct point protections_8031[] = {PROTECTION("81.1")};

static const struct point controller[] = {
    {VOLTAGE, OID("81.1.5.14.1.0"), VOLT, .div = 100, .at = {.point = "system"}},
    {VOLTAGE, OID("81.1.5.14.2.0"), VOLT, .div = 100, .at = {.point = "auxiliary"}},
    {VOLTAGE, OID("81.1.5.14.3.0"), VOLT, .div = 100, .at = {.point = "main"}},
    {DEVICE_TEMPERATURE, OID("81.1.5.14.4.0"), CELSIUS, .div = 10},
};

static const struct group groups[] = {
    {OVER({PART_OUTLET}), .label = OID("68.1.3.1.2.1.2"), POINTS(outlets_1104)},
    {OVER({PART_OUTLET}), .label = OID("43.1.3.1.2.1.2"), POINTS(outlets_1202)},
    {OVER({PART_OUTLET}), .label = OID("81.1.3.1.2.1.2"), POINTS(outlets_8031)},
    {OVER({PART_INPUT}), .valid = {OID("43.1.5.1.2.1.2"), ANY_OF(1)}, POINTS(channels_1202)},
    {OVER({PART_INPUT}), .valid = {OID("81.1.5.1.2.1.2"), ANY_OF(1)}, POINTS(channels_8031)},
    {OVER({PART_INPUT}), POINTS(protections_1202)},
    {OVER({PART_INPUT}), POINTS(protections_8031)},
    {.at = {.part = PART_CONTROLLER}, POINTS(controller)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("68.1.1.2.1.0")},    {FACT_MODEL, OID("43.1.1.2.1.0")},
    {FACT_MODEL, OID("81.1.1.2.1.0")},    {FACT_FIRMWARE, OID("68.1.1.2.2.0")},
    {FACT_FIRMWARE, OID("43.1.1.2.2.0")}, {FACT_FIRMWARE, OID("81.1.1.2.2.0")}};

const struct driver driver_gude_epc = {
    .name = "gude_epc",
    .title = "GUDE Expert Power Control 1104, 1202, 8031",
    .manufacturer = "GUDE",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "GUDEADS-EPC1104-MIB, GUDEADS-EPC1202-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.28507.43"},
                    {.sys_object_id = "1.3.6.1.4.1.28507.68"},
                    {.sys_object_id = "1.3.6.1.4.1.28507.81"}},
    .oid_base = "1.3.6.1.4.1.28507",
    FACTS(facts),
    GROUPS(groups),
};
