/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognition, over drivers and devices that are made up: what wins over what, how few requests it costs, and
 * that nothing is chosen where it is not sure. Devices are recordings, answered as agents and units do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/codec_modbus.h"
#include "acquire/identify.h"
#include "acquire/oid.h"
#include "acquire/recording.h"
#include "check.h"

/* --- the drivers, instead of the agent's */

#define SNMP_DRIVER(text, ...)                                                                               \
    { .name = (text), .title = (text), .protocol = PROTOCOL_SNMP, __VA_ARGS__ }
#define MODBUS_DRIVER(text, ...)                                                                             \
    { .name = (text), .title = (text), .protocol = PROTOCOL_MODBUS, __VA_ARGS__ }

static const struct driver pdu = SNMP_DRIVER(
    "pdu", .recognition = {{.sys_object_id = "1.3.6.1.4.1.111.3", .probe = "1.3.6.1.4.1.111.26"}});
static const struct driver ups = SNMP_DRIVER(
    "ups", .recognition = {{.sys_object_id = "1.3.6.1.4.1.111.3", .probe = "1.3.6.1.4.1.111.1.1.0"}});
static const struct driver air =
    SNMP_DRIVER("air", .recognition = {{.sys_object_id = "1.3.6.1.4.1.111.3.14"}});
static const struct driver wonder = SNMP_DRIVER(
    "wonder", .recognition = {{.sys_object_id = "1.3.6.1.4.1.8072.3.2.10", .sys_descr = "*Wonder*"},
                              {.probe = "1.3.6.1.4.1.222.1"}});
static const struct driver standard = SNMP_DRIVER(
    "standard", .recognition = {{.sys_object_id = "1.3.6.1.2.1.33"}, {.probe = "1.3.6.1.2.1.33.1"}});
/* As many others as make probes go into more than one request. */
static const struct driver crowd = SNMP_DRIVER("crowd", .recognition = {{.probe = "1.3.6.1.4.1.301.1"},
                                                                        {.probe = "1.3.6.1.4.1.302.1"},
                                                                        {.probe = "1.3.6.1.4.1.303.1"},
                                                                        {.probe = "1.3.6.1.4.1.304.1"},
                                                                        {.probe = "1.3.6.1.4.1.305.1"},
                                                                        {.probe = "1.3.6.1.4.1.306.1"},
                                                                        {.probe = "1.3.6.1.4.1.307.1"},
                                                                        {.probe = "1.3.6.1.4.1.308.1"}});
static const struct driver crowd_2 = SNMP_DRIVER("crowd_2", .recognition = {{.probe = "1.3.6.1.4.1.311.1"},
                                                                            {.probe = "1.3.6.1.4.1.312.1"},
                                                                            {.probe = "1.3.6.1.4.1.313.1"},
                                                                            {.probe = "1.3.6.1.4.1.314.1"},
                                                                            {.probe = "1.3.6.1.4.1.315.1"},
                                                                            {.probe = "1.3.6.1.4.1.316.1"},
                                                                            {.probe = "1.3.6.1.4.1.317.1"},
                                                                            {.probe = "1.3.6.1.4.1.318.1"}});

static const int64_t bases[] = {40000, 0, 50000};
static const struct driver chain =
    MODBUS_DRIVER("chain", .chain = {.n = 3, .values = bases, .mark = 0x53756e53});
static const struct driver meter = MODBUS_DRIVER(
    "meter", .manufacturer = "ACME", .first_register = 1,
    .recognition = {{.product = "ACME*|M*"}, {.says = {HOLDING_TEXT(50, 4), .pattern = "M5*"}}});
static const struct driver meter_9 =
    MODBUS_DRIVER("meter_9", .manufacturer = "ACME", .recognition = {{.product = "ACME*|M9*"}});
static const struct driver twin = MODBUS_DRIVER("twin", .recognition = {{.product = "*|X1"}});
static const struct driver twin_2 = MODBUS_DRIVER("twin_2", .recognition = {{.product = "*|X1"}});
static const struct driver number =
    MODBUS_DRIVER("number", .recognition = {{.says = {INPUT(7, U16), ANY_OF(47, 48)}}});
static const struct driver quiet = MODBUS_DRIVER("quiet", .manufacturer = "Nobody");

const struct driver *const all_drivers[] = {&air, &chain, &crowd,    &crowd_2, &meter,  &meter_9, &number,
                                            &pdu, &quiet, &standard, &twin,    &twin_2, &ups,     &wonder};
const size_t n_drivers = sizeof(all_drivers) / sizeof(all_drivers[0]);

/* --- a device that is a recording */

struct device {
    struct link link;
    struct recording *recording;
    const struct link_request *request;
    link_done done;
    void *context;
    const struct driver *first;
    bool refuses_many; /* requests for more than one object */
    unsigned silent;   /* bit n: the nth request is lost */
    unsigned asked;
    size_t most_together;
    uint8_t values[256];
    struct varbind varbinds[64];
};

