#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Modbus TCP gateways that misbehave, one per port and each in one way only.

    hostile_modbus.py NAME...

Listens on a free loopback port for every NAME (a function below named behave_NAME) and prints one JSON object
{"NAME": PORT, ...}; serves until it is ended. Register n of unit u holds (7 * n + u) modulo 65536.
"""
import asyncio
import json
import logging
import socket
import struct
import sys


def value(unit, register):
    return (7 * register + unit) % 65536


class Request:
    """One read request of a client."""

    def __init__(self, header, body):
        self.id, _, _, self.unit = struct.unpack(">HHHB", header)
        self.function, self.address, self.count = struct.unpack(">BHH", body)

    def pdu(self, count=None):
        count = self.count if count is None else count
        values = (value(self.unit, self.address + i) for i in range(count))
        return struct.pack(">BB", self.function, 2 * count) + b"".join(struct.pack(">H", v) for v in values)

    def frame(self, pdu=None, id=None, protocol=0, length=None, unit=None):
        pdu = self.pdu() if pdu is None else pdu
        return struct.pack(
            ">HHHB",
            (self.id if id is None else id) % 65536,
            protocol,
            len(pdu) + 1 if length is None else length,
            self.unit if unit is None else unit,
        ) + pdu


async def read_request(reader):
    return Request(await reader.readexactly(7), await reader.readexactly(5))


def reset(writer):
    """Closes with a reset instead of an orderly end."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.close()


def answering(make):
    """A behaviour that writes make(request) for every request."""

    async def behave(reader, writer):
        while True:
            writer.write(make(await read_request(reader)))

    return behave


behave_right = answering(lambda r: r.frame())
behave_wrong_id = answering(lambda r: r.frame(id=r.id + 1000))
behave_constant_id = answering(lambda r: r.frame(id=0))
behave_wrong_unit = answering(lambda r: r.frame(unit=r.unit + 1))
behave_wrong_function = answering(lambda r: r.frame(pdu=b"\x04" + r.pdu()[1:]))
behave_wrong_protocol = answering(lambda r: r.frame(protocol=1))
behave_too_few = answering(lambda r: r.frame(pdu=r.pdu(r.count - 1)))
behave_registers_126 = answering(lambda r: r.frame(pdu=r.pdu(126)))
behave_length_zero = answering(lambda r: r.frame(length=0))
behave_length_huge = answering(lambda r: r.frame(length=65535))
behave_length_short = answering(lambda r: r.frame(length=5))
behave_length_long = answering(lambda r: r.frame(length=250))
behave_byte_count_lies = answering(lambda r: r.frame(pdu=bytes([r.function, 2 * r.count + 2]) + r.pdu()[2:]))
behave_exception = answering(lambda r: r.frame(pdu=bytes([r.function | 0x80, r.unit])))
behave_doubled = answering(lambda r: r.frame() * 2)
behave_many_copies = answering(lambda r: r.frame() * 5)
behave_noise_before = answering(lambda r: r.frame(id=r.id + 1000) + r.frame())


async def behave_late(reader, writer):
    """Answers the first request of a connection after 600 ms, the others at once."""
    first = await read_request(reader)
    asyncio.get_running_loop().call_later(0.6, lambda: writer.write(first.frame()))
    while True:
        writer.write((await read_request(reader)).frame())


async def behave_previous(reader, writer):
    """Answers every request with the answer to the one before, over all connections."""
    while True:
        request = await read_request(reader)
        if behave_previous.last:
            writer.write(behave_previous.last.frame())
        behave_previous.last = request


behave_previous.last = None


async def behave_dribble(reader, writer):
    while True:
        for byte in (await read_request(reader)).frame():
            writer.write(bytes([byte]))
            await asyncio.sleep(0.001)


async def behave_fragments(reader, writer):
    """Cuts in the header, behind it and in the values."""
    while True:
        frame = (await read_request(reader)).frame()
        for part in (frame[:3], frame[3:8], frame[8:11], frame[11:]):
            writer.write(part)
            await asyncio.sleep(0.005)


async def behave_reset_in_frame(reader, writer):
    writer.write((await read_request(reader)).frame()[:11])
    await asyncio.sleep(0.02)
    reset(writer)


async def behave_reset_later(reader, writer):
    """Two right answers, then a reset instead of the third."""
    for _ in range(2):
        writer.write((await read_request(reader)).frame())
    await read_request(reader)
    reset(writer)


async def behave_half_frame(reader, writer):
    """Begins an answer and leaves it at that; the next request gets the rest and its own answer."""
    frame = (await read_request(reader)).frame()
    writer.write(frame[:10])
    request = await read_request(reader)
    writer.write(frame[10:] + request.frame())
    await reader.read()


async def behave_silent(reader, writer):
    await reader.read()


async def behave_hang_up(reader, writer):
    writer.close()


async def behave_one_answer(reader, writer):
    writer.write((await read_request(reader)).frame())
    writer.close()


async def behave_flood(reader, writer):
    """Sends answers that nobody asked for, for ever, and no right one."""
    request = Request(struct.pack(">HHHB", 40000, 0, 6, 1), struct.pack(">BHH", 3, 0, 10))
    while True:
        writer.write(request.frame() * 20)
        await writer.drain()
        await asyncio.sleep(0.01)


async def behave_mixed(reader, writer):
    """Several units: 1 is right, 2 is silent, 3 answers as unit 4, 5 refuses, 6 resets the connection."""
    while True:
        request = await read_request(reader)
        if request.unit == 1:
            writer.write(request.frame())
        elif request.unit == 3:
            writer.write(request.frame(unit=4))
        elif request.unit == 5:
            writer.write(request.frame(pdu=bytes([request.function | 0x80, 4])))
        elif request.unit == 6:
            reset(writer)
            return


def serving(behave):
    async def serve(reader, writer):
        try:
            await behave(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    return serve


async def main(names):
    ports, servers = {}, []
    for name in names:
        server = await asyncio.start_server(serving(globals()["behave_" + name]), "127.0.0.1", 0)
        ports[name] = server.sockets[0].getsockname()[1]
        servers.append(server)
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # that the other side has gone is nothing to say
    try:
        asyncio.run(main(sys.argv[1:]))
    except KeyboardInterrupt:
        pass
