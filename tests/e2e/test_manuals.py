#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages say what the built program says: they are as deploy/man/make writes them, no tool finds a mistake in
them, they name every command, option and key, and their example is right."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("HALLWATCH_BUILD", TOP / "build"))
HALLWATCH = BUILD / "agent" / "hallwatch"
MAN = TOP / "deploy" / "man"
PAGES = ("hallwatch.1", "hallwatch.yaml.5")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def shown(page):
    """The page as a reader sees it, in lines that are long enough for anything."""
    return run("mandoc", "-T", "utf8", "-O", "width=1000", MAN / page, check=True).stdout


def plain(text):
    """Without what overstrikes on a terminal."""
    return re.sub(".\b", "", text)


class Manuals(unittest.TestCase):
    def test_pages_are_up_to_date(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run(MAN / "make", HALLWATCH, folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            for page in PAGES:
                self.assertEqual((MAN / page).read_text(encoding="ascii"), (Path(folder) / page).read_text(encoding="ascii"),
                                 f"run deploy/man/make {HALLWATCH}")

    def test_no_tool_finds_a_mistake(self):
        for page in PAGES:
            self.assertEqual(run("mandoc", "-T", "lint", "-W", "style", MAN / page).stdout, "")
            done = run("man", "--local-file", "--warnings", MAN / page, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_command_and_option_is_there(self):
        text = plain(shown("hallwatch.1"))
        names = re.findall(r"^  (\w+) +\S", run(HALLWATCH, "--help").stdout, re.M)
        self.assertGreaterEqual(len(names), 15)
        for name in names:
            said = run(HALLWATCH, name, "--help").stdout
            section = re.search(rf"^   {name}\n(.*?)(?=^   \S|^\S)", text, re.M | re.S)[1]
            words = set(re.findall(r"--[a-z-]+", said)) | set(re.findall(r"\S{5,}", said.partition("\n\n")[2]))
            self.assertEqual([word for word in words if word.replace("`", "") not in section], [], name)

    def test_every_key_is_there(self):
        text = plain(shown("hallwatch.yaml.5"))
        settings = [json.loads(line) for line in run(HALLWATCH, "settings", "--json").stdout.splitlines()]
        listed = run(HALLWATCH, "settings").stdout
        self.assertGreater(len(settings), 300)
        for setting in settings:
            holder, _, key = setting["key"].rpartition(".")
            self.assertIn(f"\n{setting['key']}: {setting['type']}", listed)
            wanted = [setting["says"].replace("`", ""), *setting.get("words", []), setting.get("default", "")]
            if holder:
                wanted.append(f"\n   {holder}\n")
            if setting["file"] != "wiring":
                wanted.append(f"\n       {key}")
            self.assertEqual([word for word in wanted if word not in text], [], setting["key"])

    def test_a_list_that_was_not_written_is_a_failure(self):
        for arguments in ([], ["--json"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([HALLWATCH, "settings", *arguments], stdout=full, check=False)
            self.assertEqual(done.returncode, 1, arguments)

    def test_the_example_is_right(self):
        lines = re.search(r"^EXAMPLE\n(.*?)^\S", plain(shown("hallwatch.yaml.5")), re.M | re.S)[1]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "hallwatch.yaml").write_text(re.sub("^           ", "", lines, flags=re.M), encoding="utf-8")
            done = run(HALLWATCH, "check", Path(folder) / "hallwatch.yaml")
            self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
