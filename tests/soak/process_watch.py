# SPDX-License-Identifier: Apache-2.0
"""What a process holds over time: resident memory, descriptors, threads. A thread looks every few seconds."""

import os
import threading
import time
from pathlib import Path

STEP_S = 2


class ProcessWatch:
    """Looks until stop(). A sample is (seconds since the begin, resident kB, descriptors, threads)."""

    def __init__(self, pid):
        self.process = Path(f"/proc/{pid}")
        self.samples = []
        self.begin = time.monotonic()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.stopping.wait(STEP_S):
            try:
                fields = dict(
                    line.split(":", 1) for line in (self.process / "status").read_text().splitlines() if ":" in line
                )
                resident, threads = int(fields["VmRSS"].split()[0]), int(fields["Threads"])
                descriptors = len(os.listdir(self.process / "fd"))
            except (OSError, KeyError):
                return  # it has ended
            self.samples.append((time.monotonic() - self.begin, resident, descriptors, threads))

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def parts(self, warm_s):
        """The samples after warming up: of the first third of that time, and of the last."""
        warm = [sample for sample in self.samples if sample[0] >= warm_s]
        third = max(len(warm) // 3, 1)
        return warm[:third], warm[-third:]

    def growth(self, warm_s):
        """(kB, descriptors, threads): the least of the last third more than that of the first, for all of them come and go."""
        first, last = self.parts(warm_s)
        return tuple(min(sample[i] for sample in last) - min(sample[i] for sample in first) for i in (1, 2, 3))

    def most(self, warm_s):
        """The most descriptors and threads there were in the first third, and in the last."""
        return [tuple(max(sample[i] for sample in part) for i in (2, 3)) for part in self.parts(warm_s)]
