/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/codec_modbus.h: requests as the specification's examples spell them, and every way in which a
 * reply can be wrong.
 */
#include "check.h"

#include <string.h>

#include "acquire/codec_modbus.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* "Read registers 108 to 110 of unit 17", the example of the Modbus application protocol, section 6.3. */
static const struct modbus_request three = {.unit = 17, .function = 3, .address = 107, .count = 3};
static const struct modbus_request ten_coils = {.unit = 17, .function = 1, .address = 19, .count = 10};

static void request_is_twelve_bytes(void **state) {
    (void)state;
    uint8_t frame[MODBUS_TCP_REQUEST_SIZE];
    modbus_tcp_encode(&three, 0x1234, frame);
    const uint8_t expected[] = {
        0x12, 0x34, /* transaction */
        0,    0,    /* protocol: Modbus */
        0,    6,    /* bytes that follow */
        17,   3,    /* unit, function */
        0,    0x6b, /* address 107 */
        0,    3,    /* registers */
    };
    assert_memory_equal(frame, expected, sizeof(expected));
}

static bool valid(uint8_t function, uint16_t address, uint16_t count) {
    return modbus_request_valid(
        &(struct modbus_request){.function = function, .address = address, .count = count});
}

static void only_reads_within_limits_are_valid(void **state) {
    (void)state;
    for (unsigned function = 0; function < 256; function++)
        assert_int_equal(valid((uint8_t)function, 0, 1), (function >= 1 && function <= 4) || function == 43);
    assert_true(valid(3, 0, 125));
    assert_false(valid(3, 0, 126));
    assert_false(valid(4, 0, 126));
    assert_true(valid(1, 0, 2000));
    assert_false(valid(2, 0, 2001));
    assert_false(valid(3, 0, 0));
    assert_true(valid(3, 65535, 1));
    assert_false(valid(3, 65535, 2));
    assert_true(valid(43, 255, 3));
    assert_false(valid(43, 256, 1));
    assert_false(valid(43, 0, 0));
    assert_false(valid(43, 0, 4));
}

static void bits_are_counted_in_whole_bytes(void **state) {
    (void)state;
    struct modbus_request request = {.function = 1, .count = 8};
    assert_int_equal(modbus_request_value_size(&request), 1);
    request.count = 9;
    assert_int_equal(modbus_request_value_size(&request), 2);
    request.count = 2000;
    assert_int_equal(modbus_request_value_size(&request), 250);
    request.function = 4;
    request.count = 125;
    assert_int_equal(modbus_request_value_size(&request), 250);
}

static void frame_is_found_when_whole(void **state) {
    (void)state;
    /*
     * Transaction 7, 9 bytes follow: unit 17, function 3, 6 bytes: 0x022b 0 100. Then the first byte of
     * another frame.
     */
    const uint8_t stream[] = {0, 7, 0, 0, 0, 9, 17, 3, 6, 0x02, 0x2b, 0, 0, 0, 100, 0xff};
    struct modbus_frame frame;
    for (size_t size = 0; size < 15; size++)
        assert_int_equal(modbus_tcp_split(stream, size, &frame), MODBUS_PARTIAL);
    for (size_t size = 15; size <= sizeof(stream); size++) {
        assert_int_equal(modbus_tcp_split(stream, size, &frame), MODBUS_GOOD);
        assert_int_equal(frame.size, 15);
        assert_int_equal(frame.transaction, 7);
        assert_int_equal(frame.unit, 17);
        assert_ptr_equal(frame.pdu, stream + 7);
        assert_int_equal(frame.pdu_size, 8);
    }
}

static void impossible_lengths_break_the_stream(void **state) {
    (void)state;
    struct modbus_frame frame;
    /* A length of 1 has no room for a function code; 254 is the most: 253 bytes of data unit and the unit. */
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 0, 0, 1), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 0, 0, 2), &frame), MODBUS_PARTIAL);
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 0, 0, 254), &frame), MODBUS_PARTIAL);
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 0, 0, 255), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 0, 1, 4), &frame), MODBUS_BROKEN_LENGTH);
}

