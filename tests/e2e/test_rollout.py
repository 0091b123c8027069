#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/ansible rolls one configuration out: run by ansible-core itself, with local connections. Two gateways are two
folders, each with an agent of its own; `systemctl` is a script of the test's there, which starts and reloads the agent of its
folder. A third is a host with a systemd of its own (own_systemd.py), where nothing is replaced but the package, which
tests/deploy/run installs. And the example is right for each of its forty gateways.

Usage: test_rollout.py [unittest options]
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
import own_systemd
from servers import wait_until

TOP = Path(__file__).resolve().parents[2]
ANSIBLE = TOP / "deploy" / "ansible"
RECORDING = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
GATEWAYS = ("gw-01", "gw-02")
CONFIGURATION = """site: seoul-1
inventory: devices.csv
credentials: {core: {community_file: secrets/core}}
"""
SYSTEMCTL = """#!/bin/sh
# systemctl of one gateway
echo "$*" >> '{root}/orders'
case "$1" in
is-active) [ -e '{root}/pid' ] && kill -0 "$(cat '{root}/pid')" ;;
daemon-reload) ;;
reload) kill -HUP "$(cat '{root}/pid')" ;;
restart) rm '{root}/version' ;;
enable)
    RUNTIME_DIRECTORY='{root}/run' setsid '{binary}' run '{root}/etc/hallwatch.yaml' --gateway {name} > '{root}/log' 2>&1 &
    echo $! > '{root}/pid' ;;
*) exit 1 ;;
esac
"""
HALLWATCH = """#!/bin/sh
# hallwatch on a host with the name of one gateway, whose agent runs as a service
case "$1" in
check) exec '{binary}' "$@" --gateway {name} ;;
status) exec '{binary}' "$@" --socket '{root}/run/status.sock' ;;
--version) cat '{root}/version' 2>/dev/null || exec '{binary}' --version ;;
esac
"""
PLAY_LIMIT_S = 240


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


class Gateway:
    """A folder that stands for a host."""

    def __init__(self, folder, name):
        self.name, self.root = name, folder / name
        words = {"root": self.root, "binary": hallwatch.BINARY, "name": name}
        write(self.root / "systemctl", SYSTEMCTL.format(**words), 0o755)
        write(self.root / "hallwatch", HALLWATCH.format(**words), 0o755)
        (self.root / "run").mkdir()

    def variables(self):
        return {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "folder": str(self.root / "etc"),
                "drop_ins": str(self.root / "drop-ins"), "systemctl": str(self.root / "systemctl"),
                "hallwatch": str(self.root / "hallwatch"), "group": "root"}

    def orders(self):
        """What systemctl was told since the last call, but for questions."""
        path = self.root / "orders"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if not line.startswith("is-active")]

    def status(self):
        done = subprocess.run([self.root / "hallwatch", "status", "--json"], capture_output=True, text=True, timeout=30)
        self_said = (self.root / "log").read_text() if (self.root / "log").exists() else "it was never started"
        assert done.returncode == 0, f"{self.name}: {done.stderr}{self_said}"
        return json.loads(done.stdout)

    def devices(self):
        return [device["name"] for device in self.status()["devices"]]

    def in_force(self):
        """All that a gateway goes by, and what its agent says of it."""
        files = {str(path): path.read_bytes() for path in (self.root / "etc").iterdir() if path.is_file()}
        return files, (self.root / "drop-ins" / "addresses.conf").read_text(), (self.root / "pid").read_text(), self.status()["configuration"]

    def end(self):
        if (self.root / "pid").exists():
            process = int((self.root / "pid").read_text())
            os.kill(process, signal.SIGTERM)
            wait_until(lambda: not is_alive(process), f"{self.name} ends")


