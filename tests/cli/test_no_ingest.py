"""`--no-ingest` leaves out the look for new transcript lines, and nothing else."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.full_disk import full_disk
from tests.usage.ingest.transcripts import SESSION, answer, append, usage, write

from agent_console.paths import config_path, database_path
from agent_console.usage.database.opening import open_database
from agent_console.usage.reports.reading import open_for_reading

HALF = "[prices]\ndiscount_percent = 50\n"
COMMANDS = [
    *(("usage",), ("usage", "export"), ("usage", "session", "--id", SESSION)),
    *(("overview",), ("report", "--format", "json"), ("budget", "list")),
]


@pytest.fixture(autouse=True)
def transcript(run: Run, scratch_home: Path) -> Path:
    """One that has been read."""
    path = scratch_home / f".claude/projects/-home-user-project/{SESSION}.jsonl"
    write(path, answer("m1", usage(10, 100)))
    assert run("ingest").code == 0
    return path


def configure(text: str) -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text(text)


def cost(run: Run) -> float:
    total: float = run("usage", "--json", "--no-ingest").json["totals"]["totalCost"]
    return total


def test_prices_that_have_changed_are_those_of_the_report(run: Run, transcript: Path) -> None:
    before = cost(run)
    append(transcript, answer("m2", usage(10, 100)))
    configure(HALF)
    assert cost(run) == before / 2
    export = run("usage", "export", "--no-ingest", "--json", "--fields", "cost_usd").json
    assert [row["cost_usd"] for row in export] == [before / 2]
    config_path().unlink()
    assert cost(run) == before


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize(
    "text",
    ["[prices]\ndiscount_percent = 101\n", '[display]\nweek_start = "someday"\n', "[display\n"],
)
def test_a_configuration_that_cannot_be_used_is_refused(
    run: Run, words: tuple[str, ...], text: str
) -> None:
    configure(text)
    done = run(*words, "--no-ingest")
    assert (done.code, done.out) == (2, "")
    assert "config.toml" in done.err


def test_a_configuration_is_refused_where_there_is_no_ledger_too(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / "empty"))
    configure("[prices]\ndiscount_percent = 101\n")
    assert run("usage", "--no-ingest").code == 2
    assert not (scratch_home / "empty").exists()


def test_nothing_is_written_where_prices_are_as_they_were(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(HALF)
    cost(run)
    opened: list[object] = []

    def count(*given: object) -> object:
        opened.append(given)
        return open_database(database_path())

    monkeypatch.setattr("agent_console.usage.writing.present_ledger.open_database", count)
    cost(run)
    assert opened == []


def test_on_a_full_disk_the_older_prices_are_shown_and_said_to_be_so(run: Run) -> None:
    before = cost(run)
    configure(HALF)
    beside = open_for_reading(str(database_path()))
    assert beside is not None
    with full_disk():
        done = run("usage", "--json", "--no-ingest")
    beside.close()
    assert done.code == 8
    assert done.json["totals"]["totalCost"] == before
    assert "agent-console: The prices of today are not in these figures. The ledger " in done.err
