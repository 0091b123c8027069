/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wraps libcurl's multi interface: the easy one could not be ended from another thread. What an answer means
 * is the caller's affair. The receiver is not trusted: of its body 1 KiB is kept and a bounded amount read,
 * and what it repeats of our credentials is made unreadable, because its words are printed.
 */
#include "base/http_client.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum {
    BODY_MOST = 1 << 20, /* an answer beyond this is cut off; its status counts */
    WAIT_MS = 60000,     /* in one wait; what ends it is a socket, a time-out or a stop */
    CONNECT_TIMEOUT_MS = 10000,
    RETRY_AFTER_MOST_S = 3600,
    UPLOAD_BUFFER = 256 << 10, /* what is handed to the kernel at once */
    SECRETS_MOST = 3,
    SECRET_LEAST = 4, /* bytes; a shorter one is part of too many words */
};

struct http_client {
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char problem[CURL_ERROR_SIZE];
    atomic_bool stopped;
    struct text secrets[SECRETS_MOST];
    struct http_answer *answer; /* of the request under way */
    size_t received, kept;
};

static size_t take_body(char *data, size_t one, size_t size, void *context) {
    struct http_client *client = context;
    (void)one; /* always 1 */
    size_t room = sizeof(client->answer->text) - 1 - client->kept;
    size_t kept = size < room ? size : room;
    memcpy(client->answer->text + client->kept, data, kept);
    client->kept += kept;
    client->received += size;
    return client->received <= BODY_MOST ? size : CURL_WRITEFUNC_ERROR;
}

static int add_header(struct http_client *client, const char *header) {
    struct curl_slist *longer = curl_slist_append(client->headers, header);
    if (!longer)
        return ERROR_MEMORY;
    client->headers = longer;
    return 0;
}

/* --- secrets --- */

static void add_base64(struct text *text, const char *bytes, size_t n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < n ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text_add_char(text, i + k > n ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
}

/* What a receiver may repeat: the token, the password, and what basic authentication makes of it. */
static int keep_secrets(struct http_client *client, const struct http_options *options) {
    const char *token = options->authorization ? strrchr(options->authorization, ' ') : NULL;
    struct text pair = {0};
    bool failed = false;
    text_add_string(&client->secrets[0], token ? token + 1 : "");
    text_add_string(&client->secrets[1], options->password ? options->password : "");
    if (options->user) {
        text_add_format(&pair, "%s:%s", options->user, options->password ? options->password : "");
        add_base64(&client->secrets[2], pair.failed ? "" : pair.data, pair.failed ? 0 : pair.size);
        failed = pair.failed;
    }
    if (pair.data)
        explicit_bzero(pair.data, pair.room);
    text_done(&pair);
    for (size_t i = 0; i < SECRETS_MOST; i++)
        failed = failed || client->secrets[i].failed;
    return failed ? ERROR_MEMORY : 0;
}

static void forget_secrets(struct http_client *client) {
    for (size_t i = 0; i < SECRETS_MOST; i++) {
        if (client->secrets[i].data)
            explicit_bzero(client->secrets[i].data, client->secrets[i].room);
        text_done(&client->secrets[i]);
    }
}

static void mask_secrets(const struct http_client *client, char *text) {
    for (size_t i = 0; i < SECRETS_MOST; i++) {
        const struct text *secret = &client->secrets[i];
        for (char *at = text; secret->size >= SECRET_LEAST && (at = strstr(at, secret->data));)
            memset(at, '*', secret->size);
    }
}

/* --- options --- */

/* The line is ours for a moment only: it holds a secret. */
static int add_authorization(struct http_client *client, const char *value) {
    struct text line = {0};
    text_add_format(&line, "Authorization: %s", value);
    int error = line.failed ? ERROR_MEMORY : add_header(client, line.data);
    if (line.data)
        explicit_bzero(line.data, line.room);
    text_done(&line);
    return error;
}

static int add_headers(struct http_client *client, const struct http_options *options) {
    /* Without this curl waits for "100 Continue", which many receivers never send. */
    int error = add_header(client, "Expect:");
    for (const char *const *header = options->headers; *header && !error; header++)
        error = add_header(client, *header);
    if (!error && options->authorization)
        error = add_authorization(client, options->authorization);
    return error;
}

/* Verification is curl's default; it is said here because all depends on it. */
static CURLcode set_tls(CURL *easy, const struct http_options *options) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca_file) {
        code = code ? code : curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        code = code ? code : curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (options->certificate_file) {
        code = code ? code : curl_easy_setopt(easy, CURLOPT_SSLCERT, options->certificate_file);
        code = code ? code : curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key_file);
    }
    return code;
}

static int set_options(struct http_client *client, const struct http_options *options) {
    CURL *easy = client->easy;
    int64_t connect_ms = options->timeout_ms < CONNECT_TIMEOUT_MS ? options->timeout_ms : CONNECT_TIMEOUT_MS;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    code = code ? code : curl_easy_setopt(easy, CURLOPT_URL, options->url);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_PROXY, "");
    /* A look-up that hangs outlives its time-out on a thread of its own; nobody waits for it. */
    code = code ? code : curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_POST, 1L);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->problem);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    code = code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, client);
    code = code ? code : set_tls(easy, options);
    if (options->user) {
        code = code ? code : curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        code = code ? code : curl_easy_setopt(easy, CURLOPT_USERNAME, options->user);
        code = code ? code
                    : curl_easy_setopt(easy, CURLOPT_PASSWORD, options->password ? options->password : "");
    }
    if (code == CURLE_OUT_OF_MEMORY)
        return ERROR_MEMORY;
    return code ? ERROR_ARGUMENT : 0;
}

