/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IMCO Power LS110 and LS130 DC UPSes (controller by AN-D), SNMP.
 *
 * Sources: LibreNMS names and scales the objects; a recording of a real LS130.HS. No MIB is public.
 *
 * LibreNMS has two voltages and a current without a place. The second voltage times the current is 219 W
 * beside a load of 45.5 %, that is a rating of 480 W: both are the output, whose voltage is negative (-48 V).
 * The first is a battery of 24 V on float. The power state is 0; what else it can be is not known: not read.
 */
#include "driver.h"

static const struct point output[] = {
    {VOLTAGE, OID("7.5.0"), VOLT, .div = 100},
    {CURRENT, OID("7.6.0"), AMPERE, .div = 10},
    {LOAD, OID("7.8.0"), PERCENT, .div = 10},
};

static const struct point battery[] = {
    {BATTERY_TEMPERATURE, OID("5.1.3.0"), CELSIUS, .div = 100},
    {BATTERY_VOLTAGE, OID("7.4.0"), VOLT, .div = 100},
    {BATTERY_CHARGE, OID("7.7.0"), PERCENT, .div = 10},
};

static const struct group groups[] = {
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("8.81.0")}, {FACT_SERIAL, OID("8.83.0")}, {FACT_FIRMWARE, OID("8.84.0")}};

const struct driver driver_imco_ls = {
    .name = "imco_ls",
    .title = "IMCO Power LS110, LS130 DC UPS",
    .manufacturer = "IMCO Power",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "names and scales of LibreNMS; recording of a real LS130",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.33283.1.30"}},
    .oid_base = "1.3.6.1.4.1.33283.1.30",
    FACTS(facts),
    GROUPS(groups),
};
