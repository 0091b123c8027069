#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hallwatch tree and why, and what hallwatch status opens with: of a simulated hall whose feed is lost, live and as it was saved."""

import csv
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import hallwatch
from agent import Agent
from hallsim import Hallsim
from servers import wait_until

OK, USAGE, UNREACHABLE = 0, 2, 3
LIMIT_S = 60
WIDTH = 80


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Hall:
    """A row of two racks on two feeds, and the agent that watches it."""

    def __init__(self, test):
        folder = Path(test.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-tree-")))
        self.topology, self.wiring = folder / "power.csv", folder / "wiring.csv"
        self.sim = test.enterContext(
            Hallsim("--hall", "rows=1,racks=2,chillers=1,liquid=0", "--topology", self.topology, "--wiring", self.wiring)
        )
        devices = [
            {key: row[key] for key in ("name", "driver", "url", "row", "rack", "feed") if row[key]}
            for row in self.sim.devices.values()
            if not row["name"].startswith("chiller")
        ]
        self.contacts = read(self.wiring)
        for device in devices:
            inputs = [contact for contact in self.contacts if contact["device"] == device["name"]]
            if inputs:
                device["inputs"] = [{key: value for key, value in row.items() if key != "device" and value} for row in inputs]
        nodes = [self.node(row) for row in read(self.topology) if row["kind"] not in ("chiller", "header")]
        budget = {"warning": "80 %", "critical": "95 %"}
        self.agent = test.enterContext(
            Agent(
                devices,
                poll={"fast": "200ms", "normal": "500ms"},
                power={
                    "nodes": nodes,
                    "budgets": {row["budget"]: budget for row in nodes if "budget" in row},
                    "alarms": [{"name": "bus_dead", "on_delay": "200ms"}],
                },
            )
        )

    @staticmethod
    def node(row):
        lists = ("sources", "rating", "meters")
        kept = {key: value for key, value in row.items() if value and key != "cooled_by"}
        return {key: [one.strip() for one in value.split(";")] if key in lists else value for key, value in kept.items()}

    def ask(self, command, *arguments, expect=OK):
        environment = {"COLUMNS": str(WIDTH), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [hallwatch.BINARY, command, *map(str, arguments)], capture_output=True, text=True, timeout=60, env=environment, check=False
        )
        if done.returncode != expect:
            raise AssertionError(f"{command} {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def tree(self, *arguments, **options):
        return self.ask("tree", self.agent.config, *arguments, **options)

    def line(self, name, *arguments):
        """The first line of the tree that is about the node."""
        about = re.compile(r"[│├└─╌ ]*" + re.escape(name) + "  ")
        return next((line for line in self.tree(*arguments).splitlines() if about.match(line)), "")


class Live(unittest.TestCase):
    def test_a_feed_is_lost(self):
        hall = Hall(self)
        wait_until(lambda: "kW" in hall.line("rack-1-02") and "kW" in hall.line("feed-1-B"), "all nodes have their power", LIMIT_S)
        self.check_well(hall)
        self.check_why(hall)
        saved = hall.agent.path / "saved.json"
        saved.write_text(hall.ask("status", "--config", hall.agent.config, "--json"), encoding="utf-8")
        hall.sim.ask("feed 1 A lost")
        wait_until(lambda: "incident" in hall.ask("status", "--config", hall.agent.config), "the agent raises an alarm", LIMIT_S)
        wait_until(lambda: " P" in hall.line("feed-1-A"), "the tree marks it", LIMIT_S)
        self.check_alarm(hall)
        self.assertNotIn(" P1", hall.tree("--from", saved), "as it was saved nothing is wrong")
        self.assertIn("structure only", self.without_agent(hall))

    def check_well(self, hall):
        tree = hall.tree()
        lines = tree.splitlines()
        self.assertTrue(all(len(line) <= WIDTH for line in lines), tree)
        for name in ("ups-A", "ups-B", "feed-1-A", "pdu-1-01-B", "rack-1-01"):
            self.assertIn(name, tree)
        self.assertEqual(sum("rack-1-01" in line and "see below pdu-1-01-A" in line for line in lines), 1, tree)
        self.assertNotIn("\033", tree, "no colours but on a terminal")
        below = hall.tree("feed-1-B")
        self.assertNotIn("feed-1-A", below)
        self.assertNotIn("see below", below)
        shallow = hall.tree("--depth", "1")
        self.assertIn("… 2 racks", shallow)
        self.assertNotIn("feed-1", shallow)
        dot = hall.tree("--dot")
        self.assertTrue(dot.startswith("digraph power {") and dot.endswith("}\n"), dot)
        self.assertEqual(dot.count("label="), len({line["name"] for line in hall.agent.settings["power"]["nodes"]}))
        self.assertIn('did you mean "feed-1-A"', self.complaint(hall, "tree", hall.agent.config, "feed-1-a1"))
        self.assertIn("--depth", self.complaint(hall, "tree", hall.agent.config, "--depth", "x"))

    def complaint(self, hall, *arguments):
        done = subprocess.run([hallwatch.BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, USAGE, done)
        return done.stderr

    def check_why(self, hall):
        why = hall.ask("why", "feed-1-A", hall.agent.config)
        for words in ("hallwatch.yaml:", "supply      live", "of its meters: meter-1-A", "holding 306", "in kW", "good", "usable 50 A = 50 A rated", "budget      feed"):
            self.assertIn(words, why)
        self.assertIn("of what", hall.ask("why", "rack-1-01", hall.agent.config))
        self.assertIn("no node", self.complaint(hall, "why", "nobody", hall.agent.config))

    def check_alarm(self, hall):
        document = json.loads(hall.ask("status", "--config", hall.agent.config, "--json"))
        self.assertEqual({node["name"] for node in document["nodes"]}, {node["name"] for node in hall.agent.settings["power"]["nodes"]})
        self.assertTrue(all(node["readings"] for node in document["nodes"]), "each node is told")
        alarm = next(one for one in document["alarms"] if one["state"] == "active" and not one.get("cause"))
        why = hall.ask("why", alarm["id"], hall.agent.config)
        for words in (alarm["id"], alarm["rule"], f"P{alarm['priority']} when", "raised", "ended"):
            self.assertIn(words, why)
        status = hall.ask("status", "--config", hall.agent.config)
        self.assertLess(status.index("\nalarms "), status.index("DEVICE "))
        self.assertIn(f"[{alarm['id']}]", status)
        for words in ("\npower ", "\nblind spots ", "\nclock "):
            self.assertIn(words, status)

    def without_agent(self, hall):
        hall.agent.process.terminate()
        hall.agent.process.wait(60)
        self.assertEqual(hall.ask("why", "feed-1-A", hall.agent.config, expect=UNREACHABLE), "")
        return hall.tree()


if __name__ == "__main__":
    unittest.main()
