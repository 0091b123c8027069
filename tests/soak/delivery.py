#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An agent that is killed again and again under load, while broker and databases are killed, frozen and cut off: at the
end everything that was committed has arrived, in all of them.

    delivery.py --build FOLDER [--minutes N] [--seed N]

It polls a simulated hall and publishes to mosquitto, VictoriaMetrics and Prometheus. After each kill a copy of its spool
tells what it had committed, and what each receiver had acknowledged; delivered.py judges.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import threading
import time
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
KILLS, LIVES_SHARE = 50, 0.6  # at most, and of the whole time; the rest is for the judging
DEVICES, INTERVAL_MS, VALUES = 100, 1000, 20  # of each protocol
START_LIMIT_S, DRAIN_LIMIT_S = 60, 120
VICTORIA_PRECISION = 1e-11  # it stores decimals
WINDOW = 100  # messages that an MQTT sink has under way
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=8", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="where the agent was built")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    os.environ["HALLWATCH_BUILD"] = str(options.build.resolve())
    os.environ["HALLWATCH"] = str(options.build.resolve() / "agent/hallwatch")
    os.environ.update(SANITIZERS)
    return options


class Receivers:
    """The three, each behind a relay, and what befalls them."""

    def __init__(self, chance):
        self.chance = chance
        self.broker = Mosquitto(["max_inflight_messages 200"])
        self.victoria, self.prometheus = VictoriaMetrics(), Prometheus()
        self.servers = {"broker": self.broker, "victoria": self.victoria, "prometheus": self.prometheus}
        self.stopping = threading.Event()
        self.done = {}  # how often what befell whom

    def __enter__(self):
        for server in self.servers.values():
            server.start()
        self.capture = Capture(self.broker).start()
        self.relays = {name: Relay(server.port) for name, server in self.servers.items()}
        self.thread = threading.Thread(target=self.disturb)
        self.thread.start()
        return self

    def sinks(self):
        write = {"type": "remote_write", "batch_wait": "100ms", "timeout": "5s"}
        ports = {name: relay.port for name, relay in self.relays.items()}
        return [
            {"name": "broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{ports['broker']}"},
            *({"name": name, "url": f"http://127.0.0.1:{ports[name]}/api/v1/write", **write} for name in ("victoria", "prometheus")),
        ]

    def disturb(self):
        while not self.stopping.wait(self.chance.uniform(0.2, 3)):
            name = self.chance.choice(list(self.servers))
            how = self.chance.choice([self.cut, self.freeze, self.kill])
            try:
                how(name)
            except Exception as error:
                self.done["failed"] = f"{how.__name__} {name}: {error!r}"
                raise
            key = f"{how.__name__} {name}"
            self.done[key] = self.done.get(key, 0) + 1

    def cut(self, name):
        self.relays[name].cut()
        time.sleep(self.chance.uniform(0.1, 3))
        self.relays[name].open()

    def freeze(self, name):
        self.servers[name].process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.1, 6))
        self.servers[name].process.send_signal(signal.SIGCONT)

    def kill(self, name):
        """Killed with what it has under way. Only VictoriaMetrics answers before it has stored anything: what it has
        acknowledged is stored first, that it can be held to it. What it moves just then a snapshot overlooks."""
        if name == "victoria":
            self.relays[name].cut()
            for _ in range(2):
                time.sleep(1)
                http(self.victoria.base + "/snapshot/create", timeout_s=30)
            self.victoria.kill()
        else:
            self.servers[name].kill()
            self.relays[name].cut()
        time.sleep(self.chance.uniform(0, 1))
        self.servers[name].start()
        if name == "broker":
            self.capture.wait_until_it_hears()
        self.relays[name].open()

    def write_answer(self, name, series):
        """What the database has of these series, into a file; its path."""
        path = self.servers[name].path(f"{name}.json")
        if name == "victoria":
            http(self.victoria.base + "/internal/force_flush")
            url = "/api/v1/export?" + urllib.parse.urlencode({"match[]": series})
        else:
            url = "/api/v1/query?" + urllib.parse.urlencode({"query": series + "[1h]"})
        Path(path).write_text(http(self.servers[name].base + url, timeout_s=60), encoding="utf-8")
        return path

    def let_go(self):
        self.stopping.set()
        self.thread.join()

    def __exit__(self, *_):
        self.let_go()
        for relay in self.relays.values():
            relay.cut()
        self.capture.stop()
        for server in self.servers.values():
            server.__exit__()


