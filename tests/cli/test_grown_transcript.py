"""A report after one transcript has grown: little is imported, and nothing is looked at twice."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.usage.ingest.bringing import bring, is_fresh
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, write

from agent_console.cli.fast_usage import run_usage
from agent_console.paths import database_path
from agent_console.usage.ingest.disk_changes import DiskChanges

TREE = f".claude/projects/-home-user-project/{SESSION}"


@pytest.fixture
def grown(scratch_home: Path) -> Path:
    """A transcript of which the last line has not been read, beside others that have."""
    session = scratch_home / f"{TREE}.jsonl"
    write(session, answer("m1"))
    write(scratch_home / f"{TREE}/subagents/agent-1.jsonl", answer("m2", isSidechain=True))
    write(session.with_name(f"{OTHER}.jsonl"), answer("m3", sessionId=OTHER))
    bring(database_path())
    append(session, answer("m4"))
    assert not is_fresh(database_path())
    return session


def test_nothing_is_imported_that_one_new_line_does_not_need(grown: Path) -> None:
    program = (
        "import sys\n"
        "from agent_console.__main__ import main\n"
        "assert main(['usage', 'daily', '--json']) == 0\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    heavy = {
        "click", "rich", "logging", "json", "subprocess", "selectors", "threading", "hashlib",
        "secrets", "tempfile", "platformdirs", "tomllib", "dataclasses", "asyncio", "anyio",
        "genai_prices",
        "agent_console.protocol", "agent_console.client", "agent_console.usage.ingest.pool",
        "agent_console.usage.ingest.pipe_messages", "agent_console.usage.prices.catalogue",
    }  # fmt: skip
    command = [sys.executable, "-I", "-c", program]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=30)
    assert is_fresh(database_path())
    assert heavy & set(done.stderr.split()) == set()
    assert "agent_console.usage.ingest.importer" in done.stderr


def test_each_folder_is_listed_once_and_the_ledger_asked_for_all_files_once(grown: Path) -> None:
    listed: Counter[str] = Counter()
    compared: list[DiskChanges] = []
    scandir, compare = os.scandir, DiskChanges.__init__

    def list_folder(path: str) -> object:
        listed[path] += 1
        return scandir(path)

    def note(self: DiskChanges, *given: Any, **named: Any) -> None:
        compared.append(self)
        compare(self, *given, **named)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("os.scandir", list_folder)
        monkeypatch.setattr(DiskChanges, "__init__", note)
        assert run_usage(["daily", "--json"]) == 0
    assert is_fresh(database_path())
    assert [found[0][0] for found in compared[0].changed] == [str(grown)]
    assert len(compared) == 1
    folders = {str(path) for path in (grown.parent, *grown.parent.rglob("*")) if path.is_dir()}
    assert len(folders) == 3
    assert {listed[path] for path in folders} == {1}


def test_new_lines_are_read_where_nobody_reads_errors(grown: Path) -> None:
    command = ["sh", "-c", 'exec "$0" "$@" 2>&-', sys.executable, "-m", "agent_console"]
    done = subprocess.run(
        [*command, "usage", "daily", "--json"], stdout=subprocess.PIPE, check=True, timeout=30
    )
    assert b'"totals"' in done.stdout
    assert grown.exists()
    assert is_fresh(database_path())
