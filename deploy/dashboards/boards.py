# SPDX-License-Identifier: Apache-2.0
"""The dashboards that are thought of one by one: hall, power tree, rack, agent."""

from meanings import FAILOVER, HEADROOM, INLET, LEVELS, NONE_IS_GOOD, TRIP, USABLE, WHOLE, mappings_of
from panels import GREEN, ORANGE, RED, Query, bars, dashboard, figure, lines, states, steps, table, variable, words

WHOLE_SUM = 'phase="total", point=""'  # the power of a node, where all of it is known
HALL = 'site=~"$site", hall=~"$hall"'
ROW = f'{HALL}, row=~"$row"'
RACK = f'{ROW}, rack=~"$rack"'
NODE = 'site=~"$site", hall=~"$hall", class=~"$kind", node=~"$node"'
GATEWAY = 'site=~"$site", gateway=~"$gateway"'
NO_HEADER = ', class!="header"'  # water: it has no power that could be measured
DEVICE = 'site=~"$site", device!=""'
LOST = steps((1, RED))


def known_power(of):
    """The power of nodes as far as it is known now: of one that is known in part, the lower bound. What a node was before
    its meter fell silent, databases show for five minutes more: its state tells which counts."""
    power, known = f"facility_active_power_watts{{{of}, phase=\"total\"", f"on (site, node) facility_sum_state{{{of}}}"
    return f'({power}, point=""}} and {known} == 1 or {power}, point="at_least"}} and {known} == 2)'


def places(*names):
    """Variables from the site down, each offering what is in what was chosen above it."""
    labels = {"site": "Site", "hall": "Hall", "row": "Row", "rack": "Rack"}
    found = []
    for i, name in enumerate(names):
        above = ", ".join(f'{one}=~"${one}"' for one in names[:i])
        found.append(variable(name, labels[name], f"label_values(facility_device_up{{{above}}}, {name})"))
    return found


