"""`agent-console monitor`: live, for people and for scripts."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from tests.cli.conftest import Run
from tests.cli.live import Live, live
from tests.client.real_daemon import real_daemon

from agent_console.board.feed import Entry
from agent_console.cli.monitor.picture import picture
from agent_console.cli.monitor.view import View
from agent_console.client.blocking import connect
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status
from agent_console.model.usage import Limit, Limits
from agent_console.protocol.messages import SetSession, Upsert
from agent_console.usage.insight.pace import Now, Pace

SESSION = "11111111-1111-4111-8111-111111111111"
NOW_MS = 1_795_176_000_000


def line(command: Live) -> Any:
    """The next line of JSON."""
    return msgspec.json.decode(command.out.readline())


def until(command: Live, text: str) -> Any:
    """The first line with an event that says so."""
    while True:
        told = line(command)
        if any(text in event["text"] for event in told["events"]):
            return told


@pytest.mark.usefixtures("daemon")
def test_json_tells_each_change_and_its_events_once(socket: str) -> None:
    with connect(socket) as client:
        client.request(
            SetSession(session_id=SESSION, status=Status.WORKING, working_dir="/srv/api")
        )
        with live("monitor", "--json") as monitor:
            first = line(monitor)
            client.request(
                Upsert(session_id=SESSION, input_tokens=600, cost_usd=1.5, message_id="m1")
            )
            used = until(monitor, "600 tokens")
            client.request(SetSession(session_id=SESSION, status=Status.QUESTION, reason="plan"))
            asked = until(monitor, "question: plan")
            monitor.interrupt()
            code, rest, err = monitor.end()

    assert (code, err) == (0, "")
    assert first["connected"] is True
    assert (first["sessions"]["working"], first["events"]) == (1, [])
    assert [each["display_name"] for each in first["active"]] == ["api"]
    assert first["today"]["tokens"] == 0
    assert used["today"]["tokens"] == 600
    assert used["today"]["cost_usd"] == 1.5
    assert used["pace"]["last_hour"]["tokens_per_minute"] == 10
    assert used["pace"]["last_messages"]["responses"] == 1
    assert used["today"]["projected_cost_usd"] >= 1.5
    assert [event["kind"] for event in asked["events"]] == ["status"]
    assert "600 tokens" not in rest


@pytest.mark.usefixtures("scratch_home")
def test_it_outlives_a_restart_of_the_daemon(socket: str) -> None:
    with real_daemon(socket), connect(socket) as client:
        client.request(SetSession(session_id="s1", status=Status.WORKING))
        monitor = Live("monitor", "--json")
        assert line(monitor)["connected"] is True
    while line(monitor)["connected"]:
        pass

    with real_daemon(socket), connect(socket) as client:
        client.request(SetSession(session_id="s2", status=Status.QUESTION))
        told = until(monitor, "question")
        monitor.interrupt()
        assert monitor.end()[0] == 0

    assert told["connected"] is True


@pytest.mark.usefixtures("daemon")
def test_in_a_pipe_it_is_printed_once(run: Run, socket: str) -> None:
    with connect(socket) as client:
        client.request(
            SetSession(session_id=SESSION, status=Status.WORKING, working_dir="/srv/api")
        )
        client.request(Upsert(session_id=SESSION, output_tokens=1000, cost_usd=0.25))

        done = run("monitor")

    assert done.code == 0
    assert "1 working" in done.out
    assert "1.0k tokens, $0.25 so far" in done.out
    assert "api" in done.out
    assert "+1,000 tokens $0.25" in done.out


def test_without_a_daemon_it_exits_4(run: Run, socket: str) -> None:
    assert run("monitor", "--no-start").code == 4
    assert not Path(socket).exists()


@pytest.mark.usefixtures("daemon")
def test_in_a_terminal_it_is_drawn_again_at_a_change(socket: str) -> None:
    ours, theirs = pty.openpty()
    with connect(socket) as client:
        client.request(SetSession(session_id="s1", status=Status.WORKING, label="first"))
        process = subprocess.Popen(
            [sys.executable, "-m", "agent_console", "monitor"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        )
        os.close(theirs)
        try:
            seen = _read_until(ours, "1 working")
            client.request(SetSession(session_id="s2", status=Status.QUESTION))
            seen += _read_until(ours, "1 question")
            process.send_signal(signal.SIGINT)
            seen += _read_until(ours, "\x1b[?1049l")
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
            process.wait()
            os.close(ours)

    assert "\x1b[?1049h" in seen  # a screen of its own, so that the shell's text comes back


def _read_until(terminal: int, text: str) -> str:
    seen = ""
    while text not in seen:
        seen += os.read(terminal, 65536).decode(errors="replace")
    return seen


def view(sessions: int = 2, events: int = 20, **fields: Any) -> View:
    """A busy moment."""
    board = [
        Session(
            f"{number:08}-1111",
            Status.WORKING,
            NOW_MS - 60_000,
            NOW_MS,
            f"a-project-with-a-long-name-{number}",
            model="claude-opus-5",
            metadata=SessionMetadata(f"{number:08}-1111", 12_500, 3_000, total_cost_usd=1234.5),
        )
        for number in range(sessions)
    ]
    told = [
        Entry(
            number, NOW_MS - number * 1000, "usage", "s", f"project-{number}", "+1,234 tokens " * 9
        )
        for number in range(events)
    ]
    pace = Pace(5, 90_000, 1_234_567_890, 12_345.678901)
    return View(
        at_ms=NOW_MS,
        connected=True,
        sessions=board,
        now=Now(pace, pace, 10**10, 99_999.99, 199_999.99, 12_345),
        limits=Limits(five_hour=Limit(61.4, None, "official", NOW_MS)),
        events=told,
        **fields,
    )


def drawn(shown: View, columns: int, rows: int | None) -> list[str]:
    console = Console(width=columns, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(picture(shown, None, columns, rows))
    return capture.get().splitlines()


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("rows", [16, 24, 60])
@pytest.mark.parametrize("sessions", [0, 2, 30])
def test_a_picture_fits_the_terminal(columns: int, rows: int, sessions: int) -> None:
    lines = drawn(view(sessions), columns, rows)

    assert len(lines) <= rows
    assert max(map(len, lines)) <= columns
    assert "project-19" in lines[-1]  # the latest event is there, however little room


@pytest.mark.parametrize("columns", [40, 80])
def test_what_to_do_about_a_problem_is_not_cut_off(columns: int) -> None:
    said = "The ledger /home/user/metrics.db was written by a newer agent-console: update it."

    lines = drawn(msgspec.structs.replace(view(30), problem=said), columns, 24)

    assert said in " ".join(" ".join(lines).split())
    assert len(lines) <= 24
    assert max(map(len, lines)) <= columns


def test_a_daemon_that_is_gone_is_said() -> None:
    gone = msgspec.structs.replace(view(), connected=False, problem="The disk is full.")

    lines = drawn(gone, 80, 24)

    assert "No daemon answers" in lines[0]
    assert "The disk is full." in "\n".join(lines)
