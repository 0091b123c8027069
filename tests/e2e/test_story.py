#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The story of deploy/try --story, judged: every alarm that was expected comes, in its order and because of what it should,
and nothing else does. While feed A is lost hallwatch says of it what README.md shows."""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
from hallsim import BINARY, TOP
from servers import Mosquitto, wait_until

STORY = TOP / "deploy" / "story"
sys.path.insert(0, str(STORY))
import story  # noqa: E402

LIMIT_S = 200


def shown_in_readme():
    """[(command, the lines that README.md shows of its answer)]."""
    text = (TOP / "README.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S))
    answers = re.findall(r"^\$ (hallwatch .*)\n((?:(?!\$ ).*\n)*)", blocks, re.M)
    return [(command, [line for line in lines.splitlines() if line != "..."]) for command, lines in answers]


def without_numbers(text):
    """What stays the same from one story to the next: the words, in any order, for what follows comes in any."""
    return sorted(re.sub(r"-?\d+(\.\d+)?", "#", text.replace(",", " ")).split())


class TheStory(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hallwatch-story-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, log, *command):
        with open(self.folder / log, "wb") as file:
            process = subprocess.Popen(command, cwd=self.folder, stdout=file, stderr=subprocess.STDOUT)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        return process

    def log(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def start_hall(self):
        options = (STORY / "hall.txt").read_text(encoding="utf-8").split()
        files = {"--inventory": "inventory.csv", "--wiring": "wiring.csv", "--topology": "power.csv"}
        self.start("played", BINARY, *options, *(word for pair in files.items() for word in pair), "--script", STORY / "script.txt")
        wait_until(lambda: "ready" in self.log("played"), "hallsim serves")

    def configure(self, broker):
        shutil.copy(STORY / "chiller.yaml", self.folder)
        text = (STORY / "hallwatch.yaml").read_text(encoding="utf-8").replace(":1883", f":{broker.port}")
        lines = [line for line in text.splitlines() if "remote_write" not in line]
        (self.folder / "hallwatch.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def is_lost(self, told):
        return any(change.rule == "breaker_trip" and change.state == "active" for change in told.alarms.values())

    def ask(self):
        """What the answers lack of the lines that are shown; what follows from the trip comes within seconds."""
        lacking = []
        for command, lines in shown_in_readme():
            words = shlex.split(command)[1:]
            if words[0] == "status":
                words += ["--config", "hallwatch.yaml"]
            done = subprocess.run([hallwatch.BINARY, *words], cwd=self.folder, capture_output=True, text=True, timeout=30)
            said = [without_numbers(line) for line in done.stdout.splitlines()]
            lacking += [f"{command} lacks: {line}\n{done.stdout}{done.stderr}" for line in lines if without_numbers(line) not in said]
        return lacking

    def test_every_alarm_comes_in_its_order_and_no_other(self):
        broker = Mosquitto()
        self.enterContext(broker)
        self.start_hall()
        self.configure(broker)
        subscriber = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", "hallwatch/#", "-q", "1", "-F", "%t %p"]
        self.start("received", *subscriber)
        agent = self.start("log", hallwatch.BINARY, "run", "hallwatch.yaml")
        end = time.monotonic() + LIMIT_S
        lacking = ["feed A was never lost"]

        def goes_on(told):
            self.assertIsNone(agent.poll(), self.log("log"))
            self.assertLess(time.monotonic(), end, f"the story does not end: {told.rows}")
            if lacking and self.is_lost(told):
                lacking[:] = self.ask()

        told = story.tell(self.folder / "received", self.folder / "played", goes_on)
        differences = story.compare(story.read_expected(STORY / "expected.csv"), told)
        seen = [f"{change.story} {change.state} {change.name()} {story.details(change, told)}" for change in told.changes]
        self.assertEqual(differences, [], "\n".join([*seen, self.log("log")]))
        self.assertEqual(len(shown_in_readme()), 4)
        self.assertEqual(lacking, [], "\n".join(map(str, lacking[:1])))


def row(step, state, rule, subject, cause="", begin="1:00", end="2:00"):
    return {"step": step, "from": begin, "to": end, "state": state, "rule": rule, "subject": subject, "cause": cause}


class Comparing(unittest.TestCase):
    """That a story which is another one is told from the right one, and how."""

    expected = [
        row("1", "active", "breaker_trip", "io-1"),
        row("2", "suppressed", "device_silent", "pdu-1", "breaker_trip"),
        row("2", "suppressed", "device_silent", "pdu-2", "breaker_trip"),
        row("3", "normal", "breaker_trip", "io-1"),
    ]
    told = (
        ("a", "active", "breaker_trip", "io-1", ""),
        ("c", "suppressed", "device_silent", "pdu-2", "a"),
        ("b", "suppressed", "device_silent", "pdu-1", "a"),
        ("a", "normal", "breaker_trip", "io-1", ""),
    )

    def differences(self, told, at="1:30"):
        teller = story.Story(None, None)
        teller.now = lambda: at
        for name, state, rule, subject, cause in told:
            message = {"alarm": name, "state": state, "rule": rule, "device": subject, "priority": 1}
            teller.take_change({**message, **({"cause": cause} if cause else {})})
        return story.compare(self.expected, teller)

    def test_the_right_one_in_either_order_within_a_step(self):
        self.assertEqual(self.differences(self.told), [])
        first, second, third, last = self.told
        self.assertEqual(self.differences((first, third, second, last)), [])
        self.assertEqual(self.differences((first, first, second, third, last)), [], "what says more of the same")

    def test_what_differs_is_said(self):
        first, second, third, last = self.told
        self.assertEqual(
            self.differences((first, second, last)),
            ["did not come: suppressed device_silent pdu-1 because of breaker_trip, from 1:00 to 2:00"],
        )
        self.assertRegex(self.differences((*self.told, ("d", "active", "bus_dead", "feed", "")))[0], "not expected: active bus_dead feed")
        self.assertRegex(self.differences((second, first, third, last))[0], "later than what was to follow it: active breaker_trip")
        self.assertRegex(self.differences((first, second, last, third))[0], "later than what was to follow it: .* pdu-1")
        self.assertRegex(self.differences((first, second, ("b", "suppressed", "device_silent", "pdu-1", ""), last))[0], "not expected")
        self.assertEqual(len(self.differences(self.told, "2:01")), 4)


if __name__ == "__main__":
    unittest.main()
