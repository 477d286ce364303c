from msgspec.structs import replace
from tests.usage.asking import NOON_MS
from tests.usage.budgets.spending import budget, keep, spend, thresholds

from agent_console.usage.budgets.status import budget_status
from agent_console.usage.tables import budgets
from agent_console.usage.tables.budgets import read_budgets
from agent_console.usage.writing.budget_keeping import drop_budget, pause, reset
from agent_console.usage.writing.ledger import Ledger


def test_a_budget_is_what_was_set(ledger: Ledger) -> None:
    wanted = budget(
        None,
        limit_tokens=1_000_000,
        scope="project",
        subject="/srv/api",
        period="weekly",
        warn_at=(50, 100),
        is_hard=True,
    )

    kept = keep(ledger, wanted)

    assert read_budgets(ledger.connection) == [kept]
    assert kept == replace(wanted, budget_id=kept.budget_id)


def test_setting_it_again_for_the_same_scope_and_period_replaces_it(ledger: Ledger) -> None:
    first = keep(ledger, budget(10))
    others = [
        keep(ledger, budget(10, period="daily")),
        keep(ledger, budget(10, scope="model", subject="opus")),
        keep(ledger, budget(10, scope="model", subject="haiku")),
    ]

    again = keep(ledger, budget(None, limit_tokens=5))

    assert again.budget_id == first.budget_id
    assert (again.limit_nano_usd, again.limit_tokens) == (None, 5)
    assert read_budgets(ledger.connection) == [again, *others]


def test_setting_it_to_what_it_is_changes_nothing(ledger: Ledger) -> None:
    first = keep(ledger, budget(10))
    spend(ledger, 9)

    assert keep(ledger, budget(10)) == first
    assert thresholds(ledger) == [80, 90]


def test_an_amount_that_is_changed_counts_its_thresholds_anew(ledger: Ledger) -> None:
    keep(ledger, budget(10))
    spend(ledger, 8)

    keep(ledger, budget(9.5))
    keep(ledger, budget(100))
    spend(ledger, 72)

    assert thresholds(ledger) == [80, 80, 80]


def test_a_budget_that_is_set_when_much_is_spent_says_so_at_once(ledger: Ledger) -> None:
    spend(ledger, 8.5)

    keep(ledger, budget(10))

    assert thresholds(ledger) == [80]


def test_a_paused_budget_alerts_nobody_until_it_goes_on(ledger: Ledger) -> None:
    paused = pause(ledger, keep(ledger, budget(10)), NOON_MS, paused=True)
    spend(ledger, 9)
    assert thresholds(ledger) == []

    pause(ledger, paused, NOON_MS, paused=False)

    assert thresholds(ledger) == [80, 90]


def test_a_reset_budget_counts_from_now_on_and_alerts_again(ledger: Ledger) -> None:
    kept = keep(ledger, budget(10))
    spend(ledger, 9)

    after = reset(ledger, kept, NOON_MS)

    status = budget_status(ledger.connection, after, ledger.calendar, NOON_MS)
    assert (status.spent, status.in_period) == (0, 9 * 10**12)
    spend(ledger, 7.9)
    assert thresholds(ledger) == [80, 90]
    spend(ledger, 0.1)
    assert thresholds(ledger) == [80, 90, 80]


def test_a_reset_is_over_with_its_period(ledger: Ledger) -> None:
    kept = keep(ledger, budget(10, period="daily"))
    spend(ledger, 9)
    after = reset(ledger, kept, NOON_MS)
    tomorrow_ms = NOON_MS + 86_400_000

    spend(ledger, 8, tomorrow_ms)

    status = budget_status(ledger.connection, after, ledger.calendar, tomorrow_ms)
    assert status.spent == 8 * 10**12
    assert thresholds(ledger) == [80, 90, 80]


def test_a_budget_that_is_gone_leaves_its_history_and_its_id_is_never_given_again(
    ledger: Ledger,
) -> None:
    kept = keep(ledger, budget(10))
    spend(ledger, 10)

    drop_budget(ledger, kept, NOON_MS)

    assert budgets.read_budgets(ledger.connection) == []
    assert thresholds(ledger) == [80, 90, 100]
    assert keep(ledger, budget(10)).budget_id != kept.budget_id
