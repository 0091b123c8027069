/* SPDX-License-Identifier: Apache-2.0 */
/* The ring, and what is dropped from it. */
#include "base/mqtt_mail.h"

#include <stdlib.h>
#include <string.h>

static struct mqtt_message *copy_of(const char *topic, size_t topic_size,
                                    const struct mqtt_message *message) {
    struct mqtt_message *copy = malloc(sizeof(*copy) + topic_size + 1 + message->size + 1);
    if (!copy)
        return NULL;
    char *text = (char *)(copy + 1), *payload = text + topic_size + 1;
    memcpy(text, topic, topic_size);
    text[topic_size] = '\0';
    if (message->size > 0)
        memcpy(payload, message->payload, message->size);
    payload[message->size] = '\0';
    *copy = (struct mqtt_message){message->size, message->is_retained, text, payload};
    return copy;
}

struct mqtt_message *mqtt_mail_take(struct mqtt_mail *mail) {
    if (mail->n == 0)
        return NULL;
    struct mqtt_message *message = mail->messages[mail->first];
    mail->first = (mail->first + 1) % MQTT_MAIL_MOST;
    mail->n--;
    mail->bytes -= message->size;
    return message;
}

void mqtt_mail_clear(struct mqtt_mail *mail) {
    while (mail->n > 0)
        free(mqtt_mail_take(mail));
}

void mqtt_mail_put(struct mqtt_mail *mail, const char *topic, size_t topic_size,
                   const struct mqtt_message *message) {
    struct mqtt_message *copy =
        message->size <= MQTT_MAIL_BYTES_MOST ? copy_of(topic, topic_size, message) : NULL;
    if (!copy) {
        mail->dropped++;
        return;
    }
    while (mail->n == MQTT_MAIL_MOST || (mail->n > 0 && mail->bytes + copy->size > MQTT_MAIL_BYTES_MOST)) {
        free(mqtt_mail_take(mail));
        mail->dropped++;
    }
    mail->messages[(mail->first + mail->n++) % MQTT_MAIL_MOST] = copy;
    mail->bytes += copy->size;
}
