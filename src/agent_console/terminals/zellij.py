"""zellij, by `zellij action` (https://zellij.dev/documentation/cli-actions, 0.44 and newer).

Rule: a pane of the session that we are in is focused; for one of another session our own client
goes there. From outside, the pane is focused for whoever is attached to its session.
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

_UNKNOWN_WORD = ("unrecognized", "wasn't expected", "unexpected argument")
_TOO_OLD = "this zellij has no such command: 0.44 or newer is needed"


async def jump(terminal: Terminal, environ: Mapping[str, str]) -> JumpResult:
    """Focus a pane, in whichever tab and session it is."""
    session = terminal.zellij_session_name or ""
    pane = f"terminal_{terminal.zellij_pane_id}"
    ours = environ.get("ZELLIJ_SESSION_NAME")
    if ours and ours != session:
        problem = await _action(ours, ["switch-session", session, "--pane-id", pane])
    else:
        problem = await _action(session, ["focus-pane-id", pane])
    if problem is not None:
        return CannotJump(f"zellij did not go to {pane} of {session}: {problem}.")
    return Jumped(f"zellij pane {terminal.zellij_pane_id} of {session}")


async def open_tab(
    environ: Mapping[str, str], command: Sequence[str], folder: str, name: str
) -> OpenResult:
    """Run a command in a new tab of the session that we are in."""
    session = environ.get("ZELLIJ_SESSION_NAME", "")
    problem = await _action(session, ["new-tab", "--cwd", folder, "--name", name, "--", *command])
    if problem is not None:
        return CannotOpen(f"zellij opened no tab: {problem}.")
    return Opened("a new zellij tab")


async def _action(session: str, arguments: list[str]) -> str | None:
    """Why it was not done; null when it was."""
    done = await run(["zellij", "--session", session, "action", *arguments])
    if isinstance(done, NotRun):
        return done.reason.rstrip(".")
    if not done.code:
        return None
    # clap's words, with its own exit code.
    too_old = done.code == 2 and any(words in done.stderr for words in _UNKNOWN_WORD)
    return _TOO_OLD if too_old else done.complaint
