#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated hall against other people's programs (net-snmp's tools, pymodbus): that it speaks the protocols, serves
recordings unchanged, and that sums and heat balance hold in what is read over the wire."""

import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from contextlib import closing
from pathlib import Path

from hallsim import BINARY, TOP, Hallsim
from pymodbus.client import ModbusTcpClient

HALLWATCH = os.environ.get("HALLWATCH", str(TOP / "build" / "agent" / "hallwatch"))
RPDU2 = "1.3.6.1.4.1.318.1.1.26"
UPS = "1.3.6.1.2.1.33.1"
STEP_S = 0.1  # the hall's state changes this often
ATTEMPTS = 400  # most fail while the machine is busy


def snmp(tool, host, *oids, options=()):
    """Runs a tool of net-snmp; {oid: value} of what it printed."""
    command = [tool, "-v2c", "-c", "public", "-t", "1", "-r", "2", "-Onqe", "-m", "", *options, host, *oids]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    lines = [line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(".")]
    return {line[0].lstrip("."): line[1] if len(line) > 1 else "" for line in lines}


def float_at(words, index):
    return struct.unpack(">f", struct.pack(">HH", words[index], words[index + 1]))[0]


class WithHall(unittest.TestCase):
    options = ("--hall", "rows=2,racks=4,kw=10,liquid=0.25,share=0.65")

    @classmethod
    def setUpClass(cls):
        cls.hall = Hallsim(*cls.options)
        cls.hall.__enter__()
        cls.addClassCleanup(cls.hall.__exit__)

    def agent(self, name):
        return f"{self.hall.host(name)}:{self.hall.snmp_port}"

    def registers(self, name, address, count, unit=1):
        with closing(ModbusTcpClient(self.hall.host(name), port=self.hall.modbus_port)) as client:
            self.assertTrue(client.connect())
            answer = client.read_holding_registers(address, count, slave=unit)
        self.assertFalse(answer.isError(), answer)
        return answer.registers

    def within_one_step(self, read):
        """Calls `read` until it was quick enough to have seen one state of the hall."""
        for _ in range(ATTEMPTS):
            now = time.time()
            time.sleep(STEP_S - now % STEP_S)
            step = time.time() // STEP_S
            result = read()
            if time.time() // STEP_S == step:
                return result
        return self.skipTest("this machine is too busy to read the hall within 100 ms")


class Model(WithHall):
    def test_inventory_lists_the_hall(self):
        kinds = {}
        for row in self.hall.devices.values():
            kinds[row["driver"]] = kinds.get(row["driver"], 0) + 1
        self.assertEqual(kinds, {"apc_rpdu2": 12, "raritan_px": 4, "schneider_pm5000": 4, "rfc1628": 2, "orv3_rpu": 2})
        self.assertEqual(self.hall.devices["pdu-2-03-B"]["rack"], "2-03")
        self.assertEqual(self.hall.devices["pdu-2-03-B"]["feed"], "B")

    def test_ups_carries_what_the_meters_measure(self):
        clients = [ModbusTcpClient(self.hall.host(f"meter-{row}-A"), port=self.hall.modbus_port) for row in (1, 2)]
        for client in clients:
            client.connect()
            self.addCleanup(client.close)

        def read():
            meters = [client.read_holding_registers(3059, 2, slave=1).registers for client in clients]
            ups = snmp("snmpget", self.agent("ups-A"), *[f"{UPS}.4.4.1.4.{phase}" for phase in (1, 2, 3)])
            return sum(1000 * float_at(words, 0) for words in meters), sum(map(int, ups.values()))

        meters_watts, ups_watts = self.within_one_step(read)
        self.assertAlmostEqual(meters_watts, ups_watts, delta=3)

    def test_meter_measures_what_its_pdus_take(self):
        client = ModbusTcpClient(self.hall.host("meter-1-B"), port=self.hall.modbus_port)
        client.connect()
        self.addCleanup(client.close)

        def read():
            watts = [
                10 * int(snmp("snmpget", self.agent(f"pdu-1-{rack:02}-B"), f"{RPDU2}.4.3.1.5.1").popitem()[1])
                for rack in (1, 2, 3)
            ]
            raritan = snmp("snmpget", self.agent("pdu-1-04-B"), "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.5")
            words = client.read_holding_registers(3059, 2, slave=1).registers
            return sum(watts) + int(raritan.popitem()[1]), 1000 * float_at(words, 0)

        pdus_watts, meter_watts = self.within_one_step(read)
        self.assertAlmostEqual(pdus_watts * 1.005, meter_watts, delta=20)

    def test_every_phase_has_volts_times_amperes_times_power_factor(self):
        words = self.registers("meter-2-A", 2999, 112)
        for phase in range(3):
            current, voltage = float_at(words, 2 * phase), float_at(words, 28 + 2 * phase)
            power, factor = float_at(words, 54 + 2 * phase), float_at(words, 78 + 2 * phase)
            self.assertAlmostEqual(power, current * voltage * factor / 1000, places=3)

    def test_coolant_carries_the_liquid_share(self):
        words = self.registers("rpu-1-04", 36864, 3, unit=12)
        heat = 4.03e6 * words[0] / 10 / 60000 * (words[2] - words[1]) / 10
        pdus = sum(
            int(snmp("snmpget", self.agent(f"pdu-1-04-{feed}"), "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.5").popitem()[1])
            for feed in "AB"
        )
        # Heat lags behind power; tenths of a degree and of a litre, and a moment between the readings.
        self.assertAlmostEqual(heat, 0.65 * pdus, delta=0.25 * heat)

    def test_energy_counts_up(self):
        first = float_at(self.registers("meter-1-A", 2699, 2), 0)
        end = time.monotonic() + 20
        while float_at(self.registers("meter-1-A", 2699, 2), 0) <= first:
            self.assertLess(time.monotonic(), end, "the energy of the meter stands still")
            time.sleep(STEP_S)


class Training(WithHall):
    options = ("--hall", "rows=1,racks=4,kw=10,liquid=1,share=0.65", "--load", "training 1 0.4 0 0", "--interval-ms", "100")

    def watts(self, seconds):
        """The meter's power as often as it can be read for so long."""
        end, watts = time.monotonic() + seconds, []
        with closing(ModbusTcpClient(self.hall.host("meter-1-A"), port=self.hall.modbus_port)) as client:
            while time.monotonic() < end:
                watts.append(1000 * float_at(client.read_holding_registers(3059, 2, slave=1).registers, 0))
                time.sleep(0.1)
        return watts

    def test_the_swing_is_seen_at_100_ms(self):
        """Against the same hall, steady: it has waves of its own, but none as fast and as large."""
        swinging = self.watts(3)
        mean = sum(swinging) / len(swinging)
        self.assertEqual(self.hall.ask("load steady"), {"load": "set"})
        self.addCleanup(self.hall.ask, "load training 1 0.4 0 0")
        steady = self.watts(3)
        self.assertGreater(max(swinging) - min(swinging), 0.4 * mean)
        self.assertLess(max(steady) - min(steady), 0.2 * mean)
        turns = sum((a - b) * (b - c) < 0 for a, b, c in zip(swinging, swinging[1:], swinging[2:]))
        self.assertIn(turns, range(4, 9))

    def test_a_checkpoint_drops_the_power_but_not_at_once_the_heat(self):
        self.hall.ask("load steady")
        self.addCleanup(self.hall.ask, "load training 1 0.4 0 0")
        before, heat_before = self.watts(0.2)[-1], self.registers("rpu-1-01", 36864, 3, unit=12)
        self.hall.ask("load checkpoint")
        after, heat_after = self.watts(0.2)[-1], self.registers("rpu-1-01", 36864, 3, unit=12)
        self.assertLess(after, 0.8 * before)
        self.assertAlmostEqual(heat_after[2], heat_before[2], delta=10)

    def test_orders_that_make_no_sense_are_refused(self):
        for order in ("", "training", "training 1", "training 1 0.7", "training 11 0.1", "training 1 0.1 5", "training 1 0.1 5 6", "fast"):
            self.assertIn("error", self.hall.ask(f"load {order}"), order)
            done = subprocess.run([BINARY, "--hall", "", "--load", order], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, order)


