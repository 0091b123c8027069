/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes what a broker may send: packets one after the other, read as answers in both versions. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mqtt_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mqtt_packet packet;
    for (int taken; (taken = mqtt_take_packet(data, size, &packet)) > 0;
         data += taken, size -= (size_t)taken) {
        assert((size_t)taken <= size && packet.size <= MQTT_INCOMING_MOST);
        assert(packet.body + packet.size == data + taken);
        for (unsigned version = MQTT_3_1_1; version <= MQTT_5; version++) {
            struct mqtt_answer answer;
            if (mqtt_read_answer((enum mqtt_version)version, &packet, &answer) != 0)
                continue;
            assert(answer.receive_maximum > 0 && answer.largest_packet > 0 && answer.reason <= UINT8_MAX);
            assert(memchr(answer.words, '\0', sizeof(answer.words)) && mqtt_reason_text(answer.reason));
        }
    }
    return 0;
}
