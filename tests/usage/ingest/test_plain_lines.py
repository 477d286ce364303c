"""What most lines of a response tell is taken in one step, and is what the long way finds."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, prompt, read, write

from agent_console.usage.ingest.told_responses import ToldResponses

_USED: list[dict[str, Any]] = [
    {"input_tokens": 10, "output_tokens": 3},
    {"input_tokens": 10, "output_tokens": 500},
    {"input_tokens": 11, "output_tokens": 400},
    {"input_tokens": 10, "output_tokens": 4, "cache_read_input_tokens": 900},
    {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 900},
    {"input_tokens": 10, "output_tokens": 6, "cache_creation": {"ephemeral_1h_input_tokens": 9}},
    {"input_tokens": 10, "output_tokens": 7, "speed": "fast"},
    {
        "input_tokens": 10,
        "output_tokens": 8,
        "iterations": [{"type": "advisor_message", "model": "m", "input_tokens": 5}],
    },
    {"input_tokens": 10, "output_tokens": 9, "iterations": [{"type": "message"}]},
    {"input_tokens": 10, "output_tokens": 10**13},
    {"input_tokens": 10},
]
_VALUES: dict[str, list[Any]] = {
    "id": ["msg_1", "msg_1", "msg_2", None],
    "used": _USED,
    "model": ["claude-opus-5", "claude-haiku-5", "<synthetic>"],
    "stop_reason": ["end_turn", None],
    "timestamp": [
        "2026-01-01T12:00:00.000Z",
        "2026-01-01T12:00:01.000Z",
        "2026-01-01T11:00:00.000Z",
        "2026-01-01T09:00:00.000000+02:00",
        "2026-01-01T08:00:00Z",
        None,
    ],
    "isSidechain": [False, True, None],
    "version": ["2.1.329", "2.1.20"],
    "requestSessionId": [None, SESSION, OTHER],
    "forkedFrom": [None, {"sessionId": OTHER}, {"sessionId": SESSION}],
    "costUSD": [None, 0.25, 0.5],
    "isApiErrorMessage": [None, True],
    "isAbortedMidStream": [None, True],
}
"""What lines of a response may differ in; the first one is the usual."""


@st.composite
def told_lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines of one or two responses that differ in a few things."""
    varied = {"used", *draw(st.lists(st.sampled_from(list(_VALUES)), max_size=2))}
    lines: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(2, 4))):
        line = {
            name: draw(st.sampled_from(values)) if name in varied else values[0]
            for name, values in _VALUES.items()
        }
        lines.append(answer(line.pop("id"), line.pop("used"), **line))
    return lines


def never(*_: Any) -> bool:
    """In the place of `take_plain`."""
    return False


@contextmanager
def the_long_way() -> Generator[None]:
    """No line is taken for one like most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ToldResponses, "take_plain", never)
        yield


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=told_lines())
def test_both_ways_find_the_same(session: Path, told: list[dict[str, Any]]) -> None:
    file = write(session, prompt(), *told)
    in_one_step = read(file)
    with the_long_way():
        assert in_one_step == read(file)


def test_most_lines_are_taken_in_one_step(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    take_plain = ToldResponses.take_plain

    def remember(*given: Any) -> bool:
        taken.append(take_plain(*given))
        return taken[-1]

    monkeypatch.setattr(ToldResponses, "take_plain", remember)
    grown = answer(used={"input_tokens": 10, "output_tokens": 500})
    reading = read(write(session, answer("msg_0"), answer(), answer(), grown))
    assert reading.responses.output_tokens[1] == 500
    assert taken == [True, True, True, True]
