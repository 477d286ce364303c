"""A report is made while another process looks at the disk: nothing is missing, nothing is stale.

A process that has threads does not fork, and pytest's has some: each case is a program of its own.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.ingest.bringing import bring, is_fresh
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, usage, write

from agent_console.cli.answering import asked_meanwhile
from agent_console.paths import config_file, database_path
from agent_console.usage.ingest.look_beside import LookBeside, can_look_beside
from agent_console.usage.reports.reading import open_for_reading

PROJECT = ".claude/projects/-home-user-project"
REPORT = """
import os, sys
from agent_console.usage.reports import report_of as making
from agent_console.__main__ import main

os.cpu_count = lambda: 2
forks, made = [], []
fork, make = os.fork, making.report_of

def counted_fork():
    forks.append(fork())
    return forks[-1]

def counted_make(*given):
    made.append(given)
    return make(*given)

os.fork, making.report_of = counted_fork, counted_make
code = main(sys.argv[1:])
print(f"{len(forks)} fork, {len(made)} made, exit code {code}", file=sys.stderr)
"""

AT_ONCE = """
from agent_console.cli import answering
from agent_console.usage.ingest.look_beside import LookBeside

begun = LookBeside.wait_until_begun

def wait_until_something_differs(self):
    begun(self)
    while not self.differs():
        pass

LookBeside.wait_until_begun, answering._STEPS = wait_until_something_differs, 1
"""
"""A report is asked for when it is told already that something differs, and given up at once."""
IN_THE_END = """
from agent_console.cli import answering
from agent_console.usage.ingest.look_beside import LookBeside

begun, answering._STEPS = LookBeside.wait_until_begun, 1

def wait_until_something_is_told(self):
    begun(self)
    import select
    select.select([self._pipe], [], [])

LookBeside.wait_until_begun = wait_until_something_is_told
"""
"""A report is asked for when the look is over, or has told that something differs."""

HELD = """
import os
from agent_console.paths import claude_config_folders, database_file
from agent_console.usage.ingest import freshness
from agent_console.usage.ingest.look_beside import LookBeside

ready, go = os.pipe()
look = freshness.look

def later(*given):
    os.read(ready, 1)
    return look(*given)

freshness.look = later
beside = LookBeside(database_file(), claude_config_folders())
beside.wait_until_begun()
"""
"""A look that has begun, and goes on when a byte is written to `go`."""


def run(program: str, *arguments: str) -> tuple[str, str]:
    """What a program prints, on both ways."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(program), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout, done.stderr


def report(*arguments: str) -> tuple[int, str]:
    """The output tokens in all of a report as JSON, and what was counted on the way."""
    told, said = run(REPORT, "usage", *(arguments or ("daily",)), "--json")
    return json.loads(told)["totals"]["outputTokens"], said.strip()


@pytest.fixture
def session(scratch_home: Path) -> Path:
    """A transcript that was read, beside another one."""
    path = scratch_home / PROJECT / f"{SESSION}.jsonl"
    write(path, answer("m1", usage(1, 100)))
    write(path.with_name(f"{OTHER}.jsonl"), answer("m2", usage(1, 10), sessionId=OTHER))
    bring(database_path())
    return path


@pytest.mark.usefixtures("session")
def test_a_report_of_what_is_known_is_made_once_while_another_process_looks() -> None:
    assert report() == (110, "1 fork, 1 made, exit code 0")


def test_what_is_new_is_in_the_report(session: Path) -> None:
    append(session, answer("m3", usage(1, 1000)))
    total, said = report()
    assert total == 1110
    assert "1 fork" in said
    assert is_fresh(database_path())


def test_a_new_transcript_and_its_session_are_found(session: Path) -> None:
    new = "0b1c2d3e-0000-4000-8000-000000000001"
    write(session.with_name(f"{new}.jsonl"), answer("m3", usage(1, 7), sessionId=new))
    total, said = report("daily", "--session", new)
    assert total == 7
    assert "1 fork" in said


@pytest.mark.usefixtures("session")
def test_what_a_report_has_to_complain_of_is_said_once() -> None:
    _, said = run(REPORT, "usage", "session", "--id", "nobody")
    assert said.count("nobody") == 1
    assert "1 fork, 0 made" in said
    assert "exit code 0" not in said


