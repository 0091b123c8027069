# SPDX-License-Identifier: Apache-2.0
"""The simulated hall as the end-to-end tests start it: on free ports, ended by its id."""

import csv
import json
import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("HALLWATCH_BUILD", TOP / "build"))
BINARY = os.environ.get("HALLSIM", str(BUILD / "tests" / "sim" / "hall" / "hallsim"))
STOP_LIMIT_S = 10


class Hallsim:
    """Serves until the end of a with block. `devices` are its inventory's rows by name."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-hallsim-")
        self.inventory = Path(self.folder.name) / "inventory.csv"
        self.control_path = Path(self.folder.name) / "control"
        self.killed = False
        self.options = [*options, "--inventory", self.inventory, "--control", self.control_path]

    def __enter__(self):
        self.process = subprocess.Popen([BINARY, *self.options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = re.match(r"ready modbus=(\d+) snmp=(\d+) devices=(\d+)$", self.process.stdout.readline())
        if not ready:
            self.process.kill()
            raise RuntimeError(f"hallsim does not start: {self.process.communicate()[1]}")
        self.modbus_port, self.snmp_port = int(ready[1]), int(ready[2])
        with open(self.inventory, encoding="utf-8") as file:
            self.devices = {row["name"]: row for row in csv.DictReader(file)}
        return self

    def __exit__(self, failure=None, *_):
        """It must end well, which is also when a sanitizer says what it found."""
        self.process.terminate()
        try:
            _, errors = self.process.communicate(timeout=STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
        self.folder.cleanup()
        if self.process.returncode != 0 and failure is None and not self.killed:
            raise AssertionError(f"hallsim ended with {self.process.returncode}: {errors}")

    def kill(self):
        """It is gone at once, as when its power is cut."""
        self.killed = True
        self.process.kill()
        self.process.wait()

    def host(self, name):
        """The loopback address of a device."""
        return re.match(r"\w+://([\d.]+):", self.devices[name]["url"])[1]

    def ask(self, word):
        """What the control socket says to an order, for example `counts` or `fault * dead`; hallsim --help has all."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.control_path))
            client.sendall(word.encode() + b"\n")
            with client.makefile() as answer:
                text = answer.read()
        return json.loads(text) if text else None
