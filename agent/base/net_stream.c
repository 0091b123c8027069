/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets and OpenSSL, whose headers are included here only. An address is already a number: so that a name
 * service that hangs holds up nobody here, the certificate is still compared with the name. The process must
 * ignore SIGPIPE.
 */
#include "base/net_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

struct net_stream {
    int descriptor;
    bool is_linked; /* the TCP connection stands */
    SSL *ssl;       /* NULL: without TLS */
    /* TLS may have to write in order to read, and the other way round. */
    bool read_waits_for_output, write_waits_for_input;
};

static int say(char *words, int error, const char *what) {
    snprintf(words, NET_STREAM_WORDS, "%s", what);
    return error;
}

/* The reason on top of this thread's queue, which is emptied. */
static int say_tls(char *words, int error, const char *when) {
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    snprintf(words, NET_STREAM_WORDS, "%s: %s", when, reason ? reason : "no reason given");
    ERR_clear_error();
    return error;
}

/* --- opening --- */

static bool is_address(const char *host) {
    unsigned char number[16];
    return inet_pton(AF_INET, host, number) == 1 || inet_pton(AF_INET6, host, number) == 1;
}

static int expect_host(SSL *ssl, const char *host) {
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host);
    return SSL_set_tlsext_host_name(ssl, host) && X509_VERIFY_PARAM_set1_host(parameters, host, 0);
}

/* A key with a passphrase is refused; the library would ask for it on the terminal. */
static int give_no_passphrase(char *passphrase, int size, int writes, void *context) {
    (void)passphrase;
    (void)size;
    (void)writes;
    (void)context;
    return -1;
}

static int load_files(SSL_CTX *context, const struct net_stream_options *options, char *words) {
    char when[80];
    if (options->ca_file ? !SSL_CTX_load_verify_file(context, options->ca_file)
                         : !SSL_CTX_set_default_verify_paths(context))
        return say_tls(words, ERROR_DENIED, "the certificates of the ca_file cannot be used");
    if (!options->certificate_file)
        return 0;
    snprintf(when, sizeof(when), "the certificate of the certificate_file cannot be used");
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1)
        return say_tls(words, ERROR_DENIED, when);
    snprintf(when, sizeof(when), "the key of the key_file cannot be used with that certificate");
    if (SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        return say_tls(words, ERROR_DENIED, when);
    return 0;
}

static int begin_tls(struct net_stream *stream, const struct net_stream_options *options, char *words) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        return say(words, ERROR_MEMORY, "out of memory");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF); /* packets have their own ends */
    SSL_CTX_set_default_passwd_cb(context, give_no_passphrase);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    int error = load_files(context, options, words);
    if (!error) {
        stream->ssl = SSL_new(context);
        if (!stream->ssl || !SSL_set_fd(stream->ssl, stream->descriptor) ||
            !expect_host(stream->ssl, options->host))
            error = say_tls(words, ERROR_MEMORY, "TLS cannot begin");
    }
    SSL_CTX_free(context); /* the connection keeps what it needs */
    return error;
}

