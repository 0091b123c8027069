/* SPDX-License-Identifier: Apache-2.0 */
/* judge/alarm.h: every way in which the life of one alarm can go. */
#include "check.h"

#include <stdlib.h>

#include "judge/alarm.h"

enum { S = 1000 };

struct bench {
    struct alarm_engine *engine;
    uint32_t condition;
    int64_t now_ms;
};

static struct bench begin(const struct alarm_rule *rule) {
    struct bench bench = {.engine = alarm_engine_new()};
    assert_non_null(bench.engine);
    bench.condition = alarm_engine_add(bench.engine, rule, rule->on_delay_ms, rule->off_delay_ms);
    assert_int_not_equal(bench.condition, ALARM_NO_CONDITION);
    return bench;
}

/* The state as it would be said; what is said is remembered, as alarms.c does. */
static enum alarm_state state_of(const struct bench *bench) {
    struct alarm *alarm = alarm_engine_look(bench->engine, bench->condition);
    if (alarm == NULL)
        return ALARM_NORMAL;
    alarm->said = (uint8_t)alarm_state_of(alarm, bench->now_ms);
    return (enum alarm_state)alarm->said;
}

static enum alarm_state run(struct bench *bench, int64_t elapsed_ms) {
    for (int64_t end_ms = bench->now_ms + elapsed_ms; bench->now_ms < end_ms; bench->now_ms += 20)
        alarm_engine_run(bench->engine, bench->now_ms);
    alarm_engine_run(bench->engine, bench->now_ms);
    return state_of(bench);
}

static void offer(const struct bench *bench, enum finding finding) {
    alarm_engine_offer(bench->engine, bench->condition, finding, 1, 0, bench->now_ms);
}

static void end(struct bench *bench) {
    alarm_engine_free(bench->engine);
}

static const struct alarm_rule plain = {"plain", 3, 10 * S, 30 * S};

static void a_breach_must_last(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 9980), ALARM_NORMAL);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 60 * S), ALARM_NORMAL);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 9980), ALARM_NORMAL);
    assert_int_equal(run(&bench, 20), ALARM_ACTIVE);
    end(&bench);
}

static void an_end_must_last_too(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    run(&bench, 10 * S);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 29980), ALARM_ACTIVE);
    offer(&bench, FINDING_BREACHED);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 29980), ALARM_ACTIVE);
    assert_int_equal(run(&bench, 20), ALARM_NORMAL);
    alarm_engine_forget(bench.engine, bench.now_ms + CHATTER_MS);
    assert_null(alarm_engine_look(bench.engine, bench.condition));
    end(&bench);
}

static void within_the_deadband_it_is_as_it_was(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BETWEEN);
    assert_int_equal(run(&bench, 60 * S), ALARM_NORMAL);
    offer(&bench, FINDING_BREACHED);
    run(&bench, 10 * S);
    offer(&bench, FINDING_BETWEEN);
    assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE);
    end(&bench);
}

static void reads_in_a_row_do_without_the_delay(void **state) {
    (void)state;
    const struct alarm_rule rule = {"reads", 1, 2 * S, 0, .on_reads = 2, .off_reads = 2};
    struct bench bench = begin(&rule);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 500), ALARM_NORMAL);
    offer(&bench, FINDING_CLEAR);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 500), ALARM_NORMAL); /* not in a row */
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 0), ALARM_ACTIVE);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE); /* by reads alone */
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 0), ALARM_NORMAL);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 1980), ALARM_NORMAL);
    assert_int_equal(run(&bench, 20), ALARM_ACTIVE); /* at most 2 s */
    end(&bench);
}

static void what_latches_waits_for_its_reset(void **state) {
    (void)state;
    const struct alarm_rule rule = {"latches", 1, 0, 10 * S, .latches = true};
    struct bench bench = begin(&rule);
    assert_false(alarm_engine_reset(bench.engine, bench.condition));
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 0), ALARM_ACTIVE);
    assert_false(alarm_engine_reset(bench.engine, bench.condition)); /* it holds */
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 10 * S), ALARM_RETURNED);
    alarm_engine_forget(bench.engine, bench.now_ms + 10 * CHATTER_MS);
    assert_int_equal(run(&bench, 600 * S), ALARM_RETURNED);
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 0), ALARM_ACTIVE);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 10 * S), ALARM_RETURNED);
    assert_true(alarm_engine_reset(bench.engine, bench.condition));
    assert_int_equal(state_of(&bench), ALARM_NORMAL);
    end(&bench);
}

