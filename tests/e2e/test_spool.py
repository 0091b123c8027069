#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The spool on disk: what was committed arrives once, whatever becomes of the agent, its file and its disk.

    test_spool.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import glob
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import closing

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import Feeder, by_key, rows_of
from servers import Mosquitto, Subscriber, free_port, wait_until

FEEDER = sys.argv.pop(1)
SINK = os.path.join(os.environ["HALLWATCH_BUILD"], "tests", "sink")
NOBODY = f"mqtt://127.0.0.1:{free_port()}"


class SpoolOnDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hallwatch-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def feed(self, url, program=FEEDER, **options):
        return Feeder(program, mqtt=url, folder=self.folder, **options)

    def rows_on_disk(self):
        try:
            with closing(sqlite3.connect(f"file:{self.folder}/readings.db?mode=ro", uri=True)) as db:
                return db.execute("SELECT count(*) FROM rows").fetchone()[0]
        except sqlite3.Error:
            return 0  # not made yet

    def kill_with_rows(self, rows, **options):
        """A feeder that nobody takes anything from, killed when so many rows are committed."""
        with self.feed(NOBODY, **options) as feeder:
            wait_until(lambda: self.rows_on_disk() == rows, f"{rows} rows are committed")
            feeder.process.kill()
        return feeder

    def test_what_was_committed_arrives_once_after_a_kill(self):
        first = self.kill_with_rows(150, rounds=50)
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            with self.feed(broker.url, rounds=2, first=50, start_ms=first.start_ms) as second:
                result = second.finish()
            rows = wait_until(
                lambda: len(found := rows_of(subscriber.messages())) >= 156 and found, "all rows have come"
            )
        self.assertEqual({row["stream"] for row in rows}, {result["stream"]})
        ids = [row["sequence"] for row in rows]
        self.assertEqual(ids, sorted(set(ids)), "each once, in order")
        self.assertEqual(ids[:150], list(range(1, 151)))
        self.assertEqual(by_key(rows), first.expected(rounds=range(52)))
        self.assertEqual(self.rows_on_disk(), 0)

    def test_a_backlog_beyond_memory_comes_back(self):
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            broker.stop()
            options = {"devices": 30, "rounds": 100, "buffer_bytes": 130000}
            with self.feed(broker.url, **options) as feeder:
                wait_until(lambda: self.rows_on_disk() == 3000, "all rows are committed")
                broker.start()
                result = feeder.finish()
                expected = feeder.expected()
            rows = wait_until(
                lambda: len(found := rows_of(subscriber.messages())) >= 3000 and found, "all rows have come"
            )
        self.assertEqual(result["sinks"][0]["dropped"], 0)
        self.assertEqual([row["sequence"] for row in rows], list(range(1, 3001)))
        self.assertEqual(by_key(rows), expected)

    def test_requests_do_not_gather_what_comes_from_the_disk(self):
        port, wait_ms = free_port(), 2000
        options = {"devices": 30, "rounds": 300, "buffer_bytes": 400000, "batch_wait_ms": wait_ms}
        url = f"http://127.0.0.1:{port}/api/v1/write"
        with Feeder(FEEDER, remote_write=url, folder=self.folder, **options) as feeder:
            wait_until(lambda: self.rows_on_disk() == 9000, "all rows are committed")
            sink = subprocess.Popen([SINK, "--port", str(port)])
            try:
                began = time.monotonic()
                result = feeder.finish()
                took_s = time.monotonic() - began
            finally:
                sink.kill()
                sink.wait()
        self.assertEqual(result["sinks"][0]["sent"], 90000)
        # Some 35 pieces come from the disk; the waits are those of the back-off and for the last rows.
        self.assertLess(took_s, 12 * wait_ms / 1000)

    def test_a_corrupt_file_is_set_aside(self):
        with open(f"{self.folder}/readings.db", "wb") as file:
            file.write(b"no database" * 1000)
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            with self.feed(broker.url) as feeder:
                result = feeder.finish()
            rows = wait_until(
                lambda: len(found := rows_of(subscriber.messages())) >= 15 and found, "all rows have come"
            )
        self.assertEqual(by_key(rows), feeder.expected())
        (aside,) = glob.glob(f"{self.folder}/readings.db.corrupt-*")
        self.assertIn(aside, result["log"])
        with open(aside, "rb") as file:
            self.assertTrue(file.read().startswith(b"no database"))

    def test_a_second_agent_is_refused(self):
        with self.feed(NOBODY, wait_ms=600000) as first:
            wait_until(lambda: self.rows_on_disk() > 0, "the first has the folder")
            with self.feed(NOBODY) as second:
                self.assertEqual(second.process.wait(timeout=20), 1)
                self.assertIn(f"another agent has the folder {self.folder}", second.log())
            self.assertIsNone(first.process.poll())

    def test_a_full_disk_keeps_nothing_from_arriving(self):
        mount = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=400k none "$0" && exec "$@"']
        if subprocess.run([*mount, self.folder, "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount namespace of its own here")
        script = os.path.join(self.folder, "..", f"{os.path.basename(self.folder)}.sh")
        self.addCleanup(os.unlink, script)
        with open(script, "w") as file:
            words = " ".join(f"'{word}'" for word in [*mount, self.folder, FEEDER])
            file.write(f'#!/bin/sh\nexec {words} "$@"\n')
        os.chmod(script, 0o755)
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            broker.stop()
            options = {"devices": 30, "rounds": 80, "readings": 50}
            with self.feed(broker.url, program=script, **options) as feeder:
                wait_until(lambda: "the disk takes nothing" in feeder.log(), "the disk is full")
                broker.start()
                result = feeder.finish()
                expected = feeder.expected()
            rows = wait_until(
                lambda: len(found := rows_of(subscriber.messages())) >= 2400 and found, "all rows have come"
            )
        self.assertEqual(result["sinks"][0]["dropped"], 0)
        self.assertEqual([row["sequence"] for row in rows], list(range(1, 2401)))
        self.assertEqual(by_key(rows), expected)
        self.assertIn("the disk takes rows again", result["log"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
