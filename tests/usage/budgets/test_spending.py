"""Today's and the block's cost, as a status line shows them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.asking import (
    HOUR_MS,
    MINUTE_MS,
    NOON_MS,
    SESSION,
    add,
    do,
    fill_disk,
    new_ledger,
    query,
    totals,
)
from tests.usage.test_periods import block_as_written, ms

from agent_console.model.usage import Spending
from agent_console.usage.entries import (
    KeepUserFields,
    LedgerRefusal,
    ReadSpending,
    SpendingRead,
)
from agent_console.usage.periods import QUARTER_MS, day
from agent_console.usage.writing.ledger import Ledger


def spending(ledger: Ledger, at_ms: int, session: str = SESSION) -> Spending:
    (result,) = ledger.carry_out([ReadSpending(session, at_ms)])
    assert isinstance(result, SpendingRead)
    assert result.totals == totals(ledger, session)
    assert result.spending is not None
    return result.spending


@pytest.fixture
def berlin(database: Path) -> Ledger:
    return Ledger(database, zone=ZoneInfo("Europe/Berlin"))


def test_an_empty_ledger_has_spent_nothing(ledger: Ledger) -> None:
    assert spending(ledger, NOON_MS) == Spending(0.0, 0.0, None)


def test_today_begins_at_local_midnight(berlin: Ledger) -> None:
    midnight = ms("2026-10-25T00:00", "Europe/Berlin")
    for at_ms, cost in ((midnight - 1, 1.0), (midnight, 0.1), (midnight + 25 * HOUR_MS - 1, 0.02)):
        do(berlin, add(at_ms=at_ms, cost_usd=cost))
    do(berlin, add(at_ms=midnight + 25 * HOUR_MS, cost_usd=0.003))

    assert spending(berlin, midnight - 1).today_cost_usd == 1.0
    assert spending(berlin, midnight).today_cost_usd == 0.12
    assert spending(berlin, midnight + 25 * HOUR_MS - 1).today_cost_usd == 0.12
    assert spending(berlin, midnight + 25 * HOUR_MS).today_cost_usd == 0.003
    berlin.close()


def test_a_zone_of_half_hours_has_its_own_midnight(database: Path) -> None:
    ledger = Ledger(database, zone=ZoneInfo("Asia/Kolkata"))
    do(ledger, add(at_ms=ms("2026-11-19T18:29:59"), cost_usd=1.0))
    do(ledger, add(at_ms=ms("2026-11-19T18:30:00"), cost_usd=0.5))
    assert spending(ledger, ms("2026-11-20T12:00")).today_cost_usd == 0.5
    ledger.close()


def test_a_block_begins_at_the_utc_hour_and_lasts_five(ledger: Ledger) -> None:
    do(ledger, add(at_ms=NOON_MS + 40 * MINUTE_MS, cost_usd=1.0))
    do(ledger, add(at_ms=NOON_MS + 5 * HOUR_MS - 1, cost_usd=0.5))

    assert spending(ledger, NOON_MS + 5 * HOUR_MS - 1).block_cost_usd == 1.5
    assert spending(ledger, NOON_MS + 5 * HOUR_MS) == Spending(1.5, 0.0, None)

    do(ledger, add(at_ms=NOON_MS + 5 * HOUR_MS, cost_usd=0.25))
    assert spending(ledger, NOON_MS + 5 * HOUR_MS).block_cost_usd == 0.25


def test_the_burn_is_the_blocks_cost_over_its_time(ledger: Ledger) -> None:
    do(ledger, add(at_ms=NOON_MS, cost_usd=3.0))
    assert spending(ledger, NOON_MS + 59_999).burn_usd_per_hour is None
    assert spending(ledger, NOON_MS + 90 * MINUTE_MS).burn_usd_per_hour == 2.0
    assert spending(ledger, NOON_MS + 5 * HOUR_MS).burn_usd_per_hour is None


def test_what_is_set_aside_costs_nothing_and_begins_no_block(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add(at_ms=NOON_MS, cost_usd=1.0))
    query(database, "UPDATE sessions SET has_transcript = 1")
    do(ledger, add(at_ms=NOON_MS + 6 * HOUR_MS, cost_usd=5.0))
    assert spending(ledger, NOON_MS + 6 * HOUR_MS).block_cost_usd == 0
    assert spending(ledger, NOON_MS + 6 * HOUR_MS).today_cost_usd == 1.0


def test_entries_of_the_same_batch_are_in_it(ledger: Ledger) -> None:
    results = ledger.carry_out(
        [
            add("msg_1", cost_usd=1.0, input_tokens=1, at_ms=NOON_MS),
            ReadSpending(SESSION, NOON_MS),
            add("msg_1", cost_usd=2.0, input_tokens=2, at_ms=NOON_MS),
            ReadSpending(SESSION, NOON_MS),
        ]
    )
    read = [result.spending for result in results if isinstance(result, SpendingRead)]
    assert [each.today_cost_usd for each in read if each is not None] == [1.0, 2.0]


def test_a_block_that_another_process_moves_is_noticed(ledger: Ledger, database: Path) -> None:
    do(ledger, add(at_ms=NOON_MS, cost_usd=1.0))
    assert spending(ledger, NOON_MS + HOUR_MS).block_cost_usd == 1.0
    other = Ledger(database)
    do(other, add(at_ms=NOON_MS - HOUR_MS, cost_usd=0.5))
    other.close()
    assert spending(ledger, NOON_MS + HOUR_MS).block_cost_usd == 1.5
    assert spending(ledger, NOON_MS + 4 * HOUR_MS).block_cost_usd == 0


def test_a_block_that_an_old_row_moves_is_noticed(ledger: Ledger) -> None:
    do(ledger, add(at_ms=NOON_MS, cost_usd=1.0))
    assert spending(ledger, NOON_MS + HOUR_MS).block_cost_usd == 1.0
    do(ledger, add(at_ms=NOON_MS - HOUR_MS, cost_usd=0.5))
    assert spending(ledger, NOON_MS + HOUR_MS).block_cost_usd == 1.5


def test_a_block_of_a_batch_that_failed_is_forgotten(ledger: Ledger) -> None:
    do(ledger, add(at_ms=NOON_MS - 6 * HOUR_MS, cost_usd=1.0))
    fill_disk(ledger, free_pages=5)
    results = ledger.carry_out(
        [
            add(at_ms=NOON_MS - HOUR_MS, cost_usd=9.0),
            ReadSpending(SESSION, NOON_MS),
            KeepUserFields(SESSION, None, 0, "x" * 100_000),
        ]
    )
    assert isinstance(results[0], LedgerRefusal)

    do(ledger, add(at_ms=NOON_MS, cost_usd=2.0))

    assert spending(ledger, NOON_MS + 4 * HOUR_MS + MINUTE_MS).block_cost_usd == 2.0


times = st.integers(0, 30 * 4).map(lambda n: NOON_MS + n * QUARTER_MS + 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(times, times), max_size=12))
def test_figures_are_those_of_the_messages_at_any_time_in_any_order(
    steps: list[tuple[int, int]],
) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    rows: list[int] = []
    with new_ledger(zone) as ledger:
        for number, (at_ms, now) in enumerate(steps):
            do(ledger, add(at_ms=at_ms, cost_usd=2.0**number))
            rows.append(at_ms)
            today = day(now, zone)
            block = block_as_written([row for row in rows if row <= now])
            ends = 0 if block is None else block + 5 * HOUR_MS
            found = spending(ledger, now)
            assert found.today_cost_usd == sum(
                2.0**n for n, row in enumerate(rows) if row // QUARTER_MS in today
            )
            assert found.block_cost_usd == sum(
                2.0**n
                for n, row in enumerate(rows)
                if block is not None and now < ends and block <= row < ends
            )
