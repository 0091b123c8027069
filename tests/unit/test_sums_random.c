/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any sequence of changes, settled step by step, comes to what one settling of all of it at the end comes to:
 * of random topologies, with readings, silence, states, nodes out of service and devices that come and go.
 * The same seeds every time.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/plant.h"

enum { CASES = 120, STEPS = 120, NODES = 70 };

static uint32_t random_below(uint64_t *seed, uint32_t n) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % n);
}

static const struct series lines[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
                                      {REACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L3}, NULL},
                                      {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
                                      {BREAKER_STATE, {.part = PART_BREAKER}, NULL},
                                      {TRANSFER_SWITCH_SOURCE_STATE, {0}, NULL},
                                      {UPS_MODE_STATE, {0}, NULL},
                                      {DEVICE_UP, {0}, NULL}};
enum { LINES = sizeof(lines) / sizeof(lines[0]) };

/* The same plant from the same seed. */
static void build(struct plant *plant, uint64_t seed) {
    static const enum power_kind kinds[] = {POWER_BUS,  POWER_BREAKER, POWER_UPS, POWER_STS,
                                            POWER_RACK, POWER_TIE,     POWER_PDU, POWER_TRANSFORMER};
    plant_begin(plant);
    for (uint32_t i = 0; i < NODES; i++) {
        char name[16], sources[64] = "", meters[32] = "", breaker[32];
        uint32_t n = i < 3 ? 0 : 1 + random_below(&seed, 3);
        uint32_t oldest = i > 20 ? i - 20 : 0;
        for (uint32_t k = 0; k < n; k++) {
            size_t used = strlen(sources);
            snprintf(sources + used, sizeof(sources) - used, "%sn%u%s", used ? ";" : "",
                     oldest + random_below(&seed, i - oldest), random_below(&seed, 4) ? "" : ":L2-L3-L1");
        }
        snprintf(name, sizeof(name), "n%u", i);
        if (random_below(&seed, 3) == 0)
            snprintf(meters, sizeof(meters), "d%u%s", i, random_below(&seed, 9) ? "" : ";d0");
        enum power_kind kind = kinds[random_below(&seed, sizeof(kinds) / sizeof(kinds[0]))];
        struct power_node *node = plant_node(plant, kind, name, sources, meters);
        node->normally_open = random_below(&seed, 12) == 0;
        node->rating.watts = random_below(&seed, 3) ? 0 : 1000 * (1 + random_below(&seed, 100));
        node->phases = random_below(&seed, 6) ? 3 : 1;
        node->line_to_line = random_below(&seed, 8) == 0;
        node->elsewhere = random_below(&seed, 15) == 0;
        snprintf(breaker, sizeof(breaker), "d%u:breaker", i);
        if (random_below(&seed, 3) == 0)
            plant_breaker(node, breaker);
        if (random_below(&seed, 3) == 0)
            plant_tells(node, meters[0] ? meters : "d1");
    }
    plant_settle(plant);
    for (uint32_t i = 0; i < NODES; i++) {
        char name[16];
        snprintf(name, sizeof(name), "d%u", i);
        plant_device(plant, name, lines, LINES);
    }
}

static void speak(struct plant *plant, uint64_t *seed, int64_t now_ms) {
    const double values[LINES] = {random_below(seed, 10000),
                                  random_below(seed, 3) ? random_below(seed, 3000) : (double)NAN,
                                  random_below(seed, 40),
                                  random_below(seed, 40),
                                  random_below(seed, 40),
                                  random_below(seed, 2) ? 230 : (double)NAN,
                                  random_below(seed, 3) ? (double)NAN : random_below(seed, 4),
                                  random_below(seed, 3) ? (double)NAN : random_below(seed, 3),
                                  random_below(seed, 3) ? (double)NAN : 1 + random_below(seed, 9),
                                  random_below(seed, 20) ? (double)NAN : 0};
    plant_say(plant, random_below(seed, NODES), values, now_ms - random_below(seed, 3000), now_ms);
}

