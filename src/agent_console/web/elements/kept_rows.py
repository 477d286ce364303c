"""Rows that stay the same elements for as long as what they stand for is there.

Rule: what is there is changed, never made anew. An element that is replaced loses the keyboard's
focus, and a click on it when that happens between press and release.
"""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from nicegui import ui

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)


class Row(Protocol[Item_contra]):
    """One of them.

    Attributes:
        element: All of it.
    """

    element: ui.element

    def draw(self, item: Item_contra, /) -> None:
        """Show what is known of it now."""


class KeptRows(Generic[Item]):
    """Rows in an element that holds nothing else.

    Args:
        around: The element.
        make: Makes an empty row in the element that is open.
    """

    def __init__(self, around: ui.element, make: Callable[[], Row[Item]]) -> None:
        self._around = around
        self._make = make
        self._rows: dict[str, Row[Item]] = {}

    def show(self, items: Iterable[tuple[str, Item]]) -> None:
        """Have a row for each of these, in this order.

        Args:
            items: With a name for each that stays the same.
        """
        wanted = dict(items)
        for key in self._rows.keys() - wanted.keys():
            self._rows.pop(key).element.delete()
        for place, (key, item) in enumerate(wanted.items()):
            if key not in self._rows:
                with self._around:
                    self._rows[key] = self._make()
            row = self._rows[key]
            row.draw(item)
            if self._around.default_slot.children[place] is not row.element:
                row.element.move(target_index=place)
