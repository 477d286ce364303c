"""The gate: it stops what a hard budget forbids, and nothing else, whatever goes wrong."""

import json
import os
import shlex
import socket as sockets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import Daemon, running_daemon
from tests.hooks.answering import AnsweringDaemon
from tests.hooks.running import DEADLINE_SECONDS, HOOKS, PYTHON

from agent_console.cli.install.hook_command import for_gate
from agent_console.protocol.messages import Gate

SESSION = "11111111-1111-4111-8111-111111111111"
PAYLOAD = json.dumps({"session_id": SESSION, "cwd": "/", "hook_event_name": "x"}).encode() + b"\n"
EVENTS = ("UserPromptSubmit", "PreToolUse")


def gate(
    socket: object, event: str = "PreToolUse", stdin: bytes = PAYLOAD, **how: Any
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command as it is installed."""
    env = how.pop("env", {"CLAUDE_CODE_SESSION_ID": SESSION})
    python, scripts = how.pop("python", PYTHON), how.pop("scripts", HOOKS)
    return subprocess.run(
        shlex.split(for_gate(python, scripts, str(socket))(event)),
        input=stdin,
        capture_output=True,
        env={"HOME": os.environ["HOME"], **env},
        timeout=DEADLINE_SECONDS,
        check=False,
        **how,
    )


def goes_on(done: "subprocess.CompletedProcess[bytes]") -> bool:
    """What Claude Code takes for `go on`: nothing said, and code 0."""
    return (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


@pytest.fixture
def answering(scratch_home: Path) -> Iterator[AnsweringDaemon]:
    daemon = AnsweringDaemon(scratch_home / "d.sock")
    yield daemon
    daemon.close()


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    yield from running_daemon()


def blocked(reason: str = 'It is "spent".') -> bytes:
    data = {"blocked": True, "reason": reason}
    answer = {"ok": True, "id": None, "version": 1, "data": data}
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def test_a_prompt_is_blocked_with_the_reason(answering: AnsweringDaemon) -> None:
    answering.answer = blocked()

    done = gate(answering.path, "UserPromptSubmit")

    assert json.loads(done.stdout) == {"decision": "block", "reason": 'It is "spent".'}
    assert (done.stderr, done.returncode) == (b"", 0)


def test_a_tool_is_refused_and_the_turn_ends(answering: AnsweringDaemon) -> None:
    answering.answer = blocked("Spent.")

    done = gate(answering.path, "PreToolUse")

    assert json.loads(done.stdout) == {
        "continue": False,
        "stopReason": "Spent.",
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "Spent.",
        },
    }
    assert (done.stderr, done.returncode) == (b"", 0)


def test_it_says_which_session_asks_and_where(
    answering: AnsweringDaemon, scratch_home: Path
) -> None:
    folder = scratch_home / 'a "b" \\ c'
    folder.mkdir()

    gate(answering.path, cwd=folder)

    assert answering.requests() == [Gate(session_id=SESSION, working_dir=str(folder))]


def test_without_the_variable_the_payload_names_the_session(answering: AnsweringDaemon) -> None:
    gate(answering.path, env={})

    (request,) = answering.requests()
    assert isinstance(request, Gate)
    assert request.session_id == SESSION


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b'{"ok":true,"id":null,"version":1,"data":{"blocked":false,"reason":null}}\n',
        b'{"ok":false,"id":null,"version":1,"error":{"code":"internal","message":"x"}}\n',
        b'{"ok":false,"error":{"code":"unknown_command","message":"an older daemon"}}\n',
        b'no json, but "blocked":true\n',
        b'{"data":{"blocked":true\n',
        b'{"data":{"x":{"blocked":true}}}\n',
        b"x" * 200_000 + b"\n",
    ],
)
def test_every_other_answer_lets_it_go_on(
    answering: AnsweringDaemon, answer: bytes, event: str
) -> None:
    answering.answer = answer

    assert goes_on(gate(answering.path, event))


@pytest.mark.parametrize("event", EVENTS)
def test_without_a_daemon_it_goes_on(scratch_home: Path, event: str) -> None:
    assert goes_on(gate(scratch_home / "nobody.sock", event))


def test_a_daemon_that_does_not_answer_is_not_waited_for(scratch_home: Path) -> None:
    path = scratch_home / "silent.sock"
    with sockets.socket(sockets.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen(1)

        assert goes_on(gate(path))


def test_a_payload_that_does_not_end_is_not_waited_for(answering: AnsweringDaemon) -> None:
    answering.answer = blocked()
    read, write = os.pipe()
    command = shlex.split(for_gate(PYTHON, HOOKS, answering.path)("PreToolUse"))
    with subprocess.Popen(
        command, stdin=read, stdout=subprocess.PIPE, env={"CLAUDE_CODE_SESSION_ID": SESSION}
    ) as process:
        os.write(write, b"{")
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
    os.close(read)
    os.close(write)
    assert (out, process.returncode) == (b"", 0)


@pytest.mark.parametrize("stdin", [b"", b"{", b"[]\n", b"\xff\xfe\n"])
def test_a_payload_that_is_none_lets_it_go_on(answering: AnsweringDaemon, stdin: bytes) -> None:
    answering.answer = blocked()

    assert goes_on(gate(answering.path, stdin=stdin, env={}))


def test_a_script_or_an_interpreter_that_is_gone_lets_it_go_on(scratch_home: Path) -> None:
    assert goes_on(gate("/nowhere", scripts=scratch_home))
    assert goes_on(gate("/nowhere", python=str(scratch_home / "python3")))


def run(daemon: Daemon, *arguments: str) -> str:
    """A command of ours in the daemon's home."""
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "agent_console", *arguments],
        env={**os.environ, "HOME": str(daemon.home), "AGENT_CONSOLE_SOCKET": daemon.path},
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_hard_budget_stops_a_session_until_there_is_more(daemon: Daemon) -> None:
    here = str(daemon.home)
    env = {"CLAUDE_CODE_SESSION_ID": SESSION}
    with daemon.connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working", working_dir=here)
        run(daemon, "budget", "set", "5", "--hard", "--project", here)
        wire.data(cmd="UPSERT", session_id=SESSION, cost_usd=4.99)
        assert goes_on(gate(daemon.path, env=env, cwd=here))

        wire.data(cmd="UPSERT", session_id=SESSION, cost_usd=0.01)

        said = json.loads(gate(daemon.path, env=env, cwd=here).stdout)
        assert said["stopReason"].startswith("The budget monthly for project")
        assert goes_on(gate(daemon.path, env=env, cwd="/"))
        run(daemon, "budget", "pause", "1")
        assert goes_on(gate(daemon.path, env=env, cwd=here))
        run(daemon, "budget", "resume", "1")
        assert not goes_on(gate(daemon.path, env=env, cwd=here))
        run(daemon, "budget", "set", "6", "--hard", "--project", here)
        assert goes_on(gate(daemon.path, env=env, cwd=here))


def test_a_budget_that_is_not_hard_stops_nothing(daemon: Daemon) -> None:
    with daemon.connect() as wire:
        run(daemon, "budget", "set", "0.01", "--period", "daily")
        wire.data(cmd="UPSERT", session_id=SESSION, cost_usd=1)

    assert goes_on(gate(daemon.path, cwd="/"))


def test_a_ledger_that_is_damaged_stops_nothing(scratch_home: Path) -> None:
    home = scratch_home / "h"
    database = home / ".local/share/agent-console/metrics.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 1_000)
    daemon = Daemon(home, str(scratch_home / "s"))
    try:
        daemon.start()
        with daemon.connect() as wire:
            data = wire.data(cmd="GATE", session_id=SESSION)
        assert data == {"blocked": False, "reason": None}
        assert goes_on(gate(daemon.path))
    finally:
        daemon.close()
