/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings; see the header. */
#include "image_file.h"

#include "ber.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_WORDS_MOST = 4096 };

/* The values of a recording's objects while it is read; their bytes lie in `device.texts` by offset. */
struct loading {
    struct device *device;
    struct object_table *table;
    size_t values_room, texts_size, texts_room;
};

static bool reserve_text(struct loading *loading, size_t size) {
    if (loading->texts_size + size <= loading->texts_room)
        return true;
    size_t room = 2 * loading->texts_room + size + 4096;
    char *texts = realloc(loading->device->texts, room);
    if (texts == NULL)
        return false;
    loading->device->texts = texts;
    loading->texts_room = room;
    return true;
}

static bool decode_hex(const char *text, uint8_t *bytes, size_t *size) {
    *size = 0;
    for (; *text != '\0'; text += 2) {
        char pair[3] = {text[0], text[1], '\0'}, *end;
        bytes[(*size)++] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2)
            return false;
    }
    return true;
}

/* Bytes of a value that is no number. `bytes` has room for the text's length, and for an OID. */
static bool decode_bytes(uint8_t tag, bool hex, const char *text, uint8_t *bytes, size_t *size) {
    uint32_t parts[OID_PARTS_MOST];
    *size = strlen(text);
    if (hex)
        return decode_hex(text, bytes, size);
    if (tag == BER_OID) {
        *size = ber_encode_oid(parts, oid_parse(text, parts), bytes);
        return *size > 0;
    }
    if (tag == BER_IP_ADDRESS) {
        *size = 4;
        return inet_pton(AF_INET, text, bytes) == 1;
    }
    memcpy(bytes, text, *size);
    return true;
}

static bool decode_number(uint8_t tag, const char *text, int64_t *number) {
    char *end;
    errno = 0;
    *number = tag == BER_COUNTER64 ? (int64_t)strtoull(text, &end, 10) : strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool make_value_room(struct loading *loading) {
    struct device *device = loading->device;
    if (loading->table->n_slots < loading->values_room)
        return true;
    size_t room = loading->values_room ? 2 * loading->values_room : 256;
    struct object_value *values = realloc(device->values, room * sizeof *values);
    if (values == NULL)
        return false;
    device->values = values;
    loading->values_room = room;
    return true;
}

/* One line of an .snmprec. NULL, or what is wrong with it. */
static const char *load_object(struct loading *loading, char *line) {
    char *tag_text = strchr(line, '|'), *text = tag_text ? strchr(tag_text + 1, '|') : NULL;
    if (text == NULL)
        return "is not OID|TAG|VALUE";
    *tag_text++ = '\0';
    *text++ = '\0';
    char *rest;
    unsigned long tag = strtoul(tag_text, &rest, 10);
    bool hex = strcmp(rest, "x") == 0;
    if (rest == tag_text || (*rest != '\0' && !hex) || tag > UINT8_MAX)
        return "has a tag that is not known";
    size_t size = 0;
    struct object_value value = {0};
    if (!reserve_text(loading, strlen(text) + OID_BYTES_MOST) || !make_value_room(loading))
        return "does not fit into memory";
    uint8_t *bytes = (uint8_t *)loading->device->texts + loading->texts_size;
    bool number =
        !hex && (tag == BER_INTEGER || (tag >= BER_COUNTER32 && tag <= BER_TICKS) || tag == BER_COUNTER64);
    if (number ? !decode_number((uint8_t)tag, text, &value.number)
               : !decode_bytes((uint8_t)tag, hex, text, bytes, &size))
        return "has a value that its tag does not allow";
    value.size = (uint32_t)size;
    loading->device->values[loading->table->n_slots] = value;
    loading->texts_size += size;
    return object_table_add(loading->table, line, (uint8_t)tag, (struct meaning){0}) ? NULL
                                                                                     : "has no valid OID";
}

/* The texts no longer move: every value finds its bytes, in the order in which they were read. */
static void settle_texts(struct loading *loading) {
    const uint8_t *bytes = (const uint8_t *)loading->device->texts;
    for (size_t slot = 0; slot < loading->table->n_slots; slot++) {
        loading->device->values[slot].bytes = bytes;
        bytes += loading->device->values[slot].size;
    }
}

/* One line of a .registers file. NULL, or what is wrong with it. */
static const char *load_registers(struct device *device, char *line) {
    static const char *const names[] = {NULL, "coil", "discrete", "holding", "input"};
    uint16_t words[LINE_WORDS_MOST];
    uint32_t n = 0;
    char *rest, *name = strtok_r(line, " \t", &rest), *address_text = strtok_r(NULL, " \t", &rest), *end;
    unsigned table = TABLE_COIL;
    if (strcmp(name, "identity") == 0)
        return NULL; /* no device of the hall has function 43 */
    while (table <= TABLE_INPUT && strcmp(name, names[table]) != 0)
        table++;
    if (table > TABLE_INPUT)
        return "begins with none of: holding, input, coil, discrete";
    unsigned long address = address_text ? strtoul(address_text, &end, 0) : UINT16_MAX + 1ul;
    if (address > UINT16_MAX || *end != '\0')
        return "has no address of 0 to 65535";
    for (char *text; (text = strtok_r(NULL, " \t", &rest)) != NULL; n++) {
        unsigned long word = strtoul(text, &end, 0);
        if (n == LINE_WORDS_MOST || *end != '\0' || word > (table <= TABLE_DISCRETE ? 1 : UINT16_MAX))
            return "has a value that is none, or too many";
        words[n] = (uint16_t)word;
    }
    if (n == 0)
        return "has no values";
    return register_image_add(&device->registers, (enum register_table)table, (uint32_t)address, n, words)
               ? NULL
               : "reaches beyond address 65535";
}

static bool load_lines(FILE *file, const char *path, struct loading *loading) {
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    const char *mistake = NULL;
    bool registers = loading->device->protocol == MODBUS;
    while (mistake == NULL && getline(&line, &room, file) >= 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (registers)
            line[strcspn(line, "#")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            mistake = registers ? load_registers(loading->device, line) : load_object(loading, line);
    }
    free(line);
    if (mistake != NULL)
        fprintf(stderr, "hallsim: %s:%u: the line %s\n", path, number, mistake);
    return mistake == NULL;
}

static bool ends_with(const char *text, const char *end) {
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

bool image_file_load(const char *path, struct device *device, struct object_table *table) {
    struct loading loading = {.device = device, .table = table};
    device->protocol = ends_with(path, ".registers") ? MODBUS : SNMP;
    device->unit = device->protocol == MODBUS;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "hallsim: %s: %s\n", path, strerror(errno));
        return false;
    }
    bool loaded = load_lines(file, path, &loading);
    fclose(file);
    if (!loaded)
        return false;
    if (device->protocol == SNMP) {
        settle_texts(&loading);
        object_table_seal(table);
        device->objects = table;
    } else if (!register_image_seal(&device->registers)) {
        fprintf(stderr, "hallsim: %s: two lines give the same address\n", path);
        return false;
    }
    return true;
}