class Lives:
    """The agent's, one after the other in one folder."""

    def __init__(self, agent, chance):
        self.agent, self.chance = agent, chance
        self.n, self.copies = 0, []

    def start(self):
        self.n += 1
        if self.n > 1:
            self.agent.start()
        wait_until(self.is_up, f"the agent is up the {self.n}th time", START_LIMIT_S)

    def is_up(self):
        self.agent.is_started()
        return self.agent.log().count("; status at") >= self.n

    def kill(self, amid_reload):
        if amid_reload:
            wait_s = f"{self.chance.randrange(50, 200)}ms"
            sinks = [{**sink, "batch_wait": wait_s} for sink in self.agent.settings["sinks"]]
            self.agent.write(sinks=sinks)
            self.agent.process.send_signal(signal.SIGHUP)
            time.sleep(self.chance.uniform(0, 0.3))
        if self.agent.process.poll() is not None:
            raise AssertionError(f"the agent ended with {self.agent.process.returncode}:\n{self.agent.log()[-5000:]}")
        self.agent.kill()
        self.keep_copy()

    def keep_copy(self):
        """Of what the files say, by name."""
        self.copies.append({name: SpoolCopy(self.agent.path / "spool", name) for name in ("readings", "alarms")})


def live_and_die(lives, options):
    """The kills; the last life goes on."""
    deadline = time.monotonic() + options.minutes * 60 * LIVES_SHARE
    kills = max(1, min(KILLS, round(KILLS * options.minutes / 10)))
    mean_s = options.minutes * 60 * LIVES_SHARE / kills
    lives.start()
    for _ in range(kills):
        time.sleep(lives.chance.uniform(0, 2 * mean_s - 2))
        lives.kill(lives.chance.random() < 0.3)
        lives.start()
        if time.monotonic() > deadline:
            return


def drain(agent, receivers):
    """What waits is sent while polling goes on; then the agent has its time to send the rest. The last life may have just
    begun, and a sink that has no connection yet leaves what waits on the disk when it is stopped: each must work first."""
    receivers.let_go()
    begin = time.monotonic()
    load = 3 * 2 * DEVICES * VALUES * 1000 // INTERVAL_MS  # of three seconds

    def is_drained(sink):
        return sink["state"] == "working" and sink["delivered"] > 0 and sink["waiting"] < load

    wait_until(lambda: all(map(is_drained, agent.sinks().values())), "what waited is sent", DRAIN_LIMIT_S)
    print(f"drained in {time.monotonic() - begin:.1f} s: {agent.sinks()}", flush=True)
    status, seconds = agent.stop()
    print(f"stopped within {seconds:.1f} s", flush=True)
    return status


def judge(lives, receivers, seed, failures):
    judge = Judge(failures, lives.copies, receivers.capture.payloads())
    losses = sum(n for what, n in receivers.done.items() if what.endswith(" broker"))
    judge.check_mqtt("readings", "broker", losses * WINDOW)
    judge.check_mqtt("alarms", "broker", losses * WINDOW)
    judge.check_proof("broker", receivers.capture.lines.name)
    series = '{__name__=~"facility_(row|gap_first|gap_last)_sequence"}'
    for name in ("victoria", "prometheus"):
        judge.check_proof(name, receivers.write_answer(name, series))
        judge.check_numbers(name, receivers.servers[name].export(series))
    devices = judge.sample(seed)
    match = '{__name__=~"facility_.+",device=~"%s"}' % "|".join(devices)
    judge.check_database("victoria", devices, receivers.victoria.export(match), VICTORIA_PRECISION)
    judge.check_database("prometheus", devices, receivers.prometheus.export(match))
    if failures.texts:
        kept = OPTIONS.build / "delivery-failed"
        kept.mkdir(exist_ok=True)
        answers = [receivers.servers[name].path(f"{name}.json") for name in ("victoria", "prometheus")]
        for path in [receivers.capture.lines.name, *answers]:
            shutil.copy(path, kept)
        print(f"what was judged is kept in {kept}", flush=True)


def run(options, failures):
    chance = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    n = str(DEVICES)
    with (
        Hallsim("--modbus", n, "--snmp", n, "--values", str(VALUES), "--interval-ms", str(INTERVAL_MS)) as hall,
        Receivers(random.Random(chance.random())) as receivers,
    ):
        devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
        often = f"{INTERVAL_MS}ms"
        agent = Agent(
            devices,
            receivers.sinks(),
            poll={"fast": often, "normal": often, "slow": often},
            spool={"folder": "spool", "spill_after": "0ms"},
        )
        lives = Lives(agent, chance)
        try:
            agent.start()
            live_and_die(lives, options)
            status = drain(agent, receivers)
            lives.keep_copy()
        finally:
            agent.kill()
        log = agent.log()
        print(f"{lives.n - 1} kills; {receivers.done}", flush=True)
        failures.check(status == 0, f"the agent ended with {status}")
        failures.check("failed" not in receivers.done, f"the soak itself: {receivers.done}")
        failures.check_sanitizer(log)
        judge(lives, receivers, options.seed, failures)
        agent.folder.cleanup()


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    # These ask the environment where the agent is.
    from agent import Agent
    from capture import Capture
    from delivered import Judge
    from failures import Failures
    from hallsim import Hallsim
    from relay import Relay
    from servers import Mosquitto, Prometheus, VictoriaMetrics, http, wait_until
    from spool_copy import SpoolCopy

    FAILURES = Failures()
    run(OPTIONS, FAILURES)
    sys.exit(FAILURES.tell())
