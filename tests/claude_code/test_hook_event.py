"""Hook payloads: read leniently, and what each event means."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec import Raw
from tests.claude_code.recordings import hook_payloads

from agent_console.claude_code.hook_event import (
    EVENTS,
    HookEvent,
    Meaning,
    Rank,
    read_cut_hook_event,
    read_hook_event,
)
from agent_console.claude_code.hook_registration import EVENTS as REGISTERED

RECORDED = hook_payloads()
FIELDS = HookEvent.__struct_fields__


def read(payload: Any) -> HookEvent:
    event = read_hook_event(json.dumps(payload).encode())
    assert event is not None
    return event


@pytest.mark.parametrize("name", RECORDED)
def test_every_field_we_use_of_a_recorded_payload_is_read(name: str) -> None:
    payload = RECORDED[name]
    event = read(payload)
    for field in FIELDS:
        if payload.get(field) is None or field == "background_tasks":
            continue
        value = getattr(event, field)
        assert (json.loads(bytes(value)) if isinstance(value, Raw) else value) == payload[field]


def test_background_tasks_are_read() -> None:
    (task,) = read(RECORDED["Stop.background-tasks"]).tasks_behind
    assert (task.id, task.type, task.status) == ("a3adb245a71f7d067", "subagent", "running")


@pytest.mark.parametrize(
    ("odd", "read_as"),
    [
        ({"id": "x", "type": "shell", "status": "running", "description": None}, ("x", "running")),
        ({"id": "x" * 300, "type": "shell", "status": "running"}, ("", "running")),
        ({"id": "x", "type": None, "status": "completed"}, ("x", "completed")),
        ({"id": "x", "status": None}, ("x", "running")),
        ({}, ("", "running")),
        (None, ("", "running")),
        ("shell", ("", "running")),
    ],
)
def test_an_odd_background_task_hides_no_other_and_runs(
    odd: object, read_as: tuple[str, str]
) -> None:
    plain = {"id": "s1", "type": "shell", "status": "running", "description": "tail"}
    event = read({"hook_event_name": "Stop", "background_tasks": [odd, plain]})
    assert [(t.id, t.status) for t in event.tasks_behind] == [read_as, ("s1", "running")]
    assert event.tasks_behind[1].description == "tail"


def test_a_list_of_background_tasks_that_is_none_is_empty() -> None:
    assert read({"background_tasks": {"id": "x"}}).tasks_behind == ()


def test_every_event_that_means_something_is_registered() -> None:
    assert set(EVENTS) <= set(REGISTERED)


def test_ranks_order_events_of_one_time() -> None:
    ordered = [
        "SessionStart",
        "UserPromptSubmit",
        "PreToolUse",
        "PermissionRequest",
        "Stop",
        "SessionEnd",
    ]
    assert sorted(ordered, key=lambda name: EVENTS[name][1]) == ordered
    assert EVENTS["StopFailure"][1] == EVENTS["Stop"][1]


@pytest.mark.parametrize("name", ["MessageDisplay", "ConfigChange", "SomethingOf2027", ""])
def test_an_unknown_event_is_a_fact_and_nothing_more(name: str) -> None:
    event = read({"hook_event_name": name, "session_id": "s"})
    assert (event.meaning, event.rank) == (Meaning.FACT, Rank.TOOL)


@pytest.mark.parametrize("text", [b"", b"[]", b"7", b"null", b"{", b'"x"', b"\xff", b"[" * 9_999])
def test_what_is_no_object_is_no_event(text: bytes) -> None:
    assert read_hook_event(text) is None


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "effort", "later"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2),
    )
)
def test_a_field_of_a_wrong_type_costs_only_itself(fields: dict[str, Any]) -> None:
    event = read({**fields, "session_id": "s", "hook_event_name": "Stop"})
    assert (event.session_id, event.meaning) == ("s", Meaning.STOPPED)
    for field in FIELDS:
        value = getattr(event, field)
        assert field in {"session_id", "hook_event_name", "tool_input", "background_tasks"} or (
            value in {None, False} or value == fields.get(field)
        )


@pytest.mark.parametrize("session_id", ["", "x" * 201, "a\nb", "\x1b[2J", 7, None])
def test_what_is_no_session_id_counts_as_absent(session_id: Any) -> None:
    assert read({"session_id": session_id, "hook_event_name": "Stop"}).session_id is None


def test_bad_bytes_in_a_field_cost_only_that_field() -> None:
    event = read_hook_event(b'{"session_id":"s","prompt":"\xff","hook_event_name":"Stop"}')
    assert event is not None
    assert (event.session_id, event.prompt) == ("s", None)


# ---- payloads that were too long to travel -------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_wherever_a_payload_is_cut_nothing_wrong_is_read(name: str) -> None:
    payload = RECORDED[name]
    whole = read(payload)
    text = json.dumps(payload)
    for cut in range(0, len(text), 7):
        event = read_cut_hook_event(text[:cut], payload["hook_event_name"], payload["session_id"])
        assert event.hook_event_name == payload["hook_event_name"]
        assert event.session_id == payload["session_id"]
        for field in FIELDS:
            value = getattr(event, field)
            if isinstance(value, Raw):
                assert bytes(value) in {b"", bytes(getattr(whole, field))}
            elif value:
                assert value == getattr(whole, field)


def test_the_ids_are_whole_in_what_is_left_of_a_long_payload() -> None:
    payload = {**RECORDED["PreToolUse.in-subagent"], "tool_input": {"content": "x" * 100_000}}
    event = read_cut_hook_event(json.dumps(payload)[:65_536], "PreToolUse", None)
    assert event.session_id == payload["session_id"]
    assert event.agent_id == payload["agent_id"]
    assert event.prompt_id == payload["prompt_id"]
    assert event.tool_name == "Bash"


@given(st.text())
def test_any_head_leaves_what_the_hook_itself_said(head: str) -> None:
    event = read_cut_hook_event(head, "Stop", "s")
    assert event.hook_event_name == "Stop"
