"""Cost control in code: what many sessions cost together, by task, and where it ends.

Rule: money is added up in whole nano-dollars. A budget only counts and warns, unless it was asked
to raise; then it does so after the response that went beyond it, which it brings along, and before
anything else is asked.
"""

import logging
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Self

from msgspec import Struct

from agent_console.errors import AgentConsoleError
from agent_console.model.format import exact_cost
from agent_console.sdk.metadata import SessionResponse
from agent_console.usage.money import nano_usd, usd as in_usd

_log = logging.getLogger("agent_console.sdk")

THRESHOLDS = (0.5, 0.8, 1.0)


class TaskCost(Struct):
    """What one task, or everything, has cost.

    Attributes:
        responses: How many.
        failed: Those of them that were no success.
        tokens: Input, output, cache writes and cache reads.
    """

    responses: int = 0
    failed: int = 0
    tokens: int = 0
    duration_ms: int = 0
    cost_nano_usd: int = 0

    @property
    def total_usd(self) -> float:
        """All responses together."""
        return in_usd(self.cost_nano_usd)

    @property
    def average_usd(self) -> float:
        """A response on average; 0 when there is none."""
        return in_usd(round(self.cost_nano_usd / self.responses)) if self.responses else 0.0

    def count(self, response: SessionResponse) -> None:
        """Add a response."""
        metadata = response.metadata
        self.responses += 1
        self.failed += response.error is not None
        self.tokens += metadata.total_tokens
        self.duration_ms += metadata.duration_ms
        self.cost_nano_usd += nano_usd(metadata.total_cost_usd)


class BudgetExceeded(AgentConsoleError):  # noqa: N818 - it is no error of the program's
    """A budget that is to be kept is spent.

    Attributes:
        budget: It.
        response: The response that went beyond it; null when nothing was asked any more.
    """

    def __init__(self, budget: "Budget", response: SessionResponse | None) -> None:
        limit = exact_cost(budget.usd)
        super().__init__(f"The budget of {limit} is spent: {exact_cost(budget.spent_usd)}.")
        self.budget = budget
        self.response = response


class Budget:
    """A limit for everything that is asked inside of its `async with` (or `with`).

    Args:
        usd: The limit in US dollars; null to count only.
        thresholds: At which parts of it to warn, once each.
        on_threshold: Called with the budget and the part instead of a warning in the log of
            `agent_console.sdk`.
        raises: Raise BudgetExceeded beyond it.

    Attributes:
        all: Everything together.
        tasks: By the name of `task`; what was in none stands under the empty name.
    """

    def __init__(
        self,
        usd: float | None = None,
        *,
        thresholds: Sequence[float] = THRESHOLDS,
        on_threshold: "Callable[[Budget, float], object] | None" = None,
        raises: bool = False,
    ) -> None:
        if usd is not None and not usd > 0:
            raise ValueError(f"A budget is more than 0 dollars, not {usd!r}.")
        self.usd = usd
        self.raises = raises
        self.all = TaskCost()
        self.tasks: dict[str, TaskCost] = {}
        self._to_pass = sorted(thresholds)
        self._on_threshold = on_threshold or _warn
        self._lock = threading.Lock()
        self._tokens: list[Token[tuple[Budget, ...]]] = []

    @property
    def spent_usd(self) -> float:
        """What everything has cost."""
        return self.all.total_usd

    @property
    def average_usd(self) -> float:
        """What a response has cost on average."""
        return self.all.average_usd

    @property
    def remaining_usd(self) -> float | None:
        """What is left, never negative; null without a limit."""
        if self.usd is None:
            return None
        return in_usd(max(0, nano_usd(self.usd) - self.all.cost_nano_usd))

    @property
    def is_exceeded(self) -> bool:
        """More than the limit has been spent."""
        return self.usd is not None and self.all.cost_nano_usd > nano_usd(self.usd)

    @contextmanager
    def task(self, name: str) -> Generator[TaskCost]:
        """What is asked inside of this counts for a task, a file say; its costs so far and on."""
        token = _TASK.set(name)
        try:
            yield self.tasks.setdefault(name, TaskCost())
        finally:
            _TASK.reset(token)

    def add(self, response: SessionResponse) -> None:
        """Count a response that was not asked inside of this; raises nothing."""
        with self._lock:
            self.all.count(response)
            self.tasks.setdefault(_TASK.get(), TaskCost()).count(response)
            passed: list[float] = []
            while self.usd is not None and self._to_pass and self._reaches(self._to_pass[0]):
                passed.append(self._to_pass.pop(0))
        for part in passed:
            self._on_threshold(self, part)

    def _reaches(self, part: float) -> bool:
        return self.all.cost_nano_usd >= nano_usd((self.usd or 0) * part)

    def __enter__(self) -> Self:
        self._tokens.append(_OPEN.set((*_OPEN.get(), self)))
        return self

    def __exit__(self, *_: object) -> None:
        _OPEN.reset(self._tokens.pop())

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()


budget = Budget
"""`async with budget(usd=5.00) as b:`."""

_OPEN: ContextVar[tuple[Budget, ...]] = ContextVar("agent_console_budgets", default=())
_TASK: ContextVar[str] = ContextVar("agent_console_task", default="")


def count_into_budgets(response: SessionResponse) -> None:
    """Count a response into every budget that is open here.

    Raises:
        BudgetExceeded: One that is to be kept is spent. All have counted it.
    """
    budgets = _OPEN.get()
    for each in budgets:
        each.add(response)
    refuse_beyond_budgets(response)


def refuse_beyond_budgets(response: SessionResponse | None = None) -> None:
    """Ask for nothing more when a budget is spent that is to be kept.

    Raises:
        BudgetExceeded: One is.
    """
    for each in _OPEN.get():
        if each.raises and each.is_exceeded:
            raise BudgetExceeded(each, response)


def _warn(exceeded: Budget, part: float) -> None:
    _log.warning(
        "%.0f %% of the budget of %s are spent: %s",
        part * 100,
        exact_cost(exceeded.usd),
        exact_cost(exceeded.spent_usd),
    )
