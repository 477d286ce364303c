"""Days, projects and sessions that cost far more than they usually do, and what drove them.

A day is compared with all days before it (usage/insight/day_history.py), a project's day with the
days on which it was worked on, and a session with the sessions before it: those of its project, or
all where there are too few.

Rule: what is unusual is decided in usage/insight/anomalies.py; here the ledger is asked. Costs are
those of the reports. What drove them is told apart by kind of token, at computed prices.
"""

from collections.abc import Iterable, Iterator, Mapping
from sqlite3 import Connection
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from agent_console.usage.cost_sql import CLASS_COSTS
from agent_console.usage.insight.anomalies import (
    MAX_HISTORY,
    MIN_HISTORY,
    Driver,
    drivers,
    is_anomaly,
    usual,
)
from agent_console.usage.insight.day_history import day_history
from agent_console.usage.insight.spent import between
from agent_console.usage.money import dollars
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.buckets import cut
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.row import UNKNOWN

Scope: TypeAlias = Literal["day", "project", "session"]
COMPARED = 28
"""What drove a value is told from so many values before it."""

_KINDS = tuple(CLASS_COSTS)
_KIND_COLUMNS = ", ".join(f"coalesce({each}, 0)" for each in CLASS_COSTS.values())


class Cause(Struct, frozen=True):
    """A part that grew.

    Attributes:
        driver: The part.
        session_id: The session with most of it; null when nothing is known of one.
    """

    driver: Driver
    session_id: str | None


class Unusual(Struct, frozen=True):
    """A value that is far above what is usual.

    Attributes:
        scope: What it is of.
        day: The local day, counted from 1970-01-01; of a session its last one.
        name: The project's path or the session's id; empty for a day.
        cost_usd: Dollars.
        usual_usd: The median of its history.
        limit_usd: Above this it is unusual.
        causes: The parts that grew most, the largest growth first.
    """

    scope: Scope
    day: int
    name: str
    cost_usd: float
    usual_usd: float
    limit_usd: float
    causes: list[Cause]


class Spread(Struct):
    """What belongs to one key, a project's day for instance.

    Attributes:
        usd: Its cost by the filter's mode.
        parts: The same at computed prices, by kind and project; of a session only where it is told.
        last_quarter: When it was last.
        session_no: The session that it is of; 0 for none.
    """

    usd: float
    parts: dict[tuple[str, str], float]
    last_quarter: int = 0
    session_no: int = 0


