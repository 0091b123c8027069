/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UPS that NUT (Network UPS Tools) looks after on a computer, whose Net-SNMP agent runs the script
 * ups-nut.sh as "extend ups-nut".
 *
 * Sources: librenms-agent snmp/ups-nut.sh (a line a value, numbered from 1); recording of a real one.
 *
 * A value that NUT has not is the text "Unknown". The flags are NUT's status words, 0 or 1. The recorded
 * script says 1 to all of them at once, which means nothing: on line and on battery exclude each other, and
 * so do low and high battery. A charging flag is also 1 while discharging: not read.
 */
#include "driver.h"

static const struct meaning battery_yes[] = {{1, UPS_ON_BATTERY}};
static const struct meaning off_yes[] = {{1, UPS_OFF}};
static const struct meaning bypass_yes[] = {{1, UPS_BYPASS}};
static const struct meaning test_yes[] = {{1, UPS_TEST}};
static const struct meaning boost_yes[] = {{1, UPS_BOOST_TRIM}};
static const struct meaning online_yes[] = {{1, UPS_ONLINE}};
static const struct meaning replace_yes[] = {{1, BATTERY_REPLACE}};
static const struct meaning low_or_normal[] = {{0, BATTERY_NORMAL}, {1, BATTERY_LOW}};
static const struct meaning yes[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("10"), ONE, STATES(battery_yes), .absent = ABSENT(0),
     .valid = {OID("9"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("18"), ONE, STATES(off_yes), .absent = ABSENT(0), .valid = {OID("10"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("16"), ONE, STATES(bypass_yes), .absent = ABSENT(0),
     .valid = {OID("10"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("17"), ONE, STATES(test_yes), .absent = ABSENT(0), .valid = {OID("10"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("20"), ONE, STATES(boost_yes), .absent = ABSENT(0), .valid = {OID("10"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("21"), ONE, STATES(boost_yes), .absent = ABSENT(0), .valid = {OID("10"), ANY_OF(0)}},
    {UPS_MODE_STATE, OID("9"), ONE, STATES(online_yes), .absent = ABSENT(0), .valid = {OID("10"), ANY_OF(0)}},
    {LOAD, OID("8"), PERCENT, .at = {PART_OUTPUT}},
    {ALARM_STATE, OID("19"), ONE, STATES(yes), .at = {.point = "overload"}, .valid = {OID("12"), ANY_OF(0)}},
    {ALARM_STATE, OID("22"), ONE, STATES(yes), .at = {.point = "forced_shutdown"},
     .valid = {OID("12"), ANY_OF(0)}},
    {VOLTAGE, OID("7"), VOLT, .at = {PART_INPUT}},
    {VOLTAGE_RATING, OID("6"), VOLT, .at = {PART_INPUT}, .rate = RATE_SLOW},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("13"), ONE, STATES(replace_yes), .absent = ABSENT(0),
     .valid = {OID("12"), ANY_OF(0)}},
    {UPS_BATTERY_STATE, OID("11"), ONE, STATES(low_or_normal), .valid = {OID("12"), ANY_OF(0)}},
    {BATTERY_CHARGE, OID("1"), PERCENT},
    {BATTERY_RUNTIME, OID("3"), SECOND},
    {BATTERY_VOLTAGE, OID("4"), VOLT},
    {VOLTAGE_RATING, OID("5"), VOLT, .rate = RATE_SLOW},
    {BATTERY_TEMPERATURE, OID("24"), CELSIUS},
};

static const struct group groups[] = {{POINTS(ups)}, {.at = {.part = PART_BATTERY}, POINTS(battery)}};

const struct driver driver_nut_extend = {
    .name = "nut_extend",
    .title = "UPS behind NUT: Net-SNMP with ups-nut.sh",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "librenms-agent ups-nut.sh; recording of a real one",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.8072.3.2",
                     .probe = "1.3.6.1.4.1.8072.1.3.2.4.1.2.7.117.112.115.45.110.117.116"}},
    .oid_base = "1.3.6.1.4.1.8072.1.3.2.4.1.2.7.117.112.115.45.110.117.116",
    GROUPS(groups),
};
