/* SPDX-License-Identifier: Apache-2.0 */
/* Which kind of link a device has, and what the silence of each kind can mean. */
#include "acquire/device.h"
#include "acquire/link_replay.h"

/* Before a device is recognised it is asked as any other. */
static uint16_t pause_ms(const struct device *device) {
    return device->driver != NULL ? device->driver->manners.pause_ms : 0;
}

int device_open_link(struct device *device, struct link **link, char *why, size_t size) {
    const struct device_url *url = &device->config->url;
    const struct sockaddr *to = (const struct sockaddr *)&device->address;
    struct poller *poller = device->poller;
    switch (url->transport) {
    case TRANSPORT_SNMP:
        return link_snmp_open(poller->snmp, to, device->config->snmp, link);
    case TRANSPORT_MODBUS_TCP:
        return link_modbus_tcp_open(poller->modbus, to, &modbus_framing_tcp, url->unit, pause_ms(device),
                                    link);
    case TRANSPORT_MODBUS_RTU_TCP:
        return link_modbus_tcp_open(poller->modbus, to, &modbus_framing_rtu, url->unit, pause_ms(device),
                                    link);
    case TRANSPORT_MODBUS_SERIAL:
        return link_modbus_rtu_open(poller->lines, url->host, &url->line, url->unit, pause_ms(device), link);
    case TRANSPORT_REPLAY:
        return link_replay_open(poller->loop, url->host, link, why, size);
    }
    return ERROR_ARGUMENT;
}

/* What an agent's silence or denial can mean is known to the link, or told by the version. */
static const char *snmp_trouble(const struct device *device, const struct link *link) {
    static const char *const silence[] = {
        [SNMP_V1] = "silence: wrong community, no SNMP v1, an access list, or nobody there",
        [SNMP_V2C] = "silence: wrong community, no SNMP v2c, an access list, or nobody there",
        [SNMP_V3] = "silence",
    };
    const char *trouble = link_snmp_trouble(link);
    return trouble != NULL ? trouble : silence[device->config->snmp->version];
}

const char *device_link_trouble(const struct device *device, const struct link *link, int error,
                                const char *detail) {
    bool snmp = device->config->url.transport == TRANSPORT_SNMP;
    if (snmp && link != NULL && (error == ERROR_TIMEOUT || error == ERROR_DENIED))
        return snmp_trouble(device, link);
    if (!snmp && error == ERROR_TIMEOUT && detail == NULL)
        return "connected, but the unit is silent: is the unit number right?";
    return detail;
}
