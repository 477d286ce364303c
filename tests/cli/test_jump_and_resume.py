"""`jump` and `resume`, with a session that a hook told of, the real daemon and a real tmux."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.conftest import Run
from tests.terminals.real_tmux import TmuxServer, needs_tmux, tmux_server
from tests.terminals.stand_ins import StandIns

from agent_console.client.blocking import BlockingClient, connect
from agent_console.protocol.messages import Get, Hook

SESSION_ID = "0f9e8d7c-1111-4222-8333-444455556666"


@pytest.fixture
def client(socket: str, daemon: int) -> Iterator[BlockingClient]:
    with connect(socket) as client:
        yield client


@pytest.fixture
def server(scratch_home: Path) -> Iterator[TmuxServer]:
    with tmux_server(scratch_home) as server:
        yield server


def hook(client: BlockingClient, name: str, folder: Path, **env: str) -> None:
    """What Claude Code's hook tells of an event."""
    event: dict[str, Any] = {"session_id": SESSION_ID, "hook_event_name": name, "cwd": str(folder)}
    client.request(Hook(event=msgspec.Raw(msgspec.json.encode(event)), env=env))


@needs_tmux
def test_jump_goes_to_the_pane_that_the_hook_ran_in_and_marks_the_session_as_seen(
    run: Run, client: BlockingClient, server: TmuxServer, scratch_home: Path
) -> None:
    pane = server.new_window("one")
    hook(client, "SessionStart", scratch_home, TMUX=server.variable(), TMUX_PANE=pane)
    terminal = server.attach("one")

    done = run("jump", SESSION_ID[:8])

    assert (done.code, done.out, done.err) == (0, "", "")
    assert server.shown() == {terminal.tty: pane}
    session = client.request(Get(session_id=SESSION_ID))
    assert session is not None
    assert session.seen


@needs_tmux
def test_jump_tells_where_it_went_in_json(
    run: Run, client: BlockingClient, server: TmuxServer, scratch_home: Path
) -> None:
    pane = server.new_window("one")
    hook(client, "SessionStart", scratch_home, TMUX=server.variable(), TMUX_PANE=pane)
    terminal = server.attach("one")

    assert run("jump", SESSION_ID, "--json").json == {
        "session_id": SESSION_ID,
        "jumped": True,
        "where": f"tmux pane {pane} on {terminal.tty}",
        "message": None,
    }


def test_a_terminal_that_cannot_be_reached_exits_6_and_says_what_to_do(
    run: Run, client: BlockingClient, scratch_home: Path
) -> None:
    hook(client, "SessionStart", scratch_home, TERM_PROGRAM="Apple_Terminal")

    done = run("jump", SESSION_ID, "--json")

    assert done.code == 6
    assert "Apple_Terminal" in done.err
    assert done.json["jumped"] is False
    assert done.json["message"] in done.err
    session = client.request(Get(session_id=SESSION_ID))
    assert session is not None
    assert not session.seen


def test_jump_runs_the_users_own_command(
    run: Run, client: BlockingClient, scratch_home: Path
) -> None:
    folder = scratch_home / ".config/agent-console"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        '[[jump.commands]]\nwhen = { TERM_PROGRAM = "Apple_*" }\n'
        'command = ["sh", "-c", "echo $AGENT_CONSOLE_SESSION_ID >$HOME/told"]\n'
    )
    hook(client, "SessionStart", scratch_home, TERM_PROGRAM="Apple_Terminal")

    assert run("jump", SESSION_ID).code == 0
    assert (scratch_home / "told").read_text() == f"{SESSION_ID}\n"


@pytest.mark.parametrize("command", ["jump", "resume"])
def test_an_unknown_session_exits_5(run: Run, daemon: int, command: str) -> None:
    assert run(command, SESSION_ID).code == 5


@needs_tmux
def test_resume_runs_claude_in_the_sessions_folder_in_a_new_window(
    run: Run,
    client: BlockingClient,
    server: TmuxServer,
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = os.environ["PATH"]
    programs = StandIns(scratch_home / "bin", monkeypatch)
    programs.add("claude")
    monkeypatch.setenv("PATH", f"{programs.folder}:{before}")
    folder = scratch_home / "shop"
    folder.mkdir()
    hook(client, "SessionStart", folder)
    hook(client, "SessionEnd", folder)
    (pane,) = server.panes("one")
    monkeypatch.setenv("TMUX", server.variable())
    monkeypatch.setenv("TMUX_PANE", pane)
    # The window closes with its command, and tells so.
    server.tmux("set-hook", "-g", "window-unlinked", "wait-for -S closed")

    done = run("resume", SESSION_ID, "--json")

    assert (done.code, done.json["opened"]) == (0, "a new tmux window")
    server.tmux("wait-for", "closed")
    assert programs.call.words == ["claude", "--resume", SESSION_ID]
    assert programs.call.folder == str(folder)


def test_resume_can_print_the_command_for_a_shell(
    run: Run, client: BlockingClient, scratch_home: Path
) -> None:
    folder = scratch_home / "my shop"
    hook(client, "SessionStart", folder)

    done = run("resume", SESSION_ID, "--print")

    assert (done.code, done.out) == (0, f"cd -- '{folder}' && claude --resume {SESSION_ID}\n")
    assert run("resume", SESSION_ID, "--print", "--json").json == {
        "session_id": SESSION_ID,
        "command": ["claude", "--resume", SESSION_ID],
        "folder": str(folder),
        "opened": None,
        "message": None,
    }


def test_a_session_that_runs_is_not_resumed_and_exits_6(
    run: Run, client: BlockingClient, scratch_home: Path
) -> None:
    hook(client, "SessionStart", scratch_home)

    done = run("resume", SESSION_ID)

    assert done.code == 6
    assert "still runs" in done.err
