/* SPDX-License-Identifier: Apache-2.0 */
/* A shape for benchmarks, no device: 50 plain registers of hallsim in one request, each a point. */
#include "driver.h"

static const struct point points[] = {
    {CURRENT, HOLDING(10000, U16), AMPERE, .div = 10, .absent = ABSENT(0xffff)}};

static const struct group groups[] = {{OVER({PART_OUTLET, .most = 50, .stride = 1}), POINTS(points)}};

const struct driver driver_bench_registers_50 = {
    .name = "bench_registers_50",
    .title = "50 registers of a simulated device",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "hallsim --registers 50",
    GROUPS(groups),
};
