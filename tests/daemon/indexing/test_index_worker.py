"""The index worker by itself: its orders, and what it does where folders cannot be watched."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import DEADLINE_SECONDS
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, write

PLAIN = "from agent_console.daemon.indexing import index_worker\n"
NO_INOTIFY = """
import sys
sys.platform = "darwin"
sys.modules["inotify_simple"] = None
from agent_console.daemon.indexing import index_worker
index_worker.SWEEP_SECONDS = 0.05
"""
NO_WATCHES = """
import errno
from agent_console.daemon.indexing.tree_watch import TreeWatch
def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
index_worker.SWEEP_SECONDS = 0.05
TreeWatch.{method} = full
"""
RUN = "import sys; sys.exit(index_worker.main())"


class Worker:
    """An index worker whose pipes a test holds."""

    def __init__(self, database: Path, script: str, *config_dirs: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, str(database), *map(str, config_dirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._alarm = threading.Timer(DEADLINE_SECONDS, self.process.kill)
        self._alarm.start()

    def order(self, text: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def told(self, *names: str) -> dict[str, Any]:
        """The next thing that it tells with all of these in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if all(message.get(name) for name in names):
                return message
        raise EOFError(self.process.communicate()[1].decode())

    def totals(self, output_tokens: int) -> dict[str, Any]:
        """Wait until some session has used so much."""
        while True:
            for session in self.told("sessions")["sessions"]:
                if session.get("total_output_tokens") == output_tokens:
                    return dict(session)

    def end(self) -> tuple[int, str]:
        """End its orders; its exit code, and what it said on stderr."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        errors = self.process.stderr.read().decode()
        return self.process.wait(), errors

    def close(self) -> None:
        self._alarm.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def started() -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        worker.close()


@pytest.fixture
def database(scratch_home: Path) -> Path:
    return scratch_home / "data" / "metrics.db"


@pytest.fixture
def session(scratch_home: Path) -> Path:
    return scratch_home / f".claude/projects/p/{SESSION}.jsonl"


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"garbage\n", b'{"path":7}\n', b"[]\n", b"\xff\n", b'{"path":"/a\\u0000b"}\n'],
)
def test_an_order_that_cannot_be_read_costs_nothing(
    started: list[Worker], database: Path, session: Path, garbage: bytes
) -> None:
    write(session, answer("m1"))
    worker = Worker(database, PLAIN + RUN)
    started.append(worker)
    worker.totals(100)
    worker.order(garbage)
    append(session, answer("m2"))
    worker.totals(200)
    assert worker.end() == (0, "")


def test_a_pipe_that_a_hook_names_is_not_waited_for(
    started: list[Worker], database: Path, session: Path, scratch_home: Path
) -> None:
    write(session, answer("m1"))
    worker = Worker(database, PLAIN + RUN)
    started.append(worker)
    worker.totals(100)
    pipe = scratch_home / "pipe.jsonl"
    os.mkfifo(pipe)
    worker.order(json.dumps({"path": str(pipe)}).encode() + b"\n")
    append(session, answer("m2"))
    worker.totals(200)


@pytest.mark.parametrize("method", ["__init__", "add", "add_file", "read"])
def test_without_watches_left_transcripts_are_looked_at_by_the_clock(
    started: list[Worker], database: Path, session: Path, scratch_home: Path, method: str
) -> None:
    write(session, answer("m1"))
    outside = scratch_home / "outside" / f"{OTHER}.jsonl"
    write(outside, answer("o1", sessionId=OTHER))
    worker = Worker(database, PLAIN + NO_WATCHES.replace("{method}", method) + RUN)
    started.append(worker)
    worker.totals(100)
    worker.order(json.dumps({"path": str(outside)}).encode() + b"\n")
    append(session, answer("m2"))
    worker.totals(200)
    append(outside, answer("o2", sessionId=OTHER), answer("o3", sessionId=OTHER))
    worker.totals(300)
    assert worker.end() == (0, "")


def test_a_system_without_inotify_is_looked_at_by_the_clock_and_nothing_is_wrong(
    started: list[Worker], database: Path, session: Path
) -> None:
    write(session, answer("m1"))
    worker = Worker(database, NO_INOTIFY + RUN)
    started.append(worker)
    worker.totals(100)
    append(session, answer("m2"))
    heard = worker.told()
    while not heard.get("sessions"):
        assert "error" not in heard
        heard = worker.told()
    assert worker.end() == (0, "")


def test_a_lack_of_watches_is_told(started: list[Worker], database: Path, session: Path) -> None:
    write(session, answer("m1"))
    worker = Worker(database, PLAIN + NO_WATCHES.replace("{method}", "add") + RUN)
    started.append(worker)
    assert "no watches left" in worker.told("error")["error"]


def test_a_database_that_is_none_is_named_and_the_worker_ends(
    started: list[Worker], database: Path
) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 100)
    worker = Worker(database, PLAIN + RUN)
    started.append(worker)
    assert worker.process.stderr is not None
    errors = worker.process.stderr.read().decode()
    assert worker.process.wait(DEADLINE_SECONDS) != 0
    assert str(database) in errors
    assert "Traceback" not in errors


def test_it_ends_with_who_listens(started: list[Worker], database: Path, session: Path) -> None:
    write(session, answer("m1"))
    worker = Worker(database, PLAIN + NO_WATCHES.replace("{method}", "add") + RUN)
    started.append(worker)
    worker.totals(100)
    assert worker.process.stdout is not None
    worker.process.stdout.close()
    append(session, answer("m2"))
    assert worker.process.wait(DEADLINE_SECONDS) == 0


QUIET = """
from pathlib import Path
index_worker.QUIET_SECONDS, index_worker.SWEEP_SECONDS = -1, 0.01
sweeps = Path({count!r})
sweep = index_worker.IndexWorker._sweep
def counted(worker):
    with sweeps.open("a") as file:
        file.write("x")
    sweep(worker)