def is_alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@unittest.skipUnless(shutil.which("ansible-playbook"), "ansible-core is not installed")
class Rollout(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-rollout-")))
        self.gateways = [Gateway(self.folder, name) for name in GATEWAYS]
        for gateway in self.gateways:
            self.addCleanup(gateway.end)
        write(self.folder / "files" / "hallwatch.yaml", CONFIGURATION)
        write(self.folder / "secrets" / "core", "public\n", 0o600)
        self.write_devices()
        hosts = {gateway.name: gateway.variables() for gateway in self.gateways}
        write(self.folder / "gateways.json", json.dumps({"gateways": {"hosts": hosts}}))

    def write_devices(self, *more):
        rows = [f"pdu-{name},replay:{RECORDING},,{name}" for name in GATEWAYS]
        write(self.folder / "files" / "devices.csv", "\n".join(["name,url,credentials,gateway", *rows, *more]) + "\n")

    def play(self, *options):
        """Runs the playbook; its exit status, what it said, and how many tasks changed something, by gateway."""
        environment = {**os.environ, "ANSIBLE_PIPELINING": "1", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(self.folder / "ansible"),
                       "ANSIBLE_LOCALHOST_WARNING": "0", "LC_ALL": "C.UTF-8"}
        begin = time.monotonic()
        done = subprocess.run(
            ["ansible-playbook", "-i", self.folder / "gateways.json", "-e", f"source={self.folder}", *options, ANSIBLE / "rollout.yaml"],
            capture_output=True, text=True, timeout=PLAY_LIMIT_S, env=environment)
        print(f"ansible-playbook: {time.monotonic() - begin:.1f} s")
        changed = {name: int(n) for name, n in re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", done.stdout, re.M)}
        return done.returncode, done.stdout + done.stderr, changed

    def test_it_starts_changes_nothing_twice_reloads_and_stops_at_a_mistake(self):
        self.starts_what_does_not_run()
        self.changes_nothing_the_second_time()
        self.reloads_what_runs()
        self.stops_at_a_mistake()
        self.stops_at_another_site()
        self.replaces_what_is_of_another_version()

    def starts_what_does_not_run(self):
        status, said, _ = self.play()
        self.assertEqual(status, 0, said)
        for gateway in self.gateways:
            self.assertEqual(gateway.orders(), ["daemon-reload", "enable --now hallwatch"])
            self.assertEqual(gateway.devices(), [f"pdu-{gateway.name}"])
            etc = gateway.root / "etc"
            modes = {str(path.relative_to(etc)): path.stat().st_mode & 0o7777 for path in etc.rglob("*") if "next" not in path.parts}
            self.assertEqual(modes, {"hallwatch.yaml": 0o644, "devices.csv": 0o644, "secrets": 0o750, "secrets/core": 0o640})
            self.assertEqual((etc / "next" / "secrets" / "core").stat().st_mode & 0o7777, 0o640)

    def changes_nothing_the_second_time(self):
        before = [gateway.in_force() for gateway in self.gateways]
        status, said, changed = self.play()
        self.assertEqual(status, 0, said)
        self.assertEqual(changed, dict.fromkeys(GATEWAYS, 0), said)
        self.assertEqual([gateway.orders() for gateway in self.gateways], [[]] * len(GATEWAYS))
        self.assertEqual([gateway.in_force() for gateway in self.gateways], before)

    def reloads_what_runs(self):
        before = [(gateway.root / "pid").read_text() for gateway in self.gateways]
        self.write_devices("new,snmp://127.0.0.9:9,core,gw-02")
        write(self.folder / "secrets" / "core", "another\n", 0o600)
        status, said, _ = self.play()
        self.assertEqual(status, 0, said)
        self.assertEqual([gateway.devices() for gateway in self.gateways], [["pdu-gw-01"], ["pdu-gw-02", "new"]])
        orders = [gateway.orders() for gateway in self.gateways]
        self.assertEqual(orders, [["reload hallwatch"], ["daemon-reload", "reload hallwatch"]])
        self.assertEqual([(gateway.root / "pid").read_text() for gateway in self.gateways], before)
        self.assertIn("IPAddressAllow=127.0.0.9\n", (self.gateways[1].root / "drop-ins" / "addresses.conf").read_text())
        self.assertNotIn(str(self.gateways[1].root / "etc" / "next"), (self.gateways[1].root / "drop-ins" / "addresses.conf").read_text())

    def stops_at_a_mistake(self):
        before = [gateway.in_force() for gateway in self.gateways]
        self.write_devices("new,snpm://127.0.0.9:9,core,gw-02")
        status, said, changed = self.play()
        self.assertNotEqual(status, 0)
        self.assertRegex(said, r'devices.csv:4:\d+: url: unknown protocol \\?"snpm\\?"; did you mean \\?"snmp')
        self.assertEqual(list(changed), ["gw-01"], said)       # the others were not even begun
        self.assertEqual([gateway.in_force() for gateway in self.gateways], before)
        self.assertEqual([gateway.orders() for gateway in self.gateways], [[]] * len(GATEWAYS))
        self.write_devices()

    def stops_at_another_site(self):
        before = [gateway.in_force() for gateway in self.gateways]
        write(self.folder / "files" / "hallwatch.yaml", CONFIGURATION.replace("seoul-1", "seoul-2"))
        status, said, _ = self.play()
        self.assertNotEqual(status, 0)
        self.assertIn("site and gateway are in every label", said)
        self.assertEqual([gateway.in_force() for gateway in self.gateways], before)
        write(self.folder / "files" / "hallwatch.yaml", CONFIGURATION)

    def replaces_what_is_of_another_version(self):
        """As after a package that did not understand the configuration of before."""
        (self.gateways[0].root / "version").write_text("hallwatch 0.1.1")
        status, said, _ = self.play("--limit", "gw-01")
        self.assertEqual(status, 0, said)
        self.assertIn("restart hallwatch", self.gateways[0].orders())


WHY_NOT = "a sanitizer needs what the unit forbids" if hallwatch.SANITIZED else own_systemd.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
@unittest.skipUnless(shutil.which("ansible-playbook"), "ansible-core is not installed")
class Service(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(own_systemd.Host())
        units = TOP / "deploy" / "systemd"
        self.host.write("/usr/bin/hallwatch", Path(hallwatch.BINARY).read_bytes(), 0o755)
        self.host.write("/lib/systemd/system/hallwatch.service", (units / "hallwatch.service").read_text())
        self.host.write("/usr/lib/sysusers.d/hallwatch.conf", (units / "hallwatch-sysusers.conf").read_text())
        self.host.must("systemd-sysusers")
        self.host.must("systemctl", "daemon-reload")
        for path in (ANSIBLE / "rollout.yaml", ANSIBLE / "group_vars" / "all.yaml"):
            self.host.write(f"/rollout/{path.relative_to(ANSIBLE)}", path.read_text(encoding="utf-8"))
        self.host.write("/rollout/gateways.yaml", "gateways: {hosts: {gw-01: {ansible_connection: local}}}\n")
        self.host.write("/rollout/files/hallwatch.yaml", CONFIGURATION + "spool: {folder: /var/lib/hallwatch}\n")
        self.host.write("/rollout/secrets/core", "s3cret\n", 0o600)

    def play(self, *devices):
        self.host.write("/rollout/files/devices.csv", "\n".join(["name,url,credentials", *devices]) + "\n")
        self.host.must("ansible-playbook", "-i", "/rollout/gateways.yaml", "/rollout/rollout.yaml")

    def test_it_starts_the_service_and_reloads_it(self):
        self.play("pdu-1,snmp://10.99.0.1,core")
        self.assertEqual(self.host.state("hallwatch"), "active")
        self.assertEqual(self.host.must("systemctl", "is-enabled", "hallwatch").strip(), "enabled")
        process = self.host.show("hallwatch", "MainPID")
        self.assertNotIn("10.99.0.2/32", self.host.show("hallwatch", "IPAddressAllow"))
        self.play("pdu-1,snmp://10.99.0.1,core", "pdu-2,snmp://10.99.0.2,core")
        devices = json.loads(self.host.must("hallwatch", "status", "--json"))["devices"]
        self.assertEqual([device["name"] for device in devices], ["pdu-1", "pdu-2"])
        self.assertEqual(self.host.show("hallwatch", "MainPID"), process)
        self.assertIn("10.99.0.2/32", self.host.show("hallwatch", "IPAddressAllow"))


class Example(unittest.TestCase):
    def test_it_is_right_for_each_of_its_forty_gateways(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(ANSIBLE / "files", folder, dirs_exist_ok=True)
            for secret in ("snmp-auth", "snmp-privacy", "mqtt"):
                write(folder / "secrets" / secret, "long-enough\n", 0o640)
            for number in range(1, 41):
                done = hallwatch.run("check", str(folder / "hallwatch.yaml"), "--gateway", f"gw-{number:02}")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("ok, 3 devices", done.stdout)

    @unittest.skipUnless(shutil.which("ansible-inventory"), "ansible-core is not installed")
    def test_its_gateways_are_those_that_its_devices_name(self):
        done = subprocess.run(["ansible-inventory", "-i", ANSIBLE / "gateways.yaml", "--list"], capture_output=True, text=True,
                              timeout=60, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        rows = (ANSIBLE / "files" / "devices.csv").read_text().splitlines()
        named = {dict(zip(rows[0].split(","), row.split(",")))["gateway"] for row in rows[1:]}
        self.assertEqual(set(json.loads(done.stdout)["gateways"]["hosts"]), named)


if __name__ == "__main__":
    unittest.main()
