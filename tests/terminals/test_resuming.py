"""Going on with a closed session: the right command in the right folder, in a new terminal."""

import os
import shlex
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.terminals.real_tmux import TmuxServer, needs_tmux
from tests.terminals.sessions import SESSION_ID, session
from tests.terminals.stand_ins import Call, StandIns

from agent_console.config_terminals import ResumeConfig
from agent_console.model.session import Session, Status
from agent_console.terminals.outcome import CannotOpen, Opened
from agent_console.terminals.resuming import Resumption, open_resumed, resumption

RESUME = ["claude", "--resume", SESSION_ID]


@pytest.fixture
def folder(scratch_home: Path) -> Path:
    """A folder with a name that a shell would take for several things."""
    folder = scratch_home / "my shop; #{pid} $(x) 'y'"
    folder.mkdir()
    return folder


def closed(folder: Path | None, **fields: Any) -> Session:
    working_dir = None if folder is None else str(folder)
    return session(status=Status.CLOSED, working_dir=working_dir, **fields)


def claude_on_the_path(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """A stand-in for Claude Code, before everything else on the PATH."""
    before = os.environ["PATH"]
    programs = StandIns(scratch_home / "bin", monkeypatch)
    programs.add("claude")
    monkeypatch.setenv("PATH", f"{programs.folder}:{before}")
    return programs


async def first_call(programs: StandIns) -> Call:
    """What the stand-in was called with, once it has been."""
    with anyio.fail_after(20):
        while not programs.calls:
            await anyio.lowlevel.checkpoint()
    return programs.call


@needs_tmux
async def test_in_tmux_it_runs_in_a_new_window_of_our_session(
    scratch_home: Path, folder: Path, server: TmuxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = claude_on_the_path(scratch_home, monkeypatch)
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    server.tmux("set-environment", "-g", "PATH", "/usr/bin:/bin")
    server.new_session("two")
    (pane,) = server.panes("one")
    here = {**os.environ, "TMUX": server.variable(), "TMUX_PANE": pane}

    result = await open_resumed(closed(folder, label="a;#{pid}"), ResumeConfig(), environ=here)

    assert result == Opened("a new tmux window")
    call = await first_call(programs)
    assert call.words == RESUME
    assert call.folder == str(folder)
    windows = server.tmux("list-windows", "-t", "one", "-F", "#{window_active} #{window_name}")
    assert [line for line in windows.splitlines() if line[0] == "1"] == ["1 a;#{pid}"]
    assert len(server.panes("one")) == 2
    assert len(server.panes("two")) == 1


async def test_in_kitty_it_runs_in_a_new_tab(programs: StandIns, folder: Path) -> None:
    programs.add("claude")
    programs.add("kitten")
    path = os.environ["PATH"]
    here = {"PATH": path, "KITTY_WINDOW_ID": "1", "KITTY_LISTEN_ON": "unix:/k"}

    assert await open_resumed(closed(folder), ResumeConfig(), environ=here) == Opened(
        "a new kitty tab"
    )
    assert programs.call.words == [
        *("kitten", "@", "--to", "unix:/k", "launch", "--type=tab"),
        *(f"--cwd={folder}", "--tab-title=shop", "env", f"PATH={path}", *RESUME),
    ]


async def test_in_wezterm_it_runs_in_a_new_tab(programs: StandIns, folder: Path) -> None:
    programs.add("claude")
    programs.add("wezterm")
    path = os.environ["PATH"]
    here = {
        "PATH": path,
        "KITTY_WINDOW_ID": "1",
        "TERM_PROGRAM": "WezTerm",
        "WEZTERM_PANE": "5",
        "WEZTERM_UNIX_SOCKET": "/run/wez",
    }

    assert await open_resumed(closed(folder), ResumeConfig(), environ=here) == Opened(
        "a new WezTerm tab"
    )
    assert programs.call.words == [
        *("wezterm", "cli", "spawn", "--pane-id", "5", "--cwd", str(folder)),
        *("--", "env", f"PATH={path}", *RESUME),
    ]
    assert programs.call.env["WEZTERM_UNIX_SOCKET"] == "/run/wez"


async def test_in_zellij_it_runs_in_a_new_tab(programs: StandIns, folder: Path) -> None:
    programs.add("claude")
    programs.add("zellij")
    path = os.environ["PATH"]

    here = {"PATH": path, "ZELLIJ_SESSION_NAME": "ours"}
    assert await open_resumed(closed(folder), ResumeConfig(), environ=here) == Opened(
        "a new zellij tab"
    )
    assert programs.call.words == [
        *("zellij", "--session", "ours", "action", "new-tab", "--cwd", str(folder)),
        *("--name", "shop", "--", "env", f"PATH={path}", *RESUME),
    ]


async def test_the_users_own_terminal_gets_the_words_behind_its_own(
    scratch_home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = claude_on_the_path(scratch_home, monkeypatch)
    config = ResumeConfig(("sh", "-c", 'shift; exec "$@"', "open", "-e"))

    result = await open_resumed(closed(folder), config)

    assert result == Opened("by your command `sh`")
    call = await first_call(programs)
    assert call.words == RESUME
    assert call.folder == str(folder)
    assert call.env["AGENT_CONSOLE_SESSION_ID"] == SESSION_ID


async def test_a_terminal_that_stays_open_is_not_waited_for(
    scratch_home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claude_on_the_path(scratch_home, monkeypatch)
    fifo = scratch_home / "go"
    os.mkfifo(fifo)
    config = ResumeConfig(("sh", "-c", f"read line <{fifo}"))

    with anyio.fail_after(15):
        result = await open_resumed(closed(folder), config)

    assert isinstance(result, Opened)
    # It lives: somebody still reads, and ends with what is written now.
    os.write(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK), b"end\n")


@pytest.mark.parametrize(
    ("command", "says"),
    [(("false",), "failed with exit code 1"), (("no-such-terminal",), "not installed")],
)
async def test_a_terminal_that_cannot_be_opened_is_said_to(
    scratch_home: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    says: str,
) -> None:
    claude_on_the_path(scratch_home, monkeypatch)

    result = await open_resumed(closed(folder), ResumeConfig(command))

    assert isinstance(result, CannotOpen)
    assert says in result.message


async def test_elsewhere_it_says_what_to_type_and_that_works_in_a_shell(
    scratch_home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = claude_on_the_path(scratch_home, monkeypatch)

    result = await open_resumed(
        closed(folder), ResumeConfig(), environ={"PATH": os.environ["PATH"]}
    )

    assert isinstance(result, CannotOpen)
    typed = result.message.removeprefix("Type this into a terminal: ")
    await anyio.run_process(["sh", "-c", typed])
    assert programs.call.words == RESUME
    assert programs.call.folder == str(folder)


async def test_a_session_that_runs_is_not_resumed(folder: Path) -> None:
    result = await open_resumed(session(working_dir=str(folder)), ResumeConfig())

    assert isinstance(result, CannotOpen)
    assert f"agent-console jump {SESSION_ID}" in result.message


async def test_a_folder_that_is_gone_is_said_to_be(scratch_home: Path) -> None:
    result = await open_resumed(closed(scratch_home / "gone"), ResumeConfig())

    assert result == CannotOpen(f"The folder of this session is gone: {scratch_home}/gone.")


async def test_without_claude_on_the_path_nothing_is_opened(
    programs: StandIns, folder: Path
) -> None:
    programs.add("zellij")
    here = {"PATH": os.environ["PATH"], "ZELLIJ_SESSION_NAME": "ours"}

    result = await open_resumed(closed(folder), ResumeConfig(), environ=here)

    assert isinstance(result, CannotOpen)
    assert "not on the PATH" in result.message
    assert programs.calls == []


def test_a_folder_of_claude_code_that_is_not_the_usual_one_is_named(folder: Path) -> None:
    def command(transcript: str, **environ: str) -> str:
        told = resumption(
            closed(folder, transcript_path=transcript), {"HOME": "/home/me", **environ}
        )
        assert isinstance(told, Resumption)
        return shlex.join(told.command)

    plain = f"claude --resume {SESSION_ID}"
    usual, other = "/home/me/.claude", "/srv/work claude"
    assert command(f"{usual}/projects/-srv/{SESSION_ID}.jsonl") == plain
    named = f"env 'CLAUDE_CONFIG_DIR={other}' {plain}"
    assert command(f"{other}/projects/-srv/{SESSION_ID}.jsonl") == named
    # There, a tab that is new would look into the other one.
    usual_named = f"env CLAUDE_CONFIG_DIR={usual} {plain}"
    assert (
        command(f"{usual}/projects/-srv/{SESSION_ID}.jsonl", CLAUDE_CONFIG_DIR=other) == usual_named
    )
    assert command("somewhere.jsonl") == plain


def test_what_cannot_be_resumed_says_why(folder: Path) -> None:
    other = resumption(closed(folder, agent_type="agent-sdk"))
    unknown = resumption(closed(None))

    assert isinstance(other, CannotOpen)
    assert "agent-sdk" in other.message
    assert isinstance(unknown, CannotOpen)
    assert "--working-dir" in unknown.message