static void foreign_protocol_is_taken_off_whole(void **state) {
    (void)state;
    struct modbus_frame frame;
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 5, 0, 3, 17), &frame), MODBUS_PARTIAL);
    assert_int_equal(modbus_tcp_split(BYTES(0, 1, 0, 5, 0, 3, 17, 0x83, 2), &frame), MODBUS_WRONG_PROTOCOL);
    assert_int_equal(frame.size, 9);
}

static void check_sum_is_that_of_the_specification(void **state) {
    (void)state;
    /* The example of "Modbus over serial line", appendix B: 0x1241, its low byte sent first. */
    assert_int_equal(modbus_crc16(BYTES(0x02, 0x07)), 0x1241);
    assert_int_equal(modbus_crc16((const uint8_t *)"123456789", 9), 0x4b37);
    assert_int_equal(modbus_crc16(NULL, 0), 0xffff);
}

static void rtu_request_is_eight_bytes(void **state) {
    (void)state;
    uint8_t frame[MODBUS_RTU_REQUEST_SIZE];
    modbus_rtu_encode(&three, frame);
    const uint8_t expected[] = {
        17,   3,    /* unit, function */
        0,    0x6b, /* address 107 */
        0,    3,    /* registers */
        0x76, 0x87, /* check sum, low byte first */
    };
    assert_memory_equal(frame, expected, sizeof(expected));
    assert_int_equal(modbus_rtu_reply_size(&three), 11);
    assert_int_equal(modbus_rtu_reply_size(&ten_coils), 7);
}

/* Unit 17, function 3, 6 bytes: 0x022b 0 100, check sum 0xbac8. */
#define ANSWER 17, 3, 6, 0x02, 0x2b, 0, 0, 0, 100, 0xc8, 0xba

static enum modbus_fault split_rtu(const uint8_t *bytes, size_t size, struct modbus_frame *frame) {
    return modbus_rtu_split(&three, bytes, size, frame);
}

static void rtu_frame_is_as_long_as_its_function_says(void **state) {
    (void)state;
    const uint8_t stream[] = {ANSWER, 0xff};
    struct modbus_frame frame;
    for (size_t size = 0; size < 11; size++)
        assert_int_equal(split_rtu(stream, size, &frame), MODBUS_PARTIAL);
    for (size_t size = 11; size <= sizeof(stream); size++) {
        assert_int_equal(split_rtu(stream, size, &frame), MODBUS_GOOD);
        assert_int_equal(frame.size, 11);
        assert_int_equal(frame.noise, 0);
        assert_int_equal(frame.unit, 17);
        assert_ptr_equal(frame.pdu, stream + 1);
        assert_int_equal(frame.pdu_size, 8);
    }
    /* An exception is five bytes: unit, function with the high bit, code 2, check sum. */
    const uint8_t refusal[] = {17, 0x83, 2, 0xc1, 0x34};
    for (size_t size = 0; size < 5; size++)
        assert_int_equal(split_rtu(refusal, size, &frame), MODBUS_PARTIAL);
    assert_int_equal(split_rtu(refusal, 5, &frame), MODBUS_GOOD);
    assert_int_equal(frame.pdu_size, 2);
}

static void what_is_no_rtu_frame_is_said(void **state) {
    (void)state;
    struct modbus_frame frame;
    /* Functions that never are asked for, and byte counts that no read has. */
    assert_int_equal(split_rtu(BYTES(17, 0), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 5), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 0x80), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 0x85), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 3, 0), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 3, 251), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(split_rtu(BYTES(17, 3, 250), &frame), MODBUS_PARTIAL);
    /* One bit of the values has turned over. */
    assert_int_equal(split_rtu(BYTES(17, 3, 6, 0x02, 0x2b, 0, 0, 0, 101, 0xc8, 0xba), &frame),
                     MODBUS_WRONG_CHECK_SUM);
}

