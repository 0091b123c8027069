/* SPDX-License-Identifier: Apache-2.0 */
#include "base/certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

enum { DIGEST_MOST = 64 };

static gnutls_datum_t datum_of(const char *text) {
    return (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)strlen(text)};
}

/* The first of a text in PEM form, all of which can be read; NULL: there is none. */
static gnutls_x509_crt_t read_certificate(const char *text) {
    gnutls_x509_crt_t *all = NULL, first = NULL;
    const gnutls_datum_t datum = datum_of(text);
    unsigned n = 0;
    if (gnutls_x509_crt_list_import2(&all, &n, &datum, GNUTLS_X509_FMT_PEM, 0) < 0)
        return NULL;
    for (unsigned i = 1; i < n; i++)
        gnutls_x509_crt_deinit(all[i]);
    if (n > 0)
        first = all[0];
    gnutls_free(all);
    return first;
}

static gnutls_x509_privkey_t read_key(const char *text) {
    gnutls_x509_privkey_t made;
    const gnutls_datum_t datum = datum_of(text);
    if (gnutls_x509_privkey_init(&made) < 0)
        return NULL;
    if (gnutls_x509_privkey_import2(made, &datum, GNUTLS_X509_FMT_PEM, NULL, 0) >= 0)
        return made;
    gnutls_x509_privkey_deinit(made);
    return NULL;
}

/* By the digests of their public keys: what takes them as credentials does not compare keys of every kind. */
static bool belong_together(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key) {
    unsigned char of_certificate[DIGEST_MOST], of_key[DIGEST_MOST];
    size_t size = sizeof(of_certificate), key_size = sizeof(of_key);
    return gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, of_certificate, &size) >= 0 &&
           gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) >= 0 &&
           size == key_size && memcmp(of_certificate, of_key, size) == 0;
}

/* With all that the text holds between the certificate and its root. It leaks where one of those is broken.
 */
static bool can_be_shown(const char *certificate, const char *key) {
    gnutls_certificate_credentials_t made;
    const gnutls_datum_t shown = datum_of(certificate), secret = datum_of(key);
    if (gnutls_certificate_allocate_credentials(&made) < 0)
        return false;
    int error = gnutls_certificate_set_x509_key_mem(made, &shown, &secret, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(made);
    return error >= 0;
}

const char *certificate_judge_pair(const char *certificate, const char *key) {
    const char *why = NULL;
    gnutls_x509_crt_t shown = read_certificate(certificate);
    gnutls_x509_privkey_t secret = read_key(key);
    if (!shown)
        why = "certificate_file holds no certificate, or a broken one";
    else if (!secret)
        why = "key_file holds no private key";
    else if (!belong_together(shown, secret))
        why = "key_file is not the key of certificate_file";
    else if (!can_be_shown(certificate, key))
        why = "certificate_file cannot be used";
    if (shown)
        gnutls_x509_crt_deinit(shown);
    if (secret)
        gnutls_x509_privkey_deinit(secret);
    return why;
}

bool certificate_has_other_key(const char *certificate, const char *key) {
    gnutls_x509_crt_t shown = read_certificate(certificate);
    gnutls_x509_privkey_t secret = read_key(key);
    bool is_other = shown && secret && !belong_together(shown, secret);
    if (shown)
        gnutls_x509_crt_deinit(shown);
    if (secret)
        gnutls_x509_privkey_deinit(secret);
    return is_other;
}

time_t certificate_end(const char *certificate) {
    gnutls_x509_crt_t made = read_certificate(certificate);
    time_t end = made ? gnutls_x509_crt_get_expiration_time(made) : (time_t)-1;
    if (made)
        gnutls_x509_crt_deinit(made);
    return end;
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
