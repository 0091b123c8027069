#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch identify` against real servers: what it chooses and why, what it says of devices that it does not know,
and that `read` goes by the same.
"""

import json
import tempfile
import unittest
from pathlib import Path

import hallwatch
from device_servers import TOP, ModbusServer, SerialLine, SnmpSimulator, free_tcp_port

RECORDINGS = TOP / "tests" / "drivers"
APC = RECORDINGS / "apc_rpdu2" / "apc_rpdu2.snmprec"
UPS = RECORDINGS / "rfc1628" / "rfc1628.snmprec"
METER = RECORDINGS / "schneider_pm5000" / "schneider_pm5000.registers"

# Nobody's devices: one that names a maker without a driver, one that names nothing at all.
STRANGER = """\
1.3.6.1.2.1.1.1.0|4|Toaster 3000
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.55555.1
1.3.6.1.4.1.55555.7.1.1.0|2|5
1.3.6.1.4.1.55555.7.1.2.0|2|6
1.3.6.1.4.1.55555.7.2.1.0|2|7
"""
NAMELESS_UPS = """\
1.3.6.1.2.1.1.1.0|4|card
1.3.6.1.2.1.1.2.0|6|0.0
1.3.6.1.2.1.33.1.1.1.0|4|nobody
1.3.6.1.2.1.33.1.2.4.0|2|97
1.3.6.1.4.1.55555.7.1.1.0|2|5
"""


def identify(*arguments):
    """What `identify --json` says, with its exit status."""
    done = hallwatch.run("identify", "--json", *arguments)
    return json.loads(done.stdout), done.returncode


class IdentifySnmp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for name, text in (("stranger", STRANGER), ("nameless", NAMELESS_UPS)):
            (folder / f"{name}.snmprec").write_text(text, encoding="utf-8")
        cls.simulator = cls.enterClassContext(
            SnmpSimulator([APC, UPS, folder / "stranger.snmprec", folder / "nameless.snmprec"])
        )

    def test_why_a_driver_was_chosen_is_said(self):
        said, status = identify("--community", "apc_rpdu2", self.simulator.url)
        self.assertEqual((said["driver"], said["standard"], status), ("apc_rpdu2", False, hallwatch.OK))
        self.assertIn("sysObjectID begins with 1.3.6.1.4.1.318.1.3.4", said["why"])
        self.assertEqual(said["sys_object_id"], "1.3.6.1.4.1.318.1.3.4.6")
        self.assertLessEqual(said["requests"], 3)

    def test_for_people(self):
        done = hallwatch.run("identify", "--community", "apc_rpdu2", self.simulator.url)
        self.assertEqual((done.returncode, done.stderr), (hallwatch.OK, ""))
        self.assertRegex(done.stdout, r"(?m)^snmp://\S+: driver apc_rpdu2: ")
        self.assertRegex(done.stdout, r"(?m)^  because +its sysObjectID begins with ")
        self.assertRegex(done.stdout, r"(?m)^  next +hallwatch read ")

    def test_a_standard_is_better_than_none_and_said_to_be_one(self):
        said, status = identify("--community", "nameless", self.simulator.url)
        self.assertEqual((said["driver"], said["standard"], status), ("rfc1628", True, hallwatch.OK))
        self.assertEqual(said["subtrees"], ["1.3.6.1.4.1.55555.7.1.1"])
        readings = hallwatch.read_json("--community", "nameless", self.simulator.url)
        self.assertEqual({reading["driver"] for reading in readings}, {"rfc1628"})

    def test_what_an_author_of_a_driver_must_know_of_an_unknown_device(self):
        said, status = identify("--community", "stranger", self.simulator.url)
        self.assertEqual((said["driver"], status), (None, hallwatch.REFUSED))
        self.assertEqual(said["sys_descr"], "Toaster 3000")
        self.assertEqual(said["subtrees"], [f"1.3.6.1.4.1.55555.7.{end}" for end in ("1.1", "1.2", "2.1")])
        done = hallwatch.run("read", "--community", "stranger", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.REFUSED)
        self.assertIn("no driver fits: sysObjectID 1.3.6.1.4.1.55555.1", done.stderr)

    def test_silence_is_unreachable(self):
        done = hallwatch.run("identify", "--community", "nobody", self.simulator.url)
        self.assertEqual((done.returncode, done.stdout), (hallwatch.UNREACHABLE, ""))
        self.assertIn("wrong community", done.stderr)


class IdentifyModbus(unittest.TestCase):
    def serve(self, text, rtu=False):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = Path(folder) / "device.registers"
        path.write_text(text, encoding="utf-8")
        return self.enterContext(ModbusServer(path, rtu=rtu))

    def test_a_constant_text_is_enough_and_read_goes_by_it(self):
        with ModbusServer(METER) as server:
            said, status = identify(server.url)
            self.assertEqual((said["driver"], status), ("schneider_pm5000", hallwatch.OK))
            self.assertLessEqual(said["requests"], 3)
            readings = hallwatch.read_json(server.url)
            self.assertEqual({reading["driver"] for reading in readings}, {"schneider_pm5000"})
            self.assertGreater(len(readings), 20)

    def check_identity(self, url):
        said, _ = identify(url)
        self.assertEqual(
            (said["vendor"], said["product"], said["release"]), ("Toaster Works, Inc.", "T 3000", "V1.2")
        )

    def test_function_43_is_read_in_either_framing_and_on_a_line(self):
        text = "identity 0 Toaster Works, Inc.\nidentity 1 T 3000\nidentity 2 V1.2\nholding 9000 1\n"
        self.check_identity(self.serve(text).url)
        rtu = self.serve(text, rtu=True)
        self.check_identity(rtu.url)
        with SerialLine(rtu) as line:
            self.check_identity(f"rtu:{line.path}:19200:8N1/1")

    def test_a_driver_that_is_thought_of_is_asked_for_first(self):
        server = self.serve("input 7 47\nholding 11 1648\n")
        said, status = identify("--driver", "carlo_gavazzi_em340", server.url)
        self.assertEqual((said["driver"], status), ("carlo_gavazzi_em340", hallwatch.OK))

    def test_what_is_not_sure_is_not_chosen(self):
        server = self.serve("holding 9000 1\n")
        said, status = identify(server.url)
        self.assertEqual((said["driver"], status), (None, hallwatch.REFUSED))
        self.assertIn("its driver may be", said["why"])
        self.assertIn("orv3_rpu", said["candidates"])
        self.assertNotIn("apc_rpdu2", said["candidates"])
        self.assertLessEqual(said["requests"], 3)
        done = hallwatch.run("read", server.url)
        self.assertEqual((done.returncode, done.stdout), (hallwatch.REFUSED, ""))
        self.assertIn("its driver may be", done.stderr)

    def test_nobody_there_is_unreachable(self):
        done = hallwatch.run("identify", f"modbus://127.0.0.1:{free_tcp_port()}/1")
        self.assertEqual((done.returncode, done.stdout), (hallwatch.UNREACHABLE, ""))
        server = self.serve("holding 9000 1\n")
        done = hallwatch.run("identify", server.url.removesuffix("/1") + "/9")
        self.assertEqual((done.returncode, done.stdout), (hallwatch.UNREACHABLE, ""))


class EveryDriver(unittest.TestCase):
    def test_no_recording_is_taken_for_that_of_another_driver(self):
        for path in sorted([*RECORDINGS.glob("*/*.snmprec"), *RECORDINGS.glob("*/*.registers")]):
            with self.subTest(recording=path.name):
                said, _ = identify(f"replay:{path}")
                self.assertIn(said["driver"], (path.parent.name, None))
                if path.suffix == ".registers":
                    self.assertLessEqual(said["requests"], 3)


class IdentifyConfigured(unittest.TestCase):
    def test_a_configured_device_is_recognised_whatever_driver_it_has(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "hall.yaml"
            path.write_text(
                f'site: s\ndevices:\n  - {{name: m, driver: orv3_rpu, url: "replay:{METER}"}}\n', encoding="utf-8"
            )
            said, status = identify("--config", str(path), "m")
        self.assertEqual((said["device"], said["driver"], status), ("m", "schneider_pm5000", hallwatch.OK))


if __name__ == "__main__":
    unittest.main()
