"""The monitor's three ways to show: a live picture, lines of JSON, and once in a pipe."""

from datetime import tzinfo

from rich.console import RenderableType

from agent_console.cli.event_loop import run
from agent_console.cli.monitor.picture import picture
from agent_console.cli.monitor.view import View, as_data, figures
from agent_console.cli.monitor.watching import Monitor
from agent_console.cli.output import (
    LiveDrawing,
    columns,
    drawn,
    emit,
    emit_json,
    is_terminal,
    refuse_closed_output,
    rows,
)
from agent_console.config import load
from agent_console.paths import database_path
from agent_console.usage.reports.zone import Zone


def monitor(socket: str | None, *, as_json: bool) -> None:
    """Show it; in a terminal and as JSON until interrupted.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        as_json: One object per line.

    Raises:
        DaemonUnreachableError: None answers the first time.
    """
    zone = Zone(load().display.timezone)
    database = str(database_path())
    if as_json:
        run(Monitor(socket, database, zone, _Lines(zone.info).show).run)
    elif is_terminal():
        with LiveDrawing() as drawing:
            run(Monitor(socket, database, zone, _Pictures(zone.info, drawing).show).run)
    else:

        def once(view: View) -> None:
            emit(picture(view, zone.info, columns(), None))

        run(Monitor(socket, database, zone, once).once)


class _Lines:
    """A line at each change."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._figures: object = None
        self._event = 0

    def show(self, view: View) -> None:
        told = figures(view)
        last = view.events[-1].number if view.events else 0
        if told == self._figures and last == self._event:
            refuse_closed_output()
            return
        emit_json(as_data(view, self._zone, self._event), line=True)
        self._figures, self._event = told, last


class _Pictures:
    """A picture at each change of what can be seen."""

    def __init__(self, zone: tzinfo | None, drawing: LiveDrawing) -> None:
        self._zone = zone
        self._drawing = drawing
        self._shown = ""

    def show(self, view: View) -> None:
        content: RenderableType = picture(view, self._zone, columns(), rows())
        seen = f"{columns()} {rows()}\n{drawn(content)}"
        if seen != self._shown:
            self._drawing.show(content)
            self._shown = seen