def test_a_file_that_is_back_as_it_was_is_nothing_new(session: Path) -> None:
    aside = session.with_suffix(".aside")
    session.rename(aside)
    bring(database_path())
    aside.rename(session)
    assert is_fresh(database_path())
    told, said = run(IN_THE_END + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 110
    assert said.strip() == "1 fork, 1 made, exit code 0"


def test_what_grows_in_another_folder_is_nothing_new(session: Path, scratch_home: Path) -> None:
    append(session, answer("m3", usage(1, 1000)))
    other = scratch_home / "other"
    (other / "projects").mkdir(parents=True)
    told, said = run(IN_THE_END + REPORT, "usage", "daily", "--json", "--config-dir", str(other))
    assert json.loads(told)["totals"]["outputTokens"] == 110
    assert said.strip() == "1 fork, 1 made, exit code 0"


def test_a_question_that_was_given_up_is_asked_again(session: Path) -> None:
    append(session, answer("m3", usage(1, 1000)))
    told, said = run(AT_ONCE + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 1110
    assert said.strip() == "1 fork, 2 made, exit code 0"


@pytest.mark.usefixtures("session")
def test_a_question_that_was_given_up_for_nothing_is_asked_again() -> None:
    alarm = """
    from agent_console.usage.ingest import freshness
    freshness._latest_differ = lambda *given: True
    """
    told, said = run(textwrap.dedent(alarm) + AT_ONCE + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 110
    assert said.strip() == "1 fork, 2 made, exit code 0"


def test_a_file_that_vanished_is_none(session: Path) -> None:
    session.unlink()
    assert report() == (110, "1 fork, 1 made, exit code 0")


def test_with_prices_of_ones_own_nothing_is_made_in_vain(session: Path) -> None:
    config = Path(config_file())
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[prices]\ndiscount_percent = 10\n", encoding="utf-8")
    append(session, answer("m3", usage(1, 1000)))
    assert report() == (1110, "1 fork, 1 made, exit code 0")


def test_a_report_looks_itself_when_the_other_process_cannot(session: Path) -> None:
    append(session, answer("m3", usage(1, 1000)))
    broken = """
    from agent_console.usage.ingest import freshness
    def look(*given):
        raise RuntimeError("lost")
    freshness.look = look
    """
    told, said = run(textwrap.dedent(broken) + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 1110
    assert "lost" not in said
    refused = """
    import os
    def fork():
        raise BlockingIOError(11, "Resource temporarily unavailable")
    os.fork = fork
    """
    append(session, answer("m4", usage(1, 10_000)))
    told, said = run(textwrap.dedent(refused) + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 11_110
    assert said.strip() == "0 fork, 1 made, exit code 0"


def test_the_other_process_sees_the_ledger_as_it_was_when_it_began(session: Path) -> None:
    append(session, answer("m3", usage(1, 1000)))
    program = """
    from pathlib import Path
    from agent_console.config_prices import PricesConfig
    from agent_console.usage.ingest.catch_up import bring_up_to_date

    read = bring_up_to_date(Path(database_file()), PricesConfig())
    assert not beside.differs()
    os.write(go, b"!")
    changes = beside.changes()
    beside.stop()
    print(read.files_read, changes.files_found, [each[0][0] for each in changes.changed])
    """
    told, said = run(HELD + textwrap.dedent(program))
    assert told.strip() == f"1 2 ['{session}']", said


@pytest.mark.usefixtures("session")
def test_a_look_that_nobody_wants_ends() -> None:
    program = """
    beside.stop()
    beside.stop()
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        print("no child is left")
    """
    assert run(HELD + textwrap.dedent(program)) == ("no child is left\n", "")


@pytest.mark.usefixtures("session")
def test_a_question_is_given_up_as_soon_as_something_differs() -> None:
    class Differing(LookBeside):
        def __init__(self) -> None:
            self.asked = 0

        def differs(self) -> bool:
            self.asked += 1
            return self.asked > 3

    connection = open_for_reading(str(database_path()))
    assert connection is not None
    endless = (
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    )
    started = time.monotonic()
    try:
        found = asked_meanwhile(
            connection, lambda each: each.execute(endless).fetchone(), Differing()
        )
        assert found == []
        assert asked_meanwhile(
            connection, lambda each: each.execute("SELECT 1").fetchone(), Differing()
        ) == [(1,)]
    finally:
        connection.close()
    assert time.monotonic() - started < 60


def test_nobody_forks_where_there_are_threads_or_no_ledger(scratch_home: Path) -> None:
    assert "threading" in sys.modules
    database = scratch_home / "metrics.db"
    database.touch()
    assert not can_look_beside(str(database))
    program = """
    import os, sys
    from agent_console.usage.ingest.look_beside import can_look_beside
    os.cpu_count = lambda: 2
    here = [can_look_beside(path) for path in sys.argv[1:]]
    os.cpu_count = lambda: 1
    print(*here, can_look_beside(sys.argv[1]))
    """
    assert run(program, str(database), f"{database}.none")[0] == "True False False\n"


@pytest.mark.usefixtures("session")
def test_a_ledger_that_another_process_keeps_is_waited_for_once() -> None:
    with closing(sqlite3.connect(database_path(), isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        told, said = run(REPORT, "usage", "daily")
        took_seconds = time.monotonic() - started
    assert not told
    assert "busy: try again." in said
    assert said.endswith("1 fork, 0 made, exit code 8\n")
    assert 5 <= took_seconds < 10


def test_what_the_other_process_finds_to_be_back_is_taken_over(session: Path) -> None:
    aside = session.with_suffix(".aside")
    session.rename(aside)
    bring(database_path())
    aside.rename(session)
    other = session.with_name(f"{OTHER}.jsonl")
    append(other, answer("m3", usage(1, 1000), sessionId=OTHER))
    assert report()[0] == 1110
    with closing(sqlite3.connect(database_path())) as connection:
        assert connection.execute("SELECT status FROM sources").fetchall() == [(1,), (1,)]


@pytest.mark.usefixtures("session")
def test_ctrl_c_in_a_long_query_ends_the_report() -> None:
    program = """
    import os, signal, sys
    from agent_console.usage.reports import report_of as making
    from agent_console.__main__ import main

    os.cpu_count = lambda: 2
    make, made = making.report_of, []
    signal.signal(signal.SIGALRM, signal.getsignal(signal.SIGINT))

    def interrupted(connection, *given):
        made.append(given)
        if len(made) == 1:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            connection.execute(
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) "
                "SELECT sum(i) FROM n"
            ).fetchone()
        return make(connection, *given)

    making.report_of = interrupted
    code = main(["usage", "daily", "--json"])
    print(len(made), "made, exit code", code, file=sys.stderr)
    """
    assert run(program) == ("", "1 made, exit code 130\n")


def test_a_ledger_that_is_taken_away_meanwhile_is_made_anew(session: Path) -> None:
    taken = """
    import glob
    from agent_console.paths import database_file
    from agent_console.usage.ingest.look_beside import LookBeside

    begun = LookBeside.wait_until_begun

    def wait_and_remove(self):
        begun(self)
        for path in glob.glob(database_file() + "*"):
            os.unlink(path)

    LookBeside.wait_until_begun = wait_and_remove
    """
    assert session.exists()
    told, said = run("import os\n" + textwrap.dedent(taken) + REPORT, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 110
    assert "exit code 0" in said


def test_a_ledger_that_is_put_in_its_place_meanwhile_is_looked_at_anew(
    session: Path, scratch_home: Path
) -> None:
    older = scratch_home / "older.db"
    with closing(sqlite3.connect(database_path())) as ledger:
        ledger.execute("VACUUM INTO ?", (str(older),))
    append(session, answer("m3", usage(1, 1000)))
    bring(database_path())
    restored = """
    from pathlib import Path
    from agent_console.paths import database_file
    from agent_console.usage.ingest.look_beside import LookBeside

    begun = LookBeside.wait_until_begun

    def wait_and_restore(self):
        begun(self)
        from agent_console.usage.maintenance.restore import restore
        restore(Path(database_file()), Path.home() / "older.db", 0)

    LookBeside.wait_until_begun = wait_and_restore
    """
    program = textwrap.dedent(restored) + REPORT
    told, said = run(program, "usage", "daily", "--json")
    assert json.loads(told)["totals"]["outputTokens"] == 1110, said


@pytest.mark.usefixtures("session")
def test_who_reads_the_output_does_not_wait_for_the_look() -> None:
    program = """
    os.write(1, b"%d" % beside._process)
    os._exit(0)  # as if it was ended from outside
    """
    told, _ = run(HELD + textwrap.dedent(program))  # would wait for the end of what it writes to
    os.kill(int(told), signal.SIGKILL)
