#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A site above halls: an instance that takes what the halls' gateways publish about their nodes from brokers, with gateways
that fall silent, brokers that restart, messages that come twice, and messages that nobody should send."""

import contextlib
import json
import subprocess
import threading
import time
import unittest

from agent import Agent
from broker_tests import SCHEMA
from device_servers import TOP
from servers import Mosquitto, Subscriber, wait_until

SILENT_S = 1
NODES = [
    {"name": "intake", "kind": "intake", "rating": ["2 MW", "22900 V"]},
    {"name": "msb-1", "kind": "bus", "sources": ["intake"], "rating": ["1600 A", "400 V"], "gateway": "gw-1", "hall": "h1"},
    {"name": "msb-2", "kind": "bus", "sources": ["intake"], "rating": ["1600 A", "400 V"], "gateway": "gw-2", "hall": "h2"},
    {"name": "랙/2", "kind": "rack", "sources": ["msb-2"], "rating": ["20 kW"], "gateway": "gw-2", "hall": "h2"},
]


def publish(broker, topic, payload):
    where = ["-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-V", "5"]
    subprocess.run(["mosquitto_pub", *where, "-t", topic, "-s"], input=payload, check=True, timeout=10, stderr=subprocess.PIPE)


def message(gateway, node, sequence, watts, **members):
    reading = {"quality": "good"}
    return {
        "schema": 1,
        "stream": f"{gateway[-1] * 16}",
        "sequence": sequence,
        "site": "dc1",
        "node": node,
        "class": "bus",
        "gateway": gateway,
        "clock_error": 0.001,
        "time": int(time.time() * 1000),
        "readings": [
            {"metric": "facility_active_power_watts", "phase": "total", "value": watts, **reading},
            {"metric": "facility_sum_state", "value": 1, **reading},
            {"metric": "facility_unknown_ratio", "value": 0, **reading},
        ],
        **members,
    }


class Gateway:
    """Publishes its nodes some times a second until the end of a with block; several nodes in one message."""

    def __init__(self, name, broker, **watts):
        self.name, self.broker, self.watts = name, broker, watts
        self.sequence = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ends.wait(0.2):
            rows = []
            for node, watts in self.watts.items():
                self.sequence += 1
                rows.append(message(self.name, node, self.sequence, watts))
            topic, payload = f"hallwatch/dc1/node/{list(self.watts)[0]}", rows[0]
            if len(rows) > 1:
                topic = f"hallwatch/dc1/nodes/{self.name}"
                payload = {"schema": 1, "site": "dc1", "gateway": self.name, "messages": rows}
            SCHEMA.validate(payload)
            try:
                publish(self.broker, topic, json.dumps(payload).encode())
            except subprocess.CalledProcessError:
                pass  # the broker is away

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def site(*brokers, silent_s=SILENT_S, **settings):
    power = {"site": {"brokers": [broker.url for broker in brokers], "silent": f"{silent_s}s"}, "nodes": NODES}
    return Agent([], gateway="site", power=power, **settings)


def gateways(agent):
    return {one["gateway"]: one for one in agent.document()["gateways"]}


def state(agent, gateway):
    return gateways(agent)[gateway]["state"]


def value(agent, node, metric):
    """The value of a node's reading, and its quality; None where there is none."""
    for one in agent.document()["nodes"]:
        if one["name"] == node:
            for reading in one.get("readings", []):
                if reading["metric"] == f"facility_{metric}" and reading.get("point") is None:
                    return reading["value"], reading["quality"]
    return None


