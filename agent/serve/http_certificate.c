/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

bool http_certificate_is_valid(void *session) {
    unsigned trouble = 0;
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (void *)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
    return gnutls_certificate_verify_peers(session, &purpose, 1, &trouble) == GNUTLS_E_SUCCESS &&
           trouble == 0;
}
