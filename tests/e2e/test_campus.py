#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many gateways and the engines that they feed: brokers that pass on to a central one, consumers that share a
subscription, a database that drops repeats; and one agent with several receivers, of which one hangs.

    test_campus.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import csv
import json
import signal
import subprocess
import sys
import time
import unittest
import urllib.parse
from pathlib import Path

import hallwatch
from agent import Agent
from broker_tests import SCHEMA
from certificates import Authority
from device_servers import TOP
from feeding import Feeder
from servers import Mosquitto, Prometheus, Subscriber, VictoriaMetrics, http, wait_until

FEEDER = sys.argv.pop(1)
EXAMPLES = TOP / "conf" / "campus"
APC = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
DEVICE = {"name": "pdu", "driver": "apc_rpdu2", "url": f"replay:{APC}"}
GATEWAYS = 40
OFTEN = {"fast": "200ms", "normal": "200ms", "slow": "1s"}


def example(name, **settings):
    """The directives of an example in conf/campus, those named set to something else."""
    lines = [(" " + line).split(" #")[0].strip() for line in (EXAMPLES / name).read_text().splitlines()]
    lines = [line for line in lines if line and line.split()[0] not in ("listener", "allow_anonymous")]
    given = {line.split()[0]: line for line in lines}
    missing = set(settings) - set(given)
    assert not missing, f"{name} does not say {missing}"
    return [f"{line.split()[0]} {settings.get(line.split()[0], line.split(maxsplit=1)[1])}" for line in lines]


def identities(subscriber):
    """(stream, sequence) of every row that came, in the order of arrival."""
    messages = [json.loads(payload) for _, payload, _ in subscriber.messages()]
    rows = [row for message in messages for row in message.get("messages", [message])]
    return [(row["stream"], row["sequence"]) for row in rows if "sequence" in row]


def samples(database, **parameters):
    """How often each (device, metric, component_id, time) is stored, and its value."""
    http(database.base + "/internal/force_flush")
    parameters["match[]"] = '{__name__=~"facility_.+"}'
    text = http(database.base + "/api/v1/export?" + urllib.parse.urlencode(parameters))
    counts, values = {}, {}
    for line in text.splitlines():
        series = json.loads(line)
        labels = series["metric"]
        if "component_id" not in labels:
            continue
        for time_ms, value in zip(series["timestamps"], series["values"]):
            key = (labels["device"], labels["__name__"], labels["component_id"], time_ms)
            counts[key] = counts.get(key, 0) + 1
            values[key] = value
    return counts, values