struct outcome {
    bool ended, standard;
    char driver[32], why[700];
    int error;
    size_t n_subtrees;
    char subtree[160]; /* the last */
};

static int device_ask(struct link *link, const struct link_request *request, link_done done, void *context) {
    struct device *device = (struct device *)link;
    assert_null(device->request);
    device->request = request;
    device->done = done;
    device->context = context;
    return 0;
}

static const struct link_kind device_kind = {.ask = device_ask};

static void answer_objects(struct device *device, const struct link_request *request,
                           struct link_answer *answer) {
    if (request->n_oids > device->most_together)
        device->most_together = request->n_oids;
    if (device->refuses_many && request->ask == ASK_BULK && request->n_oids > 1)
        answer->error = ERROR_REFUSED;
    for (size_t i = 0; i < request->n_oids; i++) {
        struct varbind *varbind = &device->varbinds[i];
        bool there = request->ask == ASK_GET ? recording_get(device->recording, request->oids[i], varbind)
                                             : recording_next(device->recording, request->oids[i], varbind);
        if (!there)
            *varbind = (struct varbind){.name = request->oids[i]};
    }
    answer->varbinds = device->varbinds;
    answer->n_varbinds = answer->error == 0 ? request->n_oids : 0;
}

static void answer_registers(struct device *device, const struct link_request *request,
                             struct link_answer *answer) {
    answer->data = device->values;
    answer->size = 2u * request->count;
    if (request->function == MODBUS_IDENTIFICATION)
        answer->data = recording_identity(device->recording, &answer->size);
    else if (!recording_read(device->recording, request->function, request->address, request->count,
                             device->values))
        answer->data = NULL;
    if (answer->data == NULL)
        *answer = (struct link_answer){.error = ERROR_REFUSED};
}

/* Answers until nothing more is asked. */
static void serve(struct device *device) {
    while (device->request != NULL) {
        const struct link_request *request = device->request;
        struct link_answer answer = {0};
        assert_true(device->asked < 100);
        device->request = NULL;
        if (device->silent >> device->asked++ & 1)
            answer.error = ERROR_TIMEOUT;
        else if (request->ask == ASK_REGISTERS)
            answer_registers(device, request, &answer);
        else
            answer_objects(device, request, &answer);
        device->done(device->context, &answer);
    }
}

static void identified(void *context, const struct identify_finding *finding) {
    struct outcome *outcome = context;
    *outcome = (struct outcome){.ended = true,
                                .standard = finding->standard,
                                .error = finding->error,
                                .n_subtrees = finding->n_subtrees};
    if (finding->driver != NULL)
        strcpy(outcome->driver, finding->driver->name);
    if (finding->why != NULL)
        strcpy(outcome->why, finding->why);
    if (finding->n_subtrees > 0)
        strcpy(outcome->subtree, finding->subtrees[finding->n_subtrees - 1]);
}

static void identify_with(struct device *device, const char *text, bool survey, struct outcome *outcome) {
    char why[200];
    bool snmp = strchr(text, '|') != NULL;
    const struct identify_options options = {.protocol = snmp ? PROTOCOL_SNMP : PROTOCOL_MODBUS,
                                             .timeout_ms = 1000,
                                             .first = device->first,
                                             .survey = survey};
    struct identify *identify;
    device->link.kind = &device_kind;
    *outcome = (struct outcome){0};
    assert_int_equal(recording_parse(snmp ? "x.snmprec" : "x.registers", text, strlen(text),
                                     &device->recording, why, sizeof(why)),
                     0);
    assert_int_equal(identify_start(&device->link, &options, identified, outcome, &identify), 0);
    serve(device);
    assert_true(outcome->ended);
    recording_free(device->recording);
}

/* What a recorded device is taken for, and with how many requests. */
static void check(const char *text, const char *driver, unsigned asked) {
    struct device device = {0};
    struct outcome outcome;
    identify_with(&device, text, false, &outcome);
    assert_string_equal(outcome.driver, driver);
    assert_int_equal(outcome.error, driver[0] != 0 ? 0 : ERROR_NOT_FOUND);
    assert_int_equal(device.asked, asked);
}

/* --- SNMP */

#define SYSTEM(oid, descr) "1.3.6.1.2.1.1.1.0|4|" descr "\n1.3.6.1.2.1.1.2.0|6|" oid "\n"

static void test_the_longer_sys_object_id_wins(void **state) {
    (void)state;
    check(SYSTEM("1.3.6.1.4.1.111.3.14.2", "x") "1.3.6.1.4.1.111.26.1.0|2|1\n", "air", 1);
}

