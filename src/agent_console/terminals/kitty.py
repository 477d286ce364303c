"""kitty, by its remote control (kitten @, https://sw.kovidgoyal.net/kitty/remote-control/).

Rule: only over its socket. Without one, remote control goes through the terminal that we run in,
where a front end reads the keys.
"""

import shutil
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

_NO_SOCKET = (
    "kitty takes no commands from other programs: put `allow_remote_control socket-only` and "
    "`listen_on unix:/tmp/kitty` into kitty.conf and start kitty again."
)


async def jump(terminal: Terminal, environ: Mapping[str, str]) -> JumpResult:
    """Bring a kitty window, its tab and its OS window in front."""
    socket = _usable(terminal.kitty_listen_on) or _usable(environ.get("KITTY_LISTEN_ON"))
    if socket is None:
        return CannotJump(_NO_SOCKET)
    window = terminal.kitty_window_id
    problem = await _kitten(socket, ["focus-window", "--match", f"id:{window}"])
    if problem is not None:
        return CannotJump(f"kitty did not go to window {window}: {problem}.")
    return Jumped(f"kitty window {window}")


async def open_tab(
    environ: Mapping[str, str], command: Sequence[str], folder: str, name: str
) -> OpenResult:
    """Run a command in a new tab of the OS window that is in front."""
    socket = _usable(environ.get("KITTY_LISTEN_ON"))
    if socket is None:
        return CannotOpen(_NO_SOCKET)
    launch = ["launch", "--type=tab", f"--cwd={folder}", f"--tab-title={name}", *command]
    problem = await _kitten(socket, launch)
    if problem is not None:
        return CannotOpen(f"kitty opened no tab: {problem}.")
    return Opened("a new kitty tab")


def _usable(listen_on: str | None) -> str | None:
    """An address that others can reach; `fd:…` belongs to the process that inherited it."""
    return listen_on if listen_on and not listen_on.startswith("fd:") else None


async def _kitten(socket: str, arguments: list[str]) -> str | None:
    """Why it was not done; null when it was."""
    # `kitty` takes the same words where the separate `kitten` is not on the PATH.
    program = "kitten" if shutil.which("kitten") else "kitty"
    done = await run([program, "@", "--to", socket, *arguments])
    if isinstance(done, NotRun):
        return done.reason.rstrip(".")
    return done.complaint if done.code else None
