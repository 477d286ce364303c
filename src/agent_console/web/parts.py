"""Projects or models beside each other: their rows, and how they went over time.

Rule: no NiceGUI here. Every number is a report's, as `agent-console usage` prints it.
"""

from typing import Any

from agent_console.model.format import exact_cost, pico_cost, printable, share, tokens
from agent_console.model.short_names import short_model
from agent_console.usage.money import dollars
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.columns import LocalTime
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.usage.reports.row import Row

SHOWN = 6
"""So many have a colour of their own in a chart; the rest is one more."""
REST = "others"
MARKED = 3


def part_rows(report: Report, request: Request) -> list[dict[str, Any]]:
    """A row of the grid for each, the most expensive first."""
    local = LocalTime(request)
    ranked = sorted(report.rows, key=lambda row: (-_pico(row), -_tokens(row)))
    total = report.totals.cost_pico or 0
    return [_row(row, rank, total, local, report) for rank, row in enumerate(ranked, 1)]


def _row(row: Row, rank: int, total: int, local: LocalTime, report: Report) -> dict[str, Any]:
    sums = row.sums
    pico, sessions = _pico(row), row.sessions or 0
    last = 0 if sums is None else sums.last_quarter * QUARTER_MS
    return {
        "key": row.label,
        "rank": rank,
        "rank_text": f"#{rank}" if rank <= MARKED and pico else "",
        "name": part_name(row.label, report.grouping.name),
        "sessions": sessions,
        "tokens": _tokens(row),
        "tokens_text": tokens(_tokens(row)),
        "cost": pico / 1e12,
        "cost_text": "N/A" if sums is None or sums.cost_pico is None else pico_cost(pico),
        "share": pico / total if total else 0,
        "share_text": share(pico, total) if pico else "",
        "average": pico / sessions / 1e12 if sessions else 0,
        "average_text": exact_cost(pico / sessions / 1e12) if sessions and pico else "",
        "last": last,
        "last_text": local.minute(last)[:10] if last else "",
        "model": short_model(next(iter(row.models), None)),
    }


def part_name(label: str, kind: str) -> str:
    """As lists show it."""
    if kind == "model":
        return short_model(label)
    return printable(label.rstrip("/").rpartition("/")[2] or label)


def over_time(report: Report, kind: str) -> tuple[list[str], list[tuple[str, list[float]]]]:
    """Dollars by day for the most expensive ones, from a report by day.

    Args:
        report: By day; by project too when that is the kind.
        kind: `project` or `model`.
    """
    days = sorted({row.label for row in report.rows})
    place = {day: number for number, day in enumerate(days)}
    found: dict[str, list[float]] = {}
    for row in report.rows:
        if kind == "project":
            parts = {row.project or "": _pico(row)}
        else:
            parts = {name: sums.cost_pico or 0 for name, sums in row.models.items()}
        for name, pico in parts.items():
            values = found.setdefault(name, [0.0] * len(days))
            values[place[row.label]] += dollars(pico)
    ranked = sorted(found.items(), key=lambda each: -sum(each[1]))
    shown = [(part_name(name, kind), values) for name, values in ranked[:SHOWN]]
    rest = [values for _, values in ranked[SHOWN:]]
    if rest:
        shown.append((REST, [sum(each) for each in zip(*rest, strict=True)]))
    return days, shown


def _pico(row: Row) -> int:
    return 0 if row.sums is None else row.sums.cost_pico or 0


def _tokens(row: Row) -> int:
    return 0 if row.sums is None else row.sums.tokens