static void answer_is_found_behind_noise(void **state) {
    (void)state;
    struct modbus_frame frame;
    const uint8_t zero[] = {0, ANSWER};
    assert_int_equal(split_rtu(zero, sizeof(zero), &frame), MODBUS_GOOD);
    assert_int_equal(frame.noise, 1);
    assert_int_equal(frame.size, 12);
    assert_ptr_equal(frame.pdu, zero + 2);
    /* The echo of the request, as adapters with two wires give it back. */
    const uint8_t echo[] = {17, 3, 0, 0x6b, 0, 3, 0x76, 0x87, ANSWER};
    assert_int_equal(split_rtu(echo, 8, &frame), MODBUS_PARTIAL);
    assert_int_equal(split_rtu(echo, sizeof(echo), &frame), MODBUS_GOOD);
    assert_int_equal(frame.noise, 8);
    /* What begins like a frame of 255 bytes does not hold up the one within. */
    const uint8_t promise[] = {9, 3, 250, ANSWER};
    assert_int_equal(split_rtu(promise, sizeof(promise) - 1, &frame), MODBUS_PARTIAL);
    assert_int_equal(split_rtu(promise, sizeof(promise), &frame), MODBUS_GOOD);
    assert_int_equal(frame.noise, 3);
}

static void only_the_answer_is_looked_for_in_noise(void **state) {
    (void)state;
    struct modbus_frame frame;
    const uint8_t zero[] = {0, ANSWER};
    struct modbus_request other = three;
    other.unit = 18;
    assert_int_not_equal(modbus_rtu_split(&other, zero, sizeof(zero), &frame), MODBUS_GOOD);
    other = three;
    other.count = 4;
    assert_int_not_equal(modbus_rtu_split(&other, zero, sizeof(zero), &frame), MODBUS_GOOD);
    assert_int_not_equal(modbus_rtu_split(NULL, zero, sizeof(zero), &frame), MODBUS_GOOD);
    /* At the begin any frame is one, whoever it is from: modbus_check tells. */
    assert_int_equal(modbus_rtu_split(NULL, zero + 1, sizeof(zero) - 1, &frame), MODBUS_GOOD);
    assert_int_equal(modbus_rtu_split(&other, zero + 1, sizeof(zero) - 1, &frame), MODBUS_GOOD);
}

static void good_reply_gives_its_values(void **state) {
    (void)state;
    const uint8_t registers[] = {3, 6, 0x02, 0x2b, 0, 0, 0, 100};
    struct modbus_reply reply;
    assert_int_equal(modbus_check(&three, 17, registers, sizeof(registers), &reply), MODBUS_GOOD);
    assert_ptr_equal(reply.values, registers + 2);
    assert_int_equal(reply.size, 6);
    /* Ten coils are two bytes, the lowest coil in the lowest bit. */
    const uint8_t coils[] = {1, 2, 0xcd, 0x01};
    assert_int_equal(modbus_check(&ten_coils, 17, coils, sizeof(coils), &reply), MODBUS_GOOD);
    assert_int_equal(reply.size, 2);
}

static void exception_gives_its_code(void **state) {
    (void)state;
    struct modbus_reply reply;
    assert_int_equal(modbus_check(&three, 17, BYTES(0x83, 2), &reply), MODBUS_EXCEPTION);
    assert_int_equal(reply.exception, 2);
    assert_null(reply.values);
    assert_int_equal(modbus_check(&three, 17, BYTES(0x83, 11), &reply), MODBUS_EXCEPTION);
    assert_int_equal(reply.exception, 11);
    /* Of another function; without a code; with more than a code. */
    assert_int_equal(modbus_check(&three, 17, BYTES(0x84, 2), &reply), MODBUS_WRONG_FUNCTION);
    assert_int_equal(modbus_check(&three, 17, BYTES(0x83), &reply), MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_check(&three, 17, BYTES(0x83, 2, 0), &reply), MODBUS_BROKEN_LENGTH);
}

