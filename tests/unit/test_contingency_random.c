/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contingency against a plain calculation of the same (tests/sim/plain_losses.h), on halls made up at
 * random: every single loss, and a set of losses. Usage: test_contingency_random [CASES [SEED]]. A case that
 * differs is made smaller and printed.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/plain_losses.h"
#include "tests/sim/random_hall.h"

struct checker {
    char said[200];
    struct plain plain;
    struct plain_loss losses[HALL_NODES_MOST], set;
};

/* The build with the sanitizers is several times slower: clang's, or gcc's where somebody makes one. */
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
static uint64_t cases = 1500, first_seed = 1;
#else
static uint64_t cases = 10000, first_seed = 1;
#endif

static bool differs(struct checker *checker, double one, double plain, const char *what, uint32_t loss,
                    uint32_t node) {
    bool same = isnan(one)   ? isnan(plain)
                : isinf(one) ? !isnan(plain) && isinf(plain)
                             : fabs(one - plain) <= 1e-9 * fmax(1, fmax(fabs(one), fabs(plain)));
    if (!same && !checker->said[0])
        snprintf(checker->said, sizeof(checker->said), "%s, loss of n%d, n%d: %.15g, by the plain way %.15g",
                 what, (int)loss, (int)node, one, plain);
    return !same;
}

/* The ratio is that of the greatest; which of several of the same ratio is left open. */
static bool is_other(struct checker *checker, uint32_t one, uint32_t plain, const struct plain_loss *loss,
                     const char *what, uint32_t lost) {
    if (one == plain)
        return false;
    if (one != POWER_NO_NODE && plain != POWER_NO_NODE && loss->judged[one] &&
        (fabs(loss->ratios[0][one] + loss->result.worst_headroom - 1) < 1e-9 ||
         fabs(loss->ratios[1][one] + loss->result.worst_headroom - 1) < 1e-9))
        return false;
    return differs(checker, one, plain, what, lost, POWER_NO_NODE);
}

static bool result_differs(struct checker *checker, const struct contingency_result *one,
                           const struct plain_loss *loss, uint32_t lost) {
    const struct contingency_result *plain = &loss->result;
    const struct {
        const char *what;
        double one, plain;
    } figures[] = {{"exceeded", one->n_exceeded, plain->n_exceeded},
                   {"dropped", one->n_dropped, plain->n_dropped},
                   {"dropped W", one->dropped_watts, plain->dropped_watts},
                   {"on battery", one->n_on_battery, plain->n_on_battery},
                   {"battery s", one->battery_s, plain->battery_s},
                   {"start s", one->start_s, plain->start_s},
                   {"interrupted", one->n_interrupted, plain->n_interrupted},
                   {"uncooled", one->n_uncooled, plain->n_uncooled},
                   {"uncooled W", one->uncooled_watts, plain->uncooled_watts}};
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        if (differs(checker, figures[i].one, figures[i].plain, figures[i].what, lost, POWER_NO_NODE))
            return true;
    if (is_other(checker, one->first, plain->first, loss, "first", lost) ||
        is_other(checker, one->worst, plain->worst, loss, "worst", lost))
        return true;
    return (one->first != POWER_NO_NODE &&
            differs(checker, one->first_ratio, plain->first_ratio, "first ratio", lost, one->first)) ||
           (one->worst != POWER_NO_NODE &&
            differs(checker, one->worst_headroom, plain->worst_headroom, "headroom", lost, one->worst)) ||
           (one->worst != POWER_NO_NODE && one->worst == plain->worst &&
            differs(checker, one->worst_watts, plain->worst_watts, "headroom W", lost, one->worst));
}

static bool set_differs(struct checker *checker, struct contingency *contingency,
                        const struct contingency_input *input, const uint32_t *lost, size_t n) {
    double ratio[HALL_NODES_MOST];
    uint8_t after[HALL_NODES_MOST];
    struct contingency_result result;
    contingency_lose(contingency, input, lost, n, &result, ratio, after);
    plain_lose(&checker->plain, lost, n, &checker->set);
    for (uint32_t i = 0; i < input->topology->n_nodes; i++)
        if (differs(checker, after[i], checker->set.after[i], "supply after", lost[0], i) ||
            differs(checker, ratio[i], checker->set.ratio[i], "ratio after", lost[0], i))
            return true;
    return result_differs(checker, &result, &checker->set, lost[0]);
}

/* Whether anything follows from its loss. */
static bool matters(const struct random_hall *hall, uint32_t node) {
    const struct topology *topology = hall->topology;
    return hall->supply[node] != SUPPLY_DEAD && (topology->fed[node].n > 0 || topology->cooled[node].n > 0);
}

