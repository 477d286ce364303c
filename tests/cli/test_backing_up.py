"""Commands that take something into the ledger make the day's backup when it is due."""

import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from agent_console.cli import backing_up, taken_in
from agent_console.paths import database_path
from agent_console.usage.database.backup_files import backups

SESSION = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(autouse=True)
def transcript(scratch_home: Path) -> Path:
    """A transcript that no ledger knows."""
    folder = scratch_home / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True)
    path = folder / f"{SESSION}.jsonl"
    path.write_text(
        '{"type":"assistant","timestamp":"2026-11-20T12:00:00.000Z","uuid":"u",'
        f'"sessionId":"{SESSION}","message":{{"id":"msg_1","role":"assistant","model":"m",'
        '"content":[],"usage":{"input_tokens":5,"output_tokens":1}}}\n'
    )
    return path


@pytest.fixture
def an_old_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ledger is too young for a backup."""
    monkeypatch.setattr(backing_up, "LEAST_AGE_MS", 0)


def test_a_ledger_that_was_just_made_has_no_backup_yet(run: Run) -> None:
    assert run("ingest").code == 0
    assert backups(database_path()) == []


@pytest.mark.usefixtures("an_old_ledger")
@pytest.mark.parametrize(
    "words",
    [
        *(("ingest",), ("usage",), ("usage", "export"), ("usage", "session")),
        *(("overview",), ("compare", "models"), ("report", "--format", "csv")),
    ],
)
def test_what_was_new_is_in_the_days_backup(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).code == 0
    assert len(backups(database_path())) == 1


@pytest.mark.parametrize(
    "words",
    [
        *(("usage",), ("overview", "--all"), ("anomalies",), ("compare", "models")),
        *(("cache", "--json"), ("budget", "list", "--json")),
    ],
)
def test_what_was_asked_for_is_told_before(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def told(_: Path) -> None:
        sys.stdout.write("the backup\n")

    monkeypatch.setattr(taken_in, "back_up", told)

    first, again = run(*words).out, run(*words).out

    assert again
    assert first == f"{again}the backup\n"


@pytest.mark.usefixtures("an_old_ledger")
def test_without_anything_new_none_is_made(run: Run) -> None:
    run("ingest")
    made = backups(database_path())
    assert made
    for backup in made:
        backup.path.unlink()

    run("ingest")
    run("usage")

    assert backups(database_path()) == []


@pytest.mark.usefixtures("an_old_ledger")
def test_a_backup_that_fails_is_told_and_the_command_succeeds(run: Run) -> None:
    folder = database_path().parent / "backups"
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")

    done = run("usage", "--json")

    assert done.code == 0
    assert done.json["totals"]["inputTokens"] == 5
    assert "The day's backup" in done.err
