"""What a front end asks the ledger, and what it gets to show.

Rule: no front end here. Every number comes from the reports that `agent-console usage` prints,
asked in the same words; what is shown of them, too.
"""

import shlex
from typing import Any

from msgspec import Struct

from agent_console.model.short_names import short_model
from agent_console.model.usage import Limit
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.buckets import last_day_of
from agent_console.usage.reports.columns import LocalTime, columns, lines
from agent_console.usage.reports.empty import empty_ledger
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.notes import notes
from agent_console.usage.reports.reading import explained, open_for_reading
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.report_of import report_of
from agent_console.usage.reports.request import Request
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.table import Cells
from agent_console.usage.reports.typed import typed

REPORTS = ("daily", "weekly", "monthly", "session", "project", "model", "block")
"""Those that have a tab, in its order."""

_DAYS = {"daily", "weekly", "monthly"}


class FilterError(ValueError):
    """What was typed is no filter; the message says what would be."""


class Narrowed(Struct, frozen=True):
    """One step down: a row that was opened.

    Attributes:
        label: What it is called on the way back.
        since, until: Quarters of an hour, `until` not included; null for no border.
        project: A project's path; null for all.
        model: A model's name; null for all.
    """

    label: str
    since: int | None = None
    until: int | None = None
    project: str | None = None
    model: str | None = None


class OpenSession(Struct, frozen=True):
    """A row is a session, which has a screen of its own."""

    session_id: str


Target = Narrowed | OpenSession | None
"""What lies behind a row."""


class Question(Struct, frozen=True):
    """What the screen shows.

    Attributes:
        report: One of REPORTS.
        words: The filter as it was typed, in the options of `agent-console usage`.
        steps: The rows that were opened on the way here.
    """

    report: str
    words: str = ""
    steps: tuple[Narrowed, ...] = ()


class Shown(Struct, frozen=True):
    """The answer, ready to be drawn.

    Attributes:
        columns: The table, its totals in the last line.
        kinds: Of every line: `plain`, `dim` (a part of the row above) or `total`.
        targets: What lies behind each line.
        notes: Sentences below it.
    """

    columns: list[Cells]
    kinds: list[str]
    targets: list[Target]
    notes: list[str]


def _is_by_time(request: Request) -> bool:
    """Its rows stand in the order of time unless somebody asks for another."""
    by_itself = GROUPINGS[request.grouping].is_time or request.grouping == "session"
    return by_itself and request.sort in {None, "date"}


class Asker:
    """Asks the ledger. Its methods block; call them in a thread.

    Args:
        database: The ledger.
        timezone: The configured zone.
    """

    def __init__(self, database: str, timezone: str) -> None:
        self._database = database
        self._timezone = timezone

    def ask(self, question: Question, now_ms: int, five_hour: Limit | None) -> Shown:
        """The table of a question.

        Raises:
            FilterError: The words are no filter.
            LedgerError: The ledger cannot be read.
        """
        request = self.request(question, question.report, now_ms)
        if request.descending is None and _is_by_time(request):
            request.descending = True  # today is what people look for
        report = self.report(request, five_hour)
        found = lines(report, request)
        return Shown(
            columns(report, request, found, LocalTime(request)),
            [line.kind for line in found],
            [None if line.row is None else target(line.row, request) for line in found],
            notes(report, request),
        )

    def request(self, question: Question, report: str, now_ms: int) -> Request:
        """A report of what the question is about.

        Raises:
            FilterError: The words are no filter.
        """
        try:
            given = typed([report, *shlex.split(question.words)])
        except ValueError as error:
            raise FilterError(f"A quotation mark is missing: {error}.") from None
        if given is None:
            raise FilterError(
                "Not a filter. Write options as of `agent-console usage`: "
                "--last 30d --project web --model opus --sort cost"
            )
        try:
            request = Request(report, given[1], self._timezone, now_ms)
        except ValueError as error:
            raise FilterError(f"{error}.") from None
        for step in question.steps:
            _narrow(request, step)
        return request

    def report(self, request: Request, five_hour: Limit | None = None) -> Report:
        """The report.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        connection = open_for_reading(self._database) or empty_ledger()
        try:
            return report_of(connection, request, lambda: five_hour)
        except Exception as error:
            raise explained(self._database, error) from error
        finally:
            connection.close()


def target(row: Row, request: Request) -> Target:
    """What lies behind a row."""
    wanted = request.wanted
    match request.grouping:
        case "session":
            return OpenSession(row.label)
        case "project":
            return None if row.label == UNKNOWN else Narrowed(row.label, project=row.label)
        case "model":
            known = row.label != UNKNOWN
            return Narrowed(short_model(row.label), model=row.label) if known else None
        case "block":
            detail: Any = row.detail
            if detail.is_gap:
                return None
            since, until = detail.start_ms // QUARTER_MS, -(-detail.end_ms // QUARTER_MS)
            return Narrowed(LocalTime(request).minute(detail.start_ms), since=since, until=until)
        case grouping if grouping in _DAYS:
            start = row.key[0]
            since = wanted.zone.day_start(start)
            until = wanted.zone.day_start(last_day_of(grouping, start, wanted) + 1)
            return Narrowed(row.label, since=since, until=until)
        case _:
            return None


def below(report: str) -> str:
    """The report that opens behind a row: a month's days, and else sessions."""
    return "daily" if report in {"weekly", "monthly"} else "session"


def _narrow(request: Request, step: Narrowed) -> None:
    wanted = request.wanted
    if step.since is not None:
        wanted.since = max(step.since, wanted.since or 0)
    if step.until is not None:
        wanted.until = step.until if wanted.until is None else min(step.until, wanted.until)
    if step.project is not None:
        wanted.projects = (f"{EXACTLY}{step.project}",)
    if step.model is not None:
        wanted.models = (f"{EXACTLY}{step.model}",)
