#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/try as a newcomer runs it: everything arrives, a second run builds nothing, and whatever way it ends it leaves no
process and no file behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

from agent import Agent
from hallsim import Hallsim
from servers import VictoriaMetrics

TOP = Path(__file__).resolve().parent.parent.parent
TRY, README = TOP / "deploy" / "try", TOP / "README.md"
BUILD_LIMIT_S, RUN_LIMIT_S, STOP_LIMIT_S = 240, 90, 30
# A compiler in front of the real one: an object that the build under test has is taken from there, with what it depends
# on, so that nothing is compiled twice.
COMPILER = """#!/usr/bin/python3
import os, shutil, sys
words = sys.argv[1:]
option = lambda name: words[words.index(name) + 1] if name in words else ""
made, depends = os.path.join("{build}", option("-o")), os.path.join("{depends}", option("-o") + ".d")
if "-c" in words and os.path.isfile(made) and os.path.isfile(depends):
    shutil.copy(made, option("-o"))
    shutil.copy(depends, option("-MF"))
else:
    os.execv("{real}", ["{real}", *words])
"""


def processes_of(folder):
    """Ids of the processes whose environment has this folder for temporary files: everything that a run started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"TMPDIR={folder}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            pass  # ended meanwhile, or somebody else's
    return found


def seeded(folder):
    """The environment in which `cc` takes objects from the build under test, where the same compiler made them."""
    build = os.environ.get("HALLWATCH_BUILD", "")
    cc, gcc = (os.path.realpath(shutil.which(name) or "") for name in ("cc", "gcc"))
    if not build or cc != gcc:
        return {}
    told = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=False).stdout
    for head, *files in (part.split() for part in re.split(r"\n\n", told) if ".o: #deps" in part):
        needed = [word for word in files if "/" in word]
        path = folder / "depends" / (head.rstrip(":") + ".d")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head} {' '.join(needed)}\n", encoding="utf-8")
    compiler = folder / "cc"
    compiler.write_text(COMPILER.format(build=build, depends=folder / "depends", real=cc), encoding="utf-8")
    compiler.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def answers(database, query):
    """What the database says to a query; [] where it knows nothing of it."""
    parameters = urllib.parse.urlencode({"query": query, "nocache": 1})
    with urllib.request.urlopen(f"{database}/api/v1/query?{parameters}", timeout=10) as answer:
        return json.load(answer)["data"]["result"]


def queries_of_the_readme():
    return re.search(r"(?s)```promql\n(.*?)```", README.read_text(encoding="utf-8"))[1].splitlines()


def wait_until(condition, limit_s, what):
    end = time.monotonic() + limit_s
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {limit_s} s")
        time.sleep(0.1)
    return result


class Try(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="hallwatch-test-") as folder:
            environment = {**os.environ, **seeded(Path(folder))}
            limit_s = BUILD_LIMIT_S + RUN_LIMIT_S
            subprocess.run([TRY, "--once"], env=environment, stdout=subprocess.DEVNULL, timeout=limit_s, check=False)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hallwatch-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {**os.environ, "TMPDIR": folder.name}

    def start(self, *options):
        process = subprocess.Popen(
            [TRY, *options], cwd="/", env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is None and (process.terminate(), process.wait()))
        return process

    def started(self, name):
        """The process of that name which the run has started."""

        def find():
            for process in processes_of(self.folder):
                try:
                    if Path(f"/proc/{process}/comm").read_text().strip() == name:
                        return process
                except OSError:
                    pass
            return None

        return wait_until(find, RUN_LIMIT_S, f"{name} runs")

    def check_nothing_is_left(self):
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_once_finds_every_device_in_both_and_builds_nothing_again(self):
        process = self.start("--once")
        text, _ = process.communicate(timeout=RUN_LIMIT_S)
        self.assertEqual(process.returncode, 0, text)
        self.assertIn("packages: nothing to install\nbuild: nothing to build\n", text)
        self.assertEqual(len(re.findall(r"(?m)^(pdu|meter|ups|rpu)-\S+ +[1-9]\d* +\d+ % +[1-9]\d*$", text)), 24, text)
        self.assertNotIn("MISSING", text)
        self.check_nothing_is_left()

    def test_once_fails_and_says_what_did_not_arrive(self):
        process = self.start("--once")
        os.kill(self.started("mosquitto_sub"), signal.SIGSTOP)
        text, _ = process.communicate(timeout=RUN_LIMIT_S)
        self.assertEqual(process.returncode, 1, text)
        self.assertRegex(text, r"MISSING \S+: no reading reached the broker")
        self.assertNotIn("reached the database", text)
        self.assertIn("The end of hallwatch.log:", text)
        self.check_nothing_is_left()

    def test_once_fails_at_once_when_the_agent_ends(self):
        process = self.start("--once")
        os.kill(self.started("hallwatch"), signal.SIGKILL)
        text, _ = process.communicate(timeout=RUN_LIMIT_S)
        self.assertEqual(process.returncode, 1, text)
        self.assertIn("hallwatch ended", text)
        self.check_nothing_is_left()

    def test_table_goes_on_until_it_is_stopped_and_the_queries_of_the_readme_answer(self):
        process = self.start()
        lines = []
        while not (lines and re.match(r"site try, gateway try: \d+ of 24 devices up", lines[-1])):
            line = process.stdout.readline()
            self.assertTrue(line, "".join(lines))
            lines.append(line)
        self.assertIn("mosquitto_sub", "".join(lines))
        database = re.search(r"http://[\d.:]+", "".join(lines))[0]
        for query in queries_of_the_readme():
            wait_until(lambda: answers(database, query), RUN_LIMIT_S, query)
        process.terminate()
        process.communicate(timeout=STOP_LIMIT_S)
        self.assertEqual(process.returncode, 143)
        self.check_nothing_is_left()

    def test_the_story_is_told_until_it_is_stopped(self):
        process = self.start("--story")
        lines = []
        while not (lines and "job too many" in lines[-1]):
            line = process.stdout.readline()
            self.assertTrue(line, "".join(lines))
            lines.append(line)
        self.assertIn("training", "".join(lines))
        process.terminate()
        process.communicate(timeout=STOP_LIMIT_S)
        self.assertEqual(process.returncode, 143)
        self.check_nothing_is_left()


class Queries(unittest.TestCase):
    """The queries of the README in a hall with topology, where nodes have the metrics and labels of devices."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-")))
        self.database = self.enterContext(VictoriaMetrics())
        options = (TOP / "deploy" / "story" / "hall.txt").read_text(encoding="utf-8").split()
        files = [self.folder / "wiring.csv", self.folder / "power.csv"]
        hall = self.enterContext(Hallsim(*options, "--wiring", files[0], "--topology", files[1]))
        level = {"warning": "80 %", "critical": "95 %"}
        self.enterContext(Agent(
            [],
            [{"name": "database", "type": "remote_write", "url": self.database.write_url, "batch_wait": "200ms"}],
            maps=[str(TOP / "deploy" / "story" / "chiller.yaml")],
            inventory=[str(hall.inventory)],
            wiring=str(files[0]),
            power={"topology": str(files[1]), "budgets": dict.fromkeys(("intake", "feed", "rack"), level)},
        ))  # fmt: skip

    def sums(self, query, label):
        """{label's value: what the database says}."""
        return {one["metric"].get(label, ""): float(one["value"][1]) for one in self.database.query(query, nocache=1)}

    def check_agree(self, query, nodes, label, count):
        def agree():
            told, known = self.sums(query, label), self.sums(nodes, label)
            near = all(abs(told.get(name, 0) - watts) <= 0.1 * watts for name, watts in known.items())
            return len(known) == count and told.keys() == known.keys() and near

        try:
            wait_until(agree, RUN_LIMIT_S, query)
        except TimeoutError:
            self.fail(f"{query}: {self.sums(query, label)}\nis not what the nodes say: {self.sums(nodes, label)}")

    def test_the_power_of_racks_and_ups_is_that_of_their_nodes(self):
        racks, _, ups, _, _ = queries_of_the_readme()
        power = 'facility_active_power_watts{{class="{}", node!="", phase="total", point=""}}'
        self.check_agree(racks, f'sum by (rack) ({power.format("rack")})', "rack", 8)
        self.check_agree(ups, f'sum by (feed) ({power.format("ups")})', "feed", 2)


if __name__ == "__main__":
    unittest.main()
