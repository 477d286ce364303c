"""The app as people run it: in a tmux pane, with a session in another one."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Raw
from msgspec.json import encode
from tests.terminals.real_tmux import SECONDS, TmuxServer, needs_tmux, tmux_server

from agent_console.client.blocking import connect
from agent_console.protocol.messages import Hook

pytestmark = needs_tmux

SESSION = "0f9e8d7c-1111-4222-8333-444455556666"


@pytest.fixture
def server(scratch_home: Path) -> Iterator[TmuxServer]:
    with tmux_server(scratch_home) as server:
        yield server


def until(holds: Callable[[], bool], told: Callable[[], str]) -> None:
    """Ask tmux again and again: it tells nobody when a pane's text changes."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


def asks(socket: str, server: TmuxServer, pane: str) -> None:
    """A session in that pane asks something."""
    env = {"TMUX": server.variable(), "TMUX_PANE": pane, "TERM_PROGRAM": "tmux"}
    with connect(socket) as client:
        for name in ("SessionStart", "PermissionRequest"):
            event = {
                "session_id": SESSION,
                "hook_event_name": name,
                "cwd": "/home/me/shop",
                "tool_name": "Bash",
                "tool_input": {"command": "make release"},
                "source": "startup",
            }
            client.request(Hook(event=Raw(encode(event)), env=env))


def test_one_key_leads_from_the_board_to_the_pane_that_waits(
    socket: str, server: TmuxServer
) -> None:
    (theirs,) = server.panes("one")
    command = f"{sys.executable} -m agent_console tui --no-start --socket {socket}"
    environment = [f"-e{name}={os.environ[name]}" for name in ("HOME", "PATH")]
    ours = server.tmux(
        *("new-window", "-dP", "-F", "#{pane_id}", "-t", "one:"), *environment, command
    )
    terminal = server.attach("one")
    server.tmux("select-window", "-t", ours)
    asks(socket, server, theirs)

    def board() -> str:
        return server.tmux("capture-pane", "-p", "-t", ours)

    until(lambda: "permission: Bash make release" in board(), board)
    assert "shop" in board()
    server.tmux("send-keys", "-t", ours, "Enter")
    until(lambda: server.shown() == {terminal.tty: theirs}, board)

    server.tmux("send-keys", "-t", ours, "q")
    until(lambda: ours not in server.panes("one"), board)