class Files(unittest.TestCase):
    def test_some_devices_have_an_interval_of_their_own(self):
        with Hallsim("--modbus", "3", "--snmp", "2", "--interval-ms", "500", "--interval-of", "modbus-*2=100") as hall:
            self.assertEqual({row["interval"] for row in hall.devices.values()}, {"100ms", "500ms"})
            self.assertEqual(hall.devices["modbus-00002"]["interval"], "100ms")
            counts = hall.ask("counts")
            self.assertEqual(counts["polls"]["interval_ms"], 500)
            devices = {interval: polls["devices"] for interval, polls in counts["polls_by_interval"].items()}
            self.assertEqual(devices, {"500": 4, "100": 1})

    def test_hallwatch_accepts_the_configuration_it_writes(self):
        with tempfile.TemporaryDirectory() as folder, Hallsim("--hall", "", "--config", f"{folder}/hall.yaml"):
            done = subprocess.run([HALLWATCH, "check", f"{folder}/hall.yaml"], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)


class Protocols(WithHall):
    options = ("--hall", "rows=1,racks=1", "--modbus", "3", "--snmp", "3", "--dead", "3")

    def test_walk_and_bulk_walk_agree(self):
        slow = snmp("snmpwalk", self.agent("pdu-1-01-A"), "1.3.6.1.4.1.318.1.1.26.9")
        quick = snmp("snmpbulkwalk", self.agent("pdu-1-01-A"), "1.3.6.1.4.1.318.1.1.26.9", options=["-Cr20"])
        self.assertEqual(list(slow), list(quick))
        self.assertEqual(len(slow), 24 * 9)

    def test_bulkget_with_non_repeaters(self):
        got = snmp("snmpbulkget", self.agent("pdu-1-01-A"), "1.3.6.1.2.1.1.4", f"{RPDU2}.6.3.1.4", options=["-Cn1", "-Cr3"])
        self.assertEqual(list(got), ["1.3.6.1.2.1.1.4.0"] + [f"{RPDU2}.6.3.1.4.{i}" for i in (1, 2, 3)])

    def test_missing_instance_is_said_to_be_missing(self):
        got = snmp("snmpget", self.agent("pdu-1-01-A"), "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.5.1")
        self.assertEqual(got["1.3.6.1.2.1.1.5.0"], '"pdu-1-01-A"')
        self.assertIn("No Such Instance", got["1.3.6.1.2.1.1.5.1"])

    def test_set_is_refused_and_counted(self):
        with self.assertRaisesRegex(RuntimeError, "notWritable"):
            snmp("snmpset", self.agent("pdu-1-01-A"), "1.3.6.1.2.1.1.5.0", "s", "x")
        self.assertGreater(self.hall.ask("counts")["snmp"]["writes"], 0)

    def test_frames_in_pieces_and_in_one_piece_are_answered(self):
        name = "modbus-00001" if self.alive("modbus-00001") else "modbus-00002"
        request = struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 10000, 2)
        with socket.create_connection((self.hall.host(name), self.hall.modbus_port), timeout=10) as client:
            client.sendall(request[:5])
            client.sendall(request[5:] + request + request)
            answers = b""
            while len(answers) < 3 * 13:
                answers += client.recv(100)
            self.assertEqual(answers, 3 * struct.pack(">HHHBBBHH", 7, 0, 7, 1, 3, 4, 0, 1))
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            self.assertEqual(client.recv(100), b"", "what is no Modbus must end the connection")

    def alive(self, name):
        return not next(device["dead"] for device in self.hall.ask("devices") if device["name"] == name)

    def test_dead_devices_are_silent(self):
        dead = [device["name"] for device in self.hall.ask("devices") if device["dead"]]
        self.assertEqual(len(dead), len(self.hall.devices) // 3)
        name = next(name for name in dead if self.hall.devices[name]["url"].startswith("snmp"))
        with self.assertRaisesRegex(RuntimeError, "Timeout|No Response"):
            snmp("snmpget", self.agent(name), "1.3.6.1.2.1.1.5.0")

    def test_nobody_lives_at_other_addresses(self):
        with self.assertRaises(ConnectionError):
            with socket.create_connection(("127.200.1.1", self.hall.modbus_port), timeout=10) as client:
                if not client.recv(1):
                    raise ConnectionError("closed")

    def test_signal_prints_the_counts(self):
        self.hall.process.send_signal(signal.SIGUSR1)
        self.assertIn('"snmp": {"requests"', self.hall.process.stdout.readline())


class ModbusFaults(WithHall):
    options = ("--modbus", "2")
    name, other = "modbus-00001", "modbus-00002"
    right = struct.pack(">HHHBBBHH", 7, 0, 7, 1, 3, 4, 0, 1)

    def setUp(self):
        self.addCleanup(self.order, "none")

    def order(self, fault, who=name):
        answer = self.hall.ask(f"fault {who} {fault}")
        self.assertEqual(answer, {"devices": 1}, fault)

    def connect(self, name=name):
        client = socket.create_connection((self.hall.host(name), self.hall.modbus_port), timeout=10)
        self.addCleanup(client.close)
        return client

    def ask(self, client, address=10000, count=2, wait=10, id=7):
        """Sends one request; what has come when nothing more comes for a moment."""
        client.sendall(struct.pack(">HHHBBHH", id, 0, 6, 1, 3, address, count))
        client.settimeout(wait)
        answer = b""
        try:
            while piece := client.recv(4096):
                answer += piece
                client.settimeout(0.2)
        except TimeoutError:
            pass
        return answer

    def test_answers_with_wrong_bytes(self):
        answers = {
            "wrong-id": struct.pack(">HHHBBBHH", 8, 0, 7, 1, 3, 4, 0, 1),
            "wrong-id -2": struct.pack(">HHHBBBHH", 5, 0, 7, 1, 3, 4, 0, 1),
            "wrong-unit 3": struct.pack(">HHHBBBHH", 7, 0, 7, 4, 3, 4, 0, 1),
            "wrong-length 6": struct.pack(">HHHBBBHH", 7, 0, 13, 1, 3, 4, 0, 1),
            "wrong-count": struct.pack(">HHHBBBHH", 7, 0, 7, 1, 3, 6, 0, 1),
            "exception": struct.pack(">HHHBBB", 7, 0, 3, 1, 0x83, 2),
            "exception 11 10001-10500": struct.pack(">HHHBBB", 7, 0, 3, 1, 0x83, 11),
            "exception 11 9000-9999": self.right,
            "truncated 30": self.right[:3],
            "none": self.right,
        }
        for fault, answer in answers.items():
            with self.subTest(fault), self.connect() as client:
                self.order(fault)
                self.assertEqual(self.ask(client), answer)
                self.assertEqual(self.ask(self.connect(self.other)), self.right, "the other device is well")

    def test_too_many_registers(self):
        self.order("too-many")
        answer = self.ask(self.connect())
        self.assertEqual(answer[:9], struct.pack(">HHHBBB", 7, 0, 255, 1, 3, 252))
        self.assertEqual(len(answer), 9 + 252)

    def test_garbled(self):
        self.order("garbled")
        client = self.connect()
        for _ in range(5):
            answer = self.ask(client)
            self.assertEqual(len(answer), len(self.right))
            self.assertNotEqual(answer[:9], self.right[:9])

    def test_answer_to_the_question_before(self):
        self.order("previous")
        client = self.connect()
        self.assertEqual(self.ask(client, wait=0.2), b"")
        self.assertEqual(self.ask(client, count=1, id=8), self.right)
        self.assertEqual(self.ask(client, id=9), struct.pack(">HHHBBBH", 8, 0, 5, 1, 3, 2, 0))

    def test_dead(self):
        self.order("dead")
        self.assertEqual(self.ask(self.connect(), wait=0.3), b"")

    def test_slow(self):
        self.order("slow 400")
        client, begin = self.connect(), time.monotonic()
        self.assertEqual(self.ask(client), self.right)
        self.assertGreaterEqual(time.monotonic() - begin, 0.4)

    def test_dribbling(self):
        self.order("dribbling 300")
        client, begin, answer, pieces = self.connect(), time.monotonic(), b"", 0
        client.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 10000, 2))
        while len(answer) < len(self.right):
            answer += client.recv(100)
            pieces += 1
        self.assertEqual(answer, self.right)
        self.assertGreater(pieces, 3)
        self.assertGreaterEqual(time.monotonic() - begin, 0.25)

    def test_endless_until_it_is_well(self):
        self.order("endless 1")
        client, answer = self.connect(), b""
        client.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 10000, 2))
        while len(answer) < 20 * len(self.right):
            answer += client.recv(100)
        self.assertTrue((20 * self.right + self.right).startswith(answer[: 20 * len(self.right)]))
        self.order("none")
        client.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            while client.recv(4096):
                pass

    def test_connections_that_end(self):
        for fault, answer in (("closing", self.right), ("resetting", self.right), ("cutting", self.right[:6])):
            with self.subTest(fault):
                self.order(fault)
                client, got, reset = self.connect(), b"", False
                client.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 10000, 2))
                try:
                    while piece := client.recv(100):
                        got += piece
                except ConnectionResetError:
                    reset = True
                self.assertEqual((got, reset), (answer, fault != "closing"))

    def test_held_by_another(self):
        client = self.connect()
        self.assertEqual(self.ask(client), self.right)
        self.order("held")
        self.assertEqual(client.recv(100), b"")
        self.assertEqual(self.connect().recv(100), b"")

    def test_vanished_and_returned(self):
        client = self.connect()
        self.assertEqual(self.ask(client), self.right)
        self.hall.ask("reset")
        self.order("vanished")
        with self.assertRaises(ConnectionResetError):
            client.recv(100)
        for _ in range(3):
            with self.assertRaises(ConnectionResetError):
                self.connect().recv(100)
        self.order("none")
        self.assertEqual(self.hall.ask("counts")["polls"]["returning"], 1)
        self.assertEqual(self.ask(self.connect()), self.right)
        counts = self.hall.ask("counts")
        self.assertEqual((counts["polls"]["returning"], counts["returns"]["counted"]), (0, 1))
        self.assertLess(counts["returns"]["ms"]["largest"], 10000)
        self.assertEqual(counts["accepted"]["counted"], 4)
        self.assertGreaterEqual(counts["accepted"]["largest_per_second"], 4)

    def test_orders_that_make_no_sense_are_refused(self):
        for order in ("", "x", "* dread", "* dead 3", "* exception 0", "* exception 2 9-8", "*:0% dead", "*:/0 dead", "* slow x"):
            with self.subTest(order):
                self.assertIn("error", self.hall.ask(f"fault {order}"))
                done = subprocess.run([BINARY, "--modbus", "1", "--fault", order], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 2)
                self.assertIn("--fault", done.stderr)
        self.assertEqual(self.hall.ask("fault nobody dead"), {"devices": 0})


