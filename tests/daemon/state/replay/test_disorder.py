"""Hooks that overtake one another, come twice, or never: the board still tells the truth.

The timelines of the other files here are the truth. A row of theirs that lasts longer than any
delay must be on the board at its end, whatever happened to single events.
"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st
from tests.daemon.state.replay.recording import (
    BASE_MS,
    HOOKS,
    REGISTRY,
    SCENARIOS,
    TOGETHER,
    Line,
    Source,
    recorded,
)
from tests.daemon.state.replay.timeline import ends

from agent_console.daemon.state.machine import State

ASYNC_DELAY_MS = 300
SYNC_DELAY_MS = 20
REGISTRY_DELAY_MS = 100

each_source = pytest.mark.parametrize(
    "sources", [TOGETHER, HOOKS, REGISTRY], ids=["together", "hooks", "registry"]
)

Board = dict[str, tuple[str, str | None]]


def boards(lines: list[Line]) -> list[tuple[int, Board]]:
    """The board after each line."""
    state = State()
    shown: list[tuple[int, Board]] = []
    for line in lines:
        line.tell(state)
        shown.append((line.ms, ends(state)))
    return shown


def board_at(shown: list[tuple[int, Board]], ms: int) -> Board:
    return next((board for at, board in reversed(shown) if at <= ms), Board())


def quiet_moments(lines: list[Line], delay_ms: int) -> list[tuple[int, Board]]:
    """The last moments before something happens after a longer time without anything."""
    shown = boards(lines)
    return [
        (after - 1, board)
        for (before, board), (after, _) in pairwise(shown)
        if after - before > delay_ms
    ]


@st.composite
def delayed(draw: st.DrawFn, lines: list[Line]) -> list[Line]:
    """The same lines, heard later: synchronous hooks and the registry keep their order."""
    heard: list[Line] = []
    last: dict[Source, int] = {"hook": 0, "registry": 0, "status line": 0}
    for line in lines:
        if line.is_async:
            heard.append(line.heard_at(line.ms + draw(st.integers(0, ASYNC_DELAY_MS))))
            continue
        bound = REGISTRY_DELAY_MS if line.source == "registry" else SYNC_DELAY_MS
        last[line.source] = max(last[line.source], line.ms + draw(st.integers(0, bound)))
        heard.append(line.heard_at(last[line.source]))
    return sorted(heard, key=lambda line: line.ms)


@each_source
@pytest.mark.parametrize("scenario", SCENARIOS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_hooks_that_overtake_one_another_change_nothing(
    scenario: str, sources: frozenset[Source], data: st.DataObject
) -> None:
    lines = recorded(scenario, sources)
    heard = boards(data.draw(delayed(lines)))
    for ms, board in quiet_moments(lines, ASYNC_DELAY_MS):
        assert board_at(heard, ms) == board, f"at {ms}"
    assert heard[-1][1] == boards(lines)[-1][1]


@pytest.mark.parametrize("scenario", SCENARIOS)
@given(hook_lead_ms=st.integers(0, 40), registry_lead_ms=st.integers(0, 100))
@settings(max_examples=25, deadline=None)
def test_the_board_does_not_depend_on_how_fast_hooks_and_registry_are(
    scenario: str, hook_lead_ms: int, registry_lead_ms: int
) -> None:
    lines = recorded(scenario, hook_lead_ms=hook_lead_ms, registry_lead_ms=registry_lead_ms)
    shown = boards(lines)
    for ms, board in quiet_moments(recorded(scenario), 250):
        assert board_at(shown, ms) == board, f"at {ms}"


@each_source
@pytest.mark.parametrize("scenario", SCENARIOS)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_second_registration_changes_nothing_and_is_counted_apart(
    scenario: str, sources: frozenset[Source], data: st.DataObject
) -> None:
    lines = recorded(scenario, sources)
    hooks = [line for line in lines if line.source == "hook"]
    twins = [
        replace(line, ms=line.ms + data.draw(st.integers(0, 200)), sent_ms=line.sent_ms + 3)
        for line in hooks
    ]
    again = [line for line in lines if line.source == "registry"]  # a file may be read twice
    twice = sorted([*lines, *again, *twins], key=lambda line: line.ms)
    state = State()
    for line in twice:
        line.tell(state)
    once = State()
    for line in lines:
        line.tell(once)
    assert ends(state) == ends(once)
    assert state.hooks_counted == Counter(line.event for line in hooks)
    assert state.twin_hooks == len(hooks)
    histories = {session.session_id: session.history for session in state.dump("", 0).sessions}
    assert histories == {
        session.session_id: session.history for session in once.dump("", 0).sessions
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_with_the_registry_any_one_lost_event_is_healed_by_its_next_line(scenario: str) -> None:
    lines = recorded(scenario)
    moments = quiet_moments(lines, 250)
    for lost, line in enumerate(lines):
        shown = boards(lines[:lost] + lines[lost + 1 :])
        healed_ms = next(
            (
                after.ms
                for after in lines[lost + 1 :]
                if after.source == "registry" and after.pid == line.pid
            ),
            None,
        )
        if healed_ms is None:
            continue
        for ms, board in moments:
            if line.ms <= ms < healed_ms:
                continue
            expected = {session_id: status for session_id, (status, _) in board.items()}
            got = {sid: status for sid, (status, _) in board_at(shown, ms).items()}
            assert got == expected, f"without {line.source} {line.event} at {line.ms}, at {ms}"


@each_source
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_after_the_end_no_lost_event_leaves_a_session_in_a_wrong_status(
    scenario: str, sources: frozenset[Source]
) -> None:
    lines = recorded(scenario, sources)
    right = boards(lines)[-1][1]
    pids = {line.pid for line in lines}
    for lost, line in enumerate(lines):
        state = State()
        rest = lines[:lost] + lines[lost + 1 :]
        for heard in rest:
            heard.tell(state)
        for pid in pids:  # whoever watches processes sees their end, whatever else is lost
            state.observe_exit(pid, BASE_MS + lines[-1].ms + 1_000)
        statuses = {session_id: status for session_id, (status, _) in ends(state).items()}
        told = {heard.session_id for heard in rest}
        expected = {sid: status for sid, (status, _) in right.items() if sid in told}
        assert statuses == expected, f"without {line.source} {line.event} at {line.ms}"
