#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Modbus RTU lines that misbehave, one per port or pseudo-terminal and each in one way only.

    hostile_rtu.py [--pty FOLDER] NAME...

Serves every NAME (a function below named behave_NAME) on a free loopback port, or on a pseudo-terminal that the link
FOLDER/NAME leads to, and prints one JSON object {"NAME": PORT or PATH, ...}; serves until it is ended. Register n of unit
u holds (7 * n + u) modulo 65536.
"""
import asyncio
import json
import os
import pty
import struct
import sys
import tty

NOISE = bytes((37 * i + 11) % 256 for i in range(300))


def check_sum(data):
    total = 0xFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0xA001 if total & 1 else 0)
    return struct.pack("<H", total)


class Request:
    """One read request of a client."""

    def __init__(self, frame):
        self.bytes = frame
        self.unit, self.function, self.address, self.count = struct.unpack(">BBHH", frame[:6])
        if check_sum(frame[:6]) != frame[6:]:
            raise ConnectionError("the request's check sum is wrong")

    def frame(self, unit=None, function=None, count=None):
        count = self.count if count is None else count
        unit = self.unit if unit is None else unit
        values = ((7 * (self.address + i) + self.unit) % 65536 for i in range(count))
        head = struct.pack(">BBB", unit, self.function if function is None else function, 2 * count)
        data = head + b"".join(struct.pack(">H", value) for value in values)
        return data + check_sum(data)

    def refusal(self, code):
        data = bytes([self.unit, self.function | 0x80, code])
        return data + check_sum(data)

    def damaged(self):
        frame = bytearray(self.frame())
        frame[5] ^= 0x10
        return bytes(frame)


class Stream:
    """A line behind a TCP connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.send = writer.write

    async def request(self):
        return Request(await self.reader.readexactly(8))


class Terminal:
    """A line that is a pseudo-terminal; its end for the client is kept open, so that clients may come and go."""

    def __init__(self, link):
        self.link = link
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.reader = asyncio.StreamReader()
        asyncio.get_running_loop().add_reader(self.master, self.feed)
        os.symlink(os.ttyname(self.slave), link + ".new")
        os.replace(link + ".new", link)

    def feed(self):
        self.reader.feed_data(os.read(self.master, 4096))

    def send(self, data):
        os.write(self.master, data)

    async def request(self):
        return Request(await self.reader.readexactly(8))

    def unplug(self):
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self.slave)


def answering(make):
    """A behaviour that sends make(request) for every request."""

    async def behave(line):
        while True:
            line.send(make(await line.request()))

    return behave


behave_right = answering(lambda r: r.frame())
behave_glitch_before = answering(lambda r: b"\x00\xff" + r.frame())
behave_echo = answering(lambda r: r.bytes + r.frame())
behave_noise_before = answering(lambda r: NOISE + r.frame())
behave_noise = answering(lambda r: NOISE[:60])
behave_glitch = answering(lambda r: b"\xff\xff\xff")
behave_damaged = answering(lambda r: r.damaged())
behave_other_unit = answering(lambda r: r.frame(unit=r.unit + 1))
behave_wrong_function = answering(lambda r: r.frame(function=4))
behave_too_few = answering(lambda r: r.frame(count=r.count - 1))
behave_registers_126 = answering(lambda r: r.frame(count=126))
behave_exception = answering(lambda r: r.refusal(r.unit))
behave_doubled = answering(lambda r: r.frame() * 2)


async def behave_dribble(line):
    while True:
        for byte in (await line.request()).frame():
            line.send(bytes([byte]))
            await asyncio.sleep(0.001)


async def behave_half_frame(line):
    """Begins an answer and sends the rest with the next one."""
    while True:
        frame = (await line.request()).frame()
        line.send(frame[:10])
        line.send(frame[10:] + (await line.request()).frame())


async def behave_silent(line):
    while True:
        await line.request()


async def behave_late(line):
    """Answers the first request after 450 ms, the others at once."""
    first = await line.request()
    asyncio.get_running_loop().call_later(0.45, lambda: line.send(first.frame()))
    while True:
        line.send((await line.request()).frame())


async def behave_flood(line):
    async def flood():
        while True:
            line.send(NOISE)
            await asyncio.sleep(0.01)

    task = asyncio.get_running_loop().create_task(flood())
    try:
        await behave_silent(line)
    finally:
        task.cancel()


async def behave_mixed(line):
    """Several units: 1 and 255 are right, the others as told below."""
    delayed = asyncio.get_running_loop().call_later
    while True:
        request = await line.request()
        if request.unit in (1, 255):
            line.send(request.frame())
        elif request.unit == 3:
            line.send(request.damaged())
        elif request.unit == 4:
            line.send(request.frame(unit=40))
        elif request.unit == 5:
            line.send(request.refusal(4))
        elif request.unit == 6:
            line.send(request.frame()[:9])
        elif request.unit == 7:
            line.send(b"\x00" + request.frame())
        elif request.unit == 8:
            delayed(0.3, line.send, request.frame())
        # 2 is absent


async def behave_unplugged(line):
    """Two answers, then the adapter is pulled out; what is plugged in later is right."""
    for _ in range(2):
        line.send((await line.request()).frame())
    await line.request()
    line.unplug()
    await asyncio.sleep(0.5)


async def behave_broken_off(line):
    """One answer, then the adapter is pulled out in the middle of the second, for ever."""
    line.send((await line.request()).frame())
    line.send((await line.request()).frame()[:12])
    line.unplug()
    await asyncio.Event().wait()


async def behave_restless(line):
    """Noise with every answer, a damaged one now and then; pulled out after 20 of them, and back after a second."""
    while True:
        for number in range(20):
            request = await line.request()
            line.send(NOISE[number : number + 9] + (request.damaged() if number % 7 == 6 else request.frame()))
        await line.request()
        line.unplug()
        await asyncio.sleep(1)
        line = Terminal(line.link)


def serving(behave):
    async def serve(reader, writer):
        try:
            await behave(Stream(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


async def serve_terminal(path, behave):
    await behave(Terminal(path))
    await behave_right(Terminal(path))


async def main(arguments):
    places, tasks = {}, []
    folder = arguments[1] if arguments[0] == "--pty" else None
    for name in arguments[2:] if folder else arguments:
        behave = globals()["behave_" + name]
        if folder:
            places[name] = os.path.join(folder, name)
            tasks.append(asyncio.create_task(serve_terminal(places[name], behave)))
        else:
            server = await asyncio.start_server(serving(behave), "127.0.0.1", 0)
            places[name] = server.sockets[0].getsockname()[1]
            tasks.append(asyncio.create_task(server.serve_forever()))
    await asyncio.sleep(0)
    print(json.dumps(places), flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except KeyboardInterrupt:
        pass
