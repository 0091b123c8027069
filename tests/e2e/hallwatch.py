# SPDX-License-Identifier: Apache-2.0
"""The built hallwatch as the end-to-end tests call it, and its exit statuses."""

import json
import os
import subprocess
from pathlib import Path

from device_servers import TOP

FOLDERS = [str(TOP / name) for name in ("build", "build-gcc") if (TOP / name).is_dir()]
BUILD = os.environ.get("HALLWATCH_BUILD", (FOLDERS or ["build"])[0])
BINARY = os.environ.get("HALLWATCH", os.path.join(BUILD, "agent", "hallwatch"))
# Sanitizers slow a program down, and want to be loaded first.
SANITIZED = "-fsanitize" in (Path(BUILD) / "compile_commands.json").read_text(encoding="utf-8")
OK, USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4
RUN_LIMIT_S = 60


def run(*arguments):
    """Runs hallwatch to its end; stdout and stderr are text."""
    command = [BINARY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)


def json_lines(*arguments):
    """The objects that a command prints; anything but success is an error with what it said."""
    done = run(*arguments)
    if done.returncode != OK:
        said = f"exit status {done.returncode}: {done.stderr.strip()}"
        raise RuntimeError(f"hallwatch {' '.join(arguments)}: {said}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_json(*arguments):
    """The objects that `hallwatch read --json` prints."""
    return json_lines("read", "--json", *arguments)


def driver_points(driver):
    """What `hallwatch drivers NAME` says about each point of a driver."""
    return json_lines("drivers", "--json", driver)
