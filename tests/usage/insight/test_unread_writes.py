"""Which writes to the cache were never read again, and what they cost."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    HOUR_MS,
    NOON_MS,
    OPUS,
    PRICES,
    QUARTER_MS,
    Ledger,
    Message,
    new_ledger,
    read_only,
)
from tests.usage.reports.test_one_truth import mostly

from agent_console.usage.insight.cache_keys import By, keys_of
from agent_console.usage.insight.unread_writes import LONG_MS, SHORT_MS, Unread, unread_writes
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.zone import Zone

LATER_MS = NOON_MS + DAY_MS
MINUTE_MS = 60_000


def unread(folder: Path, wanted: Filter, by: By, now_ms: int = LATER_MS) -> list[Unread]:
    connection = read_only(folder / "metrics.db")
    keys = keys_of(connection, wanted, by)
    found = unread_writes(connection, wanted, keys, now_ms)
    connection.close()
    return [found[key] for key in sorted(found)]


def lost(folder: Path, *messages: Message, now_ms: int = LATER_MS) -> tuple[dict[str, int], int]:
    """Tokens by reason, those that are not nothing, and picodollars."""
    with new_ledger(folder) as ledger:
        ledger.fill(messages)
    (total,) = unread(folder, Filter(), "project", now_ms) or [Unread()]
    return {reason: count for reason, count in total.lost_tokens.items() if count}, total.pico


def step(minutes: float, read: int, written: int, **fields: Any) -> Message:
    """A response that reads and writes an hour's cache."""
    return Message(
        NOON_MS + round(minutes * MINUTE_MS),
        cache_read_tokens=read,
        cache_write_1h_tokens=written,
        **fields,
    )


def test_what_the_next_request_reads_is_not_lost(tmp_path: Path) -> None:
    assert lost(tmp_path, step(0, 0, 100), step(1, 100, 50), step(2, 150, 0)) == ({}, 0)


def test_what_the_next_request_reads_less_is_lost_up_to_what_was_written(tmp_path: Path) -> None:
    found, pico = lost(tmp_path, step(0, 0, 100), step(1, 100, 50), step(2, 120, 10), step(3, 0, 0))

    # 30 of the second, all 10 of the third
    assert found == {"changed": 40}
    assert pico == 40 * PRICES[OPUS][0]  # an hour's write costs twice the input


def test_the_last_write_is_lost_when_its_lifetime_is_over(tmp_path: Path) -> None:
    message = step(0, 0, 100)

    with new_ledger(tmp_path) as ledger:
        ledger.fill([message])

    assert unread(tmp_path, Filter(), "day", NOON_MS + LONG_MS) == []
    (gone,) = unread(tmp_path, Filter(), "day", NOON_MS + LONG_MS + 1)
    assert gone.lost_tokens == {"ended": 100, "expired": 0, "changed": 0}


def test_a_request_that_comes_too_late_finds_nothing(tmp_path: Path) -> None:
    short = Message(NOON_MS, cache_write_5m_tokens=100)

    found, pico = lost(tmp_path, short, step(SHORT_MS / MINUTE_MS + 1, 0, 0))

    assert found == {"expired": 100}
    assert pico == 100 * PRICES[OPUS][0] // 4  # five minutes' write costs a quarter more


def test_of_two_lifetimes_the_short_one_is_lost_first(tmp_path: Path) -> None:
    both = Message(NOON_MS, cache_write_5m_tokens=40, cache_write_1h_tokens=60)

    found, pico = lost(tmp_path, both, step(1, 50, 0))

    assert found == {"changed": 50}
    assert pico == 40 * PRICES[OPUS][0] // 4 + 10 * PRICES[OPUS][0]


@pytest.mark.parametrize("other", [{"session": "s-2"}, {"model": HAIKU}])
def test_other_sessions_and_models_have_a_cache_of_their_own(
    tmp_path: Path, other: dict[str, str]
) -> None:
    found, _ = lost(
        tmp_path,
        step(0, 0, 100),
        step(1, 0, 30, **other),
        step(2, 100, 0),
        step(3, 30, 0, **other),
    )

    assert found == {}


