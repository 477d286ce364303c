"""The bar of a session's statuses over time, with its legend in words.

Rule: each status has its own texture besides its colour.
"""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from agent_console.model.format import elapsed, share
from agent_console.model.palette import status_hue
from agent_console.model.session import Status
from agent_console.tui.session.timeline import Stretch, cells, durations
from agent_console.tui.session.view import SessionView

TEXTURES: dict[Status, str] = {
    Status.WORKING: "█",
    Status.ATTENTION: "▒",
    Status.QUESTION: "▓",
    Status.CLOSED: "░",
}


class TimelineBar:
    """A rich renderable as wide as there is room.

    Args:
        found: The stretches, the oldest first; at least one.
        view: Where the rest stands.
    """

    def __init__(self, found: Sequence[Stretch], view: SessionView) -> None:
        self._found = found
        self._view = view

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The bar, the times of its ends, the legend."""
        width = options.max_width
        yield self._bar(width)
        yield self._ends(width)
        yield self._legend()

    def _bar(self, width: int) -> Text:
        bar = Text(no_wrap=True)
        for status, run in groupby(cells(self._found, width)):
            bar.append(TEXTURES[status] * len(list(run)), self._style(status))
        return bar

    def _ends(self, width: int) -> Text:
        view = self._view
        start = view.moment(self._found[0].start_ms)
        end = "now" if view.is_running else view.moment(self._found[-1].end_ms)
        whole = elapsed(self._found[-1].end_ms - self._found[0].start_ms)
        line = f"{start}{end:>{max(1, width - len(start))}}"
        middle = (width - len(whole)) // 2
        if middle > len(start) and middle + len(whole) < width - len(end):
            line = line[:middle] + whole + line[middle + len(whole) :]
        return Text(line, "dim", no_wrap=True)

    def _legend(self) -> Text:
        """In lines of its own; one that does not fit goes on the next."""
        sums = durations(self._found)
        whole = sum(sums.values())
        legend = Text()
        for number, (status, length) in enumerate(sums.items()):
            legend.append("" if number == 0 else "  ")
            # Blanks that do not break keep a status with its figures.
            words = f"{TEXTURES[status]} {status} {elapsed(length)} {share(length, whole)}"
            legend.append(words.replace(" ", "\u00a0"), self._style(status))
        return legend

    def _style(self, status: Status) -> str:
        return status_hue(status, dark=self._view.dark)
