# SPDX-License-Identifier: Apache-2.0
"""Sets of row ids as ranges: a gap may stand for millions of them."""

import bisect


class Ranges:
    """Of pairs (first, last); immutable."""

    def __init__(self, pairs=()):
        self.pairs = []
        for first, last in sorted(pair for pair in pairs if pair[0] <= pair[1]):
            if self.pairs and first <= self.pairs[-1][1] + 1:
                self.pairs[-1] = (self.pairs[-1][0], max(last, self.pairs[-1][1]))
            else:
                self.pairs.append((first, last))

    def __or__(self, other):
        return Ranges(self.pairs + other.pairs)

    def __sub__(self, other):
        left, at = [], 0
        for first, last in self.pairs:
            while at < len(other.pairs) and other.pairs[at][1] < first:
                at += 1
            for begin, end in other.pairs[at:]:
                if begin > last:
                    break
                left.append((first, begin - 1))
                first = end + 1
            left.append((first, last))
        return Ranges(left)

    def __and__(self, other):
        return self - (self - other)

    def __contains__(self, number):
        at = bisect.bisect_right(self.pairs, (number, float("inf")))
        return at > 0 and self.pairs[at - 1][1] >= number

    def __len__(self):
        return sum(last + 1 - first for first, last in self.pairs)

    def __repr__(self):
        shown = ", ".join(f"{first}-{last}" if first < last else str(first) for first, last in self.pairs[:8])
        return f"{len(self)} rows ({shown}{' ...' if len(self.pairs) > 8 else ''})"
