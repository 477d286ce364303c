"""The command `agent-console`: what is called again and again goes a short way, all else to click.

Rule: nothing is imported here that `set` and `statusline` do not need: Claude Code waits for both.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

EXIT_INTERRUPTED = 130
_TOO_MANY_OPEN = (23, 24)
"""ENFILE and EMFILE, which may come from anywhere, an import too."""


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The arguments, without the program's name; None takes the process's own.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    stdout: TextIO | None = sys.stdout
    if stdout is None:
        from agent_console.cli.output import open_closed_stdout  # noqa: PLC0415 - rarely needed

        open_closed_stdout()
    try:
        code = _run_short_way(arguments)
        if code is not None:
            if argv is None:
                _leave(code)
            return code
        from agent_console.cli.main import main as run_command  # noqa: PLC0415

        return run_command(arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:
        if error.errno not in _TOO_MANY_OPEN or sys.stderr is None:
            raise
        sys.stderr.write(f"agent-console: {error.strerror}: allow more (ulimit -n).\n")
        return 1


def _run_short_way(arguments: list[str]) -> int | None:
    """Carry the command out without click; None when that cannot be done."""
    code: int | None = None
    if arguments[:1] == ["set"]:
        from agent_console.cli.fast_set import run_set  # noqa: PLC0415

        code = run_set(arguments[1:])
    elif arguments[:1] == ["statusline"]:
        from agent_console.cli.fast_statusline import run_statusline  # noqa: PLC0415

        code = run_statusline(arguments[1:])
    elif arguments[:1] == ["segment"]:
        from agent_console.cli.fast_segment import run_segment  # noqa: PLC0415

        code = run_segment(arguments[1:])
    elif arguments[:1] == ["usage"]:
        from agent_console.cli.fast_usage import run_usage  # noqa: PLC0415

        code = run_usage(arguments[1:])
    elif arguments[:1] == ["daemon"]:
        from agent_console.cli.fast_daemon import run_daemon  # noqa: PLC0415

        code = run_daemon(arguments[1:])
    return code


def _leave(code: int) -> None:
    """End the process at once: to take the interpreter down is a tenth of a report's time.

    Where there may be threads or exit handlers, nothing is done, and it ends as usual.
    """
    if "threading" in sys.modules or "atexit" in sys.modules:
        return
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
