/* SPDX-License-Identifier: Apache-2.0 */
/* Variable-length integers, seven bits a byte, the lowest first. */
#include "publish/spool/byte_codec.h"

#include <string.h>

void bytes_add_number(struct text *text, uint64_t number) {
    uint8_t bytes[10];
    size_t n = 0;
    for (; number >= 0x80; number >>= 7)
        bytes[n++] = (uint8_t)(number | 0x80);
    bytes[n++] = (uint8_t)number;
    text_add(text, bytes, n);
}

void bytes_add_string(struct text *text, const char *string) {
    size_t size = string ? strlen(string) : 0;
    bytes_add_number(text, string ? size + 1 : 0);
    text_add(text, string, size);
}

uint64_t bytes_read_number(struct byte_reader *reader) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return reader->failed ? 0 : number;
    }
    reader->failed = true;
    return 0;
}

uint32_t bytes_read_index(struct byte_reader *reader, uint32_t most) {
    uint64_t number = bytes_read_number(reader);
    if (number >= most)
        reader->failed = true;
    return reader->failed ? 0 : (uint32_t)number;
}

const void *bytes_read(struct byte_reader *reader, size_t size) {
    if (reader->failed || (size_t)(reader->end - reader->at) < size) {
        reader->failed = true;
        return NULL;
    }
    const void *bytes = reader->at;
    reader->at += size;
    return bytes;
}

const char *bytes_read_string(struct byte_reader *reader, size_t *size) {
    uint64_t number = bytes_read_number(reader);
    *size = 0;
    if (number == 0)
        return NULL;
    const char *string = bytes_read(reader, number - 1);
    if (string)
        *size = number - 1;
    return string;
}
