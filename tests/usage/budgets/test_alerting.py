"""Each threshold once in a period: over midnights, month ends, changes of the clock, restarts and
several writers."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.usage.asking import NOON_MS, SESSION, add, new_ledger
from tests.usage.budgets.spending import budget, cost, history, keep, spend, thresholds

from agent_console.usage.entries import ChangeAlerts, LedgerRefusal, ReadTotals
from agent_console.usage.writing.ledger import Ledger

BERLIN = ZoneInfo("Europe/Berlin")
DAY_MS = 86_400_000


def ms(local: str) -> int:
    """A time in Berlin, Unix milliseconds."""
    return round(datetime.fromisoformat(local).replace(tzinfo=BERLIN).timestamp() * 1000)


@contextmanager
def berlin(path: Path) -> Generator[Ledger]:
    ledger = Ledger(path, zone=BERLIN)
    try:
        yield ledger
    finally:
        ledger.close()


def test_each_threshold_is_told_once_with_what_was_spent(ledger: Ledger) -> None:
    kept = keep(ledger, budget(10))

    for _ in range(11):
        spend(ledger, 1)

    alerts = history(ledger)
    assert [(a.threshold_percent, a.spent_usd, a.severity) for a in alerts] == [
        (80, 8.0, "warning"),
        (90, 9.0, "warning"),
        (100, 10.0, "exceeded"),
    ]
    assert {(a.kind, a.budget_id, a.limit_usd) for a in alerts} == {
        ("budget", kept.budget_id, 10.0)
    }
    assert alerts[-1].percent == 100.0
    assert alerts[-1].message == "Budget monthly has reached 100 %: $10.00 of $10.00 is spent."


def test_of_thresholds_reached_in_one_step_the_highest_is_told(ledger: Ledger) -> None:
    keep(ledger, budget(10))

    spend(ledger, 12)

    assert thresholds(ledger) == [80, 90, 100]
    waiting = [a for a in history(ledger) if a.acknowledged_at_ms is None]
    assert ledger.take_untold(NOON_MS) == tuple(waiting)
    assert [a.threshold_percent for a in waiting] == [100]
    assert ledger.take_untold(NOON_MS) == ()


def test_what_another_process_raised_is_told_after_the_next_entry(ledger: Ledger) -> None:
    keep(ledger, budget(10))
    spend(ledger, 1)
    assert ledger.take_untold(NOON_MS) == ()
    with closing(Ledger(ledger.path)) as other:
        spend(other, 9)

    ledger.carry_out([ReadTotals(SESSION)])

    assert [alert.threshold_percent for alert in ledger.take_untold(NOON_MS)] == [100]


def test_what_another_process_raises_during_a_transaction_is_told_after_it(ledger: Ledger) -> None:
    keep(ledger, budget(10))
    spend(ledger, 1)
    assert ledger.take_untold(NOON_MS) == ()

    with closing(Ledger(ledger.path)) as other:
        with ledger.transaction(writes=False):
            spend(other, 9)
        assert [alert.threshold_percent for alert in ledger.take_untold(NOON_MS)] == [100]

        spend(ledger, 1)
        assert ledger.take_untold(NOON_MS) == ()


def test_the_end_of_a_snooze_is_known_after_a_restart(ledger: Ledger) -> None:
    keep(ledger, budget(10))
    spend(ledger, 9)
    assert ledger.snoozed_until_ms() is None
    later = NOON_MS + 60_000
    ledger.carry_out([ChangeAlerts(None, NOON_MS, later)])
    ledger.take_untold(NOON_MS)

    with closing(Ledger(ledger.path)) as restarted:
        assert ledger.snoozed_until_ms() == restarted.snoozed_until_ms() == later
        assert restarted.take_untold(later)
        assert restarted.snoozed_until_ms() is None


def test_a_token_budget_counts_all_tokens(ledger: Ledger) -> None:
    keep(ledger, budget(None, limit_tokens=1_000, warn_at=(50, 100)))

    ledger.carry_out([add(input_tokens=200, output_tokens=100, cache_read_tokens=199)])
    assert thresholds(ledger) == []
    ledger.carry_out([add(cache_creation_tokens=1)])

    (alert,) = history(ledger)
    assert (alert.spent_tokens, alert.limit_tokens, alert.spent_usd) == (500, 1_000, None)
    assert alert.message == "Budget monthly has reached 50 %: 500 tokens of 1,000 tokens is spent."


def test_a_budget_counts_what_it_is_about(ledger: Ledger) -> None:
    keep(ledger, budget(10, scope="project", subject="/srv/api", warn_at=(100,)))
    keep(ledger, budget(10, scope="model", subject="opus", warn_at=(90,)))

    spend(ledger, 9, working_dir="/srv/web", model="claude-opus-5")
    spend(ledger, 9, working_dir="/srv/api/v2", model="claude-haiku-4-5")
    assert thresholds(ledger) == [90]
    spend(ledger, 1, working_dir="/srv/api", model="claude-haiku-4-5")

    assert thresholds(ledger) == [90, 100]


def test_a_response_that_grows_counts_its_difference(ledger: Ledger) -> None:
    keep(ledger, budget(None, limit_tokens=100, warn_at=(50, 100)))

    for output in (40, 40, 49, 50, 50):
        ledger.carry_out([add("msg_1", output_tokens=output)])

    assert thresholds(ledger) == [50]


def test_it_begins_again_at_midnight(database: Path) -> None:
    with berlin(database) as ledger:
        keep(ledger, budget(10, period="daily", warn_at=(100,)), ms("2026-11-20T12:00"))
        for local in ("2026-11-20T23:59:59.999", "2026-11-21T00:00", "2026-11-21T00:01"):
            spend(ledger, 6, ms(local))
        assert [alert.at_ms for alert in history(ledger)] == [ms("2026-11-21T00:01")]


def test_what_is_told_late_of_a_past_period_is_no_alert(database: Path) -> None:
    with berlin(database) as ledger:
        keep(ledger, budget(10, period="daily"), ms("2026-11-21T08:00"))
        late = cost(50, ms("2026-11-20T12:00"))
        ledger.carry_out([late, cost(1, ms("2026-11-21T09:00"))])
        assert history(ledger) == []


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-02-28T23:59", "2026-03-01T00:00"),
        ("2026-11-30T23:59", "2026-12-01T00:00"),
        ("2026-12-31T23:59", "2027-01-01T00:00"),
    ],
)
def test_it_begins_again_at_the_end_of_a_month(database: Path, last: str, first: str) -> None:
    with berlin(database) as ledger:
        keep(ledger, budget(10, warn_at=(100,)), ms(last))
        for local in (last, first):
            spend(ledger, 10, ms(local))
            spend(ledger, 10, ms(local))
        assert [alert.at_ms for alert in history(ledger)] == [ms(last), ms(first)]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_day_on_which_the_clock_is_changed_is_one_period(database: Path, day: str) -> None:
    with berlin(database) as ledger:
        keep(ledger, budget(24, period="daily", warn_at=(100,)), ms(f"{day}T00:00"))
        start_ms = ms(f"{day}T00:00")
        hour_ms = 3_600_000
        hours = (ms(f"{day}T23:59") - start_ms) // hour_ms + 1
        for hour in range(hours):
            spend(ledger, 24 / hours, start_ms + hour * hour_ms)
        assert hours in {23, 25}
        assert [alert.at_ms for alert in history(ledger)] == [start_ms + (hours - 1) * hour_ms]


def test_a_restart_neither_repeats_nor_forgets(database: Path) -> None:
    for usd in (7, 1, 1, 1, 1):
        with berlin(database) as ledger:
            keep(ledger, budget(10))
            spend(ledger, usd)
    with berlin(database) as ledger:
        assert thresholds(ledger) == [80, 90, 100]


def test_two_writers_tell_together_what_one_would(database: Path) -> None:
    with berlin(database) as one, berlin(database) as other:
        keep(one, budget(10))
        for writer in (one, other, one, other, one, other, other, one, one, other, one):
            spend(writer, 1)
        assert thresholds(one) == [80, 90, 100]
        assert [a.spent_usd for a in history(one)] == [8.0, 9.0, 10.0]


def test_a_clock_that_goes_back_over_midnight_repeats_nothing(database: Path) -> None:
    with berlin(database) as ledger:
        keep(ledger, budget(10, period="daily", warn_at=(100,)), ms("2026-11-20T12:00"))
        for local in ("2026-11-20T23:00", "2026-11-21T01:00", "2026-11-20T23:30"):
            spend(ledger, 10, ms(local))
        assert len(history(ledger)) == 2


def test_an_alert_is_committed_with_what_gave_rise_to_it_or_not_at_all(ledger: Ledger) -> None:
    keep(ledger, budget(10))
    fail = (
        "CREATE TEMP TRIGGER fail BEFORE INSERT ON budget_alerts BEGIN SELECT raise(FAIL, 'x'); END"
    )
    ledger.connection.execute(fail)

    (refused,) = ledger.carry_out([cost(9)])

    assert isinstance(refused, LedgerRefusal)
    ledger.connection.execute("DROP TRIGGER fail")
    spend(ledger, 9)
    assert thresholds(ledger) == [80, 90]
    assert [a.spent_usd for a in history(ledger)] == [9.0, 9.0]


def statements_of_an_entry(ledger: Ledger) -> list[str]:
    """What SQLite is asked to carry out for a second entry of a session."""
    project = "/home/user/shop"
    spend(ledger, 1, working_dir=project)
    statements: list[str] = []
    ledger.connection.set_trace_callback(statements.append)
    spend(ledger, 1, NOON_MS + 1, working_dir=project)
    ledger.connection.set_trace_callback(None)
    return [" ".join(each.split()[:3]) for each in statements]


def test_an_entry_is_counted_without_a_question_to_the_ledger() -> None:
    with new_ledger() as without, new_ledger() as ledger:
        keep(ledger, budget(1_000))
        keep(ledger, budget(1_000, period="daily", scope="project", subject="shop"))

        found = statements_of_an_entry(ledger)

        assert found == statements_of_an_entry(without)
        assert any("INSERT" in each for each in found)
