#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The service as systemd runs it: hallwatch.service and hallwatch-traps.socket, started by a systemd of the test's own.

Usage: test_unit.py [unittest options]
"""

import json
import re
import unittest
from pathlib import Path

import hallwatch
import own_systemd
from servers import wait_until

TOP = Path(__file__).resolve().parents[2]
UNITS = TOP / "deploy" / "systemd"
RECORDING = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
CONFIG = "/etc/hallwatch/hallwatch.yaml"
SOCKET = "hallwatch-traps.socket"
ALLOWED, FORBIDDEN = "10.99.0.1", "10.99.0.2"
SETTINGS = {
    "site": "dc1",
    "gateway": "gw-1",
    "spool": {"folder": "/var/lib/hallwatch"},
    "traps": {"listen": "inherited"},
    "credentials": {"core": {"community_credential": "core"}},
    "devices": [
        {"name": "pdu-1", "url": "replay:/etc/hallwatch/pdu.snmprec"},
        {"name": "pdu-2", "url": f"snmp://{ALLOWED}", "credentials": "core"},
        {"name": "meter", "url": f"modbus://{ALLOWED}/1", "driver": "schneider_pm5000"},
    ],
    "power": {"topology": "power.csv"},
}
POWER = "name,kind,sources,rating\nfeed-a,intake,,100 A\nbus-a,bus,feed-a,100 A\n"


def reason():
    return "a sanitizer needs what the unit forbids" if hallwatch.SANITIZED else own_systemd.why_not()


WHY_NOT = reason()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Unit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(own_systemd.Host())
        host = cls.host
        host.write("/usr/bin/hallwatch", Path(hallwatch.BINARY).read_bytes(), 0o755)
        for unit in ("hallwatch.service", SOCKET):
            host.write(f"/lib/systemd/system/{unit}", (UNITS / unit).read_text())
        host.write("/usr/lib/sysusers.d/hallwatch.conf", (UNITS / "hallwatch-sysusers.conf").read_text())
        host.write("/etc/hallwatch/pdu.snmprec", RECORDING.read_bytes())
        host.write("/etc/hallwatch/power.csv", POWER)
        host.write("/etc/hallwatch/secrets/core", "s3cret\n", 0o600)
        host.write(
            "/etc/systemd/system/hallwatch.service.d/test.conf",
            "[Service]\nLoadCredential=core:/etc/hallwatch/secrets/core\nRestartSec=200ms\n",
        )
        host.must("systemd-sysusers")
        host.must("useradd", "--groups=hallwatch", "operator1")
        host.must("useradd", "stranger1")
        host.must("ip", "address", "add", f"{ALLOWED}/32", "dev", "lo")
        host.must("ip", "address", "add", f"{FORBIDDEN}/32", "dev", "lo")
        cls.configure()
        addresses = host.must("hallwatch", "check", CONFIG, "--systemd")
        host.write("/etc/systemd/system/hallwatch.service.d/addresses.conf", addresses)
        host.must("systemctl", "daemon-reload")
        host.must("systemctl", "enable", "hallwatch", SOCKET)

    @classmethod
    def configure(cls, **settings):
        cls.host.write(CONFIG, json.dumps({**SETTINGS, **settings}))

    def setUp(self):
        self.configure()
        self.host.must("systemctl", "start", "hallwatch")
        self.addCleanup(self.host.must, "systemctl", "stop", "hallwatch")

    def as_user(self, user, *command):
        return self.host.run("runuser", "-u", user, "--", *command)

    def status(self):
        return json.loads(self.host.must("hallwatch", "status", "--json"))

    def test_operators_find_it_without_options_and_strangers_do_not_get_in(self):
        wait_until(lambda: "1 of 3 devices up" in self.host.must("hallwatch", "status"), "a device is read")
        for command in (("status",), ("tree", CONFIG), ("why", "feed-a", CONFIG)):
            done = self.as_user("operator1", "hallwatch", *command)
            self.assertEqual((done.returncode, done.stderr), (hallwatch.OK, ""), command)
        refused = self.as_user("stranger1", "hallwatch", "status")
        self.assertEqual(refused.returncode, hallwatch.REFUSED)
        self.assertIn("it needs its user or group", refused.stderr)

    def test_what_an_operator_orders_reaches_it_and_is_kept(self):
        self.host.must("hallwatch", "maintain", "feed-a", "--until", "1h", "--by", "kim", "--why", "new breaker")
        heard = "feed-a: out of service until "
        wait_until(lambda: heard in self.host.journal("hallwatch"), "the order is heard")
        self.host.must("systemctl", "restart", "hallwatch")
        wait_until(lambda: self.host.journal("hallwatch").count(heard) == 2, "it is heard again")

    def test_it_may_ask_what_is_configured_and_nothing_else(self):
        other = {"name": "other", "url": f"modbus://{FORBIDDEN}/1", "driver": "schneider_pm5000"}
        self.configure(devices=[*SETTINGS["devices"], other])
        self.host.must("systemctl", "reload", "hallwatch")
        for device, words in (("meter", "connection refused$"), ("other", "connection timed out$")):
            found = wait_until(
                lambda: re.search(f"(?m)^WARNING {device}: (.*)$", self.host.journal("hallwatch")), f"{device} is tried"
            )
            self.assertRegex(found[1], words)

    def test_it_may_ask_the_clock(self):
        self.assertRegex(self.host.must("hallwatch", "status"), "(?m)^clock  +(?!not known)")

    def test_traps_come_over_either_protocol(self):
        for to in ("127.0.0.1:162", "udp6:[::1]:162"):
            self.host.must("snmptrap", "-v2c", "-c", "s3cret", to, "", "1.3.6.1.4.1.318.0.5")
        self.assertEqual(self.host.show(SOCKET, "ActiveState"), "active")
        wait_until(lambda: "from 127.0.0.1, which is no" in self.host.journal("hallwatch"), "a trap has come")
        begun = self.host.journal("hallwatch").count(" received: ")
        self.host.must("systemctl", "restart", "hallwatch")
        wait_until(lambda: self.host.journal("hallwatch").count(" received: ") > begun, "it says what came")
        self.assertIn("traps: 2 received: ", self.host.journal("hallwatch"))

    def test_one_that_hangs_or_crashes_is_started_again(self):
        self.host.write("/run/systemd/system/hallwatch.service.d/watchdog.conf", "[Service]\nWatchdogSec=1s\n")
        self.addCleanup(self.host.must, "systemctl", "daemon-reload")
        self.addCleanup(self.host.must, "rm", "/run/systemd/system/hallwatch.service.d/watchdog.conf")
        self.host.must("systemctl", "daemon-reload")
        self.host.must("systemctl", "restart", "hallwatch")
        for how in ("SIGSTOP", "SIGSEGV"):
            process = self.host.show("hallwatch", "MainPID")
            self.host.must("systemctl", "kill", f"--signal={how}", "hallwatch")
            wait_until(lambda: self.host.show("hallwatch", "MainPID") not in ("0", process), "another one runs")
            wait_until(lambda: self.host.state("hallwatch") == "active", "it is ready")
            self.assertEqual(self.host.state(SOCKET), "active")

    def test_a_configuration_with_mistakes_is_not_tried_again_and_no_trap_starts_it(self):
        self.configure(nonsense=1)
        self.assertNotEqual(self.host.run("systemctl", "restart", "hallwatch").returncode, 0)
        wait_until(lambda: self.host.state(SOCKET) == "inactive", "the socket is closed")
        self.host.must("snmptrap", "-v2c", "-c", "s3cret", "127.0.0.1:162", "", "1.3.6.1.4.1.318.0.5")
        self.assertEqual(self.host.state("hallwatch"), "failed")
        self.assertEqual(self.host.show("hallwatch", "ExecMainStatus"), str(hallwatch.USAGE))
        self.assertIn('unknown key "nonsense"', self.host.journal("hallwatch"))

    def test_a_reload_is_done_and_a_refused_one_is_told(self):
        self.configure(devices=SETTINGS["devices"][:1])
        self.host.must("systemctl", "reload", "hallwatch")
        wait_until(lambda: len(self.status()["devices"]) == 1, "the configuration is in force")
        self.configure(nonsense=1)
        self.host.must("systemctl", "reload", "hallwatch")
        wait_until(lambda: "refused" in self.host.show("hallwatch", "StatusText"), "it is told")
        self.assertEqual(self.host.state("hallwatch"), "active")


if __name__ == "__main__":
    unittest.main()
