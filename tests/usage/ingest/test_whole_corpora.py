"""Whole corpora, read in whatever order, pieces and interruptions, give what was billed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.bench.corpus.corpus import make_corpus
from tests.bench.corpus.truth import Truth
from tests.usage.asking import sums_that_differ
from tests.usage.ingest.comparing import listed, listed_in, unlisted, unlisted_in

from agent_console.usage.ingest import reading_files
from agent_console.usage.ingest.catch_up import catch_up, take_in
from agent_console.usage.ingest.discovery import find_transcripts
from agent_console.usage.writing.ledger import Ledger

SESSIONS = 30


def check(database: Path, truth: Truth) -> None:
    assert listed_in(database) == listed(truth)
    assert unlisted_in(database) == unlisted(truth)
    assert sums_that_differ(database) == []


def config_dirs(truth: Truth) -> list[Path]:
    return [Path(folder) for folder in truth.config_dirs]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), data=st.data())
def test_any_corpus_in_any_order_gives_the_truth(
    tmp_path_factory: pytest.TempPathFactory, seed: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    truth = make_corpus(folder, seed, sessions=SESSIONS)
    files = find_transcripts(config_dirs(truth)).files
    ledger = Ledger(folder / "metrics.db")
    for file in data.draw(st.permutations(files)):
        take_in(ledger, [file])
    ledger.close()
    check(folder / "metrics.db", truth)
    shutil.rmtree(folder)


@pytest.mark.parametrize("seed", [1, 2])
def test_much_at_once_refers_to_nothing_that_is_not_there(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_files, "IN_PROCESS_BYTES", 0)
    truth = make_corpus(tmp_path, seed, sessions=SESSIONS)
    ledger = Ledger(tmp_path / "metrics.db")
    catch_up(ledger, config_dirs=config_dirs(truth))
    assert ledger.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    ledger.close()
    check(tmp_path / "metrics.db", truth)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_files_that_grow_while_they_are_read_give_the_truth(tmp_path: Path, seed: int) -> None:
    truth = make_corpus(tmp_path, seed, sessions=SESSIONS)
    rng = random.Random(seed)
    files = {Path(file.path): b"" for file in find_transcripts(config_dirs(truth)).files}
    whole = {path: path.read_bytes() for path in files}
    ledger = Ledger(tmp_path / "metrics.db")
    for share in (0.2, 0.5, 0.9, 1.0):
        for path, text in whole.items():
            cut = len(text) if share == 1 else rng.randrange(int(len(text) * share) + 1)
            if cut >= len(files[path]):
                path.write_bytes(text[:cut])
                files[path] = text[:cut]
        catch_up(ledger, config_dirs=config_dirs(truth))
    ledger.close()
    check(tmp_path / "metrics.db", truth)


def test_reading_again_from_the_start_changes_nothing(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 4, sessions=SESSIONS)
    ledger = Ledger(tmp_path / "metrics.db")
    catch_up(ledger, config_dirs=config_dirs(truth))
    take_in(ledger, find_transcripts(config_dirs(truth)).files, from_start=True)
    ledger.close()
    check(tmp_path / "metrics.db", truth)


INGEST = """
import sys
from pathlib import Path
from agent_console.usage.ingest.catch_up import catch_up
from agent_console.usage.writing.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
print("ready", flush=True)
catch_up(ledger, config_dirs=[Path(folder) for folder in sys.argv[2:]])
"""


def ingesting(database: Path, truth: Truth) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(database), *truth.config_dirs],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_anywhere_and_started_again_gives_the_truth(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 5, megabytes=12)
    database = tmp_path / "metrics.db"
    there = 0
    for _ in range(4):
        process = ingesting(database, truth)
        deadline = time.monotonic() + 60
        while process.poll() is None and len(listed_in(database)) <= there:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert sums_that_differ(database) == []
        there = len(listed_in(database))
    ledger = Ledger(database)
    catch_up(ledger, config_dirs=config_dirs(truth))
    ledger.close()
    check(database, truth)


def test_several_at_once_count_everything_once(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 6, megabytes=6)
    database = tmp_path / "metrics.db"
    Ledger(database).close()
    processes = [ingesting(database, truth) for _ in range(3)]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0, 0]
    check(database, truth)


def test_a_file_that_moves_with_its_project_is_not_read_again(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 7, sessions=6)
    ledger = Ledger(tmp_path / "metrics.db")
    catch_up(ledger, config_dirs=config_dirs(truth))
    for folder in config_dirs(truth):
        for project in sorted((folder / "projects").iterdir()):
            if not project.is_symlink():
                os.rename(project, f"{project}-moved")
    moved = catch_up(ledger, config_dirs=config_dirs(truth))
    ledger.close()
    assert moved.bytes_read == 0
    check(tmp_path / "metrics.db", truth)


def test_rows_stay_when_their_transcripts_are_gone(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 8, sessions=6)
    ledger = Ledger(tmp_path / "metrics.db")
    catch_up(ledger, config_dirs=config_dirs(truth))
    for file in find_transcripts(config_dirs(truth)).files:
        os.unlink(file.path)
    gone = catch_up(ledger, config_dirs=config_dirs(truth))
    ledger.close()
    assert gone.files_gone > 0
    assert gone.files_found == 0
    check(tmp_path / "metrics.db", truth)
