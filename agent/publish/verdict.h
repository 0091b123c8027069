/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiver means by its answer, over HTTP or MQTT. Pure. */
#ifndef HALLWATCH_PUBLISH_VERDICT_H
#define HALLWATCH_PUBLISH_VERDICT_H

enum verdict_kind {
    VERDICT_ACCEPTED,
    VERDICT_LATER,   /* it cannot take anything now: no connection, silence, 429, 502, 503, 504, 507 */
    VERDICT_FAULT,   /* 500 and its like: a fault that may lie in what we sent */
    VERDICT_DENIED,  /* it takes nothing from us: credentials, path, a redirect */
    VERDICT_REFUSED, /* something in the request is wrong */
    VERDICT_TOO_OLD, /* something in the request comes too late, or out of order */
};

/* `error` of http_client_post and, where it is 0, status and beginning of the body. */
enum verdict_kind verdict_of(int error, int status, const char *text);

/*
 * The reason code with which an MQTT 5 broker refuses a message. DENIED: its topic is not ours, or none is.
 * Not ACCEPTED.
 */
enum verdict_kind verdict_of_mqtt(int reason);

#endif
