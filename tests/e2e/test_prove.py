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
from feeding import Feeder, value_of
from hallwatch import BINARY
from hostile_receiver import HostileReceiver
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
                lambda t: f',[{t // 1000}' + (f".{t % 1000:03}" if t % 1000 else "") + ',"17"]',
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


class Spool(unittest.TestCase):
    """What a receiver has, held against the spool; and what the spool keeps of what was refused."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))

    def run_command(self, *arguments):
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, check=False)

    def test_a_capture_is_held_against_the_spool(self):
        against = ("--against", self.folder)
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            with Feeder(FEEDER, mqtt=broker.url, folder=self.folder, wait_ms=600000, **SIZE) as feeder:

                def everything():
                    payloads = [payload for topic, payload, _ in subscriber.messages() if "/status/" not in topic]
                    return payloads if len(payloads) == ROWS else None

                payloads = wait_until(everything, "all rows have come")
                # Also beside the feeder, which has the folder.
                wait_until(lambda: ask(lines(payloads), *against)[0] == COMPLETE, "the spool knows that")
                feeder.finish()
            broker.stop()
            # The newest are not there: without the spool nobody would know.
            self.assertEqual(prove(lines(payloads[:-3]))["missing"], 0)
            less = prove(lines(payloads[:-3]), *against, expect=INCOMPLETE)
            self.assertEqual([(one["from"], one["to"]) for one in less["missing_ranges"]], [(ROWS - 2, ROWS)])
            self.assertEqual(prove("\n" + lines(payloads[3:]), *against)["from"], 4)
            # More, that nobody takes: they wait.
            with Feeder(FEEDER, mqtt=broker.url, folder=self.folder, wait_ms=0, **SIZE) as feeder:
                feeder.finish()
        more = prove(lines(payloads), *against, "--sink", "mqtt-0")
        self.assertEqual((more["to"], more["waiting"], more["missing"]), (2 * ROWS, ROWS, 0))
        status, _, log = ask(lines(payloads), *against, "--sink", "other")
        self.assertEqual(status, UNREADABLE)
        self.assertIn("it knows no sink of that name", log)

    def refuse(self, bad):
        """Feeds a receiver that takes no request in which `bad(labels)` is true of a sample."""

        def decide(samples, _):
            refused = any(bad(labels) for labels, _, _ in samples)
            return (400, {}, 'label "x" is\x1b[1m not\nliked') if refused else 204

        with HostileReceiver(decide) as receiver:
            with Feeder(FEEDER, remote_write=receiver.url, folder=self.folder, **{**SIZE, "rounds": 2}) as feeder:
                result = feeder.finish()
        export = "".join(
            json.dumps({"metric": labels, "values": [value], "timestamps": [time_ms]}) + "\n"
            for labels, time_ms, value in receiver.accepted
        )
        return result["sinks"][0], export

    def test_a_refused_device_is_listed_and_accounted_for(self):
        sink, export = self.refuse(lambda labels: labels.get("device") == "pdu-2")
        self.assertEqual(sink["rejected"], 2 * SIZE["readings"])
        found = prove(export, "--against", self.folder)
        self.assertEqual((found["set_aside"], found["missing"]), (2, 0))
        self.assertEqual(prove(export, expect=INCOMPLETE)["missing"], 2)
        done = self.run_command("rejects", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("write-0  pdu-2, row 3: 20 of 20 readings\n", done.stdout)
        self.assertIn('HTTP 400: label "x" is', done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("    facility_active_power_watts component=outlet component_id=1/1 phase=L1 20.2 good", done.stdout)
        rows = [json.loads(line) for line in self.run_command("rejects", "--json", self.folder).stdout.splitlines()]
        self.assertEqual([(row["sequence"], row["refused"], row["device"]) for row in rows], [(3, 20, "pdu-2"), (9, 20, "pdu-2")])
        self.assertEqual([reading["value"] for reading in rows[1]["readings"]][:2], [value_of(2, 0, 1), value_of(2, 1, 1)])
        self.assertEqual(self.run_command("rejects", self.folder, "--sink", "other").stdout, "nothing is set aside\n")

    def test_a_row_that_arrived_in_part_is_there(self):
        sink, export = self.refuse(
            lambda labels: labels.get("component_id") == "1/2" and labels["__name__"] == "facility_voltage_volts"
        )
        self.assertEqual(sink["rejected"], 12)
        found = prove(export, "--against", self.folder)
        self.assertEqual((found["received"], found["set_aside"], found["repeated"]), (12, 0, 0))
        self.assertEqual(self.run_command("rejects", self.folder).stdout.count(": 1 of 20 readings"), 12)


if __name__ == "__main__":
    unittest.main(verbosity=2)
