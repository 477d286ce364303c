"""Several ingesters at once, and ingesters that are killed: each response exactly once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.ingest.bringing import bring, total
from tests.usage.ingest.transcripts import answer, append, usage, write

FILES = 30
LINES = 40

INGEST = """
import sys
from pathlib import Path
from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.catch_up import bring_up_to_date
print("ready", flush=True)
sys.stdin.readline()
bring_up_to_date(Path(sys.argv[1]), PricesConfig())
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest import read_jobs
from agent_console.usage.ingest.catch_up import bring_up_to_date
read_jobs._BATCH_FILES = 3
def die(progress):
    if progress.files >= int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
bring_up_to_date(Path(sys.argv[1]), PricesConfig(), tell=die)
"""


@pytest.fixture
def many(project: Path) -> list[Path]:
    """Transcripts that tell the same responses in part, as forks do."""
    paths: list[Path] = []
    for number in range(FILES):
        path = project / f"{number:08}-0000-4000-8000-000000000000.jsonl"
        copied = [answer(f"f{number - 1}m{n}", usage(1, 2)) for n in range(LINES // 2) if number]
        own = [answer(f"f{number}m{n}", usage(1, 2)) for n in range(LINES)]
        write(path, *copied, *own)
        paths.append(path)
    return paths


def ingesters(database: Path, count: int) -> None:
    """Let processes that are ready begin together, and wait for their end."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", INGEST, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        process.communicate(b"\n", timeout=60)
    assert [process.returncode for process in processes] == [0] * count


def test_three_ingesters_take_each_response_once(database: Path, many: list[Path]) -> None:
    ingesters(database, 3)
    assert total(database) == (FILES * LINES, 2 * FILES * LINES, 0, 0)
    for path in many:
        append(path, answer(f"more {path.name}", usage(1, 2)), answer("all", usage(1, 2)))
    ingesters(database, 3)
    bring(database)
    assert total(database)[0] == FILES * LINES + FILES + 1
    assert query(database, "SELECT count(*) FROM sources") == [(FILES,)]


@pytest.mark.parametrize("files", [0, 3, 12])
def test_what_a_killed_ingester_left_is_taken_by_the_next(
    database: Path, many: list[Path], files: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(database), str(files)], timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    (kept,) = query(database, "SELECT count(*) FROM sources")
    assert kept[0] >= files
    bring(database)
    assert total(database) == (FILES * LINES, 2 * FILES * LINES, 0, 0)
    assert query(database, "SELECT count(*) FROM sources") == [(FILES,)]
