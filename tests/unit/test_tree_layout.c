/* SPDX-License-Identifier: Apache-2.0 */
/* What `hallwatch tree` draws where: each node once, many in a line, no further than asked for. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "command/table.h"
#include "command/tree_layout.h"

enum { NODES_MOST = 4096, EDGES_MOST = 16384 };

/* A network under construction: edges by fed node, in order of preference. */
struct hall {
    struct power_node nodes[NODES_MOST];
    struct power_config power;
    struct edge edges[EDGES_MOST];
    struct edge_run sources[NODES_MOST], fed[NODES_MOST], none[NODES_MOST];
    uint32_t by_source[EDGES_MOST], n_edges;
};

static uint32_t add(struct hall *hall, enum power_kind kind, const uint32_t *sources, uint32_t n) {
    uint32_t node = (uint32_t)hall->power.n_nodes++;
    hall->nodes[node].kind = kind;
    hall->sources[node] = (struct edge_run){hall->n_edges, n};
    for (uint32_t i = 0; i < n; i++)
        hall->edges[hall->n_edges++] = (struct edge){.from = sources[i], .to = node, .rank = (uint8_t)i};
    return node;
}

static uint32_t add_below(struct hall *hall, enum power_kind kind, uint32_t source) {
    return add(hall, kind, &source, 1);
}

static struct tree_network finish(struct hall *hall) {
    uint32_t n = 0;
    for (uint32_t node = 0; node < hall->power.n_nodes; node++) {
        hall->fed[node].first = n;
        for (uint32_t edge = 0; edge < hall->n_edges; edge++)
            if (hall->edges[edge].from == node)
                hall->by_source[n++] = edge;
        hall->fed[node].n = n - hall->fed[node].first;
    }
    return (struct tree_network){&hall->power,       (uint32_t)hall->power.n_nodes,
                                 hall->edges,        hall->sources,
                                 hall->fed,          hall->by_source,
                                 hall->none,         hall->none,
                                 .draws_alone = true};
}

static struct hall *new_hall(void) {
    struct hall *hall = test_calloc(1, sizeof(*hall));
    hall->power.nodes = hall->nodes;
    return hall;
}

/* "0:0 1:1 2:2r ..." depth:node of each line; r: a reference, f: a fold of so many, d: what is deeper. */
static void expect(const struct tree *tree, const char *expected) {
    char text[4096] = "";
    size_t used = 0;
    for (size_t i = 0; i < tree->n_lines; i++) {
        const struct tree_line *line = &tree->lines[i];
        bool is_many = line->kind == LINE_FOLD || line->kind == LINE_DEEPER;
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u:%u%s", i ? " " : "", line->depth,
                                 is_many ? line->n_members : line->node,
                                 line->kind == LINE_REFERENCE ? "r"
                                 : line->kind == LINE_DEEPER  ? "d"
                                 : line->kind == LINE_FOLD    ? (line->is_repeated ? "F" : "f")
                                                              : "");
    }
    assert_string_equal(text, expected);
}

/* Two sides, each with a board and `racks` racks on both of them. */
static struct hall *two_sides(uint32_t racks) {
    struct hall *hall = new_hall();
    uint32_t a = add(hall, POWER_INTAKE, NULL, 0), b = add(hall, POWER_INTAKE, NULL, 0);
    uint32_t boards[2] = {add_below(hall, POWER_BUS, a), add_below(hall, POWER_BUS, b)};
    for (uint32_t i = 0; i < racks; i++)
        add(hall, POWER_RACK, boards, 2);
    return hall;
}

static void a_node_is_drawn_once(void **state) {
    (void)state;
    struct hall *hall = two_sides(2);
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    expect(&tree, "0:0 1:2 2:4 2:5 0:1 1:3 2:4r 2:5r");
    assert_int_equal(tree.lines[6].drawn_below, 2);
    assert_true(tree.lines[1].is_last && tree.lines[3].is_last && !tree.lines[2].is_last);
    assert_int_equal(tree_lay_out(&network, 3, TREE_NO_DEPTH, &tree), 0); /* below B alone they are its own */
    expect(&tree, "0:3 1:4 1:5");
    tree_done(&tree);
    test_free(hall);
}

static void many_racks_are_one_line(void **state) {
    (void)state;
    struct hall *hall = two_sides(TREE_ENDS_MOST + 1);
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    expect(&tree, "0:0 1:2 2:41f 0:1 1:3 2:41F");
    assert_int_equal(tree.members[tree.lines[2].first_member], 4);
    assert_true(tree.lines[2].is_last);
    tree_done(&tree);
    test_free(hall);
}

