#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alarms on their ways out, to a real broker, real Alertmanagers and a webhook's receiver: states and events, receivers
that are away, slow or refuse, and what survives a restart.

    test_alarm_delivery.py ALARM_FEEDER [unittest options]      ALARM_FEEDER is the built tests/alarm_feeder
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from jsonschema import Draft7Validator

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from hostile_receiver import HostileReceiver
from servers import Alertmanager, Mosquitto, Subscriber, free_port, wait_until

PROGRAM = sys.argv.pop(1)
SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "conf" / "mqtt-message.schema.json").read_text()))
STATES, EVENTS = "hallwatch/dc1/alarm/", "hallwatch/dc1/event/gw-1"


class AlarmFeeder:
    """The built tests/alarm_feeder with sinks as a configuration writes them. A with block ends it."""

    def __init__(self, folder, *sinks, spool=True):
        self.path = Path(folder)
        lines = ["site: dc1", "gateway: gw-1", 'devices: [{name: d, driver: rfc1628, url: "snmp://127.0.0.1:1"}]']
        lines += ["spool: {folder: spool}"] if spool else []
        lines += ["sinks:", *(f"  - {sink}" for sink in sinks)]
        (self.path / "hallwatch.yaml").write_text("\n".join(lines) + "\n")

    def __enter__(self):
        self.stderr = open(self.path / "log", "ab")
        self.process = subprocess.Popen([PROGRAM, str(self.path / "hallwatch.yaml")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.stderr, text=True)  # fmt: skip
        self.said = []
        threading.Thread(target=self.listen, daemon=True).start()
        wait_until(lambda: "ready" in self.said or self.process.poll() is not None, "the feeder starts")
        assert self.process.poll() is None, self.log()
        return self

    def listen(self):
        for line in self.process.stdout:
            self.said.append(line.strip())

    def put(self, alarm, state="active", priority=2, **members):
        now_ms = round(time.time() * 1000)
        record = {"alarm": alarm, "state": state, "priority": priority, "rule": alarm.split("-")[0], "site": "dc1", "node": "ups-a2",
                  "class": "ups", "summary": f"{alarm} is {state}", "since": 1764000000000, "changed": now_ms, **members}  # fmt: skip
        self.process.stdin.write(json.dumps(record) + "\n")
        self.process.stdin.flush()
        return record

    def log(self):
        return (self.path / "log").read_text(errors="replace")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.stderr):
            try:
                file.close()
            except BrokenPipeError:
                pass


class Alarms(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))

    def enterContext(self, manager):
        entered = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return entered

    def feed(self, *sinks, **options):
        return self.enterContext(AlarmFeeder(self.folder, *sinks, **options))


def states_of(messages):
    """The last state of each alarm; "" where its topic was emptied."""
    states = {}
    for topic, payload, *_ in messages:
        if not topic.startswith(STATES):
            continue
        if payload:
            SCHEMA.validate(json.loads(payload))
        states[topic[len(STATES) :]] = json.loads(payload)["state"] if payload else ""
    return states


def events_of(messages):
    """The events in their order, repeats left out: (alarm, state)."""
    events = {}
    for topic, payload, retained in messages:
        if topic != EVENTS:
            continue
        message = json.loads(payload)
        SCHEMA.validate(message)
        assert not retained and message["event"]["alarm"] == message["alarm"]
        events.setdefault((message["stream"], message["sequence"]), (message["alarm"], message["event"]["state"]))
    return [events[key] for key in sorted(events)]


