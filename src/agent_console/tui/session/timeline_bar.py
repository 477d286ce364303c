"""The bar of a session's statuses over time, with its legend in words.

Rule: each status has its own texture besides its colour.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from agent_console.board.session_view import SessionView
from agent_console.board.timeline import Stretch, cells, durations
from agent_console.model.format import elapsed, share
from agent_console.model.palette import status_hue
from agent_console.model.session import Status

TEXTURES: dict[Status, str] = {
    Status.WORKING: "█",
    Status.ATTENTION: "▒",
    Status.QUESTION: "▓",
    Status.CLOSED: "░",
}
GAP = "  "


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
        yield from self._legend(width)

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

    def _legend(self, width: int) -> Iterable[Text]:
        """A status and its figures stay on one line."""
        sums = durations(self._found)
        whole = sum(sums.values())
        line = Text(no_wrap=True, overflow="ellipsis")
        for status, length in sums.items():
            words = f"{TEXTURES[status]} {status} {elapsed(length)} {share(length, whole)}"
            if line and line.cell_len + len(GAP) + len(words) > width:
                yield line
                line = Text(no_wrap=True, overflow="ellipsis")
            line.append(GAP if line else "")
            line.append(words, self._style(status))
        yield line

    def _style(self, status: Status) -> str:
        return status_hue(status, dark=self._view.dark)
