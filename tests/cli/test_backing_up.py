"""Commands that take something into the ledger make the day's backup when it is due."""

import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.metrics.scraping import collecting, serving

from agent_console.cli import backing_up, taken_in
from agent_console.cli.metrics.gathering import Gathering
from agent_console.paths import database_path
from agent_console.usage.database.backup_files import backups

SESSION = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def transcript_of(session_id: str) -> None:
    """A transcript that no ledger knows."""
    folder = Path.home() / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{session_id}.jsonl").write_text(
        '{"type":"assistant","timestamp":"2026-11-20T12:00:00.000Z","uuid":"u",'
        f'"sessionId":"{session_id}","message":{{"id":"msg_1","role":"assistant","model":"m",'
        '"content":[],"usage":{"input_tokens":5,"output_tokens":1}}}\n'
    )


@pytest.fixture(autouse=True)
def transcript(scratch_home: Path) -> None:
    """One to begin with."""
    del scratch_home
    transcript_of(SESSION)


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
        *(("overview",), ("compare", "models"), ("report", "--format", "csv"), ("metrics",)),
    ],
)
def test_what_was_new_is_in_the_days_backup(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).code == 0
    assert len(backups(database_path())) == 1


@pytest.mark.parametrize(
    "words",
    [
        *(("usage",), ("overview", "--all"), ("anomalies",), ("compare", "models")),
        *(("cache", "--json"), ("budget", "list", "--json"), ("metrics",)),
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


@pytest.mark.usefixtures("an_old_ledger", "socket")
def test_a_collector_has_the_metrics_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    with collecting() as collector:

        def back_up(_: Path) -> None:
            taken.append(len(collector.bodies))

        monkeypatch.setattr(taken_in, "back_up", back_up)
        assert run("metrics", "--otlp", collector.endpoint).code == 0
        collector.status = 404
        transcript_of(OTHER)
        assert run("metrics", "--otlp", collector.endpoint).code == 1

    assert taken == [1, 2]


@pytest.mark.usefixtures("socket")
def test_prometheus_has_the_metrics_before(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def back_up(_: Path) -> None:
        begun.set()
        assert may_go_on.wait(10)

    monkeypatch.setattr(taken_in, "back_up", back_up)
    gather = Gathering(None, ingest=True)
    with serving(gather, gather.take_care) as port:
        try:
            for _ in range(2):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as got:
                    assert "agent_console_ledger_up 1.0" in got.read().decode()
            assert begun.wait(10)
        finally:
            may_go_on.set()


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