static void wrong_replies_are_told_apart(void **state) {
    (void)state;
    struct modbus_reply reply;
    assert_int_equal(modbus_check(&three, 18, BYTES(3, 6, 0, 1, 0, 2, 0, 3), &reply), MODBUS_WRONG_UNIT);
    assert_int_equal(modbus_check(&three, 17, BYTES(4, 6, 0, 1, 0, 2, 0, 3), &reply), MODBUS_WRONG_FUNCTION);
    /* Two registers where three were asked for: well formed, yet no answer. */
    assert_int_equal(modbus_check(&three, 17, BYTES(3, 4, 0, 1, 0, 2), &reply), MODBUS_WRONG_COUNT);
    /* The byte count says more, or less, than the frame holds. */
    assert_int_equal(modbus_check(&three, 17, BYTES(3, 6, 0, 1, 0, 2), &reply), MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_check(&three, 17, BYTES(3, 6, 0, 1, 0, 2, 0, 3, 0), &reply),
                     MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_check(&three, 17, BYTES(3), &reply), MODBUS_BROKEN_LENGTH);
}

/* --- function 43/14: what a device says it is */

static const struct modbus_request identity = {.unit = 17, .function = 43, .address = 0, .count = 1};

/* Basic, conformity 0x81, no more, 2 objects: "ACME" and "M1". */
#define IDENTITY 43, 14, 1, 0x81, 0, 0, 2, 0, 4, 'A', 'C', 'M', 'E', 1, 2, 'M', '1'

static void identification_is_asked_in_either_framing(void **state) {
    (void)state;
    uint8_t frame[MODBUS_MOST_REQUEST_SIZE];
    const uint8_t tcp[] = {0x12, 0x34, 0, 0, 0, 5, 17, 43, 14, 1, 0};
    assert_int_equal(modbus_tcp_encode(&identity, 0x1234, frame), sizeof(tcp));
    assert_memory_equal(frame, tcp, sizeof(tcp));
    assert_int_equal(modbus_rtu_encode(&identity, frame), 7);
    assert_memory_equal(frame, tcp + 6, 5);
    assert_int_equal(modbus_crc16(frame, 5), frame[5] | frame[6] << 8);
    assert_int_equal(modbus_rtu_reply_size(&identity), MODBUS_RTU_MOST_SIZE);
}

static void identification_gives_its_objects(void **state) {
    (void)state;
    const uint8_t pdu[] = {IDENTITY};
    struct modbus_reply reply;
    struct modbus_object object;
    size_t at = 0;
    assert_int_equal(modbus_check(&identity, 17, pdu, sizeof(pdu), &reply), MODBUS_GOOD);
    assert_int_equal(reply.size, sizeof(pdu) - 2);
    assert_true(modbus_next_object(reply.values, reply.size, &at, &object));
    assert_int_equal(object.id, MODBUS_OBJECT_VENDOR);
    assert_int_equal(object.size, 4);
    assert_memory_equal(object.text, "ACME", 4);
    assert_true(modbus_next_object(reply.values, reply.size, &at, &object));
    assert_int_equal(object.id, MODBUS_OBJECT_PRODUCT_CODE);
    assert_memory_equal(object.text, "M1", 2);
    assert_false(modbus_next_object(reply.values, reply.size, &at, &object));
    assert_int_equal(modbus_more_objects(reply.values, reply.size), 0);
    const uint8_t more[] = {1, 1, 0xff, 2, 0};
    assert_int_equal(modbus_more_objects(more, sizeof(more)), 2);
    assert_int_equal(modbus_more_objects(more, 4), 0);
}

