"""Charts as ECharts draws them, from the series that the terminal draws too.

Rule: texts in a chart are drawn, never markup: hover texts are `richText`, which draws them on the
canvas. No text of a session is a key, only a value.
"""

from datetime import date, timedelta
from typing import Any

from nicegui import ui

from agent_console.board.charts import Bars, Series
from agent_console.model.palette import Role
from agent_console.web.nice import options_of
from agent_console.web.themes import Ink

CLASSES: tuple[tuple[Role, str], ...] = (
    ("input", "Input"),
    ("output", "Output"),
    ("cache_write", "Cache write"),
    ("cache_read", "Cache read"),
)
_DOLLARS = (
    "v => '$' + (v >= 1000 ? (v / 1000).toFixed(1) + 'k' : v >= 10 || v === 0 ? v.toFixed(0) : "
    "v.toFixed(2))"
)
_TOKENS = (
    "v => v >= 1e9 ? (v / 1e9).toFixed(1) + 'B' : v >= 1e6 ? (v / 1e6).toFixed(1) + 'M' : "
    "v >= 1e3 ? (v / 1e3).toFixed(0) + 'k' : v"
)
_ANY = "v => v == null ? '' : v.toLocaleString('en-US', {maximumFractionDigits: 2})"
MODELS: tuple[Role, ...] = ("input", "attention", "cache_write", "output", "question", "cost")


def put(chart: ui.echart, options: dict[str, Any]) -> None:
    """Have a chart show something else."""
    known = options_of(chart)
    known.clear()
    known.update(options)
    chart.update()


def week(days: list[str], usd: list[float], ink: Ink) -> dict[str, Any]:
    """Seven days of dollars."""
    return {
        **_common(ink),
        "grid": {"left": 8, "right": 12, "top": 10, "bottom": 4, "containLabel": True},
        "xAxis": _names([day[5:] for day in days], ink),
        "yAxis": _dollars(ink),
        "series": [
            {
                "type": "bar",
                "name": "Cost",
                "data": [round(each, 4) for each in usd],
                "itemStyle": {"color": ink("cost"), "borderRadius": [3, 3, 0, 0]},
                "barMaxWidth": 46,
            }
        ],
    }


def over_time(series: Series, ink: Ink, *, stacked: bool) -> dict[str, Any]:
    """Tokens by class on the left axis, dollars on the right one."""
    drawn: list[dict[str, Any]] = []
    values = (series.input, series.output, series.cache_write, series.cache_read)
    for (role, name), counts in zip(CLASSES, values, strict=True):
        drawn.append(
            {
                "type": "bar" if stacked else "line",
                "name": name,
                "data": counts,
                "color": ink(role),
                "symbol": "none",
                "lineStyle": {"width": 2},
                "barMaxWidth": 40,
                "itemStyle": {"opacity": 0.85},
                **({"stack": "tokens"} if stacked else {}),
            }
        )
    drawn.append(
        {
            "type": "line",
            "name": "Cost",
            "yAxisIndex": 1,
            "data": [round(each, 4) for each in series.cost],
            "color": ink("cost"),
            "symbolSize": 6,
            "lineStyle": {"width": 2.5},
            "z": 5,
        }
    )
    return {
        **_common(ink),
        "legend": _legend(ink),
        "grid": {"left": 8, "right": 8, "top": 44, "bottom": 46, "containLabel": True},
        "dataZoom": [
            {"type": "inside"},
            {
                "type": "slider",
                "height": 18,
                "bottom": 8,
                "borderColor": ink.ground.panel,
                "fillerColor": f"{ink('input')}33",
                "textStyle": {"color": ink.quiet},
            },
        ],
        "xAxis": _names(series.labels, ink),
        "yAxis": [{**_tokens(ink), "name": "tokens"}, {**_dollars(ink), "name": "cost"}],
        "series": drawn,
    }


def cost_bars(found: Bars, ink: Ink) -> dict[str, Any]:
    """Dollars by name, the most on top."""
    return {
        **_common(ink),
        "grid": {"left": 8, "right": 66, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {**_dollars(ink), "type": "value", "axisLabel": {"show": False}},
        "yAxis": {
            **_names(found.names, ink),
            "inverse": True,
            "axisLabel": {"color": ink.ground.text, "width": 150, "overflow": "truncate"},
        },
        "series": [
            {
                "type": "bar",
                "name": "Cost",
                "data": [round(each, 4) for each in found.cost],
                "itemStyle": {"color": ink("cost"), "borderRadius": [0, 3, 3, 0]},
                "barMaxWidth": 22,
                "label": {
                    "show": True,
                    "position": "right",
                    "color": ink.ground.text,
                    ":formatter": "p => '$' + p.value.toFixed(2)",
                },
            }
        ],
    }


def donut(found: Bars, ink: Ink) -> dict[str, Any]:
    """Shares of the cost by name."""
    colours = [ink(MODELS[number % len(MODELS)]) for number in range(len(found.names))]
    return {
        **_common(ink),
        "tooltip": {**_hover(ink), "trigger": "item", ":valueFormatter": "v => '$' + v.toFixed(2)"},
        "legend": {**_legend(ink), "type": "scroll", "top": "bottom"},
        "series": [
            {
                "type": "pie",
                "radius": ["48%", "72%"],
                "center": ["50%", "44%"],
                "padAngle": 1,
                "data": [
                    {"name": name, "value": round(value, 4), "itemStyle": {"color": colour}}
                    for name, value, colour in zip(found.names, found.cost, colours, strict=True)
                    if value > 0
                ],
                "label": {"show": False},
            }
        ],
    }


def classes_by_name(names: list[str], values: dict[Role, list[int]], ink: Ink) -> dict[str, Any]:
    """Tokens by class, side by side for each name."""
    return {
        **_common(ink),
        "legend": _legend(ink),
        "grid": {"left": 8, "right": 12, "top": 40, "bottom": 4, "containLabel": True},
        "xAxis": {
            **_names(names, ink),
            "axisLabel": {"color": ink.quiet, "width": 110, "overflow": "truncate", "interval": 0},
        },
        "yAxis": {**_tokens(ink), "type": "log", "min": 1, "logBase": 10},
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": [each or None for each in values[role]],
                "color": ink(role),
                "barMaxWidth": 20,
            }
            for role, name in CLASSES
        ],
    }


