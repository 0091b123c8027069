/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a line of `hallwatch tree`: never a zero for what is not known, and what is wrong in words.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/tree_text.h"

/* intake and generator feed the UPS, that feeds the busway, that feeds racks 1 and 2. */
enum { INTAKE, GENERATOR, UPS, BUSWAY, RACK_1, RACK_2, N_NODES };
static struct power_node nodes[N_NODES] = {
    {.name = "intake", .kind = POWER_INTAKE, .rating = {.voltamperes = 60e6, .volts = 22.9e3}, .units = 1},
    {.name = "gen", .kind = POWER_GENERATOR, .units = 1},
    {.name = "ups", .kind = POWER_UPS, .rating = {.watts = 500e3, .volts = 415}, .units = 5},
    {.name = "busway", .kind = POWER_BUSWAY, .rating = {.amperes = 2000}, .units = 1},
    {.name = "랙 1", .kind = POWER_RACK, .units = 1},
    {.name = "rack-2", .kind = POWER_RACK, .units = 1},
};
static const struct power_config power = {.nodes = nodes, .n_nodes = N_NODES};
static const struct edge edges[] = {
    {INTAKE, UPS, .rank = 0}, {GENERATOR, UPS, .rank = 1}, {UPS, BUSWAY}, {BUSWAY, RACK_1}, {BUSWAY, RACK_2}};
static const struct edge_run sources[N_NODES] = {{0, 0}, {0, 0}, {0, 2}, {2, 1}, {3, 1}, {4, 1}};
static const uint32_t by_source[] = {0, 1, 2, 3, 4};
static const struct edge_run fed[N_NODES] = {{0, 1}, {1, 1}, {2, 1}, {3, 2}, {5, 0}, {5, 0}};
static const struct edge_run none[N_NODES];
static const struct topology topology = {.power = &power,
                                         .n_nodes = N_NODES,
                                         .n_edges = 5,
                                         .edges = (struct edge *)(uintptr_t)edges,
                                         .sources = (struct edge_run *)(uintptr_t)sources,
                                         .by_source = (uint32_t *)(uintptr_t)by_source,
                                         .fed = (struct edge_run *)(uintptr_t)fed,
                                         .coolers = (struct edge_run *)(uintptr_t)none,
                                         .cooled = (struct edge_run *)(uintptr_t)none};

/* All is well, each node carries 1 MW and is measured. */
struct hall {
    struct node_sum sums[N_NODES];
    struct node_present present[N_NODES];
    uint8_t supply[N_NODES], origins[N_NODES];
    float carries[5];
    double ratio[N_NODES];
    struct budget_state budgets[N_NODES];
    struct trip_time trips[N_NODES];
    struct tree_alarm alarms[N_NODES];
    struct judged judged;
    struct tree_look look;
};

static void make(struct hall *hall) {
    *hall = (struct hall){.carries = {1, 0, 1, 1, 1}};
    for (int i = 0; i < N_NODES; i++) {
        hall->sums[i] = (struct node_sum){.watts = 1.05e6, .measured = 1};
        hall->present[i].condition = CONDITION_NORMAL;
        hall->supply[i] = SUPPLY_LIVE;
        hall->ratio[i] = 0.42;
        hall->trips[i] = (struct trip_time){(double)INFINITY, (double)INFINITY, 0};
    }
    hall->judged = (struct judged){.power = &power,
                                   .topology = &topology,
                                   .sums = hall->sums,
                                   .present = hall->present,
                                   .supply = hall->supply,
                                   .carries = hall->carries,
                                   .ratio = hall->ratio,
                                   .budgets = hall->budgets,
                                   .trips = hall->trips};
    hall->look = (struct tree_look){&power, &hall->judged, hall->alarms, hall->origins};
}

/* "name|power|used|state" of the line of the node, or of the one that begins so. */
static void expect(struct hall *hall, const char *name, const char *expected) {
    struct tree_network network = tree_of_power(&topology);
    struct tree tree = {0};
    bool lasts[TREE_DEPTH_MOST + 3] = {false};
    char text[400] = "";
    if (hall->look.judged)
        tree_find_origins(&hall->judged, hall->origins);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    for (size_t i = 0; i < tree.n_lines && !*text; i++) {
        struct tree_cells cells;
        tree_write_line(&hall->look, &tree, &network, &tree.lines[i], lasts, &cells);
        if (strstr(cells.name.data, name))
            snprintf(text, sizeof(text), "%s|%s|%s|%s", cells.name.data, cells.power, cells.used,
                     cells.state.data);
        tree_cells_done(&cells);
    }
    tree_done(&tree);
    assert_string_equal(text, expected);
}

