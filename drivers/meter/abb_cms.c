/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ABB CMS-700 branch circuit monitor: up to 96 current sensors over three phases.
 *
 * Source: what the monitor's SNMP agent answers (its MIB is not public): groups 1, 24, 26, 29 and 43 of
 * enterprise 51055. Confirmed by a recording of a real device with 32 branches.
 *
 * Every value is an object without instance, numbered by its branch: 1.1.7, not 1.1.7.0. The agent's
 * sysObjectID is that of net-snmp on Linux, so sysDescr and the subtree tell it; other ABB products share
 * the enterprise with other groups. A slot without a sensor says 32767. Slots 97 to 128 are no sensors and
 * say 0: like every slot that is not wired they have no name and no phase, so a slot without a phase is left
 * out.
 */
#include "driver.h"

static const struct point branches[] = {
    {CURRENT, OID("1.1"), AMPERE, .div = 100, .absent = ABSENT(32767)},
};

static const struct point phases[] = {
    {VOLTAGE, OID("1.29"), VOLT, .div = 100},
    {VOLTAGE_THD, OID("1.43"), PERCENT, .div = 100},
};

static const struct group groups[] = {
    {OVER({PART_BRANCH}, {PART_PHASE_LINE, .number = OID("1.26")}), .label = OID("1.24"), POINTS(branches)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_INPUT}, POINTS(phases)},
};

const struct driver driver_abb_cms = {
    .name = "abb_cms",
    .title = "ABB CMS-700 branch circuit monitor",
    .manufacturer = "ABB",
    .class = CLASS_METER,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SNMP agent of the CMS-700, as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.8072.3.2.10",
                     .sys_descr = "*CircuitMeasurementSystem*",
                     .probe = "1.3.6.1.4.1.51055.1.1"},
                    {.probe = "1.3.6.1.4.1.51055.1.1"}},
    .oid_base = "1.3.6.1.4.1.51055",
    GROUPS(groups),
};
