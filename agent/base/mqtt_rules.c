/* SPDX-License-Identifier: Apache-2.0 */
/* OASIS, MQTT 5.0: 1.5.4 and 1.5.5 (fields), 3.3 (PUBLISH). */
#include "base/mqtt_rules.h"

#include <string.h>

enum { FIELD_MOST = 65535, REMAINING_MOST = 268435455 };

size_t mqtt_publish_size(const char *topic, size_t payload_size) {
    enum { FIXED_HEADER = 5, TOPIC_SIZE = 2, PACKET_ID = 2, PROPERTIES = 1 };
    return FIXED_HEADER + TOPIC_SIZE + strlen(topic) + PACKET_ID + PROPERTIES + payload_size;
}

bool mqtt_can_publish(const char *topic, size_t payload_size) {
    return topic[0] != '\0' && mqtt_is_field(topic) && payload_size <= REMAINING_MOST &&
           mqtt_publish_size(topic, payload_size) <= REMAINING_MOST;
}

bool mqtt_is_field(const char *text) {
    return !text || strlen(text) <= FIELD_MOST;
}

void mqtt_add_topic_level(struct text *topic, const char *name) {
    uint32_t character;
    const char *end = name + strlen(name);
    for (size_t size; name < end; name += size) {
        size = text_take_character(name, (size_t)(end - name), &character);
        bool is_kept = size > 0 && !text_is_control(character) && !strchr("/+#%", *name);
        size += size == 0;
        if (is_kept)
            text_add(topic, name, size);
        for (size_t i = 0; !is_kept && i < size; i++)
            text_add_format(topic, "%%%02X", (unsigned char)name[i]);
    }
}
