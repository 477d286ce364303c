"""Reading all again gives the same, loses nothing that cannot be read again, and may be killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from tests.usage.asking import NOON_MS, add, do, query, sums_that_differ
from tests.usage.ingest.bringing import bring, is_fresh, output_by_session, total
from tests.usage.ingest.telling import cost_state, reading, take
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, prompt, usage, write

from agent_console.cli.commands.reindex import command
from agent_console.config_prices import PricesConfig
from agent_console.errors import RequestRefusedError
from agent_console.paths import database_path
from agent_console.usage.ingest.catch_up import catch_up
from agent_console.usage.ingest.reindex import Reindexed, count_gone, reindex
from agent_console.usage.rows import Figures
from agent_console.usage.tables.source_rows import read_source
from agent_console.usage.writing.ledger import Ledger

KILLED = """
import os, signal, sys
from pathlib import Path
from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.reindex import reindex
def die(progress):
    if progress.files >= int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
reindex(Path(sys.argv[1]), PricesConfig(), tell=die)
"""

SOURCES = "SELECT path, status, offset_bytes, lines, user_messages, first_line_ms FROM sources"


def again(database: Path, *projects: str, prune: bool = False) -> Reindexed:
    done = reindex(database, PricesConfig(), projects=projects, prune=prune)
    assert sums_that_differ(database) == []
    assert query(database, "PRAGMA foreign_key_check") == []
    return done


@pytest.fixture
def two(database: Path, project: Path) -> tuple[Path, Path]:
    """Two sessions in two projects, taken in."""
    one, other = project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl"
    write(one, answer("m1"), answer("m2", costUSD=0.5))
    write(other, answer("n1", usage(10, 7), sessionId=OTHER, cwd="/elsewhere"))
    bring(database)
    return one, other


def rows(database: Path) -> list[tuple[object, ...]]:
    return query(
        database,
        "SELECT key, session_id, at_ms, source, path, m.input_tokens, m.reported_nano_usd "
        "FROM messages m JOIN sessions USING (session_no) LEFT JOIN sources USING (source_no) "
        "ORDER BY key",
    )


def test_reading_all_again_changes_nothing(database: Path, two: tuple[Path, Path]) -> None:
    before = rows(database)
    done = again(database)
    assert done.before == done.after
    assert (done.read.files_read, rows(database)) == (2, before)


def test_what_the_ledger_had_wrong_is_right_again(database: Path, two: tuple[Path, Path]) -> None:
    ledger = Ledger(database)
    with ledger.transaction(writes=True) as batch:
        row = batch.row("m1")
        assert row is not None
        batch.post(replace(row, figures=Figures(10, 90)), row, NOON_MS)
        batch.write()
    ledger.close()
    done = again(database)
    assert (done.before.output_tokens, done.after.output_tokens) == (197, 207)


def test_one_project_alone_is_read_again(database: Path, two: tuple[Path, Path]) -> None:
    done = again(database, "/elsewhere")
    assert done.read.files_read == 1
    assert done.before == done.after


@pytest.mark.parametrize(
    "pattern", ["elsewhere", "/elsewhere", "else*", "/else*", "-elsewhere", "=/elsewhere"]
)
def test_a_project_is_named_as_in_reports(
    database: Path, two: tuple[Path, Path], pattern: str
) -> None:
    assert again(database, pattern).read.files_read == 1
    assert again(database, pattern, "project").read.files_read == 2

    two[1].unlink()
    assert count_gone(database, [pattern]) == 1
    assert again(database, pattern, prune=True).rows_pruned == 1
    assert output_by_session(database) == {SESSION: 200}


@pytest.mark.parametrize("prune", [False, True])
def test_a_project_that_nothing_matches_is_refused(
    database: Path, two: tuple[Path, Path], *, prune: bool
) -> None:
    for path in two:
        path.unlink()
    before = rows(database)
    with pytest.raises(RequestRefusedError, match=r"'nobody'.*usage project"):
        again(database, "elsewhere", "nobody", prune=prune)
    with pytest.raises(RequestRefusedError, match="'nobody'"):
        count_gone(database, ["nobody"])
    assert rows(database) == before


def test_upserts_and_what_was_set_aside_stay(database: Path, session: Path) -> None:
    ledger = Ledger(database)
    do(ledger, add(session=SESSION, input_tokens=9))
    do(ledger, add("m1", session=SESSION, output_tokens=900, cost_usd=0.25))
    do(ledger, add("u1", session=SESSION, output_tokens=3))
    ledger.close()
    write(session, answer("m1"))
    bring(database)
    before = rows(database)
    assert total(database) == (0, 903, 0, 0)
    again(database)
    assert rows(database) == before


def test_rows_whose_transcripts_are_gone_stay_unless_pruned(
    database: Path, two: tuple[Path, Path]
) -> None:
    two[0].unlink()
    assert again(database).after.responses == 3
    done = again(database, prune=True)
    assert done.rows_pruned == 2
    assert output_by_session(database) == {OTHER: 7}


def test_pruning_keeps_what_another_transcript_tells_too(database: Path, project: Path) -> None:
    original, fork = project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl"
    write(original, answer("m1"), answer("m2"))
    copied = answer("m1", sessionId=OTHER, requestSessionId=SESSION)
    write(fork, copied, answer("m3", usage(10, 50), sessionId=OTHER))
    bring(database)
    original.unlink()
    again(database, prune=True)
    assert output_by_session(database) == {SESSION: 100, OTHER: 50}


@pytest.mark.parametrize("upserts", [False, True])
def test_what_was_pruned_and_comes_back_is_new(
    database: Path, ledger: Ledger, session: Path, tmp_path: Path, *, upserts: bool
) -> None:
    """Also for a process that goes on: it has seen the transcript before."""
    if upserts:
        do(ledger, add("m1", session=SESSION, output_tokens=900))
    write(session, prompt("Go on"), answer("m1"), answer("m2"))
    catch_up(ledger)
    before, sources = rows(database), query(database, SOURCES)
    session.rename(tmp_path / "kept")
    catch_up(ledger)
    assert again(database, prune=True).rows_pruned == 2 - upserts
    assert query(database, f"SELECT coalesce(sum(user_messages), 0) FROM ({SOURCES})") == [(0,)]
    assert count_gone(database) == 0

    (tmp_path / "kept").rename(session)
    assert not is_fresh(database)
    assert catch_up(ledger).files_read == 1
    assert is_fresh(database)
    assert (rows(database), query(database, SOURCES)) == (before, sources)


def test_transcripts_that_are_gone_and_told_no_response_are_forgotten(
    database: Path, two: tuple[Path, Path], project: Path
) -> None:
    silent = project / "silent.jsonl"
    write(silent, prompt("Is anybody there?"))
    bring(database)
    silent.unlink()
    two[0].unlink()
    assert again(database, "elsewhere", prune=True).rows_pruned == 0
    assert query(database, "SELECT count(*) FROM sources") == [(3,)]
    assert again(database, prune=True).rows_pruned == 2
    assert query(database, "SELECT path FROM sources") == [(str(two[1]),)]


def test_nothing_is_dropped_that_was_not_counted_before(database: Path, session: Path) -> None:
    """Each response was told by an UPSERT too: only the session's total is the transcript's own."""
    ledger = Ledger(database)
    do(ledger, add("m1", session=SESSION, output_tokens=900))
    ledger.close()
    write(session, answer("m1"), cost_state_line(2000))
    bring(database)
    assert output_by_session(database) == {SESSION: 2000}
    session.unlink()
    assert count_gone(database) == 0
    assert again(database, prune=True).rows_pruned == 0
    assert output_by_session(database) == {SESSION: 2000}


def test_a_transcript_that_is_back_is_not_pruned(
    database: Path, two: tuple[Path, Path], tmp_path: Path
) -> None:
    before = rows(database)
    two[0].rename(tmp_path / "kept")
    bring(database)
    (tmp_path / "kept").rename(two[0])
    assert bring(database).files_read == 0
    assert count_gone(database) == 0
    assert again(database, "elsewhere", prune=True).rows_pruned == 0
    assert rows(database) == before


def test_what_a_pruned_transcript_told_of_other_projects_is_counted_before(
    database: Path, session: Path
) -> None:
    write(session, answer("m1"), answer("m2", cwd="/elsewhere"))
    bring(database)
    session.unlink()
    assert count_gone(database, ["elsewhere"]) == 2
    assert again(database, "elsewhere", prune=True).rows_pruned == 2
    assert rows(database) == []


@pytest.mark.parametrize("projects", [(), ("project",)])
def test_pruning_what_was_copied_elsewhere_loses_nothing(
    database: Path, session: Path, projects: tuple[str, ...]
) -> None:
    write(session, answer("m1"), cost_state_line(700))
    bring(database)
    told_by_sdk(database)
    copy = session.parent.parent / "-elsewhere" / session.name
    copy.parent.mkdir()
    shutil.copy(session, copy)
    bring(database)
    session.unlink()
    again(database, *projects, prune=True)
    assert output_by_session(database) == {SESSION: 5000}
    assert query(database, "SELECT path FROM sources") == [(str(copy),)]


@pytest.mark.parametrize("prune", [False, True])
def test_a_total_stays_when_only_a_subagents_transcript_is_left(
    database: Path, project: Path, *, prune: bool
) -> None:
    main, sub = project / f"{SESSION}.jsonl", project / SESSION / "subagents/agent-1.jsonl"
    write(sub, answer("s1", usage(10, 5), isSidechain=True))
    write(main, answer("m1"))
    bring(database)
    ledger = Ledger(database)
    known = read_source(ledger.connection, str(main))
    assert known is not None
    state_line = cost_state(1, 0, input_tokens=1_020, output_tokens=105)
    told = replace(state_line, model="claude-opus-5", at_ms=2_000_000_000_000)
    after = replace(known.state, cost_states=1)
    told_more = replace(reading(path=str(main)), before=known.state, after=after)
    take(ledger, replace(told_more, cost_states=[told]))
    ledger.close()
    assert total(database) == (1_020, 105, 0, 0)
    main.unlink()
    again(database, prune=prune)
    assert total(database) == ((10, 5, 0, 0) if prune else (1_020, 105, 0, 0))


def test_what_nobody_may_read_now_stays(
    database: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.access

    def refused(path: str, mode: int) -> bool:
        return path != str(two[0]) and really(path, mode)

    monkeypatch.setattr(os, "access", refused)
    done = again(database)
    assert (done.read.files_read, done.before == done.after) == (1, True)


@pytest.mark.parametrize("files", [0, 1])
def test_killed_in_the_middle_the_next_ingest_completes_it(
    database: Path, two: tuple[Path, Path], files: int
) -> None:
    before, figures = rows(database), total(database)
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(database), str(files)], timeout=60, check=False
    )
    assert process.returncode == -signal.SIGKILL
    bring(database)
    assert (rows(database), total(database)) == (before, figures)


def test_pruning_asks_first_also_for_what_has_only_just_gone(project: Path) -> None:
    path = project / f"{SESSION}.jsonl"
    write(path, answer("m1"))
    bring(database_path())
    path.unlink()
    runner = CliRunner()
    refused = runner.invoke(command, ["--prune"], input="n\n")
    assert refused.exit_code != 0
    assert "1 response whose" in refused.stderr
    assert total(database_path()) == (10, 100, 0, 0)
    done = runner.invoke(command, ["--prune", "--yes", "--json"])
    assert json.loads(done.stdout)["rows_pruned"] == 1
    assert count_gone(database_path()) == 0


def test_responses_that_two_sessions_tell_belong_to_the_same_one_afterwards(
    database: Path, project: Path
) -> None:
    lines = [answer("m1"), answer("m2")]
    write(project / f"{OTHER}.jsonl", *lines, answer("own", timestamp="2026-01-01T12:01:00Z"))
    write(project / f"{SESSION}.jsonl", *lines, answer("x", timestamp="2026-01-01T13:00:00Z"))
    bring(database)
    before = output_by_session(database)
    assert before == {OTHER: 300, SESSION: 100}
    again(database)
    assert output_by_session(database) == before


def cost_state_line(output: int) -> dict[str, object]:
    figures = {"inputTokens": 10, "outputTokens": output}
    return {"type": "cost-state", "sessionId": SESSION, "modelUsage": {"claude-opus-5": figures}}


def told_by_sdk(database: Path) -> None:
    """A client of the Agent SDK tells more than the transcript's own last line does."""
    ledger = Ledger(database)
    entry = add(
        session=SESSION,
        at_ms=NOON_MS * 2,
        source="sdk",
        is_total=True,
        model="claude-opus-5",
        output_tokens=5000,
    )
    do(ledger, entry)
    ledger.close()


