"""`agent-console demo`: see it work before anything is installed.

Rule: the person's home, configuration, sessions and daemon are never touched, and nothing is left.
"""

import os
from functools import partial
from math import isfinite

import click

from agent_console.cli.extras import is_installed
from agent_console.cli.output import emit, is_terminal, narrate
from agent_console.errors import AgentConsoleError

CANNOT_DRAW = ("dumb", "unknown")
"""Terminals whose cursor does not move."""


def _speed(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    if not isfinite(value) or value <= 0:
        raise click.BadParameter("a speed is a number above 0.")
    return value


@click.command("demo")
@click.option(
    "--headless", is_flag=True, help="Print each change in a line instead of opening the board."
)
@click.option(
    "--speed",
    type=float,
    default=10.0,
    show_default=True,
    metavar="TIMES",
    callback=_speed,
    help="How many times as fast as it was recorded.",
)
def command(headless: bool, speed: float) -> None:
    """See it work with recorded sessions.

    Starts a daemon of its own in a scratch home and plays recorded Claude Code sessions into it,
    through the same hooks that `install` would install. Your own home, sessions and daemon are not
    touched, and nothing is left behind. The board stays open until `q`; into a pipe each change is
    printed in a line.

    Exits 1 when the board at the end is not what was recorded.
    """
    from agent_console.cli.demo import closing, viewers  # noqa: PLC0415 - help draws nothing
    from agent_console.cli.demo.show import show  # noqa: PLC0415

    title = closing.title(speed)
    draws = is_terminal() and os.environ.get("TERM") not in CANNOT_DRAW
    told = headless or not draws or not is_installed("textual")
    if told:
        if draws and not headless:
            narrate("The board itself needs the extra `tui`; so each change is told in a line.")
        emit(title)
        make_viewer: viewers.MakeViewer = viewers.LineViewer
    else:
        make_viewer = partial(viewers.AppViewer, title)
    try:
        result = show(make_viewer, speed)
    except KeyboardInterrupt:
        narrate("Interrupted. Nothing of the demo is left on this machine.")
        raise
    if result is None:
        narrate("You left before everything was played. Nothing of the demo is left.")
        return
    if told:
        emit("")
    closing.close(result)
    if result.wrong:
        raise AgentConsoleError(f"The demo failed: {'; '.join(result.wrong)}.")
