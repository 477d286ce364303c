"""WezTerm, by `wezterm cli` (https://wezterm.org/cli/cli/).

Rule: the pane's own socket is handed over in the environment, as WezTerm's panes have it, so that
the right one of several GUIs answers.
"""

from collections.abc import Mapping, Sequence

from agent_console.model.session import Terminal
from agent_console.terminals.outcome import (
    CannotJump,
    CannotOpen,
    Jumped,
    JumpResult,
    Opened,
    OpenResult,
)
from agent_console.terminals.running import NotRun, run

_SOCKET = "WEZTERM_UNIX_SOCKET"


async def jump(terminal: Terminal, environ: Mapping[str, str]) -> JumpResult:
    """Make a pane and its tab the active ones of their window."""
    pane = terminal.wezterm_pane or ""
    socket = terminal.wezterm_unix_socket or environ.get(_SOCKET)
    problem = await _cli(socket, ["activate-pane", "--pane-id", pane])
    if problem is not None:
        return CannotJump(f"WezTerm did not go to pane {pane}: {problem}.")
    return Jumped(f"WezTerm pane {pane}")


async def open_tab(environ: Mapping[str, str], command: Sequence[str], folder: str) -> OpenResult:
    """Run a command in a new tab of the window that our pane is in."""
    pane = environ.get("WEZTERM_PANE")
    beside = ["--pane-id", pane] if pane else []
    spawn = ["spawn", *beside, "--cwd", folder, "--", *command]
    problem = await _cli(environ.get(_SOCKET), spawn)
    if problem is not None:
        return CannotOpen(f"WezTerm opened no tab: {problem}.")
    return Opened("a new WezTerm tab")


async def _cli(socket: str | None, arguments: list[str]) -> str | None:
    """Why it was not done; null when it was."""
    env = {_SOCKET: socket} if socket else {}
    done = await run(["wezterm", "cli", *arguments], env=env)
    if isinstance(done, NotRun):
        return done.reason.rstrip(".")
    return done.complaint if done.code else None
