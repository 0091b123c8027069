# SPDX-License-Identifier: Apache-2.0
"""What a spool's file says just after its agent was killed: a copy is read, so that the file stays as it was left."""

import shutil
import sqlite3
import tempfile
from pathlib import Path

from ranges import Ranges

COUNTS, SPAN_NUMBERS = 5, 7


def read_numbers(data):
    number, shift = 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number, shift = 0, 0


class SpoolCopy:
    """`rows`: the committed ones; `wanted`: by sink, what it had not acknowledged; `newest`: the last id in use;
    `reserved`: up to which the next agent takes ids for used."""

    def __init__(self, folder, name):
        with tempfile.TemporaryDirectory(prefix="hallwatch-soak-") as copy:
            for end in ("", "-wal"):
                if (Path(folder) / f"{name}.db{end}").exists():
                    shutil.copy(Path(folder) / f"{name}.db{end}", copy)
            with sqlite3.connect(Path(copy) / f"{name}.db") as db:
                self.stream, self.newest, self.reserved = db.execute("SELECT name, newest, reserved FROM stream").fetchone()
                self.rows = Ranges(db.execute("SELECT first_id, id FROM rows").fetchall())
                places = db.execute("SELECT sink, data FROM places").fetchall()
        self.wanted = {sink: self.spans(data) for sink, data in places}

    @staticmethod
    def spans(data):
        numbers = list(read_numbers(data))
        spans = numbers[COUNTS + 1 :]
        return Ranges((spans[i], spans[i + 1]) for i in range(0, len(spans), SPAN_NUMBERS))

    def committed(self, sink):
        """What the sink is still to be sent."""
        return self.rows & self.wanted.get(sink, Ranges())

    def lost(self, sink):
        """Ids that the sink has not acknowledged and that are no more: not written yet, or never used."""
        return (self.wanted.get(sink, Ranges()) | Ranges([(self.newest + 1, self.reserved)])) - self.rows
