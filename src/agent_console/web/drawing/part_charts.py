"""Charts that set projects or models beside each other, as ECharts draws them.

Rule: options only; how they look is web/drawing/chart_style.py's. The parts stand in the order of
the keys that belong to them, so that a click on one is known by its number.
"""

from typing import Any

from agent_console.board.charts import Bars
from agent_console.model.format import share
from agent_console.model.palette import Role
from agent_console.web.drawing import chart_style as style
from agent_console.web.elements.themes import Ink


def donut(found: Bars, total: str, ink: Ink) -> dict[str, Any]:
    """Shares of the cost.

    Args:
        found: The parts, none of nothing.
        total: What they come to, in words.
        ink: The theme.
    """
    colours = style.part_colours(found.keys, ink)
    common = style.common(ink, style.DOLLARS)
    whole = sum(found.cost)
    return {
        **common,
        "tooltip": {**common["tooltip"], "trigger": "item"},
        "legend": {**style.long_legend(ink), "top": "bottom"},
        "title": {
            "text": total,
            "left": "center",
            "top": "39%",
            "textStyle": {"color": ink.ground.text, "fontSize": 19, "fontWeight": 600},
        },
        "series": [
            {
                "type": "pie",
                "radius": ["48%", "76%"],
                "center": ["50%", "44%"],
                "padAngle": 1,
                "cursor": "pointer",
                "data": [
                    {
                        "name": name,
                        "value": round(value, 4),
                        "itemStyle": {"color": colour},
                        "label": {
                            "color": ink.ground.background,
                            "formatter": share(value, whole),
                        },
                    }
                    for name, value, colour in zip(found.names, found.cost, colours, strict=True)
                ],
                "minShowLabelAngle": 20,
                "label": {"position": "inside", "fontSize": 11},
                "labelLine": {"show": False},
            }
        ],
    }


def classes_by_name(names: list[str], values: dict[Role, list[int]], ink: Ink) -> dict[str, Any]:
    """Tokens by class, side by side for each name; the scale is logarithmic."""
    across = {
        "color": ink.quiet,
        "width": 110,
        "overflow": "truncate",
        "interval": 0,
        "hideOverlap": False,
    }
    slanting = {"xAxis": {"axisLabel": {"rotate": 32, "width": 84}}}
    straight = {"xAxis": {"axisLabel": {"rotate": 0, "width": 110}}}
    wide, narrow = style.under_two_lines(40)
    return {
        **style.common(ink, style.COUNT),
        "legend": style.legend(ink),
        "grid": style.grid(top=40),
        "xAxis": {**style.names(names, ink), "axisLabel": across},
        "yAxis": {**style.tokens(ink), "type": "log", "min": 1, "logBase": 10},
        "media": [
            {**wide, "option": wide["option"] | straight},
            {**narrow, "option": narrow["option"] | slanting},
        ],
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": [each or None for each in values[role]],
                "color": ink(role),
                "barMaxWidth": 20,
            }
            for role, name in style.CLASSES
        ],
    }


def session_shares(
    names: list[str], keys: list[str], counts: list[int], total: int, ink: Ink
) -> dict[str, Any]:
    """In how many of all sessions each has part; one session may have several.

    Args:
        names: Of the parts.
        keys: Of the parts.
        counts: Sessions of each.
        total: All sessions.
        ink: The theme.
    """
    words = [f"{share(count, total)} · {count:,}" for count in counts]
    return {
        **style.common(ink, style.COUNT),
        "grid": style.grid(top=4, right=84),
        "xAxis": {"type": "value", "min": 0, "max": max(total, 1), "show": False},
        "yAxis": {
            **style.names(names, ink),
            "inverse": True,
            "axisLabel": {"color": ink.ground.text, "width": 110, "overflow": "truncate"},
            "axisLine": {"show": False},
        },
        "series": [
            {
                "type": "bar",
                "name": "Sessions",
                "data": [
                    {
                        "value": count,
                        "itemStyle": {"color": colour},
                        "label": {"formatter": said},
                    }
                    for count, colour, said in zip(
                        counts, style.part_colours(keys, ink), words, strict=True
                    )
                ],
                "itemStyle": {"borderRadius": [0, 3, 3, 0]},
                "showBackground": True,
                "backgroundStyle": {"color": ink.ground.panel},
                "barMaxWidth": 22,
                "label": {"show": True, "position": "right", "color": ink.ground.text},
            }
        ],
    }
