#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The README does what it says: its generated parts are up to date, its driver builds and is right, and its first
configuration works as written, in a network of its own where the addresses it names exist.

usage: test_readme.py [--write]      --write brings the generated parts up to date
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("HALLWATCH_BUILD", TOP / "build"))
HALLWATCH = BUILD / "agent" / "hallwatch"
README = TOP / "README.md"
GENERATED = re.compile(r"(<!-- generated: hallwatch (.*?) -->\n)(.*?)(<!-- end -->)", re.S)
FENCE = re.compile(r"```\w+ (\S+)\n(.*?)```", re.S)
TITLES = {"drivers --markdown": "## Supported devices", "drivers --metrics --markdown": "## Metrics"}
BUILD_LIMIT_S = 400


def generate(match):
    """One generated part as it should be."""
    arguments = match[2]
    printed = subprocess.run([HALLWATCH, *arguments.split()], capture_output=True, text=True, check=True).stdout
    return f"{match[1]}{TITLES[arguments]}\n\n{printed}{match[4]}"


def files_of_readme():
    """{path: text} of the fenced examples that name a file."""
    return {path: text for path, text in FENCE.findall(README.read_text(encoding="utf-8"))}


class Readme(unittest.TestCase):
    def test_generated_parts_are_up_to_date(self):
        text = README.read_text(encoding="utf-8")
        self.assertEqual(len(GENERATED.findall(text)), len(TITLES))
        self.assertTrue(GENERATED.sub(generate, text) == text, "run tests/e2e/test_readme.py --write")

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
            self.assertTrue((TOP / target).exists(), target)

    def test_driver_builds_and_is_right(self):
        listed = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "hallwatch"
            for name in listed.stdout.splitlines():
                if (TOP / name).is_file():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    (copy / name).write_bytes((TOP / name).read_bytes())
                    (copy / name).chmod((TOP / name).stat().st_mode)
            for path, text in files_of_readme().items():
                if "example_3000" in path:
                    (copy / path).parent.mkdir(parents=True, exist_ok=True)
                    (copy / path).write_text(text, encoding="utf-8")
            for command in (
                ["meson", "setup", "build", "-Dtests=false", "-Doptimization=0", "-Dwerror=true"],
                ["ninja", "-C", "build"],
                ["/usr/bin/python3", "tests/drivers/replay.py", "--hallwatch", "build/agent/hallwatch", "example_3000"],
            ):
                done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=BUILD_LIMIT_S)
                self.assertEqual(done.returncode, 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def test_first_configuration_works_as_written(self):
        if os.geteuid() != 0:
            self.skipTest("needs root for a network of its own (unshare --net)")
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            (Path(folder) / "hallwatch.yaml").write_text(files_of_readme()["hallwatch.yaml"], encoding="utf-8")
            done = subprocess.run(
                ["unshare", "--net", "/usr/bin/python3", TOP / "tests" / "e2e" / "readme_network.py", HALLWATCH, folder],
                capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        README.write_text(GENERATED.sub(generate, README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
