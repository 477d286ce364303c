"""How every chart looks: axes, legend, what is said on hovering.

Rule: no NiceGUI here. Texts in a chart are drawn, never markup: hover texts are `richText`, which
draws them on the canvas. No text of a session is a key or a piece of script, only a value.
"""

from typing import Any

from agent_console.model.palette import Role
from agent_console.web.elements.themes import Ink

CLASSES: tuple[tuple[Role, str], ...] = (
    ("input", "Input"),
    ("output", "Output"),
    ("cache_write", "Cache write"),
    ("cache_read", "Cache read"),
)
NARROW = 520
"""In pixels; in a chart that is not wider the legend takes two lines."""

_PARTS: tuple[Role, ...] = ("input", "attention", "cache_write", "output", "question", "cost")
_AXIS_DOLLARS = (
    "v => '$' + (v >= 1000 ? (v / 1000).toFixed(1) + 'k' : v >= 10 || Number.isInteger(v) ? "
    "v.toFixed(0) : v.toFixed(2))"
)
_AXIS_TOKENS = (
    "v => v >= 1e9 ? (v / 1e9).toFixed(1) + 'B' : v >= 1e6 ? (v / 1e6).toFixed(1) + 'M' : "
    "v >= 1e3 ? (v / 1e3).toFixed(0) + 'k' : v"
)
COUNT = "v => v == null ? '-' : v.toLocaleString('en-US', {maximumFractionDigits: 0})"
DOLLARS = (
    "v => v == null ? '-' : '$' + v.toLocaleString('en-US', "
    "{minimumFractionDigits: 2, maximumFractionDigits: v && v < 0.1 ? 4 : 2})"
)
PERCENT = "v => v == null ? '-' : v.toFixed(1) + '%'"
"""How a value is put when one hovers over it."""


def part_colours(keys: list[str], ink: Ink) -> list[str]:
    """A colour for each part, the same in every chart of it; what is left over is grey.

    Args:
        keys: Of the parts, the most expensive first; empty for what is left over.
        ink: The theme.
    """
    colours = [ink(_PARTS[number % len(_PARTS)]) for number in range(len(keys))]
    return [colour if key else ink.quiet for key, colour in zip(keys, colours, strict=True)]


def common(ink: Ink, value: str) -> dict[str, Any]:
    """What every chart has.

    Args:
        ink: The theme.
        value: How a value is put when one hovers over it.
    """
    return {
        "animationDuration": 250,
        "backgroundColor": "transparent",
        "textStyle": {"color": ink.ground.text, "fontFamily": "system-ui, sans-serif"},
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "confine": True,
            "backgroundColor": ink.ground.panel,
            "borderColor": ink.quiet,
            "textStyle": {"color": ink.ground.text},
            ":valueFormatter": value,
        },
    }


def grid(*, top: int = 14, right: int = 14, bottom: int = 4) -> dict[str, Any]:
    """Where the axes are, in pixels from the borders."""
    return {"left": 8, "right": right, "top": top, "bottom": bottom, "containLabel": True}


def under_two_lines(top: int) -> list[dict[str, Any]]:
    """In a narrow chart the axes begin so many pixels lower, under two lines of legend."""
    return [
        {"query": {"minWidth": NARROW + 1}, "option": {"grid": {"top": top}}},
        {"query": {"maxWidth": NARROW}, "option": {"grid": {"top": top + 22}}},
    ]


def zoom(ink: Ink) -> list[dict[str, Any]]:
    """Dragging moves along the time, Ctrl and the wheel or two fingers zoom, handles do both.

    The wheel alone goes on scrolling the page.
    """
    quiet = {"lineStyle": {"color": ink.quiet}, "areaStyle": {"color": ink.quiet}}
    return [
        {"type": "inside", "zoomOnMouseWheel": "ctrl", "moveOnMouseWheel": False},
        {
            "type": "slider",
            "height": 18,
            "bottom": 8,
            "borderColor": ink.ground.panel,
            "fillerColor": f"{ink('input')}33",
            "dataBackground": quiet,
            "selectedDataBackground": quiet,
            "handleStyle": {"color": ink.ground.surface, "borderColor": ink.quiet},
            "moveHandleStyle": {"color": ink.quiet, "opacity": 0.4},
            "textStyle": {"color": ink.quiet},
        },
    ]


def legend(ink: Ink) -> dict[str, Any]:
    """Names with their colours; a click takes one away and brings it back."""
    return {
        "top": 4,
        "textStyle": {"color": ink.ground.text},
        "inactiveColor": ink.quiet,
        "icon": "roundRect",
        "itemWidth": 14,
        "itemHeight": 10,
        "pageTextStyle": {"color": ink.quiet},
        "pageIconColor": ink.ground.text,
        "pageIconInactiveColor": ink.quiet,
    }


def long_legend(ink: Ink) -> dict[str, Any]:
    """One line with names that are not ours: long ones are cut, many ones are paged."""
    return {
        **legend(ink),
        "type": "scroll",
        "textStyle": {"color": ink.ground.text, "width": 150, "overflow": "truncate"},
    }


def names(labels: list[str], ink: Ink) -> dict[str, Any]:
    """An axis of names or days."""
    return {
        "type": "category",
        "data": labels,
        "axisLabel": {"color": ink.quiet, "hideOverlap": True},
        "axisLine": {"lineStyle": {"color": ink.quiet}},
        "axisTick": {"show": False},
    }


def dollars(ink: Ink) -> dict[str, Any]:
    """An axis of dollars."""
    return _axis(ink, _AXIS_DOLLARS)


def tokens(ink: Ink) -> dict[str, Any]:
    """An axis of tokens."""
    return _axis(ink, _AXIS_TOKENS)


def percents(ink: Ink) -> dict[str, Any]:
    """An axis from nothing to everything."""
    return {**_axis(ink, "v => v + '%'"), "min": 0, "max": 100, "interval": 25}


def _axis(ink: Ink, formatter: str) -> dict[str, Any]:
    return {
        "type": "value",
        "splitNumber": 4,
        "axisLabel": {"color": ink.quiet, ":formatter": formatter},
        "nameTextStyle": {"color": ink.quiet},
        "splitLine": {"lineStyle": {"color": ink.ground.panel}},
    }
