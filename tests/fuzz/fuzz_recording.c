/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes both formats of recordings: the first byte chooses. What parses is walked from end to end: names
 * only grow, every object is found by its name, and its text lies in memory. What does not parse says
 * why.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "acquire/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct recording *recording) {
    const uint32_t first[] = {0};
    struct oid at = {.part = first, .n = 1};
    struct varbind found, same;
    volatile unsigned sum = 0; /* every byte is looked at */
    while (recording_next(recording, at, &found)) {
        assert(found.name.n >= 1 && found.name.n <= OID_MOST);
        assert(recording_get(recording, found.name, &same));
        assert(same.name.part == found.name.part);
        for (size_t i = 0; found.raw.kind == RAW_TEXT && i < found.raw.size; i++)
            sum = sum + (unsigned char)found.raw.text[i];
        at = found.name;
    }
}

static void read_all(const struct recording *recording) {
    uint8_t values[250];
    for (uint8_t function = 1; function <= 4; function++)
        for (uint32_t address = 0; address <= 0xffff; address += 257)
            recording_read(recording, function, (uint16_t)address, 125, values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct recording *recording = NULL;
    char why[100] = "";
    const char *name = data[0] % 2 ? "x.snmprec" : "x.registers";
    if (recording_parse(name, (const char *)data + 1, size - 1, &recording, why, sizeof(why)) != 0) {
        assert(strncmp(why, name, strlen(name)) == 0 && strlen(why) > strlen(name));
        return 0;
    }
    if (recording_is_snmp(recording))
        walk(recording);
    else
        read_all(recording);
    recording_free(recording);
    return 0;
}
