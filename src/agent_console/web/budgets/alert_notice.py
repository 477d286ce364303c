"""That alerts wait, on the overview."""

from nicegui import ui

from agent_console.client.link import Changes
from agent_console.model.format import counted
from agent_console.model.session_words import one_line
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.nice import when_gone


class AlertNotice:
    """A line that leads to them; nothing while none waits."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with ui.link(target="/budgets").classes("notice") as self._link:
            with box("head"):
                self._count = text("", "badge", "span")
                self._words = text("", "who", "span")
            self._latest = text("", "quiet clip")
        when_gone(console.listen(self._take))
        self._draw()

    def _take(self, changes: Changes) -> None:
        if changes.money:
            with self._link.client.layout:
                self._draw()

    def _draw(self) -> None:
        alerts = list(self._console.alerts)
        self._link.set_visibility(bool(alerts))
        if not alerts:
            return
        self._count.set_text(str(len(alerts)))
        waits = "waits" if len(alerts) == 1 else "wait"
        self._words.set_text(f"{counted(len(alerts), 'alert').partition(' ')[2]} {waits} for you")
        self._latest.set_text(one_line(alerts[0].message))
        self._link.classes(
            add="exceeded" if self._console.alerts.exceeded else "",
            remove="" if self._console.alerts.exceeded else "exceeded",
        )
