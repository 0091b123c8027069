# SPDX-License-Identifier: Apache-2.0
"""Receivers that are of little use to a sink: they accept and say nothing, take minutes, refuse, break off, or do all of
that now and then. Each runs in threads of this process; what arrives is read and forgotten."""

import itertools
import socket
import threading
import time


class BadReceiver:
    """`say(connection, n)` is called for each request of HTTP, or for each connection where `greet` is set."""

    def __init__(self, say, greet=False):
        self.say, self.greet = say, greet
        self.numbers = itertools.count()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(50)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while self.greet or self.read_request(connection):
                    self.say(connection, next(self.numbers))
            except OSError:
                pass

    def read_request(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return False
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        sizes = [line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length:")]
        left = int(sizes[0]) - len(body) if sizes else 0
        while left > 0:
            piece = connection.recv(65536)
            if not piece:
                return False
            left -= len(piece)
        return True

    def close(self):
        self.listener.close()


def answer(status, text=b""):
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%b" % (status, len(text), text)


def silent(connection, _):
    time.sleep(3600)


def slow(connection, _):
    """Takes what it is sent, 3 s for each."""
    time.sleep(3)
    connection.sendall(answer(204))


def refusing(connection, n):
    connection.sendall(answer((400, 401, 500, 503, 413)[n % 5], b"no. " * (n % 700)))


def flaky(connection, n):
    """Takes what it is sent, mostly."""
    if n % 7 == 3:
        connection.shutdown(socket.SHUT_RDWR)
    elif n % 5 == 0:
        connection.sendall(answer(503, b"later"))
    else:
        connection.sendall(answer(204))


def breaking_off(connection, _):
    connection.sendall(b"HTTP/1.1 204 ")
    connection.shutdown(socket.SHUT_RDWR)


def endless(connection, _):
    """A broker that never stops talking, and says nothing."""
    while True:
        connection.sendall(bytes(1000))
        time.sleep(0.1)


class BadReceivers:
    """One of each until the end of a with block; `sinks` for the configuration."""

    def __enter__(self):
        http = {"silent": silent, "slow": slow, "refusing": refusing, "breaking off": breaking_off}
        mqtt = {"silent": silent, "endless": endless}
        self.receivers, self.sinks = [], []
        for name, say in http.items():
            port = self.add(BadReceiver(say))
            self.sinks.append({"name": f"{name} database", "type": "remote_write", "url": f"http://127.0.0.1:{port}/w"})
        port = self.add(BadReceiver(flaky))
        url = f"http://127.0.0.1:{port}"
        self.sinks.append({"name": "flaky database", "type": "remote_write", "url": f"{url}/w"})
        self.sinks.append({"name": "flaky influx", "type": "influx", "url": url, "database": "hall"})
        for name, say in mqtt.items():
            port = self.add(BadReceiver(say, greet=True))
            self.sinks.append({"name": f"{name} broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{port}"})
        return self

    def add(self, receiver):
        self.receivers.append(receiver)
        return receiver.port

    def __exit__(self, *_):
        for receiver in self.receivers:
            receiver.close()
