"""A chart in a page, and what a click in it means."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments, GenericEventArguments

from agent_console.web.elements.nice import options_of

KEYS = "With the focus on it: 1 to 9 take a line away or back, + and - zoom, arrows move."


def chart(
    label: str,
    *,
    size: str = "",
    picked: Callable[[int], None] | None = None,
    axis: Literal["x", "y"] = "x",
    pointed: Callable[[int], None] | None = None,
    keys: bool = False,
) -> ui.echart:
    """An empty chart.

    Args:
        label: What is to be seen in it, for those who do not see it.
        size: `small` or `tall`.
        picked: Called with the number of the day or name in whose column was clicked.
        axis: The axis of days or names.
        pointed: Called with the number of a slice that was clicked.
        keys: It takes the focus and KEYS.
    """
    found = ui.echart({}).classes(f"chart {size}").props('role="img"')
    found.props(f'aria-label="{label}"')
    if keys:
        found.classes("keys").props('tabindex="0"')
    if picked is not None:

        def pick(event: GenericEventArguments) -> None:
            picked(int(event.args))

        found.on("pick", pick)
        found.on(
            "chart:finished", js_handler=f"() => console_page.pick({found.id}, '{axis}')", args=[]
        )
    if pointed is not None:

        def point(event: EChartPointClickEventArguments) -> None:
            pointed(event.data_index)

        found.on_point_click(point)
    return found


def put(chart: ui.echart, options: dict[str, Any]) -> None:
    """Have a chart show something else."""
    known = options_of(chart)
    known.clear()
    known.update(options)
    chart.update()
