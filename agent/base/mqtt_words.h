/* SPDX-License-Identifier: Apache-2.0 */
/* Why a broker refuses or ends something, in words. Pure. */
#ifndef HALLWATCH_BASE_MQTT_WORDS_H
#define HALLWATCH_BASE_MQTT_WORDS_H

#include <stddef.h>

/* What a reason code of MQTT 5 means. */
const char *mqtt_reason_text(int reason);
/* The reason code for a refusal to connect of MQTT 3.1.1, which has five of its own. */
int mqtt_reason_of_3_1_1(int code);

/* Into `out`: `what`, the reason with its code, and what the broker adds, `n` bytes that may be anything. */
void mqtt_explain(char *out, size_t size, const char *what, int reason, const char *words, size_t n);

/* Into `out`: the reason in one of the `n` byte long lines in which OpenSSL tells its errors; "" without one.
 */
void mqtt_tls_reason(char *out, size_t size, const char *line, size_t n);

#endif