class Site(unittest.TestCase):
    def test_halls_are_heard_and_one_falls_silent(self):
        with Mosquitto() as broker, Mosquitto() as other:
            sinks = [{"name": "own", "type": "mqtt", "url": broker.url}]
            with site(broker, other, sinks=sinks) as agent, Subscriber(broker) as subscriber:
                with Gateway("gw-1", broker, **{"msb-1": 1000}):
                    with Gateway("gw-2", other, **{"msb-2": 2000, "랙/2": 300}):
                        wait_until(lambda: state(agent, "gw-1") == state(agent, "gw-2") == "heard", "both are heard")
                        wait_until(lambda: value(agent, "랙/2", "active_power_watts") == (300, "good"), "a rack is known")
                        self.assertEqual(value(agent, "msb-1", "active_power_watts"), (1000, "good"))
                        self.assertEqual(value(agent, "msb-2", "active_power_watts"), (2000, "good"))
                    wait_until(lambda: state(agent, "gw-2") == "silent", "gw-2 is silent")
                    wait_until(lambda: value(agent, "msb-2", "unknown_ratio") == (1, "good"), "its nodes are unknown")
                    self.assertEqual(value(agent, "msb-2", "sum_state"), (3, "good"))
                    self.assertEqual(value(agent, "msb-2", "active_power_watts"), (2000, "stale"))
                    self.assertEqual(state(agent, "gw-1"), "heard")
                    self.assertEqual(value(agent, "msb-1", "unknown_ratio"), (0, "good"))
                    self.assertIn("nothing was heard of it for", " ".join(agent.complaints("gw-2")))
                    self.assertIn("SILENT: gw-2 (2 nodes unknown), 1 of 2 heard", agent.status().stdout)
                with Gateway("gw-2", other, **{"msb-2": 2100}):
                    wait_until(lambda: value(agent, "msb-2", "active_power_watts") == (2100, "good"), "gw-2 is back")
                own = [json.loads(text) for _, text, _ in subscriber.messages() if '"gateway":"site"' in text.replace(" ", "")]
                self.assertFalse([one for one in own if one.get("node") in ("msb-1", "msb-2", "랙/2")], "told nodes come back")

    def test_gateways_that_judge(self):
        """Two real ones, with one topology for all; one of them with several nodes in one message."""
        recording = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
        nodes = [{"name": "intake", "kind": "intake", "rating": ["2 MW", "400 V"], "gateway": "site"}]
        devices, names = [], []
        for hall in ("1", "2"):
            names.append(f"rack/{hall}")
            devices.append({"name": f"pdu-{hall}", "driver": "apc_rpdu2", "url": f"replay:{recording}", "gateway": f"gw-{hall}"})
            place = {"gateway": f"gw-{hall}", "hall": f"h{hall}"}
            nodes.append({"name": f"msb-{hall}", "kind": "bus", "sources": ["intake"], "rating": ["1600 A"], **place})
            nodes.append({"name": names[-1], "kind": "rack", "sources": [f"msb-{hall}"], "meters": [f"pdu-{hall}:input/1"], **place})
        often = {"fast": "200ms", "normal": "200ms", "slow": "1s"}
        with contextlib.ExitStack() as running:
            broker = running.enter_context(Mosquitto())
            subscriber = running.enter_context(Subscriber(broker))
            sink = {"name": "broker", "type": "mqtt", "url": broker.url, "batch_wait": "100ms"}
            agents = {}
            for gateway, several in (("gw-1", 1), ("gw-2", 50), ("site", 1)):
                power = {"nodes": nodes, "publish": "200ms"}
                if gateway == "site":
                    power["site"] = {"brokers": [broker.url], "silent": f"{SILENT_S}s"}
                agents[gateway] = running.enter_context(
                    Agent(devices, [{**sink, "devices_per_message": several}], gateway=gateway, power=power, poll=often)
                )
            whole = lambda agent, node: value(agent, node, "sum_state") == (1, "good")  # noqa: E731
            wait_until(lambda: all(whole(agents["site"], node) for node in ("intake", *names)), "all is known at the site")
            watts = value(agents["gw-1"], names[0], "active_power_watts")
            self.assertEqual(value(agents["site"], names[0], "active_power_watts"), watts)
            self.assertAlmostEqual(value(agents["site"], "intake", "active_power_watts")[0], 2 * watts[0], places=3)
            skew = value(agents["site"], "intake", "input_skew_seconds")[0]
            self.assertGreaterEqual(skew, 2 * agents["gw-1"].document()["clock_error"] - 0.01, "clock errors are in it")
            self.assertGreater(value(agents["site"], "intake", "measured_ratio")[0], 0.99)
            publishers = {}
            for topic, text, _ in subscriber.messages():
                message = json.loads(text)
                SCHEMA.validate(message)
                for row in message.get("messages", [message]):
                    if "node" in row and "alarm" not in row:
                        publishers.setdefault(row["node"], set()).add((row["gateway"], topic))
            self.assertEqual(publishers["rack/1"], {("gw-1", "hallwatch/dc1/node/rack%2F1")})
            self.assertEqual(publishers["rack/2"], {("gw-2", "hallwatch/dc1/nodes/gw-2")})
            self.assertEqual(publishers["intake"], {("site", "hallwatch/dc1/node/intake")})
            agents["gw-2"].stop()
            wait_until(lambda: state(agents["site"], "gw-2") == "silent", "gw-2 is silent")
            wait_until(lambda: value(agents["site"], "intake", "sum_state") == (2, "good"), "the intake takes at least so much")
            self.assertEqual(value(agents["site"], names[1], "unknown_ratio"), (1, "good"))

    def test_a_broker_restarts(self):
        with Mosquitto() as broker, site(broker) as agent, Gateway("gw-1", broker, **{"msb-1": 1000}):
            wait_until(lambda: state(agent, "gw-1") == "heard", "it is heard")
            broker.stop()
            wait_until(lambda: not agent.document()["intake"]["brokers"][0]["connected"], "the connection is lost")
            wait_until(lambda: state(agent, "gw-1") == "silent", "nothing is heard")
            broker.start()
            wait_until(lambda: state(agent, "gw-1") == "heard", "it is heard again")
            self.assertIn("no connection to", " ".join(agent.complaints("site")))

    def test_what_nobody_should_send(self):
        with Mosquitto() as broker, site(broker, silent_s=30) as agent:  # all are sent within that
            wait_until(lambda: agent.document()["intake"]["brokers"][0]["connected"], "it listens")
            say = lambda payload: publish(broker, "hallwatch/dc1/node/x", payload)  # noqa: E731
            for payload in (b"{", b"\x00\xff", b"[" * 5000, b'{"node":"' + b"x" * 70000 + b'"}', b"{}" * 2, b"1" * 100000):
                say(payload)
            good = message("gw-1", "msb-1", 7, 1)
            for odd in (
                good,
                good,  # a repeat
                message("gw-1", "msb-1", 6, 2),  # an older one
                message("gw-2", "msb-1", 8, 3),  # gw-1's node
                message("gw-1", "unheard-of", 9, 4),
                message("gw-1", "intake", 10, 5),  # judged here
                message("gw-1", "msb-1", 11, 6, site="dc2"),
                message("gw-1", "msb-1", 12, 7, time=int(time.time() * 1000) - 60000),
                message("gw-1", "msb-1", 13, 8, time=int(time.time() * 1000) + 60000),
                message("gw-1", "msb-1", 0, 9),
                message("gw-1", "msb-1", 1e300, 9),
                message("gw-1", "msb-1", 14, 1e300),  # no watts that can be
            ):
                say(json.dumps(odd).encode())
            wait_until(lambda: gateways(agent)["gw-1"]["taken"] == 2, "the good ones are taken")
            counts = gateways(agent)["gw-1"]
            self.assertEqual(
                {key: counts[key] for key in ("repeated", "refused", "late", "ahead", "dropped")},
                {"repeated": 2, "refused": 1, "late": 1, "ahead": 1, "dropped": 0},
            )
            intake = agent.document()["intake"]
            self.assertEqual((intake["unreadable"], intake["strangers"]), (6, 3))
            self.assertEqual(value(agent, "msb-1", "active_power_watts")[1], "bad")


if __name__ == "__main__":
    unittest.main(verbosity=2)
