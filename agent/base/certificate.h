/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and keys, as gnutls judges them, by whom who scrapes is served. */
#ifndef HALLWATCH_BASE_CERTIFICATE_H
#define HALLWATCH_BASE_CERTIFICATE_H

#include <stdbool.h>
#include <time.h>

/*
 * What is wrong with a certificate (PEM, with what is between it and its root) and its key, by the names of
 * the settings that they come from; NULL: nothing.
 */
const char *certificate_judge_pair(const char *certificate, const char *key);

/*
 * Whether the key is another one's. False where one of the two cannot be read: whoever is to use them may
 * know more kinds of keys than gnutls.
 */
bool certificate_has_other_key(const char *certificate, const char *key);

/* Until when the first certificate is valid, seconds since 1970; -1: not known. */
time_t certificate_end(const char *certificate);

/* Whether a text (PEM) holds certificates of authorities. */
bool certificate_is_authority(const char *authorities);

/*
 * Whether the peer of a TLS session (gnutls_session_t) has shown one that is signed by the session's
 * authority, is in its time and may be used by a client. libmicrohttpd asks for it and leaves it to us to
 * look.
 */
bool certificate_of_peer_is_valid(void *session);

#endif