def hall_dashboard(metrics):
    power = f"facility_active_power_watts{{{HALL}, {WHOLE_SUM}"
    racks = f'{HALL}, class="rack", node!=""'
    first = [
        figure("Redundancy lost", "Nodes that a single loss would take down now.", Query(f"sum(facility_redundancy_state{{{HALL}}} == bool 2)"), "short", LOST, "no node has a rule of redundancy"),
        figure("Alarms standing", "Alarms that are active, of all gateways of the site.", Query('sum(facility_alarms_standing{site=~"$site", reason="active"})'), "short", LOST),
        figure("Least headroom", "Of all nodes with a budget: the smallest share of it that is left.", Query(f"min(facility_headroom_ratio{{{HALL}}})"), "percentunit", HEADROOM, "no node has a budget"),
        figure("Worst single loss", "The highest load over usable capacity that any single loss would leave behind.", Query(f"max(facility_failover_load_ratio{{{HALL}}})"), "percentunit", FAILOVER),
        figure("Power of racks", "The sum of all racks; a lower bound, where one is not wholly known.", Query(f'sum({known_power(racks)})'), "watt", width=3),
        figure("Measured", "The least share of a node's inputs that is measured now: what nobody sees is not in the sums.", Query(f"min(facility_measured_ratio{{{HALL}{NO_HEADER}}})"), "percentunit", WHOLE),
        figure("Silent devices", "Devices that do not answer.", Query(f"sum(facility_device_up{{{HALL}}} == bool 0)"), "short", NONE_IS_GOOD),
        figure("Clock error", "By how much the worst gateway's clock may be wrong.", Query('max(facility_clock_error_seconds{site=~"$site"})'), "s", LEVELS["facility_clock_error_seconds"]),
    ]  # fmt: skip
    load = [
        lines("Power by kind of node", "What passes intakes, UPSes, busways and racks. Each is the same power at another place: never add them.",
              Query(f'sum by (class) ({power}, class=~"intake|transformer|ups|bus|busway|rack"}})', "{{class}}"), unit="watt", least=0),
        lines("Power of racks by row", "The sum of the racks of each row; a lower bound, where one is not wholly known.", Query(f"sum by (row) ({known_power(racks)})", "row {{row}}"), unit="watt", least=0),
        lines("Power of meters by feed", "What the meters of each feed measure.",
              Query(f'sum by (feed) (facility_active_power_watts{{{HALL}, class="meter", device!="", phase="total", feed!=""}})', "feed {{feed}}"), unit="watt", least=0),
        bars("Racks that use their budget most", "Load over the highest level of the rack's budget.", Query(f'topk(16, facility_budget_load_ratio{{{HALL}, class="rack"}})', "{{node}}"),
             "percentunit", steps((0.75, ORANGE), (0.95, RED)), "no rack has a budget"),
        lines("Energy of racks, last hour", "By row, from the counters of their meters; in joules (3.6 MJ are 1 kWh).",
              Query(f'sum by (row) (increase(facility_active_energy_joules_total{{{HALL}, class="rack", node!="", phase="total"}}[1h]))', "row {{row}}"), unit="joule", least=0),
        states("Alarms by what they are about", "Alarms that hallwatch has judged: active, returned (latched), suppressed by their cause, out of service.",
               Query(f"topk(40, facility_alarm_condition_state{{{HALL}}})", "{{alarm}} {{node}} {{device}}"), mappings=mappings_of(metrics["facility_alarm_condition_state"]),
               no_value="no alarm in this time"),
    ]  # fmt: skip
    supply = [
        states("What feeds the UPSes", "Mode of each UPS.", Query(f"facility_ups_mode_state{{{HALL}}}", "{{device}}"), mappings=mappings_of(metrics["facility_ups_mode_state"]), width=8, no_value="no UPS"),
        lines("Battery charge", "Charge that is left.", Query(f"facility_battery_charge_ratio{{{HALL}}}", "{{device}} {{component_id}}"), unit="percentunit", width=8, least=0, no_value="no battery"),
        lines("Battery runtime", "Time that is left at the present load.", Query(f"facility_battery_runtime_seconds{{{HALL}}}", "{{device}}"), unit="s",
              thresholds=LEVELS["facility_battery_runtime_seconds"], width=8, no_value="no battery"),
    ]  # fmt: skip
    air = f'facility_air_temperature_celsius{{{HALL}, device!=""'
    cooling = [
        lines("Air of racks", "The hottest of each rack's sensors, the 20 hottest racks; air units' own readings are on their dashboard.", Query(f'topk(20, max by (rack) ({air}, rack!=""}}))', "rack {{rack}}"),
              unit="celsius", thresholds=INLET),
        lines("Coolant", "Supply and return of liquid loops.", Query(f'facility_coolant_temperature_celsius{{{HALL}, class=~"chiller|liquid"}}', "{{device}} {{side}} {{point}}"), unit="celsius",
              no_value="no liquid loop"),
        states("Chillers and air units", "What each machine is doing.", Query(f'facility_unit_state{{{HALL}, class=~"chiller|air"}}', "{{device}} {{component}} {{component_id}}"),
               mappings=mappings_of(metrics["facility_unit_state"]), no_value="no machine says"),
        states("Leaks", "Leak sensors, those that are wet first.", Query(f"topk(20, facility_leak_state{{{HALL}}})", "{{device}} {{point}}"), mappings=mappings_of(metrics["facility_leak_state"]),
               no_value="no leak sensor"),
    ]  # fmt: skip
    rows = [("What to look at first", first), ("Load", load), ("Supply", supply), ("Cooling", cooling)]
    return dashboard("hallwatch-hall", "hallwatch: Hall", "What an operator looks for first, then load, supply and cooling. Generated.", places("site", "hall"), rows)


