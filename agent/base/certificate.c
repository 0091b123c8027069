/* SPDX-License-Identifier: Apache-2.0 */
#include "base/certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static gnutls_datum_t datum_of(const char *text) {
    return (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)strlen(text)};
}

const char *certificate_judge_pair(const char *certificate, const char *key) {
    gnutls_certificate_credentials_t made;
    const gnutls_datum_t shown = datum_of(certificate), secret = datum_of(key);
    int error = gnutls_certificate_allocate_credentials(&made);
    if (error < 0)
        return gnutls_strerror(error);
    /* That they belong together is looked at in here. */
    error = gnutls_certificate_set_x509_key_mem(made, &shown, &secret, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(made);
    return error < 0 ? gnutls_strerror(error) : NULL;
}

bool certificate_is_authority(const char *authorities) {
    gnutls_certificate_credentials_t made;
    const gnutls_datum_t text = datum_of(authorities);
    if (gnutls_certificate_allocate_credentials(&made) < 0)
        return false;
    int n = gnutls_certificate_set_x509_trust_mem(made, &text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(made);
    return n > 0;
}

bool certificate_of_peer_is_valid(void *session) {
    unsigned trouble = 0;
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (void *)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
    return gnutls_certificate_verify_peers(session, &purpose, 1, &trouble) == GNUTLS_E_SUCCESS &&
           trouble == 0;
}
