import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.budgets.spending import PICO, budget
from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOON_MS, OPUS, Message, new_ledger
from tests.usage.reports.test_one_truth import messages

from agent_console.model.budget import BudgetStatus
from agent_console.usage.budgets.periods import Calendar, period_of
from agent_console.usage.budgets.status import budget_status
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.zone import Zone

MONTH_MS = 30 * DAY_MS


def status(spent_usd: float, of_usd: float = 100, **fields: Any) -> BudgetStatus:
    """A monthly budget at noon of its tenth day."""
    given: dict[str, Any] = {
        "budget": budget(of_usd),
        "at_ms": 9 * DAY_MS + DAY_MS // 2,
        "from_ms": 0,
        "until_ms": MONTH_MS,
        "in_period": round(spent_usd * PICO),
        "last_day": 0,
        **fields,
    }
    return BudgetStatus(**given)


@pytest.mark.parametrize(
    ("spent", "colour", "percent"),
    [
        (0, "green", 0),
        (79.999_999, "green", 79.999_999),
        (80, "yellow", 80),
        (99.999_999, "yellow", 99.999_999),
        (100, "red", 100),
        (250, "red", 250),
    ],
)
def test_the_colour_follows_the_exact_amount(spent: float, colour: str, percent: float) -> None:
    found = status(spent)

    assert found.colour == colour
    assert abs(found.percent - percent) < 1e-9
    assert found.left == round((100 - spent) * PICO)


def test_the_end_of_the_period_is_projected_at_its_own_pace() -> None:
    # 9.5 of 30 days have cost 19 dollars.
    assert status(19).projected == 60 * PICO


def test_the_first_minutes_of_a_month_count_as_a_whole_day() -> None:
    assert status(2, at_ms=60_000).projected == 2 * 30 * PICO


def test_the_projection_ends_with_what_was_spent() -> None:
    assert status(42, at_ms=MONTH_MS).projected == 42 * PICO


def test_the_rest_lasts_as_long_as_at_the_pace_of_the_last_day() -> None:
    assert status(40, last_day=20 * PICO).days_left == 3.0
    assert status(40).days_left is None
    assert status(100, last_day=20 * PICO).days_left == 0.0


ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu")
SCOPES = (
    ("all", ""),
    ("project", "shop"),
    ("project", "/home/user/shop"),
    ("project", "*/api"),
    ("model", OPUS),
    ("model", "haiku"),
)


@settings(max_examples=60)
@given(
    st.lists(messages, max_size=25),
    st.sampled_from(SCOPES),
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.integers(1, 31),
    st.sampled_from(ZONES),
    st.integers(NOON_MS - 40 * DAY_MS, NOON_MS + DAY_MS),
    st.booleans(),
)
def test_a_budget_has_spent_what_the_report_with_the_same_filter_says(  # noqa: PLR0917 - each is drawn
    told: list[Message],
    scope: tuple[str, str],
    period: str,
    billing_day: int,
    zone: str,
    at_ms: int,
    in_tokens: bool,
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder,
        new_ledger(Path(folder)) as ledger,
    ):
        ledger.fill(told)
        limit: dict[str, Any] = {"limit_tokens": 10} if in_tokens else {}
        wanted = budget(
            None if in_tokens else 10,
            scope=scope[0],
            subject=scope[1],
            period=period,
            billing_day=billing_day,
            **limit,
        )
        calendar = Calendar(Zone(zone))

        found = budget_status(ledger.connection, wanted, calendar, at_ms)

        span = period_of(wanted, calendar, quarter(at_ms))
        same = Filter(
            since=span.start,
            until=span.stop,
            projects=[scope[1]] if scope[0] == "project" else (),
            models=[scope[1]] if scope[0] == "model" else (),
            zone=Zone(zone),
        )
        report = Sums()
        for row in build(ledger.connection, same, GROUPINGS["daily"], now_ms=at_ms).rows:
            report.add(row.sums or Sums())
        assert found.in_period == (report.tokens if in_tokens else report.cost_pico or 0)
        assert found.unpriced_tokens == report.unpriced
        assert found.from_ms == span.start * QUARTER_MS
        assert found.from_ms <= at_ms < found.until_ms


def test_models_of_a_budget_are_those_of_its_name(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message(model=OPUS, output_tokens=7), Message(model=HAIKU)])
        wanted = budget(None, limit_tokens=1_000, scope="model", subject="opus")

        found = budget_status(ledger.connection, wanted, Calendar(Zone("UTC")), NOON_MS)

        assert found.spent == 17