class SnmpFaults(WithHall):
    options = ("--snmp", "2")
    column = f"{RPDU2}.9.4.3.1.7"

    def setUp(self):
        self.addCleanup(self.hall.ask, "fault * none")

    def run_tool(self, fault, tool="snmpget", *oids, options=()):
        self.assertEqual(self.hall.ask(f"fault snmp-00001 {fault}"), {"devices": 1}, fault)
        return snmp(tool, self.agent("snmp-00001"), *(oids or ("1.3.6.1.2.1.1.5.0",)), options=["-r0", "-t0.3", *options])

    def test_no_right_answer(self):
        words = {
            "dead": "Timeout",
            "vanished": "Timeout",
            "slow 1000": "Timeout",
            "truncated": "Timeout",
            "wrong-id": "Timeout",
            "previous": "Timeout",
            "reports": "Timeout|Report|No response|Unknown",
            "too-big": "tooBig",
            "gen-err": "genError",
            "exception": "genError",
        }
        for fault, expected in words.items():
            with self.subTest(fault), self.assertRaisesRegex(RuntimeError, expected):
                self.run_tool(fault)

    def test_answers_late_and_more_than_once(self):
        for fault in ("slow 100", "endless 1"):
            with self.subTest(fault):
                self.assertEqual(self.run_tool(fault), {"1.3.6.1.2.1.1.5.0": '"snmp-00001"'})

    def test_answer_from_another_address(self):
        self.hall.ask("fault snmp-00001 other-address")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            request = bytes.fromhex("302602010104067075626c6963a019020101020100020100300e300c06082b060102010105000500")
            client.sendto(request, (self.hall.host("snmp-00001"), self.hall.snmp_port))
            answer, peer = client.recvfrom(2000)
        self.assertIn(b"snmp-00001", answer)
        self.assertEqual((peer[0].rsplit(".", 2)[0], peer[1]), ("127.254", self.hall.snmp_port))

    def test_walks_that_loop_or_are_unsorted(self):
        for fault, tool in (("looping-walk", "snmpwalk"), ("looping-walk", "snmpbulkwalk"), ("unsorted-walk", "snmpwalk")):
            with self.subTest(fault, tool=tool), self.assertRaisesRegex(RuntimeError, "OID not increasing"):
                self.run_tool(fault, tool, self.column)
        got = self.run_tool("unsorted-walk", "snmpwalk", self.column, options=["-Cc"])
        right = self.run_tool("none", "snmpwalk", self.column)
        self.assertEqual({*got} - {f"{self.column}.1"}, {*right} - {f"{self.column}.1"})
        self.assertNotEqual(list(got), sorted(got, key=lambda oid: int(oid.split(".")[-1])))

    def test_walk_without_end(self):
        for tool in ("snmpwalk", "snmpbulkwalk"):
            with self.subTest(tool):
                self.hall.ask("fault snmp-00001 endless-walk")
                command = [tool, "-v2c", "-c", "public", "-Onq", "-m", "", self.agent("snmp-00001"), self.column]
                with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as walk:
                    lines = [walk.stdout.readline() for _ in range(500)]
                    walk.terminate()
                self.assertEqual(lines[-1].split()[0], f".{self.column}.500")