def areas(labels: list[str], series: list[tuple[str, list[float]]], ink: Ink) -> dict[str, Any]:
    """Dollars over time, one layer for each name."""
    return {
        **_common(ink),
        "legend": {**_legend(ink), "type": "scroll"},
        "grid": {"left": 8, "right": 12, "top": 44, "bottom": 4, "containLabel": True},
        "xAxis": {**_names(labels, ink), "boundaryGap": False},
        "yAxis": _dollars(ink),
        "series": [
            {
                "type": "line",
                "name": name,
                "stack": "cost",
                "data": [round(each, 4) for each in values],
                "color": ink(MODELS[number % len(MODELS)]),
                "areaStyle": {"opacity": 0.55},
                "symbol": "none",
                "lineStyle": {"width": 1},
            }
            for number, (name, values) in enumerate(series)
        ],
    }


def rates(
    labels: list[str], percents: list[float | None], ink: Ink, *, goal: float
) -> dict[str, Any]:
    """A rate in percent over time, with the goal; nothing where nothing is known."""
    return {
        **_common(ink),
        "grid": {"left": 8, "right": 12, "top": 14, "bottom": 4, "containLabel": True},
        "xAxis": _names(labels, ink),
        "yAxis": {**_axis(ink, "v => v + '%'"), "min": 0, "max": 100, "interval": 25},
        "series": [
            {
                "type": "line",
                "name": "Cache hit rate",
                "data": percents,
                "color": ink("cache_read"),
                "connectNulls": True,
                "symbolSize": 5,
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "lineStyle": {"color": ink("output"), "type": "dashed"},
                    "label": {
                        "formatter": f"goal {goal:g}%",
                        "position": "insideEndTop",
                        "color": ink("output"),
                    },
                    "data": [{"yAxis": goal}],
                },
            }
        ],
    }


def _common(ink: Ink) -> dict[str, Any]:
    return {
        "animationDuration": 250,
        "backgroundColor": "transparent",
        "textStyle": {"color": ink.ground.text, "fontFamily": "system-ui, sans-serif"},
        "tooltip": {**_hover(ink), "trigger": "axis"},
        "aria": {"enabled": True},
    }


def _hover(ink: Ink) -> dict[str, Any]:
    return {
        "renderMode": "richText",
        "confine": True,
        "backgroundColor": ink.ground.panel,
        "borderColor": ink.quiet,
        "textStyle": {"color": ink.ground.text},
        ":valueFormatter": _ANY,
    }


def _legend(ink: Ink) -> dict[str, Any]:
    return {
        "top": 4,
        "textStyle": {"color": ink.ground.text},
        "inactiveColor": ink.quiet,
        "icon": "roundRect",
        "itemWidth": 14,
        "itemHeight": 10,
        "pageTextStyle": {"color": ink.quiet},
        "pageIconColor": ink.quiet,
    }


def _names(names: list[str], ink: Ink) -> dict[str, Any]:
    return {
        "type": "category",
        "data": names,
        "axisLabel": {"color": ink.quiet, "hideOverlap": True},
        "axisLine": {"lineStyle": {"color": ink.quiet}},
        "axisTick": {"show": False},
    }


def _axis(ink: Ink, formatter: str) -> dict[str, Any]:
    return {
        "type": "value",
        "splitNumber": 4,
        "axisLabel": {"color": ink.quiet, ":formatter": formatter},
        "nameTextStyle": {"color": ink.quiet},
        "splitLine": {"lineStyle": {"color": ink.ground.panel}},
    }


def _dollars(ink: Ink) -> dict[str, Any]:
    return _axis(ink, _DOLLARS)


def _tokens(ink: Ink) -> dict[str, Any]:
    return _axis(ink, _TOKENS)


def days_between(first: str, last: str) -> list[str]:
    """Every day from one to another, both included, as `2026-11-20`."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [f"{start + timedelta(days=number)}" for number in range((end - start).days + 1)]


def with_days(drawn: Series, days: list[str]) -> Series:
    """The same with a point for each of these days; nothing was used on the others."""
    place = {label: number for number, label in enumerate(drawn.labels)}

    def counts(values: list[int]) -> list[int]:
        return [values[place[day]] if day in place else 0 for day in days]

    cost = [drawn.cost[place[day]] if day in place else 0.0 for day in days]
    return Series(
        days, counts(drawn.input), counts(drawn.output), counts(drawn.cache_write),
        counts(drawn.cache_read), cost,
    )  # fmt: skip
