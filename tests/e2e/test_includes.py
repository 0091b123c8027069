#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The direction of includes: data flows one way through the agent's folders, drivers know only their language, and each
library stays behind the one module that wraps it."""

import re
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent

# A file of the agent includes from its own folder, from these two, and from folders before its own.
COMMON = ["base", "model"]
FLOW = ["acquire", "judge", "publish", "serve", "command"]

# Where each header that is no C library's may be included; a header that is not listed is refused.
LIBRARIES = {
    r"modbus\.h": r"agent/acquire/link_modbus_rtu\.c",
    r"net-snmp/.*": r"agent/acquire/link_snmp\w*\.[ch]",
    r"MQTTAsync\.h": r"agent/base/mqtt_channel\.h",
    r"curl/curl\.h": r"agent/base/http_client\.c",
    r"sqlite3\.h": r"agent/publish/spool/\w+\.c",
    r"yaml\.h": r"agent/model/yaml_document\.c",
    r"microhttpd\.h": r"agent/serve/\w+\.c",
    r"gnutls/\w+\.h": r"agent/base/certificate\.c",
    r"snappy-c\.h": r"agent/publish/encode_remote_write\.c",
    r"zlib\.h": r"agent/base/gzip\.c",
    r"jansson\.h": r"agent/command/(status|readings_source|node_alarms|why)\w*\.[ch]",
    r"uni(str|norm)\.h": r"agent/base/text\.c",
    r"uniwidth\.h": r"agent/command/table\.c",
    # The loop and threads are everywhere but where things are decided.
    r"uv\.h": r"agent/((base|acquire|publish(/spool)?|serve|command)/\w+\.[ch]|main\.c)",
}
# These are behind one file of the folder, whichever it is.
ONE_FILE = [r"modbus\.h", r"MQTTAsync\.h", r"curl/curl\.h", r"sqlite3\.h", r"yaml\.h", r"microhttpd\.h", r"snappy-c\.h", r"zlib\.h"]

C_LIBRARY = re.compile(
    r"(assert|complex|ctype|errno|fcntl|fenv|float|fnmatch|ftw|getopt|glob|ifaddrs|inttypes|libgen|limits|locale|malloc|math|netdb|poll|"
    r"pthread|pwd|regex|sched|semaphore|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|"
    r"strings|syslog|termios|threads|time|unistd|wchar|wctype|(arpa|linux|net|netinet|sys)/\w+)\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes_of(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def sources(*folders):
    for folder in folders:
        for path in sorted((TOP / folder).rglob("*.[ch]")):
            yield path.relative_to(TOP).as_posix(), path


def may_include(includer, target):
    """Whether a file of the agent ("agent/serve/page.c") may include "serve/page.h"."""
    if target.startswith("drivers/") or target in ("driver.h", "catalog.h"):
        return True
    if not (TOP / "agent" / target).is_file():
        return False
    folder, own = target.split("/")[0], includer.split("/")[1]
    if own == "main.c" or folder in (own, *COMMON):
        return folder in COMMON + FLOW and not (own == "base" and folder == "model")
    return own in FLOW and folder in FLOW[: FLOW.index(own)]


class Includes(unittest.TestCase):
    def test_agent_includes_along_the_flow(self):
        wrong = [
            f"{name} includes {target}"
            for name, path in sources("agent")
            for mark, target in includes_of(path)
            if mark == '"' and not may_include(name, target)
        ]
        self.assertEqual(wrong, [])

    def test_drivers_include_their_language_only(self):
        wrong = []
        for name, path in sources("drivers"):
            allowed = ["driver.h"] if name.count("/") > 1 else ["driver.h", "catalog.h", "catalog_place.h", "catalog_states.h"]
            for mark, target in includes_of(path):
                if mark == "<" and name.count("/") == 1 and C_LIBRARY.fullmatch(target):
                    continue
                if target not in allowed:
                    wrong.append(f"{name} includes {target}")
        self.assertEqual(wrong, [])

    def test_libraries_stay_behind_their_modules(self):
        wrong, users = [], {}
        for name, path in sources("agent"):
            for mark, target in includes_of(path):
                if mark == '"' or C_LIBRARY.fullmatch(target):
                    continue
                library = next((key for key in LIBRARIES if re.fullmatch(key, target)), None)
                if library is None:
                    wrong.append(f"{name} includes <{target}>, which no module is named for")
                elif not re.fullmatch(LIBRARIES[library], name):
                    wrong.append(f"{name} includes <{target}>")
                users.setdefault(library, set()).add(name)
        for library in ONE_FILE:
            if len(users.get(library, ())) > 1:
                wrong.append(f"{library} is included by {', '.join(sorted(users[library]))}")
        self.assertEqual(wrong, [])

    def test_rule_itself_finds_breaches(self):
        self.assertTrue(may_include("agent/acquire/plan.c", "base/text.h"))
        self.assertTrue(may_include("agent/acquire/plan.c", "acquire/plan.h"))
        self.assertTrue(may_include("agent/main.c", "acquire/plan.h"))
        self.assertFalse(may_include("agent/base/log.c", "model/config.h"))
        self.assertFalse(may_include("agent/base/log.c", "acquire/plan.h"))
        self.assertFalse(may_include("agent/model/config.c", "acquire/plan.h"))
        self.assertFalse(may_include("agent/acquire/plan.c", "publish/spool/spool.h"))
        self.assertTrue(may_include("agent/publish/spool/spool.c", "acquire/plan.h"))
        self.assertFalse(may_include("agent/acquire/plan.c", "plan.h"))


if __name__ == "__main__":
    unittest.main()
