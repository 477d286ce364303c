"""Which columns a grid shows: as many as there is room for, or those that were chosen.

Rule: the browser keeps the choice, for it is about that screen.
"""

from typing import Any

from nicegui import ui

from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.nice import attribute


def column_choice(name: str, columns: list[dict[str, Any]]) -> None:
    """A menu with a box for each column.

    Args:
        name: The grid's.
        columns: Made by `grids.column`.
    """
    with box("menu", "details"):
        text("Columns", "button", "summary")
        with box("menu-body").props('role="group" aria-label="Columns that are shown"'):
            for each in columns:
                field = str(each["field"])
                with box("field", "label"):
                    shown = ui.element("input").props('type="checkbox"')
                    attribute(shown, "data-column", f"{name} {field}")
                    shown.on("change", js_handler=_choose(name, field))
                    text(str(each["headerName"]), tag="span")
            back = text("As many as fit", "button", "button").props('type="button"')
            back.on("click", js_handler=f"() => console_page.choose('{name}')")


def _choose(name: str, field: str) -> str:
    return f"event => console_page.choose('{name}', '{field}', event.target.checked)"
