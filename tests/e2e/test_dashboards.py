#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The Grafana dashboards: they are what deploy/dashboards/make writes, are well formed, and every query of every panel has an
answer, in VictoriaMetrics and in Prometheus, and in a Prometheus that scrapes, when a simulated hall and a recording of every
driver are read."""

import contextlib
import csv
import itertools
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path
from xml.etree import ElementTree

import hallwatch
from agent import Agent
from hallsim import TOP, Hallsim
from servers import Prometheus, VictoriaMetrics, free_port, http, wait_until

FOLDER = TOP / "deploy" / "dashboards"
LIMIT_S = 60
RATE_INTERVAL = "1m"  # what Grafana takes where the data source says nothing: four times 15 s
# Panels that have no data here, by dashboard and title, and why.
EXCEPTIONS = {
    (
        "power",
        "Contract demand",
    ): "a block of demand lasts 15 minutes, and is told when one has begun and ended",
    ("class-genset", "Device temperature"): "in the recordings of generators these sensors are not fitted",
    ("class-sensor", "Outlet state"): "no recorded sensor has outlets",
}


def dashboards():
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


class Form(unittest.TestCase):
    def test_they_are_what_is_generated(self):
        done = subprocess.run(
            [FOLDER / "make", "--check"],
            env={"HALLWATCH": hallwatch.BINARY},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, f"run deploy/dashboards/make: {done.stdout}{done.stderr}")

    def test_names_are_unique(self):
        boards = dashboards().values()
        for key in ("uid", "title"):
            names = [board[key] for board in boards]
            self.assertEqual(len(names), len(set(names)), key)
        for board in boards:
            self.assertLessEqual(len(board["uid"]), 40, "Grafana's limit")
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)), board["title"])
            titles = [panel["title"] for panel in panels(board)]
            self.assertEqual(len(titles), len(set(titles)), f"{board['title']}: {titles}")

    def test_panels_do_not_overlap(self):
        for board in dashboards().values():
            boxes = [(panel["title"], panel["gridPos"]) for panel in board["panels"]]
            for title, box in boxes:
                self.assertLessEqual(box["x"] + box["w"], 24, title)
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                apart = (
                    a["x"] + a["w"] <= b["x"]
                    or b["x"] + b["w"] <= a["x"]
                    or a["y"] + a["h"] <= b["y"]
                    or b["y"] + b["h"] <= a["y"]
                )
                self.assertTrue(apart, f"{board['title']}: {one} and {other}")

    def test_each_panel_says_what_it_shows(self):
        for board in dashboards().values():
            variables = {one["name"] for one in board["templating"]["list"]}
            self.assertIn("datasource", variables)
            for panel in panels(board):
                with self.subTest(board=board["title"], panel=panel["title"]):
                    self.assertTrue(panel["description"].endswith("."))
                    self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})
                    self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                    self.assertTrue(panel["fieldConfig"]["defaults"]["noValue"])
                    self.assertTrue(panel["targets"])
                    for target in panel["targets"]:
                        self.assertEqual(target["datasource"], panel["datasource"])
                        used = set(re.findall(r"\$(\w+)", target["expr"])) - {"__rate_interval", "__range"}
                        self.assertLessEqual(used, variables)

    def test_they_name_metrics_that_there_are(self):
        known = set(re.findall(r"facility_\w+", hallwatch.run("drivers", "--metrics").stdout)) | {
            "facility_component_info"
        }
        for name, board in dashboards().items():
            self.assertLessEqual(set(re.findall(r"\bfacility_\w+", json.dumps(board["panels"]))), known, name)


class Variables:
    """The variables of a dashboard, as Grafana fills them from a database: all of each, or some values as a pattern."""

    def __init__(self, server, board):
        self.server = server
        self.all, self.some, self.empty = {}, {}, []
        for one in board["templating"]["list"]:
            if one["type"] == "query":
                self.all[one["name"]] = one["allValue"]
                # In the order of the dashboard: each offers what is in what was chosen before.
                values = self.values(self.filled(one["definition"], self.all))
                if not values:
                    self.empty.append(one["name"])
                self.some[one["name"]] = (
                    "(" + "|".join(re.escape(value).replace("\\", "\\\\") for value in values) + ")"
                    if values
                    else ".*"
                )

    def values(self, definition):
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", definition).groups()
        query = urllib.parse.urlencode(
            {"match[]": selector, "start": time.time() - 3600, "end": time.time() + 60}
        )
        return json.loads(http(f"{self.server.base}/api/v1/label/{label}/values?{query}"))["data"]

    @staticmethod
    def filled(text, values):
        text = text.replace("$__rate_interval", RATE_INTERVAL).replace("$__range", "1h")
        return re.sub(r"\$(\w+)", lambda hit: values[hit[1]], text)


def has_answer(server, expression, instant):
    """Whether a query has a number in its answer."""
    now = time.time()
    if instant:
        return any(not math.isnan(float(one["value"][1])) for one in server.query(expression))
    query = urllib.parse.urlencode({"query": expression, "start": now - 300, "end": now, "step": 5})
    found = json.loads(http(f"{server.base}/api/v1/query_range?{query}"))["data"]["result"]
    return any(not math.isnan(float(value)) for one in found for _, value in one["values"])


def recordings():
    """Options of hallsim: a recording of every driver."""
    for path in sorted(TOP.glob("tests/drivers/*/*.snmprec")) + sorted(
        TOP.glob("tests/drivers/*/*.registers")
    ):
        if (
            path.stem == path.parent.name and path.stem != "remote_io"
        ):  # what its inputs mean is the site's to say
            yield from ("--recording", path, "--driver", path.stem)


def variant_of(driver):
    """Which variant of its driver a recording is of."""
    path = TOP / "tests" / "drivers" / driver / "expected.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((json.loads(line)["variant"] for line in lines if '"variant"' in line), "")


@contextlib.contextmanager
def altered(path):
    """The rows of a CSV file; what is made of them is written."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    yield rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Answers(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-dashboards-")))

    def hall(self):
        files = ("--topology", self.folder / "power.csv", "--wiring", self.folder / "wiring.csv")
        hall = self.enterContext(
            Hallsim("--hall", "rows=2,racks=4,kw=16,chillers=2", "--seed", "19", *files, *recordings())
        )
        with altered(self.folder / "power.csv") as rows:
            for row in rows:  # a busway that carries more than its breaker bears for long
                overloaded = row["name"] == "feed-1-A"
                row["rating"] = "12 A;400 V" if overloaded else row["rating"]
                row["trip"] = "thermal-magnetic" if overloaded else ""
        with altered(hall.inventory) as rows:
            for row in rows:  # the recordings' devices stand in a rack, too
                row["variant"] = variant_of(row["driver"])
                row.update(row=row["row"] or "1", rack=row["rack"] or "1-01")
        shutil.copy(TOP / "deploy" / "story" / "chiller.yaml", self.folder)
        return hall

    def agent(self, hall, port, *servers):
        levels = {"warning": "75 %", "critical": "90 %", "on_delay": "1s"}
        return self.enterContext(Agent(
            [],
            [{"name": type(one).__name__.lower(), "type": "remote_write", "url": one.write_url, "batch_wait": "200ms"} for one in servers],
            http={"listen": f"127.0.0.1:{port}"},
            site="dashboards",
            inventory=[str(hall.inventory)],
            wiring=str(self.folder / "wiring.csv"),
            maps=[str(self.folder / "chiller.yaml")],
            poll={"normal": "1s", "slow": "2s"},
            spool={"folder": str(self.folder / "spool")},
            power={"topology": str(self.folder / "power.csv"), "contract": "200 kW", "publish": "1s",
                   "budgets": {kind: levels for kind in ("intake", "feed", "rack")},
                   "alarms": [{"name": "circuit_load_critical", "on_delay": "1s"}]},
        ))  # fmt: skip

    def scraper(self, port):
        """A Prometheus that asks the agent for /metrics."""
        config = self.folder / "scrape.yml"
        job = {"job_name": "hallwatch", "scrape_interval": "1s", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
        config.write_text(json.dumps({"scrape_configs": [job]}))
        return self.enterContext(Prometheus(config=config))

    def test_every_panel_has_data(self):
        hall = self.hall()
        written = [self.enterContext(VictoriaMetrics()), self.enterContext(Prometheus())]
        port = free_port()
        agent = self.agent(hall, port, *written)
        servers = [*written, self.scraper(port)]
        boards = dashboards()
        wait_until(
            lambda: all(one.query("facility_redundancy_state") for one in servers),
            "the hall is judged",
            LIMIT_S,
        )
        missing = {
            (f"{i + 1}. {type(server).__name__}", name, panel["title"], target["refId"]): (server, target)
            for i, server in enumerate(servers)
            for name, board in boards.items()
            for panel in panels(board)
            for target in panel["targets"]
        }

        def all_answer():
            variables = {
                (id(server), name): Variables(server, boards[name])
                for server in servers
                for name in {key[1] for key in missing}
            }
            for key, (server, target) in list(missing.items()):
                chosen = variables[id(server), key[1]]
                instant = target.get("instant", False)
                if all(
                    has_answer(server, chosen.filled(target["expr"], values), instant)
                    for values in (chosen.all, chosen.some)
                ):
                    del missing[key]
            left = {key[1:3] for key in missing} - set(EXCEPTIONS)
            return not left

        try:
            wait_until(all_answer, "every panel has data", LIMIT_S)
        except AssertionError:
            without = "\n".join(
                f"{key}: {target['expr']}"
                for key, (_, target) in missing.items()
                if key[1:3] not in EXCEPTIONS
            )
            self.fail(f"without data:\n{without}\n{agent.log()[-3000:]}")
        known = {key[1:3] for key in missing}
        self.assertLessEqual(set(EXCEPTIONS), known, "these have data: they are no exceptions")
        self.pictures(servers[0])

    def pictures(self, server):
        """They can be drawn of any hall, and are no larger than a page may load."""
        now = int(time.time())
        subprocess.run([FOLDER / "draw", server.base, str(now - 20), str(now), self.folder], check=True)
        for name in ("hall", "power", "rack", "agent"):
            text = (self.folder / f"{name}.svg").read_text(encoding="utf-8")
            self.assertLess(len(text), 60000)
            ElementTree.fromstring(text)
            self.assertIn("<polyline", text)


if __name__ == "__main__":
    unittest.main()