class Broker(Alarms):
    def goes_through(self, **settings):
        broker = self.enterContext(Mosquitto())
        sink = ", ".join(f"{name}: {value}" for name, value in settings.items())
        with Subscriber(broker) as subscriber:
            feeder = self.feed(f'{{name: broker, type: mqtt, url: "{broker.url}", batch_wait: 100ms, {sink}}}', spool=False)
            feeder.put("leak_detected-1", latches=True, place="sensor/2", response="close the valve", value=1, metric="facility_leak_state")
            feeder.put("ups_on_battery-2", seconds_left=61.5)
            feeder.put("pdu_silent-3", "suppressed", 3, cause="ups_on_battery-2")
            feeder.put("ups_on_battery-2", "normal")
            expected = {"leak_detected-1": "active", "ups_on_battery-2": "normal", "pdu_silent-3": "suppressed"}
            wait_until(lambda: states_of(subscriber.messages()) == expected, "all states arrive")
            wait_until(lambda: len(events_of(subscriber.messages())) == 4, "all events arrive")
            self.assertEqual(events_of(subscriber.messages()), [("leak_detected-1", "active"), ("ups_on_battery-2", "active"),
                                                                ("pdu_silent-3", "suppressed"), ("ups_on_battery-2", "normal")])  # fmt: skip
            with Subscriber(broker, STATES + "#") as late:
                wait_until(lambda: states_of(late.messages()) == expected, "who comes late sees them, and the end")
                self.assertTrue(all(retained for _, _, retained in late.messages()))
                leak = next(json.loads(payload) for topic, payload, _ in late.messages() if "leak" in topic)
        self.assertEqual({name: leak[name] for name in ("place", "response", "value", "latches", "gateway", "node")},
                         {"place": "sensor/2", "response": "close the valve", "value": 1, "latches": True, "gateway": "gw-1", "node": "ups-a2"})  # fmt: skip

    def test_states_and_events(self):
        self.goes_through(version=5)

    def test_states_and_events_of_mqtt_3_1_1_in_batches(self):
        self.goes_through(version='"3.1.1"', devices_per_message=20)

    def test_a_broker_that_forgets_is_told_again_and_events_wait(self):
        broker = self.enterContext(Mosquitto())
        feeder = self.feed(f'{{name: broker, type: mqtt, url: "{broker.url}"}}')
        with Subscriber(broker) as subscriber:
            for i in range(50):
                feeder.put(f"silent-{i}", priority=1 + i % 4)
            wait_until(lambda: len(states_of(subscriber.messages())) == 50, "the states arrive")
        broker.kill()
        feeder.put("silent-0", "normal")
        feeder.put("leak_detected-1")
        broker.start()
        with Subscriber(broker) as subscriber:
            wait_until(lambda: len(states_of(subscriber.messages())) == 51, "all active ones are told again, and what has ended")
            self.assertEqual(states_of(subscriber.messages())["silent-0"], "normal")
            wait_until(lambda: events_of(subscriber.messages())[-2:] == [("silent-0", "normal"), ("leak_detected-1", "active")],
                       "events of meanwhile follow")  # fmt: skip

    def test_what_ended_long_ago_while_the_broker_was_away_is_taken_back(self):
        broker = self.enterContext(Mosquitto(["persistence true", f"persistence_location {self.folder}/"]))
        feeder = self.feed(f'{{name: broker, type: mqtt, url: "{broker.url}"}}')
        with Subscriber(broker) as subscriber:
            feeder.put("leak_detected-1")
            feeder.put("leak_detected-2")
            wait_until(lambda: len(states_of(subscriber.messages())) == 2, "the states arrive")
        broker.stop()
        feeder.put("leak_detected-1", "normal", changed=round(time.time() * 1000) - 16 * 60 * 1000)  # forgotten by now
        broker.start()
        with Subscriber(broker) as subscriber:
            wait_until(lambda: states_of(subscriber.messages()).get("leak_detected-1") in ("", "normal"), "it is active no more")
        with Subscriber(broker, STATES + "#") as late:
            wait_until(lambda: states_of(late.messages()) == {"leak_detected-2": "active"}, "its topic is empty")

    def test_topics_that_are_not_ours_cost_nothing_else(self):
        acl = Path(self.folder) / "acl"
        acl.write_text("topic readwrite hallwatch/dc1/event/#\ntopic readwrite hallwatch/dc1/status/#\ntopic readwrite ready/#\n")
        os.chmod(acl, 0o644)
        os.chmod(self.folder, 0o755)
        broker = self.enterContext(Mosquitto([f"acl_file {acl}", "max_queued_messages 1000"]))
        with Subscriber(broker) as subscriber:
            feeder = self.feed(f'{{name: broker, type: mqtt, url: "{broker.url}"}}')
            for i in range(10):
                feeder.put(f"silent-{i}")
            wait_until(lambda: len(events_of(subscriber.messages())) == 10, "events arrive")
            self.assertEqual(states_of(subscriber.messages()), {})
            self.assertEqual(feeder.log().count("does not take the state of an alarm"), 1, feeder.log())

    def test_a_restart_forgets_nothing_and_repeats_no_event(self):
        broker = self.enterContext(Mosquitto())
        with Subscriber(broker) as subscriber:
            with AlarmFeeder(self.folder, f'{{name: broker, type: mqtt, url: "{broker.url}"}}') as feeder:
                feeder.put("leak_detected-1", "returned", 1, latches=True)
                feeder.put("ups_on_battery-2")
                wait_until(lambda: len(events_of(subscriber.messages())) == 2, "events arrive")
                state = Path(self.folder) / "spool" / "alarm-state.json"
                wait_until(lambda: state.exists() and "ups_on_battery-2" in state.read_text(), "it is kept", 5)
                feeder.process.send_signal(signal.SIGKILL)
                feeder.process.wait()
            told = len(subscriber.messages())
            feeder = self.feed(f'{{name: broker, type: mqtt, url: "{broker.url}"}}')
            again = lambda: states_of(subscriber.messages()[told:])
            wait_until(lambda: again() == {"leak_detected-1": "returned", "ups_on_battery-2": "active"}, "states are told again")
            feeder.put("ups_on_battery-2", "normal")
            wait_until(lambda: events_of(subscriber.messages())[-1] == ("ups_on_battery-2", "normal"), "the stream goes on")
            self.assertEqual(len(events_of(subscriber.messages())), 3)


