# SPDX-License-Identifier: Apache-2.0
"""A receiver of Prometheus remote write, Influx line protocol and JSON, in a thread, that can misbehave. It reads
requests with decoders of its own and keeps the samples, or JSON objects, that it has accepted."""

import gzip
import http.server
import json
import re
import socket
import ssl
import struct
import threading
import time

import snappy


def varint(data, at):
    number, shift = 0, 0
    while True:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return number, at


def fields(data):
    """(field number, value) of each field of a protobuf message."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        else:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        yield tag >> 3, value


def samples_of(request):
    """(labels, time in ms, value) of each sample of a WriteRequest."""
    for _, series in fields(request):
        labels, points = {}, []
        for number, value in fields(series):
            inner = dict(fields(value))
            if number == 1:
                labels[inner[1].decode()] = inner[2].decode()
            else:
                points.append((inner[2], inner[1]))
        for time_ms, value in points:
            yield labels, time_ms, value


def samples_of_lines(text):
    """The same of line protocol, named as remote write does."""
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        head, fields, time_ms = re.match(r"((?:\\.|[^ \\]|\\)+?)(?<!\\) (\S+) (\d+)$", line).groups()
        measurement, *tags = re.split(r"(?<!\\),", head)
        labels = {}
        for tag in tags:
            name, value = re.split(r"(?<!\\)=", tag)
            labels[name] = re.sub(r"\\([, =])", r"\1", value)
        for field in fields.split(","):
            name, value = field.split("=")
            yield {"__name__": f"{measurement}_{name}", **labels}, int(time_ms), float(value)


def decode(headers, body):
    if headers["Content-Type"] == "application/json":
        document = json.loads(body)
        return document if isinstance(document, list) else [document]
    if headers["Content-Encoding"] == "gzip":
        return list(samples_of_lines(gzip.decompress(body).decode()))
    return list(samples_of(snappy.uncompress(body)))


class HostileReceiver:
    """`decide(samples, n)` says what becomes of the n-th request: a status, (status, headers, body), "close",
    "nothing" (silence for `silence_s`), raw bytes to send in the place of HTTP, or a function that is called with what the
    answer is written to. `certificate` is (certificate, key)
    for TLS, `client_ca` who must have signed the client's."""

    def __init__(self, decide=lambda samples, n: 204, silence_s=3, certificate=None, client_ca=None):
        self.accepted = []  # (labels, time_ms, value)
        self.requests = []  # time.monotonic() of each
        self.headers = []
        self.paths = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                samples = decode(self.headers, body)
                receiver.requests.append(time.monotonic())
                receiver.paths.append(self.path)
                receiver.headers.append(dict(self.headers))
                receiver.answer(self, samples, decide(samples, len(receiver.requests)), silence_s)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # of handshakes that fail
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            if client_ca:
                context.load_verify_locations(client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
            # Each handshake on the thread of its connection.
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.base = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.server_address[1]}"
        self.url = self.base + "/api/v1/write"

    def answer(self, handler, samples, what, silence_s):
        if isinstance(what, bytes):
            handler.wfile.write(what)
        elif callable(what):
            try:
                what(handler.wfile)
            except OSError:
                pass
        elif what == "nothing":
            time.sleep(silence_s)  # not a wait of the test: the misbehaviour itself
        if isinstance(what, bytes) or callable(what) or what in ("nothing", "close"):
            handler.close_connection = True
            try:
                handler.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            return
        status, headers, body = what if isinstance(what, tuple) else (what, {}, "")
        if 200 <= status < 300:
            self.accepted += samples
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        try:
            handler.wfile.write(body.encode())
        except OSError:
            handler.close_connection = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
