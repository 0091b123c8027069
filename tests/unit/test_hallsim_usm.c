/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMPv3 of the simulated agents: keys against the examples of RFC 3414 (A.3), every refusal with its report,
 * requests cut off and damaged at every place. (Against net-snmp: tests/e2e/test_hallsim.py.)
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "device_snmp.h"
#include "site.h"

enum { AUTHENTICATED = 1, ENCRYPTED = 2, REPORTABLE = 4, SECURE = AUTHENTICATED | ENCRYPTED };
enum { NOW_S = 1000 };

struct agent {
    struct site site;
    struct device *device;
    struct snmp_access access;
};

static int make_agent(void **state) {
    struct agent *agent = calloc(1, sizeof *agent);
    const char *problem;
    if (agent == NULL)
        return -1;
    *state = agent;
    agent->site.next_address = 0x7f010001;
    if (!site_add_snmp_farm(&agent->site, 1, 30) || !usm_add_user(&agent->site.users, "plain", &problem) ||
        !usm_add_user(&agent->site.users, "secure:SHA-256:authsecret:AES-128:privsecret", &problem) ||
        !usm_add_user(&agent->site.users, "old:MD5:authsecret:DES:privsecret", &problem))
        return -1;
    agent->device = agent->site.devices.list[0];
    agent->device->refresh(agent->device, 1e6);
    agent->access = (struct snmp_access){"public", &agent->site.users, INT64_C(1000000) * NOW_S};
    return 0;
}

static int free_agent(void **state) {
    struct agent *agent = *state;
    site_done(&agent->site);
    free(agent);
    return 0;
}

/* What a manager says; zeroed but for these it asks rightly. */
struct question {
    size_t user;
    uint8_t flags;
    const char *name; /* NULL = the user's */
    int boots_off, time_off;
    bool unknown_engine;
};

/* A GET of sysName. Returns its size. */
static size_t make_request(struct agent *agent, const struct question *question, uint8_t bytes[512]) {
    static const uint8_t zeros[USM_DIGEST_MOST], salt[USM_SALT] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t pdu[] = {0xa0, 25, 2, 1,  5, 2, 1, 0, 2, 1, 0, 48, 14, 48,
                                  12,   6,  8, 43, 6, 1, 2, 1, 1, 5, 0, 5,  0};
    struct usm_engine *engine = &agent->device->engine;
    const struct usm_user *user = &agent->site.users.list[question->user];
    struct usm_keys *keys = usm_engine_keys(engine, &agent->site.users, question->user);
    bool authenticated = question->flags & AUTHENTICATED, encrypted = question->flags & ENCRYPTED;
    const char *name = question->name ? question->name : user->name;
    uint32_t boots = engine->boots + (uint32_t)question->boots_off;
    uint32_t time = NOW_S + (uint32_t)question->time_off;
    struct ber_writer writer = {bytes, bytes + 512};
    uint8_t *outer = ber_begin_long(&writer, BER_SEQUENCE), digest[USM_DIGEST_MOST];
    size_t digest_size = authenticated ? usm_digest_size(user) : 0;
    ber_write_number(&writer, BER_INTEGER, 3);
    uint8_t *header = ber_begin_long(&writer, BER_SEQUENCE);
    ber_write_number(&writer, BER_INTEGER, 77);
    ber_write_number(&writer, BER_INTEGER, 65507);
    ber_write_element(&writer, BER_OCTETS, &question->flags, 1);
    ber_write_number(&writer, BER_INTEGER, 3);
    ber_end_long(&writer, header);
    uint8_t *octets = ber_begin_long(&writer, BER_OCTETS), *security = ber_begin_long(&writer, BER_SEQUENCE);
    ber_write_element(&writer, BER_OCTETS, engine->id, question->unknown_engine ? 0 : engine->id_size);
    ber_write_number(&writer, BER_INTEGER, boots);
    ber_write_number(&writer, BER_INTEGER, time);
    ber_write_element(&writer, BER_OCTETS, name, strlen(name));
    ber_write_element(&writer, BER_OCTETS, zeros, digest_size);
    uint8_t *digest_at = writer.at - digest_size;
    ber_write_element(&writer, BER_OCTETS, salt, encrypted ? USM_SALT : 0);
    ber_end_long(&writer, security);
    ber_end_long(&writer, octets);
    uint8_t *cipher = encrypted ? ber_begin_long(&writer, BER_OCTETS) : NULL;
    uint8_t *scoped = ber_begin_long(&writer, BER_SEQUENCE);
    ber_write_element(&writer, BER_OCTETS, engine->id, engine->id_size);
    ber_write_element(&writer, BER_OCTETS, "", 0);
    ber_write_bytes(&writer, pdu, sizeof pdu);
    ber_end_long(&writer, scoped);
    if (encrypted) {
        while ((size_t)(writer.at - scoped) % usm_block_size(user) != 0)
            ber_write_bytes(&writer, zeros, 1);
        ber_end_long(&writer, cipher);
        assert_true(usm_crypt(user, keys, true, boots, time, salt, scoped, (size_t)(writer.at - scoped)));
    }
    ber_end_long(&writer, outer);
    if (authenticated) {
        assert_true(usm_digest(user, keys, bytes, (size_t)(writer.at - bytes), digest_at, digest));
        memcpy(digest_at, digest, digest_size);
    }
    return (size_t)(writer.at - bytes);
}