class UnusualSpending:
    """Looks for what is unusual from one local day to another.

    Args:
        connection: The ledger.
        wanted: What counts, and the zone; its own borders do not matter.
        first, last: The days that are judged, counted from 1970-01-01.
    """

    def __init__(self, connection: Connection, wanted: Filter, first: int, last: int) -> None:
        self._connection = connection
        self._wanted = wanted
        self._judged = range(first, last + 1)
        self._known = between(wanted, first - MAX_HISTORY, last)
        self._projects = query.names(connection, "project_no")
        self._by_day = self._days_and_projects()
        self._daily = {day: self._day(day).usd for day in self._by_day}

    @property
    def history_days(self) -> int:
        """How many days of history the last day has."""
        return len(day_history(self._daily, self._judged.stop - 1))

    def found(self) -> list[Unusual]:
        """All of it, the latest day first; of one day the day, its projects, its sessions."""
        order: tuple[Scope, ...] = ("day", "project", "session")
        each = [*self.days(), *self._projects_found(), *self._sessions_found()]
        return sorted(each, key=lambda one: (-one.day, order.index(one.scope), -one.cost_usd))

    def days(self) -> Iterator[Unusual]:
        """Days of everything that counts."""
        for day in self._judged:
            before = [self._day(each) for each in range(day - COMPARED, day)]
            history = day_history(self._daily, day)
            yield from self._judge("day", day, "", self._day(day), history, before)

    def _projects_found(self) -> Iterator[Unusual]:
        by_project: dict[str, dict[int, Spread]] = {}
        for day, projects in self._by_day.items():
            for project, spread in projects.items():
                if spread.usd > 0:
                    by_project.setdefault(project, {})[day] = spread
        for project, worked in by_project.items():
            for day in self._judged:
                if day in worked:
                    before = [worked[each] for each in sorted(worked) if each < day]
                    history = [each.usd for each in before]
                    yield from self._judge("project", day, project, worked[day], history, before)

    def _sessions_found(self) -> Iterator[Unusual]:
        sessions = sorted(
            self._sessions().items(), key=lambda each: (each[1][1].last_quarter, each[0])
        )
        found: list[tuple[int, int, Spread, list[Spread]]] = []
        everybodys: list[Spread] = []
        by_project: dict[str, list[Spread]] = {}
        first_quarter = self._wanted.zone.day_start(self._judged.start)
        for number, (project, spread) in sessions:
            own = by_project.setdefault(project, [])
            if spread.last_quarter >= first_quarter:
                before = (own if len(own) >= MIN_HISTORY else everybodys)[-MAX_HISTORY:]
                day = self._wanted.zone.day(spread.last_quarter)
                if day in self._judged and is_anomaly(spread.usd, [each.usd for each in before]):
                    found.append((number, day, spread, before))
            own.append(spread)
            everybodys.append(spread)
        self._tell_parts(each for _, _, spread, before in found for each in (spread, *before))
        names = self._session_ids(number for number, *_ in found)
        for number, day, spread, before in found:
            history = [each.usd for each in before]
            yield from self._judge("session", day, names[number], spread, history, before)

    def _judge(  # noqa: PLR0917 - what there is to know of a value
        self,
        scope: Scope,
        day: int,
        name: str,
        now: Spread,
        history: list[float],
        before: list[Spread],
    ) -> Iterator[Unusual]:
        if not is_anomaly(now.usd, history):
            return
        found = usual(history)
        if found is not None:
            grown = drivers(now.parts, [each.parts for each in before[-COMPARED:]])
            known = name if scope == "session" else None
            causes = [Cause(each, known or self._session_of(each, day)) for each in grown]
            yield Unusual(scope, day, name, now.usd, found.median, found.limit, causes)

    def _day(self, day: int) -> Spread:
        """All projects of a day."""
        whole = Spread(0.0, {})
        for spread in self._by_day.get(day, {}).values():
            whole.usd += spread.usd
            whole.parts.update(spread.parts)
        return whole

    def _days_and_projects(self) -> dict[int, dict[str, Spread]]:
        facets = ("project_no",)
        rows = selection.select_rows(self._connection, self._known, cut="day", facets=facets)
        bucket = cut(self._connection, "daily", self._known, rows).bucket
        found: dict[int, dict[str, Spread]] = {}

        def spread_of(day: int, project_no: int) -> tuple[Spread, str]:
            project = self._project(project_no)
            return found.setdefault(day, {}).setdefault(project, Spread(0.0, {})), project

        for (day, project_no), sums in query.grouped(self._connection, rows, bucket, facets):
            spread_of(day, project_no)[0].usd += dollars(sums.cost_pico)
        for *picos, day, project_no in query.asked(
            self._connection, rows, _KIND_COLUMNS, bucket, facets
        ):
            _add_parts(*spread_of(day, project_no), picos)
        return found

    def _sessions(self) -> dict[int, tuple[str, Spread]]:
        """By number, each with the project that it has spent most on."""
        facets = ("project_no",)
        rows = selection.select_rows(self._connection, self._known, by_session=True)
        found: dict[int, Spread] = {}
        by_project: dict[int, dict[str, float]] = {}
        for (number, project_no), sums in query.grouped(
            self._connection, rows, query.SESSION, facets
        ):
            spread = found.setdefault(number, Spread(0.0, {}, session_no=number))
            spread.usd += dollars(sums.cost_pico)
            spread.last_quarter = max(spread.last_quarter, sums.last_quarter)
            projects = by_project.setdefault(number, {})
            project = self._project(project_no)
            projects[project] = projects.get(project, 0.0) + dollars(sums.cost_pico)
        return {
            number: (max(by_project[number].items(), key=lambda each: each[1])[0], spread)
            for number, spread in found.items()
        }

    def _tell_parts(self, sessions: Iterable[Spread]) -> None:
        """Look up the parts of sessions: of all of them, that takes longer than all the rest."""
        found = {each.session_no: each for each in sessions}
        selection.show(self._connection, found)
        rows = selection.select_rows(self._connection, self._known, by_session=True).of_shown()
        for *picos, number, project_no in query.asked(
            self._connection, rows, _KIND_COLUMNS, query.SESSION, ("project_no",)
        ):
            _add_parts(found[number], self._project(project_no), picos)

    def _session_of(self, driver: Driver, day: int) -> str | None:
        """The session that has most of a part on a day."""
        exactly = None if driver.project == UNKNOWN else [f"{EXACTLY}{driver.project}"]
        wanted = between(self._wanted, day, day, projects=exactly)
        rows = selection.select_rows(self._connection, wanted, by_session=True)
        picos: dict[int, int] = {}
        column = f"coalesce({CLASS_COSTS[driver.kind]}, 0)"
        for pico, number in query.asked(self._connection, rows, column, query.SESSION):
            picos[number] = picos.get(number, 0) + pico
        if not picos:
            return None
        most = max(picos, key=lambda number: picos[number])
        return self._session_ids([most]).get(most)

    def _session_ids(self, numbers: Iterable[int]) -> Mapping[int, str]:
        selection.show(self._connection, numbers)
        return dict(
            self._connection.execute(
                f"SELECT session_no, session_id FROM sessions WHERE session_no IN {selection.SHOWN}"  # noqa: S608
            )
        )

    def _project(self, number: int) -> str:
        return self._projects.get(number) or UNKNOWN


def _add_parts(spread: Spread, project: str, picos: Iterable[Any]) -> None:
    parts = spread.parts
    for kind, pico in zip(_KINDS, picos, strict=True):
        if pico:
            parts[kind, project] = parts.get((kind, project), 0.0) + dollars(int(pico))
