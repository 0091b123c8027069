#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch read` against real servers: what it prints, and how it says that it could not."""

import json
import math
import re
import socket
import tempfile
import unittest
from pathlib import Path

import hallwatch
from device_servers import TOP, ModbusServer, SerialLine, SnmpSimulator, free_tcp_port, free_udp_port

RECORDINGS = TOP / "tests" / "drivers"
APC = RECORDINGS / "apc_rpdu2" / "apc_rpdu2.snmprec"
UPS = RECORDINGS / "rfc1628" / "rfc1628.snmprec"
METER = RECORDINGS / "schneider_pm5000" / "schneider_pm5000.registers"
RPU = RECORDINGS / "orv3_rpu" / "orv3_rpu.registers"
FIELDS = {"device", "driver", "metric", "labels", "value", "unit", "time", "quality"}


def find(readings, metric, **labels):
    """The one reading of that metric whose place says what `labels` says."""
    found = [
        reading
        for reading in readings
        if reading["metric"] == metric and labels.items() <= reading["labels"].items()
    ]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} readings {metric} {labels}")
    return found[0]


class ReadSnmp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(SnmpSimulator([APC, UPS]))

    def test_json_is_one_complete_object_per_line(self):
        readings = hallwatch.read_json("--community", "apc_rpdu2", self.simulator.url)
        self.assertGreater(len(readings), 50)
        for reading in readings:
            self.assertEqual(set(reading), FIELDS)
            self.assertEqual(reading["driver"], "apc_rpdu2")
            self.assertIn(reading["quality"], ("good", "stale", "bad", "substituted"))
        power = find(readings, "facility_active_power_watts", component_id="1", phase="total")
        self.assertEqual((power["value"], power["unit"], power["quality"]), (3450, "W", "good"))

    def test_devices_are_recognised_without_a_hint(self):
        for community, driver in (("apc_rpdu2", "apc_rpdu2"), ("rfc1628", "rfc1628")):
            readings = hallwatch.read_json("--community", community, self.simulator.url)
            self.assertEqual({reading["driver"] for reading in readings}, {driver})

    def test_raw_shows_the_oid_and_what_the_device_said(self):
        readings = hallwatch.read_json("--raw", "--community", "apc_rpdu2", self.simulator.url)
        bank = find(readings, "facility_current_amperes", component="bank", component_id="2/1")
        self.assertEqual(bank["source"], "1.3.6.1.4.1.318.1.1.26.8.3.1.5.3")
        self.assertEqual((bank["raw"], bank["value"]), (163, 16.3))

    def test_table_for_people_uses_their_units(self):
        done = hallwatch.run("read", "--community", "apc_rpdu2", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.OK, done.stderr)
        self.assertRegex(done.stdout, r"\b3\.45 +kW\b")
        self.assertRegex(done.stdout, r"\b12345\.7 +kWh\b")
        self.assertRegex(done.stdout, r"\b46 +%")
        self.assertIn("1/17", done.stdout)

    def test_table_for_people_shows_states_as_words(self):
        done = hallwatch.run("read", "--community", "rfc1628", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.OK, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^.*mode.*\bbattery\b")
        self.assertRegex(done.stdout, r"\b17 +min\b")

    def test_raw_table_shows_oids(self):
        done = hallwatch.run("read", "--raw", "--community", "apc_rpdu2", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.OK, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^.*1\.3\.6\.1\.4\.1\.318\.1\.1\.26\.8\.3\.1\.5\.3\b.*\b163\b")

    def test_wrong_community_is_silence(self):
        done = hallwatch.run("read", "--community", "no-such-recording", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertIn("community", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_device_of_another_make_is_refused_clearly(self):
        done = hallwatch.run("read", "--driver", "raritan_px", "--community", "apc_rpdu2", self.simulator.url)
        self.assertEqual(done.returncode, hallwatch.REFUSED)
        self.assertIn("raritan_px", done.stderr)
        self.assertEqual(done.stdout, "")


class ReadModbus(unittest.TestCase):
    def test_meter_is_read_register_by_register(self):
        with ModbusServer(METER) as meter:
            readings = hallwatch.read_json("--raw", "--driver", "schneider_pm5000", meter.url)
        power = find(readings, "facility_active_power_watts", phase="L3")
        self.assertEqual(power["value"], -80125)
        self.assertEqual((power["source"], power["raw"]), ("holding 3058 (address 3057)", -80.125))

    def test_unit_is_part_of_the_address(self):
        with ModbusServer(RPU, unit=12) as rpu:
            readings = hallwatch.read_json("--driver", "orv3_rpu", rpu.url)
            flow = find(readings, "facility_coolant_flow_cubic_meters_per_second")
            self.assertTrue(math.isclose(flow["value"], 123.4 / 60000, rel_tol=1e-12))
            done = hallwatch.run("read", "--driver", "orv3_rpu", f"modbus://127.0.0.1:{rpu.port}/13")
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertRegex(done.stderr, r"unit 13|/13")

    def test_rtu_reads_the_same_through_tcp_and_on_a_serial_line(self):
        def values(readings):
            # But for the label that says where it was read.
            return [(r["metric"], {**r["labels"], "device": ""}, r["value"]) for r in readings]

        with ModbusServer(METER, unit=1) as meter:
            expected = values(hallwatch.read_json("--driver", "schneider_pm5000", meter.url))
        self.assertGreater(len(expected), 20)
        for unit in (1, 250):
            with ModbusServer(METER, unit=unit, rtu=True) as meter, SerialLine(meter) as line:
                self.assertEqual(values(hallwatch.read_json("--driver", "schneider_pm5000", meter.url)), expected)
                url = f"rtu:{line.path}:19200:8E1/{unit}"
                self.assertEqual(values(hallwatch.read_json("--driver", "schneider_pm5000", url)), expected)
                done = hallwatch.run("read", "--driver", "schneider_pm5000", f"rtu:{line.path}:19200:8E1/9")
            self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
            self.assertIn("is the unit number right?", done.stderr)

    def test_serial_line_that_is_not_there_is_unreachable(self):
        done = hallwatch.run("read", "--driver", "orv3_rpu", "rtu:/dev/no-such-line:9600:8N1/1")
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertIn("is its adapter plugged in?", done.stderr)

    def test_device_of_another_make_is_refused_clearly(self):
        with ModbusServer(RPU, unit=12) as rpu:
            done = hallwatch.run("read", "--driver", "schneider_pm5000", rpu.url)
        self.assertEqual(done.returncode, hallwatch.REFUSED)
        self.assertIn("schneider_pm5000", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_closed_port_is_unreachable(self):
        done = hallwatch.run("read", "--driver", "orv3_rpu", f"modbus://127.0.0.1:{free_tcp_port()}/1")
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertRegex(done.stderr, r"(?i)refused")

    def test_port_that_accepts_and_says_nothing_is_unreachable(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            done = hallwatch.run("read", "--driver", "orv3_rpu", f"modbus://127.0.0.1:{port}/1")
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertNotEqual(done.stderr, "")


class ReadRefusesMistakes(unittest.TestCase):
    def check_usage(self, words, *arguments):
        done = hallwatch.run(*arguments)
        self.assertEqual(done.returncode, hallwatch.USAGE, f"{arguments}: {done.stderr}")
        self.assertRegex(done.stderr, words)
        self.assertEqual(done.stdout, "")

    def test_closed_snmp_port_is_unreachable(self):
        done = hallwatch.run("read", "--community", "public", f"snmp://127.0.0.1:{free_udp_port()}")
        self.assertEqual(done.returncode, hallwatch.UNREACHABLE)
        self.assertNotEqual(done.stderr, "")

    def test_options_without_their_argument(self):
        self.check_usage("--driver", "read", "--driver")
        self.check_usage("--community", "read", "--community")
        self.check_usage("--config", "read", "--config")

    def test_no_device(self):
        self.check_usage("argument is missing", "read")

    def test_two_devices(self):
        self.check_usage("snmp://127.0.0.2", "read", "snmp://127.0.0.1", "snmp://127.0.0.2")

    def test_options_of_the_other_form(self):
        self.check_usage("go with a URL", "read", "--config", "hall.yaml", "--driver", "orv3_rpu", "rpu")
        self.check_usage("--gateway with --config", "read", "--gateway", "gw-1", "snmp://127.0.0.1")

    def test_unknown_option(self):
        self.check_usage("--jsn", "read", "--jsn", "snmp://127.0.0.1")

    def test_unknown_driver_gets_the_nearest_name(self):
        self.check_usage("apc_rpdu2", "read", "--driver", "apc_rpd2", "snmp://127.0.0.1")

    def test_malformed_addresses(self):
        for url in ("snmp://", "snmp://127.0.0.1:99999", "modbus://127.0.0.1/300", "modbus://127.0.0.1:502/"):
            self.check_usage(re.escape(url), "read", "--driver", "orv3_rpu", url)

    def test_driver_of_the_other_protocol(self):
        self.check_usage("orv3_rpu", "read", "--driver", "orv3_rpu", "snmp://127.0.0.1")

    def test_recording_that_is_not_there(self):
        done = hallwatch.run("read", "--driver", "orv3_rpu", "replay:/nowhere/at/all.registers")
        self.assertNotEqual(done.returncode, hallwatch.OK)
        self.assertIn("/nowhere/at/all.registers", done.stderr)


class ReadConfigured(unittest.TestCase):
    """DEVICE of a configuration: its driver, address and community, and the labels it is published under."""

    def setUp(self):
        self.simulator = self.enterContext(SnmpSimulator([UPS]))
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.config = self.folder / "hall.yaml"
        credentials = "credentials:\n  ro: {community_file: community.txt}\n"
        self.config.write_text("site: s1\nhall: h1\n" + credentials + "inventory: devices.csv\n")
        inventory = f"name,url,credentials,rack\n무정전 1,{self.simulator.url},ro,r07\n"
        (self.folder / "devices.csv").write_text(inventory, encoding="utf-8")
        self.secret = self.folder / "community.txt"
        self.secret.write_text("rfc1628\n")
        self.secret.chmod(0o600)

    def test_device_is_read_under_its_name_and_place(self):
        readings = hallwatch.read_json("--config", str(self.config), "무정전 1")
        reading = find(readings, "facility_battery_charge_ratio")
        place = {"site": "s1", "hall": "h1", "rack": "r07", "device": "무정전 1", "class": "ups"}
        self.assertLessEqual(place.items(), reading["labels"].items())
        self.assertEqual((reading["device"], reading["driver"]), ("무정전 1", "rfc1628"))

    def test_name_is_compared_as_people_do(self):
        readings = hallwatch.read_json("--config", str(self.config), "무정전\u00a0１")
        self.assertEqual(readings[0]["device"], "무정전 1")

    def test_device_that_is_not_configured(self):
        done = hallwatch.run("read", "--config", str(self.config), "무정전 2")
        self.assertEqual(done.returncode, hallwatch.USAGE)
        self.assertIn("무정전 1", done.stderr)

    def test_secret_that_everybody_may_read_is_refused_and_not_shown(self):
        self.secret.chmod(0o644)
        done = hallwatch.run("read", "--config", str(self.config), "무정전 1")
        self.assertEqual(done.returncode, hallwatch.USAGE)
        self.assertIn("community.txt", done.stderr)
        self.assertNotIn("rfc1628", done.stderr)


class ReadReplay(unittest.TestCase):
    def test_recording_is_read_like_a_device(self):
        done = hallwatch.run("read", "--json", "--driver", "rfc1628", f"replay:{UPS}")
        self.assertEqual(done.returncode, hallwatch.OK, done.stderr)
        readings = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(find(readings, "facility_battery_charge_ratio")["value"], 0.93)


if __name__ == "__main__":
    unittest.main()