class SnmpV3(unittest.TestCase):
    """Against net-snmp's tools (which know no AES-192-C), then against hallwatch, which knows all."""

    pairs = (
        ("MD5", "DES"),
        ("SHA-1", "AES-128"),
        ("SHA-1", "AES-256"),
        ("SHA-1", "AES-256-C"),
        ("SHA-224", "AES-192"),
        ("SHA-256", "AES-128"),
        ("SHA-384", None),
        ("SHA-512", "AES-256"),
    )

    @classmethod
    def setUpClass(cls):
        users = []
        for number, (auth, privacy) in enumerate(cls.pairs):
            users += ["--snmp-v3", f"u{number}:{auth}:authsecret" + (f":{privacy}:privsecret" if privacy else "")]
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.hall = Hallsim("--snmp", str(len(cls.pairs)), *users, "--config", f"{cls.folder}/hall.yaml")
        cls.hall.__enter__()
        cls.addClassCleanup(cls.hall.__exit__)

    def tool(self, tool, user, *oids, host="snmp-00001", auth_passphrase="authsecret", privacy_passphrase="privsecret"):
        auth, privacy = self.pairs[user]
        level = ["-l", "authPriv", "-x", privacy.replace("AES-128", "AES"), "-X", privacy_passphrase] if privacy else ["-l", "authNoPriv"]
        secure = ["-v3", "-u", f"u{user}", "-a", auth.replace("SHA-1", "SHA"), "-A", auth_passphrase, *level]
        return snmp(tool, f"{self.hall.host(host)}:{self.hall.snmp_port}", *oids, options=secure)

    def test_every_pair_of_protocols(self):
        for user, pair in enumerate(self.pairs):
            with self.subTest(pair):
                got = self.tool("snmpget", user, "1.3.6.1.2.1.1.5.0", host="snmp-00002")
                self.assertEqual(got, {"1.3.6.1.2.1.1.5.0": '"snmp-00002"'})

    def test_walks_agree_with_v2c(self):
        plain = snmp("snmpbulkwalk", f"{self.hall.host('snmp-00001')}:{self.hall.snmp_port}", RPDU2)
        for tool, user in (("snmpwalk", 0), ("snmpbulkwalk", 5)):
            with self.subTest(tool):
                self.assertEqual(list(self.tool(tool, user, RPDU2)), list(plain))

    def test_each_refusal_is_told(self):
        wrong = {"auth_passphrase": "wrongsecret"}, {"privacy_passphrase": "wrongsecret"}
        with self.assertRaisesRegex(RuntimeError, "Authentication failure"):
            self.tool("snmpget", 5, "1.3.6.1.2.1.1.5.0", **wrong[0])
        with self.assertRaisesRegex(RuntimeError, "Decryption error"):
            self.tool("snmpget", 5, "1.3.6.1.2.1.1.5.0", **wrong[1])
        with self.assertRaisesRegex(RuntimeError, "Unknown user"):
            address = f"{self.hall.host('snmp-00001')}:{self.hall.snmp_port}"
            snmp("snmpget", address, "1.3.6.1.2.1.1.5.0", options=["-v3", "-u", "nobody", "-l", "noAuthNoPriv"])

    def test_a_passphrase_is_changed_on_command(self):
        self.addCleanup(self.hall.ask, "user u6:SHA-384:authsecret")
        self.assertEqual(self.hall.ask("user u6:SHA-384:othersecret"), {"users": len(self.pairs)})
        self.assertEqual(len(self.tool("snmpget", 6, "1.3.6.1.2.1.1.5.0", auth_passphrase="othersecret")), 1)
        with self.assertRaisesRegex(RuntimeError, "Authentication failure"):
            self.tool("snmpget", 6, "1.3.6.1.2.1.1.5.0")
        self.assertIn("error", self.hall.ask("user u6:SHA-385:othersecret"))

    def wait_for(self, holds, what, limit_s=60):
        end = time.monotonic() + limit_s
        while not holds(self.hall.ask("counts")):
            self.assertLess(time.monotonic(), end, f"{what}: {self.hall.ask('counts')}")
            time.sleep(0.05)

    def test_hallwatch_reads_them_whatever_happens_to_their_engines(self):
        secrets = list(Path(self.folder).glob("*.v3-*"))
        self.assertEqual(len(secrets), 15)
        self.assertEqual({file.stat().st_mode & 0o777 for file in secrets}, {0o600})
        with open(f"{self.folder}/hall.yaml", "a", encoding="utf-8") as file:
            file.write(f"status_socket: {self.folder}/status.sock\n")
        agent = subprocess.Popen([HALLWATCH, "run", f"{self.folder}/hall.yaml"], stderr=subprocess.DEVNULL)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)
        n = len(self.pairs)
        self.wait_for(lambda counts: counts["polls"]["counted"] >= 3 * n, "all are polled")
        for change in ("reboot", "boots-reset", "new-engine", "same-engine"):
            with self.subTest(change):
                self.hall.ask("reset")
                self.assertEqual(self.hall.ask(f"fault * {change}"), {"devices": n})
                values = self.hall.ask("counts")["snmp"]["values"]
                # Thirty values a poll: answers, not reports.
                self.wait_for(
                    lambda counts: counts["returns"]["counted"] == n and counts["snmp"]["values"] > values + n * 30,
                    "all are polled again",
                )


