/* SPDX-License-Identifier: Apache-2.0 */
/* The words of SNMP credentials, and their end. */
#include "model/snmp_credentials.h"

#include <stddef.h>
#include <stdlib.h>

#include "model/secret.h"

const char *const snmp_version_words[] = {"1", "2c", "3", NULL};
const char *const snmp_auth_words[] = {"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", NULL};
const char *const snmp_privacy_words[] = {"DES",       "AES-128",   "AES-192", "AES-256",
                                          "AES-192-C", "AES-256-C", NULL};

const struct snmp_credentials snmp_credentials_public = {.version = SNMP_V2C, .community = (char *)"public"};

void snmp_credentials_done(struct snmp_credentials *credentials) {
    secret_free(credentials->community);
    free(credentials->user);
    free(credentials->context);
    secret_free(credentials->auth_passphrase);
    secret_free(credentials->privacy_passphrase);
    *credentials = (struct snmp_credentials){0};
}
