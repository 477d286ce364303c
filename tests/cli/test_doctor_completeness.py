"""`agent-console doctor` on totals: what may be missing is said, by session."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.test_doctor import Patient, registered
from tests.usage.asking import query

from agent_console.paths import database_path

KILLED = "11111111-1111-4111-8111-111111111111"
LEFT = "22222222-2222-4222-8222-222222222222"
USAGE = {"input_tokens": 5, "output_tokens": 1}


@pytest.fixture
def patient(scratch_home: Path, capsys: pytest.CaptureFixture[str]) -> Patient:
    (scratch_home / ".claude").mkdir()
    return Patient(scratch_home, capsys)


def transcript(home: Path, session_id: str, *, bill: bool) -> Path:
    """A session's transcript, with Claude Code's own account at its end or without."""
    path = home / ".claude" / "projects" / "-p" / f"{session_id}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[object] = [
        {
            "type": "assistant",
            "timestamp": "2026-11-20T12:00:00.000Z",
            "uuid": f"u-{session_id}",
            "sessionId": session_id,
            "message": {
                "id": f"msg_{session_id}",
                "role": "assistant",
                "model": "m",
                "content": [],
                "usage": USAGE,
            },
        }
    ]
    if bill:
        lines.append({"type": "cost-state", "sessionId": session_id, "modelUsage": {"m": BILL}})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


BILL = {
    "inputTokens": 5,
    "outputTokens": 1,
    "cacheReadInputTokens": 0,
    "cacheCreationInputTokens": 0,
    "webSearchRequests": 0,
    "costUSD": 0.1,
}


def test_sessions_that_ended_without_an_account_are_named(patient: Patient, run: Run) -> None:
    transcript(patient.home, KILLED, bill=False)
    transcript(patient.home, LEFT, bill=True)
    run("ingest")

    found = patient.says("totals")

    assert found["text"].startswith("1 session ended without")
    assert KILLED in found["text"]
    assert LEFT not in found["text"]


def test_a_session_that_runs_is_not_named(patient: Patient, run: Run) -> None:
    transcript(patient.home, KILLED, bill=False)
    run("ingest")
    query(database_path(), "UPDATE sessions SET session_id = 's'")
    with registered(patient) as process:
        found = patient.says("totals")
        process.communicate(b"\n")

    assert found["text"].startswith("Claude Code's own account is known")


def test_rows_that_were_set_aside_are_counted(patient: Patient, run: Run) -> None:
    transcript(patient.home, LEFT, bill=True)
    run("ingest")
    query(database_path(), "UPDATE messages SET set_aside = 1")

    _, found = patient.examined()["totals"]

    assert found["text"].startswith("1 row of 1 session")


def test_transcripts_that_cannot_be_read_are_named_with_the_reason(
    patient: Patient, run: Run
) -> None:
    path = transcript(patient.home, LEFT, bill=True)
    run("ingest")
    query(database_path(), "UPDATE sources SET status = 2, error = 'Permission denied'")

    found = patient.says("transcripts")

    assert found["level"] == "warning"
    assert f"~/{path.relative_to(patient.home)} cannot be read: Permission denied" in found["text"]


def test_without_a_ledger_nothing_is_said_of_totals(patient: Patient) -> None:
    assert "totals" not in patient.examined()
