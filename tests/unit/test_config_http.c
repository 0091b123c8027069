/* SPDX-License-Identifier: Apache-2.0 */
/* The section `http`: its defaults, its mistakes with their places, and what is a change of it. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "model/config.h"
#include "model/config_changes.h"
#include "tests/unit/pem.h"

static char folder[] = "/tmp/hallwatch-XXXXXX";

static void write_file(const char *name, const char *content) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    chmod(path, 0600);
}

static int make_folder(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("tls.crt", pem_certificate);
    write_file("old.crt", pem_expired);
    write_file("tls.key", pem_key);
    write_file("other.key", pem_other_key);
    char chain[2048];
    snprintf(chain, sizeof(chain), "%s-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
             pem_certificate);
    write_file("chain.crt", chain);
    write_file("broken.key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
    write_file("broken.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    write_file("token", "s3cret\n");
    write_file("blank", "two words\n");
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"chain.crt", "blank",     "broken.key", "old.crt", "tls.crt",
                                        "tls.key",   "other.key", "broken.crt", "token",   "hallwatch.yaml"};
    char path[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

/* What is written of it is said; NULL where it cannot be loaded. */
static struct site_config *load(const char *http, char **said) {
    char path[256], content[1024];
    size_t size = 0;
    struct site_config *config = NULL;
    snprintf(content, sizeof(content),
             "site: dc1\ndevices: [{name: a, url: \"replay:x\", driver: apc_rpdu2}]\n%s", http);
    write_file("hallwatch.yaml", content);
    snprintf(path, sizeof(path), "%s/hallwatch.yaml", folder);
    FILE *errors = open_memstream(said, &size);
    assert_non_null(errors);
    config_load(path, NULL, errors, &config);
    fclose(errors);
    return config;
}

static struct site_config *load_right(const char *http) {
    char *said = NULL;
    struct site_config *config = load(http, &said);
    assert_string_equal(said, "");
    free(said);
    return config;
}

#define TLS "certificate_file: tls.crt, key_file: tls.key"

static void nothing_is_served_unless_it_is_asked_for(void **state) {
    (void)state;
    struct site_config *none = load_right(""), *empty = load_right("http: {}\n");
    assert_null(none->http);
    assert_int_equal(empty->http->n_listens, 1);
    assert_string_equal(empty->http->listens[0].text, "127.0.0.1:9746");
    assert_true(empty->http->listens[0].is_loopback);
    assert_null(empty->http->token);
    config_free(none);
    config_free(empty);
}

static void a_section_becomes_what_it_says(void **state) {
    (void)state;
    struct site_config *config =
        load_right("http: {listen: [\"[::1]:1\", \"0.0.0.0:9746\"], " TLS ", token_file: token}\n");
    const struct http_config *http = config->http;
    assert_int_equal(http->n_listens, 2);
    assert_true(http->listens[0].is_loopback && !http->listens[1].is_loopback);
    assert_string_equal(http->token, "s3cret");
    assert_string_equal(http->certificate, pem_certificate);
    config_free(config);
}

static void an_expired_certificate_is_a_warning(void **state) {
    (void)state;
    struct site_config *config = load_right("http: {certificate_file: old.crt, key_file: tls.key}\n");
    assert_non_null(strstr(config->warnings, ":3:26: http.certificate_file: has expired"));
    config_free(config);
}

static void mistakes_are_told_with_their_places(void **state) {
    (void)state;
    static const struct {
        const char *http, *said;
    } cases[] = {
        {"http: {listen: \"10.0.0.1:9746\"}\n",
         ":3:16: http.listen: others reach 10.0.0.1:9746, so it takes TLS"},
        {"http: {listen: \"10.0.0.1:9746\"}\n", "so clients must show who they are"},
        {"http: {listen: \"10.0.0.1:9746\", " TLS "}\n", "so clients must show who they are"},
        {"http: {listen: \"10.0.0.1:9746\", token_file: token}\n", "so it takes TLS"},
        {"http: {listen: \"[::]:9746\"}\n", "others reach [::]:9746"},
        {"http: {listen: \"localhost:9746\"}\n", ":3:16: http.listen: there is no IPv4 address"},
        {"http: {listen: \"127.0.0.1\"}\n", "must be like"},
        {"http: {listen: \"127.0.0.1:0\"}\n", "between 1 and 65535"},
        {"http: {listen: [\"127.0.0.1:1\", \"127.0.0.1:1\"]}\n", "is already on line 3"},
        {"http: {certificate_file: tls.crt}\n",
         ":3:26: http.certificate_file: certificate_file and key_file go"},
        {"http: {client_ca_file: tls.crt}\n", "http.client_ca_file: is for TLS"},
        {"http: {certificate_file: tls.key, key_file: tls.key}\n", "holds no certificate in PEM form"},
        {"http: {certificate_file: tls.crt, key_file: other.key}\n",
         ":3:45: http.key_file: key_file is not the key of certificate_file"},
        {"http: {certificate_file: broken.crt, key_file: tls.key}\n",
         "http.key_file: certificate_file holds no certificate"},
        {"http: {certificate_file: tls.crt, key_file: broken.key}\n",
         "http.key_file: key_file holds no private key"},
        {"http: {" TLS ", client_ca_file: broken.crt}\n", "http.client_ca_file: holds no certificate"},
        {"http: {certificate_file: chain.crt, key_file: tls.key}\n",
         "http.key_file: certificate_file holds no certificate, or a broken one"},
        {"http: {token_file: blank}\n", ":3:20: http.token_file: holds a token that nobody can show"},
        {"http: {token_file: nothing}\n", "no such file"},
        {"http: {token_file: token, token_credential: token}\n",
         "http.token_file: write either http.token_file or http.token_credential"},
        {"http: {tokenfile: token}\n", "did you mean \"token_file\"?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *said = NULL;
        assert_null(load(cases[i].http, &said));
        if (!strstr(said, cases[i].said))
            fail_msg("%s%s", cases[i].http, said);
        free(said);
    }
}

static unsigned change(const char *before, const char *now) {
    struct site_config *a = load_right(before), *b = load_right(now);
    struct config_changes changes;
    assert_int_equal(config_compare(a, b, &changes), 0);
    unsigned site = changes.site;
    config_changes_done(&changes);
    config_free(a);
    config_free(b);
    return site;
}

static void changes_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(change("http: {}\n", "http: {listen: \"127.0.0.1:9746\"}\n"), 0);
    assert_int_equal(change("http: {}\n", "http: {listen: \"127.0.0.1:1\"}\n"), SITE_HTTP);
    assert_int_equal(change("", "http: {}\n"), SITE_HTTP);
    assert_int_equal(change("http: {}\n", ""), SITE_HTTP);
    assert_int_equal(change("http: {}\n", "http: {token_file: token}\n"), SITE_HTTP);
    assert_int_equal(change("http: {token_file: token}\n", "http: {token_file: token, " TLS "}\n"),
                     SITE_HTTP);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_served_unless_it_is_asked_for),
        cmocka_unit_test(a_section_becomes_what_it_says),
        cmocka_unit_test(an_expired_certificate_is_a_warning),
        cmocka_unit_test(mistakes_are_told_with_their_places),
        cmocka_unit_test(changes_are_told_apart),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
