"""The running totals are at any time what a query over the ledger says."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.usage.asking import OTHER, SESSION, add
from tests.usage.budgets.spending import budget

from agent_console.config_prices import PricesConfig
from agent_console.usage.budgets.periods import period_of
from agent_console.usage.budgets.status import budget_status
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.tables.budgets import read_budgets
from agent_console.usage.writing.budget_keeping import drop_budget, keep_budget, pause, reset
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger

ZONE = ZoneInfo("Europe/Berlin")
SWITCH_MS = 1_792_890_000_000 - 12 * 3_600_000
"""Half a day before 2026-10-25 01:00 UTC, when Europe puts its clocks back."""

writers = st.integers(0, 1)
budgets = st.builds(
    budget,
    st.just(None),
    limit_tokens=st.integers(1, 3_000),
    scope=st.just("all"),
    period=st.sampled_from(["daily", "weekly", "monthly"]),
) | st.builds(
    budget,
    st.sampled_from([0.001, 0.01, 5, 100]),
    scope=st.sampled_from(["project", "model"]),
    subject=st.sampled_from(["shop", "opus"]),
    period=st.sampled_from(["daily", "monthly"]),
    warn_at=st.sampled_from([(100,), (50, 80, 100), (10, 20, 120)]),
)


class TwoWriters(RuleBasedStateMachine):
    """Two processes write; time passes, prices come, everybody is started again."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(TemporaryDirectory(prefix="ac", dir="/tmp"))
        self.path = Path(folder) / "metrics.db"
        self.now_ms = SWITCH_MS
        self.writers = [self.opened(), self.opened()]

    def opened(self) -> Ledger:
        return Ledger(self.path, zone=ZONE)

    def teardown(self) -> None:
        for writer in self.writers:
            writer.close()
        self.stack.close()

    @initialize(wanted=budgets, writer=writers)
    def begin(self, wanted: Any, writer: int) -> None:
        keep_budget(self.writers[writer], wanted, self.now_ms)

    @rule(wanted=budgets, writer=writers)
    def set(self, wanted: Any, writer: int) -> None:
        keep_budget(self.writers[writer], wanted, self.now_ms)

    @rule(writer=writers, what=st.sampled_from(["pause", "go on", "reset", "remove"]))
    def change(self, writer: int, what: str) -> None:
        ledger = self.writers[writer]
        for known in read_budgets(ledger.connection)[:1]:
            match what:
                case "reset":
                    reset(ledger, known, self.now_ms)
                case "remove":
                    drop_budget(ledger, known, self.now_ms)
                case _:
                    pause(ledger, known, self.now_ms, paused=what == "pause")

    @rule(
        writer=writers,
        key=st.none() | st.sampled_from(["m-1", "m-2", "m-3"]),
        output=st.integers(0, 2_000),
        usd=st.sampled_from([0, 0, 0.001, 3]),
        model=st.sampled_from(["claude-opus-4-8", "claude-haiku-4-5", "nobody-knows"]),
        project=st.sampled_from(["/home/user/shop", "/srv/api"]),
        session=st.sampled_from([SESSION, OTHER]),
        late_ms=st.sampled_from([0, 0, 0, 3_600_000, 2 * 86_400_000]),
    )
    def spend(self, writer: int, late_ms: int, project: str, usd: float, **given: Any) -> None:
        entry = add(
            given["key"],
            session=given["session"],
            at_ms=self.now_ms - late_ms,
            working_dir=project,
            model=given["model"],
            output_tokens=given["output"],
            cost_usd=usd,
        )
        now = add(None, at_ms=self.now_ms, output_tokens=1)
        self.writers[writer].carry_out([entry, now])

    @rule(writer=writers)
    def look_up_prices(self, writer: int) -> None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr("time.time_ns", lambda: self.now_ms * 1_000_000)
            keep_prices(self.writers[writer], PricesConfig())

    @rule(hours=st.sampled_from([0.25, 5, 13, 24, 24 * 31]))
    def wait(self, hours: float) -> None:
        self.now_ms += round(hours * 3_600_000)

    @rule(writer=writers)
    def restart(self, writer: int) -> None:
        self.writers[writer].close()
        self.writers[writer] = self.opened()

    @invariant()
    def totals_are_those_of_the_query(self) -> None:
        for ledger in self.writers:
            with ledger.transaction(writes=False):
                current = ledger.watch.budgets.current(self.now_ms)
                spent = {each.budget.budget_id: each.spent for each in current}
            known = read_budgets(ledger.connection)
            assert spent == {
                each.budget_id: budget_status(
                    ledger.connection, each, ledger.calendar, self.now_ms
                ).in_period
                for each in known
            }

    @invariant()
    def no_threshold_is_told_twice_and_none_is_forgotten(self) -> None:
        connection = self.writers[0].connection
        rows = connection.execute(
            "SELECT once_key, budget_no, threshold_percent FROM budget_alerts WHERE kind = 'budget'"
        ).fetchall()
        assert len({key for key, _, _ in rows}) == len(rows)
        for known in read_budgets(connection):
            status = budget_status(connection, known, self.writers[0].calendar, self.now_ms)
            period = period_of(known, self.writers[0].calendar, quarter(self.now_ms)).start
            assert status.from_ms == period * QUARTER_MS
            for percent in () if known.is_paused else known.reached(status.spent):
                key = f"budget:{known.budget_id}:{known.round}:{period}:{percent}"
                assert key in {key for key, _, _ in rows}


TwoWriters.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
TestTwoWriters = TwoWriters.TestCase
