"""All sessions of a filter, to be sorted, searched and looked through a page at a time.

Rule: no front end here. A row's numbers are those of `agent-console usage session`; they are read
once for many questions, so that a page of a hundred thousand sessions comes at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct, field, msgpack

from agent_console.model.format import printable
from agent_console.model.short_names import short_model
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports.cache_rates import hit_rate
from agent_console.usage.reports.reading import answered
from agent_console.usage.reports.report import count_of_sessions
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.session_branches import branches
from agent_console.usage.reports.sessions import session_rows

if TYPE_CHECKING:
    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.reading import Reading

Column: TypeAlias = Literal[
    "id", "title", "project", "first", "last", "duration", "messages", "tokens", "hits", "cost",
    "model", "branch",
]  # fmt: skip
TEXTS: frozenset[str] = frozenset({"id", "title", "project", "model", "branch"})


class SessionRow(Struct, frozen=True, gc=False):
    """A session.

    Attributes:
        first, last: Unix milliseconds; 0 when nothing is known.
        duration: Milliseconds.
        messages: Of the person and of the model.
        hits: Cache hit rate, 0 to 1; -1 when nothing was sent.
        cost: Picodollars; -1 when nothing has a price.
    """

    id: str
    title: str
    project: str
    first: int
    last: int
    duration: int
    messages: int
    tokens: int
    hits: float
    cost: int
    model: str
    branch: str


class SortBy(Struct, frozen=True, rename={"col_id": "colId"}):
    """A column and its direction, as AG Grid asks for it."""

    col_id: Column
    sort: Literal["asc", "desc"] = "desc"


class Condition(Struct, frozen=True, rename="camel"):
    """What a column's filter wants, as AG Grid says it."""

    type: str = ""
    filter: str | float | int | None = None
    filter_to: float | int | None = None
    operator: Literal["AND", "OR"] = "AND"
    conditions: list["Condition"] = []


class Ask(Struct, frozen=True):
    """Which rows are wanted: `start` to before `end` of all that match.

    Attributes:
        over_usd: Only those that cost more; null for all.
    """

    start: int = 0
    end: int = 50
    sort: list[SortBy] = []
    filter: dict[Column, Condition] = field(default_factory=dict[Column, Condition])
    search: str = ""
    over_usd: float | None = None

    @property
    def takes_all(self) -> bool:
        """All rows match, the latest first."""
        return not (self.sort or self.filter or self.search) and self.over_usd is None


def read_sessions(connection: "Reading", wanted: "Filter") -> list[SessionRow]:
    """Every session of a filter, the latest first."""
    on = branches(connection, wanted)
    return [_row(row, on.get(row.key[0], "")) for row in session_rows(connection, wanted)]


def matching(rows: list[SessionRow], ask: Ask) -> list[SessionRow]:
    """The rows that match, in the order that is asked for."""
    words = ask.search.casefold().split()
    tests = [_test(column, condition) for column, condition in ask.filter.items()]
    if ask.over_usd is not None:
        least = ask.over_usd * PICO_PER_USD
        rows = [row for row in rows if row.cost > least]
    if words:
        rows = [row for row in rows if _has(row, words)]
    if tests:
        rows = [row for row in rows if all(test(row) for test in tests)]
    for by in reversed(ask.sort):
        # Sorting is stable: the first column decides, the others among what is alike.
        rows = sorted(rows, key=_key(by.col_id), reverse=by.sort == "desc")
    return rows


def _row(row: Row, branch: str) -> SessionRow:
    detail: Any = row.detail
    sums = row.sums
    first, last = detail.first_ms or 0, detail.last_ms or 0
    hits = None if sums is None else hit_rate(sums)
    return SessionRow(
        id=row.label,
        title=printable(detail.title or ""),
        project=printable(detail.projects[0] if detail.projects else ""),
        first=first,
        last=last,
        duration=last - first,
        messages=detail.user_messages + (0 if sums is None else sums.responses),
        tokens=0 if sums is None else sums.tokens,
        hits=-1.0 if hits is None else hits,
        cost=-1 if sums is None or sums.cost_pico is None else sums.cost_pico,
        model=short_model(detail.last_model or next(iter(row.models), None)),
        branch=printable(branch),
    )


def _key(column: Column) -> Callable[[SessionRow], Any]:
    if column in TEXTS:
        return lambda row: getattr(row, column).casefold()
    return lambda row: getattr(row, column)


def _has(row: SessionRow, words: list[str]) -> bool:
    text = f"{row.id} {row.title} {row.project} {row.model} {row.branch}".casefold()
    return all(word in text for word in words)


def _test(column: Column, wanted: Condition) -> Callable[[SessionRow], bool]:
    if wanted.conditions:
        parts = [_test(column, each) for each in wanted.conditions]
        together = any if wanted.operator == "OR" else all
        return lambda row: together(part(row) for part in parts)
    if column in TEXTS:
        text = str(wanted.filter or "").casefold()
        check = _OF_TEXTS.get(wanted.type, _OF_TEXTS["contains"])
        return lambda row: check(getattr(row, column).casefold(), text)
    factor = PICO_PER_USD if column == "cost" else 0.01 if column == "hits" else 1
    low = _number(wanted.filter) * factor
    high = (_number(wanted.filter_to) if wanted.filter_to is not None else 0) * factor
    compare = _OF_NUMBERS.get(wanted.type, _OF_NUMBERS["greaterThan"])
    return lambda row: compare(getattr(row, column), low, high)


def _number(value: str | float | None) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return 0.0


_OF_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "notContains": lambda text, part: part not in text,
    "equals": lambda text, part: text == part,
    "notEqual": lambda text, part: text != part,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "blank": lambda text, _: not text,
    "notBlank": lambda text, _: bool(text),
}
_OF_NUMBERS: dict[str, Callable[[float, float, float], bool]] = {
    "greaterThan": lambda value, low, _: value > low,
    "greaterThanOrEqual": lambda value, low, _: value >= low,
    "lessThan": lambda value, low, _: value < low,
    "lessThanOrEqual": lambda value, low, _: value <= low,
    "equals": lambda value, low, _: value == low,
    "notEqual": lambda value, low, _: value != low,
    "inRange": lambda value, low, high: low <= value <= high,
    "blank": lambda value, _low, _high: value <= 0,
    "notBlank": lambda value, _low, _high: value > 0,
}


def read_newest(
    connection: "Reading", wanted: "Filter", count: int
) -> tuple[list[SessionRow], int]:
    """So many of the latest sessions of a filter that names nothing, and how many there are."""
    rows = list(session_rows(connection, wanted, count))
    on = branches(connection, wanted, [row.key[0] for row in rows])
    return [_row(row, on.get(row.key[0], "")) for row in rows], count_of_sessions(connection)


PACKED_ROWS = 4_000
"""So few are unpacked in a moment in which nobody waits."""


def packed_sessions(database: str, wanted: "Filter") -> list[bytes]:
    """All sessions of a filter in parts, for another process.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    rows = answered(database, lambda ledger: read_sessions(ledger, wanted)) or []
    parts = range(0, len(rows), PACKED_ROWS)
    return [msgpack.encode(rows[start : start + PACKED_ROWS]) for start in parts]


def unpacked_sessions(part: bytes) -> list[SessionRow]:
    """The rows of one part."""
    return msgpack.decode(part, type=list[SessionRow])