/* Flags and PDU tag of an answer that is not encrypted; of a report the number of its usmStats object. */
struct said {
    uint8_t flags, pdu, statistic;
};

static struct said parse_answer(const uint8_t *bytes, size_t size) {
    struct ber_reader at = {bytes, bytes + size}, outer, header, flags, octets, scoped, content;
    struct said said = {0};
    int64_t number;
    uint32_t parts[OID_PARTS_MOST];
    size_t n;
    assert_true(ber_read_tagged(&at, BER_SEQUENCE, &outer) && at.at == at.end);
    assert_true(ber_read_integer(&outer, &number) && number == 3);
    assert_true(ber_read_tagged(&outer, BER_SEQUENCE, &header) && ber_read_integer(&header, &number));
    assert_true(ber_read_integer(&header, &number) && ber_read_tagged(&header, BER_OCTETS, &flags));
    said.flags = *flags.at;
    assert_true(ber_read_tagged(&outer, BER_OCTETS, &octets));
    if (said.flags & ENCRYPTED)
        return said;
    assert_true(ber_read_tagged(&outer, BER_SEQUENCE, &scoped) && outer.at == outer.end);
    assert_true(ber_read_tagged(&scoped, BER_OCTETS, &content) &&
                ber_read_tagged(&scoped, BER_OCTETS, &content));
    assert_true(ber_read(&scoped, &said.pdu, &content));
    for (unsigned i = 0; i < 3; i++)
        assert_true(ber_read_integer(&content, &number));
    struct ber_reader varbinds, varbind, name = {0};
    assert_true(ber_read_tagged(&content, BER_SEQUENCE, &varbinds) &&
                ber_read_tagged(&varbinds, BER_SEQUENCE, &varbind) &&
                ber_read_tagged(&varbind, BER_OID, &name));
    assert_true(ber_decode_oid(name, parts, &n));
    said.statistic = said.pdu == 0xa8 ? (uint8_t)parts[9] : 0;
    return said;
}

static void each_refusal_has_its_report(void **state) {
    static const struct {
        struct question question;
        struct said said;
    } cases[] = {
        {{0, REPORTABLE, NULL, 0, 0, false}, {0, 0xa2, 0}},
        {{1, REPORTABLE | AUTHENTICATED, NULL, 0, 100, false}, {AUTHENTICATED, 0xa2, 0}},
        {{1, REPORTABLE | SECURE, NULL, 0, -100, false}, {SECURE, 0, 0}},
        {{2, REPORTABLE | SECURE, NULL, 0, 0, false}, {SECURE, 0, 0}},
        {{0, REPORTABLE, NULL, 0, 0, true}, {0, 0xa8, 4}},
        {{0, REPORTABLE, "nobody", 0, 0, false}, {0, 0xa8, 3}},
        {{1, REPORTABLE | SECURE, "plain", 0, 0, false}, {0, 0xa8, 1}},
        {{1, REPORTABLE | ENCRYPTED, NULL, 0, 0, false}, {0, 0xa8, 1}},
        {{1, REPORTABLE | AUTHENTICATED, "old", 0, 0, false}, {0, 0xa8, 5}},
        {{1, REPORTABLE | AUTHENTICATED, NULL, 0, 151, false}, {AUTHENTICATED, 0xa8, 2}},
        {{1, REPORTABLE | SECURE, NULL, -1, 0, false}, {AUTHENTICATED, 0xa8, 2}},
    };
    struct agent *agent = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t request[512], answer[SNMP_ANSWER_MOST];
        struct question question = cases[i].question;
        size_t size = make_request(agent, &question, request);
        size_t answer_size = device_snmp_answer(agent->device, &agent->access, request, size, answer);
        struct said said = parse_answer(answer, answer_size);
        assert_memory_equal(&said, &cases[i].said, sizeof said);
        question.flags &= (uint8_t)~REPORTABLE;
        size = make_request(agent, &question, request);
        answer_size = device_snmp_answer(agent->device, &agent->access, request, size, answer);
        assert_int_equal(answer_size > 0, cases[i].said.pdu != 0xa8);
    }
}

