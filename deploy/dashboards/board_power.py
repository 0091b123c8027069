# SPDX-License-Identifier: Apache-2.0
"""The dashboard of a power tree: the nodes from the intake to the racks."""

from meanings import FAILOVER, TRIP, USABLE, WHOLE, mappings_of
from panels import GREEN, RED, Query, dashboard, lines, states, steps, table, variable
from selecting import WHOLE_SUM, NODE, NO_HEADER


def power_dashboard(metrics):
    def of(name, more=""):
        return f"{name}{{{NODE}{more}}}"

    def by_node(name, how="max", more=""):
        return Query(f"{how} by (site, node) ({of(name, more)})")

    def mapped(name):
        return mappings_of(metrics[name])

    columns = [
        ("Supply", by_node("facility_supply_state"), "short", None, mapped("facility_supply_state")),
        ("Load", by_node("facility_active_power_watts", "max", f", {WHOLE_SUM}"), "watt", None, None),
        ("Over usable", by_node("facility_usable_load_ratio"), "percentunit", USABLE, None),
        (
            "Headroom",
            by_node("facility_power_headroom_watts", "min"),
            "watt",
            steps((0, GREEN), base=RED),
            None,
        ),
        ("Budget", by_node("facility_budget_state"), "short", None, mapped("facility_budget_state")),
        ("After worst loss", by_node("facility_failover_load_ratio"), "percentunit", FAILOVER, None),
        (
            "Redundancy",
            by_node("facility_redundancy_state"),
            "short",
            None,
            mapped("facility_redundancy_state"),
        ),
        ("Trips in", by_node("facility_time_to_trip_seconds", "min", ', point="earliest"'), "s", TRIP, None),
        ("Measured", by_node("facility_measured_ratio", "min"), "percentunit", WHOLE, None),
    ]
    now = [
        table(
            "Nodes now",
            "What is judged of each node. Empty: it has no rating, budget, rule or tripping curve; or not all of its power is known "
            "(a lower bound, or unknown: see Sums).",
            columns,
            ("site", "node"),
            height=12,
        )
    ]
    load = [
        lines(
            "Load",
            "Power of each node, where all of it is known.",
            Query(of("facility_active_power_watts", f", {WHOLE_SUM}"), "{{node}}"),
            unit="watt",
        ),
        lines(
            "Load over usable capacity",
            "Usable is rating x continuous ratio x derating, of the phase that is used most.",
            Query(of("facility_usable_load_ratio"), "{{node}}"),
            unit="percentunit",
            thresholds=USABLE,
            no_value="no node has a rating",
            least=0,
        ),
        lines(
            "Headroom",
            "Power that is left below the highest level of the node's budget.",
            Query(of("facility_power_headroom_watts"), "{{node}}"),
            unit="watt",
            thresholds=steps((0, GREEN), base=RED),
            no_value="no node has a budget",
        ),
        lines(
            "Current of the highest phase",
            "Amperes in the phase that carries most.",
            Query(of("facility_current_amperes", ', point="highest"'), "{{node}}"),
            unit="amp",
            least=0,
        ),
        lines(
            "Power by phase",
            "Of nodes with three phases.",
            Query(of("facility_active_power_watts", ', phase=~"L[123]"'), "{{node}} {{phase}}"),
            unit="watt",
        ),
        lines(
            "Mean power from energy",
            "Rate of the energy counters: nothing between two polls is missed.",
            Query(f'rate({of("facility_active_energy_joules_total")}[$__rate_interval])', "{{node}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Reactive power",
            "Sum of the meters below, where all tell it.",
            Query(of("facility_reactive_power_vars"), "{{node}}"),
            unit="voltampreact",
        ),
        lines(
            "Contract demand",
            "The block as it would end, the block before, and the month's highest; of the intake with a contract.",
            Query(of("facility_demand_forecast_watts"), "{{node}} forecast"),
            Query(of("facility_demand_watts"), "{{node}} last block"),
            Query(of("facility_peak_demand_watts"), "{{node}} peak"),
            unit="watt",
            no_value="no contract: power.contract",
            least=0,
        ),
    ]
    budget = [
        states(
            "Budget",
            "How each node stands to its budget.",
            Query(of("facility_budget_state"), "{{node}}"),
            mappings=mapped("facility_budget_state"),
            no_value="no node has a budget",
        ),
        lines(
            "Time over budget, last hour",
            "How long each was over a level.",
            Query(f'increase({of("facility_over_budget_seconds_total")}[1h])', "{{node}} {{point}}"),
            unit="s",
            no_value="no node has a budget",
            least=0,
        ),
        states(
            "Supply",
            "What each node is fed by.",
            Query(of("facility_supply_state"), "{{node}}"),
            mappings=mapped("facility_supply_state"),
        ),
        lines(
            "Time to trip",
            "The earliest that the node's breaker may trip at the present current, and the latest; none while it never would.",
            Query(of("facility_time_to_trip_seconds"), "{{node}} {{point}}"),
            unit="s",
            thresholds=TRIP,
            no_value="no breaker would trip",
            least=0,
        ),
    ]
    loss = [
        lines(
            "Load over usable after the worst single loss",
            "Each node after the loss that hits it hardest, from the state as it is now.",
            Query(of("facility_failover_load_ratio"), "{{node}}"),
            unit="percentunit",
            thresholds=FAILOVER,
            least=0,
        ),
        states(
            "Redundancy",
            "Whether a single loss can be borne.",
            Query(of("facility_redundancy_state"), "{{node}}"),
            mappings=mapped("facility_redundancy_state"),
            no_value="no node has a rule of redundancy",
        ),
    ]
    trust = [
        states(
            "Sums",
            "Whether all of a node's power is known.",
            Query(of("facility_sum_state"), "{{node}}"),
            mappings=mapped("facility_sum_state"),
            width=8,
        ),
        lines(
            "Share that is not measured now",
            "Held over from before, or unknown.",
            Query(f'1 - {of("facility_measured_ratio", NO_HEADER)}', "{{node}}"),
            unit="percentunit",
            width=8,
            least=0,
        ),
        lines(
            "Skew",
            "From the oldest to the newest input of a sum.",
            Query(of("facility_input_skew_seconds"), "{{node}}"),
            unit="s",
            width=8,
            least=0,
        ),
    ]
    supply = 'facility_supply_state{node!="", site=~"$site", hall=~"$hall"'
    variables = [
        variable("site", "Site", 'label_values(facility_supply_state{node!=""}, site)'),
        variable("hall", "Hall", 'label_values(facility_supply_state{node!="", site=~"$site"}, hall)'),
        variable("kind", "Kind", f"label_values({supply}}}, class)"),
        variable("node", "Node", f'label_values({supply}, class=~"$kind"}}, node)'),
    ]
    rows = [
        ("Now", now),
        ("Load", load),
        ("Budgets and breakers", budget),
        ("Single losses", loss),
        ("What the figures stand on", trust),
    ]
    return dashboard(
        "hallwatch-power",
        "hallwatch: Power tree",
        "Nodes from the intake to the racks: load, usable, headroom, redundancy. Generated.",
        variables,
        rows,
    )
