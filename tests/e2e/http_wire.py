# SPDX-License-Identifier: Apache-2.0
"""A client of HTTP that says exactly what it is told, byte for byte, and what the server makes of it."""

import itertools
import re
import socket
import struct
from concurrent.futures import ThreadPoolExecutor

CALM_S = 10.0  # how long an answer may take
# Clients of one address share its limits, so each takes another: 127.66.0.1, ...
ADDRESSES = itertools.count(1)


def own_address():
    """A loopback address that no other client here has."""
    n = next(ADDRESSES)
    return f"127.66.{n // 250}.{n % 250 + 1}"


def connect(port, address=None, buffer=None, tls=None, limit_s=CALM_S):
    """A connection from an address, by default one of its own; `buffer`: of its receiver, in bytes."""
    client = socket.socket()
    try:
        client.settimeout(limit_s)
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.bind((address or own_address(), 0))
        client.connect(("127.0.0.1", port))
        return tls.wrap_socket(client, server_hostname="localhost") if tls else client
    except BaseException:
        client.close()
        raise


def reset(client):
    """Ends a connection as a crash does, with RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Answer:
    """All that a server said on a connection: `statuses` of its answers, then headers and body of the first."""

    def __init__(self, data, closed):
        self.data, self.closed = data, closed
        self.statuses = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", data)]
        self.status = self.statuses[0] if self.statuses else None
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
        self.headers = {name.strip().lower(): value.strip() for name, _, value in lines}

    def __repr__(self):
        return f"<{self.statuses} {'closed' if self.closed else 'open'} {self.data[:200]!r}>"


def listen(client, limit_s=CALM_S):
    """What comes until the server closes, or until nothing more comes in time."""
    data, closed = b"", False
    client.settimeout(limit_s)
    try:
        while piece := client.recv(65536):
            data += piece
        closed = True
    except TimeoutError:
        pass
    except OSError:  # it reset the connection, or what it says is no TLS
        closed = True
    return Answer(data, closed)


def exchange(port, data, limit_s=CALM_S, **how):
    """Sends these bytes and hears what comes of it."""
    with connect(port, **how) as client:
        try:
            client.sendall(data)
        except OSError:  # it has heard enough
            pass
        return listen(client, limit_s)


def ask(port, path="/metrics", method="GET", headers=(), **how):
    """A well-formed request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    return exchange(port, "\r\n".join([*lines, "", ""]).encode(), **how)


def get(path, *headers):
    """A request whose path is bytes, as they are."""
    path = path if isinstance(path, bytes) else path.encode()
    head = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    return head + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def get_kept(path):
    """A request after which the connection may be kept."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def with_body(headers, body, method="GET"):
    """A request after which the connection is kept, so that what is taken for a second one is answered."""
    lines = f"{method} / HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"{line}\r\n" for line in headers)
    return lines.encode("latin-1") + b"\r\n" + body


def exchange_all(port, requests, limit_s=2.0):
    """{name: answer} to requests at the same time, each on a connection of its own; `requests`: {name: bytes}."""
    with ThreadPoolExecutor(8) as pool:
        tasks = {name: pool.submit(exchange, port, data, limit_s) for name, data in requests.items()}
        return {name: task.result() for name, task in tasks.items()}


def series_of(text):
    """{(metric, frozenset of labels): value} of the Prometheus text format, version 0.0.4, told by its grammar."""
    found = {}
    label = r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"'
    for line in text.split("\n"):
        if not line or line.startswith(("# HELP ", "# TYPE ")):
            continue
        sample = re.fullmatch(rf"([a-zA-Z_:][\w:]*)(?:\{{((?:{label},?)*)\}})? ([^ ]+)", line)
        if not sample:
            raise AssertionError(f"no sample: {line!r}")
        labels = {
            name: re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], value)
            for name, value in re.findall(label, sample[2] or "")
        }
        key = (sample[1], frozenset(labels.items()))
        if key in found:
            raise AssertionError(f"twice: {line!r}")
        found[key] = float(sample[5])
    return found
