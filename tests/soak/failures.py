# SPDX-License-Identifier: Apache-2.0
"""What did not hold; a soak goes on to its end, where it is told."""

import re

REPORT = re.compile(r"Sanitizer|runtime error")
REPORT_SHOWN = 4000  # and what stands before it on its line


class Failures:
    def __init__(self):
        self.texts = []

    def check(self, holds, text):
        if not holds:
            self.texts.append(text)
        return holds

    def check_sanitizer(self, log):
        """That it has nothing to say; its first report is enough to begin with."""
        report = REPORT.search(log)
        self.check(not report, f"the sanitizer reports:\n{report and log[log.rfind(chr(10), 0, report.start()) + 1 :][:REPORT_SHOWN]}")

    def tell(self):
        """Prints what did not hold, last of all, so that the end of a log says it; returns the exit status."""
        for text in self.texts:
            print(f"FAILED {text}", flush=True)
        return 1 if self.texts else 0
