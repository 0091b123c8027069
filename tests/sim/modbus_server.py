#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Serves a recording of registers over Modbus TCP, or RTU through TCP, with pymodbus from Debian: a device for tests and for trying things out.

The recording has lines `holding ADDRESS WORD...` (also input, coil, discrete) by wire address, and `identity OBJECT
TEXT` for what function 43/14 says; lines that begin with # explain. What is not recorded is answered with exception 2, another unit is not answered. Prints `ready PORT` when it
listens; ends on SIGTERM or SIGINT.

usage: modbus_server.py [--rtu] [--unit N] [--host A] [--port N] FILE.registers
"""

import argparse
import asyncio
import logging
import signal

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server.async_io import ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

KINDS = ("holding", "input", "coil", "discrete")


def load_registers(path):
    """{kind: {address: value}} of a recording and {object: text} of its identity; anything else is an error."""
    values, identity = {kind: {} for kind in KINDS}, {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "identity":
                identity[int(words[1], 0)] = line.split(None, 2)[2].strip()
                continue
            if words[0] not in KINDS or len(words) < 3:
                raise SystemExit(f"{path}:{number}: expected `holding ADDRESS WORD...`, found: {line.strip()}")
            for offset, word in enumerate(words[2:]):
                address = int(words[1], 0) + offset
                if not 0 <= address <= 0xFFFF or not 0 <= int(word, 0) <= 0xFFFF:
                    raise SystemExit(f"{path}:{number}: addresses and words are 0 to 65535")
                values[words[0]][address] = int(word, 0)
    return values, identity


def make_context(values, unit):
    blocks = {kind: ModbusSparseDataBlock(values[kind]) for kind in KINDS}
    device = ModbusSlaveContext(
        hr=blocks["holding"], ir=blocks["input"], co=blocks["coil"], di=blocks["discrete"], zero_mode=True
    )
    return ModbusServerContext(slaves={unit: device}, single=False)


async def serve(context, identity, framer, host, port):
    server = ModbusTcpServer(
        context,
        framer,
        identity=ModbusDeviceIdentification(info=identity),
        address=(host, port),
        ignore_missing_slaves=True,
        allow_reuse_address=True,
    )
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.wait([serving, server.serving], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, serving.cancel)
    print(f"ready {server.server.sockets[0].getsockname()[1]}", flush=True)
    try:
        await serving
    except asyncio.CancelledError:
        pass


def main():
    parser = argparse.ArgumentParser(description="Serves a recording of registers over Modbus TCP.")
    parser.add_argument("--rtu", action="store_true", help="frames of RTU instead of Modbus TCP")
    parser.add_argument("--unit", type=int, default=1, help="the unit that answers (default 1)")
    parser.add_argument("--host", default="127.0.0.1", help="the address it listens on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="TCP port (default: a free one, printed)")
    parser.add_argument("file")
    options = parser.parse_args()
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it reports every exception it answers with
    values, identity = load_registers(options.file)
    context = make_context(values, options.unit)
    framer = ModbusRtuFramer if options.rtu else ModbusSocketFramer
    asyncio.run(serve(context, identity, framer, options.host, options.port))


if __name__ == "__main__":
    main()
