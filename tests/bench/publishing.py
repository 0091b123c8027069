# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of what comes after acquisition: what each stage costs, and what a long outage does to the agent."""

import json
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from stage import AGENT_CORE, HALL_CORE, Agent, Hall, Process, Sink, free_port, settle

DAY_S = 86400
RETURN_LIMIT_S, CATCH_UP_LIMIT_S, SHRINK_LIMIT_S = 90, 900, 30
GROWTH_MOST = 1.2  # of the memory, after the first minute
FILES_SLACK = 32e6  # beside the quota: what is being written, and freed
RATE = 100000  # readings a second that bench_outage feeds


def threads(pid):
    """{name: (processor time in s, ticks of user, ticks of kernel)} of a process's threads."""
    spent = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name, stat = (task / "comm").read_text().strip(), (task / "stat").read_text()
            exact_ns = int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:  # it has ended
            continue
        spent[name] = (exact_ns / 1e9, *map(int, stat.rsplit(")", 1)[1].split()[11:13]))
    return spent


def written_bytes(pid):
    """To its disk, as the kernel counts them."""
    return int(re.search(r"^write_bytes: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.M)[1])


def size_of(folder):
    """Of the files in it; some come and go."""
    size = 0
    for file in Path(folder).iterdir():
        try:
            size += file.stat().st_size
        except FileNotFoundError:
            pass
    return size


class Broker(Process):
    """mosquitto, to which nobody listens."""

    def __init__(self, folder):
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n")
        super().__init__(HALL_CORE, "mosquitto", "-c", config)


def encoder_costs(build):
    """{what: us a reading}, of the encoders alone."""
    run = ["taskset", "-c", AGENT_CORE, build / "tests/bench_encode"]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    return {what.strip(): float(us) for what, us in re.findall(r"^(.*?)\s+([\d.]+) us a reading", text, re.M)}


class Stages:
    """Where the processor's time goes behind the field loop, for each receiver and `spill_after`."""

    # Title, sink, its settings, settings of the spool, the encoder's line in bench_encode, us a reading that may be used in all.
    VARIANTS = (
        ("remote write, no spool", "remote_write", "", None, "remote write, with snappy", None),
        ("remote write, 10 s", "remote_write", "", "spill_after: 10s", "remote write, with snappy", 0.3),
        ("remote write, at once", "remote_write", "", "spill_after: 0ms", "remote write, with snappy", 0.3),
        ("MQTT JSON, 10 s", "mqtt", "", "spill_after: 10s", "JSON", None),
        ("MQTT JSON, at once", "mqtt", "", "spill_after: 0ms", "JSON", None),
        ("50 devices a message", "mqtt", ", devices_per_message: 50", "spill_after: 10s", "JSON", None),
    )

    def __init__(self, *hall, drivers):
        self.hall, self.drivers = hall, drivers

    def run(self, build, folder, name, options):
        costs, met = encoder_costs(build), True
        print(f"{name:8} us a reading of each thread (in the kernel); MB resident; what is written to the disk")
        with Hall(build, folder, self.hall, self.drivers) as hall, Sink(build) as sink, Broker(folder) as broker:
            for title, kind, sink_options, spool, encoder, most in self.VARIANTS:
                port = {"remote_write": sink.port, "mqtt": broker.port}[kind]
                state = tempfile.mkdtemp(prefix="spool-", dir=folder)
                further = f"spool: {{folder: {state}, {spool}}}\n" if spool else ""
                with Agent(build, folder, hall, port, kind, sink_options, further) as agent:
                    settle(hall, agent, 1000)
                    figures = self.watch(agent, options.seconds)
                met &= self.show(title, figures, costs[encoder], most, size_of(state))
        return met

    @staticmethod
    def watch(agent, seconds):
        pid, before = agent.process.pid, agent.sent()
        spent, written, begin = threads(pid), written_bytes(pid), time.monotonic()
        time.sleep(seconds)
        now, took, readings = threads(pid), time.monotonic() - begin, agent.sent() - before
        stages = {}
        for name, counts in now.items():
            cpu_s, user, kernel = (new - old for new, old in zip(counts, spent.get(name, (0, 0, 0))))
            stages[name] = [1e6 * cpu_s / readings, 1e6 * cpu_s / readings * kernel / max(user + kernel, 1)]
        return {
            "stages": stages,
            "rate": readings / took,
            "resident": agent.resident_mb(),
            "day": (written_bytes(pid) - written) / took * DAY_S,
        }

    @staticmethod
    def show(title, figures, encoder_us, most, left):
        stages, known = figures["stages"], {}
        for label, pattern in (("append", "publisher"), ("disk", "disk "), ("encode and send", "sink |MQTT")):
            parts = [cost for thread, cost in stages.items() if re.match(pattern, thread)]
            known[label] = [sum(column) for column in zip(*parts)] if parts else [0, 0]
        total = sum(us for us, _ in known.values())
        words = "  ".join(f"{label} {us:.3f} ({kernel:.3f})" for label, (us, kernel) in known.items())
        print(
            f"{'':8} {title:24} {words}  in all {total:.3f}, of which the encoder {encoder_us:.3f}; {figures['resident']:.1f} MB; "
            f"{figures['day'] / 1e9:.2f} GB a day; {left / 1e6:.1f} MB of files at the end; {figures['rate']:.0f} readings/s"
        )
        if most is None:
            return True
        print(f"{'':8} {'met' if total <= most else 'NOT MET':8} {total:.3f} us a reading, asked: at most {most}", flush=True)
        return total <= most


class Feeder(Process):
    """bench_outage; `states` are what it said so far."""

    def __init__(self, build, folder, minutes, sink_port, spool, sink):
        config = folder / "outage.yaml"
        self.state, self.states, self.looks = folder / "spool", [], threading.Condition()
        config.write_text(
            f"site: bench\ndevices: [{{name: none, url: 'snmp://127.0.0.1'}}]\nspool: {{folder: {self.state}{spool}}}\n"
            f"sinks: [{{name: counter, type: remote_write, url: 'http://127.0.0.1:{sink_port}/api/v1/write'{sink}}}]\n"
        )
        log = open(folder / "outage.log", "w", encoding="utf-8")
        super().__init__(AGENT_CORE, build / "tests/bench_outage", config, minutes, stderr=log)
        log.close()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            with self.looks:
                self.states.append({**json.loads(line), "resident": self.resident_mb(), "files": size_of(self.state)})
                self.looks.notify()
        with self.looks:
            self.states.append(None)
            self.looks.notify()

    def wait_for(self, condition, limit_s):
        """The first new state of which the condition holds; the last one at the limit."""
        end = time.monotonic() + limit_s
        with self.looks:
            seen = len(self.states)
            while True:
                while seen == len(self.states):
                    self.looks.wait()
                state, seen = self.states[seen], seen + 1
                if state is None:
                    raise RuntimeError("bench_outage ended")
                if condition(state) or time.monotonic() > end:
                    return state


class Outage:
    """
    A receiver away for some minutes, then back. `quota_mib_minute`: of the spool, for each of them, where what
    comes in one takes 23 MiB.
    """

    def __init__(self, sink="", late_ms=None, quota_mib_minute=None):
        self.sink, self.late_ms, self.quota_mib_minute = sink, late_ms, quota_mib_minute

    def run(self, build, folder, name, options):
        port, spool = free_port(), ""
        if self.quota_mib_minute:
            spool = f", quota: {self.quota_mib_minute * options.minutes}MiB"
        with Feeder(build, folder, options.minutes, port, spool, self.sink) as feeder:
            pid = feeder.process.pid
            down = feeder.wait_for(lambda state: state["phase"] == "live", options.minutes * 60)
            spent, written = threads(pid), written_bytes(pid)
            begin = time.monotonic()
            with Sink(build, port) as sink:
                first = feeder.wait_for(lambda state: state["sent"] > 0, RETURN_LIMIT_S)
                returned = time.monotonic()
                end = feeder.wait_for(lambda state: state["waiting"] < 2 * RATE, CATCH_UP_LIMIT_S)
                caught_up = time.monotonic()
                after = feeder.wait_for(lambda state: state["files"] < 32e6, SHRINK_LIMIT_S)
                counts, late = sink.counts(), threads(pid)
                catch_up_written = written_bytes(pid) - written
        self.show_outage(name, options.minutes, feeder, down, spent, written)
        cost = {key: late[key][0] - spent[key][0] for key in late if key in spent}
        sent = after["sent"]
        print(
            f"{'':8} back: tried again after {returned - begin:.1f} s, caught up {caught_up - returned:.1f} s later at "
            f"{(end['sent'] - first['sent']) / (caught_up - returned):.0f} readings/s; {say_costs(cost, sent)}; "
            f"{catch_up_written / 1e6:.0f} MB written; after {time.monotonic() - caught_up:.0f} s {after['files'] / 1e6:.1f} MB "
            f"of files, {after['resident']:.1f} MB resident; {counts['samples']} samples came, "
            f"live ones at most {counts['late_ms'] / 1000:.1f} s late"
        )
        return self.judge(options.minutes, feeder, after, counts)

    @staticmethod
    def show_outage(name, minutes, feeder, down, spent, written):
        readings = down["fed"]
        costs = {key: value[0] for key, value in spent.items()}
        print(
            f"{name:8} {minutes} minutes away, {readings} readings: {say_costs(costs, readings)}; "
            f"resident {feeder.states[0]['resident']:.1f} MB after one minute, {down['resident']:.1f} at the end; "
            f"{down['files'] / 1e6:.1f} MB of files, {down['files'] / readings:.2f} bytes a reading, "
            f"{down['files'] / minutes * 60 / 1e9:.2f} GB an hour; {written / readings:.2f} bytes a reading written; "
            f"dropped {down['dropped']} (counters and states {down['dropped_totals']}), thinned {down['thinned']}"
        )

    def judge(self, minutes, feeder, after, counts):
        """Whether all asks are met."""
        growth = max(state["resident"] for state in feeder.states if state) / feeder.states[0]["resident"]
        asks = [
            (f"memory grows by {growth:.2f}", growth <= GROWTH_MOST, f"at most {GROWTH_MOST}"),
            (f"{after['not_given']} batches waited for nothing", after["not_given"] == 0, "none: the publisher keeps up"),
            (f"{after['waiting']} readings wait at the end", after["waiting"] < 2 * RATE, "caught up"),
        ]
        if self.late_ms is not None:
            late_ms = counts["late_ms"]
            asks.append((f"live data {late_ms} ms late", late_ms <= self.late_ms, f"at most {self.late_ms} ms"))
        if self.quota_mib_minute:
            quota = self.quota_mib_minute * minutes * 2**20
            used = max(state["files"] for state in feeder.states if state)
            asked = f"{quota / 1e6:.0f} MB, and what is written just now"
            asks.append((f"{used / 1e6:.0f} MB of files", used <= quota + FILES_SLACK, asked))
        else:
            asks.append((f"{after['dropped']} readings dropped", after["dropped"] == 0, "none"))
        for words, kept, asked in asks:
            print(f"{'':8} {'met' if kept else 'NOT MET':8} {words}, asked: {asked}", flush=True)
        return all(kept for _, kept, _ in asks)


def say_costs(cost, readings):
    us = {thread: 1e6 * spent / max(readings, 1) for thread, spent in cost.items() if thread != "feeder"}
    return "  ".join(f"{thread} {value:.3f} us" for thread, value in us.items() if value >= 0.0005)
