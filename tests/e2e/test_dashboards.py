#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The Grafana dashboards: they are what deploy/dashboards/make writes, are well formed, and every query of every panel has an
answer, in VictoriaMetrics and in Prometheus, and in a Prometheus that scrapes, when a simulated hall and a recording of every
driver are read."""

import collections
import contextlib
import csv
import itertools
import json
import math
import re
import shutil
import subprocess
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
    ("power", "Contract demand"): "a block of demand lasts 15 minutes, and is told when one has begun and ended",
    ("class-genset", "Device temperature"): "in the recordings of generators these sensors are not fitted",
    ("class-sensor", "Outlet state"): "no recorded sensor has outlets",
}


def dashboards():
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def answers(server, board, panel, **chosen):
    """The series of a panel now, where all is chosen but what is said."""
    values = {one["name"]: ".*" for one in board["templating"]["list"]} | chosen
    return [one for target in panel["targets"] for one in server.query(Variables.filled(target["expr"], values))]


class Form(unittest.TestCase):
    def test_they_are_what_is_generated(self):
        command, environment = [FOLDER / "make", "--check"], {"HALLWATCH": hallwatch.BINARY}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"run deploy/dashboards/make: {done.stdout}{done.stderr}")

    def test_names_are_unique(self):
        boards = dashboards().values()
        for key in ("uid", "title"):
            names = [board[key] for board in boards]
            self.assertEqual(len(names), len(set(names)), key)
        for board in boards:
            self.assertLessEqual(len(board["uid"]), 40, "Grafana's limit")
            for key, of in (("id", board["panels"]), ("title", panels(board))):
                values = [panel[key] for panel in of]
                self.assertEqual(len(values), len(set(values)), f"{board['title']}: {values}")

    def test_panels_do_not_overlap(self):
        for board in dashboards().values():
            boxes = [(panel["title"], panel["gridPos"]) for panel in board["panels"]]
            for title, box in boxes:
                self.assertLessEqual(box["x"] + box["w"], 24, title)
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                apart = any(
                    first[at] + first[size] <= second[at]
                    for first, second in ((a, b), (b, a))
                    for at, size in (("x", "w"), ("y", "h"))
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

    def test_units_are_those_that_people_say(self):
        units = {panel["title"]: panel["fieldConfig"]["defaults"]["unit"] for board in dashboards().values() for panel in panels(board)}
        found = [units[title] for title in ("Current THD", "Current crest factor", "Runtime, last hour")]
        self.assertEqual(found, ["percentunit", "short", "s"])

    def test_they_name_metrics_that_there_are(self):
        known = {"facility_component_info", *re.findall(r"facility_\w+", hallwatch.run("drivers", "--metrics").stdout)}
        for name, board in dashboards().items():
            self.assertLessEqual(set(re.findall(r"\bfacility_\w+", json.dumps(board["panels"]))), known, name)


class Variables:
    """The variables of a dashboard, as Grafana fills them from a database: all of each, or some values as a pattern."""

    def __init__(self, server, board):
        self.server = server
        self.all, self.some = {}, {}
        for one in board["templating"]["list"]:
            if one["type"] == "query":
                self.all[one["name"]] = one["allValue"]
                # In the order of the dashboard: each offers what is in what was chosen before.
                values = self.values(self.filled(one["definition"], self.all))
                names = "|".join(re.escape(value).replace("\\", "\\\\") for value in values)
                self.some[one["name"]] = f"({names})" if values else ".*"

    def values(self, definition):
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", definition).groups()
        span = {"start": time.time() - 3600, "end": time.time() + 60}
        query = urllib.parse.urlencode({"match[]": selector, **span})
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


class Meaning(unittest.TestCase):
    """What panels say of what a database was given, each test at a site of its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(VictoriaMetrics())
        cls.boards = dashboards()

    def give(self, *samples):
        """(metric without facility_, value, labels); `age` is how many seconds ago: a query's time has no fractions of one."""
        lines = []
        for name, value, labels in samples:
            time_ms = round((time.time() - labels.pop("age", 1)) * 1000)
            text = ",".join(f'{label}="{word}"' for label, word in {"site": self.id(), **labels}.items())
            lines.append(f"facility_{name}{{{text}}} {value} {time_ms}\n")
        http(f"{self.server.base}/api/v1/import/prometheus", "".join(lines).encode())
        http(f"{self.server.base}/internal/force_flush")

    def shown(self, board, title, *labels):
        """{the values of some labels: the value} of a panel's series."""
        panel = next(one for one in panels(self.boards[board]) if one["title"] == title)
        found = answers(self.server, self.boards[board], panel, site=self.id())
        series = {tuple(one["metric"].get(label, "") for label in labels): float(one["value"][1]) for one in found}
        self.assertEqual(len(series), len(found), f"{labels} do not tell the series apart")
        return series

    def test_many_states_do_not_hide_the_one_that_matters(self):
        many = [f"{i}" for i in range(50)]
        here = {"hall": "1", "rack": "1"}
        for board, title, name, common, matters, more in (
            ("hall", "Alarms by what they are about", "alarm_condition_state", 3, 1, {"alarm": "cause"}),
            ("hall", "Leaks", "leak_state", 2, 1, {"class": "liquid"}),
            ("rack", "Leaks", "leak_state", 2, 1, {"class": "liquid"}),
            ("agent", "Devices with trouble", "device_state", 5, 4, {"class": "pdu"}),
            ("class-ups", "UPS battery state", "ups_battery_state", 7, 3, {"class": "ups"}),
        ):
            self.give(*((name, common, {**here, **more, "device": device}) for device in many),
                      (name, matters, {**here, **more, "device": "it"}))  # fmt: skip
            with self.subTest(board=board, title=title):
                self.assertEqual(self.shown(board, title, "device").get(("it",)), matters)

    def test_an_alarm_that_is_over_is_not_shown(self):
        self.give(*(("alarm_condition_state", code, {"hall": "1", "alarm": code}) for code in range(5)))
        shown = self.shown("hall", "Alarms by what they are about", "alarm")
        self.assertEqual(shown, {(f"{code}",): code for code in range(1, 5)})

    def test_silent_gateways_are_counted(self):
        boards = ("hall", "rack", "agent")
        self.assertEqual([self.shown(board, "Silent gateways") for board in boards], [{}] * 3, "nothing is not none")
        self.give(("clock_error_seconds", 0.1, {"gateway": "here"}))
        self.assertEqual([self.shown(board, "Silent gateways") for board in boards], [{(): 0}] * 3)
        self.give(*(("clock_error_seconds", 0.1, {"gateway": f"gone {age}", "age": age}) for age in (300, 86400, 8 * 86400)))
        self.assertEqual([self.shown(board, "Silent gateways") for board in boards], [{(): 2}] * 3)

    def test_all_gateways_may_be_silent(self):
        self.give(("clock_error_seconds", 0.1, {"gateway": "gone", "age": 300}))
        self.assertEqual(self.shown("hall", "Silent gateways"), {(): 1})

    def test_unknown_redundancy_is_not_kept(self):
        states = enumerate((1, 2, 2, 3, 4, 4, 4))
        self.give(*(("redundancy_state", state, {"hall": "1", "class": "rack", "node": i}) for i, state in states))
        for board in ("hall", "rack"):
            self.assertEqual(self.shown(board, "Redundancy lost"), {(): 2})
            self.assertEqual(self.shown(board, "Redundancy unknown"), {(): 3})

    def total(self, watts, kind, **labels):
        return "active_power_watts", watts, {"class": kind, "phase": "total", **labels}

    def test_the_same_power_is_counted_once(self):
        here = {"hall": "1", "row": "1", "rack": "1"}
        for feed, answers in (("A", 1), ("B", 1), ("B", 0)):
            pdu = {**here, "feed": feed, "device": f"{feed} {answers}"}
            self.give(("device_up", answers, {"class": "pdu", **pdu}), self.total(700, "pdu", node=f"pdu {feed}", **here, feed=feed),
                      *(self.total(800, "pdu", component=part, **pdu) for part in ("input", "output", "outlet")))  # fmt: skip
        self.assertEqual(self.shown("rack", "Power by feed", "rack", "feed"), {("1", "A"): 800, ("1", "B"): 800})
        self.assertEqual(self.shown("rack", "Share of feed A", "rack"), {("1",): 0.5})
        self.give(*(self.total(90, "meter", component=part, device="m", hall="1", feed="A") for part in ("input", "output")))
        self.assertEqual(self.shown("hall", "Power of meters by feed", "feed"), {("A",): 90})
        self.give(("sum_state", 2, {"class": "ups", "node": "u", "hall": "1"}), self.total(60, "ups", node="u", hall="1"),
                  self.total(50, "ups", node="u", hall="1", point="at_least"),
                  self.total(55, "ups", device="u", component="output", hall="1"))  # fmt: skip
        self.assertEqual(self.shown("hall", "Power by kind of node", "class"), {("ups",): 50})

    def test_feed_a_has_no_share_where_b_is_not_seen(self):
        pdu = {"class": "pdu", "hall": "1", "row": "1", "rack": "1", "feed": "A", "device": "a"}
        self.give(("device_up", 1, dict(pdu)), self.total(800, "pdu", component="inlet", **pdu))
        self.assertEqual(self.shown("rack", "Share of feed A"), {})

    def test_another_hall_has_a_row_1_too(self):
        for hall in ("1", "2"):
            node = {"hall": hall, "row": "1", "rack": "1-01", "node": f"{hall}/1-01"}
            self.give(("sum_state", 1, {"class": "rack", **node}), self.total(10, "rack", **node),
                      ("air_temperature_celsius", 24, {"class": "pdu", "device": f"pdu {hall}", **node, "node": ""}))  # fmt: skip
        self.assertEqual(self.shown("hall", "Power of racks by row", "hall", "row"), {("1", "1"): 10, ("2", "1"): 10})
        self.assertEqual(self.shown("hall", "Air of racks", "hall", "rack"), {("1", "1-01"): 24, ("2", "1-01"): 24})

    def test_exhaust_is_not_held_against_limits_of_inlets(self):
        for celsius, point in ((24, "inlet"), (38, "exhaust")):
            self.give(("air_temperature_celsius", celsius, {"hall": "1", "rack": "1", "device": "d", "point": point}))
        self.assertEqual(self.shown("hall", "Air of racks", "rack"), {("1",): 24})
        self.assertEqual(self.shown("rack", "Inlet air", "point"), {("inlet",): 24})
        self.assertEqual(self.shown("rack", "Other air", "point"), {("exhaust",): 38})


