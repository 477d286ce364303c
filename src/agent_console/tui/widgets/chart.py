"""A chart of the usage screen, drawn by plotext; the week of hours is a grid of shades.

Rule: colours are those of their meanings, and each series is named in words.
"""

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static
from textual_plotext import PlotextPlot

from agent_console.board.charts import Bars, Hours, Series
from agent_console.board.fixed_width import fixed_width
from agent_console.model.format import cost, tokens
from agent_console.model.palette import Role, hue
from agent_console.tui.shared import console_of
from agent_console.usage.reports.calendar import WEEKDAYS

Data = Series | Bars | Hours
SHADES = " ░▒▓█"
TICKS = 5
NOTHING = "Nothing was used in this time."
STACKED: dict[Role, str] = {
    "cache_read": "cache read",
    "cache_write": "cache write",
    "input": "input",
    "output": "output",
}
"""From below to above."""
BESIDE: dict[Role, str] = {"cost": "cost", "input": "tokens"}
_NAME_COLUMNS = 20


class Chart(Vertical):
    """One chart with its title."""

    def compose(self) -> ComposeResult:
        """The title, and a place for each way to draw."""
        yield Static(id="chart-title")
        yield PlotextPlot(id="chart-plot")
        yield Static(id="chart-grid")

    def show(self, title: str, data: Data, *, stacked: bool = False) -> None:
        """Draw something else.

        Args:
            title: Stands above.
            data: What is drawn.
            stacked: Of a series, the classes of tokens instead of tokens and cost.
        """
        heading = Text(title, "bold")
        if isinstance(data, Series) and data.labels:
            heading.append_text(self._legend(STACKED if stacked else BESIDE))
        self.query_one("#chart-title", Static).update(heading)
        plot = self.query_one("#chart-plot", PlotextPlot)
        grid = self.query_one("#chart-grid", Static)
        plot.display = isinstance(data, Series) and bool(data.labels)
        grid.display = not plot.display
        match data:
            case Series() if not data.labels:
                grid.update(NOTHING)
            case Series():
                self._time(plot, data, stacked=stacked)
            case Bars():
                grid.update(self._bars(data, max(20, self.size.width - 2)))
            case Hours():
                grid.update(self._hours(data))

    def _time(self, widget: PlotextPlot, data: Series, *, stacked: bool) -> None:
        plot: Any = widget.plt  # its annotations are those of other parameters
        plot.clear_figure()
        places = list(range(len(data.labels)))
        if stacked:
            plot.stacked_bar(
                places,
                [data.cache_read, data.cache_write, data.input, data.output],
                color=[self._rgb(role) for role in STACKED],
            )
            _axes(plot, data, data.tokens, lambda value: tokens(round(value)))
        else:
            plot.subplots(2, 1)
            upper, lower = plot.subplot(1, 1), plot.subplot(2, 1)
            upper.bar(places, data.cost, color=self._rgb("cost"))
            _axes(upper, data, data.cost, cost)
            lower.bar(places, data.tokens, color=self._rgb("input"))
            _axes(lower, data, data.tokens, lambda value: tokens(round(value)))
        widget.refresh()

    def _legend(self, series: dict[Role, str]) -> Text:
        """The names beside their colours: in the plot they would hide what is drawn there."""
        dark = console_of(self).current_theme.dark
        text = Text()
        for role, name in series.items():
            text.append("  █", hue(role, dark=dark)).append(f" {name}")
        return text

    def _bars(self, data: Bars, width: int) -> Text:
        dark = console_of(self).current_theme.dark
        total = sum(data.cost)
        highest = max(data.cost, default=0.0)
        if not highest:
            return Text(NOTHING)
        name_columns = min(_NAME_COLUMNS, max(map(cell_len, data.names)))
        room = max(5, width - name_columns - 20)
        text = Text(no_wrap=True, overflow="ellipsis")
        for name, value in zip(data.names, data.cost, strict=True):
            text.append_text(fixed_width(name, name_columns)).append(" ")
            text.append("█" * round(value / highest * room) or "▏", hue("cost", dark=dark))
            if name in data.unpriced:
                text.append(" N/A\n", "dim")
                continue
            text.append(f" {cost(value)} ", "bold")
            text.append(f"{value / total:.0%}\n", "dim")
        return text

    def _hours(self, data: Hours) -> Text:
        dark = console_of(self).current_theme.dark
        highest = max(max(day) for day in data.cost)
        text = Text(no_wrap=True)
        text.append("     " + "".join(f"{hour:<6}" for hour in range(0, 24, 3)) + "\n", "dim")
        for name, day in zip(WEEKDAYS, data.cost, strict=True):
            text.append(f"{name[:3].capitalize()}  ", "dim")
            for value in day:
                shade = 0 if not highest else -(-value * (len(SHADES) - 1) // highest)
                text.append(SHADES[int(shade)] * 2, hue("cost", dark=dark))
            text.append(f" {cost(sum(day))}\n")
        text.append(f"\n█ is {cost(highest)} in an hour of the week, all weeks together", "dim")
        return text

    def _rgb(self, role: Role) -> tuple[int, int, int]:
        colour = hue(role, dark=console_of(self).current_theme.dark)
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _axes(plot: Any, data: Series, values: Sequence[float], said: Callable[[float], str]) -> None:
    """A few marks on each axis, in words; from zero."""
    last = len(data.labels) - 1
    shown = sorted({round(place * last / (TICKS - 1)) for place in range(TICKS)})
    plot.xticks(shown, [data.labels[place].removeprefix("20") for place in shown])
    highest = max(values, default=0) or 1
    plot.ylim(0, highest)
    places = [highest * part / 2 for part in range(3)]
    plot.yticks(places, [said(place) for place in places])