/* Only http and https; what is secret has no place in a URL, because URLs are printed. */
static bool is_usable(const char *url) {
    CURLU *parsed = curl_url();
    char *scheme = NULL, *user = NULL;
    bool is_good = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                   curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                   (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
                   curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
    curl_free(scheme);
    curl_free(user);
    curl_url_cleanup(parsed);
    return is_good;
}

int http_client_new(const struct http_options *options, struct http_client **client) {
    if (!is_usable(options->url))
        return ERROR_ARGUMENT;
    struct http_client *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    atomic_init(&new->stopped, false);
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        free(new);
        return ERROR_MEMORY;
    }
    new->multi = curl_multi_init();
    new->easy = curl_easy_init();
    int error = new->multi &&new->easy ? add_headers(new, options) : ERROR_MEMORY;
    if (!error)
        error = keep_secrets(new, options);
    if (!error)
        error = set_options(new, options);
    if (error) {
        http_client_free(new);
        return error;
    }
    *client = new;
    return 0;
}

void http_client_free(struct http_client *client) {
    if (!client)
        return;
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->headers);
    curl_global_cleanup();
    forget_secrets(client);
    free(client);
}

static int error_of(CURLcode code) {
    switch ((int)code) {
    case CURLE_OK:
        return 0;
    case CURLE_OPERATION_TIMEDOUT:
        return ERROR_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return ERROR_MEMORY;
    case CURLE_UNSUPPORTED_PROTOCOL: /* an answer that looks like HTTP 0.9 */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
        return ERROR_GARBLED;
    default:
        return ERROR_UNREACHABLE;
    }
}

/* Runs the transfer to its end; the code it ended with, or ERROR_CLOSED or ERROR_MEMORY. */
static int transfer(struct http_client *client, CURLcode *code) {
    for (;;) {
        int running, left;
        if (curl_multi_perform(client->multi, &running) != CURLM_OK)
            return ERROR_MEMORY;
        for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left));) {
            if (message->msg == CURLMSG_DONE) {
                *code = message->data.result;
                return 0;
            }
        }
        if (atomic_load(&client->stopped))
            return ERROR_CLOSED;
        if (curl_multi_poll(client->multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK)
            return ERROR_MEMORY;
    }
}

/* What people call what curl and OpenSSL say; "" where their words will do. */
static const char *in_words(const char *problem) {
    static const char *const words[][2] = {
        {"HTTP/0.9", "it does not speak HTTP there: "},
        {"wrong version number", "it does not speak TLS there: "},
        {"certificate required", "it wants a certificate of ours: "},
        {"Out of memory", "a header without end, or too little memory: "},
        {"getpeername()", "it ends the connection: "},
        {"Broken pipe", "it ends the connection: "},
        {"Connection reset", "it ends the connection: "},
        {"alert unknown ca", "it does not know who signed our certificate: "},
        {"local issuer certificate", "we do not know who signed its certificate, see ca_file: "},
        {"self-signed certificate", "we do not know who signed its certificate, see ca_file: "},
        {"no alternative certificate subject name", "its certificate is for another name: "},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(problem, words[i][0]))
            return words[i][1];
    return "";
}

/* What the transfer left: the status, or what went wrong. */
static int finish(struct http_client *client, CURLcode code, struct http_answer *answer) {
    long status = 0;
    curl_off_t retry_s = 0;
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(client->easy, CURLINFO_RETRY_AFTER, &retry_s);
    /* The receiver has decided once the status is there, even if it then talks without end. */
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && client->received > BODY_MOST)) {
        answer->status = (int)status;
        answer->retry_after_ms = (retry_s < RETRY_AFTER_MOST_S ? retry_s : RETRY_AFTER_MOST_S) * 1000;
        size_t size = client->kept;
        while (size > 0 && isspace((unsigned char)answer->text[size - 1]))
            size--;
        answer->text[size] = '\0';
        mask_secrets(client, answer->text);
        return 0;
    }
    const char *problem = client->problem[0] ? client->problem : curl_easy_strerror(code);
    snprintf(answer->text, sizeof(answer->text), "%s%s", in_words(problem), problem);
    return error_of(code);
}

int http_client_post(struct http_client *client, const void *body, size_t size, struct http_answer *answer) {
    memset(answer, 0, sizeof(*answer));
    if (atomic_load(&client->stopped))
        return ERROR_CLOSED;
    client->answer = answer;
    client->received = client->kept = 0;
    client->problem[0] = '\0';
    curl_easy_setopt(client->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(client->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK)
        return ERROR_MEMORY;
    CURLcode code = CURLE_OK;
    int error = transfer(client, &code);
    if (!error)
        error = finish(client, code, answer);
    curl_multi_remove_handle(client->multi, client->easy);
    client->answer = NULL;
    return error;
}

void http_client_stop(struct http_client *client) {
    atomic_store(&client->stopped, true);
    curl_multi_wakeup(client->multi);
}
