#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The README does what it says: its generated parts are up to date, its driver builds and is right, its first
configuration works and its commands run as written, in a network of its own where the addresses it names exist; other commands
are run by other tests, which are named here.

usage: test_readme.py [--write]      --write brings the generated parts up to date
"""

import json
import os
import re
import shlex
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
# What the system has, and who runs what is ours.
SYSTEM = {"apt", "cd", "curl", "mkdir", "mv", "mosquitto_sub", "ninja", "sleep", "systemctl"}
RUN_BY = {
    "deploy/try": "tests/e2e/test_try.py", "deploy/package": "tests/deploy/run", "ansible-playbook": "tests/e2e/test_rollout.py",
    "tests/drivers/replay.py": "tests/e2e/test_readme.py", "tests/run": "tests/run", "tests/soak/run": "tests/soak/run",
    "tests/deploy/run": "tests/deploy/run", "tests/bench/run": "tests/bench/run", "tests/bench/peers": "tests/bench/peers",
    "build/tests/sim/hall/hallsim": "tests/e2e/test_hallsim.py", "hallwatch prove": "tests/e2e/test_prove.py",
}
# The exit statuses of those that are run here; where nothing else is said, 0.
STATUSES = {"modbus+rtu://10.0.0.7:4001/2": 3, "rtu:/dev/ttyUSB0:19200:8E1/3": 3, "--community s3cret": 3, "modbus://10.0.0.8/1": 3}


def generate(match):
    """One generated part as it should be."""
    arguments = match[2]
    printed = subprocess.run([HALLWATCH, *arguments.split()], capture_output=True, text=True, check=True).stdout
    return f"{match[1]}{TITLES[arguments]}\n\n{printed}{match[4]}"


def files_of_readme():
    """{path: text} of the fenced examples that name a file."""
    return {path: text for path, text in FENCE.findall(README.read_text(encoding="utf-8"))}


def power_of_readme():
    """The first configuration with what the section on power adds to it."""
    section = README.read_text(encoding="utf-8").partition("\n## Power\n")[2]
    power, topology = (re.search(rf"```{kind}\n(.*?)```", section, re.S)[1] for kind in ("yaml", "csv"))
    return {"hallwatch.yaml": files_of_readme()["hallwatch.yaml"] + power, "power.csv": topology}


def commands_of_readme():
    """Each command of its indented blocks: from the first word to a pipe, `&&`, comment or redirection. (Those in fences are
    the story's: test_story.py.)"""
    text = re.sub(r"^```.*?^```$", "", README.read_text(encoding="utf-8"), flags=re.M | re.S)
    for line in re.findall(r"^    (\S.*)$", text.replace("\\\n", " "), re.M):
        for command in re.split(r" [|] | && ", line):
            yield shlex.split(re.sub(r" > \S+(?=\s+#|$)", "", command), comments=True)


def run_here():
    """Those of hallwatch that no other test runs, with the exit status that each must have."""
    for command in commands_of_readme():
        if command[0] == "hallwatch" and f"hallwatch {command[1]}" not in RUN_BY:
            line = " ".join(command)
            yield {"command": command[1:], "status": next((s for part, s in STATUSES.items() if part in line), 0)}


class Readme(unittest.TestCase):
    def test_a_test_runs_each_command(self):
        n = 0
        for command in commands_of_readme():
            n += 1
            name = " ".join(command[:2]) if command[0] == "hallwatch" else command[0]
            self.assertIn(command[0], {"hallwatch", *SYSTEM, *RUN_BY}, f"no test runs {command}")
            if name in RUN_BY:
                self.assertIn(name.split()[-1].rpartition("/")[2], (TOP / RUN_BY[name]).read_text(encoding="utf-8"), name)
        self.assertGreater(n, 30)

    def test_commands_in_sentences_exist_with_their_options(self):
        helps = {}
        for span in re.findall(r"`hallwatch ([^`]+)`", README.read_text(encoding="utf-8")):
            name = span.split()[0]
            if name.startswith("-"):
                continue
            if name not in helps:
                done = subprocess.run([HALLWATCH, name, "--help"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, span)
                helps[name] = done.stdout
            for option in re.findall(r"--[a-z-]+", span):
                self.assertIn(option, helps[name], span)

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
                ["meson", "setup", "build", "-Doptimization=0", "-Dwerror=true"],
                ["ninja", "-C", "build", "agent/hallwatch", "tests/test_drivers"],
                ["meson", "test", "-C", "build", "--no-rebuild", "drivers"],
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
            (Path(folder) / "power").mkdir()
            for name, text in power_of_readme().items():
                (Path(folder) / "power" / name).write_text(text, encoding="utf-8")
            (Path(folder) / "commands").write_text(json.dumps(list(run_here())), encoding="utf-8")
            done = subprocess.run(
                ["unshare", "--net", "/usr/bin/python3", TOP / "tests" / "e2e" / "readme_network.py", HALLWATCH, folder],
                capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        README.write_text(GENERATED.sub(generate, README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
