# SPDX-License-Identifier: Apache-2.0
"""What benchmarks run: a simulated hall, a sink that counts, the agent, each on its core, and what they cost."""

import csv
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

AGENT_CORE, HALL_CORE = "0", "1"
SETTLE_LIMIT_S, SETTLE_STEP_S, START_LIMIT_S, STOP_LIMIT_S = 90, 2, 10, 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program on one core until the end of a with block."""

    def __init__(self, core, *command, stdout=subprocess.PIPE, stderr=None, **options):
        self.process = subprocess.Popen(
            ["taskset", "-c", core, *map(str, command)], stdout=stdout, stderr=stderr, text=True, **options
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def cpu_s(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        return float("nan")


class Hall(Process):
    """hallsim; `drivers` and `credentials` (by URL scheme) replace those that it names in its inventory."""

    def __init__(self, build, folder, options, drivers=None, credentials=None):
        self.inventory, self.control = folder / "inventory.csv", folder / "control"
        super().__init__(
            HALL_CORE, build / "tests/sim/hall/hallsim", *options, "--inventory", self.inventory, "--control", self.control
        )
        if not self.process.stdout.readline().startswith("ready"):
            raise RuntimeError("hallsim does not start")
        self.fill_in("driver", drivers or {})
        self.fill_in("credentials", credentials or {})

    def fill_in(self, column, words):
        with open(self.inventory, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            fields, rows = reader.fieldnames, list(reader)
        for row in rows:
            row[column] = words.get(row["url"].split(":")[0], row[column])
        with open(self.inventory, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fields)
            writer.writeheader()
            writer.writerows(rows)

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            with client.makefile() as answer:
                text = answer.read()
        return json.loads(text) if text else None


class Sink(Process):
    def __init__(self, build, port=None):
        self.port = port or free_port()
        super().__init__(HALL_CORE, build / "tests/sink", "--port", self.port, stdout=subprocess.DEVNULL)
        end = time.monotonic() + START_LIMIT_S
        while True:
            try:
                self.counts()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def counts(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/counts", timeout=10) as answer:
            return json.load(answer)


V3_USER, V3_PASSPHRASE = "bench", "bench-passphrase"


class Agent(Process):
    """hallwatch with the shapes of tests/bench/drivers, reading a hall into a sink at a port."""

    URLS = {"remote_write": "http://127.0.0.1:{}/api/v1/write", "mqtt": "mqtt://127.0.0.1:{}"}

    def __init__(self, build, folder, hall, port, kind="remote_write", options="", further=""):
        config, self.log = folder / "hallwatch.yaml", folder / "hallwatch.log"
        self.program, self.config = build / "tests/bench_hallwatch", config
        secret = folder / "passphrase"
        secret.touch(0o600)
        secret.write_text(V3_PASSPHRASE + "\n")
        config.write_text(
            f"site: bench\nstatus_socket: {folder}/status.sock\ninventory: [{hall.inventory}]\n"
            f"credentials:\n  v3: {{version: 3, user: {V3_USER}, auth: SHA-256, auth_file: {secret}, "
            f"privacy: AES-128, privacy_file: {secret}}}\n"
            f"sinks:\n  - {{name: counter, type: {kind}, url: '{self.URLS[kind].format(port)}'{options}}}\n{further}"
        )
        with open(self.log, "w", encoding="utf-8") as log:
            super().__init__(AGENT_CORE, self.program, "run", config, stdout=log, stderr=log)

    def sent(self):
        """Readings that the sink's receiver has acknowledged."""
        command = [self.program, "status", "--json", "--config", self.config]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["sinks"][0]["sent"]


def settle(hall, agent, interval_ms):
    """Waits until every healthy device is polled at every interval: discovery is over."""
    end = time.monotonic() + SETTLE_LIMIT_S
    while True:
        hall.ask("reset")
        time.sleep(SETTLE_STEP_S)
        polls = hall.ask("counts")["polls"]
        wanted = 0.9 * polls["devices"] * SETTLE_STEP_S * 1000 / interval_ms
        if polls["missed"] == 0 and polls["counted"] >= wanted:
            return
        if agent.process.poll() is not None:
            raise RuntimeError("hallwatch ended")
        if time.monotonic() > end:
            print(f"  (after {SETTLE_LIMIT_S} s still not every device is polled: {polls})")
            return


def watch(hall, sink, agent, seconds):
    """What the agent costs and does in so many seconds."""
    hall.ask("reset")
    begin = time.monotonic()
    cpu, before = [process.cpu_s() for process in (agent, hall, sink)], sink.counts()
    requests = hall.ask("counts")
    time.sleep(seconds)
    after, counts = sink.counts(), hall.ask("counts")
    took = time.monotonic() - begin
    cpu = [process.cpu_s() - spent for process, spent in zip((agent, hall, sink), cpu)]
    polls, points = max(counts["polls"]["counted"], 1), max(after["samples"] - before["samples"], 1)
    kinds = ("modbus", "snmp")
    return {
        "us_poll": 1e6 * cpu[0] / polls,
        "us_point": 1e6 * cpu[0] / points,
        "core": 100 * cpu[0] / took,
        "hall_core": 100 * (cpu[1] + cpu[2]) / took,
        "resident": agent.resident_mb(),
        "missed": counts["polls"]["missed"] + counts["polls"]["overdue"],
        "p99": counts["polls"]["deviation_ms"]["p99"],
        "largest": counts["polls"]["deviation_ms"]["largest"],
        "polls_s": polls / took,
        "points_s": points / took,
        "requests": sum(counts[kind]["requests"] - requests[kind]["requests"] for kind in kinds) / polls,
        "values": sum(counts[kind]["values"] - requests[kind]["values"] for kind in kinds) / polls,
    }


def watch_return(hall, away_s, back_s):
    """All devices vanish for a while and return: how soon each is asked, and how many connect in a second."""
    hall.ask("fault * vanished")
    time.sleep(away_s)
    hall.ask("reset")
    hall.ask("fault * none")
    time.sleep(back_s)
    counts = hall.ask("counts")
    returns, polls = counts["returns"], counts["polls"]
    return {
        "returned": returns["counted"],
        "returning": polls["devices"] - returns["counted"],
        "return_p50": returns["ms"]["p50"] / 1000,
        "return": returns["ms"]["largest"] / 1000,
        "connects": counts["accepted"]["largest_per_second"],
    }


def run_floor(build, name, *arguments):
    """A bare read loop against the hall that is there; what it says of itself."""
    command = ["taskset", "-c", AGENT_CORE, build / "tests" / name, *arguments]
    environment = {**os.environ, "USER": V3_USER, "PASSPHRASE": V3_PASSPHRASE}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)
