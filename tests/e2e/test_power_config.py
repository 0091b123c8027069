#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The section `power`, checked by the program itself: files made by hand with one mistake each, warnings that stop
nothing, another topology by SIGHUP, and 100,000 nodes within their time.

Usage: test_power_config.py [HALLWATCH]; default: the environment's HALLWATCH
"""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
OK, USAGE = 0, 2
NODES_MOST = 100000
CHECK_MOST_S = 5.0  # of processor time; one second is usual

YAML = """\
site: seoul-1
gateway: gw-1
status_socket: status.sock
devices:
  - {name: meter-a, driver: schneider_pm5000, url: "modbus://127.0.0.1:1/1"}
  - {name: meter-b, driver: schneider_pm5000, url: "modbus://127.0.0.1:1/2"}
  - {name: io, driver: remote_io, url: "modbus://127.0.0.1:1/3", inputs: [{name: q1, means: tripped, when: closed, coil: 0}]}
power:
  topology: power.csv
  budgets: {rack: {warning: 80 %, critical: 95 %}}
"""
COLUMNS = "name,kind,sources,rating,meters,breaker,budget\n"
HALL = (
    COLUMNS
    + "intake,intake,,22.9 kV,,,\n"
    + "tr-a,transformer,intake,2 MVA; 400 V,,,\n"
    + "msb-a,bus,tr-a,3200 A; 400 V,meter-a,io:breaker/q1,\n"
    + "rack-1,rack,msb-a,20 kW,meter-b,,rack\n"
)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hallwatch-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, csv=HALL, yaml=YAML):
        (self.folder / "hallwatch.yaml").write_text(yaml, encoding="utf-8")
        (self.folder / "power.csv").write_text(csv, encoding="utf-8")

    def check(self, *arguments):
        done = subprocess.run(
            [HALLWATCH, "check", "hallwatch.yaml", *arguments],
            capture_output=True, text=True, timeout=60, check=False, cwd=self.folder,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


class Check(Folder):
    def test_what_is_right_is_counted(self):
        self.write()
        status, out, err = self.check()
        self.assertEqual((status, err), (OK, ""))
        self.assertTrue(out.endswith("0 sinks, 4 nodes\n"), out)

    def test_each_mistake_has_its_place(self):
        cases = [  # what a row becomes, and what is said of it
            (("2 MVA; 400 V", "2 MVA; 400"), 'power.csv:3:32: rating: "400" lacks its unit: write 400 A, 400 kW, 400 kVA or 400 V'),
            (("transformer,intake", "transfromer,intake"), 'power.csv:3:6: kind: unknown kind "transfromer"; did you mean "transformer"?'),
            (("bus,tr-a", "bus,tra"), 'power.csv:4:11: sources: unknown node "tra"; did you mean "tr-a"?'),
            (("bus,tr-a", "bus,tr-a;rack-1"), "power.csv:4:1: sources: feeds itself: msb-a <- rack-1 <- msb-a"),
            (("bus,tr-a", "bus,"), "power.csv:4:1: sources: is missing: what feeds this bus; only an intake, a generator or a store goes without"),
            (("rack-1,", "ＭＳＢ－ａ,"), None),
            (("rack-1,", "ｍｓｂ-a,"), 'power.csv:5:1: name: "ｍｓｂ-a" is already the name at power.csv:4:1'),
            (("meter-b", "meter-c"), 'power.csv:5:25: meters: unknown device "meter-c"; did you mean "meter-a"?'),
            (("meter-b", "meter-a"), 'power.csv:4:30: meters: "meter-a" measures "rack-1", too, which stands below "msb-a": it would count twice'),
            (("meter-b", "meter-b:inlett/1"), 'power.csv:5:25: meters: unknown part "inlett"; did you mean "inlet"?'),
            (("meter-b", "meter-b:outlet/1"), 'power.csv:5:25: meters: "meter-b" (schneider_pm5000) has no outlet; it has input'),
            (("breaker/q1", "breaker/q2"), 'power.csv:4:38: breaker: "io" (remote_io) has no breaker q2'),
            (("20 kW,meter-b,,rack", "20 kW,meter-b,,rach"), 'power.csv:5:34: budget: unknown budget "rach"; did you mean "rack"?'),
            (("20 kW,meter-b", "0 kW,meter-b"), "power.csv:5:19: rating: 0 kW: a rating must be above 0"),
            (("20 kW,meter-b", ",meter-b"), 'power.csv:5:1: rating: is missing: the budget "rack" is in percent of it'),
        ]
        for (before, after), expected in cases:
            with self.subTest(after=after):
                csv = HALL.replace(before, after)
                self.assertNotEqual(csv, HALL)
                self.write(csv)
                status, out, err = self.check()
                if expected is None:  # other letters, another name
                    self.assertEqual((status, err), (OK, ""))
                else:
                    self.assertEqual((status, out, err), (USAGE, "", expected + "\n"))

    def test_what_can_be_lived_with_is_said_and_stops_nothing(self):
        self.write(HALL.replace("20 kW,meter-b,", "5000 A,,"))
        status, out, err = self.check()
        self.assertEqual(status, OK)
        self.assertIn("4 nodes", out)
        self.assertEqual(
            err,
            'power.csv:5:19: rating: 5000 A, above the 3200 A of all its sources\n'
        )  # fmt: skip

    def test_a_zone_is_known(self):
        self.write(yaml=YAML + "  time_zone: Europe/Berln\n")
        self.assertEqual(
            self.check(),
            (USAGE, "", 'hallwatch.yaml:11:14: power.time_zone: unknown time zone "Europe/Berln"; did you mean "Europe/Berlin"?\n'),
        )  # fmt: skip


class Many(Folder):
    def write_many(self, n):
        """An intake, buses, and PDUs in trees of five levels: n nodes."""
        with open(self.folder / "power.csv", "w", encoding="utf-8") as file:
            file.write("name,kind,sources,rating,meters,hall,row,budget\nn0,intake,,,,,,\n")
            for i in range(1, n):
                file.write(f"n{i},pdu,n{(i - 1) // 10},400 A;400 V,meter-a:outlet/{i},hall-1,r{i % 50},rack\n")

    def test_a_hundred_thousand_nodes_are_checked_in_time(self):
        yaml = YAML.replace("schneider_pm5000", "apc_rpdu2").replace("modbus://127.0.0.1:1/1", "snmp://127.0.0.1:1").replace("modbus://127.0.0.1:1/2", "snmp://127.0.0.1:2")
        (self.folder / "hallwatch.yaml").write_text(yaml, encoding="utf-8")
        self.write_many(NODES_MOST)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status, out, err = self.check()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual((status, err), (OK, ""))
        self.assertIn(f"{NODES_MOST} nodes", out)
        self.assertLess(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, CHECK_MOST_S)
        # One more is refused; so are unknown names of all, of which a hundred are said, in no longer a time.
        self.write_many(NODES_MOST + 1)
        self.assertEqual(self.check()[2], "hallwatch.yaml: power: 100001 nodes; at most 100000 are possible\n")
        self.write_many(NODES_MOST)
        csv = (self.folder / "power.csv").read_text(encoding="utf-8")
        (self.folder / "power.csv").write_text(csv.replace(",pdu,n", ",pdu,m"), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        err = self.check()[2].splitlines()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual((len(err), err[-1]), (101, "... and 99899 more"))
        self.assertLess(after.ru_utime - before.ru_utime, 5 * CHECK_MOST_S)


class Reload(Folder):
    def wait_for(self, log, words):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if words in log.read_text(encoding="utf-8"):
                return
            time.sleep(0.02)
        self.fail(f"{words!r} is not in the log:\n{log.read_text(encoding='utf-8')}")

    def test_another_topology_is_taken_and_a_wrong_one_is_not(self):
        self.write()
        log = self.folder / "log"
        with open(log, "wb") as file:
            agent = subprocess.Popen([HALLWATCH, "run", "hallwatch.yaml"], stderr=file, cwd=self.folder)
        try:
            self.wait_for(log, "status at")
            self.write(HALL.replace("bus,tr-a", "bus,tr-b"))
            agent.send_signal(signal.SIGHUP)
            self.wait_for(log, 'power.csv:4:11: sources: unknown node "tr-b"; did you mean "tr-a"?')
            self.wait_for(log, "the new configuration is refused for 1 mistake")
            self.write(HALL.replace("20 kW,meter-b,", "5000 A,,"))
            agent.send_signal(signal.SIGHUP)
            self.wait_for(log, "a new configuration is in force: 3 devices unchanged, the topology, its budgets or alarms changed")
            self.assertIn("5000 A, above the 3200 A", log.read_text(encoding="utf-8"))
            agent.send_signal(signal.SIGHUP)
            self.wait_for(log, "the configuration is the same: nothing changed")
        finally:
            agent.terminate()
            agent.wait(20)
        self.assertEqual(agent.returncode, 0)


if __name__ == "__main__":
    HALLWATCH = sys.argv.pop(1) if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) else os.environ["HALLWATCH"]
    HALLWATCH = os.path.abspath(HALLWATCH)
    unittest.main()
