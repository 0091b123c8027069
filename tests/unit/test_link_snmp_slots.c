/* SPDX-License-Identifier: Apache-2.0 */
/* acquire/link_snmp_slots.h: ids find their owners, and none outlives its request unnoticed. */
#include "check.h"

#include "acquire/link_snmp_slots.h"
#include "base/error.h"

static void an_id_finds_its_owner(void **state) {
    (void)state;
    struct snmp_slots slots = {0};
    int owners[40];
    uint32_t slot[40];
    int32_t ids[40];
    assert_null(snmp_slots_find(&slots, 1 << 16));
    for (int i = 0; i < 40; i++) {
        assert_int_equal(snmp_slots_take(&slots, &owners[i], &slot[i]), ERROR_NONE);
        ids[i] = snmp_slots_new_id(&slots, slot[i]);
        assert_true(ids[i] > 0);
    }
    for (int i = 0; i < 40; i++)
        assert_ptr_equal(snmp_slots_find(&slots, ids[i]), &owners[i]);
    assert_null(snmp_slots_find(&slots, -1));
    snmp_slots_give_back(&slots, slot[7]);
    assert_null(snmp_slots_find(&slots, ids[7]));
    snmp_slots_done(&slots);
}

/* The next owner of a slot does not get the ids of the one before, and an owner not its own of late. */
static void ids_are_not_soon_repeated(void **state) {
    (void)state;
    struct snmp_slots slots = {0};
    int owner;
    uint32_t slot;
    assert_int_equal(snmp_slots_take(&slots, &owner, &slot), ERROR_NONE);
    int32_t first = snmp_slots_new_id(&slots, slot);
    snmp_slots_give_back(&slots, slot);
    assert_int_equal(snmp_slots_take(&slots, &owner, &slot), ERROR_NONE);
    for (int i = 0; i < 32000; i++) {
        int32_t id = snmp_slots_new_id(&slots, slot);
        assert_true(id > 0);
        assert_int_not_equal(id, first);
    }
    snmp_slots_done(&slots);
}

static void there_is_an_end(void **state) {
    (void)state;
    struct snmp_slots slots = {0};
    int owner;
    uint32_t slot;
    for (int i = 0; i < 65536; i++)
        assert_int_equal(snmp_slots_take(&slots, &owner, &slot), ERROR_NONE);
    assert_int_equal(snmp_slots_take(&slots, &owner, &slot), ERROR_TOO_BIG);
    snmp_slots_give_back(&slots, 12345);
    assert_int_equal(snmp_slots_take(&slots, &owner, &slot), ERROR_NONE);
    assert_int_equal(slot, 12345);
    snmp_slots_done(&slots);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_finds_its_owner),
        cmocka_unit_test(ids_are_not_soon_repeated),
        cmocka_unit_test(there_is_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
