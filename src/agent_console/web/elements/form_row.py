"""A line of a form: words and a field."""

from collections.abc import Callable
from typing import Any, TypeVar

from nicegui import ui

from agent_console.web.elements.boxes import text
from agent_console.web.elements.nice import follow_value

Field = TypeVar("Field", bound=ui.element)


def form_row(
    words: str,
    field: Field,
    when: tuple[ui.element, Callable[[Any], bool]] | None = None,
) -> Field:
    """Put a field that was just made behind its words.

    Args:
        words: What is asked for.
        field: Where it is written.
        when: Shown only while the value of this other field is such a one.
    """
    label = text(words, "field", "label")
    label.move(target_index=-1)
    field.props(f'dense outlined aria-label="{words}"')
    field.move(target_index=-1)
    if when is not None:
        chooser, holds = when
        for each in (label, field):
            follow_value(each, chooser, holds)
    return field
