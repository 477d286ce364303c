"""Histories: small in memory, and the same as if every transition had been kept."""

import pytest
from hypothesis import given, strategies as st

from agent_console.daemon.state.history import READ_HISTORIES_KEPT, Histories
from agent_console.model.session import HISTORY_LENGTH, StateTransition, Status

statuses = st.sampled_from(Status)
FIRST_STEP = (Status.WORKING, 1, Status.CLOSED, 2)
steps = st.lists(st.tuples(st.integers(0, 2**40), statuses, st.booleans()), max_size=130)


@given(start_ms=st.integers(0, 2**42), first=statuses, steps=steps)
def test_what_is_read_is_what_was_appended(
    start_ms: int, first: Status, steps: list[tuple[int, Status, bool]]
) -> None:
    histories = Histories()
    kept: list[StateTransition] = []
    before, before_ms = first, start_ms
    for waited_ms, after, read_now in steps:
        if after is before:
            continue
        after_ms = before_ms + waited_ms
        histories.append("s", before, before_ms, after, after_ms)
        kept.append(StateTransition(after_ms, before, after, waited_ms))
        before, before_ms = after, after_ms
        if read_now:
            assert histories.of("s") == tuple(kept[-HISTORY_LENGTH:])
    assert histories.of("s") == tuple(kept[-HISTORY_LENGTH:])


def test_a_session_without_a_transition_has_an_empty_history() -> None:
    assert Histories().of("s") == ()


def test_a_forgotten_history_begins_anew() -> None:
    histories = Histories()
    histories.append("s", *FIRST_STEP)
    assert len(histories.of("s")) == 1
    histories.forget("s")
    assert histories.of("s") == ()


def test_only_the_histories_read_last_are_kept_unpacked() -> None:
    histories = Histories()
    for number in range(READ_HISTORIES_KEPT * 2):
        histories.append(str(number), *FIRST_STEP)
        histories.of(str(number))
    assert len(histories._read) == READ_HISTORIES_KEPT  # pyright: ignore[reportPrivateUsage]
    assert histories.of("0") == (StateTransition(2, Status.WORKING, Status.CLOSED, 1),)


@pytest.mark.parametrize("at_ms", [-(10**30), 10**30])
def test_a_time_that_no_history_can_hold_is_refused_before_anything_is_kept(at_ms: int) -> None:
    histories = Histories()
    for times in ((at_ms, 1), (1, at_ms)):
        with pytest.raises(OverflowError):
            histories.append("s", Status.WORKING, times[0], Status.CLOSED, times[1])
    assert histories.of("s") == ()


@pytest.mark.parametrize("at_ms", [2**61, 10**30])
def test_so_is_one_that_comes_later(at_ms: int) -> None:
    histories = Histories()
    histories.append("s", *FIRST_STEP)
    with pytest.raises(OverflowError):
        histories.append("s", Status.CLOSED, 2, Status.WORKING, at_ms)
    assert histories.of("s") == (StateTransition(2, Status.WORKING, Status.CLOSED, 1),)


@pytest.mark.parametrize("read_after", range(HISTORY_LENGTH, 2 * HISTORY_LENGTH))
def test_what_was_read_before_old_steps_were_cut_off_is_read_anew(read_after: int) -> None:
    histories = Histories()
    last = read_after + HISTORY_LENGTH + 1  # there are as many steps then as there were
    for at_ms in range(1, last + 1):
        histories.append("s", Status.WORKING, at_ms - 1, Status.ATTENTION, at_ms)
        if at_ms == read_after:
            histories.of("s")
    expected = list(range(last - HISTORY_LENGTH + 1, last + 1))
    assert [step.at_ms for step in histories.of("s")] == expected
