"""The days, weeks or months of a chart, also those on which nothing was used.

Rule: no NiceGUI here. Days, weeks and months are those of the reports.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from agent_console.board.charts import Series
from agent_console.model.format import pico_cost, tokens
from agent_console.usage.money import dollars
from agent_console.usage.reports.buckets import day_label, first_day_of, last_day_of
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.zone import QUARTER_SECONDS

POINTS = 1_000
"""More cannot be told apart; where there are more, the last ones are shown."""


class Stretch(Struct, frozen=True):
    """A day, a week or a month.

    Attributes:
        label: As the report calls it.
        since, until: Its first and its last day, as `usage --since` takes them.
    """

    label: str
    since: str
    until: str


def starts_of(report: Report) -> list[int]:
    """The first days of the rows in which something was used, counted from 1970-01-01."""
    return [row.key[0] for row in report.rows if row.sums is not None]


def time_axis(starts: Sequence[int], request: Request) -> list[Stretch]:
    """All stretches from the beginning of the range to its end, or to today; none for no rows.

    Args:
        starts: The first day of each row of the report by day, week or month.
        request: What was asked for. Without a beginning, the first row is the beginning.
    """
    if not starts:
        return []
    grouping, wanted = request.grouping, request.wanted
    zone = wanted.zone
    first, last = min(starts), max(starts)
    if wanted.since is not None:
        first = min(first, first_day_of(grouping, zone.day(wanted.since), wanted))
    today = zone.day(request.now_ms // 1000 // QUARTER_SECONDS)
    end = today if wanted.until is None else min(today, zone.day(wanted.until - 1))
    label = day_label(grouping, wanted)
    found: list[Stretch] = []
    start = first
    while start <= max(last, end):
        final = last_day_of(grouping, start, wanted)
        found.append(Stretch(label(start), iso(start), iso(final)))
        start = final + 1
    return found[-POINTS:]


def along(series: Series, axis: list[Stretch]) -> Series:
    """The series with a point for each stretch; nothing was used in those that it has not."""
    place = {label: number for number, label in enumerate(series.labels)}
    places = [place.get(each.label) for each in axis]

    def counts(values: list[int]) -> list[int]:
        return [0 if number is None else values[number] for number in places]

    cost = [0.0 if number is None else series.cost[number] for number in places]
    return Series(
        [each.label for each in axis], counts(series.input), counts(series.output),
        counts(series.cache_write), counts(series.cache_read), cost,
    )  # fmt: skip


def stretch_rows(report: Report, axis: list[Stretch]) -> list[dict[str, Any]]:
    """A row of the grid for each stretch in which something was used, the latest first."""
    place = {each.label: each for each in axis}
    return [
        _row(place[row.label], row.sums)
        for row in reversed(report.rows)
        if row.sums is not None and row.label in place
    ]


def _row(stretch: Stretch, sums: Sums) -> dict[str, Any]:
    counts = {
        "input": sums.input,
        "output": sums.output,
        "write": sums.cache_write,
        "read": sums.cache_read,
        "tokens": sums.tokens,
    }
    return {
        "label": stretch.label,
        "since": stretch.since,
        "until": stretch.until,
        **counts,
        **{f"{name}_text": tokens(count) for name, count in counts.items()},
        "cost": dollars(sums.cost_pico),
        "cost_text": "N/A" if sums.cost_pico is None else pico_cost(sums.cost_pico),
    }