class Managers(Alarms):
    def test_every_peer_knows_what_is_active(self):
        first, second = Alertmanager(), self.enterContext(Alertmanager())
        slow = self.enterContext(HostileReceiver(lambda *_: "nothing", silence_s=30))
        with AlarmFeeder(self.folder, f'{{name: am, type: alertmanager, url: "{first.url}", endpoints: ["{second.url}/", "{slow.base}"], timeout: 60s}}') as feeder:
            feeder.put("leak_detected-1", priority=1, hall="hall-2", place="sensor/2", response="close the valve", limit=0.5)
            feeder.put("ups_on_battery-2")
            feeder.put("pdu_silent-3", "suppressed", 3)
            began_s = time.time()
            wait_until(lambda: set(second.alerts()) == {"leak_detected-1", "ups_on_battery-2"}, "the second peer knows")
            self.assertIn("alarms do not get to " + first.url, feeder.log())
            self.enterContext(first)
            wait_until(lambda: set(first.alerts()) == {"leak_detected-1", "ups_on_battery-2"}, "the first knows when it is there")
            leak = first.alerts()["leak_detected-1"]
            self.assertEqual(leak["labels"], {"alertname": "leak_detected", "alarm": "leak_detected-1", "site": "dc1", "hall": "hall-2",
                                              "node": "ups-a2", "class": "ups", "place": "sensor/2", "severity": "critical",
                                              "priority": "1"})  # fmt: skip
            self.assertEqual(leak["annotations"], {"summary": "leak_detected-1 is active", "response": "close the valve", "state": "active",
                                                   "limit": "0.5"})  # fmt: skip
            self.assertEqual(leak["startsAt"], "2025-11-24T16:00:00.000Z")
            self.assertGreater(leak["endsAt"], time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began_s + 100)))

            # It ends; one gets another priority, and so other labels; one becomes a consequence.
            feeder.put("leak_detected-1", "normal", 1, hall="hall-2", place="sensor/2")
            feeder.put("ups_on_battery-2", priority=1)
            feeder.put("pdu_silent-3", "active", 3)
            feeder.put("pdu_silent-3", "suppressed", 3)
            for peer in (first, second):
                wait_until(lambda: set(peer.alerts()) == {"ups_on_battery-2"}, "what has ended is resolved at once", 5)
                wait_until(lambda: [one["labels"]["priority"] for one in peer.alerts().values()] == ["1"], "under one set of labels", 5)
            self.assertIn(f"{first.url} takes alarms again", feeder.log())

    def test_a_400_is_not_posted_again_at_once(self):
        receiver = self.enterContext(HostileReceiver(lambda *_: (400, {}, "one of them is bad")))
        feeder = self.feed(f'{{name: am, type: alertmanager, url: "{receiver.base}"}}')
        feeder.put("leak_detected-1")
        wait_until(lambda: "refuses some alarms: one of them is bad" in feeder.log(), "it is said")
        feeder.put("leak_detected-2")
        wait_until(lambda: len(receiver.requests) >= 2, "what changes is posted")
        self.assertEqual(receiver.paths[0], "/api/v2/alerts")
        self.assertLess(len(receiver.requests), 4)


