"""Data: where everything lies, how large it is, and what keeps it whole."""

from nicegui import ui

from agent_console.web.asking.console import Console
from agent_console.web.asking.outcome import Outcome
from agent_console.web.elements.boxes import box
from agent_console.web.elements.nice import when_gone
from agent_console.web.exports.export_dialog import ExportPanel
from agent_console.web.prices.price_panel import PricePanel
from agent_console.web.shell.frame import frame
from agent_console.web.store.retention_panel import RetentionPanel
from agent_console.web.store.store_panel import StorePanel
from agent_console.web.store.upkeep_panel import UpkeepPanel


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/data")
    def data() -> None:
        with frame(console, "Data"):
            with box("halves"):
                with box("stack"):
                    store = StorePanel(console)
                with box("stack"):
                    UpkeepPanel(console)
                    retention = RetentionPanel(console)
                    ExportPanel(console)
            prices = PricePanel(console)

        def hear(outcome: Outcome | None) -> None:
            if outcome is not None and outcome.has_changed:
                store.read()
                retention.read()
                prices.read()

        when_gone(console.work.listen(hear))
