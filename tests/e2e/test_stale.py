#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A device that says that it has no fresh values now is there: nothing is refused, nothing parked, no old value repeated.

The Trane gateway answers with exception 5 while its table is not filled, with 4 when it is no longer refreshed.
"""

import socketserver
import struct
import threading
import unittest

from agent import Agent, errors, value
from servers import wait_until

SUPPLY_C = 7.2  # raw 522, in tenths, minus 45


class Gateway(socketserver.ThreadingTCPServer):
    """Answers every read with the exception of the moment, or with registers of 522."""

    daemon_threads = True
    allow_reuse_address = True
    exception = 0
    requests = 0


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(12)) == 12:
            transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", head)
            self.server.requests += 1
            if self.server.exception:
                pdu = bytes([function | 0x80, self.server.exception])
            elif function == 2:
                pdu = bytes([function, (count + 7) // 8]) + b"\1" * ((count + 7) // 8)
            else:
                pdu = bytes([function, 2 * count]) + struct.pack(">H", 522) * count
            self.wfile.write(struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu)


def supply(agent):
    """The latest good temperature of the supply water and when it was taken, in ms; (None, 0) before there is one."""
    for reading in agent.devices()["chiller"]["readings"]:
        if reading["metric"] == "facility_coolant_temperature_celsius" and reading.get("point") == "supply":
            return reading["value"], reading["time"]
    return None, 0


class Stale(unittest.TestCase):
    def test_no_fresh_value_is_no_refusal(self):
        server = Gateway(("127.0.0.1", 0), Connection)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        device = {
            "name": "chiller",
            "driver": "trane_ch530",
            "variant": "rthd",
            "url": f"modbus://127.0.0.1:{server.server_address[1]}/1",
            "interval": "200ms",
        }
        with Agent([device]) as agent:
            wait_until(lambda: supply(agent)[0] == SUPPLY_C, "the temperature comes out", 20)
            for exception in (5, 4):
                with self.subTest(exception=exception):
                    server.exception, begin = exception, server.requests
                    wait_until(lambda: server.requests > begin + 4, "what was under way is over", 15)
                    _, taken = supply(agent)
                    # More refusals than would park any other device's requests.
                    wait_until(lambda: server.requests > begin + 40, "it is asked on", 30)
                    wait_until(lambda: "refused" in errors(agent.devices()["chiller"]), "refusals are counted", 15)
                    chiller = agent.devices()["chiller"]
                    self.assertTrue(chiller["up"])
                    self.assertEqual(value(chiller, "facility_points_parked"), 0)
                    self.assertEqual(supply(agent), (SUPPLY_C, taken), "no value was said again")
                    server.exception = 0
                    wait_until(lambda: supply(agent)[1] > taken, "it is fresh again at once", 5)
            self.assertEqual(agent.complaints("chiller"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