static void wrong_identifications_are_told(void **state) {
    (void)state;
    struct modbus_reply reply;
    assert_int_equal(modbus_check(&identity, 17, BYTES(0xab, 1), &reply), MODBUS_EXCEPTION);
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 13, 1, 1, 0, 0, 0), &reply),
                     MODBUS_WRONG_FUNCTION);
    /* Too short for a head; an object more and one fewer than it says; one that ends behind the frame. */
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 14, 1, 1, 0, 0), &reply), MODBUS_WRONG_COUNT);
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 14, 1, 1, 0, 0, 0, 0, 0), &reply),
                     MODBUS_WRONG_COUNT);
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 14, 1, 1, 0, 0, 1), &reply), MODBUS_WRONG_COUNT);
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 14, 1, 1, 0, 0, 1, 0, 3, 'A', 'B'), &reply),
                     MODBUS_WRONG_COUNT);
    assert_null(reply.values);
    assert_int_equal(modbus_check(&identity, 17, BYTES(43, 14, 1, 1, 0, 0, 0), &reply), MODBUS_GOOD);
}

static void rtu_identification_is_as_long_as_its_objects(void **state) {
    (void)state;
    uint8_t stream[64] = {17, IDENTITY};
    size_t size = sizeof((uint8_t[]){17, IDENTITY});
    struct modbus_frame frame;
    uint16_t sum = modbus_crc16(stream, size);
    stream[size] = (uint8_t)sum;
    stream[size + 1] = (uint8_t)(sum >> 8);
    for (size_t n = 0; n < size + 2; n++)
        assert_int_equal(modbus_rtu_split(&identity, stream, n, &frame), MODBUS_PARTIAL);
    assert_int_equal(modbus_rtu_split(&identity, stream, size + 2, &frame), MODBUS_GOOD);
    assert_int_equal(frame.pdu_size, size - 1);
    /* Behind noise, too; and one that promises more than a frame has is none. */
    memmove(stream + 1, stream, size + 2);
    assert_int_equal(modbus_rtu_split(&identity, stream, size + 3, &frame), MODBUS_GOOD);
    assert_int_equal(frame.noise, 1);
    const uint8_t endless[] = {17, 43, 14, 1, 1, 0, 0, 2, 0, 250};
    assert_int_equal(modbus_rtu_split(NULL, endless, sizeof(endless), &frame), MODBUS_BROKEN_LENGTH);
    assert_int_equal(modbus_rtu_split(NULL, BYTES(17, 43, 13), &frame), MODBUS_BROKEN_LENGTH);
}

static void every_fault_has_words(void **state) {
    (void)state;
    for (int fault = 0; fault < N_MODBUS_FAULTS; fault++)
        assert_true(strlen(modbus_fault_text((enum modbus_fault)fault)) > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_is_twelve_bytes),
        cmocka_unit_test(only_reads_within_limits_are_valid),
        cmocka_unit_test(bits_are_counted_in_whole_bytes),
        cmocka_unit_test(frame_is_found_when_whole),
        cmocka_unit_test(impossible_lengths_break_the_stream),
        cmocka_unit_test(foreign_protocol_is_taken_off_whole),
        cmocka_unit_test(check_sum_is_that_of_the_specification),
        cmocka_unit_test(rtu_request_is_eight_bytes),
        cmocka_unit_test(rtu_frame_is_as_long_as_its_function_says),
        cmocka_unit_test(what_is_no_rtu_frame_is_said),
        cmocka_unit_test(answer_is_found_behind_noise),
        cmocka_unit_test(only_the_answer_is_looked_for_in_noise),
        cmocka_unit_test(good_reply_gives_its_values),
        cmocka_unit_test(exception_gives_its_code),
        cmocka_unit_test(wrong_replies_are_told_apart),
        cmocka_unit_test(identification_is_asked_in_either_framing),
        cmocka_unit_test(identification_gives_its_objects),
        cmocka_unit_test(wrong_identifications_are_told),
        cmocka_unit_test(rtu_identification_is_as_long_as_its_objects),
        cmocka_unit_test(every_fault_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
