/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/snmp_peek.h: finds the request id in every legal form of a message, and refuses what has none
 * within its bounds.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/snmp_peek.h"
#include "base/error.h"

/* Reads from a copy of exactly that size, so that a sanitizer sees a byte too far. */
static int peek_at(const void *datagram, size_t size, struct snmp_peek *peek) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, datagram, size);
    *peek = (struct snmp_peek){.version = -1};
    int error = snmp_peek_read(copy, size, peek);
    free(copy);
    return error;
}

#define PEEK(bytes, peek) peek_at(bytes, sizeof bytes - 1, peek)

/* v2c, community "public", Response, id 0x01020304; error-status, error-index and an empty list follow. */
static const char plain[] =
    "\x30\x1c\x02\x01\x01\x04\x06public\xa2\x0f\x02\x04\x01\x02\x03\x04\x02\x01\0\x02\x01\0\x30\0";
enum { END_OF_ID = 21 };

static void a_plain_response(void **state) {
    (void)state;
    struct snmp_peek peek;
    assert_int_equal(PEEK(plain, &peek), ERROR_NONE);
    assert_int_equal(peek.version, 1);
    assert_int_equal(peek.pdu, SNMP_PDU_RESPONSE);
    assert_int_equal(peek.request_id, 0x01020304);
}

static void long_forms_and_other_pdus(void **state) {
    (void)state;
    struct snmp_peek peek;
    assert_int_equal(
        PEEK("\x30\x82\x00\x1c\x02\x02\x00\x00\x04\x81\x01x\xa8\x84\x00\x00\x00\x09\x02\x01\x7f", &peek), 0);
    assert_int_equal(peek.version, 0);
    assert_int_equal(peek.pdu, 0xa8);
    assert_int_equal(peek.request_id, 127);
}

/* The id of the message; all that follows may be encrypted. */
static void version_3_has_its_id_before_the_pdu(void **state) {
    (void)state;
    struct snmp_peek peek;
    assert_int_equal(PEEK("\x30\x7f\x02\x01\x03\x30\x11\x02\x04\x01\x02\x03\x04", &peek), ERROR_NONE);
    assert_int_equal(peek.version, 3);
    assert_int_equal(peek.pdu, 0);
    assert_int_equal(peek.request_id, 0x01020304);
    assert_int_equal(PEEK("\x30\x7f\x02\x01\x03\x04\x11\x02\x04\x01\x02\x03\x04", &peek), ERROR_GARBLED);
    assert_int_equal(PEEK("\x30\x7f\x02\x01\x03\x30\x11\x02\x04\x01\x02\x03", &peek), ERROR_GARBLED);
    assert_int_equal(PEEK("\x30\x7f\x02\x01\x03\x30", &peek), ERROR_GARBLED);
    assert_int_equal(PEEK("\x30\x7f\x02\x01\x02\x30\x11\x02\x01\x01", &peek), ERROR_GARBLED);
}

static void numbers_keep_their_sign(void **state) {
    (void)state;
    struct snmp_peek peek;
    assert_int_equal(PEEK("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\x01\xff", &peek), 0);
    assert_int_equal(peek.request_id, -1);
    assert_int_equal(PEEK("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\x04\x80\0\0\0", &peek), 0);
    assert_int_equal(peek.request_id, INT32_MIN);
    assert_int_equal(PEEK("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\x05\0\x7f\xff\xff\xff", &peek), 0);
    assert_int_equal(peek.request_id, INT32_MAX);
}

/* Cut off after the id it is still someone's answer; anywhere before, it is nobody's. */
static void every_truncation(void **state) {
    (void)state;
    struct snmp_peek peek;
    for (size_t size = 0; size < sizeof plain - 1; size++)
        assert_int_equal(peek_at(plain, size, &peek), size < END_OF_ID ? ERROR_GARBLED : ERROR_NONE);
}

static void what_is_refused(void **state) {
    (void)state;
    struct snmp_peek peek;
    const struct {
        const char *bytes;
        size_t size;
    } refused[] = {
#define CASE(text) {text, sizeof text - 1}
        CASE("\x31\x20\x02\x01\x01\x04\0\xa2\x20\x02\x01\x05"),                   /* no sequence */
        CASE("\x30\x80\x02\x01\x01\x04\0\xa2\x20\x02\x01\x05\0\0"),               /* indefinite length */
        CASE("\x30\x85\0\0\0\0\x20\x02\x01\x01\x04\0\xa2\x20\x02\x01\x05"),       /* length of 5 bytes */
        CASE("\x30\x20\x02\x01\x03\x04\0\xa2\x20\x02\x01\x05"),                   /* version 3 */
        CASE("\x30\x20\x02\x01\xff\x04\0\xa2\x20\x02\x01\x05"),                   /* version -1 */
        CASE("\x30\x20\x04\x01\x01\x04\0\xa2\x20\x02\x01\x05"),                   /* version is no number */
        CASE("\x30\x20\x02\x01\x01\x05\0\xa2\x20\x02\x01\x05"),                   /* community is no string */
        CASE("\x30\x20\x02\x01\x01\x04\x84\xff\xff\xff\xff\xa2\x20\x02\x01\x05"), /* ... and ends nowhere */
        CASE("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\0"),                         /* id of no bytes */
        CASE("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\x09\0\0\0\0\0\0\0\0\x05"),   /* ... of nine */
        CASE("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x02\x05\x01\0\0\0\0"),           /* ... beyond 32 bits */
        CASE("\x30\x20\x02\x01\x01\x04\0\xa2\x20\x04\x01\x05"),                   /* ... that is a string */
#undef CASE
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(peek_at(refused[i].bytes, refused[i].size, &peek), ERROR_GARBLED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_response),
        cmocka_unit_test(long_forms_and_other_pdus),
        cmocka_unit_test(version_3_has_its_id_before_the_pdu),
        cmocka_unit_test(numbers_keep_their_sign),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
