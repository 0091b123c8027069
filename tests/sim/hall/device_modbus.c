/* SPDX-License-Identifier: Apache-2.0 */
/* Modbus TCP from a register image; see the header. */
#include "device_modbus.h"

#include <string.h>

enum { ILLEGAL_FUNCTION = 1, ILLEGAL_ADDRESS = 2, ILLEGAL_VALUE = 3 };
enum { REGISTERS_MOST = 125, BITS_MOST = 2000 };

static uint16_t word_at(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_word(uint8_t *bytes, unsigned word) {
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

int modbus_frame_size(const uint8_t *bytes, size_t size) {
    if (size < 6)
        return 0;
    unsigned length = word_at(bytes + 4);
    if (word_at(bytes + 2) != 0 || length < 2 || length > MODBUS_FRAME_MOST - 6)
        return -1;
    return (int)(6 + length);
}

static size_t pack_registers(uint8_t *bytes, const uint16_t *words, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        put_word(bytes + 2 * i, words[i]);
    return 2 * (size_t)n;
}

static size_t pack_bits(uint8_t *bytes, const uint16_t *words, unsigned n) {
    size_t size = (n + 7) / 8;
    memset(bytes, 0, size);
    for (unsigned i = 0; i < n; i++)
        if (words[i])
            bytes[i / 8] |= (uint8_t)(1 << i % 8);
    return size;
}

/* Fills in byte count and values. Returns the exception, 0 for none. */
static uint8_t read_table(struct device *device, const uint8_t *frame, size_t size, uint8_t *answer,
                          size_t *n_bytes) {
    uint8_t function = frame[MODBUS_HEADER];
    bool bits = function == TABLE_COIL || function == TABLE_DISCRETE;
    if (function < TABLE_COIL || function > TABLE_INPUT)
        return ILLEGAL_FUNCTION;
    if (size != MODBUS_HEADER + 5)
        return ILLEGAL_VALUE;
    unsigned first = word_at(frame + MODBUS_HEADER + 1), n = word_at(frame + MODBUS_HEADER + 3);
    if (n == 0 || n > (bits ? BITS_MOST : REGISTERS_MOST))
        return ILLEGAL_VALUE;
    const uint16_t *words = register_image_find(&device->registers, (enum register_table)function, first, n);
    if (words == NULL)
        return ILLEGAL_ADDRESS;
    uint8_t *values = answer + MODBUS_HEADER + 2;
    *n_bytes = bits ? pack_bits(values, words, n) : pack_registers(values, words, n);
    answer[MODBUS_HEADER + 1] = (uint8_t)*n_bytes;
    device->counts.values += n;
    return 0;
}

static bool writes(uint8_t function) {
    return function == 5 || function == 6 || function == 15 || function == 16 || function == 22 ||
           function == 23;
}

size_t device_modbus_answer(struct device *device, const uint8_t *frame, size_t size,
                            uint8_t answer[MODBUS_FRAME_MOST]) {
    size_t n_bytes = 0;
    memcpy(answer, frame, MODBUS_HEADER + 1);
    uint8_t exception = read_table(device, frame, size, answer, &n_bytes);
    if (exception) {
        device->counts.refused++;
        device->counts.writes += writes(frame[MODBUS_HEADER]);
        answer[MODBUS_HEADER] |= 0x80;
        answer[MODBUS_HEADER + 1] = exception;
    }
    size_t answer_size = MODBUS_HEADER + 2 + n_bytes;
    put_word(answer + 4, (unsigned)answer_size - 6);
    return answer_size;
}
