#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The agent as a service: what it tells the service manager (a socket of the test's own), its units as systemd's own tools
judge them, and the addresses that `hallwatch check --systemd` writes.

Usage: test_service.py [unittest options]
"""

import ipaddress
import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
from agent import IN_FORCE, REFUSED, Agent
from servers import Mosquitto, free_port, wait_until

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
EXPOSURE_MOST = 1.5
BELIEVED_S = 26  # a standstill of 25 s is one
RECORDING = Path(__file__).resolve().parents[1] / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
PDU = {"name": "pdu-1", "url": f"replay:{RECORDING}"}


class Manager:
    """Plays systemd: hears the agent's words, in their order."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-manager-")
        self.path = os.path.join(self.folder.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.words = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()

    def hear(self):
        try:
            while True:
                self.words.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return self.words

    def wait_for(self, word, times=1):
        wait_until(lambda: sum(word in text for text in self.hear()) >= times, f"{word} is told: {self.words}", 30)


class Told(unittest.TestCase):
    def agent(self, manager, devices=(PDU,), sinks=(), **environment):
        return Agent(devices, sinks, environment={"NOTIFY_SOCKET": manager.path, **environment})

    def test_ready_is_told_when_the_agent_can_be_asked(self):
        with Manager() as manager, self.agent(manager) as agent:
            manager.wait_for("READY=1")
            self.assertEqual(list(agent.devices()), ["pdu-1"])

    def test_how_it_fares_is_told_and_kept_current(self):
        silent = {"name": "silent", "driver": "schneider_pm5000", "url": f"modbus://127.0.0.1:{free_port()}/1"}
        nobody = {"name": "broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{free_port()}"}
        with Manager() as manager, self.agent(manager, [PDU, silent], sinks=[nobody]) as agent:
            manager.wait_for("STATUS=1 of 2 devices answers, 0 of 1 sinks work")
            with Mosquitto() as broker:
                agent.write(devices=[PDU], sinks=[{**nobody, "url": broker.url}])
                agent.reload()
                manager.wait_for("STATUS=1 device answers, 1 sink works")

    def test_a_reload_is_told_from_its_beginning_to_its_end(self):
        with Manager() as manager, self.agent(manager) as agent:
            agent.write(devices=[PDU, {**PDU, "name": "pdu-2"}])
            agent.reload(IN_FORCE)
            manager.wait_for("READY=1", 2)
            told = [text for text in manager.words if not text.startswith("STATUS=")]
            self.assertEqual([text.split("\n")[0] for text in told], ["READY=1", "RELOADING=1", "READY=1"])
            self.assertRegex(told[1], r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            manager.wait_for("STATUS=2 devices answer, 0 sinks work")
            agent.write(devices=[{"name": "pdu-1"}])
            agent.reload(REFUSED)
            manager.wait_for("; the last configuration was refused for 1 mistake")

    def test_the_stop_is_told_before_it_is_done(self):
        with Manager() as manager, self.agent(manager) as agent:
            status, _ = agent.stop()
            self.assertEqual(status, 0)
            words = manager.hear()[manager.words.index("STOPPING=1") :]
            told = [text for text in words if not text.startswith("STATUS=") or "stopping" in text]
            self.assertEqual(told[:2], ["STOPPING=1", "STATUS=stopping: what waits is sent"])
            self.assertRegex(told[2], r"^EXTEND_TIMEOUT_USEC=\d+\nSTATUS=stopping: what waits is written to the disk$")
            self.assertEqual(len(told), 3)

    def test_the_watchdog_is_fed_also_when_no_device_answers(self):
        """For longer than an agent is believed that has just begun."""
        silent = {"name": "silent", "driver": "schneider_pm5000", "url": "modbus://127.0.0.1:9/1"}
        with Manager() as one, Manager() as other:
            with self.agent(one, [PDU], WATCHDOG_USEC="400000"), self.agent(other, [silent], WATCHDOG_USEC="400000"):
                end = time.monotonic() + BELIEVED_S
                while time.monotonic() < end:
                    time.sleep(0.2)
                    begun = [manager.hear().count("WATCHDOG=1") for manager in (one, other)]
                for manager, n in zip((one, other), begun):
                    manager.wait_for("WATCHDOG=1", n + 3)

    def test_one_that_does_not_start_is_never_ready(self):
        with Manager() as manager, tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "hallwatch.yaml")
            socket_path = Path(folder, "taken")
            socket_path.write_text("no socket")
            path.write_text(json.dumps({"site": "dc1", "status_socket": str(socket_path), "devices": [PDU]}))
            environment = {**os.environ, "NOTIFY_SOCKET": manager.path}
            done = subprocess.run(
                [hallwatch.BINARY, "run", path], env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("is there already and no socket", done.stderr)
            self.assertEqual([text for text in manager.hear() if "READY" in text], [])


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Units(unittest.TestCase):
    def analyze(self, *arguments):
        done = subprocess.run(
            ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def test_the_service_is_hardened(self):
        _, text = self.analyze("security", "--offline=true", "--no-pager", UNITS / "hallwatch.service")
        found = re.search(r"Overall exposure level for hallwatch.service: ([0-9.]+)", text)
        self.assertIsNotNone(found, text)
        self.assertLessEqual(float(found[1]), EXPOSURE_MOST)

    def test_systemd_understands_every_word(self):
        with tempfile.TemporaryDirectory() as folder:
            for unit in UNITS.glob("hallwatch*.s*"):
                text = unit.read_text().replace("/usr/bin/hallwatch", hallwatch.BINARY)
                Path(folder, unit.name).write_text(re.sub("(?m)^Documentation=.*\n", "", text))
            drop_ins = Path(folder, "hallwatch.service.d")
            drop_ins.mkdir()
            shutil.copy(UNITS / "serial.conf", drop_ins)
            for unit in ("hallwatch.service", "hallwatch-traps.socket"):
                status, text = self.analyze("verify", Path(folder, unit))
                self.assertEqual((status, text), (0, ""), unit)


class Addresses(unittest.TestCase):
    """`hallwatch check --systemd`."""

    def check(self, devices, **settings):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "hallwatch.yaml")
            path.write_text(json.dumps({"site": "dc1", "devices": devices, **settings}))
            return hallwatch.run("check", str(path), "--systemd")

    @staticmethod
    def allowed(done):
        return re.findall(r"(?m)^IPAddressAllow=(.*)$", done.stdout)

    def test_everybody_whom_the_agent_talks_to_is_allowed_and_nobody_else(self):
        modbus = {"driver": "schneider_pm5000"}
        done = self.check(
            [
                {"name": "a", "url": "snmp://10.9.8.7"},
                {"name": "b", "url": "snmp://10.9.8.7:1161"},
                {"name": "c", "url": "modbus://[fd00:20::31]:1502/1", **modbus},
                {"name": "d", "url": "modbus+rtu://10.9.8.5:4001/3", **modbus},
                {"name": "e", "url": "rtu:/dev/ttyUSB0:19200:8E1/7", **modbus},
                PDU,
            ],
            sinks=[
                {"name": "broker", "type": "mqtt", "url": "mqtt://10.1.1.1", "endpoints": ["mqtt://10.1.1.4:1884"]},
                {"name": "base", "type": "remote_write", "url": "http://[fd00:30::1]:8428/api/v1/write"},
            ],
            traps={"listen": "udp 0.0.0.0:10162", "proxies": ["10.7.7.7"]},
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\nIPAddressDeny=any\n", done.stdout)
        allowed = self.allowed(done)
        self.assertEqual(allowed[0], "localhost")
        self.assertEqual(len(set(allowed)), len(allowed))
        expected = {"10.9.8.7", "10.9.8.5", "fd00:20::31", "10.1.1.1", "10.1.1.4", "fd00:30::1", "10.7.7.7"}
        self.assertEqual(set(allowed[1:]) - self.name_servers(), expected - self.name_servers())

    def test_networks_stand_for_all_of_their_addresses_and_for_no_other(self):
        hosts = [f"10.5.0.{i}" for i in range(256)] * 2 + [f"10.6.0.{i}" for i in range(1, 6)] + ["[::ffff:10.6.0.3]"]
        hosts += [f"[fd00::{i:x}]" for i in range(4, 9)]
        random.Random(7).shuffle(hosts)
        done = self.check([{"name": f"d{i}", "url": f"snmp://{host}"} for i, host in enumerate(hosts)])
        networks = [ipaddress.ip_network(text) for text in self.allowed(done)[1:]]
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for text in ("10.5.0.0/24", "10.6.0.1/32", "10.6.0.2/31", "10.6.0.4/31", "fd00::4/126", "fd00::8/128"):
            self.assertIn(ipaddress.ip_network(text), networks)
        self.assertLessEqual(len(networks), 6 + len(self.name_servers()))
        self.assertEqual(networks, sorted(networks, key=lambda network: (network.version, network)))

    def test_what_is_written_in_a_configuration_begins_no_line(self):
        with tempfile.TemporaryDirectory(prefix="odd\nIPAddressAllow=any\n") as folder:
            path = Path(folder, "hallwatch.yaml")
            path.write_text(
                'site: dc1\ndevices: [{name: "a\\u2028IPAddressAllow=any", url: "snmp://10.9.8.7"}, '
                '{name: "[Service]", url: "snmp://-x.invalid"}]\n'
            )
            done = hallwatch.run("check", str(path), "--systemd")
        lines = {line for line in done.stdout.splitlines() if not line.startswith("#")}
        expected = {"[Service]", "IPAddressDeny=any", "IPAddressAllow=localhost", "IPAddressAllow=10.9.8.7"}
        self.assertEqual(done.returncode, 1)
        self.assertEqual({line for line in lines if line[15:] not in self.name_servers()}, expected)

    @staticmethod
    def name_servers():
        return set(re.findall(r"(?m)^\s*nameserver\s+([^\s%]+)", Path("/etc/resolv.conf").read_text()))

    def test_no_secret_is_needed(self):
        core = {"core": {"community_credential": "core"}}
        done = self.check([{"name": "a", "url": "snmp://10.9.8.7", "credentials": "core"}], credentials=core)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_names_are_resolved_and_one_without_an_address_is_said(self):
        done = self.check([{"name": "a", "url": "snmp://localhost"}, {"name": "b", "url": "snmp://pdu.invalid"}])
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^hallwatch check: pdu.invalid has no address: ")
        self.assertRegex(done.stdout, r"(?m)^# pdu.invalid: has no address at present")
        self.assertRegex(done.stdout, r"(?m)^# localhost:.* 127\.0\.0\.1")
        self.assertIn("127.0.0.1", self.allowed(done))

    def test_who_scrapes_is_asked_for(self):
        tls = {"certificate_file": "tls.crt", "key_file": "tls.key", "token_file": "token"}
        http = {"listen": ["127.0.0.1:9746", "10.0.0.7:9746"], **tls}
        done = self.check([{"name": "a", "url": "snmp://10.9.8.7"}], http=http)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(re.findall("(?m)^# http listens at ([^ ]*): who asks", done.stdout), ["10.0.0.7:9746"])

    def test_a_configuration_with_mistakes_has_no_addresses(self):
        done = self.check([{"name": "a", "url": "nonsense"}])
        self.assertEqual((done.returncode, done.stdout), (hallwatch.USAGE, ""))

    def test_systemd_takes_what_is_written(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        done = self.check([{"name": "a", "url": "snmp://10.9.8.7"}, {"name": "b", "url": "snmp://[fe80::1%lo]"}])
        self.assertEqual(done.returncode, 0, done.stderr)
        with tempfile.TemporaryDirectory() as folder:
            unit = "[Service]\nExecStart=/bin/true\n" + done.stdout[done.stdout.index("[Service]") :]
            Path(folder, "one.service").write_text(unit)
            checked = subprocess.run(
                ["systemd-analyze", "verify", f"{folder}/one.service"], capture_output=True, text=True, timeout=60, check=False
            )
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