static void what_is_unknown_raises_and_clears_nothing(void **state) {
    (void)state;
    static const enum finding unknown[] = {FINDING_UNKNOWN, FINDING_AT_LEAST};
    for (size_t i = 0; i < 2; i++) {
        struct bench bench = begin(&plain);
        offer(&bench, unknown[i]);
        assert_int_equal(run(&bench, 60 * S), ALARM_NORMAL);
        offer(&bench, FINDING_BREACHED);
        run(&bench, 6 * S);
        offer(&bench, unknown[i]); /* time stands still ... */
        assert_int_equal(run(&bench, 600 * S), ALARM_NORMAL);
        offer(&bench, FINDING_BREACHED); /* ... and goes on */
        assert_int_equal(run(&bench, 3980), ALARM_NORMAL);
        assert_int_equal(run(&bench, 20), ALARM_ACTIVE);
        offer(&bench, unknown[i]);
        assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE);
        offer(&bench, FINDING_CLEAR);
        run(&bench, 29 * S);
        offer(&bench, unknown[i]);
        assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE);
        offer(&bench, FINDING_CLEAR);
        assert_int_equal(run(&bench, S), ALARM_NORMAL);
        end(&bench);
    }
}

static void chatter_is_one_standing_alarm(void **state) {
    (void)state;
    const struct alarm_rule rule = {"nervous", 3, 0, 0};
    struct bench bench = begin(&rule);
    unsigned raised = 0;
    enum alarm_state before = ALARM_NORMAL;
    for (int i = 0; i < 100; i++) {
        offer(&bench, i % 2 == 0 ? FINDING_BREACHED : FINDING_CLEAR);
        enum alarm_state now = run(&bench, S);
        raised += now == ALARM_ACTIVE && before != ALARM_ACTIVE;
        before = now;
    }
    assert_int_equal(raised, 2);
    assert_true(alarm_engine_look(bench.engine, bench.condition)->is_chattering);
    assert_int_equal(run(&bench, 58 * S), ALARM_ACTIVE);
    assert_int_equal(run(&bench, 2 * S), ALARM_NORMAL); /* quiet for a minute */
    assert_false(alarm_engine_look(bench.engine, bench.condition)->is_chattering);
    end(&bench);
}

static void what_is_out_of_service_is_said_so(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    run(&bench, 10 * S);
    alarm_engine_look(bench.engine, bench.condition)->is_out = true;
    assert_int_equal(state_of(&bench), ALARM_OUT_OF_SERVICE);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 30 * S), ALARM_NORMAL);
    end(&bench);
}

static void a_consequence_waits_when_its_cause_is_gone(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    for (int i = 0; i < 500; i++, bench.now_ms += 20)
        alarm_engine_run(bench.engine, bench.now_ms);
    alarm_engine_run(bench.engine, bench.now_ms);
    struct alarm *alarm = alarm_engine_look(bench.engine, bench.condition);
    alarm->cause = 7;
    assert_int_equal(state_of(&bench), ALARM_SUPPRESSED);
    alarm->cause = ALARM_NO_CONDITION;
    alarm->waits_until_ms = bench.now_ms + 5 * S;
    assert_int_equal(run(&bench, 4980), ALARM_SUPPRESSED);
    assert_int_equal(run(&bench, 20), ALARM_ACTIVE);
    end(&bench);
}

static void a_consequence_that_is_gone_is_not_raised_by_its_causes_end(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    run(&bench, 10 * S);
    struct alarm *alarm = alarm_engine_look(bench.engine, bench.condition);
    alarm->cause = 7;
    assert_int_equal(state_of(&bench), ALARM_SUPPRESSED);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 10 * S), ALARM_SUPPRESSED);
    alarm->cause = ALARM_NO_CONDITION;
    assert_int_equal(run(&bench, 10 * S), ALARM_SUPPRESSED);
    offer(&bench, FINDING_BREACHED); /* it is back, and nobody else's consequence */
    assert_int_equal(state_of(&bench), ALARM_ACTIVE);
    alarm->cause = 7;
    state_of(&bench);
    offer(&bench, FINDING_CLEAR);
    alarm->cause = ALARM_NO_CONDITION;
    assert_int_equal(run(&bench, 30 * S), ALARM_NORMAL);
    end(&bench);
}

