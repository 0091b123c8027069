#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch prove` on what real receivers have: complete as it is, and not when a row is taken away.

    test_prove.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import Feeder
from hallwatch import BINARY
from servers import InfluxDB, Mosquitto, Prometheus, Subscriber, VictoriaMetrics, http, wait_until

FEEDER = sys.argv.pop(1)
ROWS = 60
SIZE = {"devices": 6, "readings": 20, "rounds": ROWS // 6}
COMPLETE, INCOMPLETE, UNREADABLE = 0, 1, 2


def ask(capture, *options):
    """Exit status, standard output and standard error."""
    with tempfile.NamedTemporaryFile(prefix="hallwatch-test-") as file:
        file.write(capture.encode())
        file.flush()
        command = [BINARY, "prove", "--json", file.name, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def prove(capture, *options, expect=COMPLETE):
    """What it says of the one stream of the capture."""
    status, output, log = ask(capture, *options)
    if status != expect:
        raise AssertionError(f"exit status {status}: {output}{log}")
    answer = json.loads(output)
    assert answer["complete"] == (expect == COMPLETE)
    (stream,) = answer["streams"]
    return {**stream, "log": log}


def lines(payloads):
    return "".join(payload + "\n" for payload in payloads)


class Captures(unittest.TestCase):
    def check(self, capture, without, stream):
        """`without(row)` is the capture without that row."""
        whole = prove(capture)
        self.assertEqual((whole["stream"], whole["site"]), (stream, "dc1"))
        self.assertEqual((whole["from"], whole["to"], whole["received"], whole["repeated"]), (1, ROWS, ROWS, 0))
        less = prove(without(17), expect=INCOMPLETE)
        self.assertEqual((less["missing"], less["received"]), (1, ROWS - 1))
        (hole,) = less["missing_ranges"]
        self.assertEqual((hole["from"], hole["to"]), (17, 17))
        self.assertLess(hole["after_ms"], hole["before_ms"])
        return whole

    def test_a_broker_s_capture(self):
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            with Feeder(FEEDER, mqtt=broker.url, **SIZE) as feeder:
                stream = feeder.finish()["stream"]
            messages = wait_until(
                lambda: len(found := subscriber.messages()) > ROWS and found, "all messages have come"
            )
            with open(subscriber.lines.name, encoding="utf-8") as file:
                as_json = file.read()
        plain = [f"{topic} {payload}" for topic, payload, _ in messages]

        def without(row):
            return lines(line for line in plain if f'"sequence":{row},' not in line)

        self.check(lines(plain), without, stream)
        self.assertEqual(prove(as_json)["received"], ROWS)
        self.assertEqual(prove(lines(payload for _, payload, _ in messages))["received"], ROWS)
        again = prove(lines(plain + plain[10:15]))
        self.assertEqual((again["repeated"], again["missing"]), (5, 0))
        self.check_windows(plain, feeder)

    def check_windows(self, plain, feeder):
        from_ms = feeder.start_ms + 2 * feeder.interval_ms
        window = ("--from", str(from_ms / 1000), "--to", str((from_ms + 2 * feeder.interval_ms) / 1000))
        part = prove(lines(line for line in plain if '"sequence":1,' not in line), *window)
        self.assertEqual((part["from"], part["to"], part["missing"]), (13, 30, 0))

    def test_batches_of_several_devices(self):
        with Mosquitto() as broker, Subscriber(broker, "hallwatch/+/batch/+") as subscriber:
            with Feeder(FEEDER, mqtt=broker.url, devices_per_message=4, **SIZE) as feeder:
                feeder.finish()

            def everything():
                payloads = [payload for _, payload, _ in subscriber.messages()]
                return sum(payload.count('"sequence"') for payload in payloads) >= ROWS and payloads

            payloads = wait_until(everything, "all rows have come")
        whole = prove(lines(payloads))
        self.assertEqual((whole["received"], whole["gateway"]), (ROWS, "gw/1"))
        self.assertLess(len(payloads), ROWS)
        held = payloads[1].count('"sequence"')
        self.assertEqual(prove(lines(payloads[:1] + payloads[2:]), expect=INCOMPLETE)["missing"], held)

    def check_database(self, read, item, **sinks):
        """`read` is the database's answer; `item` is how row 17 stands in it, with its time."""
        with Feeder(FEEDER, **sinks, **SIZE) as feeder:
            stream = feeder.finish()["stream"]

        def everything():
            status, output, _ = ask(answer := read())
            return answer if status == COMPLETE and f'"received":{ROWS},' in output else None

        answer = wait_until(everything, "the database has the rows")
        time_ms = feeder.start_ms + 16 // feeder.devices * feeder.interval_ms
        item = item(time_ms)
        self.assertIn(item, answer)
        self.check(answer, lambda row: answer.replace(item, ""), stream)

    def test_an_export_of_victoria_metrics(self):
        match = urllib.parse.urlencode({"match[]": '{__name__=~"facility_.*_sequence"}'})
        with VictoriaMetrics() as server:

            def read():
                http(server.base + "/internal/force_flush")
                text = http(f"{server.base}/api/v1/export?{match}")
                # One number to a line, so that one can be taken out.
                return "".join(split_series(line) for line in text.splitlines())

            self.check_database(read, lambda t: f'"values":[17],"timestamps":[{t}]', remote_write=server.write_url)

    def test_an_answer_of_prometheus(self):
        query = urllib.parse.urlencode({"query": '{__name__=~"facility_.*_sequence"}[1h]'})
        with Prometheus() as server:
            self.check_database(
                lambda: http(f"{server.base}/api/v1/query?{query}"),
                lambda t: f',[{t // 1000}.{t % 1000:03}'.rstrip("0").rstrip(".") + ',"17"]',
                remote_write=server.write_url,
            )

    def test_an_answer_of_influxdb(self):
        fields = "row_sequence, gap_first_sequence, gap_last_sequence"
        with InfluxDB() as server:
            parameters = {"q": f"SELECT {fields} FROM facility GROUP BY *", "db": server.database, "epoch": "ms"}
            query = urllib.parse.urlencode(parameters)
            self.check_database(
                lambda: http(f"{server.base}/query?{query}"),
                lambda t: f",[{t},17,null,null]",
                influx=server.base,
                database=server.database,
            )


def split_series(line):
    one = json.loads(line)
    pairs = zip(one["values"], one["timestamps"])
    numbers = [{"metric": one["metric"], "values": [value], "timestamps": [time]} for value, time in pairs]
    return "".join(json.dumps(number, separators=(",", ":")) + "\n" for number in numbers)


class Gaps(unittest.TestCase):
    """What was dropped, while nobody took it, is told by markers to every kind of receiver."""

    def check(self, server, read, **sinks):
        many = {**SIZE, "rounds": 100, "interval_ms": 5, "buffer_bytes": 20000}
        with Feeder(FEEDER, **sinks, **many) as feeder:
            wait_until(lambda: "the oldest readings are dropped" in feeder.log(), "something is dropped")
            server.start()
            try:
                (sink,) = feeder.finish()["sinks"]

                def everything():
                    status, output, _ = ask(read())
                    return json.loads(output) if status == COMPLETE else None

                found = wait_until(everything, "what arrived is complete")["streams"][0]
            finally:
                server.__exit__()
        self.assertGreater(sink["dropped"], 0)
        self.assertEqual((found["from"], found["to"]), (1, sink["rows"]))
        self.assertEqual((found["dropped"] + found["received"], found["gateway"]), (sink["rows"], "gw/1"))
        self.assertEqual(found["dropped"] * SIZE["readings"], sink["dropped"])

    def test_an_export_of_victoria_metrics(self):
        server = VictoriaMetrics()
        match = urllib.parse.urlencode({"match[]": '{__name__=~"facility_.*_sequence"}'})

        def read():
            http(server.base + "/internal/force_flush")
            return http(f"{server.base}/api/v1/export?{match}")

        self.check(server, read, remote_write=server.write_url)

    def test_an_answer_of_prometheus(self):
        server = Prometheus()
        query = urllib.parse.urlencode({"query": '{__name__=~"facility_.*_sequence"}[1h]'})
        self.check(server, lambda: http(f"{server.base}/api/v1/query?{query}"), remote_write=server.write_url)

    def test_an_answer_of_influxdb(self):
        server = InfluxDB()
        statement = "SELECT row_sequence, gap_first_sequence, gap_last_sequence FROM facility GROUP BY *"
        query = urllib.parse.urlencode({"q": statement, "db": server.database})
        read = lambda: http(f"{server.base}/query?{query}")
        self.check(server, read, influx=server.base, database=server.database)

    def test_a_broker_s_capture(self):
        server = Mosquitto()

        def start():
            Mosquitto.start(server)
            self.subscriber = self.enterContext(Subscriber(server))

        server.start, read = start, lambda: lines(payload for _, payload, _ in self.subscriber.messages())
        self.check(server, read, mqtt=server.url)


if __name__ == "__main__":
    unittest.main(verbosity=2)
