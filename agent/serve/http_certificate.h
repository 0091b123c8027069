/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate that a client shows: the server's library asks for it and leaves it to us to look. */
#ifndef HALLWATCH_SERVE_HTTP_CERTIFICATE_H
#define HALLWATCH_SERVE_HTTP_CERTIFICATE_H

#include <stdbool.h>

/*
 * Whether the peer of a TLS session (gnutls_session_t) has shown one that is signed by the session's
 * authority, is in its time and may be used by a client.
 */
bool http_certificate_is_valid(void *session);

#endif
