"""How fast money goes: today, this block, an hour, and what the month comes to."""

from nicegui.elements.mixins.text_element import TextElement

from agent_console.model.format import cost
from agent_console.usage.insight.overview import Overview
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import within


class Pace:
    """Four cards."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._cards: dict[str, tuple[TextElement, TextElement]] = {}
        with box("cards"):
            for name in ("Today", "This 5-hour block", "Burn rate", "Month at its end"):
                with box("card"):
                    text(name, "name")
                    self._cards[name] = text("…", "figure"), text("", "below")
        self.read = Once(self._read, self._ask)
        self.draw()
        self.read()

    async def _ask(self) -> Overview:
        return await self._console.overview(self._console.request("daily"))

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is not None:
            self._forecast(found)

    def draw(self) -> None:
        """Draw what is being spent now."""
        spending = self._console.money.spending
        if spending is None:
            return
        rate = spending.burn_usd_per_hour
        self._set("Today", cost(spending.today_cost_usd), "since midnight")
        self._set("This 5-hour block", cost(spending.block_cost_usd), "as limits count them")
        self._set(
            "Burn rate",
            "none" if rate is None else f"{cost(rate)}/h",
            "nothing runs in this block" if rate is None else "since the block began",
        )

    def _forecast(self, found: Overview) -> None:
        forecast = found.forecast
        if forecast is not None:
            between = f"likely {cost(forecast.low)} to {cost(forecast.high)}"
            self._set("Month at its end", cost(forecast.expected), between)

    def _set(self, name: str, figure: str, below: str) -> None:
        figure_label, below_label = self._cards[name]
        figure_label.set_text(figure)
        below_label.set_text(below)
