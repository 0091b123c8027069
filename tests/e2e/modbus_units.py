# SPDX-License-Identifier: Apache-2.0
"""Modbus units with registers that a test changes, and maps that read them."""

import json
import socketserver
import struct
import threading


class Devices:
    """Modbus units on one port. What is in `silent` does not answer."""

    def __init__(self, units):
        self.units, self.silent = units, set()
        devices = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while len(head := self.rfile.read(8)) == 8:
                    identity, _, size, unit, function = struct.unpack(">HHHBB", head)
                    address, count = struct.unpack(">HH", self.rfile.read(size - 2))
                    registers = devices.units[unit]
                    if unit in devices.silent:
                        continue
                    if function != 3 or any(i not in registers for i in range(address, address + count)):
                        answer = struct.pack(">BB", function | 0x80, 2)
                    else:
                        words = [registers[i] & 0xFFFF for i in range(address, address + count)]
                        answer = struct.pack(f">BB{count}H", function, 2 * count, *words)
                    self.wfile.write(struct.pack(">HHHB", identity, 0, len(answer) + 1, unit) + answer)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # of connections that the agent breaks off
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def state(quantity, register, **words):
    return {"quantity": quantity, "holding": register, "type": "u16", "states": {code: word for word, code in words.items()}, "rate": "fast"}


def gauge(quantity, register, unit, **more):
    return {"quantity": quantity, "holding": register, "type": "s16", "unit": unit, "rate": "fast", **more}


def write_map(folder, name, device_class, points):
    """A device map, as JSON, which is YAML, too; returns its path."""
    document = {"name": name, "title": name, "class": device_class, "protocol": "modbus", "sources": "this test", "first_register": 0,
                "points": points}  # fmt: skip
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(document))
    return str(path)
