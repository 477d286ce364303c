"""The short way of `agent-console set` sends what the full command sends, or steps back for it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.hooks.answering import AnsweringDaemon

from agent_console import __main__ as entry
from agent_console.cli.fast_set import run_set
from agent_console.cli.main import main as full_command
from agent_console.protocol.messages import SetSession

TAKEN = b'{"id":null,"data":{"note":"\\"ok\\":false"},"ok":true,"version":1}\n'
REFUSED = (
    b'{"id":null,"error":{"code":"invalid_value","message":"\\"ok\\":true","retryable":false},'
    b'"ok":false,"version":1}\n'
)


@pytest.fixture
def daemon(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringDaemon]:
    daemon = AnsweringDaemon(scratch_home / "d.sock")
    daemon.answer = TAKEN
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", daemon.path)
    yield daemon
    daemon.close()


PLAIN = [
    ["s-1"],
    ["s-1", "working"],
    ["s-1", "attention", "--label", "a label", "--note", "two\nlines", "--priority", "-3"],
    ["--reason=permission", "s-1", "--agent-type=agent-sdk", "question"],
    ["s-1", "--label", "", "--note=", "--reason", "", "--working-dir", "", "--agent-type", ""],
    ["s-1", "closed", "--working-dir", "relative/../folder", "--no-start"],
    ["s-1", "working", "--priority", "0", "--priority", "7", "--label", "x", "--label", "y"],
    ["s-1", "working", "--label", "--note", "--note", "-x"],
    ["\u00e4 \U0001f600 \" \\ '", "working", "--note", "\x01\x1f\x7f\u2028\t"],
]


@pytest.mark.parametrize("arguments", PLAIN)
def test_the_short_way_sends_what_the_full_command_sends(
    daemon: AnsweringDaemon, arguments: list[str]
) -> None:
    assert run_set(arguments) == 0
    assert full_command(["set", *arguments]) == 0
    short, full = daemon.requests()
    assert isinstance(short, SetSession)
    assert short == full


@given(
    session_id=st.text(min_size=1, max_size=50),
    note=st.text(max_size=200),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_text_arrives_as_it_was_given(
    daemon: AnsweringDaemon, session_id: str, note: str
) -> None:
    """Which ids are allowed is for the daemon to say; here they only have to arrive."""
    daemon.lines.clear()
    assert run_set([f"s{session_id}", "--note", note]) == 0
    (line,) = daemon.lines
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"cmd": "SET", "session_id": f"s{session_id}", "note": note or None}


def test_bytes_that_are_no_text_are_replaced(daemon: AnsweringDaemon) -> None:
    assert run_set([os.fsdecode(b"s-\xff\xe4"), "working"]) == 0
    (request,) = daemon.requests()
    assert isinstance(request, SetSession)
    assert request.session_id == "s-\ufffd\ufffd"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["-h"],
        ["s-1", "working", "--json"],
        ["s-1", "--no-start=1"],
        ["s-1", "busy"],
        ["s-1", "WORKING"],
        ["s-1", "working", "extra"],
        ["s-1", "working", "--unknown", "x"],
        ["s-1", "working", "--label"],
        ["s-1", "working", "--priority", "high"],
        ["s-1", "working", "--priority", "1.5"],
        ["s-1", "working", "--priority", "9" * 5000],
        ["s-1", "--", "working"],
        ["s-1", "working", "--socket", ""],
        ["s-\ud800", "working"],
    ],
)
def test_what_is_not_plain_is_left_to_the_full_command_unsent(
    daemon: AnsweringDaemon, arguments: list[str]
) -> None:
    assert run_set(arguments) is None
    assert daemon.lines == []


@pytest.mark.parametrize(
    "answer", [REFUSED, b"", b"garbage\n", b"\xff\n", b'{"ok": true}', b"{}\n"]
)
def test_only_a_good_answer_ends_it(daemon: AnsweringDaemon, answer: bytes) -> None:
    daemon.answer = answer if answer.endswith(b"\n") else b""
    assert run_set(["s-1", "working"]) is None


def test_a_refusal_is_told_by_the_full_command(
    daemon: AnsweringDaemon, capfd: pytest.CaptureFixture[str]
) -> None:
    daemon.answer = REFUSED
    assert entry.main(["set", "s-1", "working"]) == 7
    out, err = capfd.readouterr()
    assert out == ""
    assert '"ok":true' in err


@pytest.mark.parametrize("path", ["none.sock", "x" * 200])
def test_without_a_daemon_the_full_command_decides(scratch_home: Path, path: str) -> None:
    assert run_set(["s-1", "working", "--socket", str(scratch_home / path)]) is None


def test_a_daemon_that_does_not_answer_is_not_waited_for_long(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.cli.fast_set.ANSWER_SECONDS", 0.01)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(scratch_home / "hung.sock"))
        hung.listen(1)
        assert run_set(["s-1", "working", "--socket", str(scratch_home / "hung.sock")]) is None


def test_a_named_socket_wins(daemon: AnsweringDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", "/nowhere")
    assert run_set(["s-1", "working", f"--socket={daemon.path}"]) == 0


def test_nothing_is_printed_and_nothing_imported(daemon: AnsweringDaemon) -> None:
    """Only our own three modules and the socket's C module, whatever else the environment loads."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from agent_console.__main__ import main\n"
        "code = main(['set', 's-1', 'working', '--label', 'x', '--priority', '1'])\n"
        "sys.exit(code or ' '.join(sorted(set(sys.modules) - before)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == ""
    assert done.stderr.split() == [
        "_socket",
        "agent_console",
        "agent_console.__main__",
        "agent_console.cli",
        "agent_console.cli.fast_set",
        "agent_console.paths",
    ]
    assert len(daemon.lines) == 1


def test_every_other_command_goes_to_the_full_command_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert entry.main(["--version"]) == 0
    assert capfd.readouterr().out.startswith("agent-console ")
