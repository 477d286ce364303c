"""Projects, models, periods and tickets side by side.

Rule: every row is the report's row of the same grouping; here its figures are only set in relation.
"""

import re
from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.money import dollars
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.building import build
from agent_console.usage.reports.cache_rates import hit_rate
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.sums import Sums

MARKED = 3
"""So many of the dearest are marked."""

NO_TICKET = "(none)"
"""What no branch with a ticket did."""

TICKET = r"[A-Z][A-Z0-9]+-[0-9]+"
"""A ticket's key as Jira, Linear and YouTrack write it."""


class Compared(Struct):
    """One of what is compared.

    Attributes:
        name: A project's path, a model, a period's first day or month, a ticket.
        sums: Its tokens and cost.
        sessions: How many sessions have part in it.
        most_used: The model with most tokens in it; null when nothing is known of one.
        branches: How many branches a ticket has; 0 for anything else.
        rank: 1, 2 and 3 for the dearest; null for all others.
    """

    name: str
    sums: Sums
    sessions: int
    most_used: str | None
    branches: int = 0
    rank: int | None = None

    @property
    def cost_usd(self) -> float | None:
        """Dollars; null when nothing of it has a price."""
        return None if self.sums.cost_pico is None else dollars(self.sums.cost_pico)

    @property
    def usd_per_session(self) -> float | None:
        """Dollars."""
        return self._per(self.sessions)

    @property
    def usd_per_message(self) -> float | None:
        """Dollars a billed message."""
        return self._per(self.sums.messages)

    @property
    def usd_per_1k_output(self) -> float | None:
        """All dollars for each thousand tokens of output, whatever they were spent on."""
        return self._per(self.sums.output / 1000)

    @property
    def hit_rate(self) -> float | None:
        """Reads / (reads + writes + input); null when nothing was sent."""
        return hit_rate(self.sums)

    def _per(self, count: float) -> float | None:
        return None if self.cost_usd is None or not count else self.cost_usd / count


def compared(connection: Connection, wanted: Filter, grouping: str) -> list[Compared]:
    """The rows of a report, in its order, the dearest marked.

    Args:
        connection: The ledger.
        wanted: What counts.
        grouping: The report's name.
    """
    rows = build(connection, wanted, GROUPINGS[grouping], count_sessions=True).rows
    return _ranked(
        [
            Compared(row.label, row.sums, row.sessions or 0, next(iter(row.models), None))
            for row in rows
            if row.sums is not None
        ]
    )


def tickets(connection: Connection, wanted: Filter, pattern: re.Pattern[str]) -> list[Compared]:
    """What each ticket cost, by the names of branches; the dearest first, what has none last.

    Args:
        connection: The ledger.
        wanted: What counts.
        pattern: Finds a ticket in a branch's name: its first group, else all of it.
    """
    rows = selection.select_rows(connection, wanted, facets=("branch_no",))
    branches = query.names(connection, "branch_no")
    models = query.names(connection, "model_no")
    found: dict[str, Row] = {}
    of_ticket: dict[str, set[int]] = {}
    for (_, branch_no, model_no), sums in query.grouped(
        connection, rows, facets=("branch_no", "model_no")
    ):
        ticket = ticket_of(branches.get(branch_no, ""), pattern)
        of_ticket.setdefault(ticket, set()).add(branch_no)
        found.setdefault(ticket, Row((), ticket)).add(models.get(model_no, "") or UNKNOWN, sums)
    sessions: dict[str, set[int]] = {}
    for (_, branch_no), session_no in query.sessions_of(connection, rows, facets=("branch_no",)):
        ticket = ticket_of(branches.get(branch_no, ""), pattern)
        sessions.setdefault(ticket, set()).add(session_no)
    compared_ones: list[Compared] = []
    for ticket, row in found.items():
        row.order_models()
        row.add_up()
        most = next(iter(row.models), None)
        count = len(of_ticket[ticket])
        one = Compared(ticket, row.sums or Sums(), len(sessions[ticket]), most, count)
        compared_ones.append(one)
    named = _ranked([each for each in compared_ones if each.name != NO_TICKET])
    return [
        *sorted(named, key=by_cost),
        *(each for each in compared_ones if each.name == NO_TICKET),
    ]


def ticket_of(branch: str, pattern: re.Pattern[str]) -> str:
    """The ticket that a branch is for."""
    found = pattern.search(branch)
    if found is None:
        return NO_TICKET
    return (found[1] if pattern.groups else found[0]) or NO_TICKET


def by_cost(each: Compared) -> tuple[float, int, str]:
    """The dearest first, what has no price last."""
    return (-(each.cost_usd or 0.0), -each.sums.tokens, each.name)


def by_output_price(each: Compared) -> tuple[float, int, str]:
    """The most dollars for a thousand tokens of output first, what has no price last."""
    return (-(each.usd_per_1k_output or 0.0), -each.sums.tokens, each.name)


def _ranked(rows: list[Compared]) -> list[Compared]:
    dear = sorted((each for each in rows if each.cost_usd), key=by_cost)[:MARKED]
    for rank, each in enumerate(dear, 1):
        each.rank = rank
    return rows