def power_dashboard(metrics):
    def of(name, more=""):
        return f"{name}{{{NODE}{more}}}"

    def by_node(name, how="max", more=""):
        return Query(f"{how} by (node) ({of(name, more)})")

    def mapped(name):
        return mappings_of(metrics[name])

    columns = [
        ("Supply", by_node("facility_supply_state"), "short", None, mapped("facility_supply_state")),
        ("Load", by_node("facility_active_power_watts", "max", f", {WHOLE_SUM}"), "watt", None, None),
        ("Over usable", by_node("facility_usable_load_ratio"), "percentunit", USABLE, None),
        ("Headroom", by_node("facility_power_headroom_watts", "min"), "watt", steps((0, GREEN), base=RED), None),
        ("Budget", by_node("facility_budget_state"), "short", None, mapped("facility_budget_state")),
        ("After worst loss", by_node("facility_failover_load_ratio"), "percentunit", FAILOVER, None),
        ("Redundancy", by_node("facility_redundancy_state"), "short", None, mapped("facility_redundancy_state")),
        ("Trips in", by_node("facility_time_to_trip_seconds", "min", ', point="earliest"'), "s", TRIP, None),
        ("Measured", by_node("facility_measured_ratio", "min"), "percentunit", WHOLE, None),
    ]  # fmt: skip
    now = [table("Nodes now", "What is judged of each node. Empty: the node has no rating, budget, rule or tripping curve.", columns, ("node",), height=12)]
    load = [
        lines("Load", "Power of each node, where all of it is known.", Query(of("facility_active_power_watts", f", {WHOLE_SUM}"), "{{node}}"), unit="watt"),
        lines("Load over usable capacity", "Usable is rating x continuous ratio x derating, of the phase that is used most.", Query(of("facility_usable_load_ratio"), "{{node}}"),
              unit="percentunit", thresholds=USABLE, no_value="no node has a rating", least=0),
        lines("Headroom", "Power that is left below the highest level of the node's budget.", Query(of("facility_power_headroom_watts"), "{{node}}"), unit="watt",
              thresholds=steps((0, GREEN), base=RED), no_value="no node has a budget"),
        lines("Current of the highest phase", "Amperes in the phase that carries most.", Query(of("facility_current_amperes", ', point="highest"'), "{{node}}"), unit="amp", least=0),
        lines("Power by phase", "Of nodes with three phases.", Query(of("facility_active_power_watts", ', phase=~"L[123]"'), "{{node}} {{phase}}"), unit="watt"),
        lines("Mean power from energy", "Rate of the energy counters: nothing between two polls is missed.",
              Query(f'rate({of("facility_active_energy_joules_total")}[$__rate_interval])', "{{node}}"), unit="watt", least=0),
        lines("Reactive power", "Sum of the meters below, where all tell it.", Query(of("facility_reactive_power_vars"), "{{node}}"), unit="voltampreact"),
        lines("Contract demand", "The block as it would end, the block before, and the month's highest; of the intake with a contract.",
              Query(of("facility_demand_forecast_watts"), "{{node}} forecast"), Query(of("facility_demand_watts"), "{{node}} last block"),
              Query(of("facility_peak_demand_watts"), "{{node}} peak"), unit="watt", no_value="no contract: power.contract", least=0),
    ]  # fmt: skip
    budget = [
        states("Budget", "How each node stands to its budget.", Query(of("facility_budget_state"), "{{node}}"), mappings=mapped("facility_budget_state"), no_value="no node has a budget"),
        lines("Time over budget, last hour", "How long each was over a level.", Query(f'increase({of("facility_over_budget_seconds_total")}[1h])', "{{node}} {{point}}"), unit="s",
              no_value="no node has a budget", least=0),
        states("Supply", "What each node is fed by.", Query(of("facility_supply_state"), "{{node}}"), mappings=mapped("facility_supply_state")),
        lines("Time to trip", "The earliest that the node's breaker may trip at the present current, and the latest; none while it never would.",
              Query(of("facility_time_to_trip_seconds"), "{{node}} {{point}}"), unit="s", thresholds=TRIP, no_value="no breaker would trip", least=0),
    ]  # fmt: skip
    loss = [
        lines("Load over usable after the worst single loss", "Each node after the loss that hits it hardest, from the state as it is now.", Query(of("facility_failover_load_ratio"), "{{node}}"),
              unit="percentunit", thresholds=FAILOVER, least=0),
        states("Redundancy", "Whether a single loss can be borne.", Query(of("facility_redundancy_state"), "{{node}}"), mappings=mapped("facility_redundancy_state"),
               no_value="no node has a rule of redundancy"),
    ]  # fmt: skip
    trust = [
        states("Sums", "Whether all of a node's power is known.", Query(of("facility_sum_state"), "{{node}}"), mappings=mapped("facility_sum_state"), width=8),
        lines("Share that is not measured now", "Held over from before, or unknown.", Query(f'1 - {of("facility_measured_ratio", NO_HEADER)}', "{{node}}"), unit="percentunit", width=8, least=0),
        lines("Skew", "From the oldest to the newest input of a sum.", Query(of("facility_input_skew_seconds"), "{{node}}"), unit="s", width=8, least=0),
    ]  # fmt: skip
    supply = 'facility_supply_state{site=~"$site", hall=~"$hall"'
    variables = [
        variable("site", "Site", "label_values(facility_supply_state, site)"),
        variable("hall", "Hall", 'label_values(facility_supply_state{site=~"$site"}, hall)'),
        variable("kind", "Kind", f"label_values({supply}}}, class)"),
        variable("node", "Node", f'label_values({supply}, class=~"$kind"}}, node)'),
    ]
    rows = [("Now", now), ("Load", load), ("Budgets and breakers", budget), ("Single losses", loss), ("What the figures stand on", trust)]
    return dashboard("hallwatch-power", "hallwatch: Power tree", "Nodes from the intake to the racks: load, usable, headroom, redundancy. Generated.", variables, rows)


