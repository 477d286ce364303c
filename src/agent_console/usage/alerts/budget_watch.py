"""What budgets have spent so far, kept beside the ledger while it is written.

Rule 1: a transaction costs what it changes, never what the ledger holds: what it adds to the
        rollups is added to the running totals. They are asked of the ledger anew (by
        usage/budgets/status.py, whose numbers they equal at any time) when another process has
        written, a period has ended, or a transaction was undone.
Rule 2: a threshold is raised inside the transaction that reaches it, under a key with the budget,
        its round, its period and the threshold: once, whoever writes and whatever is killed when.

When one step reaches several thresholds, all are kept in the history and the highest is told.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.budget import OVER_PERCENT, Budget
from agent_console.model.format import cost, exact_tokens
from agent_console.usage.budgets.periods import Calendar, period_of
from agent_console.usage.budgets.status import sums_by_subject
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.reports.matching import is_model, is_project
from agent_console.usage.rows import Figures
from agent_console.usage.tables.alerts import RaisedAlert, raise_alert
from agent_console.usage.tables.budgets import read_budgets
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.rollups import Gains

REMEMBERED = 20_000
"""Facets whose budgets are known, before they are looked up again."""


class _Running(Struct):
    """A budget in its period.

    Attributes:
        span: The period's quarters.
        spent: Of the period, in the budget's unit.
        raised: Thresholds that need no look any more.
    """

    budget: Budget
    span: range
    spent: int
    raised: set[int]

    @property
    def counted(self) -> int:
        return self.budget.counted(self.spent, self.span.start * QUARTER_MS)


class BudgetWatch:
    """The running totals of one connection.

    Args:
        connection: The ledger.
        facets: What rows share, for whose budgets they count and what they cost.
        calendar: How the person's time is cut.

    Attributes:
        raised: How many alerts this connection has raised.
    """

    def __init__(self, connection: Connection, facets: Facets, calendar: Calendar) -> None:
        self.raised = 0
        self._connection = connection
        self._facets = facets
        self._calendar = calendar
        self._running: list[_Running] | None = None
        self._counts_for: dict[int, list[_Running]] = {}

    def forget(self) -> None:
        """Prices or budgets have changed, by whomever, or a transaction is undone."""
        self._running = None
        self._counts_for.clear()

    @property
    def are_running(self) -> bool:
        """Whether there are budgets whose totals are known: they are to hear of gains."""
        return bool(self._running)

    def gained(self, gains: Gains) -> None:
        """This transaction adds to the rollups."""
        for (_, in_quarter, facet_no), (_, *sums) in gains.items():
            begun = [each for each in self._counting(facet_no) if in_quarter in each.span]
            if begun:
                figures = Figures(*sums)
                pico_usd = self._facets.cost_pico_usd(facet_no, in_quarter, figures)
                for running in begun:
                    running.spent += running.budget.amount(pico_usd, figures.tokens)

    def check(self, at_ms: int) -> None:
        """Raise what is reached, at the end of a transaction that may write.

        Args:
            at_ms: Now, Unix milliseconds.
        """
        for running in self.current(at_ms):
            if not running.budget.is_paused:
                self._raise(running, at_ms)

    def blocking(self, project: str, model: str, at_ms: int) -> str | None:
        """Why no more shall be spent on a project and with a model; null when it may be.

        Args:
            project: The working directory; empty when nobody told it.
            model: The model; empty when nobody told it.
            at_ms: Now, Unix milliseconds.
        """
        for running in self.current(at_ms):
            budget = running.budget
            spent = running.counted
            if (
                budget.is_hard
                and not budget.is_paused
                and spent >= budget.limit
                and _is_about(budget, project, model)
            ):
                return (
                    f"The budget {budget.name} is spent: {_amount(budget, spent)} of "
                    f"{_amount(budget, budget.limit)}. Raise it with `agent-console budget set`, "
                    f"or let it rest with `agent-console budget pause {budget.budget_id}`."
                )
        return None

    def current(self, at_ms: int) -> list[_Running]:
        """The totals of the periods of `at_ms`; those that are not known are asked for."""
        now = quarter(at_ms)
        if self._running is None:
            budgets = read_budgets(self._connection)
            self._running = [_Running(budget, range(0), 0, set()) for budget in budgets]
            self._counts_for.clear()
        ended = [running for running in self._running if now not in running.span]
        if ended:
            self._ask(ended, now)
        return self._running

    def _ask(self, ended: list[_Running], now: int) -> None:
        """Begin the periods of `now`: one question for all budgets with the same period."""
        by_span: dict[range, list[_Running]] = {}
        for running in ended:
            running.span = period_of(running.budget, self._calendar, now)
            running.spent = 0
            running.raised.clear()
            by_span.setdefault(running.span, []).append(running)
        for span, begun in by_span.items():
            for project, model, sums in sums_by_subject(self._connection, self._calendar, span):
                for running in begun:
                    if _is_about(running.budget, project, model):
                        amount = running.budget.amount(sums.cost_pico or 0, sums.tokens)
                        running.spent += amount

    def _counting(self, facet_no: int) -> list[_Running]:
        """The budgets that rows of this facet count for."""
        found = self._counts_for.get(facet_no)
        if found is None:
            if len(self._counts_for) >= REMEMBERED:
                self._counts_for.clear()
            facet = self._facets.facet(facet_no)
            found = [
                running
                for running in self._running or ()
                if _is_about(running.budget, facet.project, facet.model)
            ]
            self._counts_for[facet_no] = found
        return found

    def _raise(self, running: _Running, at_ms: int) -> None:
        budget, spent = running.budget, running.counted
        new = [percent for percent in budget.reached(spent) if percent not in running.raised]
        for percent in new:
            told_with_a_higher_one = percent != new[-1]
            alert = _alert(running, spent, percent, at_ms, is_told=told_with_a_higher_one)
            self.raised += raise_alert(self._connection, alert)
        running.raised.update(new)


def _is_about(budget: Budget, project: str, model: str) -> bool:
    match budget.scope:
        case "all":
            return True
        case "project":
            return is_project(project, budget.subject)
        case "model":
            return is_model(model, budget.subject)


def _alert(
    running: _Running, spent: int, percent: int, at_ms: int, *, is_told: bool
) -> RaisedAlert:
    budget = running.budget
    in_tokens = budget.limit_tokens is not None
    key = (budget.budget_id, budget.round, running.span.start, percent)
    return RaisedAlert(
        once_key=f"budget:{':'.join(map(str, key))}",
        kind="budget",
        severity="exceeded" if percent >= OVER_PERCENT else "warning",
        message=(
            f"Budget {budget.name} has reached {percent} %: {_amount(budget, spent)} of "
            f"{_amount(budget, budget.limit)} is spent."
        ),
        at_ms=at_ms,
        budget_no=int(budget.budget_id),
        percent=spent * 100 / budget.limit,
        threshold_percent=percent,
        spent_pico_usd=None if in_tokens else spent,
        limit_pico_usd=None if in_tokens else budget.limit,
        spent_tokens=spent if in_tokens else None,
        limit_tokens=budget.limit_tokens,
        is_told=is_told,
    )


def _amount(budget: Budget, amount: int) -> str:
    if budget.limit_tokens is not None:
        return f"{exact_tokens(amount)} tokens"
    return cost(amount / PICO_PER_USD)
