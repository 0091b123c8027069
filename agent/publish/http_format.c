/* SPDX-License-Identifier: Apache-2.0 */
/* The tables. What the formats look like is the encoders' affair. */
#include "publish/http_format.h"

#include "publish/encode_influx.h"
#include "publish/encode_remote_write.h"

/* --- Prometheus remote write 1.0 --- */

static const char *const remote_write_headers[] = {
    "Content-Encoding: snappy", "Content-Type: application/x-protobuf",
    "X-Prometheus-Remote-Write-Version: 0.1.0", "User-Agent: hallwatch", NULL};

static void write_remote_write_url(const struct sink_config *config, const char *endpoint, struct text *url) {
    (void)config;
    text_add_string(url, endpoint);
}

static const char *bearer(const struct sink_config *config) {
    (void)config;
    return "Bearer";
}

static void *make_remote_write(const struct proof_source *source) {
    return encode_remote_write_new(source);
}

static void free_remote_write(void *encoder) {
    encode_remote_write_free(encoder);
}

static void begin_remote_write(void *encoder) {
    encode_remote_write_begin(encoder);
}

static int add_remote_write(void *encoder, const struct spool_row *row) {
    return encode_remote_write_add(encoder, row);
}

static bool is_remote_write_empty(const void *encoder) {
    return encode_remote_write_is_empty(encoder);
}

static int finish_remote_write(void *encoder, const char **body, size_t *size) {
    return encode_remote_write_finish(encoder, body, size);
}

static const struct http_format remote_write = {
    .headers = remote_write_headers,
    .write_url = write_remote_write_url,
    .token_scheme = bearer,
    .make_encoder = make_remote_write,
    .free_encoder = free_remote_write,
    .begin = begin_remote_write,
    .add = add_remote_write,
    .is_empty = is_remote_write_empty,
    .finish = finish_remote_write,
};

/* --- Influx line protocol --- */

static const char *const influx_headers[] = {
    "Content-Encoding: gzip", "Content-Type: text/plain; charset=utf-8", "User-Agent: hallwatch", NULL};

/* Version 2 has its own scheme; version 1 knows bearer tokens. */
static const char *influx_scheme(const struct sink_config *config) {
    return config->bucket ? "Token" : "Bearer";
}

static void *make_influx(const struct proof_source *source) {
    return encode_influx_new(source);
}

static void free_influx(void *encoder) {
    encode_influx_free(encoder);
}

static void begin_influx(void *encoder) {
    encode_influx_begin(encoder);
}

static const char *why_not_influx(void *encoder, const struct spool_row *row) {
    return encode_influx_why_not(encoder, row);
}

static int add_influx(void *encoder, const struct spool_row *row) {
    return encode_influx_add(encoder, row);
}

static const char *left_out_influx(const void *encoder) {
    return encode_influx_left_out(encoder);
}

static bool is_influx_empty(const void *encoder) {
    return encode_influx_is_empty(encoder);
}

static int finish_influx(void *encoder, const char **body, size_t *size) {
    return encode_influx_finish(encoder, body, size);
}

static const struct http_format influx = {
    .headers = influx_headers,
    .write_url = encode_influx_url,
    .token_scheme = influx_scheme,
    .make_encoder = make_influx,
    .free_encoder = free_influx,
    .begin = begin_influx,
    .why_not = why_not_influx,
    .add = add_influx,
    .left_out = left_out_influx,
    .is_empty = is_influx_empty,
    .finish = finish_influx,
};

const struct http_format *http_format_of(enum sink_kind kind) {
    return kind == SINK_INFLUX ? &influx : &remote_write;
}