/* PDUs and tap-offs lead to racks: what is between a busway and its racks is not counted. */
static void what_leads_to_racks_is_folded_with_them(void **state) {
    (void)state;
    struct hall *hall = new_hall();
    uint32_t intake = add(hall, POWER_INTAKE, NULL, 0), busway = add_below(hall, POWER_BUSWAY, intake);
    for (int i = 0; i < 25; i++) {
        uint32_t tap = add_below(hall, POWER_TAP_OFF, busway);
        for (int k = 0; k < 2; k++)
            add_below(hall, POWER_RACK, add_below(hall, POWER_PDU, tap));
    }
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    expect(&tree, "0:0 1:1 2:50f");
    assert_int_equal(tree_lay_out(&network, 2, TREE_NO_DEPTH, &tree), 0);
    expect(&tree, "0:2 1:3 2:4 1:5 2:6");
    tree_done(&tree);
    test_free(hall);
}

static void generators_of_one_bus_are_one_line(void **state) {
    (void)state;
    struct hall *hall = new_hall();
    uint32_t sets[5];
    for (int i = 0; i < 5; i++)
        sets[i] = add(hall, POWER_GENERATOR, NULL, 0);
    uint32_t bus = add(hall, POWER_BUS, sets, 5);
    add_below(hall, POWER_LOAD, bus);
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    expect(&tree, "0:0 1:5 2:6 0:4f");
    assert_int_equal(hall->edges[tree.lines[3].edge].to, bus);
    tree_done(&tree);
    test_free(hall);
}

static void no_deeper_than_asked_for(void **state) {
    (void)state;
    struct hall *hall = two_sides(2);
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, 1, &tree), 0);
    expect(&tree, "0:0 1:2 2:2d 0:1 1:3 2:2d");
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, 0, &tree), 0);
    expect(&tree, "0:0 1:2d 0:1 1:2d");
    tree_done(&tree);
    test_free(hall);
}

/* A campus is shown as deep as a screen's scrolling bears. */
static void the_depth_is_chosen_for_many_lines(void **state) {
    (void)state;
    struct hall *hall = new_hall();
    uint32_t intake = add(hall, POWER_INTAKE, NULL, 0);
    for (int i = 0; i < 100; i++) {
        uint32_t bus = add_below(hall, POWER_BUS, intake);
        add_below(hall, POWER_UPS, bus);
        add_below(hall, POWER_UPS, bus);
    }
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_NO_DEPTH, &tree), 0);
    assert_int_equal(tree.n_lines, 201); /* a bus, and what is below it, each */
    assert_int_equal(tree.lines[2].kind, LINE_DEEPER);
    assert_int_equal(tree.deepest, 2);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, 2, &tree), 0);
    assert_int_equal(tree.n_lines, 301);
    tree_done(&tree);
    test_free(hall);
}

/* 3,000 in a row: no stack is used up, and what is beyond the most is said to be deeper. */
static void a_long_chain_ends(void **state) {
    (void)state;
    struct hall *hall = new_hall();
    uint32_t node = add(hall, POWER_INTAKE, NULL, 0);
    for (int i = 0; i < 3000; i++)
        node = add_below(hall, POWER_BUS, node);
    struct tree tree = {0};
    struct tree_network network = finish(hall);
    assert_int_equal(tree_lay_out(&network, POWER_NO_NODE, TREE_DEPTH_MOST, &tree), 0);
    assert_int_equal(tree.n_lines, TREE_DEPTH_MOST + 2);
    assert_int_equal(tree.lines[tree.n_lines - 1].kind, LINE_DEEPER);
    tree_done(&tree);
    test_free(hall);
}

static void texts_are_cut_by_cells(void **state) {
    (void)state;
    static const struct {
        const char *text, *cut;
        size_t width;
    } cases[] = {{"busway", "busway", 6}, {"busway", "bus…", 4},    {"랙 삼번", "랙 삼번", 7},
                 {"랙 삼번", "랙 …", 5},  {"랙 삼번", "랙 삼…", 6}, {"├─a", "├─a", 3}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text cut = {0};
        table_cut(cases[i].text, cases[i].width, &cut);
        assert_string_equal(cut.data, cases[i].cut);
        assert_true(table_width(cut.data) <= cases[i].width);
        text_done(&cut);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_is_drawn_once),
        cmocka_unit_test(many_racks_are_one_line),
        cmocka_unit_test(what_leads_to_racks_is_folded_with_them),
        cmocka_unit_test(generators_of_one_bus_are_one_line),
        cmocka_unit_test(no_deeper_than_asked_for),
        cmocka_unit_test(the_depth_is_chosen_for_many_lines),
        cmocka_unit_test(a_long_chain_ends),
        cmocka_unit_test(texts_are_cut_by_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