class Traps(WithHall):
    options = ("--snmp", "3", "--modbus", "2", "--snmp-v3", "watch:SHA-256:authsecret:AES-128:privsecret")

    def setUp(self):
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.receiver.close)
        self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.receiver.bind(("127.0.0.1", 0))
        self.receiver.settimeout(10)
        self.address = f"127.0.0.1:{self.receiver.getsockname()[1]}"

    def test_traps_leave_from_their_devices(self):
        self.assertEqual(self.hall.ask(f"trap * {self.address}"), {"traps": 3})
        peers = {self.receiver.recvfrom(2000)[1][0] for _ in range(3)}
        self.assertEqual(peers, {self.hall.host(f"snmp-0000{i}") for i in (1, 2, 3)})
        self.hall.ask(f"trap snmp-00002 {self.address} stranger")
        self.assertTrue(self.receiver.recvfrom(2000)[1][0].startswith("127.254."))

    def test_malformed_ones_differ_from_the_right_one(self):
        for kind in ("truncated", "garbled"):
            self.hall.ask(f"trap snmp-00001 {self.address} v2c")
            right = self.receiver.recv(2000)
            self.hall.ask(f"trap snmp-00001 {self.address} {kind}")
            wrong = self.receiver.recv(2000)
            self.assertTrue(len(wrong) < len(right) if kind == "truncated" else len(wrong) == len(right))
            self.assertNotEqual(wrong, right)

    def test_flood(self):
        self.assertEqual(self.hall.ask(f"trap-flood snmp-* {self.address} 3000"), {"traps": 3000})
        peers = [self.receiver.recvfrom(2000)[1][0] for _ in range(3000)]
        self.assertEqual({peers.count(peer) for peer in peers}, {1000})

    def test_orders_that_make_no_sense_are_refused(self):
        for order in ("", "snmp", "snmp 127.0.0.1", "snmp 10.0.0.1:162", "snmp 127.0.0.1:0", "snmp 127.0.0.1:1 v4"):
            self.assertIn("error", self.hall.ask(f"trap {order}"), order)
        self.assertIn("error", self.hall.ask("trap-flood snmp 127.0.0.1:162"))
        self.assertEqual(self.hall.ask("trap modbus 127.0.0.1:162"), {"traps": 0})

    def test_net_snmp_takes_every_version(self):
        self.receiver.close()  # its port is the daemon's now
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "trapd.conf").write_text(
                "authCommunity log public\n"
                "createUser -e 0x8000013e017f010001 watch SHA-256 authsecret AES privsecret\nauthUser log watch\n"
            )
            environment = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
            command = ["snmptrapd", "-f", "-Lo", "-On", "-C", "-c", f"{folder}/trapd.conf", f"udp:{self.address}"]
            daemon = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.addCleanup(daemon.stdout.close)
            self.addCleanup(daemon.wait)
            self.addCleanup(daemon.kill)
            limit = threading.Timer(30, daemon.kill)
            self.addCleanup(limit.cancel)
            limit.start()

            def read_until(words):
                said = ""
                while words not in said:
                    line = daemon.stdout.readline()
                    self.assertTrue(line, f"snmptrapd ended and did not say {words}: {said}")
                    said += line
                return said

            read_until("NET-SNMP version")
            for kind in ("v1", "v2c", "v3", "inform"):
                with self.subTest(kind):
                    self.assertEqual(self.hall.ask(f"trap snmp-00001 {self.address} {kind}"), {"traps": 1})
                    said = read_until("1.3.6.1.2.1.2.2.1.1.1 = INTEGER: 1")
                    self.assertIn("Link Down" if kind == "v1" else "1.3.6.1.6.3.1.1.5.3", said)
            end = time.monotonic() + 10
            while self.hall.ask("counts")["traps"]["acknowledged"] == 0:
                self.assertLess(time.monotonic(), end, "the inform is not acknowledged")
                time.sleep(0.05)


