#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The commands that need no device: what they print, where, and with which exit status.

Usage: test_commands.py HALLWATCH [TEST ...]
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
OK, USAGE = 0, 2


def run(*arguments, folder=TOP):
    """Exit status, standard output and standard error of one call."""
    done = subprocess.run(
        [HALLWATCH, *arguments], capture_output=True, text=True, timeout=30, check=False, cwd=folder
    )
    return done.returncode, done.stdout, done.stderr


class Dispatch(unittest.TestCase):
    def test_version(self):
        status, out, err = run("--version")
        self.assertRegex(out, r"^hallwatch \d+\.\d+\.\d+\n$")
        self.assertEqual((status, err), (OK, ""))

    def test_help_lists_every_command_and_each_has_its_own(self):
        status, out, err = run("--help")
        self.assertEqual((status, err), (OK, ""))
        names = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
        self.assertEqual(names, sorted(set(names)))
        self.assertLessEqual({"check", "drivers", "read", "run", "status"}, set(names))
        for name in names:
            status, out, err = run(name, "--help")
            self.assertEqual((status, err), (OK, ""))
            self.assertTrue(out.startswith(f"usage: hallwatch {name}"), out)

    def test_wrong_calls_are_explained(self):
        cases = [
            (["chek"], 'hallwatch: unknown command "chek"; did you mean "check"?\n'),
            (["xylophone"], 'hallwatch: unknown command "xylophone"; hallwatch --help lists them\n'),
            (["check"], "hallwatch check: an argument is missing; see hallwatch check --help\n"),
            (["check", "a", "b"], "hallwatch check: one argument too many: b; see hallwatch check --help\n"),
            (["check", "--gatway=x"], "hallwatch check: unknown option --gatway=x; did you mean --gateway?\n"),
            (["check", "-g"], "hallwatch check: unknown option -g; see hallwatch check --help\n"),
            (["check", "a", "--gateway"], "hallwatch check: a value must follow --gateway; see hallwatch check --help\n"),
            (["drivers", "--json"], "hallwatch drivers: --metrics and --markdown go without NAME and --map, --json with one of them\n"),
            (["drivers", "--metrics=1"], "hallwatch drivers: no value belongs to --metrics=1; see hallwatch drivers --help\n"),
            (["status", "--json", "--device", "x"], "hallwatch status: --device and --json, --socket and --config exclude each other\n"),
            (["drivers", "raritan"], 'hallwatch drivers: unknown driver "raritan"; did you mean "raritan_px"?\n'),
        ]
        for arguments, expected in cases:
            with self.subTest(arguments=arguments):
                self.assertEqual(run(*arguments), (USAGE, "", expected))
        status, out, err = run()
        self.assertEqual((status, out), (USAGE, ""))
        self.assertIn("usage: hallwatch COMMAND", err)


class Check(unittest.TestCase):
    def test_example_is_right_for_each_gateway_it_names(self):
        status, out, err = run("check", "conf/hallwatch.yaml")
        self.assertEqual((status, err), (OK, ""))
        self.assertEqual(
            out,
            "conf/hallwatch.yaml: ok, 12 devices (2 apc_rpdu2, 1 orv3_rpu, 1 raritan_px, 2 remote_io, 1 rfc1628,"
            " 2 schneider_pm5000, 1 trane_ch530, 1 chiller_plant, 1 to be recognised), 5 sinks, 20 nodes\n",
        )

    def test_other_gateway_needs_its_secrets(self):
        status, out, err = run("check", "conf/hallwatch.yaml", "--gateway", "gw-2")
        self.assertEqual((status, out), (USAGE, ""))
        self.assertEqual(
            err.splitlines()[0].split(": ", 1)[1],
            "credentials.ro.community_file: cannot read conf/community.txt: no such file",
        )
        self.assertNotIn("credentials.core", err)  # systemd hands it to the service alone

    def test_every_mistake_goes_to_standard_error(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "h.yaml"
            path.write_text("sites: x\ninventory: d.csv\n", encoding="utf-8")
            (pathlib.Path(folder) / "d.csv").write_text("name,url\npdu,snmp://\n", encoding="utf-8")
            self.assertEqual(
                run("check", "h.yaml", folder=folder),
                (
                    USAGE,
                    "",
                    'h.yaml:1:1: unknown key "sites"; did you mean "site"?\n'
                    'h.yaml:1:1: "site" is missing\n'
                    "d.csv:2:5: url: the host is missing\n",
                ),
            )


class Drivers(unittest.TestCase):
    def test_list_names_every_file(self):
        files = sorted(path.stem for path in TOP.glob("drivers/*/*.c"))
        status, out, _ = run("drivers")
        self.assertEqual(status, OK)
        self.assertEqual([line.split()[0] for line in out.splitlines()[1:]], files)
        status, out, _ = run("drivers", "--markdown")
        rows = out.splitlines()
        self.assertEqual(rows[1], "| --- | --- | --- | --- | --- |")
        self.assertEqual([row.split("`")[1] for row in rows[2:]], files)

    def test_each_page_names_every_point(self):
        for path in TOP.glob("drivers/*/*.c"):
            with self.subTest(driver=path.stem):
                status, page, _ = run("drivers", path.stem)
                self.assertEqual(status, OK)
                if path.stem == "remote_io":  # its points are the site's to say
                    self.assertRegex(page, r"breaker_closed +facility_breaker_state +breaker +closed +open")
                    continue
                status, lines, _ = run("drivers", path.stem, "--json")
                self.assertEqual(status, OK)
                points = [json.loads(line) for line in lines.splitlines()]
                self.assertTrue(points)
                self.assertEqual(page.count("facility_"), len(points))
                for point in points:
                    self.assertEqual(point["driver"], path.stem)
                    self.assertTrue(point["metric"].startswith("facility_"))
                    self.assertTrue(point["source"] and point["unit"] and point["manual"])

    def test_page_says_places_units_and_scale(self):
        points = [json.loads(line) for line in run("drivers", "apc_rpdu2", "--json")[1].splitlines()]
        self.assertIn(
            {
                "driver": "apc_rpdu2",
                "metric": "facility_active_energy_joules_total",
                "place": "outlet #/#",
                "unit": "J",
                "manual": "kWh / 10",
                "source": "1.3.6.1.4.1.318.1.1.26.9.4.3.1.11",
                "rate": "normal",
                "only": "",
            },
            points,
        )

    def test_metrics(self):
        status, out, _ = run("drivers", "--metrics")
        self.assertEqual(status, OK)
        names = [line.split()[0] for line in out.splitlines()[1:]]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("facility_active_power_watts", names)
        self.assertIn("1 closed, 2 open, 3 tripped", out)
        markdown = run("drivers", "--metrics", "--markdown")[1]
        self.assertEqual([row.split("`")[1] for row in markdown.splitlines()[2:]], names)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    HALLWATCH = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
