#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The 250 MW campus of conf/campus: what its generator writes is right to `hallwatch check`, and right to an engineer who
adds up what is fed by what."""

import collections
import csv
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import hallwatch

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "conf" / "campus"
TABLES = ("power.csv", "devices.csv", "wiring.csv")
UNITS = {"W": 1, "kW": 1e3, "MW": 1e6, "VA": 1, "kVA": 1e3, "MVA": 1e6, "A": 1, "V": 1, "kV": 1e3}
POWER_FACTOR = 0.99


def generate(folder, *options):
    return subprocess.run(["/usr/bin/python3", EXAMPLE / "make_campus.py", folder, *options], check=True, capture_output=True, text=True).stdout


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rating(node, unit):
    """In base units, of all its units; None where it has none."""
    for word in node["rating"].split(";"):
        found = re.fullmatch(r"([\d.]+) (\w+)", word)
        if found and found[2].endswith(unit) and found[2] in UNITS and (unit != "A" or found[2] == "A"):
            return float(found[1]) * UNITS[found[2]] * int(node["units"] or 1)
    return None


class Campus:
    def __init__(self, folder):
        self.nodes = {node["name"]: node for node in read(folder / "power.csv")}
        self.devices = {device["name"]: device for device in read(folder / "devices.csv")}
        self.by_kind = collections.defaultdict(list)
        for node in self.nodes.values():
            self.by_kind[node["kind"]].append(node)
        self.above = {name: self.sources_above(name) for name in self.nodes}

    def sources(self, name):
        return [source for source in self.nodes[name]["sources"].split(";") if source]

    def sources_above(self, name, seen=None):
        seen = set() if seen is None else seen
        for source in self.sources(name):
            if source not in seen:
                seen.add(source)
                self.sources_above(source, seen)
        return seen

    def carried(self):
        """Watts of the racks below each node, if it alone fed them."""
        watts = collections.Counter()
        for rack in self.by_kind["rack"]:
            for name in self.above[rack["name"]]:
                watts[name] += rating(rack, "W")
        return watts


class Example(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-campus-")))

    def check(self, folder, configuration, gateway):
        done = subprocess.run(
            [hallwatch.BINARY, "check", folder / configuration, "--gateway", gateway], capture_output=True, text=True, timeout=60
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_what_stands_beside_the_generator_is_what_it_writes(self):
        generate(self.folder, "--only", "1")
        for name in TABLES:
            self.assertEqual((self.folder / name).read_bytes(), (EXAMPLE / name).read_bytes(), f"{name} is not what make_campus.py --only 1 writes")
        self.check(EXAMPLE, "gateway.yaml", "gw-1")
        self.check(EXAMPLE, "site.yaml", "site")

    def test_the_whole_campus(self):
        self.assertIn("1900 racks", generate(self.folder))
        campus = Campus(self.folder)
        self.assertEqual(len(campus.nodes), len(read(self.folder / "power.csv")), "names are unique")
        self.assertTrue(8000 <= len(campus.nodes) <= 9500, len(campus.nodes))
        kinds = {kind: len(nodes) for kind, nodes in campus.by_kind.items()}
        self.assertEqual((kinds["intake"], kinds["rack"], kinds["ups"], kinds["chiller"]), (2, 1900, 192, 60))
        self.assertEqual(len({rack["hall"] for rack in campus.by_kind["rack"]}), 12)
        self.check_references(campus)
        self.check_feeds(campus)
        self.check_ratings(campus)
        self.check(self.folder, "site.yaml", "site")
        for gateway in ("gw-1", "gw-12"):
            self.check(self.folder, "gateway.yaml", gateway)

    def test_a_catcher_in_the_place_of_a_second_side(self):
        generate(self.folder, "--design", "catcher")
        campus = Campus(self.folder)
        self.assertEqual(len(campus.by_kind["ups"]), 12 * 9)
        self.check_references(campus)
        self.check_feeds(campus)
        self.check(self.folder, "gateway.yaml", "gw-3")

    def check_references(self, campus):
        known = set(campus.nodes)
        for name, node in campus.nodes.items():
            for other in node["sources"].split(";") + node["cooled_by"].split(";"):
                self.assertTrue(not other or other in known, f"{name} names {other}")
            for point in (node["meters"], node["device"], node["breaker"]):
                device = point.split(":")[0]
                self.assertTrue(not device or campus.devices[device]["gateway"] == node["gateway"], f"{name}: {device}")

    def check_feeds(self, campus):
        """Each rack hangs on two PDUs, busways and UPSes that have nothing in common below the 22.9 kV boards, and on both intakes."""
        for rack in campus.by_kind["rack"]:
            sides = campus.sources(rack["name"])
            self.assertEqual([campus.nodes[side]["kind"] for side in sides], ["pdu", "pdu"])
            above = [{side} | campus.above[side] for side in sides]
            shared = {campus.nodes[name]["kind"] for name in above[0] & above[1] if not name.endswith("catcher-ups")}
            self.assertFalse(shared & {"busway", "tap_off", "pdu", "sts"}, rack["name"])
            own = [{name for name in side if campus.nodes[name]["kind"] == "ups" and "catcher" not in name} for side in above]
            self.assertFalse(own[0] & own[1], rack["name"])
            self.assertLessEqual({"intake-1", "intake-2"}, above[0] | above[1])
            self.assertTrue(rack["cooled_by"], rack["name"])

    def check_ratings(self, campus):
        """One side carries all racks below it alone, and the campus takes what its contract says."""
        watts = campus.carried()
        racks = sum(rating(rack, "W") for rack in campus.by_kind["rack"])
        self.assertAlmostEqual(racks / 1e6, 12 * 128 * 0.132 + (1900 - 12 * 128) * 0.02, places=3)
        self.assertTrue(0.80 < racks / 250e6 < 0.87, "what remains is for cooling and losses")
        for node in campus.nodes.values():
            amperes, volts = rating(node, "A"), rating(node, "V")
            if node["kind"] in ("busway", "tap_off", "pdu") or node["name"].endswith("-msb"):
                self.assertLess(watts[node["name"]] / POWER_FACTOR / (3**0.5 * volts), amperes, node["name"])
            if node["kind"] == "ups":
                self.assertLess(watts[node["name"]], rating(node, "W"), node["name"])
        for kind, share, spare in (("cdu", 0.85, 16), ("chiller", 1, 5)):
            machines = [node for node in campus.by_kind[kind] if node["hall"] == "hall-1"]
            liquid = sum(rating(rack, "W") for rack in campus.by_kind["rack"] if rack["hall"] == "hall-1" and (kind == "chiller" or rack["rating"] == "132 kW"))
            self.assertEqual(len(machines), spare)
            fewest = 12 if kind == "cdu" else 4  # one of each four CDUs may fail, one of five chillers
            self.assertLess(liquid * share, fewest * rating(machines[0], "W"))


if __name__ == "__main__":
    unittest.main()