static void test_probes_tell_apart_what_shares_a_sys_object_id(void **state) {
    (void)state;
    check(SYSTEM("1.3.6.1.4.1.111.3.2", "x") "1.3.6.1.4.1.111.26.1.0|2|1\n", "pdu", 2);
    check(SYSTEM("1.3.6.1.4.1.111.3.2", "x") "1.3.6.1.4.1.111.1.1.0|2|1\n", "ups", 2);
    /* Another instance than the one it must answer. */
    check(SYSTEM("1.3.6.1.4.1.111.3.2", "x") "1.3.6.1.4.1.111.1.1.5|2|1\n", "", 3);
}

static void test_prefixes_end_at_a_dot(void **state) {
    (void)state;
    check(SYSTEM("1.3.6.1.4.1.111.31", "x") "1.3.6.1.4.1.111.26.1.0|2|1\n", "", 3);
}

static void test_names_that_say_nothing_are_probed(void **state) {
    (void)state;
    static const char *const names[] = {"1.3.6.1.2.1.1.2.0|6|0.0\n", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.222\n",
                                        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n",
                                        "1.3.6.1.2.1.1.3.0|67|1\n"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text), "%s1.3.6.1.4.1.222.1.5.0|2|1\n", names[i]);
        check(text, "wonder", 3);
    }
    check(SYSTEM("1.3.6.1.4.1.8072.3.2.10", "A Wonder card"), "wonder", 1);
}

static void test_a_maker_goes_before_the_standard(void **state) {
    (void)state;
    check(SYSTEM("1.3.6.1.2.1.33", "x") "1.3.6.1.2.1.33.1.1.1.0|4|x\n1.3.6.1.4.1.222.1.5.0|2|1\n", "wonder",
          3);
    check(SYSTEM("1.3.6.1.2.1.33", "x") "1.3.6.1.2.1.33.1.1.1.0|4|x\n", "standard", 3);
    check(SYSTEM("1.3.6.1.4.1.999", "x") "1.3.6.1.2.1.33.1.1.1.0|4|x\n", "standard", 3);
}

static void test_an_unknown_device_costs_few_requests(void **state) {
    (void)state;
    struct device device = {0};
    struct outcome outcome;
    identify_with(&device, SYSTEM("1.3.6.1.4.1.999", "box"), false, &outcome);
    assert_int_equal(device.asked, 3); /* one for the names, two for 18 probes */
    assert_int_equal(device.most_together, 16);
    assert_string_equal(outcome.why, "no driver fits: sysObjectID 1.3.6.1.4.1.999, sysDescr \"box\"");
}

static void test_an_agent_that_refuses_many_is_asked_one_by_one(void **state) {
    (void)state;
    struct device device = {.refuses_many = true};
    struct outcome outcome;
    identify_with(&device, SYSTEM("1.3.6.1.4.1.999", "x") "1.3.6.1.4.1.222.1.5.0|2|1\n", false, &outcome);
    assert_string_equal(outcome.driver, "wonder");
    assert_int_equal(device.most_together, 16);
}

static void test_a_lost_answer_is_asked_for_again_and_chooses_nothing(void **state) {
    (void)state;
    struct device device = {.silent = 2};
    struct outcome outcome;
    const char *text = SYSTEM("1.3.6.1.4.1.111.3", "x") "1.3.6.1.4.1.111.26.1.0|2|1\n";
    identify_with(&device, text, false, &outcome);
    assert_string_equal(outcome.driver, "pdu");
    device = (struct device){.silent = 6};
    identify_with(&device, text, false, &outcome);
    assert_string_equal(outcome.driver, "");
    assert_int_equal(outcome.error, ERROR_TIMEOUT);
}

static void test_a_survey_says_what_an_author_must_know(void **state) {
    (void)state;
    struct device device = {0};
    struct outcome outcome;
    identify_with(
        &device,
        SYSTEM("1.3.6.1.4.1.999", "x") "1.3.6.1.4.1.999.1.1.1.0|2|1\n1.3.6.1.4.1.999.1.1.1.1|2|1\n"
                                       "1.3.6.1.4.1.999.1.2.7.1.1|2|1\n1.3.6.1.4.1.4294967295.1|2|1\n",
        true, &outcome);
    assert_int_equal(outcome.n_subtrees, 3);
    assert_string_equal(outcome.subtree, "1.3.6.1.4.1.4294967295");
    assert_int_equal(outcome.error, ERROR_NOT_FOUND);
    /* Of a device that the standard reads, too. */
    device = (struct device){0};
    identify_with(&device, SYSTEM("0.0", "x") "1.3.6.1.2.1.33.1.1.1.0|4|x\n1.3.6.1.4.1.999.1.2.3.0|2|1\n",
                  true, &outcome);
    assert_true(outcome.standard);
    assert_string_equal(outcome.driver, "standard");
    assert_string_equal(outcome.subtree, "1.3.6.1.4.1.999.1.2.3");
}

