#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What sinks make of an outage: with live_first what is new comes within 2 s while what waited comes beside it, at its own
pace and in portions; nothing is missing, whatever receivers answer.

    test_delivery.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import concurrent.futures
import email.utils
import json
import os
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import METRICS, Feeder
from hostile_broker import HostileBroker
from hostile_receiver import HostileReceiver
from servers import Mosquitto, Subscriber, VictoriaMetrics, wait_until

FEEDER = sys.argv.pop(1)
LIVE_S = 2  # what is new arrives within


def key_of(labels, time_ms):
    return labels["device"], labels["__name__"], labels["component_id"], time_ms


class Arrivals:
    """Samples with the time of their arrival: what a receiver has accepted, of several devices at once."""

    def __init__(self):
        self.at = {}  # of each key the first arrival
        self.values = {}

    def add(self, at_s, key, value):
        self.at.setdefault(key, at_s)
        self.values[key] = value

    def judge(self, test, feeder, draining_s):
        """Everything arrived, what was fed after the return in time, though the backlog took so long."""
        test.assertEqual(self.values, feeder.expected())
        back_s = min(self.at.values())
        ages = [at_s - key[3] / 1000 for key, at_s in self.at.items() if key[3] / 1000 > back_s + 0.2]
        waited = [at_s for key, at_s in self.at.items() if key[3] / 1000 < back_s - 0.5]
        test.assertGreater(len(ages), 0)
        test.assertGreater(len(waited), 0)
        test.assertGreater(max(waited) - back_s, draining_s, "the backlog was still coming")
        test.assertLess(max(ages), LIVE_S)
        in_order = {}
        for key in sorted((key for key in self.at if key[3] / 1000 < back_s - LIVE_S), key=lambda key: key[3]):
            test.assertGreaterEqual(self.at[key], in_order.get(key[:3], 0), "a series of the backlog keeps its order")
            in_order[key[:3]] = self.at[key]


def collect(arrivals, samples):
    for labels, time_ms, value in samples:
        if labels["__name__"] in METRICS:
            arrivals.add(time.time(), key_of(labels, time_ms), value)


def stored(server):
    return {
        key_of(labels, time_ms): value
        for labels, times, values in server.export()
        for time_ms, value in zip(times, values)
        if labels["__name__"] in METRICS
    }


