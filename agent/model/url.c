/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs of devices: snmp://host[:port], modbus://host[:port]/unit, modbus+rtu://host:port/unit,
 * rtu:LINE:BAUD:8N1/unit, replay:FILE. Host names are left as they are; resolving them is the acquisition's.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/config.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

enum { HOST_MOST = 255 };

static const struct {
    const char *scheme, *example;
    enum transport transport;
    uint16_t port; /* 0: there is no usual one */
} schemes[] = {
    {"snmp", "snmp://10.1.2.3", TRANSPORT_SNMP, 161},
    {"modbus", "modbus://10.1.2.3/1", TRANSPORT_MODBUS_TCP, 502},
    {"modbus+rtu", "modbus+rtu://10.1.2.3:4001/1", TRANSPORT_MODBUS_RTU_TCP, 0},
    {"rtu", "rtu:/dev/ttyUSB0:19200:8E1/1", TRANSPORT_MODBUS_SERIAL, 0},
    {"replay", "replay:recording.snmprec", TRANSPORT_REPLAY, 0},
};
enum { N_SCHEMES = sizeof(schemes) / sizeof(schemes[0]) };

static int refuse(char *why, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int refuse(char *why, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, size, format, arguments);
    va_end(arguments);
    return ERROR_ARGUMENT;
}

static int find_scheme(const char *text, size_t *found, char *why, size_t size) {
    const char *colon = strchr(text, ':');
    if (!colon)
        return refuse(why, size,
                      "the protocol is missing: write it like snmp://10.1.2.3 or modbus://10.1.2.3/1");
    char scheme[16];
    snprintf(scheme, sizeof(scheme), "%.*s", (int)(colon - text < 15 ? colon - text : 15), text);
    const char *words[N_SCHEMES];
    for (size_t i = 0; i < N_SCHEMES; i++) {
        words[i] = schemes[i].scheme;
        if (strcmp(scheme, words[i]) == 0) {
            *found = i;
            return 0;
        }
    }
    const char *nearest = text_nearest(scheme, words, N_SCHEMES);
    if (nearest)
        return refuse(why, size, "unknown protocol \"%s\"; did you mean \"%s\"?", scheme, nearest);
    return refuse(why, size, "unknown protocol \"%s\"; known: snmp, modbus, modbus+rtu, rtu, replay", scheme);
}

/* A decimal of at most `most` without sign or blanks; -1 otherwise. */
static int32_t read_small(const char *text, size_t n, int32_t most) {
    if (n == 0 || n > 5 || strspn(text, "0123456789") < n)
        return -1;
    int32_t number = 0;
    for (size_t i = 0; i < n; i++)
        number = number * 10 + (text[i] - '0');
    return number <= most ? number : -1;
}

/* With or without a zone: "fe80::1%eth0". */
static bool is_ipv6(const char *text, size_t n) {
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr binary;
    size_t n_address = 0;
    while (n_address < n && text[n_address] != '%')
        n_address++;
    if (n_address >= sizeof(address))
        return false;
    memcpy(address, text, n_address);
    if (inet_pton(AF_INET6, address, &binary) != 1)
        return false;
    return n_address == n ||
           (n - n_address > 1 && strspn(text + n_address + 1, LETTERS "-._") >= n - n_address - 1);
}

/* Takes the host off the front; *rest is what follows it. */
static int take_host(const char *text, struct device_url *url, const char **rest, char *why, size_t size) {
    bool bracketed = *text == '[';
    const char *host = text + bracketed;
    size_t n = strcspn(host, bracketed ? "]" : ":/");
    if (bracketed && host[n] != ']')
        return refuse(why, size, "the \"]\" that ends the IPv6 address is missing");
    if (n == 0)
        return refuse(why, size, "the host is missing");
    if (n > HOST_MOST)
        return refuse(why, size, "the host has more than %d characters", HOST_MOST);
    if (bracketed ? !is_ipv6(host, n) : strspn(host, LETTERS "-._") < n)
        return refuse(why, size,
                      bracketed ? "there is no IPv6 address in the brackets"
                                : "the host may have letters, digits, \".\", \"-\" and \"_\" only");
    url->host = strndup(host, n);
    *rest = host + n + bracketed;
    if (strchr(*rest, ':') && strchr(strchr(*rest, ':') + 1, ':'))
        return refuse(why, size, "an IPv6 address stands in brackets: [fd00::5]");
    return url->host ? 0 : ERROR_MEMORY;
}

static int take_port(struct device_url *url, const char **rest, const char *example, char *why, size_t size) {
    if (**rest != ':' && url->port == 0)
        return refuse(why, size, "the port is missing: write it after the host, like %s", example);
    if (**rest != ':')
        return 0;
    const char *digits = *rest + 1;
    size_t n = strcspn(digits, "/");
    int32_t port = read_small(digits, n, UINT16_MAX);
    if (port <= 0)
        return refuse(why, size, "the port must be a number between 1 and 65535");
    url->port = (uint16_t)port;
    *rest = digits + n;
    return 0;
}

/* Unit 0 is everybody on a line, and nobody answers; of a device with a connection of its own it is one. */
static int read_unit(const char *text, struct device_url *url, char *why, size_t size) {
    int32_t least = url->transport == TRANSPORT_MODBUS_TCP ? 0 : 1;
    int32_t unit = read_small(text, strlen(text), UINT8_MAX);
    if (unit < least)
        return refuse(why, size, "the Modbus unit must be a number between %d and 255", least);
    url->unit = (uint8_t)unit;
    return 0;
}