static void change(struct plant *plant, uint64_t *seed, int64_t *now_ms) {
    char name[16];
    uint32_t device = random_below(seed, NODES);
    switch (random_below(seed, 12)) {
    case 0:
        plant_say_badly(plant, device, QUALITY_STALE, *now_ms);
        break;
    case 1:
        sums_set_out(plant->sums, device, random_below(seed, 2));
        break;
    case 2:
        plant_farewell(plant, device, *now_ms);
        break;
    case 3:
        snprintf(name, sizeof(name), "d%u", device);
        plant_device(plant, name, lines + random_below(seed, 2), LINES - 1);
        break;
    case 4:
        *now_ms += random_below(seed, 20) ? random_below(seed, 9000) : -(int64_t)100000;
        break;
    default:
        for (int i = 0; i < 4; i++)
            speak(plant, seed, *now_ms);
        break;
    }
    sums_age(plant->sums, *now_ms);
}

static void assert_same(double one, double other, uint32_t node, const char *what) {
    if (isnan(one) ? !isnan(other) : one < other || one > other || isnan(other))
        fail_msg("%s of n%u: %.17g step by step, %.17g at once", what, node, one, other);
}

/* All but the counters, which know what came before. */
static void assert_same_sum(const struct node_sum *one, const struct node_sum *other, uint32_t node) {
    const double figures[][2] = {{one->watts, other->watts},
                                 {one->vars, other->vars},
                                 {one->voltamperes, other->voltamperes},
                                 {one->amperes, other->amperes},
                                 {(double)one->measured, (double)other->measured},
                                 {(double)one->held, (double)other->held},
                                 {(double)one->unknown, (double)other->unknown},
                                 {one->flags, other->flags},
                                 {(double)one->oldest_ms, (double)other->oldest_ms},
                                 {(double)one->newest_ms, (double)other->newest_ms}};
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        assert_same(figures[i][0], figures[i][1], node, "a figure");
    for (unsigned i = 0; i < PHASES; i++) {
        assert_same(one->phase_watts[i], other->phase_watts[i], node, "watts of a phase");
        assert_same(one->phase_amperes[i], other->phase_amperes[i], node, "amperes of a phase");
        assert_same(one->phase_volts[i], other->phase_volts[i], node, "volts of a phase");
    }
    if (fabsf(one->measured + one->held + one->unknown - 1) > 1e-5F)
        fail_msg("shares of n%u do not make one", node);
}

static void any_order_of_settling_agrees(void **state) {
    (void)state;
    struct plant *stepwise = test_calloc(1, sizeof(*stepwise)), *at_once = test_calloc(1, sizeof(*at_once));
    for (uint64_t number = 1; number <= CASES; number++) {
        uint64_t seeds[2] = {number * 7919, number * 7919};
        int64_t now_ms[2] = {1764000000000, 1764000000000};
        build(stepwise, number);
        build(at_once, number);
        for (int step = 0; step < STEPS; step++) {
            change(stepwise, &seeds[0], &now_ms[0]);
            sums_settle(stepwise->sums, now_ms[0]);
            change(at_once, &seeds[1], &now_ms[1]);
        }
        sums_settle(at_once->sums, now_ms[1]);
        for (uint32_t i = 0; i < NODES; i++) {
            assert_same_sum(&sums_of(stepwise->sums)[i], &sums_of(at_once->sums)[i], i);
            assert_same(sums_supply(stepwise->sums)[i], sums_supply(at_once->sums)[i], i, "supply");
        }
        for (uint32_t i = 0; i < stepwise->topology->n_edges; i++)
            assert_same((double)sums_carries(stepwise->sums)[i], (double)sums_carries(at_once->sums)[i],
                        stepwise->topology->edges[i].from, "an edge's share");
        plant_end(stepwise);
        plant_end(at_once);
    }
    test_free(stepwise);
    test_free(at_once);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_settling_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
