"""Charts over time as ECharts draws them, from the series that the terminal draws too.

Rule: options only; how they look is web/drawing/chart_style.py's.
"""

from typing import Any

from agent_console.board.charts import Series
from agent_console.web.drawing import chart_style as style
from agent_console.web.drawing.parts import Lines
from agent_console.web.elements.themes import Ink

PLACES = 4
"""Of a dollar; what is drawn needs no more."""


def week(days: list[str], usd: list[float], ink: Ink) -> dict[str, Any]:
    """Seven days of dollars."""
    return {
        **style.common(ink, style.DOLLARS),
        "grid": style.grid(top=10),
        "xAxis": style.names([day[5:] for day in days], ink),
        "yAxis": style.dollars(ink),
        "series": [
            {
                "type": "bar",
                "name": "Cost",
                "data": [round(each, PLACES) for each in usd],
                "itemStyle": {"color": ink("cost"), "borderRadius": [3, 3, 0, 0]},
                "barMaxWidth": 46,
            }
        ],
    }


def over_time(series: Series, ink: Ink, *, stacked: bool) -> dict[str, Any]:
    """Tokens by class on the left axis, dollars on the right one."""
    drawn: list[dict[str, Any]] = []
    values = (series.input, series.output, series.cache_write, series.cache_read)
    for (role, name), counts in zip(style.CLASSES, values, strict=True):
        drawn.append(
            {
                "type": "bar" if stacked else "line",
                "name": name,
                "data": counts,
                "color": ink(role),
                "symbol": "none",
                "lineStyle": {"width": 2},
                "barMaxWidth": 40,
                **({"stack": "tokens"} if stacked else {}),
            }
        )
    drawn.append(
        {
            "type": "line",
            "name": "Cost",
            "yAxisIndex": 1,
            "data": [round(each, PLACES) for each in series.cost],
            "color": ink("cost"),
            "symbolSize": 6,
            "lineStyle": {"width": 2.5},
            "tooltip": {":valueFormatter": style.DOLLARS},
            "z": 5,
        }
    )
    return {
        **style.common(ink, style.COUNT),
        "legend": style.legend(ink),
        "grid": style.grid(top=52, right=8, bottom=46),
        "media": style.under_two_lines(52),
        "dataZoom": style.zoom(ink),
        "xAxis": style.names(series.labels, ink),
        "yAxis": [{**style.tokens(ink), "name": "tokens"}, {**style.dollars(ink), "name": "cost"}],
        "series": drawn,
    }


def lines(labels: list[str], found: Lines, ink: Ink) -> dict[str, Any]:
    """Dollars over time, a line for each name."""
    colours = style.part_colours(found.keys, ink)
    return {
        **style.common(ink, style.DOLLARS),
        "legend": style.long_legend(ink),
        "grid": style.grid(top=44, bottom=46),
        "dataZoom": style.zoom(ink),
        "xAxis": style.names(labels, ink),
        "yAxis": style.dollars(ink),
        "series": [
            {
                "type": "line",
                "name": name,
                "data": [round(each, PLACES) for each in values],
                "color": colour,
                "symbolSize": 5,
                "showSymbol": len(labels) == 1,
                "lineStyle": {"width": 2},
                "emphasis": {"focus": "series"},
            }
            for name, values, colour in zip(found.names, found.usd, colours, strict=True)
        ],
    }


def migration(
    labels: list[str], names: list[str], percents: list[list[float | None]], ink: Ink
) -> dict[str, Any]:
    """Shares of the cost over time, one upon the other, a layer for each name.

    Args:
        labels: Of the weeks or months.
        names: Of the layers, `others` last when it is there.
        percents: Of each layer, by week or month; null where nothing was spent.
        ink: The theme.
    """
    keys = [name if name != "others" else "" for name in names]
    return {
        **style.common(ink, style.PERCENT),
        "legend": style.long_legend(ink),
        "grid": style.grid(top=44, right=44),
        "xAxis": {**style.names(labels, ink), "boundaryGap": len(labels) == 1},
        "yAxis": style.percents(ink),
        "series": [
            {
                "type": "line",
                "name": name,
                "stack": "share",
                "data": values,
                "color": colour,
                "areaStyle": {"opacity": 0.6},
                "symbolSize": 5,
                "showSymbol": len(labels) == 1,
                "lineStyle": {"width": 1},
            }
            for name, values, colour in zip(
                names, percents, style.part_colours(keys, ink), strict=True
            )
        ],
    }


def rates(
    labels: list[str], percents: list[float | None], ink: Ink, *, goal: float
) -> dict[str, Any]:
    """A rate in percent over time, with the goal; nothing where nothing is known."""
    return {
        **style.common(ink, style.PERCENT),
        "grid": style.grid(),
        "xAxis": style.names(labels, ink),
        "yAxis": style.percents(ink),
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
