# SPDX-License-Identifier: Apache-2.0
"""How metrics are shown: Grafana's units for the catalogue's, colours of states, and levels, which are those of the default alarms."""

from panels import BLUE, GREEN, GREY, ORANGE, RED, YELLOW, steps, words

UNITS = {
    "W": "watt",
    "VA": "voltamp",
    "var": "voltampreact",
    "V": "volt",
    "A": "amp",
    "Hz": "rothz",
    "Cel": "celsius",
    "K": "kelvin",
    "Pa": "pressurepa",
    "m3/s": "flowcms",
    "s": "s",
    "By": "bytes",
    "1/s": "cps",
    "m/s": "velocityms",
    "m": "lengthm",
    "g/m3": "congm3",
    "C": "suffix: C",
    "S/m": "suffix: S/m",
    "J": "joule",
    "1": "short",
}
RATES = {"J": "watt", "var.s": "voltampreact", "VA.s": "voltamp"}  # a counter of these by the second is power

# Words that are no trouble, that somebody should see, and that are trouble.
COLOURS = {
    **dict.fromkeys(
        (
            "normal",
            "closed",
            "on",
            "live",
            "online",
            "kept",
            "whole",
            "running",
            "dry",
            "ok",
            "passed",
            "alive",
            "a",
        ),
        GREEN,
    ),
    **dict.fromkeys(
        ("b", "planned", "standby", "eco", "charging", "test", "boost_trim", "middle", "new", "pending"), BLUE
    ),
    **dict.fromkeys(
        (
            "warning",
            "near_overload",
            "bypass",
            "maintenance_bypass",
            "lower_bound",
            "low",
            "failing",
            "held",
            "returned",
        ),
        YELLOW,
    ),
    **dict.fromkeys(("battery", "sensor_fault", "replace", "silent", "aborted"), ORANGE),
    **dict.fromkeys(
        ("dead", "lost", "critical", "tripped", "leak", "fault", "failed", "overload", "depleted", "active"),
        RED,
    ),
    **dict.fromkeys(
        ("unknown", "undetermined", "none", "off", "open", "absent", "other", "suppressed", "out_of_service"),
        GREY,
    ),
}
# The same word is good in one place and bad in another.
COLOURS_OF = {
    "facility_source_available_state": {"no": RED, "yes": GREEN},
    "facility_load_state": {"low": GREEN},
    "facility_ups_battery_state": {"low": RED},
    "facility_reservoir_state": {"low": RED},
    "facility_alarm_condition_state": {"normal": GREEN},
    **{f"facility_{name}_state": {"no": GREEN, "yes": RED} for name in ("alarm", "smoke")},
    **{f"facility_{name}_state": {"no": GREEN, "yes": BLUE} for name in ("door", "contact")},
}

USABLE = steps((0.80, ORANGE), (0.95, RED))  # of circuits; of UPSes 0.90 and 1
FAILOVER = steps((0.80, YELLOW), (1, RED))
HEADROOM = steps((0, ORANGE), (0.05, YELLOW), (0.20, GREEN), base=RED)
TRIP = steps((120, ORANGE), (600, GREEN), base=RED)
NONE_IS_GOOD = steps((1, RED))
LATE = steps((1, ORANGE), (10, RED))  # seconds
WHOLE = steps((0.9, ORANGE), (1, GREEN), base=RED)
LEVELS = {
    "facility_battery_temperature_celsius": steps((30, ORANGE), (35, RED)),
    "facility_battery_runtime_seconds": steps((300, GREEN), base=RED),
    "facility_fuel_level_ratio": steps((0.25, ORANGE), (0.50, GREEN), base=RED),
    "facility_clock_error_seconds": steps((0.1, ORANGE), (1, RED)),
}
INLET = steps((27, ORANGE), (32, RED))


NO_SHARES = ("facility_current_crest_factor_ratio", "facility_cooling_performance_ratio")  # 1.41, 3.5: nobody says 141 %


def unit_of(metric):
    """Grafana's unit of a metric, or of a counter's increase by the second."""
    if metric.kind == "counter":
        return RATES.get(metric.unit, "short")
    is_share = metric.name.endswith("_ratio") and metric.name not in NO_SHARES
    return "percentunit" if is_share else UNITS[metric.unit]


def colours_of(metric):
    return {**COLOURS, **COLOURS_OF.get(metric.name, {})}


def mappings_of(metric):
    return words(metric.states, colours_of(metric))


def trouble_of(metric):
    """The codes of a state that are worst: those in red, or else those in orange."""
    colours = colours_of(metric)
    for colour in (RED, ORANGE):
        codes = [code for code, word in metric.states.items() if colours.get(word) == colour]
        if codes:
            return codes
    return []
