/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton DC plants with an SC300 controller (SC200 has a subtree of its own), SNMP.
 *
 * Sources: RPS-SC300-MIB and a recording of a real plant (software 1.17, two rectifiers of 126 places).
 *
 * A place without a rectifier reads 0 everywhere; its state is "not detected". A rectifier whose link is lost
 * has no fresh values. Load of a rectifier is in tenths of a percent, of the plant in percent. A digital
 * input counts only where it is open or closed. Battery current is positive while charging (MIB) and
 * published positive while discharging. The plant's serial number may be empty: then it is the controller's.
 * The plant has many more objects (generator, solar, smart alarms); the recording proves only these.
 */
#include "driver.h"

static const struct meaning links[] = {
    {1, STATE_NO}, {2, STATE_NO}, {3, STATE_YES}, {4, STATE_YES}, {5, STATE_NO}};
static const struct meaning failures[] = {{0, SUPPLY_OK}, {1, SUPPLY_FAULT}, {2, SUPPLY_FAULT}};
static const struct meaning inputs[] = {{2, STATE_YES}, {3, STATE_NO}};
static const struct meaning alarms[] = {{0, STATE_NO},  {1, STATE_YES}, {2, STATE_YES},
                                        {3, STATE_YES}, {5, STATE_YES}, {6, STATE_NO}};

static const struct point plant[] = {
    {VOLTAGE, OID("40.10.0"), VOLT, .at = {PART_MAINS, .point = "average"}},
    {CURRENT, OID("50.10.0"), AMPERE, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {LOAD, OID("50.20.0"), PERCENT, .at = {PART_LOAD}},
    {CURRENT, OID("60.20.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {DEVICE_TEMPERATURE, OID("60.29.0"), CELSIUS, .at = {PART_RECTIFIER, .point = "highest"}},
    {VOLTAGE, OID("70.10.20.0"), VOLT, .div = 100, .at = {PART_OUTPUT}},
    {BATTERY_TEMPERATURE, OID("100.30.0"), CELSIUS, .at = {PART_BATTERY}},
    {BATTERY_CURRENT, OID("100.40.0"), AMPERE, .mul = -1, .at = {PART_BATTERY}},
};

static const struct point rectifiers[] = {
    {POWER_RATING, OID("60.30.1.80"), WATT, .absent = ABSENT(65535), .rate = RATE_SLOW},
    {VOLTAGE, OID("60.30.1.90"), VOLT, .at = {.point = "input"}, .valid = {OID("60.30.1.120"), ANY_OF(2)}},
    {VOLTAGE, OID("60.30.1.95"), VOLT, .div = 100, .at = {.point = "output"},
     .valid = {OID("60.30.1.120"), ANY_OF(2)}},
    {CURRENT, OID("60.30.1.100"), AMPERE, .at = {.point = "output"},
     .valid = {OID("60.30.1.120"), ANY_OF(2)}},
    {LOAD, OID("60.30.1.105"), PERCENT, .div = 10, .valid = {OID("60.30.1.120"), ANY_OF(2)}},
    {DEVICE_TEMPERATURE, OID("60.30.1.110"), CELSIUS, .valid = {OID("60.30.1.120"), ANY_OF(2)}},
    {ALARM_STATE, OID("60.30.1.120"), ONE, STATES(links), .at = {.point = "communication"},
     .absent = ABSENT(0)},
    {POWER_SUPPLY_STATE, OID("60.30.1.130"), ONE, STATES(failures), .valid = {OID("60.30.1.120"), ANY_OF(2)}},
};

static const struct point contacts[] = {
    {CONTACT_STATE, OID("90.40.1.30"), ONE, STATES(inputs), .absent = ABSENT(1, 4)},
    {ALARM_STATE, OID("90.40.1.20"), ONE, STATES(alarms), .at = {.point = "alarm"},
     .valid = {OID("90.40.1.30"), ANY_OF(2, 3)}, .absent = ABSENT(4)},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {OVER({PART_RECTIFIER}), .label = OID("60.30.1.40"), .only = {OID("60.30.1.120"), ANY_OF(1, 2, 3, 4, 5)},
     POINTS(rectifiers)},
    {OVER({PART_CONTACT}), .label = OID("90.40.1.50"), .only = {OID("90.40.1.30"), ANY_OF(2, 3)},
     POINTS(contacts)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("10.30.0")},
                                    {FACT_SERIAL, OID("10.20.0")},
                                    {FACT_SERIAL, OID("20.90.0")},
                                    {FACT_FIRMWARE, OID("20.30.0")}};

const struct driver driver_eaton_sc300 = {
    .name = "eaton_sc300",
    .title = "Eaton DC plant with SC300 controller",
    .manufacturer = "Eaton",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RPS-SC300-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.1918.2.14"}},
    .oid_base = "1.3.6.1.4.1.1918.2.14.10",
    FACTS(facts),
    GROUPS(groups),
};
