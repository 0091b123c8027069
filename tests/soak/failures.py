# SPDX-License-Identifier: Apache-2.0
"""What did not hold; a soak goes on to its end."""


class Failures:
    def __init__(self):
        self.n = 0

    def check(self, holds, text):
        if not holds:
            self.n += 1
            print(f"FAILED {text}", flush=True)
        return holds