def rack_dashboard(metrics):
    node = f'{RACK}, class="rack", node!=""'
    pdu = f'{RACK}, class="pdu", device!=""'
    first = [
        figure("Power of all", "The sum of the racks chosen; a lower bound, where one is not wholly known.", Query(f"sum({known_power(node)})"), "watt", width=4),
        figure("Least headroom", "Power that is left below the highest level of the budget, of the rack with the least.", Query(f"min(facility_power_headroom_watts{{{node}}})"), "watt",
               steps((0, GREEN), base=RED), "no budget", width=4),
        figure("Load over budget", "Of the rack that uses most of its own.", Query(f"max(facility_budget_load_ratio{{{node}}})"), "percentunit", steps((0.75, ORANGE), (0.95, RED)), "no budget", width=4),
        figure("Worst single loss", "Load over usable capacity that it would leave.", Query(f"max(facility_failover_load_ratio{{{node}}})"), "percentunit", FAILOVER, width=4),
        figure("Redundancy lost", "Racks that a single loss would take down now.", Query(f"sum(facility_redundancy_state{{{node}}} == bool 2)"), "short", LOST, "no rule of redundancy", width=4),
        figure("Silent devices", "Devices of the racks that do not answer.", Query(f"sum(facility_device_up{{{RACK}}} == bool 0)"), "short", NONE_IS_GOOD, width=4),
    ]  # fmt: skip
    load = [
        lines("Power", "Of each rack.", Query(f"facility_active_power_watts{{{node}, {WHOLE_SUM}}}", "{{node}}"), unit="watt", least=0),
        lines("Power by feed", "What the PDUs of each feed carry: on 2N about the same.", Query(f'sum by (rack, feed) (facility_active_power_watts{{{pdu}, component!="outlet", phase="total"}})', "{{rack}} {{feed}}"),
              unit="watt", least=0),
        lines("Current by PDU and phase", "At the inlets.", Query(f'topk(40, facility_current_amperes{{{pdu}, component=~"inlet|input", phase=~"L[123]"}})', "{{device}} {{phase}}"), unit="amp", least=0),
        states("Budget", "How each rack stands to its budget.", Query(f"facility_budget_state{{{node}}}", "{{node}}"), mappings=mappings_of(metrics["facility_budget_state"]), no_value="no budget"),
        lines("Share of feed A", "Power of A over A and B, of racks that have both.",
              Query(f'sum by (rack) (facility_active_power_watts{{{pdu}, component!="outlet", phase="total", feed="A"}}) / sum by (rack) (facility_active_power_watts{{{pdu}, component!="outlet", phase="total", feed=~"A|B"}})',
                    "{{rack}}"), unit="percentunit", thresholds=steps((0.2, GREEN), (0.8, ORANGE), base=ORANGE), no_value="no rack with feeds A and B"),
        lines("Energy, last hour", "In joules (3.6 MJ are 1 kWh).", Query(f'increase(facility_active_energy_joules_total{{{node}, phase="total"}}[1h])', "{{node}}"), unit="joule", least=0),
    ]  # fmt: skip
    outlets = [
        bars("Outlets with most power", "By the name that people gave them, where they did.",
             Query(f'topk(20, facility_active_power_watts{{{pdu}, component="outlet"}} * on (site, device, component, component_id) group_left (name) max by (site, device, component, component_id, name) (facility_component_info{{{pdu}}}))',
                   "{{device}} {{component_id}} {{name}}"), "watt", steps((1000, ORANGE), (2500, RED)), "no PDU meters its outlets"),
        lines("Outlets with most current", "The 20 highest.", Query(f'topk(20, facility_current_amperes{{{pdu}, component="outlet"}})', "{{device}} {{component_id}}"), unit="amp", least=0,
              no_value="no PDU meters its outlets"),
    ]  # fmt: skip
    surroundings = [
        lines("Air", "At the rack's sensors.", Query(f"topk(20, facility_air_temperature_celsius{{{RACK}}})", "{{device}} {{component_id}} {{point}}"), unit="celsius", thresholds=INLET, width=8),
        lines("Humidity", "At the rack's sensors.", Query(f"topk(20, facility_relative_humidity_ratio{{{RACK}}})", "{{device}} {{component_id}} {{point}}"), unit="percentunit", width=8),
        lines("Coolant", "Of the rack's own cooling.", Query(f"facility_coolant_temperature_celsius{{{RACK}}}", "{{device}} {{side}} {{point}}"), unit="celsius", width=8, no_value="no liquid cooling"),
        states("Leaks", "Leak sensors, those that are wet first.", Query(f"topk(20, facility_leak_state{{{RACK}}})", "{{device}} {{point}}"), mappings=mappings_of(metrics["facility_leak_state"]),
               no_value="no leak sensor"),
        states("Devices", "How the agent fares with each.", Query(f"facility_device_state{{{RACK}}}", "{{device}}"), mappings=mappings_of(metrics["facility_device_state"])),
    ]  # fmt: skip
    rows = [("Now", first), ("Load", load), ("Outlets", outlets), ("Surroundings", surroundings)]
    return dashboard("hallwatch-rack", "hallwatch: Rack", "One rack or several: power by feed, outlets, budget, surroundings. Generated.", places("site", "hall", "row", "rack"), rows)


