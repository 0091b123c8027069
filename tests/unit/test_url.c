/* SPDX-License-Identifier: Apache-2.0 */
/* device_url_*: what a URL means, and what is said of one that means nothing. */
#include "check.h"

#include <string.h>

#include "base/error.h"
#include "model/config.h"

static void check_url(const char *text, enum transport transport, const char *host, unsigned port,
                      unsigned unit, const char *bus) {
    struct device_url url;
    char why[256] = "", written[300];
    assert_int_equal(device_url_parse(text, &url, why, sizeof(why)), 0);
    assert_string_equal(why, "");
    assert_int_equal(url.transport, transport);
    assert_string_equal(url.host, host);
    assert_int_equal(url.port, port);
    assert_int_equal(url.unit, unit);
    device_url_write_bus(&url, written, sizeof(written));
    assert_string_equal(written, bus);
    device_url_done(&url);
    assert_null(url.host);
}

static void urls_are_understood(void **state) {
    (void)state;
    check_url("snmp://10.0.0.5", TRANSPORT_SNMP, "10.0.0.5", 161, 0, "snmp://10.0.0.5:161");
    check_url("snmp://pdu-a1.hall:1161", TRANSPORT_SNMP, "pdu-a1.hall", 1161, 0, "snmp://pdu-a1.hall:1161");
    check_url("snmp://[fd00::5]", TRANSPORT_SNMP, "fd00::5", 161, 0, "snmp://[fd00::5]:161");
    check_url("snmp://[fe80::1%eth0]:1161", TRANSPORT_SNMP, "fe80::1%eth0", 1161, 0,
              "snmp://[fe80::1%eth0]:1161");
    check_url("modbus://10.0.0.6/1", TRANSPORT_MODBUS_TCP, "10.0.0.6", 502, 1, "modbus://10.0.0.6:502");
    check_url("modbus://10.0.0.6:5020/248", TRANSPORT_MODBUS_TCP, "10.0.0.6", 5020, 248,
              "modbus://10.0.0.6:5020");
    check_url("modbus://[::1]:5020/0", TRANSPORT_MODBUS_TCP, "::1", 5020, 0, "modbus://[::1]:5020");
    check_url("replay:a b/랙.snmprec", TRANSPORT_REPLAY, "a b/랙.snmprec", 0, 0, "replay:a b/랙.snmprec");
}

static void wrong_urls_are_explained(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the protocol is missing: write it like snmp://10.1.2.3 or modbus://10.1.2.3/1"},
        {"10.0.0.5", "the protocol is missing: write it like snmp://10.1.2.3 or modbus://10.1.2.3/1"},
        {"snpm://10.0.0.5", "unknown protocol \"snpm\"; did you mean \"snmp\"?"},
        {"Modbus://10.0.0.5/1", "unknown protocol \"Modbus\"; did you mean \"modbus\"?"},
        {"http://10.0.0.5", "unknown protocol \"http\"; known: snmp, modbus, replay"},
        {"a-very-long-scheme-that-is-none://x",
         "unknown protocol \"a-very-long-sch\"; known: snmp, modbus, replay"},
        {"snmp:10.0.0.5", "\"//\" is missing after the protocol: snmp://10.1.2.3"},
        {"snmp://", "the host is missing"},
        {"snmp://:161", "the host is missing"},
        {"snmp://public@10.0.0.5",
         "a URL holds no user and no password: name an entry of \"credentials\" instead"},
        {"snmp://10.0.0.5:0", "the port must be a number between 1 and 65535"},
        {"snmp://10.0.0.5:", "the port must be a number between 1 and 65535"},
        {"snmp://10.0.0.5:65536", "the port must be a number between 1 and 65535"},
        {"snmp://10.0.0.5:+161", "the port must be a number between 1 and 65535"},
        {"snmp://10.0.0.5:999999999999", "the port must be a number between 1 and 65535"},
        {"snmp://10.0.0.5/", "nothing may follow the host and port: snmp://10.1.2.3"},
        {"snmp://10.0 .0.5", "the host may have letters, digits, \".\", \"-\" and \"_\" only"},
        {"snmp://랙", "the host may have letters, digits, \".\", \"-\" and \"_\" only"},
        {"snmp://fd00::5", "an IPv6 address stands in brackets: [fd00::5]"},
        {"snmp://[fd00::5", "the \"]\" that ends the IPv6 address is missing"},
        {"snmp://[]", "the host is missing"},
        {"snmp://[10.0.0.5]", "there is no IPv6 address in the brackets"},
        {"snmp://[fd00::zz]", "there is no IPv6 address in the brackets"},
        {"snmp://[fe80::1%]", "there is no IPv6 address in the brackets"},
        {"snmp://[fd00::5]x", "nothing may follow the host and port: snmp://10.1.2.3"},
        {"modbus://10.0.0.6",
         "the Modbus unit is missing: write it after the host, like modbus://10.1.2.3/1"},
        {"modbus://10.0.0.6/",
         "the Modbus unit is missing: write it after the host, like modbus://10.1.2.3/1"},
        {"modbus://10.0.0.6/256", "the Modbus unit must be a number between 0 and 255"},
        {"modbus://10.0.0.6/1/2", "the Modbus unit must be a number between 0 and 255"},
        {"modbus://10.0.0.6/-1", "the Modbus unit must be a number between 0 and 255"},
        {"replay:", "the file is missing: replay:recording.snmprec"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct device_url url;
        char why[256] = "";
        assert_int_equal(device_url_parse(cases[i].text, &url, why, sizeof(why)), ERROR_ARGUMENT);
        assert_string_equal(why, cases[i].why);
        assert_null(url.host);
    }
}

static void long_hosts_are_refused(void **state) {
    (void)state;
    char text[400] = "snmp://", why[256] = "";
    memset(text + 7, 'a', 256);
    struct device_url url;
    assert_int_equal(device_url_parse(text, &url, why, sizeof(why)), ERROR_ARGUMENT);
    assert_string_equal(why, "the host has more than 255 characters");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_understood),
        cmocka_unit_test(wrong_urls_are_explained),
        cmocka_unit_test(long_hosts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
