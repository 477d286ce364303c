"""New rows are in every sum as soon as they are committed, whoever writes, at a known cost."""

from hypothesis import given, settings, strategies as st
from tests.usage.asking import (
    HOUR_MS,
    NOON_MS,
    OTHER,
    SESSION,
    add,
    added,
    do,
    new_ledger,
    query,
    sums_that_differ,
    totals,
)

from agent_console.usage.entries import AddUsage
from agent_console.usage.writing.ledger import Ledger

MANY = 50
"""As many UPSERTs as connections that wait: what one commit of a busy daemon holds."""

upserts = st.builds(
    add,
    st.none() | st.sampled_from(["m1", "m2", "m3", "m4", "m5"]),
    session=st.sampled_from([SESSION, OTHER]),
    at_ms=st.sampled_from([NOON_MS, NOON_MS + 1, NOON_MS - HOUR_MS, NOON_MS + 30 * HOUR_MS]),
    working_dir=st.sampled_from([None, "/srv/shop", "/srv/api"]),
    model=st.sampled_from([None, "claude-opus-4-8", "nobody-knows"]),
    input_tokens=st.integers(0, 3),
    output_tokens=st.sampled_from([0, 7, 300_000]),
    cache_read_tokens=st.sampled_from([0, 150_000]),
    cost_usd=st.sampled_from([0.0, 0.25]),
    extra=st.booleans(),
    source=st.sampled_from(["upsert", "sdk"]),
)


def of_many_sessions(first: int) -> list[AddUsage]:
    return [
        add(
            f"m{first + number}",
            session=f"{number:08x}-0000-4000-8000-000000000000",
            working_dir=f"/srv/{number}",
            model="claude-opus-4-8",
            input_tokens=number,
        )
        for number in range(MANY)
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.lists(upserts, min_size=1, max_size=5),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_two_writers_in_turn_leave_all_sums_right_after_each_commit(
    turns: list[tuple[int, list[AddUsage], bool]],
) -> None:
    with new_ledger() as one:
        other = Ledger(one.path)
        try:
            for writer, batch, transcript_comes in turns:
                (one, other)[writer].carry_out(batch)
                assert sums_that_differ(one.path) == []
                if transcript_comes:  # from now on its rows without a key are set aside
                    query(one.path, "UPDATE sessions SET has_transcript = 1")
        finally:
            other.close()


def test_a_row_that_changes_before_it_is_written_is_added_as_it_is_written(ledger: Ledger) -> None:
    first, larger = ledger.carry_out([add("m1", output_tokens=1), add("m1", output_tokens=9)])
    assert added(first).totals.total_output_tokens == 1
    assert added(larger).totals.total_output_tokens == 9
    assert query(ledger.path, "SELECT messages, output_tokens FROM usage_by_session") == [(1, 9)]
    assert sums_that_differ(ledger.path) == []


def test_a_row_that_is_set_aside_is_in_no_rollup(ledger: Ledger) -> None:
    do(ledger, add("m1", output_tokens=1))
    query(ledger.path, "UPDATE sessions SET has_transcript = 1")
    results = ledger.carry_out([add("m2", output_tokens=2), add(None, output_tokens=4)])
    assert [added(result).set_aside for result in results] == [False, True]
    assert query(ledger.path, "SELECT messages, output_tokens FROM usage_by_day") == [(2, 3)]
    assert sums_that_differ(ledger.path) == []


def test_numbers_that_became_free_and_gaps_between_them_do_not_matter(ledger: Ledger) -> None:
    ledger.carry_out([add(key, output_tokens=1) for key in ("m1", "m2", "m3")])
    with ledger.transaction(writes=True) as batch:
        for key in ("m1", "m3"):
            row = batch.row(key)
            assert row is not None
            batch.remove(row, NOON_MS)
        batch.write()
    do(ledger, add("m4", output_tokens=4))
    assert query(ledger.path, "SELECT message_no, key FROM messages") == [(2, "m2"), (3, "m4")]
    assert query(ledger.path, "SELECT messages, output_tokens FROM usage_by_hour") == [(2, 5)]
    assert sums_that_differ(ledger.path) == []


def test_each_rollup_takes_one_statement_for_a_whole_batch(ledger: Ledger) -> None:
    ledger.carry_out(of_many_sessions(0))
    statements: list[str] = []
    ledger.connection.set_trace_callback(statements.append)
    ledger.carry_out(of_many_sessions(MANY))
    ledger.connection.set_trace_callback(None)
    rollups = (
        *("usage_by_session", "usage_by_time", "usage_by_hour", "usage_by_day"),
        "usage_by_session_day",
    )
    assert [
        sum(statement.startswith(f"INSERT INTO {rollup} ") for statement in statements)
        for rollup in rollups
    ] == [1, 1, 1, 1, 1]
    assert len(statements) <= 22  # with one for each rollup and eight rows it was 31
    assert sums_that_differ(ledger.path) == []


def test_a_sessions_model_is_written_when_it_changes_and_only_then(ledger: Ledger) -> None:
    do(ledger, add("m1", model="claude-opus-4-8", output_tokens=1))
    statements: list[str] = []
    ledger.connection.set_trace_callback(statements.append)
    do(ledger, add("m2", model="claude-opus-4-8", output_tokens=1))
    assert not [each for each in statements if "last_model_no = " in each]
    ledger.carry_out(
        [
            add("m3", model="claude-haiku-4-5", output_tokens=1),
            add("m4", session=OTHER, output_tokens=1),
        ]
    )
    ledger.connection.set_trace_callback(None)
    again = Ledger(ledger.path)
    told, other = totals(again), totals(again, OTHER)
    again.close()
    assert told is not None
    assert (told.model, told.total_output_tokens) == ("claude-haiku-4-5", 3)
    assert other is not None
    assert (other.model, other.total_output_tokens) == (None, 1)
