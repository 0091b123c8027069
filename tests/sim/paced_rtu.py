#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A serial line as slow as its speed says: Modbus RTU units on a pseudo-terminal, which takes bytes at once, but an answer
comes only after request, turnaround and answer have had their time on the wire.

    paced_rtu.py LINK BAUD TURNAROUND_MS [SILENT_UNIT ...]

LINK leads to the terminal; prints "ready", then serves until it is ended. Registers below 2000 are refused; of the others
each two from an odd address on hold the float 0.5. A character has 10 bits (8N1).
"""
import os
import pty
import struct
import sys
import time
import tty

from hostile_rtu import check_sum

BITS, REQUEST_SIZE = 10, 8


def answer(unit, function, address, count):
    if address < 2000:
        data = bytes([unit, function | 0x80, 2])
    else:
        values = b"".join(b"\x3f\x00" if (address + i) % 2 else b"\x00\x00" for i in range(count))
        data = bytes([unit, function, len(values)]) + values
    return data + check_sum(data)


def serve(master, baud, turnaround_s, silent):
    while True:
        frame = os.read(master, REQUEST_SIZE)
        while len(frame) < REQUEST_SIZE:
            frame += os.read(master, REQUEST_SIZE - len(frame))
        begin = time.monotonic()
        unit, function, address, count = struct.unpack(">BBHH", frame[:6])
        if check_sum(frame[:6]) != frame[6:]:
            raise ValueError("the request's check sum is wrong")
        if unit in silent:
            continue
        reply = answer(unit, function, address, count)
        end = begin + (REQUEST_SIZE + len(reply)) * BITS / baud + turnaround_s
        time.sleep(max(0, end - time.monotonic()))
        os.write(master, reply)


def main(link, baud, turnaround_ms, *silent):
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)
    print("ready", flush=True)
    serve(master, int(baud), int(turnaround_ms) / 1000, {int(unit) for unit in silent})


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
