#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of readings when the spool's disk is full, read-only or broken, its files are damaged, or the clock is set.

    test_spool_faults.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import glob
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import unittest
from contextlib import closing
from pathlib import Path

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
import hallwatch
from agent import Agent
from device_servers import TOP
from feeding import Feeder, by_key, rows_of
from servers import Mosquitto, Subscriber, free_port, wait_until

FEEDER = sys.argv.pop(1)
NOBODY = f"mqtt://127.0.0.1:{free_port()}"
BUILT = Path(hallwatch.BUILD) / "tests"
RPU = TOP / "tests" / "drivers" / "orv3_rpu" / "orv3_rpu.registers"
READ_ONLY, BROKEN = 30, 5  # EROFS, EIO


def flip(path, at, n):
    """Turns n bytes over."""
    with open(path, "r+b") as file:
        file.seek(at)
        data = file.read(n)
        file.seek(at)
        file.write(bytes(byte ^ 0xFF for byte in data))


def execute(path, command):
    with closing(sqlite3.connect(path)) as db:
        db.execute(command)


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hallwatch-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = f"{self.folder}/readings.db"

    def feed(self, url, **options):
        return Feeder(FEEDER, mqtt=url, **{"folder": self.folder, **options})

    def rows_on_disk(self):
        try:
            with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as db:
                return db.execute("SELECT count(*) FROM rows").fetchone()[0]
        except sqlite3.Error:
            return 0  # not made yet

    def arrived(self, subscriber, n):
        return wait_until(lambda: len(rows := rows_of(subscriber.messages())) >= n and rows, f"{n} rows have come")


class Disk(Faults):
    def set_fault(self, word):
        with open(f"{self.folder}.fault", "w") as control:
            control.write(word)

    def fails_with(self, error, words):
        """The disk fails while readings come, and recovers; they arrive all the same."""
        self.set_fault("")
        self.addCleanup(os.unlink, f"{self.folder}.fault")
        environment = {"LD_PRELOAD": str(BUILT / "libdisk_fault.so"), "DISK_FAULT": f"{self.folder}.fault"}
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            broker.stop()
            with self.feed(broker.url, rounds=100, environment=environment) as feeder:
                wait_until(lambda: self.rows_on_disk() > 0, "the disk takes rows")
                self.set_fault(f"error {error}")
                wait_until(lambda: "the disk takes nothing, rows stay in memory: " in feeder.log(), "it says so")
                self.set_fault("")
                wait_until(lambda: "the disk takes rows again" in feeder.log(), "the disk takes rows again")
                broker.start()
                result = feeder.finish()
            rows = self.arrived(subscriber, 300)
        self.assertIn(words, result["log"])
        self.assertEqual([row["sequence"] for row in rows], list(range(1, 301)))
        self.assertEqual(by_key(rows), feeder.expected())
        self.assertEqual((result["not_given"], result["sinks"][0]["dropped"]), (0, 0))
        self.assertEqual(glob.glob(f"{self.folder}/*corrupt*"), [])

    def test_a_disk_that_becomes_read_only(self):
        self.fails_with(READ_ONLY, "disk I/O error: Read-only file system")

    def test_a_disk_that_breaks_and_is_mended(self):
        self.fails_with(BROKEN, "disk I/O error: Input/output error")

    def test_a_folder_that_cannot_be_used_leaves_memory(self):
        with open(f"{self.folder}/file", "w") as file:
            file.write("in the way")
        os.makedirs(f"{self.folder}/odd/readings.db")
        for folder, words in (
            (f"{self.folder}/file", "Not a directory"),
            (f"{self.folder}/odd", "unable to open database file: Is a directory"),
            ("/proc/none", "No such file or directory"),
        ):
            with self.subTest(folder), Mosquitto() as broker, Subscriber(broker) as subscriber:
                with self.feed(broker.url, folder=folder) as feeder:
                    result = feeder.finish()
                self.assertEqual(by_key(self.arrived(subscriber, 15)), feeder.expected())
                self.assertIn(f"{folder} cannot be used: {words}", result["log"])
                self.assertIn("rows are kept in memory only until the agent is started again", result["log"])


