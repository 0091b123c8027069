/* SPDX-License-Identifier: Apache-2.0 */
/* What silent units may take of their bus. */
#include <stdbool.h>

#include "acquire/bus_share.h"
#include "check.h"

enum { SECOND_US = 1000000 };

/* Seconds that silence took of `seconds`, where somebody silent is asked whenever it is allowed. */
static int64_t silence_of(struct bus_share *share, int64_t from_us, int64_t seconds, int64_t timeout_us) {
    int64_t silent_us = 0;
    for (int64_t now_us = from_us; now_us < from_us + seconds * SECOND_US; now_us += timeout_us) {
        if (bus_share_from(share) > now_us)
            continue;
        bus_share_charge(share, now_us + timeout_us, timeout_us);
        silent_us += timeout_us;
    }
    return silent_us / SECOND_US;
}

static void test_silence_takes_a_tenth(void **state) {
    (void)state;
    struct bus_share share = {0};
    int64_t silent = silence_of(&share, 1000 * INT64_C(1000000), 1000, SECOND_US);
    assert_in_range(silent, 100, 103);
    silent = silence_of(&share, 2000 * INT64_C(1000000), 1000, SECOND_US / 5);
    assert_in_range(silent, 98, 101);
}

static void test_a_few_in_a_row_are_allowed_then_it_waits(void **state) {
    (void)state;
    struct bus_share share = {0};
    int64_t now_us = 50 * SECOND_US;
    for (int i = 0; i < 3; i++) {
        assert_true(bus_share_from(&share) <= now_us);
        now_us += SECOND_US;
        bus_share_charge(&share, now_us, SECOND_US);
    }
    assert_true(bus_share_from(&share) > now_us);
    assert_true(bus_share_from(&share) <= now_us + 10 * SECOND_US);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_takes_a_tenth),
        cmocka_unit_test(test_a_few_in_a_row_are_allowed_then_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
