"""Jumping to a tmux pane: across panes, windows, sessions and terminals of a real tmux."""

import os
import sys
from pathlib import Path

import pytest
from tests.terminals.real_tmux import TmuxServer, needs_tmux
from tests.terminals.sessions import session
from tests.terminals.stand_ins import StandIns

from agent_console.config_terminals import JumpConfig
from agent_console.model.session import Terminal
from agent_console.terminals.focus import is_focused
from agent_console.terminals.jumping import jump
from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult

pytestmark = needs_tmux


def at(server: TmuxServer, pane: str) -> Terminal:
    return Terminal(tmux=server.variable(), tmux_pane=pane, term_program="tmux")


async def jumped(
    server: TmuxServer, pane: str, own_pane: str | None = None, client_tty: str | None = None
) -> JumpResult:
    """Jump to a pane, from another one of the same server when it is named."""
    here = {"TMUX": server.variable(), "TMUX_PANE": own_pane} if own_pane else {}
    return await jump(session(at(server, pane)), JumpConfig(), environ=here, client_tty=client_tty)


async def test_another_pane_of_the_same_window(server: TmuxServer) -> None:
    (ours,) = server.panes("one")
    theirs = server.split(ours)
    terminal = server.attach("one")
    assert server.shown() == {terminal.tty: ours}

    result = await jumped(server, theirs, own_pane=ours)

    assert result == Jumped(f"tmux pane {theirs} on {terminal.tty}")
    assert server.shown() == {terminal.tty: theirs}


async def test_another_window(server: TmuxServer) -> None:
    (ours,) = server.panes("one")
    theirs = server.split(server.new_window("one"))
    terminal = server.attach("one")

    await jumped(server, theirs, own_pane=ours)

    assert server.shown() == {terminal.tty: theirs}


async def test_a_pane_of_another_session_comes_into_our_own_terminal(server: TmuxServer) -> None:
    (ours,) = server.panes("one")
    server.new_session("two")
    theirs = server.new_window("two")
    other, own = server.attach("two"), server.attach("one")
    shown_there = server.shown()[other.tty]

    result = await jumped(server, theirs, own_pane=ours)

    assert result == Jumped(f"tmux pane {theirs} on {own.tty}")
    assert server.shown()[own.tty] == theirs
    # Both look at one session now, and a session has one current window.
    assert shown_there != theirs


async def test_from_outside_the_terminal_that_has_the_session_shows_it(server: TmuxServer) -> None:
    server.new_session("two")
    theirs = server.new_window("two")
    has_it = server.attach("two")
    used_last = server.attach("one")
    before = server.shown()[used_last.tty]

    result = await jumped(server, theirs)

    assert result == Jumped(f"tmux pane {theirs} on {has_it.tty}")
    assert server.shown() == {has_it.tty: theirs, used_last.tty: before}


async def test_from_outside_a_session_that_nobody_has_comes_into_a_terminal_that_is_there(
    server: TmuxServer,
) -> None:
    theirs = server.new_session("two")
    terminal = server.attach("one")

    await jumped(server, theirs)

    assert server.shown() == {terminal.tty: theirs}


async def test_the_terminal_that_is_named_shows_it(server: TmuxServer) -> None:
    (ours,) = server.panes("one")
    theirs = server.new_session("two")
    first, second = server.attach("one"), server.attach("one")

    for terminal in (first, second):
        result = await jumped(server, theirs, own_pane=ours, client_tty=terminal.tty)
        assert result == Jumped(f"tmux pane {theirs} on {terminal.tty}")

    assert server.shown() == {first.tty: theirs, second.tty: theirs}


async def test_a_session_with_an_odd_name_is_found_by_its_id(server: TmuxServer) -> None:
    (ours,) = server.panes("one")
    theirs = server.new_session("= *[x] #{pid} 'two'")
    terminal = server.attach("one")

    await jumped(server, theirs, own_pane=ours)

    assert server.shown() == {terminal.tty: theirs}


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize(
    ("variables", "call"),
    [
        (
            {"KITTY_WINDOW_ID": "7", "KITTY_LISTEN_ON": "unix:/k"},
            ["kitten", "@", "--to", "unix:/k", "focus-window", "--match", "id:7"],
        ),
        ({"WEZTERM_PANE": "3"}, ["wezterm", "cli", "activate-pane", "--pane-id", "3"]),
    ],
)
async def test_from_outside_the_window_around_tmux_comes_in_front_too(
    server: TmuxServer,
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    call: list[str],
) -> None:
    path = os.environ["PATH"]
    programs = StandIns(scratch_home / "bin", monkeypatch)
    programs.add(call[0])
    monkeypatch.setenv("PATH", f"{programs.folder}:{path}")
    (ours,) = server.panes("one")
    theirs = server.new_window("one")
    terminal = server.attach("one", **variables)

    assert isinstance(await jumped(server, theirs, own_pane=ours), Jumped)
    assert programs.calls == []  # the person looks at it already

    assert await jumped(server, ours) == Jumped(f"tmux pane {ours} on {terminal.tty}")
    assert programs.call.words == call


async def test_without_a_terminal_it_says_how_to_attach_one(server: TmuxServer) -> None:
    result = await jumped(server, server.new_window("one"))

    assert isinstance(result, CannotJump)
    assert f"tmux -S {server.socket} attach-session -t " in result.message


async def test_a_pane_that_was_closed_is_said_to_be(server: TmuxServer) -> None:
    theirs = server.new_window("one")
    server.tmux("kill-pane", "-t", theirs)

    result = await jumped(server, theirs)

    assert result == CannotJump(f"tmux has no pane {theirs} any more: its window was closed.")


async def test_a_server_that_is_gone_is_said_to_be(server: TmuxServer) -> None:
    gone = Terminal(tmux=f"{server.socket}-gone,1,0", tmux_pane="%0")

    result = await jump(session(gone), JumpConfig(), environ={})

    assert isinstance(result, CannotJump)
    assert f"{server.socket}-gone" in result.message


async def test_whether_a_pane_is_looked_at(server: TmuxServer) -> None:
    (active,) = server.panes("one")
    hidden = server.split(active)

    async def focused(pane: str) -> bool | None:
        return await is_focused(session(at(server, pane)))

    assert await focused(active) is False  # nobody has attached it

    terminal = server.attach("one")
    assert await focused(active) is None  # tmux is not told of focus
    assert await focused(hidden) is False

    server.tmux("set-option", "-s", "focus-events", "on")
    assert await focused(active) is True
    assert await focused(hidden) is False

    server.tmux("set-hook", "-g", "client-focus-out", "wait-for -S left")
    terminal.type(b"\x1b[O")
    server.tmux("wait-for", "left")
    assert await focused(active) is False
    assert await focused(hidden) is False


async def test_what_is_not_known_of_focus_is_null(server: TmuxServer) -> None:
    assert await is_focused(session()) is None
    assert await is_focused(session(Terminal(kitty_window_id="1"))) is None
    gone = Terminal(tmux=f"{server.socket}-gone,1,0", tmux_pane="%0")
    assert await is_focused(session(gone)) is None