/* --- Modbus */

static void test_function_43_chooses_with_one_request(void **state) {
    (void)state;
    check("identity 0 ACME Inc.\nidentity 1 M5510\n", "meter", 1);
    check("identity 0 ACME Inc.\nidentity 1 M9000\n", "meter_9", 1); /* it says more than "M*" */
}

static void test_two_that_fit_as_well_are_named_and_not_chosen(void **state) {
    (void)state;
    struct device device = {0};
    struct outcome outcome;
    identify_with(&device, "identity 0 Other\nidentity 1 X1\nholding 0 1\n", false, &outcome);
    assert_string_equal(outcome.driver, "");
    assert_string_equal(outcome.why,
                        "it does not say what it is; its driver may be chain, number, quiet, twin, twin_2");
    assert_true(device.asked <= 3);
}

static void test_constants_choose_where_function_43_does_not(void **state) {
    (void)state;
    check("holding 49 0x4d35 0x3531 0x3000 0\n", "meter", 3); /* the mark first, then the text */
    check("holding 40000 0x5375 0x6e53 1 66\n", "chain", 2);
    check("identity 0 ACME\nidentity 1 K1\nholding 49 0x4d35 0x3531 0x3000 0\n", "meter", 2);
}

static void test_never_more_than_three_requests(void **state) {
    (void)state;
    struct device device = {0};
    struct outcome outcome;
    identify_with(&device, "input 7 47\n", false, &outcome);
    assert_int_equal(device.asked, 3);
    assert_string_equal(outcome.driver, "");
    assert_int_equal(outcome.error, ERROR_NOT_FOUND);
    /* What was not asked for is not ruled out; what was refused is, and so is a text that is not there. */
    assert_string_equal(outcome.why, "it does not say what it is; its driver may be chain, meter, meter_9, "
                                     "number, quiet, twin, twin_2");
}

static void test_what_is_thought_to_be_right_is_asked_first(void **state) {
    (void)state;
    struct device device = {.first = &number};
    struct outcome outcome;
    identify_with(&device, "input 7 47\n", false, &outcome);
    assert_string_equal(outcome.driver, "number");
    assert_string_equal(outcome.why, "its input register 7 holds what its driver says");
    assert_int_equal(device.asked, 2);
}

static void test_silence_is_no_answer(void **state) {
    (void)state;
    struct device device = {.silent = 7};
    struct outcome outcome;
    identify_with(&device, "holding 0 1\n", false, &outcome);
    assert_int_equal(outcome.error, ERROR_TIMEOUT);
    assert_int_equal(device.asked, 3);
    /* A unit that does not know function 43 may be silent on it. */
    device = (struct device){.silent = 1};
    identify_with(&device, "holding 40000 0x5375 0x6e53\n", false, &outcome);
    assert_string_equal(outcome.driver, "chain");
}

static void test_a_device_that_says_another_name_contradicts(void **state) {
    (void)state;
    static const uint8_t other[] = "K7000\0\0", right[] = "M5100\0\0";
    char why[200] = "";
    struct image *image = image_new();
    assert_false(identify_contradicts(&meter, image, why, sizeof(why)));
    image_put_registers(image, 3, 49, other, 4);
    image_seal(image);
    assert_true(identify_contradicts(&meter, image, why, sizeof(why)));
    assert_string_equal(why, "it calls itself \"K7000\", which is no device of driver meter");
    image_free(image);
    image = image_new();
    image_put_registers(image, 3, 49, right, 4);
    image_seal(image);
    assert_false(identify_contradicts(&meter, image, why, sizeof(why)));
    image_free(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longer_sys_object_id_wins),
        cmocka_unit_test(test_probes_tell_apart_what_shares_a_sys_object_id),
        cmocka_unit_test(test_prefixes_end_at_a_dot),
        cmocka_unit_test(test_names_that_say_nothing_are_probed),
        cmocka_unit_test(test_a_maker_goes_before_the_standard),
        cmocka_unit_test(test_an_unknown_device_costs_few_requests),
        cmocka_unit_test(test_an_agent_that_refuses_many_is_asked_one_by_one),
        cmocka_unit_test(test_a_lost_answer_is_asked_for_again_and_chooses_nothing),
        cmocka_unit_test(test_a_survey_says_what_an_author_must_know),
        cmocka_unit_test(test_function_43_chooses_with_one_request),
        cmocka_unit_test(test_two_that_fit_as_well_are_named_and_not_chosen),
        cmocka_unit_test(test_constants_choose_where_function_43_does_not),
        cmocka_unit_test(test_never_more_than_three_requests),
        cmocka_unit_test(test_what_is_thought_to_be_right_is_asked_first),
        cmocka_unit_test(test_silence_is_no_answer),
        cmocka_unit_test(test_a_device_that_says_another_name_contradicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
