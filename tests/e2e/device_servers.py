# SPDX-License-Identifier: Apache-2.0
"""Devices on loopback for the end-to-end tests: each server takes a free port and is ended by its id."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
STOP_LIMIT_S = 10
START_LIMIT_S = 60


def wait_until(condition, limit_s, what):
    """Calls `condition` until it is true; fails loudly when it is not within the limit."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {limit_s} s")
        time.sleep(0.05)


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_tcp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop(process):
    """Ends a process that a test started, the hard way only if it does not listen."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_LIMIT_S)


class SnmpSimulator:
    """snmpsimd from Debian over copies of recordings; the community chooses the recording by its name."""

    def __init__(self, recordings):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-snmpsim-")
        self.data = Path(self.folder.name) / "data"
        self.data.mkdir()
        for path in recordings:
            shutil.copy(path, self.data)
            (self.data / path.name).chmod(0o644)
        Path(self.folder.name).chmod(0o777)
        self.data.chmod(0o777)
        self.port = free_udp_port()
        self.url = f"snmp://127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        command = ["snmpsimd", f"--data-dir={self.data}", f"--cache-dir={self.folder.name}/cache"]
        command += [f"--agent-udpv4-endpoint=127.0.0.1:{self.port}", "--logging-method=null"]
        if os.geteuid() == 0:
            command += ["--process-user=nobody", "--process-group=nogroup"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            wait_until(self.answers, START_LIMIT_S, "snmpsimd answers")
        except BaseException:
            self.__exit__()
            raise
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"snmpsimd ended: {self.process.stderr.read().strip()}")
        community = next(self.data.glob("*.snmprec")).stem
        command = ["snmpgetnext", "-v2c", "-c", community, "-On", "-t", "0.5", "-r", "0"]
        command += [f"127.0.0.1:{self.port}", "1.3"]
        quiet = {**os.environ, "MIBS": ""}
        return subprocess.run(command, capture_output=True, check=False, env=quiet).returncode == 0

    def __exit__(self, *_):
        stop(self.process)
        self.process.stderr.close()
        self.folder.cleanup()


class ModbusServer:
    """tests/sim/modbus_server.py over one recording of registers."""

    def __init__(self, recording, unit=1, rtu=False):
        server = TOP / "tests" / "sim" / "modbus_server.py"
        self.command = [sys.executable, str(server), "--unit", str(unit), *(["--rtu"] if rtu else []), str(recording)]
        self.scheme = "modbus+rtu" if rtu else "modbus"
        self.unit = unit
        self.process = None
        self.port = None
        self.url = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        if len(ready) != 2 or ready[0] != "ready":
            stop(self.process)
            raise RuntimeError("modbus_server.py did not become ready")
        self.port = int(ready[1])
        self.url = f"{self.scheme}://127.0.0.1:{self.port}/{self.unit}"
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.process.stdout.close()


class SerialLine:
    """A pseudo-terminal that leads to a ModbusServer which talks RTU; socat from Debian copies."""

    def __init__(self, server):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-line-")
        self.path = Path(self.folder.name) / "line"
        self.command = ["socat", f"pty,raw,echo=0,link={self.path}", f"tcp:127.0.0.1:{server.port}"]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command)
        wait_until(self.path.exists, START_LIMIT_S, "socat makes a terminal")
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.folder.cleanup()
