"""On a full disk what the ledger has is shown, and that something is missing is said after it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Done, Run
from tests.full_disk import full_disk
from tests.usage.ingest.transcripts import SESSION, answer, append, usage, write

from agent_console.paths import database_path
from agent_console.usage.reports.reading import open_for_reading

MISSING = "What is new in the transcripts is not in these figures."


@pytest.fixture
def transcript(run: Run, scratch_home: Path) -> Path:
    """One of whose two lines the ledger has the first."""
    path = scratch_home / f".claude/projects/-home-user-project/{SESSION}.jsonl"
    write(path, answer("m1", usage(10, 100)))
    assert run("ingest").code == 0
    append(path, answer("m2", usage(1, 1)))
    return path


@pytest.fixture
def on_a_full_disk(run: Run, transcript: Path) -> Iterator[Run]:
    """Runs a command there, while somebody else reads the ledger."""
    del transcript
    beside = open_for_reading(str(database_path()))
    assert beside is not None

    def run_there(*words: str) -> Done:
        with full_disk():
            return run(*words)

    yield run_there
    beside.close()


@pytest.mark.parametrize(
    "words",
    [
        *(("usage", "--json"), ("usage", "session", "--id", SESSION), ("usage", "export")),
        *(("overview", "--all", "--json"), ("cache", "--json"), ("compare", "models", "--json")),
        *(("report", "--since", "2026-01-01", "--format", "csv"), ("budget", "list", "--json")),
    ],
)
def test_a_report_has_the_older_figures_and_says_that_newer_ones_are_missing(
    run: Run, on_a_full_disk: Run, words: tuple[str, ...]
) -> None:
    done = on_a_full_disk(*words)

    assert done.out == run(*words, "--no-ingest").out != ""
    assert done.err.startswith(f"agent-console: {MISSING} The ledger ")
    assert "check the disk, its space" in done.err
    assert done.code == 8


@pytest.mark.parametrize(
    "words",
    [
        *(("usage", "--no-ingest", "--json"), ("usage", "export", "--no-ingest")),
        *(("overview", "--no-ingest", "--json"), ("alerts", "list", "--json")),
        *(("db", "check", "--json"), ("db", "query", "SELECT count(*) FROM messages")),
    ],
)
def test_what_the_ledger_has_is_shown_though_nobody_has_it_open(
    run: Run, transcript: Path, words: tuple[str, ...]
) -> None:
    del transcript
    with full_disk():
        done = run(*words)

    assert (done.out, done.code) == (run(*words).out, 0)


def test_what_is_new_is_taken_in_when_there_is_space_again(run: Run, on_a_full_disk: Run) -> None:
    assert on_a_full_disk("usage", "--json").json["totals"]["inputTokens"] == 10

    again = run("usage", "--json")

    assert again.json["totals"]["inputTokens"] == 11
    assert (again.code, again.err) == (0, "")


@pytest.mark.parametrize(
    ("limit", "code"), [("1k", 8), ("110", 11)], ids=["as far as is known", "for sure"]
)
def test_a_budget_that_is_spent_is_so_whatever_is_new_and_one_with_room_may_be(
    run: Run, on_a_full_disk: Run, transcript: Path, limit: str, code: int
) -> None:
    append(transcript, answer("m3", usage(10, 100), timestamp=datetime.now(UTC).isoformat()))
    run("budget", "set", limit, "--tokens")
    append(transcript, answer("m4"))

    done = on_a_full_disk("budget", "check")

    assert done.code == code
    assert MISSING in done.err


def test_an_error_of_the_command_itself_is_not_hidden(on_a_full_disk: Run) -> None:
    done = on_a_full_disk("budget", "show", "7")

    assert done.code == 5
    assert MISSING in done.err
    assert "Budget not found: 7" in done.err


def test_metrics_are_those_of_the_ledger_as_it_is(on_a_full_disk: Run) -> None:
    done = on_a_full_disk("metrics")

    assert "agent_console_ledger_up 1.0" in done.out
    assert 'agent_console_tokens_total{class="input",model="claude-opus-5"} 10.0' in done.out
    assert done.err.count(MISSING) == 1
    assert done.code == 0


def test_without_a_ledger_there_is_nothing_to_show(run: Run, scratch_home: Path) -> None:
    write(scratch_home / f".claude/projects/-p/{SESSION}.jsonl", answer("m1"))

    with full_disk():
        done = run("usage", "--json")

    assert (done.out, done.code) == ("", 8)
    assert MISSING not in done.err
