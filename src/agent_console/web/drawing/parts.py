"""Projects or models beside each other: their rows, and how they went over time.

Rule: no NiceGUI here. Every number is a report's, as `agent-console usage` prints it.
"""

from typing import Any, Literal

from msgspec import Struct

from agent_console.board.charts import Bars, bars
from agent_console.model.format import exact_cost, pico_cost, printable, share, tokens
from agent_console.model.palette import Role
from agent_console.model.short_names import short_model
from agent_console.usage.insight.migration import OTHERS, Migration
from agent_console.usage.money import dollars
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.cache_rates import hit_rate
from agent_console.usage.reports.columns import LocalTime
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.web.drawing.time_axis import Stretch

Kind = Literal["project", "model"]
TITLES: dict[Kind, str] = {"project": "Projects", "model": "Models"}
SHOWN = 6
"""So many have a colour of their own in a chart; the rest is one more."""
REST = "others"
MARKED = 3
COMPARED = 8
"""So many stand beside each other by class of tokens, and by sessions."""


class Lines(Struct, frozen=True):
    """Dollars along the time.

    Attributes:
        names: As they are shown, the most expensive first.
        keys: Labels of the reports; empty for what has no line of its own.
        usd: Of each, dollars by point.
    """

    names: list[str]
    keys: list[str]
    usd: list[list[float]]


def part_rows(report: Report, request: Request) -> list[dict[str, Any]]:
    """A row of the grid for each, the most expensive first."""
    local = LocalTime(request)
    ranked = sorted(report.rows, key=lambda row: (-_pico(row), -_tokens(row)))
    total = report.totals.cost_pico or 0
    return [_row(row, rank, total, local, report) for rank, row in enumerate(ranked, 1)]


def _row(row: Row, rank: int, total: int, local: LocalTime, report: Report) -> dict[str, Any]:
    sums = row.sums
    pico, sessions = _pico(row), row.sessions or 0
    average = dollars(pico) / sessions if sessions else 0
    hits = None if sums is None else hit_rate(sums)
    last = 0 if sums is None else sums.last_quarter * QUARTER_MS
    return {
        "key": row.label,
        "rank": rank,
        "rank_text": f"#{rank}" if rank <= MARKED and pico else "",
        "name": part_name(row.label, "model" if report.grouping.name == "model" else "project"),
        "sessions": sessions,
        "tokens": _tokens(row),
        "tokens_text": tokens(_tokens(row)),
        "cost": dollars(pico),
        "cost_text": "N/A" if sums is None or sums.cost_pico is None else pico_cost(pico),
        "share": pico / total if total else 0,
        "share_text": share(pico, total) if pico else "",
        "average": average,
        "average_text": exact_cost(average) if average else "",
        "hits": -1 if hits is None else hits,
        "hits_text": "" if hits is None else share(hits, 1),
        "last": last,
        "last_text": local.minute(last)[:10] if last else "",
        "model": short_model(next(iter(row.models), None)),
    }


def part_name(label: str, kind: Kind) -> str:
    """As lists show it."""
    if kind == "model":
        return short_model(label)
    return printable(label.rstrip("/").rpartition("/")[2] or label)


def over_time(report: Report, kind: Kind, axis: list[Stretch]) -> Lines:
    """Dollars along the time for the most expensive ones.

    Args:
        report: By day, week or month; by project too when that is the kind.
        kind: `project` or `model`.
        axis: Of the same days, weeks or months.
    """
    place = {each.label: number for number, each in enumerate(axis)}
    pico: dict[str, list[int]] = {}
    for row in report.rows:
        if row.label not in place:
            continue
        if kind == "project":
            parts = {row.project or UNKNOWN: _pico(row)}
        else:
            parts = {name: sums.cost_pico or 0 for name, sums in row.models.items()}
        for name, amount in parts.items():
            values = pico.setdefault(name, [0] * len(axis))
            values[place[row.label]] += amount
    ranked = sorted(pico, key=lambda name: (sum(pico[name]), part_name(name, kind)), reverse=True)
    shown, rest = ranked[:SHOWN], ranked[SHOWN:]
    names = [part_name(name, kind) for name in shown]
    amounts = [pico[name] for name in shown]
    if rest:
        names.append(REST)
        amounts.append([sum(each) for each in zip(*(pico[name] for name in rest), strict=True)])
    usd = [[dollars(amount) for amount in each] for each in amounts]
    return Lines(names, [*shown, *([""] if rest else [])], usd)


def shares(report: Report) -> Bars:
    """What of the cost each has; none of nothing."""
    found = bars(report)
    some = [number for number, usd in enumerate(found.cost) if usd > 0]
    return Bars(
        [found.names[number] for number in some],
        [found.cost[number] for number in some],
        [found.keys[number] for number in some],
    )


def classes(report: Report) -> tuple[list[str], dict[Role, list[int]]]:
    """The labels of those with most tokens, and their tokens by class."""
    most = sorted(report.rows, key=lambda row: -_tokens(row))[:COMPARED]
    sums = [row.sums for row in most if row.sums is not None]
    return [row.label for row in most if row.sums is not None], {
        "input": [each.input for each in sums],
        "output": [each.output for each in sums],
        "cache_write": [each.cache_write for each in sums],
        "cache_read": [each.cache_read for each in sums],
    }


def in_sessions(report: Report) -> tuple[list[str], list[int]]:
    """The labels of the most expensive ones, and in how many sessions each has part."""
    ranked = sorted(report.rows, key=lambda row: (-_pico(row), -_tokens(row)))[:COMPARED]
    return [row.label for row in ranked], [row.sessions or 0 for row in ranked]


def layers(found: Migration) -> tuple[list[str], list[list[float | None]]]:
    """The names of the models that the cost moved between, and each one's percents of it."""
    names = [name if name == OTHERS else short_model(name) for name in found.models]
    by_stretch = [each.shares for each in found.stretches]
    return names, [
        [None if each is None else round(100 * each, 1) for each in values]
        for values in ([stretch[number] for stretch in by_stretch] for number in range(len(names)))
    ]


def _pico(row: Row) -> int:
    return 0 if row.sums is None else row.sums.cost_pico or 0


def _tokens(row: Row) -> int:
    return 0 if row.sums is None else row.sums.tokens
