"""`agent-console statusline`: runs the script that Claude Code runs, in this interpreter.

Rule: there is one status line, hooks/agent_console_statusline.py; this finds it and the socket.
"""

from agent_console.paths import bundled_path, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run_statusline(arguments: list[str]) -> int | None:
    """Draw the line: the exit code, or None when click has to say what is wrong with the arguments.

    Args:
        arguments: What follows `statusline`: `--socket PATH` and `--chain FILE`, or nothing.
    """
    given = dict(zip(arguments[::2], arguments[1::2], strict=False))
    if len(given) * 2 != len(arguments) or not given.keys() <= {"--socket", "--chain"}:
        return None
    draw_statusline(given.get("--socket"), given.get("--chain"))
    return 0


def draw_statusline(socket: str | None, chain: str | None) -> None:
    """Draw the line, or become the command that `chain` holds; never fails.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        chain: The file that holds the person's own command.
    """
    try:
        script = f"{bundled_path('hooks')}/agent_console_statusline.py"
        with open(script, "rb") as file:
            code = compile(file.read(), script, "exec")
        names: dict[str, Any] = {"__name__": "agent_console_statusline", "__file__": script}
        exec(code, names)  # noqa: S102 - our own file
        names["main"]([_path(socket), *(["--chain", chain] if chain else [])])
    except Exception:  # noqa: BLE001 - Claude Code would show the traceback in every line
        return


def _path(given: str | None) -> str:
    """The socket; nothing when it cannot be one: then the line does without a daemon."""
    try:
        return socket_path(given)
    except Exception:  # noqa: BLE001 - naming the error would import it
        return ""
