# SPDX-License-Identifier: Apache-2.0
"""What judging costs: at the site of a campus, whose twelve gateways a feeder stands in for, and on one of these gateways.

The campus is that of conf/campus/make_campus.py: 250 MW, twelve halls, 1,900 racks, about 9,000 nodes. To the site its
gateways publish each node once a second, as they do with `devices_per_message: 50`. The gateway alone has hall 1; each of its
metered nodes has a meter of hallsim, polled once a second."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

from publishing import Broker
from stage import AGENT_CORE, HALL_CORE, Hall, Process, settle

TOP = Path(__file__).resolve().parent.parent.parent
PASS_MOST_S, SETTLE_S, PER_MESSAGE, REPORT_S = 0.020, 15, 50, 10
# By the first letters of their names: what threads of the agent do.
THREADS = {"publisher": "judging and spooling", "site": "reading messages", "MQTTAsync": "MQTT library", "sink": "sinks"}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)


def make_topology(folder, meter_of):
    """Writes the campus' power.csv with other meters: `meter_of(row)`; "" for none. Returns the rows."""
    make = [sys.executable, TOP / "conf/campus/make_campus.py", folder]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    fields, rows = read(folder / "power.csv")
    for row in rows:
        row.update(meters=meter_of(row), device="", breaker="")
    with open(folder / "power.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)
    return rows


class Judge(Process):
    """An agent that judges; its reports of that go to the broker."""

    def __init__(self, build, folder, broker, gateway, power, further=""):
        self.config, log = folder / "hallwatch.yaml", folder / "hallwatch.log"
        self.broker, self.gateway = broker, gateway
        self.config.write_text(
            f"site: seoul-1\ngateway: {gateway}\nstatus_socket: {folder}/status.sock\n{further}"
            f"power:\n  topology: power.csv\n{power}"
            "  budgets:\n    rack: {warning: 90 %, critical: 98 %}\n    network: {warning: 80 %, critical: 95 %}\n"
            f"sinks:\n  - {{name: broker, type: mqtt, url: 'mqtt://127.0.0.1:{broker.port}', devices_per_message: {PER_MESSAGE}}}\n"
        )
        with open(log, "w", encoding="utf-8") as file:
            super().__init__(AGENT_CORE, build / "agent/hallwatch", "run", self.config, stdout=file, stderr=file)

    def threads(self):
        """Seconds of processor time by name of thread."""
        seconds = {}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            name = (task / "comm").read_text().split("-")[0].split()[0]
            nanoseconds = int((task / "schedstat").read_text().split()[0])
            seconds[name] = seconds.get(name, 0) + nanoseconds / 1e9
        return seconds

    def watch(self, seconds):
        """What it costs, and the longest tick and pass that it reports meanwhile."""
        topic = f"hallwatch/seoul-1/status/{self.gateway}/judging"
        batch = f"hallwatch/seoul-1/batch/{self.gateway}"
        listen = ["mosquitto_sub", "-p", str(self.broker.port), "-t", topic, "-t", batch, "-W", str(seconds)]
        with subprocess.Popen(listen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as listener:
            before, begin = self.threads(), time.monotonic()
            said = listener.communicate()[0].splitlines()
            after, elapsed = self.threads(), time.monotonic() - begin
        shares = {name: 100 * (after[name] - before.get(name, 0)) / elapsed for name in after}
        longest = {"tick": 0.0, "pass": 0.0}
        for message in map(json.loads, said):
            for row in message.get("messages", [message]):
                for reading in row.get("readings", []):
                    if reading["metric"] == "facility_judge_seconds":
                        longest[reading["point"]] = max(longest[reading["point"]], reading["value"])
        return shares, longest

    def document(self):
        command = [self.process.args[3], "status", "--json", "--config", str(self.config)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def print_costs(name, judge, seconds, n_nodes):
    shares, longest = judge.watch(max(seconds, 2 * REPORT_S))
    print(f"{name:8} {n_nodes} nodes: {sum(shares.values()):.1f} % of a core, {judge.resident_mb():.0f} MB resident")
    for thread, what in THREADS.items():
        share = sum(value for key, value in shares.items() if key.startswith(thread))
        if share > 0:
            print(f"{'':8} {share:5.1f} %  {what}")
    sums = [
        reading["value"]
        for node in judge.document()["nodes"]
        for reading in node.get("readings", [])
        if reading["metric"] == "facility_sum_state"
    ]
    print(f"{'':8} sums: {sums.count(1)} whole, {sums.count(2)} lower bounds, {sums.count(3)} unknown")
    print(f"{'':8} longest tick {1000 * longest['tick']:.2f} ms")
    met = 0 < longest["pass"] <= PASS_MOST_S
    print(
        f"{'':8} {'met' if met else 'NOT MET':8} a pass over all single losses took at most {1000 * longest['pass']:.2f} ms, "
        f"asked: at most {1000 * PASS_MOST_S:.0f} ms"
    )
    sys.stdout.flush()
    return met


class AtSite:
    """Twelve gateways, through one broker, into the site."""

    def run(self, build, folder, name, options):
        rows = make_topology(folder, lambda row: "")
        with Broker(folder) as broker:
            power = f"  site: {{brokers: ['mqtt://127.0.0.1:{broker.port}']}}\n"
            with Judge(build, folder, broker, "site", power) as judge:
                seconds = SETTLE_S + max(options.seconds, 2 * REPORT_S) + 5
                feed = [build / "tests/site_feeder", judge.config, seconds, PER_MESSAGE]
                with Process(HALL_CORE, *feed) as feeder:
                    time.sleep(SETTLE_S)
                    met = print_costs(name, judge, options.seconds, len(rows))
                    fed = json.loads(feeder.process.stdout.readline())
                    gateways = judge.document()["gateways"]
        taken = sum(gateway["taken"] for gateway in gateways)
        lost = sum(gateway["dropped"] + gateway["late"] for gateway in gateways)
        rate = 1000 * fed["readings"] / fed["ms"]
        print(f"{'':8} {len(gateways)} gateways, {rate:.0f} readings/s in all; {taken} messages taken, {lost} late or dropped")
        # Without whatever else wants this core: processor time.
        alone = [build / "tests/bench_judge", str(options.seconds), judge.config]
        said = subprocess.run(alone, capture_output=True, text=True, check=True).stdout
        print("".join(f"{'':8} alone: {line.strip()}\n" for line in said.splitlines()), end="")
        return met


class AtGateway:
    """Hall 1, its meters simulated."""

    def run(self, build, folder, name, options):
        fields, rows = read(TOP / "conf/campus/power.csv")
        metered = [row["name"] for row in rows if row["gateway"] == "gw-1" and row["meters"]]
        with Broker(folder) as broker, Hall(build, folder, ["--modbus", len(metered), "--interval-ms", "1000"]) as hall:
            devices = [row["name"] for row in read(hall.inventory)[1]]
            meters = dict(zip(metered, devices))
            rows = make_topology(folder, lambda row: meters.get(row["name"], ""))
            hall.fill_in("gateway", {scheme: "gw-1" for scheme in ("modbus", "snmp")})
            further = f"inventory: {hall.inventory}\npoll: {{fast: 1s, normal: 1s}}\n"
            with Judge(build, folder, broker, "gw-1", "", further) as judge:
                settle(hall, judge, 1000)
                n_nodes = sum(row["gateway"] == "gw-1" for row in rows)
                print(f"{name:8} {len(metered)} meters, once a second")
                return print_costs(name, judge, options.seconds, n_nodes)