class Campus(unittest.TestCase):
    """Two halls have a broker that passes on to the campus, a third publishes to that itself. Some gateways gather devices in
    messages, and what some have kept is three hours old."""

    def start(self):
        stack = self.enterContext(contextlib.ExitStack())
        self.central = stack.enter_context(Mosquitto(example("mosquitto-central.conf")))
        address = f"127.0.0.1:{self.central.port}"
        self.halls = [
            stack.enter_context(Mosquitto(example("mosquitto-hall.conf", address=address, remote_clientid=f"hall-{n}")))
            for n in (1, 2)
        ]
        self.databases = [
            stack.enter_context(VictoriaMetrics(["-dedup.minScrapeInterval=1ms"])),
            stack.enter_context(Prometheus(config=EXAMPLES / "prometheus.yml")),
        ]
        everything = ["hallwatch/+/+", "hallwatch/+/batch/+"]
        share = [f"$share/store/{topic}" for topic in everything]
        self.shared = [stack.enter_context(Subscriber(self.central, *share)) for _ in range(2)]
        self.archive = stack.enter_context(Subscriber(self.central, *everything))
        return stack

    def gateway(self, n, **more):
        """A gateway with two devices; its broker is that of hall n % 3."""
        writes = [f"--remote-write={database.write_url}" for database in self.databases]
        of_devices = {"first_device": 10 * n, "devices": 2, "gateway": f"gw-{n}", "start_ms": (time.time() - 10800 * (n % 5 == 0)) * 1000}
        return Feeder(FEEDER, *writes, **{**of_devices, **more})

    def test_forty_gateways_share_brokers_consumers_and_databases(self):
        stack = self.start()
        self.central.process.send_signal(signal.SIGSTOP)
        feeders = [
            stack.enter_context(
                self.gateway(n, mqtt=[*self.halls, self.central][n % 3].url, client_id=f"gw-{n}", devices_per_message=1 + n % 2 * 9)
            )
            for n in range(GATEWAYS)
        ]
        in_halls = [feeder.finish(60) for n, feeder in enumerate(feeders) if n % 3 < 2]  # the campus is away
        self.central.process.send_signal(signal.SIGCONT)
        results = in_halls + [feeder.finish(60) for n, feeder in enumerate(feeders) if n % 3 == 2]
        for result in results:
            self.assertEqual({sink["sent"] for sink in result["sinks"]}, {feeders[0].total}, result)
        everything = {(result["stream"], n) for result in results for n in range(1, 2 * feeders[0].rounds + 1)}
        wait_until(lambda: set(identities(self.archive)) == everything, "all messages arrive at the campus", 60)
        came = lambda: identities(self.shared[0]) + identities(self.shared[1])
        wait_until(lambda: len(came()) >= len(everything), "and at those who share")
        self.assertEqual(sorted(came()), sorted(everything))  # each at exactly one of them
        self.assertGreater(min(len(identities(one)) for one in self.shared), len(everything) / 10)
        self.check_databases(stack, feeders)

    def check_databases(self, stack, feeders):
        """Each sample is there once, also after one gateway has sent all of its own again."""
        expected = {}
        for feeder in feeders:
            expected.update(feeder.expected(devices=range(feeder.first_device, feeder.first_device + 2)))
        again = stack.enter_context(self.gateway(1, start_ms=feeders[1].start_ms)).finish(60)
        self.assertEqual([sink["sent"] for sink in again["sinks"]], [feeders[1].total] * 2, again)
        wait_until(lambda: samples(self.databases[0])[1] == expected, "the database shows all")  # it takes a second or so
        counts, _ = samples(self.databases[0])
        self.assertEqual(set(counts.values()), {1})
        stored = lambda: samples(self.databases[0], reduce_mem_usage=1)[0]  # before it drops repeats: this test can fail
        wait_until(lambda: set(stored().values()) == {1, 2}, "the repeats are stored")
        found = {
            (labels["device"], labels["__name__"], labels["component_id"], time_ms): value
            for labels, times, values in self.databases[1].export(span="6h")
            if "component_id" in labels
            for time_ms, value in zip(times, values, strict=True)
        }
        self.assertEqual(found, expected)

    def test_the_example_of_a_gateway_is_right(self):
        """Of the inventory that all share it reads its own devices; a larger campus is test_campus_example's."""
        with open(EXAMPLES / "devices.csv", encoding="utf-8") as file:
            own = [row for row in csv.DictReader(file) if row["gateway"] == "gw-1"]
        done = hallwatch.run("check", str(EXAMPLES / "gateway.yaml"), "--gateway", "gw-1")
        self.assertEqual(done.returncode, hallwatch.OK, done.stderr)
        self.assertIn(f"ok, {len(own)} devices", done.stdout)