def test_a_subagent_has_a_cache_of_its_own_and_a_nameless_one_is_left_out(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill(
            [
                step(0, 0, 100),
                step(1, 0, 30, agent_type="Explore", key="a"),
                step(2, 100, 0),
                step(3, 0, 7, agent_type="Explore", key="b"),
            ]
        )
        name(ledger, "a")

    (found,) = unread(tmp_path, Filter(), "project")

    assert found.written_tokens == 130
    assert found.lost_tokens == {"ended": 30, "expired": 0, "changed": 0}


def name(ledger: Ledger, key: str) -> None:
    """Give the subagent of a response its id."""
    ledger.connection.execute(
        "UPDATE messages SET agent_no = ? WHERE key = ?", (ledger.name("agent-1"), key)
    )


def test_the_next_request_may_lie_behind_the_filter(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([step(-1, 0, 100), step(1, 100, 0)])

    (found,) = unread(tmp_path, Filter(until=NOON_MS // QUARTER_MS), "day")

    assert (found.written_tokens, found.tokens) == (100, 0)


def test_a_model_without_a_price_loses_tokens_and_no_money(tmp_path: Path) -> None:
    assert lost(tmp_path, step(0, 0, 100, model="nobody-knows")) == ({"ended": 100}, 0)


steps = st.builds(
    Message,
    at_ms=st.integers(0, 400).map(lambda minutes: NOON_MS - minutes * MINUTE_MS),
    session=st.sampled_from(["s-1", "s-2"]),
    project=mostly("/home/user/shop", "/srv/api"),
    model=mostly(OPUS, HAIKU, "nobody-knows"),
    agent_type=mostly("", "Explore"),
    kind=mostly(1, 2, 4),
    cache_write_5m_tokens=st.sampled_from([0, 0, 100, 250]),
    cache_write_1h_tokens=st.sampled_from([0, 100, 300]),
    cache_read_tokens=st.sampled_from([0, 100, 350, 1_000]),
    set_aside=mostly(False, True),
)


def one_by_one(rows: list[Message], first_ms: int, now_ms: int) -> tuple[int, int, int]:
    """Written and lost tokens and lost picodollars, by the rule as its docstring has it."""
    told = [
        row
        for row in rows
        if row.kind == 1 and not row.set_aside and not row.agent_type and row.at_ms >= first_ms
    ]
    told.sort(key=lambda row: row.at_ms)
    written = gone = pico = 0
    for at, row in enumerate(told):
        both = row.cache_write_5m_tokens + row.cache_write_1h_tokens
        lifetime = LONG_MS if row.cache_write_1h_tokens else SHORT_MS
        later = [
            each
            for each in told[at + 1 :]
            if (each.session, each.model) == (row.session, row.model)
        ]
        if not both or (not later and row.at_ms + lifetime >= now_ms):
            continue
        read = later[0].cache_read_tokens if later else 0
        missing = max(0, min(both, row.cache_read_tokens + both - read))
        short = min(missing, row.cache_write_5m_tokens)
        given = PRICES.get(row.model, (0, 0))[0]
        written, gone = written + both, gone + missing
        pico += short * (given // 4) + (missing - short) * given
    return written, gone, pico


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(steps, min_size=1, max_size=25, unique_by=lambda row: row.at_ms),
    hours_back=st.sampled_from([1, 3, 9]),
)
def test_every_way_to_tell_apart_comes_to_what_the_rule_says(
    rows: list[Message], hours_back: int
) -> None:
    first_ms = NOON_MS - hours_back * HOUR_MS
    wanted = Filter(since=first_ms // QUARTER_MS, zone=Zone("UTC"))
    ways: tuple[By, ...] = ("day", "project", "session")
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as name_of_folder:
        folder = Path(name_of_folder)
        with new_ledger(folder) as ledger:
            ledger.fill(rows)
        by_way = [unread(folder, wanted, by, NOON_MS + MINUTE_MS) for by in ways]

    expected = one_by_one(rows, first_ms, NOON_MS + MINUTE_MS)
    for found in by_way:
        totals = (
            sum(each.written_tokens for each in found),
            sum(each.tokens for each in found),
            sum(each.pico for each in found),
        )
        assert totals == expected
