/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/link_snmp_usm.h: keys are made once for all who share them and forgotten after the last; engines of
 * one id keep their clocks apart.
 */
#include "check.h"

#include <string.h>

#include "acquire/link_snmp_usm.h"

/* RFC 3414, appendices A.3.1 and A.3.2. */
static const uint8_t md5_of_maplesyrup[] = "\x9f\xaf\x32\x83\x88\x4e\x92\x83\x4e\xbc\x98\x47\xd8\xed\xd9\x63";
static const uint8_t sha1_of_maplesyrup[] =
    "\x9f\xb5\xcc\x03\x81\x49\x7b\x37\x93\x52\x89\x39\xff\x78\x8d\x5d\x79\x14\x52\x11";

static struct snmp_credentials credentials_of(enum snmp_auth auth, enum snmp_privacy privacy) {
    return (struct snmp_credentials){
        .version = SNMP_V3,
        .user = (char *)"user",
        .context = (char *)"",
        .auth = auth,
        .auth_passphrase = (char *)(auth ? "maplesyrup" : NULL),
        .privacy = privacy,
        .privacy_passphrase = (char *)(privacy ? "maplesyrup" : NULL),
    };
}

static void keys_are_those_of_the_standard(void **state) {
    (void)state;
    struct snmp_keys *ring = NULL, *md5, *sha1;
    struct snmp_credentials credentials = credentials_of(SNMP_AUTH_MD5, SNMP_PRIVACY_DES);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &md5), ERROR_NONE);
    assert_int_equal(md5->auth.size, 16);
    assert_memory_equal(md5->auth.byte, md5_of_maplesyrup, 16);
    assert_memory_equal(md5->privacy.byte, md5_of_maplesyrup, 16);
    credentials = credentials_of(SNMP_AUTH_SHA1, SNMP_PRIVACY_NONE);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &sha1), ERROR_NONE);
    assert_int_equal(sha1->auth.size, 20);
    assert_memory_equal(sha1->auth.byte, sha1_of_maplesyrup, 20);
    assert_int_equal(sha1->privacy.size, 0);
    snmp_keys_release(&ring, md5);
    snmp_keys_release(&ring, sha1);
    assert_null(ring);
}

static void keys_are_shared(void **state) {
    (void)state;
    struct snmp_keys *ring = NULL, *first, *second, *other;
    struct snmp_credentials credentials = credentials_of(SNMP_AUTH_SHA256, SNMP_PRIVACY_AES128);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &first), ERROR_NONE);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &second), ERROR_NONE);
    assert_ptr_equal(first, second);
    credentials.context = (char *)"other";
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &other), ERROR_NONE);
    assert_ptr_not_equal(first, other);
    snmp_keys_release(&ring, first);
    assert_int_equal(second->holders, 1);
    snmp_keys_release(&ring, second);
    assert_ptr_equal(ring, other);
    snmp_keys_release(&ring, other);
    assert_null(ring);
    snmp_keys_release(&ring, NULL);
}

static void credentials_hold_together(void **state) {
    (void)state;
    struct snmp_keys *ring = NULL, *keys;
    struct snmp_credentials credentials = credentials_of(SNMP_AUTH_NONE, SNMP_PRIVACY_DES);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &keys), ERROR_ARGUMENT);
    credentials = credentials_of(SNMP_AUTH_MD5, SNMP_PRIVACY_NONE);
    credentials.auth_passphrase = NULL;
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &keys), ERROR_ARGUMENT);
    credentials.auth_passphrase = (char *)"1234567";
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &keys), ERROR_ARGUMENT);
    credentials = credentials_of(SNMP_AUTH_NONE, SNMP_PRIVACY_NONE);
    credentials.user = NULL;
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &keys), ERROR_ARGUMENT);
    assert_null(ring);
}

static void every_protocol_makes_a_user(void **state) {
    (void)state;
    static const uint8_t id[] = "\x80\0\x1f\x88\x04test";
    struct snmp_keys *ring = NULL;
    for (enum snmp_auth auth = SNMP_AUTH_MD5; auth <= SNMP_AUTH_SHA512; auth++)
        for (enum snmp_privacy privacy = SNMP_PRIVACY_NONE; privacy <= SNMP_PRIVACY_AES256_C; privacy++) {
            const struct snmp_credentials credentials = credentials_of(auth, privacy);
            struct snmp_engine engine = {0};
            assert_int_equal(snmp_keys_hold(&ring, &credentials, &engine.keys), ERROR_NONE);
            assert_int_equal(snmp_engine_meet(&engine, id, sizeof id - 1), ERROR_NONE);
            assert_non_null(engine.user);
            snmp_engine_forget(&engine);
            assert_null(engine.user);
            snmp_keys_release(&ring, engine.keys);
        }
}

static void clocks_of_clones_are_kept_apart(void **state) {
    (void)state;
    static const uint8_t id[] = "\x80\0\x1f\x88\x04twin";
    const struct snmp_credentials credentials = credentials_of(SNMP_AUTH_MD5, SNMP_PRIVACY_NONE);
    struct snmp_keys *ring = NULL;
    struct snmp_engine one = {0}, two = {0};
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &one.keys), ERROR_NONE);
    assert_int_equal(snmp_keys_hold(&ring, &credentials, &two.keys), ERROR_NONE);
    assert_int_equal(snmp_engine_meet(&one, id, sizeof id - 1), ERROR_NONE);
    one.boots = 7, one.time = 1000, one.heard = -5, one.authentic = true;
    snmp_engine_lend(&one);
    snmp_engine_take_back(&one);
    snmp_engine_lend(&two); /* empties the tables */
    assert_int_equal(snmp_engine_meet(&two, id, sizeof id - 1), ERROR_NONE);
    assert_int_equal(two.boots, 0);
    assert_int_equal(one.boots, 7);
    assert_int_equal(one.time, 1000);
    assert_int_equal(one.heard, -5);
    assert_true(one.authentic);
    two.boots = 9, two.time = 5, two.heard = -7, two.authentic = false;
    for (int turn = 0; turn < 3; turn++) { /* their place in the table is one, and may go */
        snmp_engine_lend(&one);
        snmp_engine_take_back(&one);
        snmp_engine_lend(&two);
        snmp_engine_take_back(&two);
        if (turn == 1)
            snmp_clocks_empty();
        assert_true(one.boots == 7 && one.time == 1000 && one.heard == -5 && one.authentic);
        assert_true(two.boots == 9 && two.time == 5 && two.heard == -7 && !two.authentic);
    }
    assert_int_equal(snmp_engine_meet(&two, id, 0), ERROR_ARGUMENT);
    assert_null(two.user);
    snmp_engine_forget(&one);
    snmp_keys_release(&ring, one.keys);
    snmp_keys_release(&ring, two.keys);
}

static int start(void **state) {
    (void)state;
    return snmp_usm_start();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_those_of_the_standard),  cmocka_unit_test(keys_are_shared),
        cmocka_unit_test(credentials_hold_together),       cmocka_unit_test(every_protocol_makes_a_user),
        cmocka_unit_test(clocks_of_clones_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
