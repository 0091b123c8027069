#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Influx line protocol against InfluxDB 1 and VictoriaMetrics: does every reading arrive, with its value and
time and under the names of the other formats, and is what the server refuses set aside alone?

    test_influx.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import os
import sys
import time
import unittest
import urllib.error

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import Feeder
from servers import InfluxDB, VictoriaMetrics, wait_until

FEEDER = sys.argv.pop(1)


def feed(url, **options):
    options = options if "bucket" in options else {"database": "facility", **options}
    return Feeder(FEEDER, influx=url, **options)


def samples(server):
    """{(device, metric, component_id, time): value} of readings; none comes with two values."""
    found = {}
    for labels, times, values in server.export():
        if labels["__name__"].endswith(("_info", "_sequence")) or labels["device"] == "other":
            continue
        for time_ms, value in zip(times, values):
            key = (labels["device"], labels["__name__"], labels["component_id"], time_ms)
            assert found.setdefault(key, value) == value, f"{key} came with two values"
    return found


class RealServers(unittest.TestCase):
    def check(self, server, feeder):
        result = feeder.finish()
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        expected = feeder.expected()
        wait_until(lambda: len(samples(server)) >= len(expected), "all samples are stored")
        self.assertEqual(samples(server), expected)
        info = [labels for labels, _, _ in server.export("facility_device_info")]
        self.assertEqual({one["device"] for one in info}, {f"{feeder.device_name}{i}" for i in range(feeder.devices)})
        self.assertEqual((info[0]["model"], info[0]["name"]), ("AP8959", "row 3, left"))
        return result

    def test_influxdb_stores_every_sample(self):
        with InfluxDB() as server, feed(server.base, devices=20, readings=50, rounds=10) as feeder:
            self.check(server, feeder)

    def test_victoria_metrics_stores_every_sample_under_the_names_of_remote_write(self):
        for options in ({"database": "facility"}, {"org": "o", "bucket": "b"}):
            with self.subTest(options), VictoriaMetrics() as server:
                with feed(server.base, devices=10, readings=50, rounds=10, **options) as feeder:
                    self.check(server, feeder)

    def test_names_of_every_kind_come_through(self):
        names = ['a, b=c "d" ', "\\back\\slash", "🔌⚡ ", "랙 3, 냉각=1 ", "#'%;{}", "x" * 60000]
        for name in names:
            with self.subTest(name[:20]), InfluxDB() as server:
                with feed(server.base, device_name=name, readings=5, rounds=1) as feeder:
                    self.check(server, feeder)

    def test_a_name_that_cannot_be_said_is_set_aside_with_the_reason(self):
        with InfluxDB() as server, feed(server.base, device_name="a\\,b", rounds=2) as feeder:
            result = feeder.finish()
        self.assertEqual(result["sinks"][0]["rejected"], feeder.total)
        self.assertEqual(result["sinks"][0]["sent"], 0)
        self.assertIn("line protocol cannot say the device's name", result["log"])

    def test_a_name_that_the_server_does_not_take_is_set_aside_with_its_words(self):
        with InfluxDB() as server:
            with feed(server.base, device_name="x" * 70000, devices=1, rounds=2) as feeder:
                result = feeder.finish()
            self.assertEqual(result["sinks"][0]["rejected"], feeder.total)
            self.assertIn("unable to parse", result["log"])

    def test_of_a_partial_write_only_what_was_dropped_is_set_aside(self):
        with InfluxDB() as server:
            server.write(f'facility,device=other outlet_state="on" {int(time.time() * 1000)}')
            with feed(server.base, rounds=3) as feeder:
                result = feeder.finish()
            refused = {key for key in feeder.expected() if key[1] == "facility_outlet_state"}
            good = {key: value for key, value in feeder.expected().items() if key not in refused}
            stored = samples(server)
        self.assertEqual(stored, good)
        self.assertEqual(result["sinks"][0]["rejected"], len(refused))
        self.assertEqual(result["sinks"][0]["sent"], len(good))
        self.assertIn("field type conflict", result["log"])

    def test_a_database_that_is_missing_is_said_and_nothing_lost(self):
        with InfluxDB(databases=()) as server, feed(server.base) as feeder:
            wait_until(lambda: "database not found" in feeder.log(), "the sink says it")
            self.assertIn("check url, user and password", feeder.log())
            server.query("CREATE DATABASE facility")
            self.check(server, feeder)

    def test_users_and_passwords(self):
        with InfluxDB(options=["auth-enabled = true"], databases=()) as server:
            server.query("CREATE USER admin WITH PASSWORD 'p&ss: wörd' WITH ALL PRIVILEGES")
            login = {"u": "admin", "p": "p&ss: wörd"}
            server.query("CREATE DATABASE facility", **login)
            with feed(server.base, user="admin", password="wrong", wait_ms=3000) as feeder:
                result = feeder.finish()
            self.assertRegex(result["log"], "check url, user and password.*HTTP 401")
            self.assertEqual(result["sinks"][0]["waiting"], feeder.total)
            with feed(server.base, user="admin", password="p&ss: wörd") as feeder:
                result = feeder.finish()
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            with self.assertRaises(urllib.error.HTTPError):
                server.query("SHOW DATABASES")
            stored = server.query('SELECT COUNT("voltage_volts") FROM "facility"', **login)
            self.assertEqual(stored[0]["values"][0][1], feeder.total // 5)

    def test_a_server_that_is_killed_and_comes_back_gets_everything(self):
        with InfluxDB() as server, feed(server.base, rounds=100) as feeder:
            wait_until(server.export, "the first samples")
            server.kill()
            server.start()
            self.check(server, feeder)


if __name__ == "__main__":
    unittest.main()
