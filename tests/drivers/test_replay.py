#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the comparer of replay.py on hand-made output: if it found nothing, every driver would pass."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import replay  # noqa: E402


def reading(metric="facility_current_amperes", value=1.5, quality="good", **labels):
    labels = {"site": "s", "device": "d", **labels}
    return {"metric": metric, "labels": labels, "value": value, "quality": quality}


def expected(**values):
    return {("facility_current_amperes", (("phase", phase),)): value for phase, value in values.items()}


class Compare(unittest.TestCase):
    def test_same_readings_in_any_order_agree(self):
        got = [reading(phase="L2", value=2.0), reading(phase="L1", value=0.1 + 0.2)]
        self.assertEqual(replay.compare(expected(L1=0.3, L2=2), got), [])

    def test_value_beyond_the_tolerance_differs(self):
        lines = replay.compare(expected(L1=1.5), [reading(phase="L1", value=1.5000000001)])
        self.assertEqual(len(lines), 1)
        self.assertIn("differs", lines[0])

    def test_zero_is_only_zero(self):
        self.assertEqual(len(replay.compare(expected(L1=0), [reading(phase="L1", value=1e-15)])), 1)

    def test_missing_reading_is_named(self):
        self.assertEqual(
            replay.compare(expected(L1=1.5), []), ['missing: facility_current_amperes{phase="L1"} = 1.5']
        )

    def test_reading_too_much_is_named(self):
        lines = replay.compare({}, [reading(component="bank", component_id="1/2")])
        place = '{component="bank", component_id="1/2"}'
        self.assertEqual(lines, [f"not expected: facility_current_amperes{place} = 1.5"])

    def test_place_twice_is_found_even_with_the_right_value(self):
        lines = replay.compare(expected(L1=1.5), [reading(phase="L1"), reading(phase="L1")])
        self.assertEqual(len(lines), 1)
        self.assertIn("twice", lines[0])

    def test_another_place_is_not_the_same(self):
        self.assertEqual(len(replay.compare(expected(L1=1.5), [reading(phase="L2")])), 2)


class Output(unittest.TestCase):
    def test_bad_readings_are_set_aside(self):
        lines = ['{"metric":"m","labels":{},"value":1,"quality":"good"}']
        lines += ['{"metric":"n","labels":{},"value":9,"quality":"bad"}']
        good, other = replay.parse_output("\n".join(lines))
        self.assertEqual([r["metric"] for r in good], ["m"])
        self.assertEqual(other, ["bad: n{}"])


class Vary(unittest.TestCase):
    RECORDING = ["# head", "1.3.6.1.2|2|5", "1.3.6.1.20|4|text", "holding 30 1 2"]

    def test_lines_are_replaced_and_removed_by_their_source(self):
        variation = {"why": "t", "replace": ["1.3.6.1.2|2|-1", "holding 30 7 8"], "remove": ["1.3.6.1.20"]}
        varied = ["# head", "1.3.6.1.2|2|-1", "holding 30 7 8"]
        self.assertEqual(replay.vary(self.RECORDING, variation), varied)

    def test_kinds_of_one_address_are_told_apart(self):
        recording = ["coil 0 1", "input 0 5"]
        self.assertEqual(replay.vary(recording, {"why": "t", "replace": ["input 0 6"]}), ["coil 0 1", "input 0 6"])

    def test_source_that_is_not_recorded_is_refused(self):
        with self.assertRaises(ValueError):
            replay.vary(self.RECORDING, {"why": "t", "replace": ["1.3.6.1.3|2|1"]})

    def test_expectations_change_with_it(self):
        place = {"metric": "facility_current_amperes", "labels": {"phase": "L1"}}
        base = expected(L1=1, L2=2)
        changed = replay.vary_expected(base, {"expect": [{**place, "value": 3}]})
        self.assertEqual(changed, expected(L1=3, L2=2))
        self.assertEqual(replay.vary_expected(base, {"gone": [place]}), expected(L2=2))


class Recordings(unittest.TestCase):
    def test_every_folder_is_complete_and_its_absences_are_recorded(self):
        folders = [p for p in replay.HERE.iterdir() if (p / "expected.jsonl").exists()]
        self.assertTrue(folders)
        for folder in folders:
            lines = replay.find_recording(folder).read_text(encoding="utf-8").splitlines()
            values, absent, _ = replay.load_expected(folder / "expected.jsonl")
            self.assertTrue(values, folder)
            self.assertLessEqual(set(absent), {replay.line_source(line) for line in lines}, folder)

    def test_every_variation_changes_the_recording_or_how_it_is_read(self):
        paths = list(replay.HERE.glob("*/variations.jsonl"))
        self.assertTrue(paths)
        for path in paths:
            recorded = replay.find_recording(path.parent).read_text(encoding="utf-8").splitlines()
            for variation in replay.load_lines(path):
                changed = replay.vary(recorded, variation) != recorded or "variant" in variation
                self.assertTrue(changed, f"{path.parent.name}: {variation['why']}")


if __name__ == "__main__":
    unittest.main()
