# SPDX-License-Identifier: Apache-2.0
"""A storm of SNMP traps from 127.0.0.0/8: genuine ones far too often, with a wrong community, from strangers, truncated,
and bytes that are none."""

import random
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))
from hostile_snmp import OCTETS, SEQUENCE, TIME_TICKS, ber, integer, oid, varbind  # noqa: E402

TRAP_V2, VERSION_2C = 0xA7, 1
UPTIME, TRAP_OID, LINK_DOWN = (1, 3, 6, 1, 2, 1, 1, 3, 0), (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
PAUSE_S, AT_ONCE = 0.1, 4


def trap(community, number):
    varbinds = varbind(UPTIME, integer(number, TIME_TICKS)) + varbind(TRAP_OID, oid(LINK_DOWN))
    pdu = integer(number) + integer(0) * 2 + ber(SEQUENCE, varbinds)
    return ber(SEQUENCE, integer(VERSION_2C) + ber(OCTETS, community) + ber(TRAP_V2, pdu))


class TrapStorm:
    """Blows at a port until the end of a with block; `device` is the address of a device that the agent knows, with the
    community public."""

    def __init__(self, port, device):
        self.target = ("127.0.0.1", port)
        self.sockets = [self.bound(device), self.bound("127.200.0.1")]
        self.random = random.Random(1)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.blow, daemon=True)

    def bound(self, address):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.bind((address, 0))
        return sender

    def blow(self):
        device, stranger = self.sockets
        number = 0
        while not self.stopping.wait(PAUSE_S):
            for _ in range(AT_ONCE):
                number += 1
                whole = trap(b"public", number)
                device.sendto(whole, self.target)
                device.sendto(trap(b"forged", number), self.target)
                device.sendto(whole[: self.random.randrange(len(whole))], self.target)
                stranger.sendto(whole, self.target)
                device.sendto(self.random.randbytes(self.random.randrange(200)), self.target)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        for sender in self.sockets:
            sender.close()
