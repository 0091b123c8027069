/* SPDX-License-Identifier: Apache-2.0 */
/* device_url_*: what a URL means, and what is said of one that means nothing. */
#include "check.h"

#include <stdio.h>
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
    check_url("modbus+rtu://10.0.0.6:4001/255", TRANSPORT_MODBUS_RTU_TCP, "10.0.0.6", 4001, 255,
              "modbus+rtu://10.0.0.6:4001");
    check_url("modbus+rtu://[::1]:4001/1", TRANSPORT_MODBUS_RTU_TCP, "::1", 4001, 1,
              "modbus+rtu://[::1]:4001");
    check_url("replay:a b/랙.snmprec", TRANSPORT_REPLAY, "a b/랙.snmprec", 0, 0, "replay:a b/랙.snmprec");
}

static void check_line(const char *text, const char *line, uint32_t baud, char parity, unsigned stop_bits,
                       unsigned unit) {
    struct device_url url;
    char why[256] = "", written[300], bus[300];
    assert_int_equal(device_url_parse(text, &url, why, sizeof(why)), 0);
    assert_int_equal(url.transport, TRANSPORT_MODBUS_SERIAL);
    assert_true(device_url_is_modbus(&url));
    assert_string_equal(url.host, line);
    assert_int_equal(url.line.baud, baud);
    assert_int_equal(url.line.parity, parity);
    assert_int_equal(url.line.stop_bits, stop_bits);
    assert_int_equal(url.unit, unit);
    device_url_write_bus(&url, written, sizeof(written));
    snprintf(bus, sizeof(bus), "rtu:%s", line);
    assert_string_equal(written, bus);
    device_url_done(&url);
}

static void lines_are_understood(void **state) {
    (void)state;
    check_line("rtu:/dev/ttyUSB0:19200:8N1/1", "/dev/ttyUSB0", 19200, 'N', 1, 1);
    check_line("rtu:/dev/ttyS1:9600:8E1/255", "/dev/ttyS1", 9600, 'E', 1, 255);
    check_line("rtu:/dev/pts/3:115200:8O1/248", "/dev/pts/3", 115200, 'O', 1, 248);
    /* As udev names them: with colons. */
    check_line("rtu:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:1200:8N2/7",
               "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0", 1200, 'N', 2, 7);
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
        {"http://10.0.0.5", "unknown protocol \"http\"; known: snmp, modbus, modbus+rtu, rtu, replay"},
        {"a-very-long-scheme-that-is-none://x",
         "unknown protocol \"a-very-long-sch\"; known: snmp, modbus, modbus+rtu, rtu, replay"},
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
        {"modbus+rtu://10.0.0.6/1",
         "the port is missing: write it after the host, like modbus+rtu://10.1.2.3:4001/1"},
        {"modbus+rtu://10.0.0.6:4001",
         "the Modbus unit is missing: write it after the host, like modbus+rtu://10.1.2.3:4001/1"},
        {"modbus+rtu://10.0.0.6:4001/0", "the Modbus unit must be a number between 1 and 255"},
        {"rtu:", "write the line, its speed and format, and the Modbus unit: rtu:/dev/ttyUSB0:19200:8E1/1"},
        {"rtu:/dev/ttyUSB0",
         "write the line, its speed and format, and the Modbus unit: rtu:/dev/ttyUSB0:19200:8E1/1"},
        {"rtu:/dev/ttyUSB0:19200/1",
         "write the line, its speed and format, and the Modbus unit: rtu:/dev/ttyUSB0:19200:8E1/1"},
        {"rtu:ttyUSB0:19200:8E1/1",
         "write the line, its speed and format, and the Modbus unit: rtu:/dev/ttyUSB0:19200:8E1/1"},
        {"rtu:/:19200:8E1/1",
         "write the line, its speed and format, and the Modbus unit: rtu:/dev/ttyUSB0:19200:8E1/1"},
        {"rtu:/dev/ttyUSB0:19201:8E1/1",
         "the speed must be 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400"},
        {"rtu:/dev/ttyUSB0:19200:7E1/1", "the format behind the speed must be 8N1, 8E1, 8O1 or 8N2"},
        {"rtu:/dev/ttyUSB0:19200:8E2/1", "the format behind the speed must be 8N1, 8E1, 8O1 or 8N2"},
        {"rtu:/dev/ttyUSB0:19200:8E1/0", "the Modbus unit must be a number between 1 and 255"},
        {"rtu:/dev/ttyUSB0:19200:8E1/", "the Modbus unit must be a number between 1 and 255"},
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
        cmocka_unit_test(lines_are_understood),
        cmocka_unit_test(wrong_urls_are_explained),
        cmocka_unit_test(long_hosts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