index_worker.IndexWorker._sweep = counted
"""


def test_where_nothing_goes_on_it_sweeps_only_when_there_is_news(
    scratch_home: Path, tmp_path: Path
) -> None:
    projects = scratch_home / ".claude" / "projects" / "-p"
    write(projects / f"{SESSION}.jsonl", answer("m1", {"output_tokens": 100}))
    sweeps = tmp_path / "sweeps"
    script = PLAIN + QUIET.format(count=str(sweeps)) + RUN
    worker = Worker(scratch_home / "metrics.db", script, scratch_home / ".claude")
    try:
        worker.totals(100)
        worker.told("is_caught_up")
        before = sweeps.stat().st_size
        threading.Event().wait(0.3)  # what does not happen cannot be waited for otherwise
        assert sweeps.stat().st_size == before
        write(projects / f"{OTHER}.jsonl", answer("m2", {"output_tokens": 7}))
        worker.totals(7)
        worker.told("is_caught_up")
        assert worker.end()[0] == 0
    finally:
        worker.close()
    assert sweeps.stat().st_size > before


def test_a_worker_whose_daemon_is_gone_before_it_is_ready_makes_no_ledger(
    started: list[Worker], database: Path, session: Path
) -> None:
    write(session, answer("m1"))
    worker = Worker(database, "import sys; sys.stdin.buffer.peek()\n" + PLAIN + RUN)
    started.append(worker)

    assert worker.end() == (0, "")
    assert not database.parent.exists()


HELD = """
import os, sys
take = index_worker.Ledger.take
def take_later(*args):
    index_worker.Ledger.take = take
    os.write(1, b'{"held":true}\\n')
    sys.stdin.buffer.peek()
    return take(*args)
index_worker.Ledger.take = take_later
"""


def test_a_worker_whose_daemon_was_killed_while_it_read_makes_no_ledger_anew(
    started: list[Worker], database: Path, session: Path
) -> None:
    write(session, answer("m1"))
    worker = Worker(database, PLAIN + HELD + RUN)
    started.append(worker)
    worker.told("held")
    shutil.rmtree(database.parent)
    assert worker.process.stdout is not None
    worker.process.stdout.close()

    assert worker.end() == (0, "")
    assert not database.parent.exists()
