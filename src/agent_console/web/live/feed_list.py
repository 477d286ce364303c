"""The last events, newest on top."""

from datetime import datetime
from functools import partial

from nicegui import ui

from agent_console.board.feed import Entry
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, empty, text
from agent_console.web.sessions.session_drawer import open_session

SHOWN = 100
_KINDS = {"usage": "is-cost", "alert": "status-attention", "removed": "quiet"}


class FeedList:
    """Shows the feed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0
        self._empty = empty("Nothing has happened yet", "What sessions do appears here at once.")
        self._list = box("feed").props('role="log" aria-label="Activity" tabindex="0"')
        self._lines: list[ui.element] = []
        self.draw()

    def draw(self) -> None:
        """Add what is new."""
        new = self._console.feed.since(self._last)[-SHOWN:]
        if new:
            self._last = new[-1].number
        with self._list:
            for entry in new:
                line = self._line(entry)
                line.move(target_index=0)
                self._lines.append(line)
        for line in self._lines[:-SHOWN]:
            line.delete()
        del self._lines[:-SHOWN]
        self._empty.set_visibility(not self._lines)
        self._list.set_visibility(bool(self._lines))

    def _line(self, entry: Entry) -> ui.element:
        moment = datetime.fromtimestamp(entry.at_ms / 1000, self._console.config.display.zone)
        with box("feed-line") as line:
            text(f"{moment:%H:%M:%S}", "quiet mono", "time")
            session_id = entry.session_id
            if session_id is None:
                text(entry.name, "clip", "b")
            else:
                name = text(entry.name, "clip link", "button").props('type="button"')
                name.on("click", partial(open_session, self._console, session_id))
            colour = f"status-{entry.status}" if entry.status else _KINDS[entry.kind]
            text(entry.text, f"text {colour}")
        return line
