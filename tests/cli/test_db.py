"""`agent-console db …`."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.usage.asking import query
from tests.usage.maintenance.reading import damage, dump
from tests.usage.old_ledgers import make_ledger, make_ledger_of_schema_1

from agent_console.cli.main import main
from agent_console.paths import database_path
from agent_console.usage.database.read_only_uri import SCHEMA

MIGRATED = "Schema 2: Made room for transcripts and prices"


@pytest.fixture
def ledger(scratch_home: Path) -> Path:
    """A ledger with 300 messages where the commands look for it."""
    path = database_path()
    make_ledger(path)
    return path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person sits there."""
    monkeypatch.setattr("agent_console.cli.db.asking.is_interactive", lambda: True)


def test_path_is_one_line(run: Run) -> None:
    assert run("db", "path").out == f"{database_path()}\n"
    assert run("db", "path", "--json").json == {"path": str(database_path()), "exists": False}


@pytest.mark.parametrize(
    "words",
    [("check",), ("repair",), ("backup", "b.db"), ("vacuum",), ("stats",), ("query", "SELECT 1")],
)
def test_without_a_ledger_they_say_so_and_make_none(run: Run, words: tuple[str, ...]) -> None:
    done = run("db", *words)
    assert done.code == 8
    assert "There is no ledger at" in done.err
    assert not database_path().exists()


def test_check_says_ok_for_each_check_and_exits_0(run: Run, ledger: Path) -> None:
    done = run("db", "check")
    assert done.code == 0
    assert done.out.count("ok ") == len(done.out.splitlines()) == 15
    assert run("db", "check", "--json").json["ok"] is True


def test_check_names_what_is_wrong_how_to_mend_it_and_exits_8(run: Run, ledger: Path) -> None:
    query(ledger, "UPDATE sessions SET turns = 99 WHERE session_no = 2")
    done = run("db", "check")
    assert done.code == 8
    assert "1 sessions do not have the sums" in done.out
    assert "→ agent-console db repair" in done.out
    found = run("db", "check", "--json")
    assert found.code == 8
    assert found.json["ok"] is False
    (wrong,) = [finding for finding in found.json["findings"] if not finding["ok"]]
    assert wrong["check"] == "sessions"


def test_repair_mends_it_and_says_what_changed(run: Run, ledger: Path) -> None:
    query(ledger, "UPDATE sessions SET turns = 99 WHERE session_no = 2")
    assert "Corrected 1 sessions' sums" in run("db", "repair").out
    assert run("db", "check").code == 0
    assert run("db", "repair").out == "Nothing was wrong.\n"


