"""What we use of NiceGUI that its types say too little of.

Rule: exceptions from the type checks for NiceGUI stand here.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, cast

from nicegui import background_tasks, ui


def when_gone(work: Callable[[], object]) -> None:
    """Have something done when the page that is being built is gone for good."""
    cast("Any", ui.context.client).on_delete(work)


def soon(work: Callable[[], Awaitable[None]]) -> None:
    """Have something done as soon as the page is connected, in the element that is open."""
    ui.timer(0, work, once=True)


def beside(work: Coroutine[Any, Any, None], name: str) -> None:
    """Have something done beside the page that is being built."""
    cast("Any", background_tasks).create(work, name=name)


def call(grid: ui.aggrid, method: str, *arguments: object) -> None:
    """Have a grid do something."""
    cast("Any", grid).run_grid_method(method, *arguments)


def attribute(element: ui.element, name: str, value: str) -> None:
    """Give an element an attribute, whatever characters it has."""
    cast("Any", element)._props[name] = value


def follow_value(element: ui.element, chooser: ui.element, holds: Callable[[Any], bool]) -> None:
    """Show an element while the value of another is such a one."""
    element.bind_visibility_from(chooser, "value", holds)


def set_choices(
    select: ui.select, options: Mapping[str, str], value: str | list[str] | None
) -> None:
    """Have a choice among these, value by words."""
    cast("Any", select).set_options(dict(options), value=value)


def options_of(chart: ui.echart) -> dict[str, Any]:
    """What a chart shows; to be changed in place."""
    return cast("dict[str, Any]", cast("Any", chart).options)
