/* SPDX-License-Identifier: Apache-2.0 */
/* OASIS, MQTT 5.0: 2.4 (reason codes); MQTT 3.1.1: 3.2.2.3 (return codes). */
#include "base/mqtt_words.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { FIRST_REFUSAL = 0x80 };

const char *mqtt_reason_text(int reason) {
    static const char *const texts[] = {
        [0x00] = "unspecified error",
        [0x01] = "malformed packet",
        [0x02] = "protocol error",
        [0x03] = "implementation specific error",
        [0x04] = "unsupported protocol version",
        [0x05] = "client identifier not valid",
        [0x06] = "bad user name or password",
        [0x07] = "not authorized",
        [0x08] = "server unavailable",
        [0x09] = "server busy",
        [0x0a] = "banned",
        [0x0b] = "server shutting down",
        [0x0c] = "bad authentication method",
        [0x0d] = "keep alive timeout",
        [0x0e] = "another client has connected with this client id",
        [0x0f] = "topic filter invalid",
        [0x10] = "topic name invalid",
        [0x11] = "packet identifier in use",
        [0x12] = "packet identifier not found",
        [0x13] = "receive maximum exceeded",
        [0x14] = "topic alias invalid",
        [0x15] = "packet too large",
        [0x16] = "message rate too high",
        [0x17] = "quota exceeded",
        [0x18] = "administrative action",
        [0x19] = "payload format invalid",
        [0x1a] = "retain not supported",
        [0x1b] = "QoS not supported",
        [0x1c] = "use another server",
        [0x1d] = "server moved",
        [0x1f] = "connection rate exceeded",
        [0x20] = "maximum connect time",
    };
    size_t index = (size_t)reason - FIRST_REFUSAL;
    if (reason < FIRST_REFUSAL)
        return "no reason given";
    return index < sizeof(texts) / sizeof(texts[0]) && texts[index] ? texts[index] : "unknown reason";
}

int mqtt_reason_of_3_1_1(int code) {
    static const int reasons[] = {[1] = 0x84, [2] = 0x85, [3] = 0x88, [4] = 0x86, [5] = 0x87};
    bool is_known = code > 0 && (size_t)code < sizeof(reasons) / sizeof(reasons[0]);
    return is_known ? reasons[code] : FIRST_REFUSAL;
}

void mqtt_explain(char *out, size_t size, const char *what, int reason, const char *words, size_t n) {
    char plain[81];
    struct text text = {0};
    text_add_format(&text, "%s%s (0x%02x)", what, mqtt_reason_text(reason), (unsigned)reason);
    if (n > 0) {
        snprintf(plain, sizeof(plain), "%.*s", (int)(n < sizeof(plain) ? n : sizeof(plain) - 1), words);
        text_add_string(&text, ": \"");
        text_add_printable(&text, plain);
        text_add_char(&text, '"');
    }
    snprintf(out, size, "%s", text.failed ? error_word(ERROR_MEMORY) : text.data);
    text_done(&text);
}

void mqtt_tls_reason(char *out, size_t size, const char *line, size_t n) {
    enum { REASON = 5 }; /* thread:error:code:library:function:reason:file: ... */
    const char *end = line + n;
    for (int field = 0; field < REASON && line < end; line++)
        field += *line == ':';
    const char *colon = line < end ? memchr(line, ':', (size_t)(end - line)) : NULL;
    snprintf(out, size, "%.*s", colon ? (int)(colon - line) : 0, line);
}
