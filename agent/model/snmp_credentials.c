/* SPDX-License-Identifier: Apache-2.0 */
/* The words of SNMP credentials, and their end. */
#include "model/snmp_credentials.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/secret.h"

const char *const snmp_version_words[] = {"1", "2c", "3", NULL};
const char *const snmp_auth_words[] = {"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", NULL};
const char *const snmp_privacy_words[] = {"DES",       "AES-128",   "AES-192", "AES-256",
                                          "AES-192-C", "AES-256-C", NULL};

const struct snmp_credentials snmp_credentials_public = {.version = SNMP_V2C, .community = (char *)"public"};

static bool is_same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool snmp_credentials_equal(const struct snmp_credentials *a, const struct snmp_credentials *b) {
    return a->version == b->version && a->auth == b->auth && a->privacy == b->privacy &&
           is_same_text(a->community, b->community) && is_same_text(a->user, b->user) &&
           is_same_text(a->context, b->context) && is_same_text(a->auth_passphrase, b->auth_passphrase) &&
           is_same_text(a->privacy_passphrase, b->privacy_passphrase);
}

void snmp_credentials_done(struct snmp_credentials *credentials) {
    secret_free(credentials->community);
    free(credentials->user);
    free(credentials->context);
    secret_free(credentials->auth_passphrase);
    secret_free(credentials->privacy_passphrase);
    *credentials = (struct snmp_credentials){0};
}