class Shares(unittest.TestCase):
    def test_shares_do_not_overlap_and_are_spread_over_both_protocols(self):
        orders = [f"*:5% {kind}" for kind in ("dead", "slow", "dribbling", "resetting")]
        options = [option for order in orders for option in ("--fault", order)]
        with Hallsim("--modbus", "200", "--snmp", "100", *options) as hall:
            devices = hall.ask("devices")
            for fault in ("dead", "slow", "dribbling", "resetting"):
                with self.subTest(fault):
                    names = [device["name"] for device in devices if device["fault"] == fault]
                    self.assertEqual(len(names), 15)
                    self.assertIn(sum(name.startswith("modbus") for name in names), (9, 10, 11))
            self.assertEqual(sum(device["fault"] == "none" for device in devices), 240)
            self.assertEqual(hall.ask("counts")["polls"]["devices"], 240)
            self.assertEqual(hall.ask("fault *:50% none"), {"devices": 60})
            self.assertEqual(hall.ask("fault modbus vanished"), {"devices": 200})
            self.assertEqual(hall.ask("fault apc_rpdu2:/10 dead"), {"devices": 10})


class Recordings(unittest.TestCase):
    def test_snmp_recordings_come_back_whole(self):
        recordings = sorted((TOP / "tests" / "drivers").glob("*/*.snmprec"))[::8]  # there are more than it has room for
        self.assertTrue(recordings)
        options = [option for path in recordings for option in ("--recording", path)]
        with Hallsim(*options) as hall:
            for path in recordings:
                with self.subTest(path.name):
                    # (Notes of our own begin with #.)
                    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
                    expected = sorted(tuple(map(int, line.split("|")[0].split("."))) for line in lines)
                    host = f"{hall.host(path.stem)}:{hall.snmp_port}"
                    got = snmp("snmpbulkwalk", host, "1.3", options=["-Cr25"])
                    self.assertEqual([tuple(map(int, oid.split("."))) for oid in got], expected)

    def test_registers_come_back_as_written(self):
        text = "# a comment\nholding 100 1 0x2\nholding 102 3\ninput 7 65535\ncoil 0 1 0 1\ndiscrete 0x10 1 1\n"
        with tempfile.NamedTemporaryFile("w", suffix=".registers") as file:
            file.write(text)
            file.flush()
            with Hallsim("--recording", file.name, "--address", "127.3.2.1/9") as hall:
                client = ModbusTcpClient("127.3.2.1", port=hall.modbus_port)
                self.addCleanup(client.close)
                self.assertTrue(client.connect())
                self.assertEqual(client.read_holding_registers(100, 3, slave=9).registers, [1, 2, 3])
                self.assertEqual(client.read_input_registers(7, 1, slave=9).registers, [65535])
                self.assertEqual(client.read_coils(0, 3, slave=9).bits[:3], [True, False, True])
                self.assertEqual(client.read_discrete_inputs(16, 2, slave=9).bits[:2], [True, True])
                for address, count in ((99, 1), (102, 2), (7, 1)):
                    self.assertEqual(client.read_holding_registers(address, count, slave=9).exception_code, 2)

    def test_mistakes_in_recordings_are_said_with_their_place(self):
        cases = {
            ".snmprec": ["1.3.6.1|2|x", "1.3.6.1", "1.3.6.1|4x|abc", "1.3.6.1|9z|1", "x|2|1"],
            ".registers": ["holding 70000 1", "register 1 1", "coil 1 2", "holding 1", "holding 65535 1 2"],
        }
        for suffix, lines in cases.items():
            for line in lines:
                with self.subTest(line), tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
                    file.write(f"\n{line}\n")
                    file.flush()
                    done = subprocess.run([BINARY, "--recording", file.name], capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(f"{Path(file.name).name}:2:", done.stderr)


if __name__ == "__main__":
    unittest.main()
