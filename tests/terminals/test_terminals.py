"""What is called to bring each terminal in front, by its own documentation."""

import pytest
from tests.terminals.sessions import SESSION_ID, session
from tests.terminals.stand_ins import StandIns

from agent_console.config_terminals import JumpConfig
from agent_console.model.session import Status, Terminal
from agent_console.terminals.iterm import SCRIPT
from agent_console.terminals.jumping import jump
from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult

KITTY = Terminal(kitty_window_id="7", kitty_listen_on="unix:/tmp/kitty-12")
WEZTERM = Terminal(wezterm_pane="3", wezterm_unix_socket="/run/wez", term_program="WezTerm")
ZELLIJ = Terminal(zellij_session_name="brave-cat", zellij_pane_id="4")
ITERM = Terminal(iterm_session_id="w0t1p2:ABC-123", term_program="iTerm.app")
VSCODE = Terminal(term_program="vscode", kitty_window_id="7")


async def jumped(terminal: Terminal | None, **here: str) -> JumpResult:
    return await jump(session(terminal), JumpConfig(), environ=here)


async def test_kitty_focuses_the_window_over_its_socket(programs: StandIns) -> None:
    programs.add("kitten")

    assert await jumped(KITTY) == Jumped("kitty window 7")
    assert programs.call.words == [
        *("kitten", "@", "--to", "unix:/tmp/kitty-12"),
        *("focus-window", "--match", "id:7"),
    ]


async def test_kitty_without_kitten_on_the_path(programs: StandIns) -> None:
    programs.add("kitty")

    await jumped(KITTY)

    assert programs.call.words[:2] == ["kitty", "@"]


async def test_kitty_by_our_own_socket_when_the_session_tells_none(programs: StandIns) -> None:
    programs.add("kitten")

    await jumped(Terminal(kitty_window_id="7"), KITTY_LISTEN_ON="unix:/tmp/own")

    assert programs.call.words[2:4] == ["--to", "unix:/tmp/own"]


@pytest.mark.parametrize("listen_on", [None, "fd:5"])
async def test_kitty_without_a_socket_says_what_to_configure(
    programs: StandIns, listen_on: str | None
) -> None:
    programs.add("kitten")

    result = await jumped(Terminal(kitty_window_id="7", kitty_listen_on=listen_on))

    assert isinstance(result, CannotJump)
    assert "listen_on" in result.message
    assert programs.calls == []


async def test_wezterm_activates_the_pane_of_its_own_server(programs: StandIns) -> None:
    programs.add("wezterm")

    assert await jumped(WEZTERM) == Jumped("WezTerm pane 3")
    assert programs.call.words == ["wezterm", "cli", "activate-pane", "--pane-id", "3"]
    assert programs.call.env["WEZTERM_UNIX_SOCKET"] == "/run/wez"


async def test_zellij_focuses_the_pane_by_its_id(programs: StandIns) -> None:
    programs.add("zellij")

    assert await jumped(ZELLIJ) == Jumped("zellij pane 4 of brave-cat")
    await jumped(ZELLIJ, ZELLIJ_SESSION_NAME="brave-cat")

    assert [call.words for call in programs.calls] == [
        ["zellij", "--session", "brave-cat", "action", "focus-pane-id", "terminal_4"]
    ] * 2


async def test_zellij_takes_our_own_terminal_to_another_session(programs: StandIns) -> None:
    programs.add("zellij")

    await jumped(ZELLIJ, ZELLIJ_SESSION_NAME="ours")

    assert programs.call.words == [
        *("zellij", "--session", "ours", "action", "switch-session", "brave-cat"),
        *("--pane-id", "terminal_4"),
    ]


async def test_an_old_zellij_is_said_to_be_one(programs: StandIns) -> None:
    programs.add("zellij", code=2, stderr="error: The subcommand wasn't recognized: unrecognized\n")

    result = await jumped(ZELLIJ)

    assert isinstance(result, CannotJump)
    assert "0.44" in result.message


async def test_iterm_gets_the_id_as_an_argument_of_the_script(programs: StandIns) -> None:
    programs.add("osascript", stdout="found\n")

    assert await jumped(ITERM) == Jumped("iTerm2")
    assert programs.call.words == ["osascript", "-e", SCRIPT, "ABC-123"]
    assert "ABC-123" not in SCRIPT


async def test_an_iterm_session_that_was_closed(programs: StandIns) -> None:
    programs.add("osascript", stdout="gone\n")

    result = await jumped(ITERM)

    assert result == CannotJump("iTerm2 has no such session any more: it was closed.")


async def test_vscode_brings_the_window_of_the_folder_in_front(programs: StandIns) -> None:
    programs.add("code")

    assert await jumped(VSCODE) == Jumped("the VS Code window of /srv/shop")
    assert programs.call.words == ["code", "/srv/shop"]


@pytest.mark.parametrize(
    ("terminal", "program"),
    [
        (KITTY, "kitten"),
        (WEZTERM, "wezterm"),
        (ZELLIJ, "zellij"),
        (ITERM, "osascript"),
        (VSCODE, "code"),
    ],
)
async def test_what_a_program_complains_of_is_passed_on(
    programs: StandIns, terminal: Terminal, program: str
) -> None:
    programs.add(program, code=1, stderr="first\nno such\x1b[31m window.\n\n")

    result = await jumped(terminal)

    assert isinstance(result, CannotJump)
    assert "no such [31m window." in result.message
    assert "first" not in result.message


@pytest.mark.parametrize("terminal", [KITTY, WEZTERM, ZELLIJ, ITERM, VSCODE])
async def test_a_program_that_is_not_installed_is_named(
    programs: StandIns, terminal: Terminal
) -> None:
    result = await jumped(terminal)

    assert isinstance(result, CannotJump)
    assert "not on the PATH" in result.message
    assert programs.calls == []


async def test_a_multiplexer_is_asked_before_the_window_around_it(programs: StandIns) -> None:
    programs.add("zellij")

    inside = Terminal(
        zellij_session_name="brave-cat",
        zellij_pane_id="4",
        kitty_window_id="7",
        kitty_listen_on="unix:/tmp/k",
        term_program="WezTerm",
        wezterm_pane="1",
    )
    assert isinstance(await jumped(inside), Jumped)
    assert programs.call.words[0] == "zellij"


@pytest.mark.parametrize(
    ("terminal", "says"),
    [
        (Terminal(term_program="Apple_Terminal", term_session_id="x"), "Apple_Terminal"),
        (Terminal(sty="12.pts-1"), "GNU screen"),
        (Terminal(ssh_tty="/dev/pts/1"), "over SSH"),
        (Terminal(windowid="12"), "this terminal"),
    ],
)
async def test_a_terminal_that_cannot_be_reached_is_named_with_what_to_do(
    terminal: Terminal, says: str
) -> None:
    result = await jumped(terminal)

    assert isinstance(result, CannotJump)
    assert says in result.message
    assert "[[jump.commands]]" in result.message


async def test_a_session_whose_terminal_nobody_told() -> None:
    result = await jumped(None)

    assert isinstance(result, CannotJump)
    assert "hook" in result.message


async def test_a_closed_session_is_for_resuming() -> None:
    result = await jump(session(KITTY, status=Status.CLOSED), JumpConfig(), environ={})

    assert isinstance(result, CannotJump)
    assert f"agent-console resume {SESSION_ID}" in result.message
