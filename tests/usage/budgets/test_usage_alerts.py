"""Burn rate, a session's cost, a model without a price: raised once, and only when wanted."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.usage.asking import HOUR_MS, MINUTE_MS, NOON_MS, OTHER
from tests.usage.budgets.spending import cost, history, spend

from agent_console.config_alerts import AlertsConfig
from agent_console.config_prices import PricesConfig
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger

DAY_MS = 24 * HOUR_MS
OPUS = "claude-opus-4-8"


@contextmanager
def wanting(database: Path, **wanted: Any) -> Generator[Ledger]:
    ledger = Ledger(database, wanted_alerts=AlertsConfig(**wanted))
    try:
        yield ledger
    finally:
        ledger.close()


def test_nothing_is_raised_that_nobody_wants(ledger: Ledger) -> None:
    spend(ledger, 9_000, model="nobody-knows")
    spend(ledger, 9_000, NOON_MS + HOUR_MS)
    keep_prices(ledger, PricesConfig())

    assert history(ledger) == []


def test_a_burn_rate_is_told_once_in_a_block(database: Path) -> None:
    with wanting(database, burn_usd_per_hour=4) as ledger:
        spend(ledger, 3, NOON_MS)
        spend(ledger, 0.1, NOON_MS + 5 * MINUTE_MS)
        assert history(ledger) == []  # the first minutes say nothing
        spend(ledger, 0.1, NOON_MS + 30 * MINUTE_MS)
        spend(ledger, 9, NOON_MS + 60 * MINUTE_MS)
        (alert,) = history(ledger)
        assert (alert.kind, alert.spent_usd, alert.limit_usd) == ("burn_rate", 6.4, 4.0)
    with wanting(database, burn_usd_per_hour=4) as ledger:
        spend(ledger, 9, NOON_MS + 2 * HOUR_MS)
        assert len(history(ledger)) == 1
        spend(ledger, 9, NOON_MS + 9 * HOUR_MS)
        spend(ledger, 9, NOON_MS + 9 * HOUR_MS + 20 * MINUTE_MS)
        assert len(history(ledger)) == 2


def test_a_dear_session_is_told_once(database: Path) -> None:
    for usd in (5, 1, 1):
        with wanting(database, session_usd=5) as ledger:
            spend(ledger, usd)
            spend(ledger, 4, session=OTHER) if usd == 5 else None
            told = [(a.kind, a.session_id, a.spent_usd) for a in history(ledger)]
    assert [spent for _, _, spent in told] == [6.0]


def test_a_model_without_a_price_is_told_once(database: Path) -> None:
    for _ in range(2):
        with wanting(database, unpriced_model=True) as ledger:
            spend(ledger, 0, model="nobody-knows", output_tokens=5)
            spend(ledger, 0, model="claude-opus-4-8", output_tokens=5)
            keep_prices(ledger, PricesConfig())
            assert [a.message for a in history(ledger)] == [
                (
                    "Nobody knows a price for nobody-knows: its tokens are in no cost. "
                    "See `agent-console pricing`."
                )
            ]


def test_an_unusual_day_is_told_once_with_what_drove_it(database: Path) -> None:
    with wanting(database, anomaly=True) as ledger:
        for back in range(20, 0, -1):
            spend(ledger, 2, NOON_MS - back * DAY_MS, model=OPUS, output_tokens=1_000)
        spend(ledger, 4, NOON_MS, model=OPUS, output_tokens=1_000)
        assert history(ledger) == []
        spend(ledger, 3, NOON_MS + MINUTE_MS, model=OPUS, output_tokens=3_000, session=OTHER)
        spend(ledger, 50, NOON_MS + 2 * MINUTE_MS)
        (alert,) = history(ledger)
    assert (alert.kind, alert.severity) == ("anomaly", "warning")
    assert (alert.spent_usd, alert.limit_usd) == (7.0, 4.0)
    assert alert.message.startswith("Today has cost $7.00, a day usually $2.00")
    with wanting(database, anomaly=True) as ledger:
        spend(ledger, 50, NOON_MS + HOUR_MS)
        assert len(history(ledger)) == 1
        spend(ledger, 60, NOON_MS + DAY_MS)
        assert len(history(ledger)) == 2


def test_the_first_days_are_never_unusual(database: Path) -> None:
    with wanting(database, anomaly=True) as ledger:
        for day in range(14):
            spend(ledger, 10**day if day < 6 else 10**6, NOON_MS + day * DAY_MS)
        assert history(ledger) == []


def test_today_is_not_judged_while_days_before_it_are_read_in(database: Path) -> None:
    with wanting(database, anomaly=True) as ledger:
        spend(ledger, 30, NOON_MS)
        for back in range(1, 15):
            (old, new) = (cost(1, NOON_MS - back * DAY_MS), cost(30, NOON_MS))
            ledger.carry_out([old, new])
        for back in range(15, 41):
            ledger.carry_out([cost(400, NOON_MS - back * DAY_MS), cost(0.1, NOON_MS)])
        assert history(ledger) == []
        spend(ledger, 0.1, NOON_MS + MINUTE_MS)
        assert history(ledger) == []  # most days cost as much


def test_days_that_were_read_in_count_from_the_next_time_on(database: Path) -> None:
    with wanting(database, anomaly=True) as ledger:
        spend(ledger, 30, NOON_MS)
        old = [cost(1, NOON_MS - back * DAY_MS) for back in range(1, 21)]
        ledger.carry_out([*old, cost(0.1, NOON_MS)])
        assert history(ledger) == []
        spend(ledger, 0.1, NOON_MS + MINUTE_MS)
        assert [alert.kind for alert in history(ledger)] == ["anomaly"]


def test_what_another_process_has_read_in_is_heeded_before_anything_is_said(
    database: Path,
) -> None:
    with wanting(database, anomaly=True) as ledger, wanting(database) as other:
        for back in range(14, -1, -1):
            spend(ledger, 1, NOON_MS - back * DAY_MS)
        for back in range(15, 41):
            spend(other, 400, NOON_MS - back * DAY_MS)
        spend(ledger, 30, NOON_MS + MINUTE_MS)
        assert history(ledger) == []