def test_totals_that_an_sdk_client_was_told_are_kept(database: Path, project: Path) -> None:
    transcript = project / f"{SESSION}.jsonl"
    write(transcript, answer("m1"), cost_state_line(700))
    bring(database)
    told_by_sdk(database)
    assert output_by_session(database) == {SESSION: 5000}

    again(database)
    assert output_by_session(database) == {SESSION: 5000}

    append(transcript, answer("m2", usage(10, 1000)))
    bring(database)
    assert output_by_session(database) == {SESSION: 5000}


def test_prune_drops_them_with_the_transcript(database: Path, project: Path) -> None:
    transcript = project / f"{SESSION}.jsonl"
    write(transcript, answer("m1"), cost_state_line(700))
    bring(database)
    told_by_sdk(database)
    transcript.unlink()
    bring(database)

    again(database, prune=True)

    assert query(database, "SELECT count(*) FROM messages") == [(0,)]
    assert query(database, "SELECT count(*) FROM cost_states") == [(0,)]


def test_what_follows_from_rows_that_stay_is_worked_out_again(
    database: Path, project: Path
) -> None:
    """As of a ledger whose rows were taken in by rules that have been mended since."""
    session = project / f"{SESSION}.jsonl"
    used = {"inputTokens": 10, "outputTokens": 100}
    write(session, answer("m1"), {"type": "cost-state", "modelUsage": {"claude-opus-5": used}})
    bring(database)
    session.unlink()
    bring(database)
    with closing(Ledger(database)) as ledger, ledger.transaction(writes=True):
        ledger.connection.execute("UPDATE cost_states SET output_tokens = 105")
    assert output_by_session(database) == {SESSION: 100}

    again(database)

    assert output_by_session(database) == {SESSION: 105}


