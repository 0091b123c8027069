/* SPDX-License-Identifier: Apache-2.0 */
/* A shape for benchmarks, no device: two columns of ten outlets of hallsim's rack PDU, 20 objects in one
 * request. */
#include "driver.h"

static const struct point outlets[] = {
    {CURRENT, OID("6"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("7"), WATT, .absent = ABSENT(-1)},
};

static const struct group groups[] = {{OVER({PART_OUTLET}), POINTS(outlets)}};

const struct driver driver_bench_objects_20 = {
    .name = "bench_objects_20",
    .title = "Ten outlets of a simulated rack PDU",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .sources = "hallsim --snmp N --values 67",
    .oid_base = "1.3.6.1.4.1.318.1.1.26.9.4.3.1",
    GROUPS(groups),
};
