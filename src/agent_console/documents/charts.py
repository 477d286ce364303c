"""Charts as SVG, to stand in a page: no script, nothing that is fetched, the same each time.

Rule: only this module knows pygal.
"""

import sys
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

from agent_console.documents.contents import Day
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports.calendar import iso

# Importing pygal leaves a finder of its plugins behind that Python 3.11 warns of at every later
# import of the program; there are no plugins here.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

MODELS = 5
"""More of them are one."""

COLOURS = ("#2f5d8a", "#e08e45", "#5a9367", "#9b5d8f", "#c2b04a", "#9aa0a6")
FONT = "sans-serif"
_MANY_DAYS = 16
_WIDTH, _HEIGHT = 900, 300


def by_day(days: Sequence[Day]) -> str:
    """Dollars of each day, one on another by model, the dearest model first."""
    names, others = _dearest(days)
    chart = pygal.StackedBar(
        width=_WIDTH,
        height=_HEIGHT,
        style=_style(),
        js=[],
        disable_xml_declaration=True,
        explicit_size=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=max(1, min(3, len(names) + bool(others))),
        legend_box_size=10,
        truncate_legend=40,
        truncate_label=-1,
        margin=8,
        spacing=6,
        show_minor_x_labels=False,
        x_labels_major_every=1 + len(days) // _MANY_DAYS,
        value_formatter=_dollars,
        no_data_text="Nothing was used",
        tooltip_border_radius=0,
        print_values=False,
    )
    chart.uuid = "by-day"
    chart.x_labels = [iso(day.day)[5:] for day in days]
    for name in names:
        chart.add(name, [_usd(day, {name}) for day in days])
    if others:
        chart.add(f"{len(others)} others", [_usd(day, others) for day in days])
    chart.add_xml_filter(_plain)
    return chart.render()


def _dearest(days: Sequence[Day]) -> tuple[list[str], set[str]]:
    """The dearest models, and the others that cost something."""
    costs: dict[str, int] = {}
    for day in days:
        for name, sums in day.models.items():
            if sums.cost_pico:
                costs[name] = costs.get(name, 0) + sums.cost_pico
    names = sorted(costs, key=lambda name: (-costs[name], name))
    most = MODELS if len(names) > MODELS + 1 else len(names)
    return names[:most], set(names[most:])


def _usd(day: Day, names: set[str]) -> float:
    found = (sums.cost_pico or 0 for name, sums in day.models.items() if name in names)
    return sum(found) / PICO_PER_USD


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"


def _style() -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#444",
        foreground_strong="#222",
        foreground_subtle="#999",
        opacity="1",
        opacity_hover="1",
        transition="0s",
        colors=COLOURS,
        font_family=FONT,
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
        no_data_font_size=20,
        guide_stroke_color="#ddd",
        major_guide_stroke_color="#ddd",
    )


def _plain(root: Any) -> Any:
    """Without scripts, and without comments that tell when and by what it was drawn."""
    root.set("role", "img")
    root.set("aria-label", "Cost by day")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag is ET.Comment or str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root
