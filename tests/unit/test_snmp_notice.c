/* SPDX-License-Identifier: Apache-2.0 */
/* acquire/snmp_notice.h: datagrams of every version, cut off anywhere, with lengths that lie. */
#include <stdlib.h>
#include <string.h>

#include "acquire/snmp_notice.h"
#include "base/error.h"
#include "check.h"

/* coldStart, with snmpTrapAddress 10.1.2.3 */
static const uint8_t trap_v2c[] =
    "\x30\x53\x02\x01\x01\x04\x06\x70\x75\x62\x6c\x69\x63\xa7\x46\x02\x01\x01\x02\x01\x00\x02\x01\x00"
    "\x30\x3b\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43\x01\x01\x30\x17\x06\x0a\x2b\x06\x01"
    "\x06\x03\x01\x01\x04\x01\x00\x06\x09\x2b\x06\x01\x06\x03\x01\x01\x05\x01\x30\x11\x06\x09\x2b\x06"
    "\x01\x06\x03\x12\x01\x03\x00\x40\x04\x0a\x01\x02\x03";
/* warm: generic 1, agent-addr 10.1.2.4 */
static const uint8_t trap_v1[] =
    "\x30\x27\x02\x01\x00\x04\x06\x70\x75\x62\x6c\x69\x63\xa4\x1a\x06\x07\x2b\x06\x01\x04\x01\xbf\x08"
    "\x40\x04\x0a\x01\x02\x04\x02\x01\x01\x02\x01\x00\x43\x01\x05\x30\x00";
/* authPriv and reportable; engine id, boots 5, time 1000, "ana" */
static const uint8_t sealed_v3[] =
    "\x30\x49\x02\x01\x03\x30\x0f\x02\x02\x12\x34\x02\x03\x00\xff\xe3\x04\x01\x07\x02\x01\x03\x04\x29"
    "\x30\x27\x04\x05\x80\x00\x1f\x88\x01\x02\x01\x05\x02\x02\x03\xe8\x04\x03\x61\x6e\x61\x04\x08\x31"
    "\x32\x33\x34\x35\x36\x37\x38\x04\x08\x31\x32\x33\x34\x35\x36\x37\x38\x04\x08\x31\x32\x33\x34\x35"
    "\x36\x37\x38";

/* On the heap and of exact size, so that a sanitizer sees a byte too many. */
static int read_exactly(const uint8_t *datagram, size_t size, struct snmp_notice *notice) {
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, datagram, size);
    uint8_t *exact = realloc(copy, size ? size : 1);
    int error = snmp_notice_read(exact, size, notice);
    free(exact);
    return error;
}

static void fix_length(uint8_t *datagram, size_t size) {
    datagram[1] = (uint8_t)(size - 2);
}

static void versions_are_read(void **state) {
    (void)state;
    struct snmp_notice notice;
    assert_int_equal(snmp_notice_read(trap_v1, sizeof trap_v1 - 1, &notice), ERROR_NONE);
    assert_int_equal(notice.version, SNMP_V1);
    assert_int_equal(notice.community_size, 6);
    assert_memory_equal(notice.community, "public", 6);
    assert_true(notice.has_agent);
    assert_memory_equal(notice.agent, "\x0a\x01\x02\x04", 4);
    assert_false(notice.cold_start);
    assert_false(notice.is_inform);

    assert_int_equal(snmp_notice_read(sealed_v3, sizeof sealed_v3 - 1, &notice), ERROR_NONE);
    assert_int_equal(notice.version, SNMP_V3);
    assert_true(notice.authenticated && notice.encrypted && notice.reportable);
    assert_int_equal(notice.engine_id_size, 5);
    assert_memory_equal(notice.engine_id, "\x80\x00\x1f\x88\x01", 5);
    assert_int_equal(notice.user_size, 3);
    assert_memory_equal(notice.user, "ana", 3);
}