int net_stream_open(const struct net_stream_options *options, struct net_stream **stream, char *words) {
    struct net_stream *new = calloc(1, sizeof(*new));
    if (!new)
        return say(words, ERROR_MEMORY, "out of memory");
    int family = options->address->ss_family, on = 1;
    socklen_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    new->descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = new->descriptor < 0 ? say(words, ERROR_SYSTEM, strerror(errno)) : 0;
    if (!error)
        setsockopt(new->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (!error && options->is_tls)
        error = begin_tls(new, options, words);
    if (!error && connect(new->descriptor, (const struct sockaddr *)options->address, size) != 0 &&
        errno != EINPROGRESS)
        error = say(words, ERROR_UNREACHABLE, strerror(errno));
    if (error) {
        net_stream_close(new);
        return error;
    }
    *stream = new;
    return 0;
}

void net_stream_close(struct net_stream *stream) {
    if (!stream)
        return;
    SSL_free(stream->ssl);
    if (stream->descriptor >= 0)
        close(stream->descriptor);
    free(stream);
}

/* --- waiting --- */

int net_stream_descriptor(const struct net_stream *stream) {
    return stream->descriptor;
}

short net_stream_events(const struct net_stream *stream, bool has_output) {
    bool output = stream->read_waits_for_output || (has_output && !stream->write_waits_for_input);
    if (!stream->is_linked)
        return POLLOUT;
    return output ? POLLIN | POLLOUT : POLLIN;
}

/* --- connecting --- */

static int finish_link(struct net_stream *stream, char *words) {
    struct pollfd now = {.fd = stream->descriptor, .events = POLLOUT};
    int reason = 0;
    socklen_t size = sizeof(reason);
    if (poll(&now, 1, 0) == 0)
        return ERROR_BUSY;
    getsockopt(stream->descriptor, SOL_SOCKET, SO_ERROR, &reason, &size);
    if (reason)
        return say(words, ERROR_UNREACHABLE, strerror(reason));
    stream->is_linked = true;
    return 0;
}

/* Which certificate is at fault, and why. */
static int say_handshake(const struct net_stream *stream, int system, char *words) {
    long verdict = SSL_get_verify_result(stream->ssl);
    if (verdict != X509_V_OK) {
        snprintf(words, NET_STREAM_WORDS, "the broker's certificate is not accepted: %s",
                 X509_verify_cert_error_string(verdict));
        ERR_clear_error();
        return ERROR_DENIED;
    }
    if (ERR_peek_last_error())
        return say_tls(words, ERROR_UNREACHABLE, "no TLS connection");
    return say(words, ERROR_UNREACHABLE, system ? strerror(system) : "closed amid the TLS handshake");
}

int net_stream_connect(struct net_stream *stream, char *words) {
    int error = stream->is_linked ? 0 : finish_link(stream, words);
    if (error || !stream->ssl)
        return error;
    ERR_clear_error();
    errno = 0;
    int result = SSL_connect(stream->ssl), system = errno;
    stream->read_waits_for_output = false;
    if (result == 1)
        return 0;
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_WANT_WRITE:
        stream->read_waits_for_output = true;
        return ERROR_BUSY;
    case SSL_ERROR_WANT_READ:
        return ERROR_BUSY;
    default:
        return say_handshake(stream, system, words);
    }
}

/* --- bytes --- */

/* What became of a read or a write without TLS. */
static int judge_plain(ssize_t n, char *words) {
    if (n > 0)
        return (int)n;
    if (n == 0)
        return say(words, ERROR_CLOSED, "the broker closed the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return ERROR_BUSY;
    return say(words, ERROR_UNREACHABLE, strerror(errno));
}

static int judge_tls(struct net_stream *stream, int result, int system, bool *waits, int unusual,
                     char *words) {
    *waits = false;
    if (result > 0)
        return result;
    int code = SSL_get_error(stream->ssl, result);
    if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE) {
        *waits = code == unusual;
        return ERROR_BUSY;
    }
    if (code == SSL_ERROR_ZERO_RETURN)
        return say(words, ERROR_CLOSED, "the broker closed the connection");
    if (ERR_peek_last_error())
        return say_tls(words, ERROR_UNREACHABLE, "TLS");
    return say(words, ERROR_UNREACHABLE, system ? strerror(system) : "the broker closed the connection");
}

static int at_most(size_t size) {
    return size < INT_MAX ? (int)size : INT_MAX;
}

int net_stream_read(struct net_stream *stream, void *data, size_t most, char *words) {
    if (!stream->ssl)
        return judge_plain(recv(stream->descriptor, data, most, 0), words);
    ERR_clear_error();
    errno = 0;
    int result = SSL_read(stream->ssl, data, at_most(most)), system = errno;
    return judge_tls(stream, result, system, &stream->read_waits_for_output, SSL_ERROR_WANT_WRITE, words);
}

/* A peer that has hung up may have said why before. */
static int find_last_words(struct net_stream *stream, int error, char *words) {
    char last[NET_STREAM_WORDS], ignored[256];
    if (net_stream_read(stream, ignored, sizeof(ignored), last) == ERROR_UNREACHABLE)
        say(words, error, last);
    return error;
}

int net_stream_write(struct net_stream *stream, const void *data, size_t size, char *words) {
    if (!stream->ssl)
        return judge_plain(send(stream->descriptor, data, (size_t)at_most(size), MSG_NOSIGNAL), words);
    ERR_clear_error();
    errno = 0;
    int result = SSL_write(stream->ssl, data, at_most(size)), system = errno;
    int n = judge_tls(stream, result, system, &stream->write_waits_for_input, SSL_ERROR_WANT_READ, words);
    return n == ERROR_UNREACHABLE ? find_last_words(stream, n, words) : n;
}
