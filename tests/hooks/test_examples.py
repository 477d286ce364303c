"""The shell examples, run as Claude Code would, with the real `agent-console set` behind them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hooks.answering import AnsweringDaemon
from tests.hooks.running import DEADLINE_SECONDS, HOOKS, run

from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession

EXAMPLES = HOOKS / "examples"
SET_STATUS = EXAMPLES / "set-status.sh"
STATUS_OF_EVENT = EXAMPLES / "status-of-event.sh"
AWKWARD_ID = 'a\'b "c" $(d) `e` \u00e4'

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="the examples need jq")


@pytest.fixture
def daemon(socket_path: Path) -> Iterator[AnsweringDaemon]:
    daemon = AnsweringDaemon(socket_path)
    daemon.answer = b'{"id":null,"data":{},"ok":true,"version":1}\n'
    yield daemon
    daemon.close()


@pytest.fixture
def env(scratch_home: Path, socket_path: Path) -> dict[str, str]:
    """A PATH with this environment's `agent-console` in front."""
    commands = scratch_home / "bin"
    commands.mkdir()
    (commands / "agent-console").write_text(
        f'#!/bin/sh\nexec {sys.executable} -m agent_console "$@"\n'
    )
    (commands / "agent-console").chmod(0o755)
    return {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(scratch_home),
        "AGENT_CONSOLE_SOCKET": str(socket_path),
    }


def test_the_status_on_the_command_line_is_set(
    daemon: AnsweringDaemon, env: dict[str, str]
) -> None:
    payload = {"session_id": AWKWARD_ID, "cwd": "/home/user/my project"}
    run([str(SET_STATUS), "attention"], json.dumps(payload).encode(), env)
    assert daemon.requests() == [
        SetSession(
            session_id=AWKWARD_ID, status=Status("attention"), working_dir="/home/user/my project"
        )
    ]


@pytest.mark.parametrize(
    ("event", "tool", "means"),
    [
        ("SessionStart", "", ("attention", "ready")),
        ("UserPromptSubmit", "", ("working", None)),
        ("PreToolUse", "Bash", ("working", None)),
        ("PreToolUse", "AskUserQuestion", ("question", "question")),
        ("PreToolUse", "ExitPlanMode", ("question", "plan")),
        ("PermissionRequest", "Bash", ("attention", "permission")),
        ("Elicitation", "", ("question", "mcp")),
        ("Stop", "", ("attention", "done")),
        ("StopFailure", "", ("attention", "error")),
        ("SessionEnd", "", ("closed", "other")),
        ("PostToolBatch", "", ("working", None)),
    ],
)
def test_each_event_gets_its_status(
    daemon: AnsweringDaemon,
    env: dict[str, str],
    event: str,
    tool: str,
    means: tuple[str, str | None],
) -> None:
    payload = {"session_id": AWKWARD_ID, "hook_event_name": event, "tool_name": tool}
    run([str(STATUS_OF_EVENT)], json.dumps(payload, indent=1).encode(), env)
    (request,) = daemon.requests()
    assert isinstance(request, SetSession)
    assert request.session_id == AWKWARD_ID
    assert (request.status, request.reason or None) == means


SHELL = {"id": "s1", "type": "shell", "status": "running"}


@pytest.mark.parametrize(
    ("payload", "means"),
    [
        (
            {"hook_event_name": "PermissionRequest", "agent_id": "a1", "tool_name": "Bash"},
            ("attention", "permission"),
        ),
        ({"hook_event_name": "Elicitation", "agent_id": "a1"}, ("question", "mcp")),
        ({"hook_event_name": "SessionStart", "source": "resume"}, ("attention", "ready")),
        ({"hook_event_name": "Stop", "background_tasks": []}, ("attention", "done")),
        ({"hook_event_name": "Stop", "background_tasks": [SHELL]}, ("working", "background")),
        ({"hook_event_name": "Stop", "background_tasks": [7]}, ("working", "background")),
        (
            {"hook_event_name": "Stop", "background_tasks": [{**SHELL, "status": "completed"}]},
            ("attention", "done"),
        ),
        ({"hook_event_name": "SessionEnd", "reason": "clear"}, ("closed", "clear")),
    ],
)
def test_what_an_event_means_may_hang_on_its_fields(
    daemon: AnsweringDaemon,
    env: dict[str, str],
    payload: dict[str, object],
    means: tuple[str, str],
) -> None:
    run([str(STATUS_OF_EVENT)], json.dumps({"session_id": "s", **payload}).encode() + b"\n", env)
    (request,) = daemon.requests()
    assert isinstance(request, SetSession)
    assert (request.status, request.reason) == means


@pytest.mark.parametrize("script", [SET_STATUS, STATUS_OF_EVENT])
@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        (b'{"session_id":"s","hook_event_name":"UserPromptSubmit"}\n', 1),
        (b'{"session_id":"s","hook_', 0),
        (b"", 0),
    ],
    ids=["whole", "half", "nothing"],
)
def test_stdin_that_stays_open_is_not_waited_for(
    daemon: AnsweringDaemon, env: dict[str, str], script: Path, stdin: bytes, told: int
) -> None:
    with subprocess.Popen(
        [str(script), "working"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stdin)
        process.stdin.flush()
        assert process.wait(DEADLINE_SECONDS) == 0
        assert process.stdout.read() == b""
    assert len(daemon.requests()) == told


@pytest.mark.parametrize(
    "payload",
    [
        {"session_id": "s", "hook_event_name": "Stop", "agent_id": "a1"},
        {"session_id": "s", "hook_event_name": "PostToolUse", "agent_id": "a1"},
        {"session_id": "s", "hook_event_name": "SessionStart", "source": "compact"},
        {"session_id": "s", "hook_event_name": "PermissionRequest", "tool_name": "ExitPlanMode"},
        {"session_id": "s", "hook_event_name": "SomethingNew"},
        {"hook_event_name": "Stop"},
    ],
)
def test_what_says_nothing_about_the_session_sets_nothing(
    daemon: AnsweringDaemon, env: dict[str, str], payload: dict[str, str]
) -> None:
    run([str(STATUS_OF_EVENT)], json.dumps(payload).encode(), env)
    assert daemon.lines == []


@pytest.mark.parametrize("script", [SET_STATUS, STATUS_OF_EVENT])
@pytest.mark.parametrize("stdin", [b"", b"no json", b"[]", b'{"session_id":7}', b"\xff"])
def test_garbage_is_borne_in_silence(env: dict[str, str], script: Path, stdin: bytes) -> None:
    run([str(script), "working"], stdin, env)


@pytest.mark.parametrize("script", [SET_STATUS, STATUS_OF_EVENT])
def test_without_a_daemon_nothing_is_started_or_said(
    env: dict[str, str], script: Path, socket_path: Path
) -> None:
    run([str(script), "working"], b'{"session_id":"s","hook_event_name":"Stop"}', env)
    assert not socket_path.exists()


@pytest.mark.parametrize("script", [SET_STATUS, STATUS_OF_EVENT])
def test_without_jq_or_agent_console_nothing_is_said(scratch_home: Path, script: Path) -> None:
    env = {"PATH": str(scratch_home)}
    run([str(script), "working"], b'{"session_id":"s","hook_event_name":"Stop"}', env)
