# SPDX-License-Identifier: Apache-2.0
"""A dashboard for each class of devices, of what its drivers read: a panel for each metric that several of them have."""

import re

from meanings import LATE, LEVELS, NONE_IS_GOOD, UNITS, mappings_of, trouble_of, unit_of
from panels import Query, dashboard, figure, lines, states, variable
from selecting import worst

TITLES = {
    "pdu": "Rack PDUs",
    "ups": "UPSes",
    "dc": "DC plants",
    "chiller": "Chillers",
    "air": "Air units",
    "liquid": "Liquid cooling",
    "meter": "Meters",
    "shelf": "Power shelves",
    "switch": "Transfer switches",
    "genset": "Generators",
    "sensor": "Sensors",
    "io": "Contacts",
}
SHARE = 0.2  # of a class's drivers, but two at least, have what gets a panel
# What an input of remote I/O means is the site's to say; these are what the words of `means` become, most of them.
OF_CONTACTS = ("facility_breaker_state", "facility_leak_state")
RATINGS = re.compile(
    r"_rating_|_setpoint_"
)  # they do not change: drawn beside what they limit, not by themselves
SUBJECT = [
    (
        "Power",
        r"power|current|voltage|frequency|load|demand_watts|energy|breaker|outlet|source|transfer|_supply_state"
        r"|modules|efficiency|input_faults|_factor",
    ),
    ("Battery", r"batter"),
    (
        "Cooling",
        r"coolant|thermal|flow|pump|valve|damper|cooling|compressor|refrigerant|superheat|reservoir|leak|fan_"
        r"|pressure|heating|humidification",
    ),
    ("Environment", r"temperature|humidity|dew_point|smoke|door|airflow"),
    ("Machine", r""),
]
ORDER = ("Power", "Battery", "Cooling", "Environment", "Machine")
PLACE = "{{device}} {{component}} {{component_id}} {{phase}} {{side}} {{point}}"  # tells the series of a metric apart
MOST = 40  # curves of one panel: of more nobody can tell which is which


def subject_of(name):
    if "battery" in name or "on_battery" in name:
        return "Battery"
    return next(subject for subject, pattern in SUBJECT if re.search(pattern, name))


def chosen(kind, number, has, metrics):
    if kind == "io":
        return [metrics[name] for name in OF_CONTACTS]
    least = max(2, SHARE * number)
    return [
        one
        for name, one in metrics.items()
        if has.get(name, 0) >= least and not RATINGS.search(name) and name != "facility_alarm_state"
    ]


def panel_of(metric, of):
    series = f"{metric.name}{{{of}}}"
    title = metric.name.removeprefix("facility_").removesuffix("_total")
    title = re.sub(
        r"_(watts|voltamperes|vars|volts|amperes|hertz|celsius|pascals|joules|seconds|ratio|kelvin|meters|coulombs"
        r"|cubic_meters_per_second|meters_per_second|varseconds|voltampereseconds)$",
        "",
        title,
    ).replace("_", " ")
    title = re.sub(r"\b(thd|ups|pdu)\b", lambda hit: hit[0].upper(), title)
    title = title[0].upper() + title[1:]
    meaning = metric.meaning[0].upper() + metric.meaning[1:] + "."
    if metric.kind == "state":
        shown = Query(worst(MOST, metric, of), PLACE)
        first = f"{MOST} in trouble, and at most {MOST} of all," if trouble_of(metric) else MOST
        return states(title, f"{meaning} At most {first} are shown.", shown, mappings=mappings_of(metric))
    if metric.unit in ("J", "var.s", "VA.s"):
        text = f"{meaning} Its rate of increase, which is a mean power."
        return lines(
            f"{title} by the second",
            text,
            Query(f"topk({MOST}, rate({series}[$__rate_interval]))", PLACE),
            unit=unit_of(metric),
        )
    if metric.kind == "counter":
        text = f"{meaning} How much it grew within the hour before."
        return lines(
            f"{title}, last hour",
            text,
            Query(f"topk({MOST}, increase({series}[1h]))", PLACE),
            unit=UNITS.get(metric.unit, "short"),
        )
    levels = LEVELS.get(metric.name)
    return lines(
        title,
        f"{meaning} The {MOST} highest are shown.",
        Query(f"topk({MOST}, {series})", PLACE),
        unit=unit_of(metric),
        thresholds=levels,
    )


def overview(of, metrics):
    up = Query(f"sum(facility_device_up{{{of}}})")
    silent = Query(f"sum(facility_device_up{{{of}}} == bool 0)")
    says = "Devices of this class that do not answer. Those of a silent gateway are not known and not counted."
    late = Query(f"max(facility_poll_lateness_seconds{{{of}}})")
    counted = f"increase(facility_reading_bad_total{{{of}}}[1h])"
    bad = Query(
        f"sum by (device, reason) ({counted}) > 0 or sum({counted})",
        "{{device}} {{reason}}",
    )
    return [
        figure("Answering", "Devices of this class that answer.", up, "short"),
        figure("Silent", says, silent, "short", NONE_IS_GOOD),
        figure(
            "Latest poll",
            "By how much the device that is furthest behind is later than it was asked for.",
            late,
            "s",
            LATE,
        ),
        lines(
            "Bad readings, last hour",
            "Readings that were implausible, by reason; without a name: all together.",
            bad,
            unit="short",
            width=15,
            height=4,
        ),
        states(
            "How the agent fares with each",
            "Alive, failing, silent or held by another master.",
            Query(f"facility_device_state{{{of}}}", "{{device}}"),
            mappings=mappings_of(metrics["facility_device_state"]),
        ),
    ]


def class_dashboard(kind, number, has, metrics):
    place_of = 'site=~"$site", hall=~"$hall", row=~"$row", rack=~"$rack"'
    of = f'class="{kind}", {place_of}, device=~"$device", device!=""'
    parts = f'{of}, component=~"$component|"'  # the device itself, too
    first = overview(of, metrics)
    alarms = f"sum by (device) (facility_alarm_state{{{of}}})"
    if has.get("facility_alarm_state"):
        first.append(
            lines(
                "Alarms of the devices",
                "How many of its own alarms each device has raised.",
                Query(alarms, "{{device}}"),
                unit="short",
                least=0,
            )
        )
    rows = [("Devices", first)]
    wanted = chosen(kind, number, has, metrics)
    for subject in ORDER:
        shown = [panel_of(one, parts) for one in wanted if subject_of(one.name) == subject]
        if shown:
            rows.append((subject, shown))
    up = f'facility_device_up{{class="{kind}"'
    variables = [
        variable("site", "Site", f"label_values({up}}}, site)"),
        variable("hall", "Hall", f'label_values({up}, site=~"$site"}}, hall)'),
        variable("row", "Row", f'label_values({up}, site=~"$site", hall=~"$hall"}}, row)'),
        variable("rack", "Rack", f'label_values({up}, site=~"$site", hall=~"$hall", row=~"$row"}}, rack)'),
        variable("device", "Device", f"label_values({up}, {place_of}}}, device)"),
        variable(
            "component",
            "Part",
            f'label_values({{__name__=~"facility_.+", class="{kind}", device=~"$device", device!=""}}, component)',
        ),
    ]
    text = f"What hallwatch reads of devices of the class {kind}: metrics that several of their drivers have. Generated."
    return dashboard(f"hallwatch-{kind}", f"hallwatch: {TITLES[kind]}", text, variables, rows)