/* The greatest of a node's ratio at present and after each loss that the pass looks at. */
static void note_failovers(const struct random_hall *hall, const struct plain_loss *loss, double *most) {
    for (uint32_t n = 0; n < hall->power.n_nodes; n++)
        if (loss->judged[n] && loss->ratio[n] > most[n])
            most[n] = loss->ratio[n];
}

static bool failover_differs(struct checker *checker, const struct contingency *contingency,
                             const struct random_hall *hall) {
    double most[HALL_NODES_MOST];
    for (uint32_t i = 0; i < hall->power.n_nodes; i++)
        most[i] = checker->plain.ratio[i];
    for (uint32_t i = 0; i < hall->power.n_nodes; i++) {
        const uint32_t unit = CONTINGENCY_ONE_UNIT | i;
        if (!matters(hall, i))
            continue;
        note_failovers(hall, &checker->losses[i], most);
        if (hall->nodes[i].units - hall->present[i].units_out < 2)
            continue;
        plain_lose(&checker->plain, &unit, 1, &checker->set);
        note_failovers(hall, &checker->set, most);
    }
    for (uint32_t i = 0; i < hall->power.n_nodes; i++) {
        uint32_t lost;
        if (!isnan(most[i]) &&
            differs(checker, contingency_failover_ratio(contingency, i, &lost), most[i], "failover", lost, i))
            return true;
    }
    return false;
}

/* Whether the two ways of calculating differ; checker->said says in what. */
static bool case_differs(struct checker *checker, struct random_hall *hall) {
    random_hall_settle(hall);
    struct contingency *contingency = contingency_new(hall->topology);
    if (!contingency)
        abort();
    const struct contingency_input *input = &hall->input;
    const struct topology *topology = hall->topology;
    bool different = false;
    checker->said[0] = 0;
    plain_present(&checker->plain, input);
    contingency_pass(contingency, input);
    for (uint32_t i = 0; i < topology->n_nodes && !different; i++) {
        plain_lose(&checker->plain, &i, 1, &checker->losses[i]);
        if (matters(hall, i))
            different =
                result_differs(checker, &contingency_results(contingency)[i], &checker->losses[i], i) ||
                set_differs(checker, contingency, input, &i, 1);
    }
    if (!different && hall->n_lost > 0)
        different = set_differs(checker, contingency, input, hall->lost, hall->n_lost);
    for (uint32_t i = 0; i < topology->n_nodes && !different; i++) {
        enum redundancy_state one = contingency_redundancy(contingency, i);
        enum redundancy_state plain = plain_redundancy(&checker->plain, checker->losses, i);
        different = differs(checker, one == REDUNDANCY_PLANNED ? REDUNDANCY_LOST : one, plain, "redundancy",
                            POWER_NO_NODE, i);
    }
    different = different || failover_differs(checker, contingency, hall);
    contingency_free(contingency);
    random_hall_release(hall);
    return different;
}

static void make_smaller(struct checker *checker, struct random_hall *hall) {
    struct random_hall *smaller = test_calloc(1, sizeof(*smaller));
    char word[8] = "";
    sscanf(checker->said, "%7[^,]", word);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < hall->power.n_nodes && hall->power.n_nodes > 1; i++) {
            random_hall_without(hall, i, smaller);
            if (!case_differs(checker, smaller) || strncmp(word, checker->said, strlen(word)) != 0)
                continue;
            memcpy(hall, smaller, sizeof(*hall));
            for (uint32_t k = 0; k < hall->power.n_nodes; k++) {
                hall->nodes[k].sources = hall->links[k];
                hall->nodes[k].cooled_by = hall->coolers[k];
            }
            again = true;
        }
    }
    test_free(smaller);
}

static void agrees_with_the_plain_calculation(void **state) {
    (void)state;
    struct checker *checker = test_calloc(1, sizeof(*checker));
    struct random_hall *hall = test_calloc(1, sizeof(*hall));
    unsigned failures = 0;
    for (uint64_t i = 0; i < cases; i++) {
        random_hall_make(hall, first_seed * 1000003 + i);
        if (!case_differs(checker, hall))
            continue;
        if (failures++ < 4) {
            make_smaller(checker, hall);
            case_differs(checker, hall);
            fprintf(stderr, "case %llu: %s\n", (unsigned long long)i, checker->said);
            random_hall_settle(hall);
            random_hall_print(hall);
            random_hall_release(hall);
        }
    }
    if (failures)
        fail_msg("%u of %llu cases differ", failures, (unsigned long long)cases);
    test_free(hall);
    test_free(checker);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_plain_calculation),
    };
    if (argc > 1)
        cases = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
