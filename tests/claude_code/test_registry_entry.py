"""Session files of Claude Code's registry: undocumented, so read leniently."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.claude_code.recordings import registry_documents

from agent_console.claude_code.registry import RegistryEntry, read_registry_entry

FULL = registry_documents()[0]
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
"""JSON has neither of the others, and what holds one is no document at all."""


def read(document: Any) -> RegistryEntry | None:
    return read_registry_entry(json.dumps(document).encode())


@pytest.mark.parametrize("document", registry_documents())
def test_a_recorded_file_is_read(document: dict[str, Any]) -> None:
    entry = read(document)
    assert entry is not None
    assert (entry.pid, entry.session_id) == (document["pid"], document["sessionId"])
    assert entry.status == document.get("status")
    assert entry.waiting_for == document.get("waitingFor")
    assert entry.status_updated_at == document.get("statusUpdatedAt")


def test_what_tells_whether_a_process_lives_is_read() -> None:
    entry = read(FULL)
    assert entry is not None
    assert (entry.proc_start, entry.pid_domain) == ("565402", "linux:0000:pid:[4026531836]")
    assert (entry.started_at, entry.kind, entry.cwd) == (
        1795175296583,
        "interactive",
        "/home/user/project",
    )


@pytest.mark.parametrize("cut", range(0, len(json.dumps(FULL)), 11))
def test_a_half_written_file_is_no_entry(cut: int) -> None:
    assert read_registry_entry(json.dumps(FULL)[:cut].encode()) is None


@pytest.mark.parametrize(
    "document",
    [
        [],
        7,
        {},
        {"pid": 1},
        {"sessionId": "s"},
        {"pid": 0, "sessionId": "s"},
        {"pid": -1, "sessionId": "s"},
        {"pid": "1", "sessionId": "s"},
        {"pid": 1, "sessionId": ""},
        {"pid": 1, "sessionId": "a\nb"},
        {"pid": 1, "sessionId": "x" * 201},
    ],
)
def test_a_file_that_names_no_session_or_no_process_is_no_entry(document: object) -> None:
    assert read(document) is None


@given(
    st.dictionaries(
        st.sampled_from([*FULL, "status", "waitingFor", "statusUpdatedAt", "somethingNew"]),
        st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
    )
)
def test_a_field_of_a_wrong_type_costs_only_itself(fields: dict[str, Any]) -> None:
    entry = read({**fields, "pid": 7, "sessionId": "s"})
    assert entry is not None
    assert (entry.pid, entry.session_id) == (7, "s")
    assert entry.status is None or entry.status == fields["status"]
