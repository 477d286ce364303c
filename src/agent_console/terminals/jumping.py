"""Bring a session's terminal in front: finds out which one it is, and asks that.

Rule: this runs where the person is (CLI, TUI), never in the daemon. A terminal inside another one
is the one that is asked: a multiplexer before the window around it.
"""

import os
from collections.abc import Mapping

from agent_console.config_terminals import JumpConfig
from agent_console.model.session import Session, Terminal
from agent_console.terminals import iterm, kitty, own_command, tmux, vscode, wezterm, zellij
from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult
from agent_console.terminals.process_terminal import terminal_of


async def jump(
    session: Session,
    config: JumpConfig,
    *,
    environ: Mapping[str, str] | None = None,
    client_tty: str | None = None,
) -> JumpResult:
    """Bring a session's terminal in front of the person.

    Args:
        session: The session.
        config: Commands of the user's own, which come first.
        environ: The environment that says where we are ourselves; null: the process's.
        client_tty: The terminal that is to show a tmux pane, when it is known.
    """
    if session.closed:
        return CannotJump(
            "This session is closed and has no terminal: "
            f"`agent-console resume {session.session_id}` goes on with it in a new one."
        )
    own = own_command.matching(config.commands, session)
    if own is not None:
        return await own_command.jump(own, session, config)
    terminal = session.terminal
    if terminal is None:
        return CannotJump(
            "Nobody has told in which terminal this session runs: its next hook event does. "
            "`agent-console doctor` says whether hooks arrive."
        )
    here = os.environ if environ is None else environ
    return await _jump(terminal, session.working_dir, here, client_tty)


async def _jump(
    terminal: Terminal, working_dir: str | None, here: Mapping[str, str], client_tty: str | None
) -> JumpResult:
    if terminal.tmux and terminal.tmux_pane:
        return await _jump_in_tmux(terminal, here, client_tty)
    if terminal.zellij_session_name and terminal.zellij_pane_id:
        return await zellij.jump(terminal, here)
    # What a program says of itself is newer than what it inherited from where it was started.
    match terminal.term_program:
        case "vscode":
            return await vscode.jump(working_dir)
        case "iTerm.app" if terminal.iterm_session_id:
            return await iterm.jump(terminal)
        case "WezTerm" if terminal.wezterm_pane:
            return await wezterm.jump(terminal, here)
        case _:
            pass
    if terminal.kitty_window_id:
        return await kitty.jump(terminal, here)
    if terminal.wezterm_pane:
        return await wezterm.jump(terminal, here)
    if terminal.iterm_session_id:
        return await iterm.jump(terminal)
    return CannotJump(
        f"agent-console does not know how to reach {_name(terminal)}: tell it with "
        "`[[jump.commands]]` in config.toml, see `agent-console config init`."
    )


async def _jump_in_tmux(
    terminal: Terminal, here: Mapping[str, str], client_tty: str | None
) -> JumpResult:
    """Show the pane, and bring the window in front that shows it, as far as that can be reached."""
    shown = await tmux.jump(terminal, here, client_tty)
    if isinstance(shown, CannotJump):
        return shown
    where = f"tmux pane {shown.pane} on {shown.client.tty}"
    window = None if shown.own else await terminal_of(shown.client.pid)
    if window is not None and window.kitty_window_id:
        await kitty.jump(window, here)
    elif window is not None and window.wezterm_pane:
        await wezterm.jump(window, here)
    return Jumped(where)


def _name(terminal: Terminal) -> str:
    if terminal.term_program:
        return terminal.term_program
    if terminal.sty:
        return "GNU screen"
    return "a terminal over SSH" if terminal.ssh_tty else "this terminal"