class Webhooks(Alarms):
    def events(self, receiver):
        return [(one["alarm"], one["event"]["state"]) for one in receiver.accepted]

    def test_events_come_in_order_once_it_is_there(self):
        token = Path(self.folder) / "token.txt"
        token.write_text("s3cr3t\n")
        os.chmod(token, 0o600)
        answers = iter([(503, {"Retry-After": "0"}, "busy")])
        with HostileReceiver(lambda *_: next(answers, 204)) as receiver:
            url = f"http://127.0.0.1:{free_port()}/hook"
            feeder = self.feed(f'{{name: desk, type: webhook, url: "{url}", endpoints: ["{receiver.base}/hook?key=1"], '
                               "timeout: 1s, token_file: token.txt}")  # fmt: skip
            for i in range(30):
                feeder.put("leak_detected-1", "active" if i % 2 == 0 else "normal")
            expected = [("leak_detected-1", "active"), ("leak_detected-1", "normal")] * 15
            wait_until(lambda: self.events(receiver) == expected, "all events arrive, in order")
            self.assertEqual(set(receiver.paths), {"/hook?key=1"})
            self.assertEqual({one["Authorization"] for one in receiver.headers}, {"Bearer s3cr3t"})
            for one in receiver.accepted:
                SCHEMA.validate(one)
            self.assertEqual(len({one["sequence"] for one in receiver.accepted}), 30)
            self.assertNotIn("s3cr3t", feeder.log())
            self.assertIn("events do not get to " + url, feeder.log())

    def test_a_receiver_that_is_silent_and_breaks(self):
        answers = iter(["nothing", 500, "close"])
        with HostileReceiver(lambda *_: next(answers, 204), silence_s=1) as receiver:
            feeder = self.feed(f'{{name: desk, type: webhook, url: "{receiver.base}", timeout: 500ms}}', spool=False)
            feeder.put("leak_detected-1")
            feeder.put("leak_detected-2")
            wait_until(lambda: [alarm for alarm, _ in self.events(receiver)] == ["leak_detected-1", "leak_detected-2"], "both arrive")
            self.assertIn("takes events again", feeder.log())

    def test_what_it_refuses_is_set_aside_with_its_words(self):
        decide = lambda events, n: (422, {}, "no such thing") if events[0]["alarm"] == "odd-1" else 200
        with HostileReceiver(decide) as receiver:
            feeder = self.feed(f'{{name: desk, type: webhook, url: "{receiver.base}"}}')
            for alarm in ("leak_detected-1", "odd-1", "leak_detected-2"):
                feeder.put(alarm)
            wait_until(lambda: [alarm for alarm, _ in self.events(receiver)] == ["leak_detected-1", "leak_detected-2"], "the others arrive")
            self.assertIn("the event of odd-1 is set aside: HTTP 422: no such thing", feeder.log())

    def test_who_refuses_everything_is_believed_nothing(self):
        is_right = threading.Event()
        with HostileReceiver(lambda *_: 200 if is_right.is_set() else (400, {}, "who are you?")) as receiver:
            feeder = self.feed(f'{{name: desk, type: webhook, url: "{receiver.base}"}}')
            feeder.put("leak_detected-1")
            feeder.put("leak_detected-2")
            wait_until(lambda: len(receiver.requests) >= 2, "it is tried")
            is_right.set()
            wait_until(lambda: len(self.events(receiver)) == 2, "both arrive")
            self.assertNotIn("set aside", feeder.log())

    def test_events_outlive_the_agent(self):
        url = f"http://127.0.0.1:{free_port()}"
        with AlarmFeeder(self.folder, f'{{name: desk, type: webhook, url: "{url}"}}') as feeder:
            feeder.put("leak_detected-1")
            wait_until(lambda: feeder.said.count("put") == 1, "it is taken")
            feeder.stop()
        with HostileReceiver() as receiver:
            feeder = self.feed(f'{{name: desk, type: webhook, url: "{receiver.base}"}}')
            feeder.put("leak_detected-2")
            wait_until(lambda: [alarm for alarm, _ in self.events(receiver)] == ["leak_detected-1", "leak_detected-2"], "both arrive")


if __name__ == "__main__":
    unittest.main()
