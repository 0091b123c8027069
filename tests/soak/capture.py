# SPDX-License-Identifier: Apache-2.0
"""Everything that a broker passes on, over the broker's lives, in one file."""

import json
import os
import subprocess
import tempfile

from servers import wait_until


class Capture:
    """mosquitto_sub at QoS 0: a broker then writes a message to it before it acknowledges it, so that what was
    acknowledged outlives the broker. It connects again by itself."""

    def __init__(self, broker, topic="hallwatch/#"):
        self.broker, self.topic, self.turn = broker, topic, 0

    def start(self):
        self.lines = tempfile.NamedTemporaryFile(prefix="hallwatch-soak-", suffix=".jsonl")
        command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-V", "5", "-F", "%j"]
        topics = ["-t", self.topic, "-t", "ready/#"]
        self.process = subprocess.Popen([*command, *topics], stdout=self.lines)
        self.wait_until_it_hears()
        return self

    def wait_until_it_hears(self):
        self.turn += 1
        topic = f"ready/{os.getpid()}/{self.turn}"

        def hears():
            publish = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-t", topic, "-m", "1"]
            subprocess.run(publish, check=False, stderr=subprocess.DEVNULL)
            with open(self.lines.name, "rb") as lines:
                lines.seek(max(0, os.fstat(lines.fileno()).st_size - 100000))
                return topic.encode() in lines.read()

        wait_until(hears, "the capture hears the broker")

    def payloads(self):
        """Of all rows and gaps, oldest first."""
        with open(self.lines.name, encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line) if line.endswith("}\n") else {"topic": "ready/"}
                if not message["topic"].startswith("ready/") and not message["retain"]:
                    payload = json.loads(message["payload"])
                    if "sequence" in payload:
                        yield payload

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.lines.close()
