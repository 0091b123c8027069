#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch whatif` from recorded readings of a small plant: words, JSON, what is not known, and what is wrong."""

import json
import math
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch

CONFIG = """
site: dc1
gateway: gw-1
status_socket: {folder}/none.sock
devices:
{devices}
power:
  nodes:
    - {{name: intake, kind: intake, rating: [100 kW, 400 V]}}
    - {{name: gen, kind: generator, rating: [60 kW, 400 V]}}
    - {{name: ats, kind: ats, sources: [intake, gen], rating: 400 V}}
    - {{name: ups-a, kind: ups, sources: [ats], rating: [10 kW, 400 V], units: 4, redundancy: N+1, autonomy: 5min, meters: [m-ups-a]}}
    - {{name: ups-b, kind: ups, sources: [ats], rating: [40 kW, 400 V], autonomy: 10min, meters: [m-ups-b]}}
    - {{name: pdu-a1, kind: pdu, sources: [ups-a], rating: [32 A, 400 V], standard: IEC 60898, trip: thermal-magnetic, meters: [m-pdu-a1]}}
    - {{name: pdu-b1, kind: pdu, sources: [ups-b], rating: [32 A, 400 V], standard: IEC 60898, trip: thermal-magnetic, meters: [m-pdu-b1]}}
    - {{name: pdu-a2, kind: pdu, sources: [ups-a], rating: [32 A, 400 V], meters: [m-pdu-a2]}}
    - {{name: pdu-b2, kind: pdu, sources: [ups-b], rating: [32 A, 400 V], meters: [m-pdu-b2]}}
    - {{name: rack-1, kind: rack, sources: [pdu-a1, pdu-b1], redundancy: 2N, rating: 400 V}}
    - {{name: rack-2, kind: rack, sources: [pdu-a2, pdu-b2], redundancy: 2N, rating: 400 V}}
"""
LOADS = {"ups-a": 26000, "ups-b": 15000, "pdu-a1": 18000, "pdu-b1": 10000, "pdu-a2": 8000, "pdu-b2": 5000}


def readings(watts, now_ms):
    rows = [("facility_active_power_watts", watts, "total"), ("facility_apparent_power_voltamperes", watts, "total")]
    rows += [("facility_current_amperes", watts / (math.sqrt(3) * 400), f"L{i}") for i in (1, 2, 3)]
    return [{"metric": metric, "phase": phase, "value": value, "quality": "good", "time": now_ms} for metric, value, phase in rows]


class WhatIf(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.config = self.folder / "hallwatch.yaml"
        self.recorded = self.folder / "status.json"
        devices = [f'  - {{name: m-{name}, url: "modbus://127.0.0.1:9/{i + 1}", driver: ls_gimac}}' for i, name in enumerate(LOADS)]
        self.config.write_text(CONFIG.format(folder=folder.name, devices="\n".join(devices)), encoding="utf-8")
        self.record(LOADS)

    def record(self, loads):
        now_ms = int(time.time() * 1000)
        devices = [{"name": f"m-{name}", "class": "meter", "readings": readings(watts, now_ms)} for name, watts in loads.items()]
        self.recorded.write_text(json.dumps({"site": "dc1", "time": now_ms, "devices": devices}), encoding="utf-8")

    def whatif(self, *arguments, status=hallwatch.OK):
        done = hallwatch.run("whatif", str(self.config), "--from", str(self.recorded), *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == hallwatch.OK else done.stderr

    def lose(self, *names):
        arguments = [word for name in names for word in ("--lose", name)]
        return json.loads(self.whatif("--json", *arguments))

    def test_one_loss_in_words(self):
        said = self.whatif("--lose", "pdu-a1")
        self.assertIn("drops       no load", said)
        # 28 kVA at 400 V are 40.41 A: 1.26 of 32 A; above 1.13 it may trip, below 1.45 it need not.
        self.assertRegex(said, r"pdu-b1 by most: 40\.41 A L1 of 32\.00 A L1, 126 %; trips in .* at the earliest, or never")
        self.assertRegex(said, r"pdu-b1 +pdu +14\.43 A L1 +40\.41 A L1 +32\.00 A L1 +126\.3 %")

    def test_one_loss_as_json(self):
        found = self.lose("pdu-a1")
        self.assertEqual(found["first"], "pdu-b1")
        self.assertAlmostEqual(found["first_ratio"], 28000 / (math.sqrt(3) * 400) / 32, 6)
        self.assertAlmostEqual(found["nodes"][0]["before"], 10000 / (math.sqrt(3) * 400), 6)
        self.assertEqual((found["dropped"], found["on_battery"], found["known"], found["lower_bound"]), (0, 0, True, False))
        self.assertIsNone(found["trip_latest_seconds"])
        self.assertGreater(found["trip_earliest_seconds"], 0)

    def test_redundancy_that_is_lost(self):
        self.assertEqual(self.lose("pdu-a2")["redundancy_lost_nodes"], ["rack-2"])
        self.assertEqual(self.lose("ups-a:unit")["redundancy_lost_nodes"], ["ups-a"])

    def test_several_losses(self):
        found = self.lose("pdu-a2", "pdu-b2")
        self.assertEqual(found["dropped_nodes"], ["rack-2"])
        self.assertEqual(found["dropped_watts"], 13000)

    def test_the_intake(self):
        found = self.lose("intake")
        self.assertEqual((found["on_battery"], found["battery_seconds"], found["generators_start_seconds"]), (8, 300, 15))
        # 41 kW, and a tenth of twice 40 kW to recharge
        self.assertAlmostEqual(found["worst_headroom_ratio"], 1 - 49 / 60, 6)
        self.assertIn("for 5 min by design; generators take over after 15 s", self.whatif("--lose", "intake"))
        found = self.lose("intake", "gen")
        self.assertIsNone(found["generators_start_seconds"])
        self.assertIn("rack-1", found["on_battery_nodes"])

    def test_every_loss_the_worst_first(self):
        said = self.whatif()
        rows = [line.split() for line in said.splitlines()[3:]]
        self.assertIn(rows[0][0], ("ups-a", "ups-b", "pdu-a1", "pdu-b1"))
        self.assertIn("one unit of ups-a", said)
        losses = json.loads(self.whatif("--json", "--all"))["losses"]
        headrooms = [loss.get("worst_headroom_ratio", 1) for loss in losses]
        self.assertEqual(headrooms[0], min(headrooms))

    def test_what_is_not_known_is_said(self):
        self.record({name: watts for name, watts in LOADS.items() if name not in ("pdu-b1", "ups-b")})
        found = self.lose("pdu-a2")
        self.assertTrue(found["lower_bound"])
        self.assertIn("pdu-b1", found["unknown_nodes"])
        self.assertRegex(self.whatif("--lose", "pdu-a2"), "not known   the load of .*pdu-b1")

    def test_wrong_arguments(self):
        self.assertIn('did you mean "ups-a"?', self.whatif("--lose", "usp-a", status=hallwatch.USAGE))
        self.assertIn("no units", self.whatif("--lose", "ups-b:unit", status=hallwatch.USAGE))
        self.assertIn("--all", self.whatif("--lose", "ups-a", "--all", status=hallwatch.USAGE))
        self.recorded.write_text("{}", encoding="utf-8")
        self.assertIn("no status document", self.whatif(status=hallwatch.USAGE))
        done = hallwatch.run("whatif", str(self.config))
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)


if __name__ == "__main__":
    unittest.main()