def test_repair_after_damage_asks_first(
    run: Run, ledger: Path, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = damage(ledger, "messages")
    asked: list[str] = []

    def confirm(question: str, *, default: bool, abort: bool, err: bool) -> None:
        asked.append(question)
        assert (default, abort, err) == (False, True, True)
        raise KeyboardInterrupt

    monkeypatch.setattr("click.confirm", confirm)
    assert run("db", "repair").code == 130
    assert "begin again from the newest good backup" in asked[0]
    assert ledger.read_bytes() == content


def test_repair_without_anybody_to_ask_needs_yes(run: Run, ledger: Path) -> None:
    content = damage(ledger, "messages")
    assert run("db", "repair").code == 2
    assert ledger.read_bytes() == content

    done = run("db", "repair", "--yes")

    assert done.code == 0
    assert "There was no usable backup" in done.out
    assert run("db", "check").code == 0
    (kept,) = ledger.parent.glob("metrics.db.damaged-*Z")
    assert kept.read_bytes() == content


def test_backup_and_restore(run: Run, ledger: Path, scratch_home: Path) -> None:
    file = scratch_home / "b.db"
    before = dump(ledger)
    assert run("db", "backup", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    query(ledger, "UPDATE sessions SET label = 'x'")

    again = run("db", "backup", str(file))
    assert (again.code, "--force replaces it" in again.err) == (1, True)
    assert dump(file) == before

    assert run("db", "restore", str(file)).code == 2, "nobody to ask"
    assert dump(ledger) != before
    done = run("db", "restore", str(file), "--yes", "--json")
    assert dump(ledger) == before
    assert Path(done.json["kept"]).exists()
    assert run("db", "backup", str(file), "--force").code == 0


def test_a_backup_never_overwrites_the_ledger(run: Run, ledger: Path) -> None:
    before = dump(ledger)
    assert run("db", "backup", str(ledger), "--force").code == 8
    assert dump(ledger) == before


def test_a_backup_into_a_folder_that_is_not_there_says_so(
    run: Run, ledger: Path, scratch_home: Path
) -> None:
    done = run("db", "backup", str(scratch_home / "no" / "b.db"))
    assert done.code == 1
    assert "cannot be written: No such file or directory" in done.err


def test_restore_checks_before_it_asks(run: Run, ledger: Path, scratch_home: Path) -> None:
    (scratch_home / "b.db").write_bytes(b"hello" * 1000)
    done = run("db", "restore", str(scratch_home / "b.db"), "--yes")
    assert done.code == 8
    assert "damaged, or no database" in done.err
    assert sorted(path.name for path in ledger.parent.iterdir()) == ["metrics.db"]


def test_restore_says_what_is_wrong_in_a_backup_and_goes_on_when_told_to(
    run: Run, ledger: Path, scratch_home: Path, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scratch_home / "b.db"
    run("db", "backup", str(file))
    query(file, "UPDATE sessions SET turns = 99 WHERE session_no = 2")
    before = dump(ledger)
    asked: list[str] = []

    def confirm(question: str, *, default: bool, abort: bool, err: bool) -> None:
        asked.append(question)
        assert (default, abort, err) == (False, True, True)
        raise KeyboardInterrupt

    monkeypatch.setattr("click.confirm", confirm)
    refused = run("db", "restore", str(file))
    assert refused.code == 130
    assert "1 sessions do not have the sums" in refused.err
    assert "although it is not as it must be" in asked[0]
    assert dump(ledger) == before

    done = run("db", "restore", str(file), "--yes")
    assert done.code == 0
    assert "1 sessions do not have the sums" in done.err
    assert "`agent-console db repair` mends it" in done.err
    found = run("db", "restore", str(file), "--yes", "--json").json["problems"]
    assert [problem["check"] for problem in found] == ["sessions"]


@pytest.mark.parametrize("words", [(), ("--force",)])
def test_a_backup_replaces_nothing_but_files(
    run: Run, ledger: Path, scratch_home: Path, words: tuple[str, ...]
) -> None:
    pipe = scratch_home / "pipe"
    os.mkfifo(pipe)
    done = run("db", "backup", str(pipe), *words)
    assert (done.code, "is no regular file" in done.err) == (1, True)
    assert pipe.is_fifo()


@pytest.mark.parametrize("words", [("usage",), ("ingest",), ("reindex",), ("usage", "--no-ingest")])
def test_damaged_text_is_said_in_one_sentence_without_sql(
    run: Run, ledger: Path, words: tuple[str, ...]
) -> None:
    query(ledger, "UPDATE names SET name = CAST(x'2fff' AS TEXT) WHERE name_no = 22")
    done = run(*words)
    assert done.code == 8 or words == ("ingest",)
    assert "SELECT" not in done.err
    assert "json_" not in done.err
    if done.code:
        assert "a text in it is no UTF-8" in done.err
        assert "agent-console db repair" in done.err


def test_a_row_that_is_gone_is_damage_and_no_bug(run: Run, ledger: Path) -> None:
    query(ledger, "DELETE FROM facets WHERE facet_no = 3")
    done = run("db", "repair", "--yes")
    assert done.code == 0
    assert "The damaged one is kept as" in done.out
    assert run("db", "check").code == 0


def test_vacuum_says_both_sizes(run: Run, ledger: Path) -> None:
    assert "KiB before" in run("db", "vacuum").err
    sizes = run("db", "vacuum", "--json").json
    assert sizes["after_bytes"] <= sizes["before_bytes"]


def test_stats_for_a_person_and_for_a_script(run: Run, ledger: Path) -> None:
    text = run("db", "stats").out
    assert "300 messages, 13 sessions, 20 projects" in text
    assert "No backups yet" in text
    figures = run("db", "stats", "--json").json
    assert figures["messages"] == 300
    assert figures["path"] == str(ledger)


def test_stats_of_a_ledger_that_is_not_yet_migrated(run: Run, scratch_home: Path) -> None:
    make_ledger_of_schema_1(database_path())
    assert run("db", "stats", "--json").json["schema"] == 1


def test_query_draws_a_table(run: Run, ledger: Path) -> None:
    done = run("db", "query", "SELECT session_no AS number, label FROM sessions LIMIT 2")
    assert [line.split() for line in done.out.splitlines()] == [
        ["number", "label"],
        ["1", "label", "1"],
        ["2", "label", "2"],
    ]


def test_query_gives_json_and_csv(run: Run, ledger: Path) -> None:
    statement = "SELECT 1 AS n, 'a,b' AS t, NULL AS none, x'ff' AS b, 0.5 AS r"
    assert run("db", "query", statement, "--json").json == [
        {"n": 1, "t": "a,b", "none": None, "b": "ff", "r": 0.5}
    ]
    assert run("db", "query", statement, "--csv").out == 'n,t,none,b,r\n1,"a,b",,ff,0.5\n'
    assert run("db", "query", statement, "--csv", "--json").code == 2


def test_columns_of_one_name_have_a_key_each(run: Run, ledger: Path) -> None:
    done = run("db", "query", "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a", "--json")
    assert done.out == '[{"a":1,"a_3":2,"a_2":3,"a_4":4}]\n'


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_query_writes_rows_while_it_reads_them(ledger: Path, form: str) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    python = f'ulimit -v 1000000; exec "$0" -m agent_console db query "$1" {form}'
    with subprocess.Popen(
        ["sh", "-c", python, sys.executable, endless],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        begun = writer.stdout.read(1_000_000)
        writer.stdout.close()

        assert writer.wait(60) == 141
        assert b"70000" in begun
        assert writer.stderr.read() == b""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT ?", "write the value itself"),
        ("SELECT :name", "write the value itself"),
        ("SELECT 1; SELECT 2", "That is not one statement"),
        ("SELECT '\udcff'", "no valid text"),
        ("SELECT", "incomplete input"),
        ("", "begin with SELECT"),
    ],
)
def test_query_says_what_is_wrong_with_a_statement(
    run: Run, ledger: Path, statement: str, said: str
) -> None:
    done = run("db", "query", statement)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert ("not one statement" in done.err) == ("not one statement" in said)


def test_csv_runs_no_formula_in_a_spreadsheet(run: Run, ledger: Path) -> None:
    done = run("db", "query", "--csv", "SELECT '=1+1' AS a, -5 AS b, '@x' AS c, '-x' AS d")
    assert done.out.splitlines()[1] == "'=1+1,-5,'@x,'-x"


def test_query_only_reads(run: Run, ledger: Path) -> None:
    before = dump(ledger)
    done = run("db", "query", "DELETE FROM sessions")
    assert (done.code, done.out) == (1, "")
    assert "Only reading is allowed" in done.err
    assert dump(ledger) == before


def test_none_of_it_starts_a_daemon_or_imports_one(ledger: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("agent_console.client")]:
        del sys.modules[name]
    assert main(["db", "stats"]) == 0
    assert not [name for name in sys.modules if name.startswith("agent_console.client")]


@pytest.mark.parametrize(
    "words",
    [
        ("ingest",),
        ("reindex",),
        ("usage",),
        ("usage", "--no-ingest"),
        ("pricing",),
        ("db", "vacuum"),
    ],
)
def test_every_command_tells_of_a_migration_on_stderr(
    run: Run, scratch_home: Path, words: tuple[str, ...]
) -> None:
    make_ledger_of_schema_1(database_path())
    done = run(*words)
    assert done.code == 0, done.err
    assert MIGRATED in done.err


def test_a_migration_is_told_on_stderr(run: Run, scratch_home: Path) -> None:
    make_ledger_of_schema_1(database_path())
    done = run("db", "repair")
    assert MIGRATED in done.err
    with closing(sqlite3.connect(database_path())) as connection:
        assert connection.execute("SELECT max(version) FROM schema_versions").fetchone() == (
            SCHEMA,
        )
    assert json.loads(run("db", "stats", "--json").out)["backups"][0]["schema"] == 1