@pytest.fixture
def original_and_copy(database: Path, project: Path) -> tuple[Path, Path]:
    """The copy is read first, so that the row of what both tell names its transcript."""
    one, other = project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl"
    write(
        other,
        answer("m1", sessionId=OTHER, cwd="/two"),
        answer("n2", sessionId=OTHER, cwd="/two", timestamp="2026-09-01T13:00:00.000Z"),
    )
    bring(database)
    write(
        one,
        answer("m1", cwd="/one"),
        answer("m2", cwd="/one", timestamp="2026-09-01T12:30:00.000Z"),
    )
    bring(database)
    assert output_by_session(database) == {SESSION: 200, OTHER: 100}
    return one, other


@pytest.mark.parametrize("projects", [(), ("/two",), ("/one",)])
def test_an_original_whose_transcript_is_gone_keeps_what_its_copy_tells_too(
    database: Path, original_and_copy: tuple[Path, Path], projects: tuple[str, ...]
) -> None:
    original_and_copy[0].unlink()
    bring(database)
    again(database, *projects)
    assert output_by_session(database) == {SESSION: 200, OTHER: 100}


@pytest.mark.parametrize("project_of", ["/one", "/two"])
def test_of_two_sessions_that_tell_the_same_both_are_read_again(
    database: Path, original_and_copy: tuple[Path, Path], project_of: str
) -> None:
    again(database, project_of)
    append(
        original_and_copy[1], answer("n3", sessionId=OTHER, timestamp="2026-09-01T14:00:00.000Z")
    )
    bring(database)
    assert output_by_session(database) == {SESSION: 200, OTHER: 200}
