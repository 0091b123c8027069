/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's two protocols as pure functions: BER against known bytes, requests cut off and damaged at
 * every place, Modbus exceptions, the evenness of polls. (Against other people's programs:
 * tests/e2e/test_hallsim.py.)
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "ber.h"
#include "device_modbus.h"
#include "device_snmp.h"
#include "face.h"
#include "poll_watch.h"
#include "site.h"

static void numbers_take_as_few_bytes_as_hold_them(void **state) {
    (void)state;
    static const struct {
        int64_t number;
        uint8_t size, bytes[9];
    } cases[] = {{0, 1, {0}},
                 {127, 1, {0x7f}},
                 {128, 2, {0, 0x80}},
                 {-1, 1, {0xff}},
                 {-128, 1, {0x80}},
                 {-129, 2, {0xff, 0x7f}},
                 {4294967295, 5, {0, 0xff, 0xff, 0xff, 0xff}},
                 {INT64_MIN, 8, {0x80}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[16];
        int64_t back;
        struct ber_writer writer = {bytes, bytes + sizeof bytes};
        assert_true(ber_write_number(&writer, BER_INTEGER, cases[i].number));
        assert_int_equal(bytes[1], cases[i].size);
        assert_memory_equal(bytes + 2, cases[i].bytes, cases[i].size);
        assert_int_equal(writer.at - bytes, ber_number_size(cases[i].number));
        struct ber_reader reader = {bytes, writer.at};
        assert_true(ber_read_integer(&reader, &back));
        assert_true(back == cases[i].number);
    }
}

static void oids_encode_and_decode(void **state) {
    (void)state;
    static const uint8_t expected[] = {0x2b, 6, 1, 4, 1, 0x82, 0x3e, 0x8f, 0xff, 0xff, 0xff, 0x7f};
    uint32_t parts[OID_PARTS_MOST], back[OID_PARTS_MOST];
    uint8_t bytes[OID_BYTES_MOST];
    size_t n = oid_parse(".1.3.6.1.4.1.318.4294967295", parts), n_back;
    assert_int_equal(ber_encode_oid(parts, n, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_true(ber_decode_oid((struct ber_reader){bytes, bytes + sizeof expected}, back, &n_back));
    assert_int_equal(oid_compare(parts, n, back, n_back), 0);
    /* Cut inside a number, a number beyond 32 bits, nothing at all. */
    assert_false(ber_decode_oid((struct ber_reader){bytes, bytes + sizeof expected - 1}, back, &n_back));
    static const uint8_t wide[] = {0x2b, 0x90, 0x80, 0x80, 0x80, 0x00};
    assert_false(ber_decode_oid((struct ber_reader){wide, wide + sizeof wide}, back, &n_back));
    assert_false(ber_decode_oid((struct ber_reader){wide, wide}, back, &n_back));
    static const char *const wrong[] = {"", "1..3", "1.3.", "1.x", "1.4294967296", "-1.3"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(oid_parse(wrong[i], parts), 0);
}

static void long_oids_are_bounded(void **state) {
    (void)state;
    uint8_t bytes[2 * OID_PARTS_MOST];
    uint32_t parts[OID_PARTS_MOST];
    size_t n;
    memset(bytes, 1, sizeof bytes);
    assert_false(ber_decode_oid((struct ber_reader){bytes, bytes + sizeof bytes}, parts, &n));
    assert_true(ber_decode_oid((struct ber_reader){bytes, bytes + OID_PARTS_MOST - 1}, parts, &n));
    assert_int_equal(n, OID_PARTS_MOST);
}

static const struct usm_users nobody;
static const struct snmp_access access = {.community = "public", .users = &nobody};
static const struct snmp_access stranger = {.community = "private", .users = &nobody};

/* A rack PDU and a meter of a small hall. */
static int make_site(void **state) {
    const struct device *twice;
    struct site *site = calloc(1, sizeof *site);
    if (site == NULL)
        return -1;
    site->next_address = 0x7f010001;
    *state = site;
    if (!site_add_hall(site, "rows=1,racks=1,outlets=24,liquid=1") || !devices_index(&site->devices, &twice))
        return -1;
    for (size_t i = 0; i < site->devices.n; i++)
        site->devices.list[i]->refresh(site->devices.list[i], 1e6);
    return 0;
}

static int free_site(void **state) {
    site_done(*state);
    free(*state);
    return 0;
}

static struct device *find(void **state, const char *name) {
    struct site *site = *state;
    for (size_t i = 0; i < site->devices.n; i++)
        if (strcmp(site->devices.list[i]->name, name) == 0)
            return site->devices.list[i];
    fail_msg("no device %s", name);
    return NULL;
}

/* A request for up to 3 names. Returns its size. */
static size_t make_request(uint8_t *bytes, size_t room, uint8_t pdu, int second, int third,
                           const char *const *oids) {
    struct ber_writer writer = {bytes, bytes + room};
    uint8_t *outer = ber_begin_long(&writer, BER_SEQUENCE);
    ber_write_number(&writer, BER_INTEGER, 1);
    ber_write_element(&writer, BER_OCTETS, "public", 6);
    uint8_t *inner = ber_begin_long(&writer, pdu);
    ber_write_number(&writer, BER_INTEGER, 0x1234567);
    ber_write_number(&writer, BER_INTEGER, second);
    ber_write_number(&writer, BER_INTEGER, third);
    uint8_t *varbinds = ber_begin_long(&writer, BER_SEQUENCE);
    for (; *oids != NULL; oids++) {
        uint32_t parts[OID_PARTS_MOST];
        uint8_t name[OID_BYTES_MOST];
        size_t size = ber_encode_oid(parts, oid_parse(*oids, parts), name);
        uint8_t *varbind = ber_begin_long(&writer, BER_SEQUENCE);
        ber_write_element(&writer, BER_OID, name, size);
        ber_write_header(&writer, BER_NULL, 0);
        ber_end_long(&writer, varbind);
    }
    ber_end_long(&writer, varbinds);
    ber_end_long(&writer, inner);
    ber_end_long(&writer, outer);
    return (size_t)(writer.at - bytes);
}

struct answer {
    int64_t request_id, status, index;
    struct ber_reader varbinds;
};

static void parse_answer(const uint8_t *bytes, size_t size, struct answer *answer) {
    struct ber_reader datagram = {bytes, bytes + size}, outer, community, pdu;
    int64_t version;
    assert_true(ber_read_tagged(&datagram, BER_SEQUENCE, &outer));
    assert_true(datagram.at == datagram.end);
    assert_true(ber_read_integer(&outer, &version) && version == 1);
    assert_true(ber_read_tagged(&outer, BER_OCTETS, &community));
    assert_true(ber_read_tagged(&outer, 0xa2, &pdu));
    assert_true(outer.at == outer.end);
    assert_true(ber_read_integer(&pdu, &answer->request_id) && ber_read_integer(&pdu, &answer->status));
    assert_true(ber_read_integer(&pdu, &answer->index));
    assert_true(ber_read_tagged(&pdu, BER_SEQUENCE, &answer->varbinds));
    assert_true(pdu.at == pdu.end);
}

/* Reads the next varbind of an answer: its name's size in parts, its value's tag. */
static bool next_varbind(struct answer *answer, uint32_t parts[OID_PARTS_MOST], size_t *n, uint8_t *tag) {
    struct ber_reader varbind, name, value;
    if (answer->varbinds.at == answer->varbinds.end)
        return false;
    assert_true(ber_read_tagged(&answer->varbinds, BER_SEQUENCE, &varbind));
    assert_true(ber_read_tagged(&varbind, BER_OID, &name));
    assert_true(ber_decode_oid(name, parts, n));
    assert_true(ber_read(&varbind, tag, &value));
    assert_true(varbind.at == varbind.end);
    return true;
}

static void get_answers_each_name(void **state) {
    static const char *const oids[] = {"1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.9.0",
                                       "1.3.6.1.4.1.318.1.1.26.4.3.1.5.1", NULL};
    static const uint8_t tags[] = {BER_OID, BER_NO_SUCH_INSTANCE, BER_INTEGER};
    uint8_t request[256], bytes[SNMP_ANSWER_MOST], tag;
    uint32_t parts[OID_PARTS_MOST];
    size_t size = make_request(request, sizeof request, 0xa0, 0, 0, oids), n;
    struct answer answer;
    parse_answer(bytes, device_snmp_answer(find(state, "pdu-1-01-A"), &access, request, size, bytes),
                 &answer);
    assert_int_equal(answer.request_id, 0x1234567);
    assert_int_equal(answer.status, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(next_varbind(&answer, parts, &n, &tag));
        assert_int_equal(tag, tags[i]);
    }
    assert_false(next_varbind(&answer, parts, &n, &tag));
    assert_int_equal(device_snmp_answer(find(state, "pdu-1-01-A"), &stranger, request, size, bytes), 0);
}

static void bulk_fills_one_datagram_in_order(void **state) {
    static const char *const oids[] = {"1.3", NULL};
    uint8_t request[256], bytes[SNMP_ANSWER_MOST], tag;
    uint32_t last[OID_PARTS_MOST] = {0}, parts[OID_PARTS_MOST];
    size_t size = make_request(request, sizeof request, 0xa5, 0, 1000, oids), n_last = 1, n, count = 0;
    struct answer answer;
    size_t answer_size = device_snmp_answer(find(state, "pdu-1-01-A"), &access, request, size, bytes);
    assert_in_range(answer_size, SNMP_ANSWER_MOST - 100, SNMP_ANSWER_MOST);
    parse_answer(bytes, answer_size, &answer);
    for (; next_varbind(&answer, parts, &n, &tag); count++) {
        assert_true(oid_compare(last, n_last, parts, n) < 0);
        memcpy(last, parts, sizeof last);
        n_last = n;
    }
    assert_true(count > 30);
}

static void walk_ends(void **state) {
    static const char *const oids[] = {"1.3.6.1.4.1.318.1.1.26.10.2.2.1.11.1", NULL};
    uint8_t request[256], bytes[SNMP_ANSWER_MOST], tag;
    uint32_t parts[OID_PARTS_MOST];
    size_t n;
    static const uint8_t pdus[] = {0xa1, 0xa5};
    for (unsigned i = 0; i < 2; i++) {
        size_t size = make_request(request, sizeof request, pdus[i], 0, 20, oids);
        struct answer answer;
        parse_answer(bytes, device_snmp_answer(find(state, "pdu-1-01-A"), &access, request, size, bytes),
                     &answer);
        assert_true(next_varbind(&answer, parts, &n, &tag));
        assert_int_equal(tag, BER_END_OF_VIEW);
        assert_false(next_varbind(&answer, parts, &n, &tag));
    }
}

static void writing_is_refused_and_counted(void **state) {
    static const char *const oids[] = {"1.3.6.1.2.1.1.5.0", NULL};
    uint8_t request[256], bytes[SNMP_ANSWER_MOST];
    size_t size = make_request(request, sizeof request, 0xa3, 0, 0, oids);
    struct device *device = find(state, "pdu-1-01-A");
    uint64_t writes = device->counts.writes;
    struct answer answer;
    parse_answer(bytes, device_snmp_answer(device, &access, request, size, bytes), &answer);
    assert_int_equal(answer.status, 17);
    assert_int_equal(answer.index, 1);
    assert_int_equal(device->counts.writes, writes + 1);
}

/* Each request lies in memory of its own size, so that the sanitizer sees a read beyond its end. */
static void answer_exactly(struct device *device, const uint8_t *request, size_t size) {
    uint8_t answer[SNMP_ANSWER_MOST];
    uint8_t *copy = malloc(size + !size);
    assert_non_null(copy);
    memcpy(copy, request, size);
    assert_true(device_snmp_answer(device, &access, copy, size, answer) <= sizeof answer);
    free(copy);
}

static void damaged_datagrams_do_no_harm(void **state) {
    static const char *const oids[] = {"1.3.6.1.2.1.1.5.0", "1.3.6.1.4.1.318.1.1.26.9.4.3.1.6.24", "1.3",
                                       NULL};
    static const uint8_t pdus[] = {0xa0, 0xa1, 0xa3, 0xa5};
    struct device *device = find(state, "pdu-1-01-A");
    uint8_t request[256], answer[SNMP_ANSWER_MOST];
    for (unsigned i = 0; i < 4; i++) {
        size_t whole = make_request(request, sizeof request, pdus[i], 1, 5, oids);
        for (size_t size = 0; size < whole; size++) {
            answer_exactly(device, request, size);
            assert_int_equal(device_snmp_answer(device, &access, request, size, answer), 0);
        }
        for (size_t at = 0; at < whole; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                request[at] ^= (uint8_t)(1 << bit);
                answer_exactly(device, request, whole);
                request[at] ^= (uint8_t)(1 << bit);
            }
    }
}

static void check_modbus(struct device *device, const uint8_t *pdu, size_t size, uint8_t exception) {
    uint8_t frame[MODBUS_FRAME_MOST] = {0x12, 0x34, 0, 0, 0, (uint8_t)(size + 1), 1},
            answer[MODBUS_FRAME_MOST];
    memcpy(frame + MODBUS_HEADER, pdu, size);
    assert_int_equal(modbus_frame_size(frame, MODBUS_HEADER + size), MODBUS_HEADER + size);
    size_t answer_size = device_modbus_answer(device, frame, MODBUS_HEADER + size, answer);
    assert_int_equal(modbus_frame_size(answer, answer_size), answer_size);
    assert_memory_equal(answer, frame, 4);
    assert_int_equal(answer[6], 1);
    assert_int_equal(answer[7], exception ? pdu[0] | 0x80 : pdu[0]);
    if (exception)
        assert_int_equal(answer[8], exception);
}

static void modbus_reads_and_refuses(void **state) {
    struct device *device = find(state, "meter-1-A");
    uint64_t writes = device->counts.writes;
    check_modbus(device, (const uint8_t[]){3, 2999 >> 8, 2999 & 255, 0, 112}, 5, 0);
    check_modbus(device, (const uint8_t[]){3, 2999 >> 8, 2999 & 255, 0, 113}, 5, 2);
    check_modbus(device, (const uint8_t[]){3, 2998 >> 8, 2998 & 255, 0, 1}, 5, 2);
    check_modbus(device, (const uint8_t[]){4, 2999 >> 8, 2999 & 255, 0, 1}, 5, 2);
    check_modbus(device, (const uint8_t[]){3, 2999 >> 8, 2999 & 255, 0, 126}, 5, 3);
    check_modbus(device, (const uint8_t[]){3, 2999 >> 8, 2999 & 255, 0, 0}, 5, 3);
    check_modbus(device, (const uint8_t[]){3, 0xff, 0xff, 0, 2}, 5, 2);
    check_modbus(device, (const uint8_t[]){3, 0, 0}, 3, 3);
    check_modbus(device, (const uint8_t[]){0x2b, 14, 1, 0}, 4, 1);
    assert_int_equal(device->counts.writes, writes);
    check_modbus(device, (const uint8_t[]){6, 0, 1, 0, 1}, 5, 1);
    assert_int_equal(device->counts.writes, writes + 1);
}

static void modbus_frames_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(modbus_frame_size((const uint8_t[]){0, 1, 0, 0, 0}, 5), 0);
    assert_int_equal(modbus_frame_size((const uint8_t[]){0, 1, 0, 0, 0, 6}, 6), 12);
    assert_true(modbus_frame_size((const uint8_t[]){0, 1, 0, 1, 0, 6}, 6) < 0);
    assert_true(modbus_frame_size((const uint8_t[]){0, 1, 0, 0, 0, 1}, 6) < 0);
    assert_true(modbus_frame_size((const uint8_t[]){0, 1, 0, 0, 1, 0}, 6) < 0);
}

static void polls_are_timed(void **state) {
    (void)state;
    struct poll_watch *watch = calloc(1, sizeof *watch);
    struct poll_mark mark = {0};
    assert_non_null(watch);
    poll_watch_init(watch, 1000000, NULL);
    /* Three requests each; the third poll is 5 ms late, the fourth misses two turns. */
    static const int64_t begins_us[] = {10, 1000010, 2005010, 5005010};
    for (unsigned i = 0; i < 4; i++)
        for (unsigned request = 0; request < 3; request++)
            poll_watch_request(watch, &mark, begins_us[i] + request * 2000);
    assert_int_equal(mark.polls, 4);
    assert_int_equal(watch->deviation.n, 3);
    assert_int_equal(watch->missed, 2);
    assert_int_equal(watch->deviation.largest_us, 2000000);
    double median_ms = times_percentile_ms(&watch->deviation, 0.5);
    assert_true(median_ms > 5 && median_ms < 5.2);
    assert_int_equal(poll_watch_overdue(watch, &mark, 5005010 + 1490000), 0);
    assert_int_equal(poll_watch_overdue(watch, &mark, 5005010 + 1500010), 1);
    assert_int_equal(poll_watch_overdue(watch, &mark, 5005010 + 3600000), 3);
    poll_watch_init(watch, 1000000, NULL);
    assert_int_equal(watch->deviation.n + watch->missed, 0);
    free(watch);
}

static void returns_are_timed(void **state) {
    (void)state;
    struct poll_watch *watch = calloc(1, sizeof *watch);
    struct poll_mark mark = {.returned_us = 5000000};
    struct times *returns = calloc(1, sizeof *returns);
    assert_non_null(watch);
    assert_non_null(returns);
    times_init(returns, RETURN_BIN_US);
    poll_watch_init(watch, 1000000, returns);
    poll_watch_request(watch, &mark, 7300000);
    poll_watch_request(watch, &mark, 8300000);
    assert_int_equal(returns->n, 1);
    assert_int_equal(returns->largest_us, 2300000);
    assert_int_equal(watch->deviation.n, 1);
    assert_int_equal(watch->missed, 0);
    free(returns);
    free(watch);
}

static void the_busiest_second_is_found(void **state) {
    (void)state;
    struct rate_watch watch = {0};
    for (int64_t i = 0; i < 30; i++)
        rate_watch_event(&watch, 1000000 + i * 100000); /* 10 a second */
    assert_int_equal(watch.largest, 10);
    for (int64_t i = 0; i < 7; i++)
        rate_watch_event(&watch, 60500000);
    assert_int_equal(watch.largest, 10);
    for (int64_t i = 0; i < 7; i++)
        rate_watch_event(&watch, 61300000);
    assert_int_equal(watch.largest, 14);
    assert_int_equal(watch.n, 44);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_as_few_bytes_as_hold_them),
        cmocka_unit_test(oids_encode_and_decode),
        cmocka_unit_test(long_oids_are_bounded),
        cmocka_unit_test(get_answers_each_name),
        cmocka_unit_test(bulk_fills_one_datagram_in_order),
        cmocka_unit_test(walk_ends),
        cmocka_unit_test(writing_is_refused_and_counted),
        cmocka_unit_test(damaged_datagrams_do_no_harm),
        cmocka_unit_test(modbus_reads_and_refuses),
        cmocka_unit_test(modbus_frames_are_told_apart),
        cmocka_unit_test(polls_are_timed),
        cmocka_unit_test(returns_are_timed),
        cmocka_unit_test(the_busiest_second_is_found),
    };
    return cmocka_run_group_tests(tests, make_site, free_site);
}