static int take_unit(struct device_url *url, const char *rest, const char *example, char *why, size_t size) {
    if (!device_url_is_modbus(url)) {
        if (*rest)
            return refuse(why, size, "nothing may follow the host and port: %s", example);
        return 0;
    }
    if (*rest != '/' || !rest[1])
        return refuse(why, size, "the Modbus unit is missing: write it after the host, like %s", example);
    return read_unit(rest + 1, url, why, size);
}

static int parse_authority(const char *text, const char *example, struct device_url *url, char *why,
                           size_t size) {
    if (strncmp(text, "//", 2) != 0)
        return refuse(why, size, "\"//\" is missing after the protocol: %s", example);
    if (strchr(text, '@'))
        return refuse(why, size,
                      "a URL holds no user and no password: name an entry of \"credentials\" instead");
    const char *rest = NULL;
    int error = take_host(text + 2, url, &rest, why, size);
    if (!error)
        error = take_port(url, &rest, example, why, size);
    if (!error)
        error = take_unit(url, rest, example, why, size);
    return error;
}

static int read_baud(const char *text, size_t n, struct device_url *url, char *why, size_t size) {
    static const struct {
        const char *text;
        uint32_t baud;
    } speeds[] = {{"1200", 1200},   {"2400", 2400},   {"4800", 4800},     {"9600", 9600},    {"19200", 19200},
                  {"38400", 38400}, {"57600", 57600}, {"115200", 115200}, {"230400", 230400}};
    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
        if (strlen(speeds[i].text) == n && strncmp(text, speeds[i].text, n) == 0)
            url->line.baud = speeds[i].baud;
    }
    if (url->line.baud == 0)
        return refuse(why, size,
                      "the speed must be 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400");
    return 0;
}

static int read_format(const char *text, size_t n, struct device_url *url, char *why, size_t size) {
    static const char *const formats[] = {"8N1", "8E1", "8O1", "8N2"};
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (n != 3 || strncmp(text, formats[i], 3) != 0)
            continue;
        url->line.parity = text[1];
        url->line.stop_bits = (uint8_t)(text[2] - '0');
        return 0;
    }
    return refuse(why, size, "the format behind the speed must be 8N1, 8E1, 8O1 or 8N2");
}

/* Of /dev/ttyUSB0:19200:8E1/1. Read from its end: names of lines may have colons. */
static int parse_line(const char *text, const char *example, struct device_url *url, char *why, size_t size) {
    const char *unit = strrchr(text, '/');
    const char *format = unit ? memrchr(text, ':', (size_t)(unit - text)) : NULL;
    const char *baud = format ? memrchr(text, ':', (size_t)(format - text)) : NULL;
    if (!baud || text[0] != '/' || baud - text < 2)
        return refuse(why, size, "write the line, its speed and format, and the Modbus unit: %s", example);
    if (baud - text > HOST_MOST)
        return refuse(why, size, "the line's path has more than %d characters", HOST_MOST);
    int error = read_baud(baud + 1, (size_t)(format - baud - 1), url, why, size);
    if (!error)
        error = read_format(format + 1, (size_t)(unit - format - 1), url, why, size);
    if (!error)
        error = read_unit(unit + 1, url, why, size);
    if (error)
        return error;
    url->host = strndup(text, (size_t)(baud - text));
    return url->host ? 0 : ERROR_MEMORY;
}

static int parse_file(const char *text, const char *example, struct device_url *url, char *why, size_t size) {
    if (!*text)
        return refuse(why, size, "the file is missing: %s", example);
    url->host = strdup(text);
    return url->host ? 0 : ERROR_MEMORY;
}

int device_url_parse(const char *text, struct device_url *url, char *why, size_t size) {
    *url = (struct device_url){0};
    size_t scheme = 0;
    int error = find_scheme(text, &scheme, why, size);
    if (error)
        return error;
    url->transport = schemes[scheme].transport;
    url->port = schemes[scheme].port;
    const char *rest = text + strlen(schemes[scheme].scheme) + 1;
    const char *example = schemes[scheme].example;
    if (url->transport == TRANSPORT_REPLAY)
        error = parse_file(rest, example, url, why, size);
    else if (url->transport == TRANSPORT_MODBUS_SERIAL)
        error = parse_line(rest, example, url, why, size);
    else
        error = parse_authority(rest, example, url, why, size);
    if (error == ERROR_MEMORY)
        snprintf(why, size, "out of memory");
    if (error)
        device_url_done(url);
    return error;
}

bool device_url_is_modbus(const struct device_url *url) {
    return url->transport != TRANSPORT_SNMP && url->transport != TRANSPORT_REPLAY;
}

enum protocol device_url_protocol(const struct device_url *url) {
    static const char registers[] = ".registers";
    size_t size = strlen(url->host), end = sizeof(registers) - 1;
    bool replays =
        url->transport == TRANSPORT_REPLAY && size >= end && strcmp(url->host + size - end, registers) == 0;
    return device_url_is_modbus(url) || replays ? PROTOCOL_MODBUS : PROTOCOL_SNMP;
}

void device_url_done(struct device_url *url) {
    free(url->host);
    *url = (struct device_url){0};
}

void device_url_write_bus(const struct device_url *url, char *text, size_t size) {
    const char *scheme = "";
    for (size_t i = 0; i < N_SCHEMES; i++) {
        if (schemes[i].transport == url->transport)
            scheme = schemes[i].scheme;
    }
    if (url->transport == TRANSPORT_REPLAY || url->transport == TRANSPORT_MODBUS_SERIAL) {
        snprintf(text, size, "%s:%s", scheme, url->host);
        return;
    }
    bool bracketed = strchr(url->host, ':');
    snprintf(text, size, "%s://%s%s%s:%u", scheme, bracketed ? "[" : "", url->host, bracketed ? "]" : "",
             url->port);
}