class Receivers(unittest.TestCase):
    def test_a_name_service_that_hangs_is_felt_by_nobody_else(self):
        if hallwatch.SANITIZED:
            self.skipTest("the slow resolver cannot be loaded before a sanitizer")
        resolver = Path(hallwatch.BUILD) / "tests" / "libslow_resolver.so"
        with contextlib.ExitStack() as stack:
            brokers = [stack.enter_context(Mosquitto()) for _ in range(3)]
            subscribers = [stack.enter_context(Subscriber(broker)) for broker in brokers]
            database = stack.enter_context(VictoriaMetrics())
            sinks = [
                {"name": "hanging", "type": "mqtt", "url": "mqtt://broker.invalid"},
                {"name": "one", "type": "mqtt", "url": brokers[0].url},
                {"name": "two", "type": "mqtt", "url": brokers[1].url, "devices_per_message": 10, "batch_wait": "100ms"},
                {"name": "second", "type": "mqtt", "url": "mqtt://broker.invalid", "endpoints": [brokers[2].url]},
                {"name": "database", "type": "remote_write", "url": database.write_url, "batch_wait": "100ms"},
            ]
            environment = {"LD_PRELOAD": str(resolver)}
            agent = stack.enter_context(Agent([DEVICE], sinks, environment=environment, poll=OFTEN))
            for subscriber in subscribers[:2]:
                wait_until(lambda: len(identities(subscriber)) > 10, "messages come while a name is looked up", 10)
            wait_until(lambda: agent.sinks()["database"]["sent"] > 0, "the database gets readings", 10)
            wait_until(lambda: len(identities(subscribers[2])) > 10, "the second broker takes over", 30)
            self.assertIn("the name service does not answer", agent.log())
            self.assertGreater(agent.sinks()["hanging"]["waiting"], 100)
            sent = agent.sinks()
            wait_until(lambda: all(now["sent"] > sent[name]["sent"] for name, now in agent.sinks().items() if name != "hanging"),
                       "all others go on", 10)  # fmt: skip
            links = lambda topics: any(topic.endswith("/links") for topic in topics)
            wait_until(lambda: links({topic for topic, *_ in subscribers[0].messages()}), "what the links met", 20)
            status, seconds = agent.stop()
            self.assertEqual(status, 0)
            self.assertLess(seconds, 5)
            for subscriber in subscribers:
                for _, payload, _ in subscriber.messages():
                    SCHEMA.validate(json.loads(payload))

    def test_certificates_and_passwords_are_renewed_by_a_reload(self):
        """The broker is restarted with an authority and a password of its own; a reload makes the agent follow."""
        with contextlib.ExitStack() as stack:
            broker = stack.enter_context(Mosquitto())
            agent = Agent([DEVICE], poll=OFTEN)
            folder = agent.path
            broker.stop()
            self.secure(broker, folder, "first")
            broker.start()
            agent.write(sinks=[self.sink(broker)])
            subscriber = stack.enter_context(Subscriber(broker))
            stack.enter_context(agent)
            wait_until(lambda: len(identities(subscriber)) > 3, "the first messages")
            broker.stop()
            self.secure(broker, folder, "second")
            broker.start()
            agent.reload()
            before = len(identities(subscriber))
            wait_until(lambda: len(identities(subscriber)) > before + 3, "messages with the new ones")
            came = set(identities(subscriber))
            for stream in {stream for stream, _ in came}:
                numbers = sorted(number for one, number in came if one == stream)
                self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))

    @staticmethod
    def sink(broker):
        files = {"ca_file": "ca.pem", "certificate_file": "gw.pem", "key_file": "gw.key", "password_file": "password"}
        return {"name": "broker", "type": "mqtt", "url": broker.tls_url(), "user_file": "user", **files}

    @staticmethod
    def secure(broker, folder, name):
        """Writes what the broker is configured with and what the agent reads, all of it new."""
        work = folder / name
        work.mkdir()
        authority = Authority(str(work), name)
        certificate, key = authority.sign("broker")
        mine = authority.sign("gw", "DNS:gw-1")
        (folder / "ca.pem").write_text(Path(authority.file).read_text())
        (folder / "gw.pem").write_text(Path(mine[0]).read_text())
        for file, text in (("gw.key", Path(mine[1]).read_text()), ("password", name), ("user", f"gw-{name}")):
            (folder / file).write_text(text)
            (folder / file).chmod(0o600)
        passwords = broker.path("passwords")
        command = ["mosquitto_passwd", "-b", "-c", passwords, f"gw-{name}", name]
        subprocess.run(command, check=True, capture_output=True)
        broker.options = [f"password_file {passwords}", "persistence true"]
        broker.tls = [f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true"]


if __name__ == "__main__":
    unittest.main()
