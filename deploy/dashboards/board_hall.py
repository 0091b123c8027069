# SPDX-License-Identifier: Apache-2.0
"""The dashboard of a hall: what an operator looks for first, then load, supply and cooling."""

from meanings import FAILOVER, HEADROOM, INLET, LEVELS, NONE_IS_GOOD, WHOLE, mappings_of
from panels import ORANGE, RED, Query, bars, dashboard, figure, lines, states, steps
from selecting import WHOLE_SUM, HALL, NO_HEADER, LOST, known_power, places


def hall_dashboard(metrics):
    power = f"facility_active_power_watts{{{HALL}, {WHOLE_SUM}"
    racks = f'{HALL}, class="rack", node!=""'
    first = [
        figure(
            "Redundancy lost",
            "Nodes that a single loss would take down now.",
            Query(f"sum(facility_redundancy_state{{{HALL}}} == bool 2)"),
            "short",
            LOST,
            "no node has a rule of redundancy",
        ),
        figure(
            "Alarms standing",
            "Alarms that are active, of all gateways of the site.",
            Query('sum(facility_alarms_standing{site=~"$site", reason="active"})'),
            "short",
            LOST,
        ),
        figure(
            "Least headroom",
            "Of all nodes with a budget: the smallest share of it that is left.",
            Query(f"min(facility_headroom_ratio{{{HALL}}})"),
            "percentunit",
            HEADROOM,
            "no node has a budget",
        ),
        figure(
            "Worst single loss",
            "The highest load over usable capacity that any single loss would leave behind.",
            Query(f"max(facility_failover_load_ratio{{{HALL}}})"),
            "percentunit",
            FAILOVER,
        ),
        figure(
            "Power of racks",
            "The sum of all racks; a lower bound, where one is not wholly known.",
            Query(f"sum({known_power(racks)})"),
            "watt",
            width=3,
        ),
        figure(
            "Measured",
            "The least share of a node's inputs that is measured now: what nobody sees is not in the sums.",
            Query(f"min(facility_measured_ratio{{{HALL}{NO_HEADER}}})"),
            "percentunit",
            WHOLE,
        ),
        figure(
            "Silent devices",
            "Devices that do not answer.",
            Query(f"sum(facility_device_up{{{HALL}}} == bool 0)"),
            "short",
            NONE_IS_GOOD,
        ),
        figure(
            "Clock error",
            "By how much the worst gateway's clock may be wrong.",
            Query('max(facility_clock_error_seconds{site=~"$site"})'),
            "s",
            LEVELS["facility_clock_error_seconds"],
        ),
    ]
    load = [
        lines(
            "Power by kind of node",
            "What passes intakes, UPSes, busways and racks. Each is the same power at another place: never add them.",
            Query(
                f'sum by (class) ({power}, class=~"intake|transformer|ups|bus|busway|rack"}})', "{{class}}"
            ),
            unit="watt",
            least=0,
        ),
        lines(
            "Power of racks by row",
            "The sum of the racks of each row; a lower bound, where one is not wholly known.",
            Query(f"sum by (row) ({known_power(racks)})", "row {{row}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Power of meters by feed",
            "What the meters of each feed measure.",
            Query(
                f'sum by (feed) (facility_active_power_watts{{{HALL}, class="meter", device!="", phase="total", feed!=""}})',
                "feed {{feed}}",
            ),
            unit="watt",
            least=0,
        ),
        bars(
            "Racks that use their budget most",
            "Load over the highest level of the rack's budget.",
            Query(f'topk(16, facility_budget_load_ratio{{{HALL}, class="rack"}})', "{{node}}"),
            "percentunit",
            steps((0.75, ORANGE), (0.95, RED)),
            "no rack has a budget",
        ),
        lines(
            "Energy of racks, last hour",
            "By row, from the counters of their meters; in joules (3.6 MJ are 1 kWh).",
            Query(
                f'sum by (row) (increase(facility_active_energy_joules_total{{{HALL}, class="rack", node!="", phase="total"}}[1h]))',
                "row {{row}}",
            ),
            unit="joule",
            least=0,
        ),
        states(
            "Alarms by what they are about",
            "Alarms that hallwatch has judged: active, returned (latched), suppressed by their cause, out of service.",
            Query(f"topk(40, facility_alarm_condition_state{{{HALL}}})", "{{alarm}} {{node}} {{device}}"),
            mappings=mappings_of(metrics["facility_alarm_condition_state"]),
            no_value="no alarm in this time",
        ),
    ]
    supply = [
        states(
            "What feeds the UPSes",
            "Mode of each UPS.",
            Query(f"facility_ups_mode_state{{{HALL}}}", "{{device}}"),
            mappings=mappings_of(metrics["facility_ups_mode_state"]),
            width=8,
            no_value="no UPS",
        ),
        lines(
            "Battery charge",
            "Charge that is left.",
            Query(f"facility_battery_charge_ratio{{{HALL}}}", "{{device}} {{component_id}}"),
            unit="percentunit",
            width=8,
            least=0,
            no_value="no battery",
        ),
        lines(
            "Battery runtime",
            "Time that is left at the present load.",
            Query(f"facility_battery_runtime_seconds{{{HALL}}}", "{{device}}"),
            unit="s",
            thresholds=LEVELS["facility_battery_runtime_seconds"],
            width=8,
            no_value="no battery",
        ),
    ]
    air = f'facility_air_temperature_celsius{{{HALL}, device!=""'
    cooling = [
        lines(
            "Air of racks",
            "The hottest of each rack's sensors, the 20 hottest racks; air units' own readings are on their dashboard.",
            Query(f'topk(20, max by (rack) ({air}, rack!=""}}))', "rack {{rack}}"),
            unit="celsius",
            thresholds=INLET,
        ),
        lines(
            "Coolant",
            "Supply and return of liquid loops.",
            Query(
                f'facility_coolant_temperature_celsius{{{HALL}, class=~"chiller|liquid"}}',
                "{{device}} {{side}} {{point}}",
            ),
            unit="celsius",
            no_value="no liquid loop",
        ),
        states(
            "Chillers and air units",
            "What each machine is doing.",
            Query(
                f'facility_unit_state{{{HALL}, class=~"chiller|air"}}',
                "{{device}} {{component}} {{component_id}}",
            ),
            mappings=mappings_of(metrics["facility_unit_state"]),
            no_value="no machine says",
        ),
        states(
            "Leaks",
            "Leak sensors, those that are wet first.",
            Query(f"topk(20, facility_leak_state{{{HALL}}})", "{{device}} {{point}}"),
            mappings=mappings_of(metrics["facility_leak_state"]),
            no_value="no leak sensor",
        ),
    ]
    rows = [("What to look at first", first), ("Load", load), ("Supply", supply), ("Cooling", cooling)]
    return dashboard(
        "hallwatch-hall",
        "hallwatch: Hall",
        "What an operator looks for first, then load, supply and cooling. Generated.",
        places("site", "hall"),
        rows,
    )
