# SPDX-License-Identifier: Apache-2.0
"""The dashboard of an agent: whether hallwatch reads and delivers in time."""

from meanings import LATE, LEVELS, NONE_IS_GOOD, WHOLE, mappings_of
from panels import GREEN, ORANGE, RED, Query, dashboard, figure, lines, states, steps, variable, words
from selecting import DEVICE, GATEWAY, silent_gateways, worst


def agent_dashboard(metrics):
    up = words({0: "down", 1: "up"}, {"down": RED, "up": GREEN})
    sink = "{{gateway}} {{component_id}}"
    first = [
        silent_gateways(GATEWAY, 4),
        figure(
            "Answering",
            "Share of the site's devices that answer. Those of a silent gateway are not known and not counted.",
            Query(f"avg(facility_device_up{{{DEVICE}}})"),
            "percentunit",
            WHOLE,
            width=4,
        ),
        figure(
            "Late devices",
            "Devices of the site whose polls come later than asked for.",
            Query(f"sum(facility_poll_lateness_seconds{{{DEVICE}}} > bool 0)"),
            "short",
            NONE_IS_GOOD,
            width=4,
        ),
        figure(
            "Receivers down",
            "Receivers that do not take what is sent; how much each takes is below.",
            Query(f"sum(facility_sink_up{{{GATEWAY}}} == bool 0)"),
            "short",
            NONE_IS_GOOD,
            width=4,
        ),
        figure(
            "Waiting",
            "Readings that wait for a receiver.",
            Query(f"max(facility_sink_waiting_readings{{{GATEWAY}}})"),
            "short",
            width=4,
        ),
        figure(
            "Spool's room",
            "Of the spool's file that is fullest: how much of its quota it takes.",
            Query(f"max(facility_spool_disk_bytes{{{GATEWAY}}} / facility_spool_quota_bytes{{{GATEWAY}}})"),
            "percentunit",
            steps((0.5, ORANGE), (0.9, RED)),
            "nothing is kept on disk",
            width=4,
        ),
    ]
    polls = [
        lines(
            "Late polls",
            "By how much the 20 latest devices of the site are later than asked for.",
            Query(f"topk(20, facility_poll_lateness_seconds{{{DEVICE}}})", "{{device}}"),
            unit="s",
            thresholds=LATE,
            least=0,
        ),
        lines(
            "Answer rate",
            "Share of the site's devices that answer, by class.",
            Query(f"avg by (class) (facility_device_up{{{DEVICE}}})", "{{class}}"),
            unit="percentunit",
            least=0,
        ),
        lines(
            "Failed requests",
            "By the second, by what went wrong; of the site's devices.",
            Query(
                f"sum by (reason) (rate(facility_poll_errors_total{{{DEVICE}}}[$__rate_interval]))",
                "{{reason}}",
            ),
            unit="cps",
            least=0,
        ),
        lines(
            "Duration of polls",
            "From a poll's first request to its last reply, the 20 longest of the site.",
            Query(f"topk(20, facility_poll_duration_seconds{{{DEVICE}}})", "{{device}}"),
            unit="s",
            least=0,
        ),
        lines(
            "Time of lines and gateways",
            "Share of its bus's time that each device needs, the 20 highest of the site; the devices of a bus cannot have more than "
            "all of it.",
            Query(f"topk(20, facility_bus_time_ratio{{{DEVICE}}})", "{{device}}"),
            unit="percentunit",
            least=0,
        ),
        lines(
            "Bad readings",
            "Implausible ones by the second, by reason; of the site's devices.",
            Query(
                f"sum by (reason) (rate(facility_reading_bad_total{{{DEVICE}}}[$__rate_interval]))",
                "{{reason}}",
            ),
            unit="cps",
            least=0,
        ),
        lines(
            "Points that devices refuse",
            "Parked, and tried again every ten minutes; the 20 devices of the site with most.",
            Query(f"topk(20, facility_points_parked{{{DEVICE}}})", "{{device}}"),
            unit="short",
            least=0,
        ),
        states(
            "Devices with trouble",
            "How the agents of the site fare with them: at most 40 that are silent, and at most 40 of all.",
            Query(worst(40, metrics["facility_device_state"], DEVICE), "{{device}}"),
            mappings=mappings_of(metrics["facility_device_state"]),
        ),
    ]
    links = [
        lines(
            title,
            f"What happened there by the second, by kind{more}.",
            Query(
                f"sum by (reason) (rate(facility_{name}_events_total{{{GATEWAY}}}[$__rate_interval]))",
                "{{reason}}",
            ),
            unit="cps",
            width=6,
            least=0,
        )
        for title, name, more in (
            ("Modbus TCP", "modbus", ""),
            ("Serial lines", "serial", ""),
            ("SNMP", "snmp", "; kernel_dropped: the receive buffer is too small"),
            ("Traps", "trap", ""),
        )
    ]
    delivery = [
        states(
            "Receivers",
            "Whether each takes what is sent.",
            Query(f"facility_sink_up{{{GATEWAY}}}", sink),
            mappings=up,
            width=8,
        ),
        lines(
            "Waiting readings",
            "For each receiver, backlog included.",
            Query(f"facility_sink_waiting_readings{{{GATEWAY}}}", sink),
            unit="short",
            width=8,
            least=0,
        ),
        lines(
            "Age of what waits",
            "Of the oldest reading that waits.",
            Query(f"facility_sink_waiting_age_seconds{{{GATEWAY}}}", sink),
            unit="s",
            thresholds=steps((60, ORANGE), (600, RED)),
            width=8,
            least=0,
        ),
        lines(
            "Delivered",
            "Readings a second that the receiver has acknowledged.",
            Query(f"facility_sink_readings_per_second{{{GATEWAY}}}", sink),
            unit="cps",
            width=8,
            least=0,
        ),
        lines(
            "Not delivered",
            "Readings by the second that were rejected, dropped or thinned: each is a gap.",
            Query(
                f'sum by (gateway, component_id, reason) (rate(facility_sink_readings_total{{{GATEWAY}, reason!="sent"}}[$__rate_interval]))',
                "{{component_id}} {{reason}}",
            ),
            unit="cps",
            width=8,
            least=0,
        ),
        lines(
            "Requests",
            "By the second, by what became of them.",
            Query(
                f"sum by (component_id, reason) (rate(facility_sink_events_total{{{GATEWAY}}}[$__rate_interval]))",
                "{{component_id}} {{reason}}",
            ),
            unit="cps",
            width=8,
            least=0,
        ),
    ]
    spool = [
        lines(
            "Memory of waiting rows",
            "By file of the spool.",
            Query(f"facility_spool_memory_bytes{{{GATEWAY}}}", sink),
            unit="bytes",
            width=6,
            least=0,
        ),
        lines(
            "Size on disk",
            "And how large it may become.",
            Query(f"facility_spool_disk_bytes{{{GATEWAY}}}", sink),
            Query(f"facility_spool_quota_bytes{{{GATEWAY}}}", f"{sink} quota"),
            unit="bytes",
            width=6,
            least=0,
            no_value="nothing is kept on disk",
        ),
        lines(
            "Written",
            "Bytes by the second: what wears flash out.",
            Query(f"rate(facility_spool_written_bytes_total{{{GATEWAY}}}[$__rate_interval])", sink),
            unit="Bps",
            width=6,
            least=0,
        ),
        states(
            "Disk",
            "Whether it takes what is written.",
            Query(f"facility_spool_up{{{GATEWAY}}}", sink),
            mappings=up,
            width=6,
            no_value="nothing is kept on disk",
        ),
    ]
    process = [
        lines(
            "Memory",
            "That each agent takes of its gateway.",
            Query(f"facility_process_resident_bytes{{{GATEWAY}}}", "{{gateway}}"),
            unit="bytes",
            width=8,
            least=0,
        ),
        lines(
            "Processor",
            "That each agent takes: 100 % is one core.",
            Query(f"rate(facility_process_cpu_seconds_total{{{GATEWAY}}}[$__rate_interval])", "{{gateway}}"),
            unit="percentunit",
            width=8,
            least=0,
        ),
        lines(
            "Clock error",
            "By how much each gateway's clock may be wrong.",
            Query(f"facility_clock_error_seconds{{{GATEWAY}}}", "{{gateway}}"),
            unit="s",
            thresholds=LEVELS["facility_clock_error_seconds"],
            width=8,
            least=0,
        ),
    ]
    judging = [
        lines(
            "Time of judging",
            "A tick, and a pass over all single losses.",
            Query(f"facility_judge_seconds{{{GATEWAY}}}", "{{gateway}} {{point}}"),
            unit="s",
            width=8,
            least=0,
            no_value="no power section",
        ),
        lines(
            "Alarms standing",
            "At present, by what they are.",
            Query(
                f"sum by (gateway, reason) (facility_alarms_standing{{{GATEWAY}}})", "{{gateway}} {{reason}}"
            ),
            unit="short",
            width=8,
            least=0,
        ),
        lines(
            "Changes of alarms, last hour",
            "Raised, ended, suppressed, chattering.",
            Query(
                f"sum by (gateway, reason) (increase(facility_alarm_changes_total{{{GATEWAY}}}[1h]))",
                "{{gateway}} {{reason}}",
            ),
            unit="short",
            width=8,
            least=0,
        ),
    ]
    variables = [
        variable("site", "Site", "label_values(facility_clock_error_seconds, site)"),
        variable("gateway", "Gateway", 'label_values(facility_clock_error_seconds{site=~"$site"}, gateway)'),
    ]
    rows = [
        ("Now", first),
        ("Polls of all gateways of the site", polls),
        ("Links", links),
        ("Delivery", delivery),
        ("Spool", spool),
        ("Judging", judging),
        ("Memory, processor and clock", process),
    ]
    return dashboard(
        "hallwatch-agent",
        "hallwatch: Agent health",
        "Whether the agent reads and delivers in time. Generated.",
        variables,
        rows,
    )
