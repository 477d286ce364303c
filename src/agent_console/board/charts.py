"""What charts of usage show, from the reports.

Rule: no front end and no plotting here. A chart's numbers are those of a report's rows.
"""

from typing import Literal

from msgspec import Struct

from agent_console.model.format import printable
from agent_console.model.short_names import short_model
from agent_console.usage.money import dollars
from agent_console.usage.periods import DAY_QUARTERS
from agent_console.usage.reports.calendar import WEEKDAYS
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.zone import Zone

Chart = Literal["time", "composition", "models", "projects", "hours"]
CHARTS: tuple[Chart, ...] = ("time", "composition", "models", "projects", "hours")
TITLES: dict[Chart, str] = {
    "time": "Tokens and cost over time",
    "composition": "Tokens by class over time",
    "models": "Cost by model",
    "projects": "Cost by project",
    "hours": "Cost by weekday and hour",
}
BARS = 12
"""How many models or projects have a bar of their own; the rest is one more."""

_QUARTERS_OF_HOUR = 4
_EPOCH_WEEKDAY = 3


class Series(Struct, frozen=True):
    """Values over time.

    Attributes:
        labels: Of each point.
        input, output, cache_write, cache_read: Tokens.
        cost: Dollars.
    """

    labels: list[str]
    input: list[int]
    output: list[int]
    cache_write: list[int]
    cache_read: list[int]
    cost: list[float]

    @property
    def tokens(self) -> list[int]:
        """All classes together."""
        classes = (self.input, self.output, self.cache_write, self.cache_read)
        return [sum(each) for each in zip(*classes, strict=True)]


class Bars(Struct, frozen=True):
    """Dollars by name, most first.

    Attributes:
        names: As they are shown.
        cost: Dollars.
        keys: The labels of the report's rows; empty for what has no row of its own.
        unpriced: Names of those whose cost nobody knows, which is 0 here.
    """

    names: list[str]
    cost: list[float]
    keys: list[str]
    unpriced: frozenset[str] = frozenset()


class Hours(Struct, frozen=True):
    """Dollars by weekday (Monday first) and hour of the day, in the report's zone."""

    cost: list[list[float]]


def report_of_chart(chart: Chart, report: str) -> str:
    """The report that a chart is made from.

    Args:
        chart: Which.
        report: The one whose table is shown.
    """
    match chart:
        case "models":
            return "model"
        case "projects":
            return "project"
        case "hours":
            return "hourly"
        case _:
            return report if report in {"weekly", "monthly"} else "daily"


def series(report: Report, points: int) -> Series:
    """A report by time as series; where there are more rows than points, the last ones."""
    rows = [row for row in report.rows if row.sums is not None][-points:]
    sums = [row.sums for row in rows if row.sums is not None]
    return Series(
        [row.label for row in rows],
        [each.input for each in sums],
        [each.output for each in sums],
        [each.cache_write for each in sums],
        [each.cache_read for each in sums],
        [dollars(each.cost_pico) for each in sums],
    )


def bars(report: Report) -> Bars:
    """A report by model or project as bars."""
    rows = sorted(report.rows, key=lambda row: (_cost(row), _name(row, report)), reverse=True)
    shown, rest = rows[:BARS], rows[BARS:]
    names = [_name(row, report) for row in shown]
    values = [_cost(row) for row in shown]
    keys = [row.label for row in shown]
    unpriced = frozenset(_name(row, report) for row in shown if _is_unpriced(row))
    if rest:
        names.append(f"{len(rest)} more")
        values.append(sum(map(_cost, rest)))
        keys.append("")
    return Bars(names, values, keys, unpriced)


def hours(report: Report, zone: Zone) -> Hours:
    """A report by hour as a week of hours."""
    found = [[0.0] * 24 for _ in WEEKDAYS]
    for row in report.rows:
        quarter = int(row.key[0])
        day, rest = divmod(quarter + zone.offset(quarter), DAY_QUARTERS)
        found[(day + _EPOCH_WEEKDAY) % 7][rest // _QUARTERS_OF_HOUR] += _cost(row)
    return Hours(found)


def _cost(row: Row) -> float:
    return 0.0 if row.sums is None else dollars(row.sums.cost_pico)


def _is_unpriced(row: Row) -> bool:
    return row.sums is None or row.sums.cost_pico is None


def _name(row: Row, report: Report) -> str:
    if report.grouping.name == "model":
        return short_model(row.label)
    return printable(row.label.rstrip("/").rpartition("/")[2] or row.label)