/* Of v2c: the trap's name and who it is from stand among the varbinds. */
static void varbinds_are_read(void **state) {
    (void)state;
    struct snmp_notice notice;
    uint8_t trap[sizeof trap_v2c];
    memcpy(trap, trap_v2c, sizeof trap);
    assert_int_equal(snmp_notice_read(trap, sizeof trap - 1, &notice), ERROR_NONE);
    assert_int_equal(notice.version, SNMP_V2C);
    assert_true(notice.cold_start);
    assert_true(notice.has_agent);
    assert_memory_equal(notice.agent, "\x0a\x01\x02\x03", 4);
    assert_false(notice.is_inform);
    trap[notice.pdu_at] = 0xa6;
    assert_int_equal(snmp_notice_read(trap, sizeof trap - 1, &notice), ERROR_NONE);
    assert_true(notice.is_inform);
    snmp_notice_acknowledge(trap, &notice);
    assert_int_equal(trap[notice.pdu_at], 0xa2);
    trap[notice.pdu_at] = 0xa6;
    assert_memory_equal(trap + notice.pdu_at + 1, trap_v2c + notice.pdu_at + 1,
                        sizeof trap - notice.pdu_at - 1);
    /* A Response, a GET and a v1 trap are no v2c notifications. */
    for (const char *tag = "\xa2\xa0\xa4\xa8"; *tag; tag++) {
        trap[notice.pdu_at] = (uint8_t)*tag;
        assert_int_equal(snmp_notice_read(trap, sizeof trap - 1, &notice), ERROR_GARBLED);
    }
}

static void cut_off_anywhere(void **state) {
    (void)state;
    static const struct {
        const uint8_t *datagram;
        size_t size;
    } all[] = {
        {trap_v1, sizeof trap_v1 - 1}, {trap_v2c, sizeof trap_v2c - 1}, {sealed_v3, sizeof sealed_v3 - 1}};
    struct snmp_notice notice;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (size_t n = 0; n < all[i].size; n++) {
            uint8_t whole[128];
            assert_int_equal(read_exactly(all[i].datagram, n, &notice), ERROR_GARBLED);
            if (n < 3)
                continue;
            /* The outer length is right: an inner one says too much. */
            memcpy(whole, all[i].datagram, n);
            fix_length(whole, n);
            assert_int_equal(read_exactly(whole, n, &notice), ERROR_GARBLED);
        }
}

static void every_byte_may_lie(void **state) {
    (void)state;
    uint8_t datagram[sizeof trap_v2c];
    struct snmp_notice notice;
    for (size_t i = 0; i < sizeof trap_v2c - 1; i++)
        for (unsigned value = 0; value < 256; value++) {
            memcpy(datagram, trap_v2c, sizeof datagram);
            datagram[i] = (uint8_t)value;
            if (read_exactly(datagram, sizeof datagram - 1, &notice) == ERROR_NONE)
                assert_true(notice.community_size <= sizeof datagram);
        }
    /* Lengths of the long form, and those that no machine can hold. */
    assert_int_equal(read_exactly((const uint8_t *)"\x30\x84\xff\xff\xff\xff", 6, &notice), ERROR_GARBLED);
    assert_int_equal(read_exactly((const uint8_t *)"\x30\x80\x00\x00", 4, &notice), ERROR_GARBLED);
    assert_int_equal(read_exactly((const uint8_t *)"\x30\x85\x00\x00\x00\x00\x00", 7, &notice),
                     ERROR_GARBLED);
}

static void bytes_behind_are_ignored(void **state) {
    (void)state;
    uint8_t datagram[sizeof trap_v1 + 8] = {0};
    struct snmp_notice notice;
    memcpy(datagram, trap_v1, sizeof trap_v1 - 1);
    assert_int_equal(snmp_notice_read(datagram, sizeof datagram, &notice), ERROR_NONE);
}

static void nobody_is_no_agent(void **state) {
    (void)state;
    uint8_t datagram[sizeof trap_v1];
    struct snmp_notice notice;
    memcpy(datagram, trap_v1, sizeof datagram);
    uint8_t *agent = memmem(datagram, sizeof datagram, "\x0a\x01\x02\x04", 4);
    memset(agent, 0, 4);
    assert_int_equal(snmp_notice_read(datagram, sizeof datagram - 1, &notice), ERROR_NONE);
    assert_false(notice.has_agent);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_read),        cmocka_unit_test(varbinds_are_read),
        cmocka_unit_test(cut_off_anywhere),         cmocka_unit_test(every_byte_may_lie),
        cmocka_unit_test(bytes_behind_are_ignored), cmocka_unit_test(nobody_is_no_agent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