def run_together(test, cases):
    """They mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        for name, outcome in {name: pool.submit(check) for name, check in cases.items()}.items():
            with test.subTest(name):
                outcome.result()


class LiveFirst(unittest.TestCase):
    # 4,000 readings a second for 10 s, of which the receiver is away for 3 to 6.
    OPTIONS = {"devices": 20, "readings": 20, "interval_ms": 100, "rounds": 100, "live_first": 1}

    def test_what_is_new_does_not_wait_for_what_waited(self):
        cases = {
            "at a rate": self.check_http_at_a_rate,
            "to a slow receiver": self.check_a_slow_receiver,
            "to VictoriaMetrics": self.check_victoria_metrics,
            "over MQTT": self.check_mqtt,
            "in batches": lambda: self.check_mqtt(devices_per_message=20),
        }
        run_together(self, cases)

    def away(self, feeder, seconds=2.2):
        """Whether the receiver is still away: so long after the feeder began."""
        return time.time() < feeder.start_ms / 1000 + seconds

    def check_http_at_a_rate(self):
        arrivals = Arrivals()

        def decide(samples, _):
            if self.away(feeder):
                return 503, {}, "busy"
            collect(arrivals, samples)
            return 204

        with HostileReceiver(decide) as receiver:
            feeder = Feeder(FEEDER, remote_write=receiver.url, backlog_rate=4000, **self.OPTIONS)
            with feeder:
                result = feeder.finish(60)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        arrivals.judge(self, feeder, draining_s=1)

    def check_a_slow_receiver(self):
        """It takes 12,000 readings a second: a whole request would keep what is new for 1.6 s."""
        arrivals, sizes = Arrivals(), []

        def decide(samples, _):
            if self.away(feeder):
                return "close"
            time.sleep(len(samples) / 12000)  # not a wait of the test: the receiver's slowness
            sizes.append(len(samples))
            collect(arrivals, samples)
            return 204

        with HostileReceiver(decide) as receiver:
            options = {**self.OPTIONS, "database": "facility", "batch_readings": 20000}
            feeder = Feeder(FEEDER, influx=receiver.base, **options)
            with feeder:
                result = feeder.finish(60)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        arrivals.judge(self, feeder, draining_s=1)
        self.assertLess(max(sizes), 8000)

    def check_victoria_metrics(self):
        with VictoriaMetrics() as server:
            server.stop()
            options = {**self.OPTIONS, "backlog_rate": 4000}
            with Feeder(FEEDER, remote_write=server.write_url, **options) as feeder:
                wait_until(lambda: not self.away(feeder), "the outage is long enough")
                server.start()
                series = '{__name__="facility_active_power_watts",device="pdu-0",component_id="1/1"}'
                ages = []

                def look():
                    is_over = time.time() > feeder.start_ms / 1000 + feeder.rounds * feeder.interval_ms / 1000
                    found = server.export(series)
                    if found and not is_over:
                        ages.append((time.time(), time.time() - max(found[0][1]) / 1000))
                    return feeder.process.poll() is not None

                wait_until(look, "the feeder ends", 60)
                result = feeder.finish()
            wait_until(lambda: len(found := stored(server)) == feeder.total and found, "the database shows all")
            self.assertEqual(stored(server), feeder.expected())
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        after = [age for at_s, age in ages if at_s > ages[0][0] + 1.5]  # at first it shows old rows only
        self.assertGreater(len(after), 3)
        self.assertLess(max(after), LIVE_S + 1)  # a second until the database shows it

    def check_mqtt(self, **more):
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            broker.stop()
            with Feeder(FEEDER, mqtt=broker.url, backlog_rate=4000, **self.OPTIONS, **more) as feeder:
                wait_until(lambda: not self.away(feeder), "the outage is long enough")
                broker.start()
                result = feeder.finish(60)
            self.check_subscriber(subscriber, feeder, result)

    def check_subscriber(self, subscriber, feeder, result):
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)

        def arrivals():
            found = Arrivals()
            for one in subscriber.everything():
                message = {} if one["topic"].startswith(("ready/", "hallwatch/dc1/status/")) else json.loads(one["payload"])
                for row in message.get("messages", [message] if message else []):
                    for reading in row["readings"]:
                        key = (row["device"], reading["metric"], reading["component_id"], row["time"])
                        found.add(seconds_of(one["tst"]), key, reading["value"])
            return found

        wait_until(lambda: len(arrivals().values) == feeder.total, "all rows have come")
        arrivals().judge(self, feeder, draining_s=1)


class Refusals(unittest.TestCase):
    def test_refusals_are_told_apart(self):
        run_together(self, {name[6:]: getattr(self, name) for name in dir(self) if name.startswith("check_")})

    def finish(self, feeder, rejected=0, limit_s=60):
        with feeder:
            result = feeder.finish(limit_s)
        self.assertEqual(result["sinks"][0]["rejected"], rejected, result)
        self.assertEqual(result["sinks"][0]["sent"] + result["sinks"][0]["waiting"], feeder.total - rejected, result)
        return result

    def check_a_broker_without_quota_gets_it_later_at_growing_intervals(self):
        for reason in (0x97, 0x96, 0x80):

            def decide(n):
                return reason if n > 3 and len(broker.connected_at) < 3 else "ack"

            with HostileBroker(decide) as broker:
                result = self.finish(Feeder(FEEDER, mqtt=broker.url))
                self.assertEqual(result["sinks"][0]["waiting"], 0)
                self.assertIn(f"({reason:#x})", result["log"])
                pauses = [b - a for a, b in zip(broker.connected_at, broker.connected_at[1:])]
                self.assertEqual(len(pauses), 2)
                self.assertGreaterEqual(min(pauses), 1)
                self.assertGreaterEqual(pauses[1], 2)

    def check_where_no_topic_is_ours_everything_is_kept(self):
        with HostileBroker(lambda n: 0x87) as broker:
            result = self.finish(Feeder(FEEDER, mqtt=broker.url, devices=30, wait_ms=8000))
            self.assertEqual(result["sinks"][0]["sent"], 0)
            self.assertIn("it lets us write to no topic of ours (not authorized, 0x87): check", result["log"])

    def check_one_topic_that_is_not_ours_is_set_aside(self):
        def decide(_):
            return 0x87 if '"pdu-0"' in broker.payload else "ack"

        with HostileBroker(decide) as broker:
            result = self.finish(Feeder(FEEDER, mqtt=broker.url, rounds=10, interval_ms=100), rejected=10 * 10)
            self.assertEqual(result["sinks"][0]["waiting"], 0)

    def check_requests_become_as_small_as_the_receiver_takes_them(self):
        sizes = []

        def decide(samples, _):
            sizes.append(len(samples))
            return (413, {}, "too large") if len(samples) > 700 else 204

        with HostileReceiver(decide) as receiver:
            result = self.finish(Feeder(FEEDER, remote_write=receiver.url, devices=20, readings=20, rounds=100))
        self.assertEqual(result["sinks"][0]["waiting"], 0)
        self.assertLess(sum(size > 700 for size in sizes), 12, "it is not tried again and again")

    def check_retry_after_is_honoured_as_seconds_and_as_a_date(self):
        for header in (lambda: "3", lambda: email.utils.formatdate(time.time() + 4, usegmt=True)):

            def decide(_, request):
                return (429, {"Retry-After": header()}, "slow down") if request == 1 else 204

            with HostileReceiver(decide) as receiver:
                self.finish(Feeder(FEEDER, remote_write=receiver.url))
                self.assertGreaterEqual(receiver.requests[1] - receiver.requests[0], 2.9)

    def check_another_endpoint_may_know_who_we_are(self):
        with HostileReceiver(lambda *_: (401, {}, "who are you")) as receiver, HostileReceiver() as second:
            result = self.finish(Feeder(FEEDER, remote_write=receiver.url, endpoint=second.url))
            self.assertEqual(result["sinks"][0]["waiting"], 0)
            self.assertIn("check url, user and password or token", result["log"])

        with HostileBroker(reason=0x86) as broker, HostileBroker() as second:
            result = self.finish(Feeder(FEEDER, mqtt=broker.url, endpoint=second.url))
            self.assertEqual(result["sinks"][0]["waiting"], 0)
            self.assertIn("bad user name or password", result["log"])

    def check_a_fault_in_what_waited_does_not_hold_up_what_is_new(self):
        """The receiver was away; of what waited there is a reading at which it fails."""
        arrivals, options = Arrivals(), LiveFirst.OPTIONS

        def is_bad(labels, time_ms):
            name, outlet = labels["__name__"], labels.get("component_id")
            return labels["device"] == "pdu-7" and name.endswith("_volts") and outlet == "1/2" and time_ms == feeder.start_ms + 300

        def decide(samples, _):
            if time.time() < feeder.start_ms / 1000 + 1:
                return 503, {}, "busy"
            if any(is_bad(labels, time_ms) for labels, time_ms, _ in samples):
                return 500, {}, "duplicate label"
            collect(arrivals, samples)
            return 204

        with HostileReceiver(decide) as receiver:
            feeder = Feeder(FEEDER, remote_write=receiver.url, **options)
            result = self.finish(feeder, rejected=1)
        self.assertIn("duplicate label", result["log"])
        back_s = min(arrivals.at.values())
        late = [at_s - key[3] / 1000 for key, at_s in arrivals.at.items() if key[3] / 1000 > back_s + 0.2]
        self.assertLess(max(late), LIVE_S)
        self.assertEqual(len(arrivals.values), feeder.total - 1)


def seconds_of(stamp):
    """Of mosquitto_sub's time stamps: local time with microseconds."""
    whole, _, zone = stamp.partition("Z")
    return time.mktime(time.strptime(whole[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + whole[19:])


if __name__ == "__main__":
    unittest.main()