def recordings():
    """Options of hallsim: a recording of every driver."""
    for path in (*sorted(TOP.glob("tests/drivers/*/*.snmprec")), *sorted(TOP.glob("tests/drivers/*/*.registers"))):
        if path.stem == path.parent.name and path.stem != "remote_io":  # what its inputs mean is the site's to say
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
        size = ("--hall", "rows=2,racks=4,kw=16,chillers=2", "--seed", "19")
        hall = self.enterContext(Hallsim(*size, *files, *recordings()))
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
        judged = "facility_redundancy_state"
        wait_until(lambda: all(one.query(judged) for one in servers), "the hall is judged", LIMIT_S)
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
            return {key[1:3] for key in missing} <= set(EXCEPTIONS)

        try:
            wait_until(all_answer, "every panel has data", LIMIT_S)
        except AssertionError:
            left = {key: target for key, (_, target) in missing.items() if key[1:3] not in EXCEPTIONS}
            without = "\n".join(f"{key}: {target['expr']}" for key, target in left.items())
            self.fail(f"without data:\n{without}\n{agent.log()[-3000:]}")
        self.assertLessEqual(set(EXCEPTIONS), {key[1:3] for key in missing}, "these have data: they are no exceptions")
        self.nodes_are_nodes(servers[0], boards)
        self.pictures(servers[0])

    def nodes_are_nodes(self, server, boards):
        """The power board has no devices, and power is the same whether nodes or their meters are added."""
        for panel in panels(boards["power"]):
            for series in answers(server, boards["power"], panel):
                self.assertTrue(series["metric"].get("node"), f"{panel['title']}: {series}")
        found = {(name, panel["title"]): panel for name in ("hall", "rack") for panel in panels(boards[name])}

        def added(board, title, label):
            sums = collections.Counter()
            for one in answers(server, boards[board], found[board, title]):
                sums[one["metric"].get(label)] += float(one["value"][1])
            return sums

        def agree():
            of_pdus, of_racks = added("rack", "Power by feed", "rack"), added("rack", "Power", "rack")
            self.assertEqual(len(of_racks), 8)
            del of_racks["1-01"]  # the recordings' devices stand there
            pairs = [(of_pdus[rack], watts) for rack, watts in of_racks.items()]
            upses = server.query('sum(facility_active_power_watts{class="ups", node!="", phase="total", point=""})')
            pairs.append((added("hall", "Power by kind of node", "class")["ups"], float(upses[0]["value"][1])))
            return all(abs(one - other) < 0.02 * other for one, other in pairs)

        wait_until(agree, "sums of nodes are those of their meters", LIMIT_S)

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
