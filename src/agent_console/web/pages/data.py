"""Data: where everything lies, how large it is, and what keeps it whole."""

from nicegui import ui

from agent_console.web.console import Console
from agent_console.web.data_panels import ExportPanel, PricePanel, StorePanel, UpkeepPanel
from agent_console.web.frame import box, frame


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/data")
    def data() -> None:
        with frame(console, "Data"):
            with box("halves"):
                store = StorePanel(console)
                with box("stack"):
                    UpkeepPanel(console, store.read)
                    ExportPanel(console)
            PricePanel(console)
