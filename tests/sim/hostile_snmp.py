#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An SNMP agent that misbehaves. The community of a request, of SNMPv3 its user, says how; "good" answers as it should.

Prints its port and serves 127.0.0.1 until its standard input ends. Every instance it is asked for by GET is
the integer that is its last part; by GETNEXT and GETBULK the next instance is the name with its last part one
greater, and of an "endless" agent never outside of a longer prefix.
"""
import itertools
import select
import socket
import struct
import sys
import time

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
GET, GETNEXT, RESPONSE, GETBULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA5, 0xA8
NOT_IN_TIME, UNKNOWN_ENGINE = 2, 4  # usmStats
TOO_BIG, NO_SUCH_NAME, GEN_ERR = 1, 2, 5


def ber(tag, body):
    size = len(body)
    if size < 128:
        head = bytes([size])
    else:
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        head = bytes([0x80 | len(length)]) + length
    return bytes([tag]) + head + body


def integer(number, tag=INTEGER):
    return ber(tag, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def oid(parts):
    body = bytes([40 * parts[0] + parts[1]])
    for part in parts[2:]:
        septets = [part & 0x7F]
        while part > 0x7F:
            part >>= 7
            septets.append(part & 0x7F | 0x80)
        body += bytes(reversed(septets))
    return ber(OID, body)


def take(data):
    """The first element: its tag, its body and what follows."""
    tag, size, at = data[0], data[1], 2
    if size & 0x80:
        n = size & 0x7F
        size, at = int.from_bytes(data[2 : 2 + n], "big"), 2 + n
    return tag, data[at : at + size], data[at + size :]


def read_oid(body):
    parts, part = [body[0] // 40, body[0] % 40], 0
    for byte in body[1:]:
        part = part << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(part)
            part = 0
    return tuple(parts)


class Request:
    def __init__(self, datagram):
        _, message, _ = take(datagram)
        _, version, message = take(message)
        self.version = int.from_bytes(version, "big")
        community = self.take_head(message) if self.version == 3 else take(message)[1:]
        self.community = community[0].decode()
        self.endless = self.community.startswith("endless")
        self.pdu, body, _ = take(community[1])
        numbers = []
        for _ in range(3):
            _, number, body = take(body)
            numbers.append(int.from_bytes(number, "big", signed=True))
        self.id, self.non_repeaters, self.repetitions = numbers
        _, body, _ = take(body)
        self.names = []
        while body:
            _, varbind, body = take(body)
            self.names.append(read_oid(take(varbind)[1]))

    def take_head(self, message):
        """Of SNMPv3, without authentication: the user and what follows."""
        _, head, message = take(message)
        self.message_id = int.from_bytes(take(head)[1], "big", signed=True)
        _, security, message = take(message)
        _, security, _ = take(security)
        _, self.engine, security = take(security)
        for _ in range(2):  # boots and time
            _, _, security = take(security)
        user = take(security)[1]
        _, scoped, _ = take(message)
        for _ in range(2):  # the context's engine and its name
            _, _, scoped = take(scoped)
        return user, scoped


def varbind(name, value):
    return ber(SEQUENCE, oid(name) + value)


def response(request, varbinds, status=0, index=0, version=None, id=None, tag=RESPONSE, engine=None):
    pdu = integer(request.id if id is None else id) + integer(status) + integer(index)
    pdu += ber(SEQUENCE, b"".join(varbinds))
    if request.version == 3:
        return response_v3(request, ber(tag, pdu), request.engine if engine is None else engine)
    head = integer(request.version if version is None else version) + ber(OCTETS, request.community.encode())
    return ber(SEQUENCE, head + ber(tag, pdu))


ENGINE = b"\x80\0\0\0\x05engine"


def response_v3(request, pdu, engine):
    head = ber(SEQUENCE, integer(request.message_id) + integer(65507) + ber(OCTETS, b"\0") + integer(3))
    user = b"" if pdu[0] == REPORT else request.community.encode()
    security = [ber(OCTETS, engine), integer(5), integer(1000), ber(OCTETS, user), ber(OCTETS, b""), ber(OCTETS, b"")]
    scoped = ber(SEQUENCE, ber(OCTETS, engine) + ber(OCTETS, b"") + pdu)
    return ber(SEQUENCE, integer(3) + head + ber(OCTETS, ber(SEQUENCE, b"".join(security))) + scoped)


def report(request, counter, engine):
    body = integer(request.id) + integer(0) * 2
    body += ber(SEQUENCE, varbind((1, 3, 6, 1, 6, 3, 15, 1, 1, counter, 0), integer(1, COUNTER32)))
    return response_v3(request, ber(REPORT, body), engine)


def following(name, step, endless):
    return name + (1, 1, 1) if endless and len(name) < 7 else name[:-1] + (name[-1] + step,)


def rows(request, step=1):
    """What GETNEXT and GETBULK bring: columns side by side."""
    varbinds, names = [], request.names
    for _ in range(request.repetitions if request.pdu == GETBULK else 1):
        names = [following(name, step, request.endless) for name in names]
        varbinds += [varbind(name, integer(name[-1])) for name in names]
    return varbinds


def good(request):
    if request.pdu == GET:
        return [varbind(name, integer(name[-1])) for name in request.names]
    return rows(request)


VALUES = [
    integer(-2147483648),
    ber(COUNTER32, b"\0\xff\xff\xff\xff"),
    ber(GAUGE32, b"\x7f\xff\xff\xff"),
    ber(TIME_TICKS, b"\x01\x00"),
    ber(COUNTER64, b"\x7f" + b"\xff" * 7),
    ber(COUNTER64, b"\0" + b"\xff" * 8),
    ber(OPAQUE, b"\x9f\x78\x04" + struct.pack(">f", 23.5)),
    ber(OPAQUE, b"\x9f\x79\x08" + struct.pack(">d", -0.1)),
    ber(OPAQUE, b"\x04\x02hi"),
    ber(OCTETS, b""),
    ber(OCTETS, b"a\0b\xff"),
    oid((1, 3, 6, 1, 4, 1, 4294967295)),
    ber(IP_ADDRESS, bytes([192, 0, 2, 1])),
    ber(NO_SUCH_OBJECT, b""),
    ber(NO_SUCH_INSTANCE, b""),
    ber(END_OF_VIEW, b""),
    ber(NULL, b""),
]


numbers = itertools.count(1)


def answers_v3(request):
    """As below. A request without a user asks for the engine id."""
    how, number = request.community, next(numbers)
    other = ENGINE + number.to_bytes(4, "big")
    if how == "":
        return [(0, report(request, UNKNOWN_ENGINE, ENGINE))]
    if how == "engines" or how == "changes" and number % 16 == 0:
        return [(0, report(request, UNKNOWN_ENGINE, other))]
    if how == "reports":
        return [(0, report(request, NOT_IN_TIME, request.engine))]
    if how == "strange-reports":
        return [(0, report(request, 77, request.engine))]
    if how == "other-engine":
        return [(0, response(request, good(request), engine=other))]
    return [(0, response(request, good(request)))]


def answers(request):
    """The datagrams that the request brings, each with the seconds to wait before it."""
    if request.version == 3:
        return answers_v3(request)
    how, names = request.community.removeprefix("endless-"), request.names
    plain = response(request, good(request))
    first = varbind(names[0], integer(1))
    if how == "silent":
        return []
    if how == "late":
        return [(1.0, plain)]
    if how == "wrong-id":
        return [(0, response(request, good(request), id=request.id ^ 0x10000))]
    if how == "flood":
        return [(0, plain)] * 200
    if how == "truncated":
        return [(0, plain[:-3])]
    if how == "cut-in-head":
        return [(0, plain[:9])]
    if how == "garbage":
        return [(0, b"\xff" * 40), (0, b""), (0, bytes(range(256)))]
    if how == "wrong-version":
        return [(0, response(request, good(request), version=0))]
    if how == "version-3":
        return [(0, response(request, good(request), version=3))]
    if how == "no-response":
        return [(0, response(request, good(request), tag=GET))]
    if how == "huge":
        return [(0, response(request, [varbind(names[0], ber(OCTETS, b"x" * 65400))]))]
    if how == "too-big":
        return [(0, response(request, [], TOO_BIG))]
    if how == "too-big-above-4":
        is_too_big = request.pdu == GETBULK and request.repetitions > 4
        return [(0, response(request, [], TOO_BIG) if is_too_big else plain)]
    if how == "no-bulk":
        return [] if request.pdu == GETBULK else [(0, plain)]
    if how == "no-such-name":
        return [(0, response(request, [varbind(name, ber(NULL, b"")) for name in names], NO_SUCH_NAME, 2))]
    if how == "gen-err":
        return [(0, response(request, [], GEN_ERR, 77))]
    if how == "odd-status":
        return [(0, response(request, [], -7))]
    if how == "fewer":
        return [(0, response(request, good(request)[1:]))]
    if how == "more":
        return [(0, response(request, good(request) + [first]))]
    if how == "other-names":
        return [(0, response(request, rows(request)))]
    if how == "swapped":
        return [(0, response(request, list(reversed(good(request)))))]
    if how == "bad-type":
        return [(0, response(request, [varbind(names[0], ber(0x5F, b"\1"))]))]
    if how == "long-name":
        return [(0, response(request, [varbind(names[0] + (1,) * 70, integer(1))]))]
    if how == "many":
        return [(0, response(request, [ber(SEQUENCE, ber(OID, b"\x2b") + ber(NULL, b""))] * 5000))]
    if how == "values":
        return [(0, response(request, [varbind(name, VALUES[name[-1] % len(VALUES)]) for name in names]))]
    if how == "loop":
        return [(0, response(request, [varbind(name, integer(1)) for name in names]))]
    if how == "unsorted":
        return [(0, response(request, rows(request, -1)))]
    return [(0, plain)]


def main():
    agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    agent.bind(("127.0.0.1", 0))
    other_port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other_port.bind(("127.0.0.1", 0))
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.2", 0))
    print(agent.getsockname()[1], flush=True)
    pending = []
    while True:
        pause = max(0, min(when for when, *_ in pending) - time.monotonic()) if pending else None
        readable, _, _ = select.select([agent, sys.stdin], [], [], pause)
        if sys.stdin in readable:
            return
        if agent in readable:
            datagram, sender = agent.recvfrom(65536)
            request = Request(datagram)
            via = {"stranger": stranger, "other-port": other_port}.get(request.community, agent)
            for delay, packet in answers(request):
                pending.append((time.monotonic() + delay, via, packet, sender))
        for entry in [entry for entry in pending if entry[0] <= time.monotonic()]:
            pending.remove(entry)
            entry[1].sendto(entry[2], entry[3])


if __name__ == "__main__":
    main()
