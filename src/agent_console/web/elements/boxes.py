"""Boxes and texts, of which every page is built.

Rule: a text is shown as it is, through elements that take it as one; nothing here makes HTML of it.
"""

from collections.abc import Generator
from contextlib import contextmanager

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def text(words: str, classes: str = "", tag: str = "div") -> TextElement:
    """A text in an element of its own, shown as it is."""
    return TextElement(tag=tag, text=words).classes(classes)


def put(label: TextElement, words: str) -> None:
    """Have a text say something else, when it does not say that already."""
    if label.text != words:
        label.set_text(words)


def box(classes: str, tag: str = "div") -> ui.element:
    """An element for others."""
    return ui.element(tag).classes(classes)


@contextmanager
def card(title: str, more: tuple[str, str] | None = None) -> Generator[ui.element]:
    """A titled box.

    Args:
        title: Its heading.
        more: A link beside it: words and address.
    """
    with box("card", "section") as around:
        with box("", "h2"):
            text(title, tag="span")
            if more is not None:
                ui.link(more[0], more[1])
        with box("panel-body") as body:
            yield body
    del around


def empty(heading: str, *lines: str) -> ui.element:
    """What stands where there is nothing yet, and what to do about it."""
    with box("empty") as around:
        text(heading, tag="b")
        for line in lines:
            before, _, rest = line.partition("`")
            command, _, after = rest.partition("`")
            with box("", "span"):
                text(before, tag="span")
                if command:
                    text(command, tag="code")
                    text(after, tag="span")
    return around
