"""The bar that narrows a page; every choice is an address."""

from typing import Any

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import (
    NAMED,
    RANGES,
    STEPS,
    Filters,
    name_choices,
    nothing_advice,
    short_name,
)
from agent_console.web.elements.boxes import box, empty, text
from agent_console.web.elements.nice import attribute, set_choices, soon
from agent_console.web.elements.once import ahead
from agent_console.web.elements.troubles import within


def filter_bar(console: Console, path: str, filters: Filters, *, steps: bool = False) -> None:
    """The bar.

    Args:
        console: What pages share.
        path: The page's own.
        filters: What it is about now.
        steps: It has days, weeks and months to choose from.
    """
    with box("tools").props('role="group" aria-label="Filter"'):
        _segments("Range", [
            (words, filters.address(path, last=last, since="", until=""),
             filters.last == last and not (filters.since or filters.until))
            for last, words in RANGES
        ])  # fmt: skip
        if steps:
            _segments("Step", [
                (words, filters.address(path, by=name), filters.by == name)
                for name, words in STEPS
            ])  # fmt: skip
        with box("days"):
            for name, words in (("since", "From"), ("until", "To")):
                _day(path, filters, name, words)
        for kind in NAMED:
            _NameChoice(console, path, filters, kind)


def nothing_used(filters: Filters) -> ui.element:
    """What stands there when nothing was used in this view; hidden until then."""
    found = empty("Nothing was used in this range", *nothing_advice(filters))
    found.set_visibility(False)
    return found


def _segments(label: str, links: list[tuple[str, str, bool]]) -> None:
    with box("segments").props(f'role="group" aria-label="{label}"'):
        for words, address, here in links:
            link = ui.link(words, address)
            if here:
                link.props('aria-current="true"')


def _day(path: str, filters: Filters, name: str, words: str) -> None:
    with box("field", "label"):
        text(words, tag="span")
        given = ui.element("input").classes("plain").props('type="date"')
        attribute(given, "value", getattr(filters, name))
        given.on(
            "change",
            lambda event: ui.navigate.to(filters.on(name, str(event.args or "")).address(path)),
            js_handler="event => emit(event.target.value)",
        )


class _NameChoice:
    """One project, or one model."""

    def __init__(self, console: Console, path: str, filters: Filters, kind: str) -> None:
        self._console = console
        self._path = path
        self._filters = filters
        self._kind = kind
        now: str = getattr(filters, kind)
        everything = f"All {kind}s"
        self._select = (
            ui.select({"": everything, **({now: short_name(now, kind)} if now else {})}, value=now)
            .props(f'dense outlined options-dense aria-label="{kind}"')
            .style("min-width: 150px; max-width: 260px")
        )
        self._everything = everything
        self._select.on_value_change(self._choose)
        ahead(self._names)
        soon(self._read)

    def _choose(self, event: ValueChangeEventArguments[Any]) -> None:
        now = getattr(self._filters, self._kind)
        if event.value is not None and event.value != now:
            ui.navigate.to(self._filters.address(self._path, **{self._kind: str(event.value)}))

    async def _names(self) -> dict[int, str]:
        return await self._console.names(f"{self._kind}_no")

    async def _read(self) -> None:
        found = await within(self._names())
        options = {"": self._everything} | name_choices((found or {}).values(), self._kind)
        now: str = getattr(self._filters, self._kind)
        if now and now not in options:
            options[now] = short_name(now, self._kind)
        set_choices(self._select, options, now)