static void damaged_requests_do_no_harm(void **state) {
    static const struct question questions[] = {{.flags = REPORTABLE},
                                                {.user = 1, .flags = REPORTABLE | SECURE},
                                                {.user = 2, .flags = REPORTABLE | SECURE}};
    struct agent *agent = *state;
    uint8_t request[512], answer[SNMP_ANSWER_MOST];
    for (unsigned i = 0; i < 3; i++) {
        size_t whole = make_request(agent, &questions[i], request);
        for (size_t size = 0; size < whole; size++) {
            uint8_t *copy = malloc(size + !size); /* of its own size: the sanitizer sees a read beyond */
            assert_non_null(copy);
            memcpy(copy, request, size);
            assert_int_equal(device_snmp_answer(agent->device, &agent->access, copy, size, answer), 0);
            free(copy);
        }
        for (size_t at = 0; at < whole; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                uint8_t *copy = malloc(whole);
                assert_non_null(copy);
                memcpy(copy, request, whole);
                copy[at] ^= (uint8_t)(1 << bit);
                size_t size = device_snmp_answer(agent->device, &agent->access, copy, whole, answer);
                if (questions[i].user > 0 && size > 0) { /* damage is seen: nobody gets what he asked for */
                    struct said said = parse_answer(answer, size);
                    assert_int_equal(said.pdu, 0xa8);
                }
                free(copy);
            }
    }
}

static void an_engine_that_changes_forgets_its_keys(void **state) {
    struct agent *agent = *state;
    struct usm_engine *engine = &agent->device->engine;
    const struct question question = {.user = 1, .flags = REPORTABLE | SECURE};
    uint8_t request[512], answer[SNMP_ANSWER_MOST];
    size_t size = make_request(agent, &question, request);
    usm_engine_begin(engine, 0x01020304, 3, 0);
    static const uint8_t id[] = {0x80, 0, 1, 0x3e, 1, 1, 2, 3, 4};
    assert_int_equal(engine->id_size, sizeof id);
    assert_memory_equal(engine->id, id, sizeof id);
    struct said said =
        parse_answer(answer, device_snmp_answer(agent->device, &agent->access, request, size, answer));
    assert_int_equal(said.statistic, 4);
    size = make_request(agent, &question, request);
    said = parse_answer(answer, device_snmp_answer(agent->device, &agent->access, request, size, answer));
    assert_int_equal(said.flags, SECURE);
}

static void users_that_make_no_sense_are_refused(void **state) {
    static const char *const wrong[] = {"",
                                        ":SHA-256:authsecret",
                                        "u:SHA-257:authsecret",
                                        "u:SHA-256",
                                        "u:SHA-256:short",
                                        "u:SHA-256:authsecret:AES",
                                        "u:SHA-256:authsecret:AES-128",
                                        "u:SHA-256:authsecret:AES-128:privsecret:more"};
    (void)state;
    struct usm_users users = {.n = 0};
    const char *problem;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(usm_add_user(&users, wrong[i], &problem));
    assert_true(usm_add_user(&users, "u:SHA-256:authsecret", &problem));
    assert_true(usm_add_user(&users, "u:MD5:othersecret", &problem));
    assert_int_equal(users.n, 1);
    assert_string_equal(usm_auth_name(&users.list[0]), "MD5");
    assert_true(usm_add_user(&users, "maplesyrup:MD5:maplesyrup", &problem));
    static const uint8_t key[] = {0x9f, 0xaf, 0x32, 0x83, 0x88, 0x4e, 0x92, 0x83,
                                  0x4e, 0xbc, 0x98, 0x47, 0xd8, 0xed, 0xd9, 0x63}; /* RFC 3414, A.3.1 */
    assert_memory_equal(users.list[1].auth_key, key, sizeof key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_has_its_report),
        cmocka_unit_test(damaged_requests_do_no_harm),
        cmocka_unit_test(an_engine_that_changes_forgets_its_keys),
        cmocka_unit_test(users_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, make_agent, free_agent);
}
