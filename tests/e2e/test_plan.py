#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch plan` says which line cannot carry what is asked of it; a running agent on lines that are as slow as their
speed says measures the same, and `hallwatch status` names who is late and why.

    test_plan.py [unittest options]
"""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
from agent import Agent, value
from device_servers import TOP
from servers import wait_until

KEPT, BROKEN = 0, 1
PACED = TOP / "tests" / "sim" / "paced_rtu.py"
# A test machine does more than one thing at a time.
MARGIN_S = 2.0 if hallwatch.SANITIZED else 0.4


def write_config(folder, devices):
    path = Path(folder) / "plan.yaml"
    path.write_text(json.dumps({"site": "dc1", "devices": devices}), encoding="utf-8")
    return str(path)


def meters(line, n, url, interval):
    """Power meters with unit numbers from 1."""
    return [
        {"name": f"{line}-{unit}", "driver": "schneider_pm5000", "url": f"{url}/{unit}", "interval": interval}
        for unit in range(1, n + 1)
    ]


class Line:
    """A paced line until the end of a with block."""

    def __init__(self, folder, name, baud, turnaround_ms=10, silent=()):
        self.path, self.bus = Path(folder) / name, f"rtu:{folder}/{name}"
        self.url = f"{self.bus}:{baud}:8N1"
        arguments = [self.path, baud, turnaround_ms, *silent]
        self.command = [sys.executable, PACED, *map(str, arguments)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Plan(unittest.TestCase):
    def plan(self, devices, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            return hallwatch.run("plan", write_config(folder, devices), *arguments)

    def document(self, devices):
        done = self.plan(devices, "--json")
        self.assertEqual(done.stderr, "")
        document = json.loads(done.stdout)
        self.assertEqual(done.returncode, KEPT if document["kept"] else BROKEN)
        return document

    def test_example_can_be_kept(self):
        done = hallwatch.run("plan", str(TOP / "conf" / "hallwatch.yaml"))
        self.assertEqual((done.returncode, done.stderr), (KEPT, ""))
        self.assertIn("site seoul-1: 12 devices on 12 buses; every promise can be kept\n", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^rtu:/dev/ttyUSB0 19200 8E1 +1 .* kept$")
        self.assertRegex(done.stdout, r"(?m)^snmp://\S+ and 2 alike +3 +50 ms\+ .* kept$")
        self.assertLessEqual(max(len(line) for line in done.stdout.splitlines()), 110)

    def test_overloaded_line_is_told_with_what_helps(self):
        devices = meters("m", 32, "rtu:/dev/ttyUSB0:9600:8N1", "5s")
        done = self.plan(devices)
        self.assertEqual((done.returncode, done.stderr), (BROKEN, ""))
        self.assertIn("1 cannot keep what is promised\n", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^rtu:/dev/ttyUSB0 9600 8N1 cannot keep what is promised:$")
        self.assertRegex(done.stdout, r"what would help: 115200 baud, or an interval of 15 s, or \d+ of its devices on")
        bus = self.document(devices)["buses"][0]
        self.assertEqual((bus["bus"], bus["devices"], bus["kept"]), ("rtu:/dev/ttyUSB0", 32, False))
        self.assertGreater(bus["cycle"], bus["interval"])
        # What is said to help does, and a step less does not.
        helping = bus["help"]
        self.assertTrue(self.document(meters("m", 32, f"rtu:/dev/ttyUSB0:{helping['baud']}:8N1", "5s"))["kept"])
        self.assertTrue(self.document(meters("m", 32, "rtu:/dev/ttyUSB0:9600:8N1", f"{helping['interval']}s"))["kept"])
        stay = 32 - helping["devices_moved"]
        self.assertTrue(self.document(meters("m", stay, "rtu:/dev/ttyUSB0:9600:8N1", "5s"))["kept"])
        self.assertFalse(self.document(meters("m", stay + 1, "rtu:/dev/ttyUSB0:9600:8N1", "5s"))["kept"])

    def test_every_point_of_one_device(self):
        devices = meters("m", 3, "rtu:/dev/ttyUSB0:19200:8N1", "5s")
        done = self.plan(devices, "m-2")
        self.assertEqual((done.returncode, done.stderr), (KEPT, ""))
        self.assertIn("m-2: driver schneider_pm5000, on rtu:/dev/ttyUSB0 19200 8N1 with 2 other devices", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ +1  normal  holding 3000 to 3111 +28 +\d+ ms$")
        self.assertRegex(done.stdout, r"(?m)^active power +input L2 +normal +1 +5\.\d+ s$")
        points = json.loads(self.plan(devices, "m-2", "--json").stdout)["points"]
        self.assertEqual(len(points), 33)
        done = self.plan(devices, "m-9")
        self.assertEqual(done.returncode, hallwatch.USAGE)
        self.assertIn('no such device; did you mean "m-', done.stderr)

    def test_twenty_thousand_devices_take_no_time(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(Path(folder) / "d.csv", "w", encoding="utf-8") as inventory:
                inventory.write("name,driver,url\n")
                for i in range(20000):
                    driver, url = (
                        ("schneider_pm5000", f"modbus://10.0.{i // 400}.{i // 8 % 50}/{i % 247 + 1}"),
                        ("apc_rpdu2", f"snmp://10.{i >> 16}.{i >> 8 & 255}.{i & 255}"),
                        ("orv3_rpu", f"rtu:/dev/ttyUSB{i // 400}:9600:8E1/{i % 247 + 1}"),
                        ("", f"snmp://11.{i >> 16}.{i >> 8 & 255}.{i & 255}"),
                    )[i % 4]
                    inventory.write(f"d{i},{driver},{url}\n")
            path = Path(folder) / "plan.yaml"
            path.write_text("site: s\ninventory: d.csv\n", encoding="utf-8")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = hallwatch.run("plan", str(path), "--json")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertEqual((done.returncode, done.stderr), (BROKEN, ""))
        self.assertEqual(len(json.loads(done.stdout)["devices"]), 20000)
        self.assertLess(took_s, 20 if hallwatch.SANITIZED else 2)


class Said(unittest.TestCase):
    """A running agent says at its start, and when its configuration changes, what it will not keep."""

    def test_a_configuration_that_asks_too_much_is_said_when_it_is_loaded(self):
        line = "rtu:/nowhere/line"
        with Agent(meters("m", 2, f"{line}:9600:8N1", "5s")) as agent:
            self.assertEqual(agent.complaints(line), [])
            agent.settings["devices"] = meters("m", 32, f"{line}:9600:8N1", "5s")
            agent.config.write_text(json.dumps(agent.settings), encoding="utf-8")
            agent.process.send_signal(signal.SIGHUP)
            said = wait_until(lambda: agent.complaints(line), "the new configuration is judged")
            self.assertEqual(len(said), 1)
            self.assertRegex(said[0], r"^its 32 devices may be late: up to \d+ % of its time is asked for; ")


class FastLane(unittest.TestCase):
    """A pumping unit whose flow is asked for every second shares a slow line with meters."""

    METRIC = "facility_coolant_flow_cubic_meters_per_second"

    def test_fast_points_are_as_young_as_plan_says(self):
        with tempfile.TemporaryDirectory() as folder, Line(folder, "lane", 9600) as line:
            devices = [{"name": "rpu", "driver": "orv3_rpu", "url": f"{line.url}/12"}, *meters("m", 4, line.url, "5s")]
            done = hallwatch.run("plan", write_config(folder, devices), "rpu", "--json")
            polls = {poll["rate"]: poll for poll in json.loads(done.stdout)["polls"]}
            # Waiting for a whole round of the meters would take longer than that.
            self.assertLess(polls["fast"]["done_within"], 1)
            self.assertGreater(polls["normal"]["done_within"], 1.5)
            with Agent(devices) as agent:
                wait_until(lambda: all("age" in device for device in agent.devices().values()), "all are read", 60)
                oldest, begin = 0, time.monotonic()
                while time.monotonic() < begin + 12:
                    document = agent.document()
                    if time.monotonic() > begin + 3:
                        oldest = max(oldest, self.age(document))
                    time.sleep(0.05)
                self.assertGreater(oldest, 0.5)
                self.assertLess(oldest, polls["fast"]["oldest"] + MARGIN_S)

    def age(self, document):
        rpu = next(device for device in document["devices"] if device["name"] == "rpu")
        flow = next(reading for reading in rpu["readings"] if reading["metric"] == self.METRIC)
        return (document["time"] - flow["time"]) / 1000


class Measured(unittest.TestCase):
    """Three lines: one that carries what is asked of it, one with a dead unit, one that carries too much."""

    WATCH_S = 8

    def watch(self, agent, names):
        """The greatest age seen of each device, once they are all up and at their pace."""
        wait_until(lambda: all("age" in agent.devices()[name] for name in names), "every device is read", 60)
        settled, end, oldest = time.monotonic() + 4, time.monotonic() + 4 + self.WATCH_S, dict.fromkeys(names, 0)
        while time.monotonic() < end:
            devices = agent.devices()
            for name in names if time.monotonic() > settled else ():
                oldest[name] = max(oldest[name], devices[name]["age"])
            time.sleep(0.05)
        return oldest

    def test_ages_stay_within_what_plan_says_and_late_devices_are_named(self):
        with tempfile.TemporaryDirectory() as folder, Line(folder, "good", 19200) as good, Line(
            folder, "dead", 38400, silent=[3]
        ) as dead, Line(folder, "full", 9600) as full:
            devices = meters("good", 4, good.url, "2s") + meters("dead", 3, dead.url, "2s")
            devices += meters("full", 6, full.url, "1s")
            done = hallwatch.run("plan", write_config(folder, devices), "--json")
            self.assertEqual(done.returncode, BROKEN)
            forecast = json.loads(done.stdout)
            kept = {os.path.basename(bus["bus"]): bus["kept"] for bus in forecast["buses"]}
            self.assertEqual(kept, {"good": True, "dead": True, "full": False})
            polls = {device["name"]: device["polls"][0] for device in forecast["devices"]}
            with Agent(devices) as agent:
                self.assertEqual(len(agent.complaints(full.bus)), 1)
                names = [device["name"] for device in devices if device["name"] != "dead-3"]
                oldest = self.watch(agent, names)
                for name, age_s in oldest.items():
                    limit = "oldest_with_a_dead_unit" if name.startswith("dead") else "oldest"
                    self.assertLess(age_s, polls[name][limit] + MARGIN_S, f"{name}: {polls[name]}")
                self.check_status(agent)

    def check_status(self, agent):
        def all_late():
            devices = agent.devices()
            late = [value(devices[f"full-{unit}"], "facility_poll_lateness_seconds") for unit in range(1, 7)]
            return all(late) and late

        late = wait_until(all_late, "the full line's devices are late", 40)
        self.assertGreater(min(late), 0.5)
        devices = agent.devices()
        for unit in range(1, 5):
            self.assertEqual(value(devices[f"good-{unit}"], "facility_poll_lateness_seconds"), 0)
        needed = sum(value(devices[f"full-{unit}"], "facility_bus_time_ratio") for unit in range(1, 7))
        self.assertGreater(needed, 1)
        self.assertTrue(devices["full-1"]["bus"].endswith("/full"))
        out = agent.status().stdout
        self.assertRegex(out, r"(?m)^rtu:\S+/full: 6 of 6 devices late; all together they need \d{3} % of its time$")
        self.assertRegex(out, r"(?m)^  the latest: full-\d comes every \S+ s instead of 1 s$")
        self.assertRegex(out, r"(?m)^  what takes its time: full-\d \d+ %, full-\d \d+ %, full-\d \d+ %, 3 others \d+ %$")
        self.assertRegex(out, r"(?m)^full-1 .* up: late by \S+ s ")
        self.assertRegex(out, r"(?m)^rtu:\S+/good +4 +4 +0 +\d+ %$")
        self.assertRegex(out, r"(?m)^dead-3 +(new|silent) +\d+ ")
        self.check_links(agent)

    def check_links(self, agent):
        document = wait_until(lambda: "links" in (now := agent.document()) and now, "the links are told")
        self.assertEqual(document["links"]["facility_serial_events_total"]["opened"], 3)
        self.assertEqual(document["links"]["facility_modbus_events_total"]["connected"], 0)
        self.assertRegex(agent.status().stdout, r"(?m)^serial  3 opened\b")


if __name__ == "__main__":
    unittest.main()
