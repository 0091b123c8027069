#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What happens in the simulated hall by order and by script, as it is seen on the wire: through Modbus, SNMP and hallwatch's
own drivers."""

import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from hallsim import BINARY, TOP, Hallsim
from servers import wait_until
from test_hallsim import HALLWATCH, UPS, WithHall, float_at, snmp

HALL = ("--hall", "rows=2,racks=4,kw=16,chillers=2", "--speed", "5")
MAP = TOP / "deploy" / "story" / "chiller.yaml"
STATE = ("facility_unit_state", "")
RUNNING, FAULT, DRY, WET = 1, 4, 0, 1  # published codes
PX = "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.5"  # active power of the inlet


class Orders(WithHall):
    options = HALL

    def order(self, line, back):
        self.assertEqual(self.hall.ask(line), {"hall": "changed"})
        self.addCleanup(self.hall.ask, back)

    def readings(self, name, *options):
        """{(metric, point): value} of what hallwatch reads of a device."""
        done = subprocess.run(
            [HALLWATCH, "read", "--json", *options, self.hall.devices[name]["url"]], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        read = map(json.loads, done.stdout.splitlines())
        return {(reading["metric"], reading["labels"].get("point", "")): reading["value"] for reading in read}

    def volts(self, name):
        return [float_at(self.registers(name, 3027, 6), 2 * phase) for phase in range(3)]

    def watts(self, name):
        return 1000 * float_at(self.registers(name, 3059, 2), 0)

    def test_a_lost_feed_is_dead_and_its_partner_carries_all_within_a_second(self):
        before = self.watts("meter-1-B")
        self.assertGreater(min(self.volts("meter-1-A")), 220)
        self.order("feed 1 A lost", "feed 1 A back")
        time_of_order = time.monotonic()
        self.assertEqual(self.volts("meter-1-A"), [0, 0, 0])
        self.assertEqual(self.watts("meter-1-A"), 0)
        self.assertGreater(self.watts("meter-1-B"), 1.6 * before)
        self.assertLess(time.monotonic() - time_of_order, 1)
        self.assertGreater(int(snmp("snmpget", self.agent("pdu-1-04-B"), PX)[PX]), 3000)
        with self.assertRaisesRegex(RuntimeError, "Timeout"):
            snmp("snmpget", self.agent("pdu-1-04-A"), PX, options=("-t", "0.2", "-r", "0"))
        self.assertGreater(int(snmp("snmpget", self.agent("pdu-2-04-A"), PX)[PX]), 1000, "the other row is well")
        self.assertIn("error", self.hall.ask("feed 1 B lost"))
        self.hall.ask("feed 1 A back")
        self.assertGreater(int(snmp("snmpget", self.agent("pdu-1-04-A"), PX)[PX]), 1000)

    def test_a_ups_on_battery_says_so_and_counts_down(self):
        self.order("ups A battery", "ups A mains")
        mode, status, seconds, charge = (f"{UPS}.{oid}" for oid in ("4.1.0", "2.1.0", "2.2.0", "2.4.0"))
        input_volts, output_volts = f"{UPS}.3.3.1.3.1", f"{UPS}.4.4.1.2.1"
        now = snmp("snmpget", self.agent("ups-A"), mode, status, charge, input_volts, output_volts)
        self.assertEqual((now[mode], now[status], now[input_volts]), ("5", "2", "0"))
        self.assertGreater(int(now[output_volts]), 220)
        wait_until(lambda: int(snmp("snmpget", self.agent("ups-A"), seconds)[seconds]) >= 2, "seconds on battery count", 10)
        wait_until(lambda: int(snmp("snmpget", self.agent("ups-A"), charge)[charge]) < 100, "the charge falls", 20)
        self.assertEqual(snmp("snmpget", self.agent("ups-B"), mode)[mode], "3", "the other UPS is well")

    def test_a_chiller_that_trips_lets_the_water_warm_and_the_loops_follow(self):
        def loop():
            return self.registers("rpu-1-04", 36865, 1, unit=12)[0] / 10

        before = loop()
        self.assertEqual(self.readings("chiller-1", "--map", MAP)[STATE], RUNNING)
        self.order("chiller 1 tripped", "chiller 1 running")
        self.assertEqual(self.readings("chiller-1", "--map", MAP)[STATE], FAULT)

        def water():
            return self.readings("chiller-2", "--map", MAP)[("facility_coolant_temperature_celsius", "supply")]

        wait_until(lambda: water() >= 20.3, "the water warms", 30)
        self.assertGreater(loop(), before + 0.1)
        self.hall.ask("chiller 1 running")
        wait_until(lambda: water() == 20, "the water is cold again", 30)

    def test_leaks_are_seen_by_rope_and_pan(self):
        pan = ("facility_leak_state", "hex_rack_pan_leakage")
        self.assertEqual(self.readings("rpu-1-04", "--driver", "orv3_rpu")[pan], DRY)
        self.order("leak 1-04 wet", "leak 1-04 dry")
        self.assertEqual(self.readings("rpu-1-04", "--driver", "orv3_rpu")[pan], WET)
        self.order("leak 2 wet", "leak 2 dry")
        self.assertIn("error", self.hall.ask("leak 1-01 wet"), "it has no pan")
        self.assertIn("error", self.hall.ask("leak 1 damp"))


class Scripts(unittest.TestCase):
    def check_refused(self, text, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([BINARY, *HALL, "--script", file.name], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_it_is_played_from_the_first_request_on(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "script.txt")
            script.write_text("# a comment\n0:00 load training 1 0.2 0 0\n\n0:05 feed 1 A lost # here\n0:10 fault ups-B dead\n")
            with Hallsim(*HALL, "--script", script) as hall:
                self.assertEqual(hall.ask("counts")["modbus"]["requests"], 0)
                case = Orders()
                case.hall = hall
                begin = time.monotonic()
                self.assertGreater(min(case.volts("meter-1-A")), 220)
                self.assertEqual(hall.process.stdout.readline(), "0:00 load training 1 0.2 0 0\n")
                self.assertEqual(hall.process.stdout.readline(), "0:05 feed 1 A lost\n")
                self.assertAlmostEqual(time.monotonic() - begin, 1, delta=0.5)
                self.assertEqual(case.volts("meter-1-A"), [0, 0, 0])
                self.assertEqual(hall.process.stdout.readline(), "0:10 fault ups-B dead\n")
                self.assertEqual(hall.process.stdout.readline(), "the script has ended\n")

    def test_what_it_cannot_be_is_said_with_file_and_line(self):
        self.check_refused("0:10 feed 1 A lost\n0:20 sleep\n", ".txt:2: ", "no such order")
        self.check_refused("feed 1 A lost\n", ".txt:1: ", "M:SS")
        self.check_refused("0:75 feed 1 A lost\n", ".txt:1: ", "M:SS")
        self.check_refused("0:10 feed 1 A lost\n0:05 feed 1 A back\n", ".txt:2: ", "sooner")
        self.check_refused("0:10 load fast\n", ".txt:1: ", "no such order")


if __name__ == "__main__":
    unittest.main()