static void a_restart_neither_forgets_nor_repeats(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    assert_int_equal(
        alarm_engine_restore(bench.engine, bench.condition, ALARM_ACTIVE, 3600 * S, bench.now_ms), 0);
    struct alarm *alarm = alarm_engine_look(bench.engine, bench.condition);
    assert_int_equal(alarm->said, ALARM_ACTIVE); /* no news */
    assert_true(bench.now_ms - alarm->raised_ms == 3600 * S);
    assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE); /* no reading: as it was */
    offer(&bench, FINDING_BREACHED);
    assert_int_equal(run(&bench, 600 * S), ALARM_ACTIVE);
    offer(&bench, FINDING_CLEAR);
    assert_int_equal(run(&bench, 30 * S), ALARM_NORMAL);
    end(&bench);
}

static void what_is_gone_ends(void **state) {
    (void)state;
    struct bench bench = begin(&plain);
    offer(&bench, FINDING_BREACHED);
    run(&bench, 10 * S);
    alarm_engine_end(bench.engine, bench.condition, bench.now_ms);
    assert_int_equal(run(&bench, 0), ALARM_NORMAL);
    end(&bench);
}

/* --- properties, over random offers --- */

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* The same life, written plainly: what was found in breach, or clear, for the whole delay. */
struct plainly {
    bool is_up;
    int64_t turning_ms; /* known time that the other was found */
    bool is_turning, is_known;
};

static void plainly_pass(struct plainly *plainly, const struct alarm_rule *rule, int64_t elapsed_ms) {
    if (plainly->is_turning && plainly->is_known)
        plainly->turning_ms += elapsed_ms;
    if (plainly->is_turning && plainly->is_known &&
        plainly->turning_ms >= (plainly->is_up ? rule->off_delay_ms : rule->on_delay_ms)) {
        plainly->is_up = !plainly->is_up;
        plainly->is_turning = false;
        plainly->turning_ms = 0;
    }
}

static void plainly_find(struct plainly *plainly, enum finding finding) {
    plainly->is_known = finding <= FINDING_BREACHED;
    if (finding != FINDING_BREACHED && finding != FINDING_CLEAR)
        return;
    bool is_other = (finding == FINDING_BREACHED) != plainly->is_up;
    if (!is_other || !plainly->is_turning)
        plainly->turning_ms = 0;
    plainly->is_turning = is_other;
}

static void random_lives_are_as_written_plainly(void **state) {
    (void)state;
    uint32_t seed = 20260601;
    for (int life = 0; life < 300; life++) {
        const struct alarm_rule rule = {"random", 3, 1000 + 20 * (next_random(&seed) % 500),
                                        30 * S + 20 * (next_random(&seed) % 500)};
        struct bench bench = begin(&rule);
        struct plainly plainly = {0};
        for (int step = 0; step < 200; step++) {
            enum finding finding = (enum finding)(next_random(&seed) % 5);
            offer(&bench, finding);
            plainly_find(&plainly, finding);
            int64_t elapsed_ms = 20 * (next_random(&seed) % 2000);
            bench.now_ms += elapsed_ms;
            alarm_engine_run(bench.engine, bench.now_ms);
            plainly_pass(&plainly, &rule, elapsed_ms);
            const struct alarm *alarm = alarm_engine_look(bench.engine, bench.condition);
            if (alarm != NULL && alarm->is_chattering)
                break; /* stands by a rule of its own */
            assert_int_equal(state_of(&bench), plainly.is_up ? ALARM_ACTIVE : ALARM_NORMAL);
        }
        end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_breach_must_last),
        cmocka_unit_test(an_end_must_last_too),
        cmocka_unit_test(within_the_deadband_it_is_as_it_was),
        cmocka_unit_test(reads_in_a_row_do_without_the_delay),
        cmocka_unit_test(what_latches_waits_for_its_reset),
        cmocka_unit_test(what_is_unknown_raises_and_clears_nothing),
        cmocka_unit_test(chatter_is_one_standing_alarm),
        cmocka_unit_test(what_is_out_of_service_is_said_so),
        cmocka_unit_test(a_consequence_waits_when_its_cause_is_gone),
        cmocka_unit_test(a_consequence_that_is_gone_is_not_raised_by_its_causes_end),
        cmocka_unit_test(a_restart_neither_forgets_nor_repeats),
        cmocka_unit_test(what_is_gone_ends),
        cmocka_unit_test(random_lives_are_as_written_plainly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