static void well(void **state) {
    (void)state;
    struct hall hall;
    make(&hall);
    expect(&hall, "intake", "intake|1.05 MW|42 %|");
    expect(&hall, "ups", "└─ups|1.05 MW|42 %|");
    expect(&hall, "랙 1", "    ├─랙 1|1.05 MW|42 %|");
}

static void what_is_not_known_is_no_zero(void **state) {
    (void)state;
    struct hall hall;
    make(&hall);
    hall.sums[UPS] = (struct node_sum){.watts = (double)NAN, .unknown = 1};
    hall.ratio[UPS] = (double)NAN;
    hall.sums[BUSWAY] =
        (struct node_sum){.watts = 66e3, .measured = 0.8F, .held = 0.05F, .flags = SUM_LOWER_BOUND};
    expect(&hall, "ups", "└─ups|-||");
    expect(&hall, "busway", "  └─busway|≥ 66.0 kW|42 %|80 % measured, 5 % held over");
}

static void trouble_is_said(void **state) {
    (void)state;
    struct hall hall;
    make(&hall);
    hall.supply[UPS] = hall.supply[BUSWAY] = SUPPLY_BATTERY;
    hall.present[UPS].condition = CONDITION_BYPASS;
    hall.alarms[UPS] = (struct tree_alarm){"ups_on_battery", 3, 2};
    hall.carries[0] = 0;
    hall.supply[RACK_1] = SUPPLY_DEAD;
    hall.budgets[RACK_2] =
        (struct budget_state){.unit = BUDGET_WATTS, .value = 12, .warning = 10, .critical = 11};
    hall.trips[BUSWAY] = (struct trip_time){90, 200, 0};
    expect(&hall, "ups", "└╌ups|1.05 MW|42 %|P2 ups_on_battery and 2 more, on bypass, on battery");
    expect(&hall, "busway", "  └─busway|1.05 MW|42 %|on battery, may trip in 90 s");
    expect(&hall, "랙 1", "    ├─랙 1|1.05 MW|42 %|dead");
    expect(&hall, "rack-2", "    └─rack-2|1.05 MW|42 %|over its budget");
}

static void who_lives_on_generators_is_told(void **state) {
    (void)state;
    struct hall hall;
    make(&hall);
    hall.carries[0] = 0;
    hall.carries[1] = 1;
    hall.present[UPS] = (struct node_present){.condition = CONDITION_SELECTS, .selected = 1};
    struct power_link links[] = {{.node = INTAKE}, {.node = GENERATOR}};
    nodes[UPS].sources = links;
    nodes[UPS].n_sources = 2;
    expect(&hall, "ups", "└╌ups|1.05 MW|42 %|on gen, on generators");
    nodes[UPS].sources = NULL;
    nodes[UPS].n_sources = 0;
}

static void structure_says_ratings(void **state) {
    (void)state;
    struct hall hall;
    make(&hall);
    hall.look.judged = NULL;
    expect(&hall, "intake", "intake|||60 MVA, 22.9 kV");
    expect(&hall, "ups", "└─ups|||500 kW, 415 V, 5 units");
    expect(&hall, "busway", "  └─busway|||2000 A");
}

static void kinds_are_counted_in_words(void **state) {
    (void)state;
    static const uint32_t some[] = {RACK_1, UPS, RACK_2, BUSWAY, GENERATOR};
    struct text text = {0};
    tree_add_counts(&power, some, 5, &text);
    assert_string_equal(text.data, "2 racks, 1 UPS, 1 busway, 1 generator");
    text_done(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well),
        cmocka_unit_test(what_is_not_known_is_no_zero),
        cmocka_unit_test(trouble_is_said),
        cmocka_unit_test(who_lives_on_generators_is_told),
        cmocka_unit_test(structure_says_ratings),
        cmocka_unit_test(kinds_are_counted_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
