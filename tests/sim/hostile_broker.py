# SPDX-License-Identifier: Apache-2.0
"""A broker of the smallest kind, MQTT 5 and 3.1.1, in a thread, that can misbehave: it takes QoS 1 messages from
one client, answers them as it is told, and keeps what it has acknowledged and what it saw."""

import socket
import struct
import threading
import time

CONNECT, CONNACK, PUBLISH, PUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 12, 13, 14


class HostileBroker:
    """`decide(n)` says what becomes of the n-th message: "ack", "silence", "close", a reason code, bytes that are sent
    instead, or several of these. `greeting` is sent instead of a CONNACK (b"": nothing), or a list: the first connections
    get those ("close": the end), the others a CONNACK. `reason` is that of the CONNACK."""

    def __init__(self, decide=lambda n: "ack", receive_maximum=None, pause_s=0.0, greeting=None, reason=0):
        self.decide, self.receive_maximum, self.reason = decide, receive_maximum, reason
        self.version, self.connects = None, []  # of the last CONNECT; the packets
        self.pause_s, self.greeting = pause_s, greeting
        self.acknowledged = []  # (topic, payload), in the order of arrival
        self.arrived, self.payload = 0, ""  # how many messages, and the last of them
        self.most_outstanding = 0
        self.connected_at = []  # time.monotonic() of each CONNECT
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connection = None
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.connection:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.thread.join(timeout=10)

    def serve(self):
        while True:
            try:
                self.connection, _ = self.listener.accept()
            except OSError:
                return
            with self.connection:
                try:
                    self.talk(self.connection)
                except OSError:
                    pass

    def talk(self, connection):
        """One connection. Answers each message at once or, with a pause, all before it, the last first."""
        data, pending = b"", []
        while True:
            connection.settimeout(self.pause_s if pending else None)
            try:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            except TimeoutError:
                more = b""
            while (packet := split(data)) is not None:
                kind, flags, body, data = packet
                if not self.handle(connection, kind, body, pending):
                    return
                self.most_outstanding = max(self.most_outstanding, len(pending))
                if self.pause_s == 0:
                    self.answer(connection, pending)
            if not more:
                self.answer(connection, pending)

    @staticmethod
    def answer(connection, pending):
        for answer in reversed(pending):
            connection.sendall(answer)
        pending.clear()

    def handle(self, connection, kind, body, pending):
        if kind == CONNECT:
            self.connected_at.append(time.monotonic())
            self.version = body[6]
            self.connects.append(body)
            properties = struct.pack(">BH", 0x21, self.receive_maximum) if self.receive_maximum else b""
            reply = struct.pack("BB", 0, self.reason)
            if self.version == 5:
                reply += bytes([len(properties)]) + properties
            greeting = bytes([CONNACK << 4, len(reply)]) + reply
            greetings = self.greeting if isinstance(self.greeting, list) else [self.greeting] * len(self.connected_at)
            instead = greetings[len(self.connected_at) - 1] if len(self.connected_at) <= len(greetings) else None
            if instead == "close":
                return False
            connection.sendall(greeting if instead is None else instead)
        elif kind == PINGREQ:
            connection.sendall(bytes([PINGRESP << 4, 0]))
        elif kind == DISCONNECT:
            return False
        elif kind == PUBLISH:
            return self.take(body, pending)
        return True

    def take(self, body, pending):
        self.arrived += 1
        size = struct.unpack_from(">H", body)[0]
        topic, packet_id, rest = body[2 : 2 + size].decode(), body[2 + size : 4 + size], body[4 + size :]
        payload = (rest[1 + rest[0] :] if self.version == 5 else rest).decode()
        self.payload = payload
        answers = self.decide(self.arrived)
        for what in answers if isinstance(answers, tuple) else (answers,):
            if what == "close":
                return False
            if isinstance(what, bytes):
                pending.append(what)
            elif what == "ack":
                self.acknowledged.append((topic, payload))
                pending.append(bytes([PUBACK << 4, 2]) + packet_id)
            elif what != "silence":
                pending.append(bytes([PUBACK << 4, 4]) + packet_id + bytes([what, 0]))
        return True


def split(data):
    """The first whole packet: kind, flags, body and what is left; None while it is not whole."""
    size, shift = 0, 0
    for at in range(1, len(data)):
        size |= (data[at] & 0x7F) << shift
        shift += 7
        if data[at] < 0x80:
            end = at + 1 + size
            return (data[0] >> 4, data[0] & 15, data[at + 1 : end], data[end:]) if len(data) >= end else None
    return None