def agent_dashboard(metrics):
    up = words({0: "down", 1: "up"}, {"down": RED, "up": GREEN})
    sink = "{{gateway}} {{component_id}}"
    first = [
        figure("Answering", "Share of the devices that answer.", Query(f"avg(facility_device_up{{{DEVICE}}})"), "percentunit", WHOLE, width=4),
        figure("Late devices", "Devices whose polls come later than asked for.", Query(f"sum(facility_poll_lateness_seconds{{{DEVICE}}} > bool 0)"), "short", LOST, width=4),
        figure("Readings delivered", "Readings a second that receivers have acknowledged, of the slowest sink.", Query(f"min(facility_sink_readings_per_second{{{GATEWAY}}})"), "cps", width=4),
        figure("Waiting", "Readings that wait for a receiver.", Query(f"max(facility_sink_waiting_readings{{{GATEWAY}}})"), "short", width=4),
        figure("Spool's room", "Of the spool's file that is fullest: how much of its quota it takes.", Query(f"max(facility_spool_disk_bytes{{{GATEWAY}}} / facility_spool_quota_bytes{{{GATEWAY}}})"), "percentunit",
               steps((0.5, ORANGE), (0.9, RED)), "nothing is kept on disk", width=4),
        figure("Clock error", "By how much the worst gateway's clock may be wrong.", Query(f"max(facility_clock_error_seconds{{{GATEWAY}}})"), "s", LEVELS["facility_clock_error_seconds"], width=4),
    ]  # fmt: skip
    polls = [
        lines("Late polls", "By how much the 20 latest devices are later than asked for.", Query(f"topk(20, facility_poll_lateness_seconds{{{DEVICE}}})", "{{device}}"), unit="s", thresholds=steps((1, ORANGE), (10, RED)), least=0),
        lines("Answer rate", "Share of the devices that answer, by class.", Query(f"avg by (class) (facility_device_up{{{DEVICE}}})", "{{class}}"), unit="percentunit", least=0),
        lines("Failed requests", "By the second, by what went wrong.", Query(f"sum by (reason) (rate(facility_poll_errors_total{{{DEVICE}}}[$__rate_interval]))", "{{reason}}"), unit="cps", least=0),
        lines("Duration of polls", "From a poll's first request to its last reply, the 20 longest.", Query(f"topk(20, facility_poll_duration_seconds{{{DEVICE}}})", "{{device}}"), unit="s", least=0),
        lines("Time of lines and gateways", "Share of its bus's time that each device needs; the devices of a bus cannot have more than all of it.",
              Query(f"topk(20, facility_bus_time_ratio{{{DEVICE}}})", "{{device}}"), unit="percentunit", least=0),
        lines("Bad readings", "Implausible ones by the second, by reason.", Query(f"sum by (reason) (rate(facility_reading_bad_total{{{DEVICE}}}[$__rate_interval]))", "{{reason}}"), unit="cps", least=0),
        lines("Points that devices refuse", "Parked, and tried again every ten minutes.", Query(f"topk(20, facility_points_parked{{{DEVICE}}})", "{{device}}"), unit="short", least=0),
        states("Devices with trouble", "How the agent fares with them, the 40 worst.", Query(f"topk(40, facility_device_state{{{DEVICE}}})", "{{device}}"), mappings=mappings_of(metrics["facility_device_state"])),
    ]  # fmt: skip
    links = [
        lines(title, f"What happened there by the second, by kind{more}.", Query(f"sum by (reason) (rate(facility_{name}_events_total{{{GATEWAY}}}[$__rate_interval]))", "{{reason}}"), unit="cps", width=6, least=0)
        for title, name, more in (("Modbus TCP", "modbus", ""), ("Serial lines", "serial", ""), ("SNMP", "snmp", "; kernel_dropped: the receive buffer is too small"),
                                  ("Traps", "trap", ""))
    ]  # fmt: skip
    delivery = [
        states("Receivers", "Whether each takes what is sent.", Query(f"facility_sink_up{{{GATEWAY}}}", sink), mappings=up, width=8),
        lines("Waiting readings", "For each receiver, backlog included.", Query(f"facility_sink_waiting_readings{{{GATEWAY}}}", sink), unit="short", width=8, least=0),
        lines("Age of what waits", "Of the oldest reading that waits.", Query(f"facility_sink_waiting_age_seconds{{{GATEWAY}}}", sink), unit="s", thresholds=steps((60, ORANGE), (600, RED)), width=8, least=0),
        lines("Delivered", "Readings a second that the receiver has acknowledged.", Query(f"facility_sink_readings_per_second{{{GATEWAY}}}", sink), unit="cps", width=8, least=0),
        lines("Not delivered", "Readings by the second that were rejected, dropped or thinned: each is a gap.",
              Query(f'sum by (gateway, component_id, reason) (rate(facility_sink_readings_total{{{GATEWAY}, reason!="sent"}}[$__rate_interval]))', "{{component_id}} {{reason}}"), unit="cps", width=8, least=0),
        lines("Requests", "By the second, by what became of them.", Query(f"sum by (component_id, reason) (rate(facility_sink_events_total{{{GATEWAY}}}[$__rate_interval]))", "{{component_id}} {{reason}}"), unit="cps", width=8,
              least=0),
    ]  # fmt: skip
    spool = [
        lines("Memory of waiting rows", "By file of the spool.", Query(f"facility_spool_memory_bytes{{{GATEWAY}}}", sink), unit="bytes", width=6, least=0),
        lines("Size on disk", "And how large it may become.", Query(f"facility_spool_disk_bytes{{{GATEWAY}}}", sink), Query(f"facility_spool_quota_bytes{{{GATEWAY}}}", f"{sink} quota"), unit="bytes", width=6, least=0,
              no_value="nothing is kept on disk"),
        lines("Written", "Bytes by the second: what wears flash out.", Query(f"rate(facility_spool_written_bytes_total{{{GATEWAY}}}[$__rate_interval])", sink), unit="Bps", width=6, least=0),
        states("Disk", "Whether it takes what is written.", Query(f"facility_spool_up{{{GATEWAY}}}", sink), mappings=up, width=6, no_value="nothing is kept on disk"),
    ]  # fmt: skip
    judging = [
        lines("Time of judging", "A tick, and a pass over all single losses.", Query(f"facility_judge_seconds{{{GATEWAY}}}", "{{gateway}} {{point}}"), unit="s", width=8, least=0, no_value="no power section"),
        lines("Alarms standing", "At present, by what they are.", Query(f"sum by (gateway, reason) (facility_alarms_standing{{{GATEWAY}}})", "{{gateway}} {{reason}}"), unit="short", width=8, least=0),
        lines("Changes of alarms, last hour", "Raised, ended, suppressed, chattering.", Query(f"sum by (gateway, reason) (increase(facility_alarm_changes_total{{{GATEWAY}}}[1h]))", "{{gateway}} {{reason}}"), unit="short", width=8,
              least=0),
    ]  # fmt: skip
    variables = [
        variable("site", "Site", "label_values(facility_clock_error_seconds, site)"),
        variable("gateway", "Gateway", 'label_values(facility_clock_error_seconds{site=~"$site"}, gateway)'),
    ]
    rows = [("Now", first), ("Polls", polls), ("Links", links), ("Delivery", delivery), ("Spool", spool), ("Judging", judging)]
    return dashboard("hallwatch-agent", "hallwatch: Agent health", "Whether the agent reads and delivers in time. Generated.", variables, rows)