class Damage(Faults):
    """A file that another agent left, which was killed with 150 rows in it."""

    @classmethod
    def setUpClass(cls):
        cls.whole = tempfile.mkdtemp(prefix="hallwatch-test-")
        cls.addClassCleanup(shutil.rmtree, cls.whole)
        killed = Feeder(FEEDER, mqtt=NOBODY, folder=cls.whole, rounds=50)

        def rows():
            try:
                with closing(sqlite3.connect(f"file:{cls.whole}/readings.db?mode=ro", uri=True)) as db:
                    return db.execute("SELECT count(*) FROM rows").fetchone()[0]
            except sqlite3.Error:
                return 0

        with killed:
            wait_until(lambda: rows() == 150, "150 rows are committed")
            killed.process.kill()
        cls.start_ms = killed.start_ms

    def after(self, damage):
        """What arrives from an agent that finds a file damaged like this: (its rows, those of before, gaps, its log)."""
        for path in glob.glob(f"{self.whole}/*"):
            shutil.copy(path, self.folder)
        damage(self.file)
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            options = {"rounds": 2, "first": 50, "start_ms": self.start_ms}
            with self.feed(broker.url, **options) as feeder:
                result = feeder.finish()
            all_of = feeder.expected(rounds=range(52))
            came = wait_until(lambda: self.has_new(subscriber, feeder) and by_key(rows_of(subscriber.messages())), "rows")
        self.assertEqual({key: all_of.get(key) for key in came}, came, "nothing comes that was not")
        self.assertEqual(result["sinks"][0]["waiting"], 0)
        return len(came) - feeder.total, result["log"]

    def has_new(self, subscriber, feeder):
        new = feeder.expected(rounds=range(50, 52))
        return new.items() <= by_key(rows_of(subscriber.messages())).items()

    def is_set_aside(self, damage, why):
        old, log = self.after(damage)
        self.assertEqual(old, 0)
        aside = [path for path in glob.glob(f"{self.file}.corrupt-*") if not path.endswith("-shm")]
        self.assertIn(f"{self.file} cannot be used ({why}); it is kept as {self.file}.corrupt-", log)
        self.assertTrue(aside)
        return aside

    def test_nothing_is_wrong_with_it(self):
        self.assertEqual(self.after(lambda path: None)[0], 1500)

    def test_a_header_that_is_no_database_s(self):
        def damage(path):
            execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            flip(path, 0, 64)

        self.is_set_aside(damage, "file is not a database")

    def test_pages_that_are_garbage(self):
        def damage(path):
            execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            flip(path, 4096, os.path.getsize(path))

        self.is_set_aside(damage, "database disk image is malformed")

    def test_a_file_that_is_cut(self):
        def damage(path):
            execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            os.truncate(path, os.path.getsize(path) // 2)

        self.is_set_aside(damage, "database disk image is malformed")

    def test_a_file_that_is_empty(self):
        def damage(path):
            os.unlink(f"{path}-wal")
            os.truncate(path, 0)

        self.is_set_aside(damage, "it is empty")

    def test_a_log_that_is_left_alone(self):
        for damage in (os.unlink, lambda path: os.truncate(path, 0)):
            with self.subTest(damage):
                aside = self.is_set_aside(damage, "it is gone or empty, and only its log is left")
                self.assertTrue([path for path in aside if path.endswith("-wal")])
                for path in glob.glob(f"{self.folder}/*"):
                    os.unlink(path)

    def test_a_log_that_is_cut_or_garbled_gives_what_was_before(self):
        def cut(path):
            os.truncate(f"{path}-wal", os.path.getsize(f"{path}-wal") // 2)

        def garble(path):
            flip(f"{path}-wal", os.path.getsize(f"{path}-wal") // 2, 4096)

        for damage in (cut, garble):
            with self.subTest(damage.__name__):
                old, _ = self.after(damage)
                self.assertGreater(old, 0)
                self.assertLess(old, 1500)

    def test_a_file_of_a_newer_agent(self):
        self.is_set_aside(lambda path: execute(path, "PRAGMA user_version=99"), "it is of version 99, this agent's is 1")

    def test_one_page_in_the_middle_costs_no_start(self):
        """Whatever cannot be read any more: the rest arrives, and a file that stays corrupt is set aside."""

        def damage(path):
            execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            flip(path, os.path.getsize(path) // 8192 * 4096, 4096)

        _, log = self.after(damage)
        self.assertIn("database disk image is malformed", log)


class Clock(Faults):
    """The wall clock of a running agent is set by an hour."""

    def step(self, seconds):
        """Times of a fast and a routine series, before and after: [(topic's last part, ms)] in the order of arrival."""
        clock = f"{self.folder}/clock"
        environment = {"LD_PRELOAD": str(BUILT / "libset_clock.so"), "SET_CLOCK": clock}
        device = {"name": "rpu", "driver": "orv3_rpu", "url": f"replay:{RPU}"}
        spool = {"folder": f"{self.folder}/spool", "spill_after": "0ms", "quota_age": "1min"}
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            sink = {"name": "broker", "type": "mqtt", "url": broker.url}
            poll = {"fast": "100ms", "normal": "200ms"}
            with Agent([device], [sink], environment=environment, poll=poll, spool=spool) as agent:
                before = len(self.arrived(subscriber, 10))
                began = time.time()
                Path(clock).write_text(str(seconds))
                wait_until(lambda: len(rows_of(subscriber.messages())) > before + 30, "polls go on")
                status, _ = agent.stop()
                log = agent.log()
            self.assertEqual(status, 0)
            return self.times(subscriber), before, began, log

    def times(self, subscriber):
        """Of each series, the times at which it came."""
        times = {}
        for row in rows_of(subscriber.messages()):
            for reading in row.get("readings", []):  # the state of an alarm has none
                key = tuple(value for name, value in reading.items() if name not in ("value", "quality"))
                key += tuple(row.get(of) for of in ("device", "node", "alarm"))
                times.setdefault(key, []).append(row["time"])
        return times

    def assert_in_order(self, times):
        for key, of_series in times.items():
            self.assertEqual(of_series, sorted(set(of_series)), f"{key} is in order and at no time twice")

    def test_an_hour_back_gives_no_earlier_time(self):
        times, _, began, log = self.step(-3600)
        self.assert_in_order(times)
        last = max(max(of_series) for of_series in times.values()) / 1000
        self.assertGreaterEqual(last, began - 1)
        self.assertLess(last, time.time())
        self.assertRegex(log, "the clock was set back: readings are stamped 3(599|600) s later than it says")
        self.assertNotIn("dropped", log)

    def test_an_hour_forward_is_followed_and_nothing_is_too_old(self):
        times, _, began, log = self.step(3600)
        self.assert_in_order(times)
        self.assertGreater(max(max(of_series) for of_series in times.values()) / 1000, began + 3599)
        self.assertNotIn("dropped", log)
        self.assertNotIn("quota", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
