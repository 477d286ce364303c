"""Status line payloads: gauges and limits, as far as they are told."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.claude_code.recordings import status_lines

from agent_console.claude_code.statusline import StatusLineEvent, read_statusline_event


def read(payload: Any) -> StatusLineEvent:
    event = read_statusline_event(json.dumps(payload).encode())
    assert event is not None
    return event


@pytest.mark.parametrize("name", status_lines())
def test_a_recorded_status_line_is_read(name: str) -> None:
    payload = status_lines()[name]
    event = read(payload)
    assert event.session_id == payload["session_id"]
    assert event.transcript_path == payload["transcript_path"]
    assert event.model is not None
    assert event.model.id == payload["model"]["id"]
    assert event.cost is not None
    assert event.cost.total_cost_usd == payload["cost"]["total_cost_usd"]
    assert event.context_window is not None
    assert event.context_window.used_percentage == payload["context_window"]["used_percentage"]


def test_before_the_first_answer_the_context_is_not_known() -> None:
    context = read(status_lines()["startup"]).context_window
    assert context is not None
    assert context.used_percentage is None


def test_limits_are_read_as_documented() -> None:
    event = read({"rate_limits": {"five_hour": {"used_percentage": 23.5, "resets_at": 1738425600}}})
    assert event.rate_limits is not None
    assert event.rate_limits.five_hour is not None
    assert event.rate_limits.five_hour.used_percentage == 23.5
    assert event.rate_limits.five_hour.resets_at == 1738425600
    assert event.rate_limits.seven_day is None


@given(
    st.dictionaries(
        st.sampled_from(["model", "cost", "context_window", "rate_limits", "session_name", "vim"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.dictionaries(st.sampled_from(["id", "total_cost_usd", "five_hour"]), st.text()),
    )
)
def test_a_field_of_a_wrong_type_costs_only_itself(fields: dict[str, Any]) -> None:
    assert read({**fields, "session_id": "s"}).session_id == "s"


@pytest.mark.parametrize("text", [b"", b"[]", b"7", b"{", b"\xff"])
def test_what_is_no_object_is_no_status_line(text: bytes) -> None:
    assert read_statusline_event(text) is None
