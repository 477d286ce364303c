"""Sessions recorded with the real client, beside what the API billed (truth.json)."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.claude_code.recordings import FIXTURES
from tests.usage.ingest.transcripts import read, tokens, told

from agent_console.usage.ingest.discovery import find_transcripts
from agent_console.usage.tables.file_reading import CLAIM_COPY, FileReading

RECORDINGS = FIXTURES / "transcripts"
TRUTH: dict[str, dict[str, Any]] = json.loads((RECORDINGS / "truth.json").read_text())
CLASSES = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)


def readings_of(scenario: str, home: Path) -> list[FileReading]:
    """All transcripts of a recorded scenario."""
    config_dir = home / scenario
    config_dir.mkdir()
    (config_dir / "projects").symlink_to(RECORDINGS / scenario)
    return [read(file) for file in find_transcripts([config_dir]).files]


def told_of(session_id: str, home: Path, *, copies: bool) -> tuple[int, ...]:
    """What all files of its scenario tell of a session, class by class."""
    readings = readings_of(TRUTH[session_id]["scenario"], home)
    each = [
        tokens(response)
        for reading in readings
        for response in told(reading).values()
        if response.session_id == session_id and (copies or not response.claim & CLAIM_COPY)
    ]
    return tuple(sum(column) for column in zip(*each, strict=True)) or (0, 0, 0, 0)


@pytest.mark.parametrize(
    "session_id", [each for each, truth in TRUTH.items() if truth["scenario"] != "t_interrupt"]
)
def test_a_sessions_transcripts_tell_what_the_api_billed(
    session_id: str, scratch_home: Path
) -> None:
    truth = TRUTH[session_id]
    unlisted = truth["billed_but_not_in_any_transcript"]
    expected = truth["transcript_by_sessionId_field" if unlisted else "ledger"]
    assert told_of(session_id, scratch_home, copies=False) == tuple(
        expected[each] for each in CLASSES
    )


@pytest.mark.parametrize("session_id", TRUTH)
def test_cost_state_lines_are_told(session_id: str, scratch_home: Path) -> None:
    truth = TRUTH[session_id]
    readings = readings_of(truth["scenario"], scratch_home)
    reading = next(each for each in readings if each.after.path.endswith(f"{session_id}.jsonl"))
    stated = [line for line in truth["cost_state_lines"] if line["input_tokens"]]
    if truth["scenario"] == "t_interrupt":  # cut before its end
        stated = []
    assert [
        (
            told.input_tokens,
            told.output_tokens,
            told.cache_write_5m_tokens + told.cache_write_1h_tokens,
            told.cache_read_tokens,
        )
        for told in reading.cost_states
    ] == [tuple(line[each] for each in CLASSES) for line in stated]
    assert [told.number for told in reading.cost_states] == list(range(1, len(stated) + 1))


@pytest.mark.parametrize(
    ("scenario", "session_id", "prompts"),
    [
        ("p_resume", "3702b43f-95c9-4255-888f-4f7da66c5c92", 4),
        ("p_resume", "694768c4-3388-4e00-802c-f7f40f637c85", 1),
        ("p_agent", "6384e214-80e7-486c-886b-6d6fec608948", 1),
        ("t_interrupt", "27f4bade-5d19-4df1-b03e-46bf7e27a12a", 4),
        ("t_clear_compact", "4bf844f7-6169-4e12-84a2-9f7bcdc67f54", 5),
    ],
)
def test_what_a_person_wrote_is_counted_once(
    scenario: str, session_id: str, prompts: int, scratch_home: Path
) -> None:
    readings = readings_of(scenario, scratch_home)
    counted = {
        Path(reading.after.path).stem: reading.after.user_messages
        for reading in readings
        if reading.after.session_id == session_id
    }
    assert counted.pop(session_id) == prompts
    assert not any(counted.values())


def test_the_fork_names_its_original(scratch_home: Path) -> None:
    fork = next(reading for reading in readings_of("p_resume", scratch_home) if reading.forked_from)
    assert fork.after.session_id == "694768c4-3388-4e00-802c-f7f40f637c85"
    assert fork.forked_from == "3702b43f-95c9-4255-888f-4f7da66c5c92"
    assert fork.inherits_cost


def test_a_subagent_is_its_sessions_and_says_its_type(scratch_home: Path) -> None:
    subagents = [
        response
        for reading in readings_of("p_agent", scratch_home)
        for response in told(reading).values()
        if response.is_subagent
    ]
    assert {(each.session_id, each.agent_id, each.agent_type) for each in subagents} == {
        ("6384e214-80e7-486c-886b-6d6fec608948", "a433c37ecfa7f6107", "general-purpose")
    }


def test_an_error_is_counted_and_nothing_is_passed_over(scratch_home: Path) -> None:
    (reading,) = readings_of("p_errors", scratch_home)
    assert (reading.after.api_errors, len(reading.responses)) == (1, 0)
    for scenario in sorted({truth["scenario"] for truth in TRUTH.values()} - {"p_errors"}):
        for each in readings_of(scenario, scratch_home):
            assert (each.after.api_errors, each.after.bad_reasons) == (0, {})


def test_a_cut_stream_is_a_lower_bound(scratch_home: Path) -> None:
    (reading,) = readings_of("t_interrupt", scratch_home)
    marked = [key for key, each in told(reading).items() if each.facet.output_is_lower_bound]
    assert marked == ["msg_rigf580dcea3c8f4a69b672"]
