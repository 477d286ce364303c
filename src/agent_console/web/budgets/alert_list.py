"""The alerts that were raised, and what the person does about them."""

from datetime import datetime

from agent_console.board.waiting_alerts import SNOOZE_MS
from agent_console.model.session_words import one_line
from agent_console.model.usage import Alert
from agent_console.usage.tables.alerts import read_alerts
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, empty, text
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import toast, within

SHOWN = 50


class AlertList:
    """The latest ones; what waits can be acknowledged or put off."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._all = text("Acknowledge all", "button", "button")
        self._all.on("click", lambda: self._change(None, None))
        self._rows = box("rows")
        self.read = Once(self._read)

    async def _read(self) -> None:
        now = self._console.now_ms()
        found = await within(self._console.read(lambda each: read_alerts(each, now, limit=SHOWN)))
        if found is None:
            return
        self._rows.clear()
        self._all.set_visibility(any(_waits(alert, now) for alert in found))
        with self._rows:
            for alert in found:
                self._row(alert, waits=_waits(alert, now))
            if not found:
                empty("No alerts yet", "A budget raises one at 80, 90 and 100 percent.")

    def _row(self, alert: Alert, *, waits: bool) -> None:
        zone = self._console.config.display.zone
        moment = datetime.fromtimestamp(alert.at_ms / 1000, zone)
        with box(f"alert-line {'waits' if waits else 'quiet'} {alert.severity}"):
            with box("head"):
                text(f"{moment:%b %d %H:%M}", "quiet mono", "time")
                if not waits:
                    seen = alert.acknowledged_at_ms is not None
                    text("seen" if seen else "snoozed", "quiet", "span")
            mark = "!! " if alert.severity == "exceeded" else "! "
            text(f"{mark if waits else ''}{one_line(alert.message)}")
            if waits:
                with box("tools"):
                    self._buttons(alert)

    def _buttons(self, alert: Alert) -> None:
        done = text("Acknowledge", "button", "button")
        done.on("click", lambda: self._change(alert.alert_id, None))
        later = text("Remind me in an hour", "button", "button")
        later.on("click", lambda: self._change(alert.alert_id, self._console.now_ms() + SNOOZE_MS))

    async def _change(self, alert_id: str | None, until_ms: int | None) -> None:
        console = self._console
        work = console.alerts.acknowledge(console.link.client, alert_id, until_ms)
        done = await within(work)
        if done is not None:
            toast("Put off for an hour." if until_ms else "Acknowledged.", "positive")
            self.read()


def _waits(alert: Alert, now_ms: int) -> bool:
    return alert.acknowledged_at_ms is None and (alert.snoozed_until_ms or 0) <= now_ms
