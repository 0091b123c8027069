/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of BER that SNMP needs: a reader that never leaves its bounds and a writer that never
 * overruns. Written for the simulated hall alone, so that the agent is tested against a second opinion and
 * not against itself.
 */
#ifndef HALLSIM_BER_H
#define HALLSIM_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_tag {
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30,
    BER_IP_ADDRESS = 0x40,
    BER_COUNTER32 = 0x41,
    BER_GAUGE32 = 0x42,
    BER_TICKS = 0x43,
    BER_COUNTER64 = 0x46,
    BER_NO_SUCH_INSTANCE = 0x81,
    BER_END_OF_VIEW = 0x82,
};

enum { OID_PARTS_MOST = 128, OID_BYTES_MOST = OID_PARTS_MOST * 5 };

/* What is left to read; a content of one element is such a range itself. */
struct ber_reader {
    const uint8_t *at, *end;
};

/*
 * Reads one element of any tag, or of exactly this one. False: truncated, too long for its surroundings,
 * wrong tag.
 */
bool ber_read(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content);
bool ber_read_tagged(struct ber_reader *reader, uint8_t tag, struct ber_reader *content);
/* An INTEGER of at most 8 bytes. */
bool ber_read_integer(struct ber_reader *reader, int64_t *value);
/*
 * The numbers of an OID's content; false when it is empty, cut off, too long, or a number does not fit 32
 * bits.
 */
bool ber_decode_oid(struct ber_reader content, uint32_t parts[OID_PARTS_MOST], size_t *n);

/* Where the next byte goes. Each write returns false, and writes nothing, where it does not fit. */
struct ber_writer {
    uint8_t *at, *end;
};
bool ber_write_header(struct ber_writer *writer, uint8_t tag, size_t size);
bool ber_write_bytes(struct ber_writer *writer, const void *bytes, size_t size);
bool ber_write_element(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t size);
/*
 * A two's complement number in as few bytes as hold it: also Counter32, Gauge32, TimeTicks and Counter64, by
 * tag.
 */
bool ber_write_number(struct ber_writer *writer, uint8_t tag, int64_t value);
/* A SEQUENCE-like header whose length is not yet known, always 4 bytes long; ber_end_long fills it in. */
uint8_t *ber_begin_long(struct ber_writer *writer, uint8_t tag);
void ber_end_long(const struct ber_writer *writer, uint8_t *begin);

/* Bytes that an element takes: of this content, of this number. */
size_t ber_element_size(size_t content_size);
size_t ber_number_size(int64_t value);

/*
 * The content of an OID. Returns its size, 0 where the OID is none (fewer than 2 parts, wrong first parts,
 * too long).
 */
size_t ber_encode_oid(const uint32_t *parts, size_t n, uint8_t bytes[OID_BYTES_MOST]);
/* "1.3.6.1" or ".1.3.6.1" into its parts. Returns how many, 0 where it is no OID. */
size_t oid_parse(const char *text, uint32_t parts[OID_PARTS_MOST]);
/* Below 0, 0 or above 0, in the order in which an agent is walked. */
int oid_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b);

#endif
