"""`demo`: a live board on a machine that has nothing, and nothing is left of it."""

import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.running_demo import COLUMNS, DAEMON, ROWS, SECONDS, STAND_IN, Demo, OnATerminal, one
from tests.scratch import scratch_folder

from agent_console.cli.demo.programme import EXPECTED
from agent_console.cli.main import main

FAST = ("--speed", "1000")
MIDDLE = "project-tui-clear attention → working"


@pytest.fixture(autouse=True)
def scratch_tmp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which must be empty again after every demo."""
    with scratch_folder() as path:
        monkeypatch.setenv("TMPDIR", str(path))
        yield path
        assert list(path.iterdir()) == []


def board(out: str) -> list[list[str]]:
    """The rows of the final table, word by word."""
    table = out[out.index("STATUS ") :].split("\n\n", maxsplit=1)[0]
    return [row.split() for row in table.splitlines()[1:]]


def test_it_ends_with_the_recorded_board_and_says_what_it_measured() -> None:
    with Demo("--headless", *FAST) as demo:
        code, out, err = demo.end()

    assert (code, err) == (0, "")
    rows = board(out)
    assert {row[-1]: row[0] for row in rows} == {
        session_id: expected.status.value for session_id, expected in EXPECTED.items()
    }
    statuses = ["question", *["attention"] * 4, "working", *["closed"] * 3]
    assert [row[0] for row in rows] == statuses
    assert re.search(r"Played +\d+ events in [\d.]+ s: \d+ hooks, \d+ status lines", out)
    assert re.search(r"Hooks +\d+ ms .* \(median of \d+; p99 \d+ ms\)", out)
    assert re.search(r"Usage +\$0\.43 as recorded", out)
    assert "agent-console install" in out


def test_its_feed_tells_what_no_hook_tells() -> None:
    with Demo("--headless", *FAST) as demo:
        code, out, _ = demo.end()

    assert code == 0
    feed = [" ".join(line.split()[1:]) for line in out.splitlines()]
    assert "project-tui-int working → attention interrupted" in feed  # Escape
    assert "project-tui-ends attention → closed crashed" in feed  # SIGKILL
    assert "project-tui-perm attention interrupted" in feed  # a permission was denied


def test_a_pipe_is_told_line_by_line_without_being_asked() -> None:
    with Demo(*FAST) as demo:
        code, out, _ = demo.end()

    assert code == 0
    assert "\x1b" not in out
    assert "new → attention" in out


def test_on_a_terminal_it_opens_the_board_and_its_end_fits_the_screen() -> None:
    with OnATerminal(*FAST) as demo:
        demo.read_until("all was played")
        code, end = demo.leave()

    assert code == 0
    lines = end.split("\n")
    assert any(line.startswith("question   project-tui-ask") for line in lines)
    assert any("all as it was recorded" in line for line in lines)
    assert len(lines) < ROWS
    assert max(map(len, lines)) <= COLUMNS


def test_leaving_the_board_early_ends_the_demo() -> None:
    with OnATerminal("--speed", "1") as demo:
        demo.read_until("Demo: ")
        code, end = demo.leave()

    assert code == 0
    assert end == "You left before everything was played. Nothing of the demo is left."


def test_being_ended_while_the_board_is_open_gives_the_terminal_back() -> None:
    with OnATerminal("--speed", "1") as demo:
        demo.read_until("Demo: ")
        demo.process.terminate()
        code, end = demo.end()

    assert code == 130
    assert end == "Interrupted. Nothing of the demo is left on this machine."


def test_nothing_that_it_started_outlives_it() -> None:
    with Demo("--headless", "--speed", "40") as demo:
        demo.read_until("project-tui-perm attention → working")
        started = demo.processes()
        code, _, err = demo.end()

    assert (code, err) == (0, "")
    assert one(started, DAEMON)
    assert one(started, STAND_IN)
    assert not any(process.alive for process in started)


def test_the_persons_home_configuration_and_daemon_are_not_touched(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = scratch_home / ".config" / "agent-console" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("this is [no TOML")
    (scratch_home / ".claude" / "sessions").mkdir(parents=True)
    path = scratch_home / "d.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.setblocking(False)
        monkeypatch.setenv("AGENT_CONSOLE_SOCKET", str(path))
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(scratch_home / ".claude"))
        before = tree(scratch_home)

        with Demo("--headless", *FAST) as demo:
            code, _, _ = demo.end()

        assert code == 0
        assert tree(scratch_home) == before
        with pytest.raises(BlockingIOError):
            listening.accept()


def tree(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_interrupted_leaves_nothing_behind(number: signal.Signals) -> None:
    with Demo("--headless") as demo:
        demo.read_until(MIDDLE)
        started = demo.processes()
        demo.process.send_signal(number)
        code, _, err = demo.end()

    assert code == 130
    assert err.strip() == "Interrupted. Nothing of the demo is left on this machine."
    assert one(started, DAEMON)
    assert not any(process.alive for process in started)


def test_a_reader_that_goes_away_leaves_nothing_behind() -> None:
    with Demo("--headless") as demo:
        demo.read_until(MIDDLE)
        started = demo.processes()
        demo.out.close()
        code = demo.process.wait(SECONDS)

    assert code == 141
    assert not any(process.alive for process in started)


def test_a_daemon_that_dies_is_told_and_leaves_nothing_behind() -> None:
    with Demo("--headless") as demo:
        demo.read_until(MIDDLE)
        started = demo.processes()
        os.kill(one(started, DAEMON).pid, signal.SIGKILL)
        code, out, err = demo.end()

    assert code == 1
    assert err.startswith("agent-console: The daemon of the demo went away in the middle.")
    assert "Result" not in out
    assert not any(process.alive for process in started)


def test_stand_ins_end_even_when_the_demo_is_killed(scratch_tmp: Path) -> None:
    with Demo("--headless") as demo:
        demo.read_until(MIDDLE)
        left = demo.kill()

        one(left, STAND_IN).wait()
        # The daemon would leave by itself, but only when it has been idle for a while.
        os.kill(one(left, DAEMON).pid, signal.SIGKILL)
        for process in left:  # a hook may still be writing to the spool
            process.wait()
    for folder in scratch_tmp.iterdir():
        shutil.rmtree(folder)


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast"])
def test_a_speed_is_a_number_above_0(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--speed", speed]) == 2
    assert "speed" in capsys.readouterr().err
