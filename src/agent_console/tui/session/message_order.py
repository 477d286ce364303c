"""Where a person is in a list of messages that changes under them.

Rule: the message they look at stays where it is on the screen; who is at the end stays at the end.
"""

from collections.abc import Sequence

from msgspec import Struct

from agent_console.usage.reports.session_messages import Message


class Standing(Struct, frozen=True):
    """Rows by number.

    Attributes:
        cursor: Where the cursor is.
        top: The first row on the screen.
    """

    cursor: int
    top: int


def moved(
    before: Sequence[Message], after: Sequence[Message], standing: Standing, rows_on_screen: int
) -> Standing:
    """Where they are in the list as it is now.

    Args:
        before: The list until now.
        after: The list from now on.
        standing: Where they were.
        rows_on_screen: How many rows there is room for.
    """
    last = len(after) - 1
    if not before or standing.cursor >= len(before) - 1:
        return Standing(max(0, last), max(0, len(after) - rows_on_screen))
    places = _Places(before, after)
    top = places.of(standing.top)
    return Standing(
        max(0, min(last, places.of(standing.cursor))),
        max(0, min(len(after) - rows_on_screen, top)),
    )


class _Places:
    """Finds rows of one list in another."""

    def __init__(self, before: Sequence[Message], after: Sequence[Message]) -> None:
        self._before = before
        self._after = after
        self._numbers: dict[str, int] | None = None

    def of(self, row: int) -> int:
        """The row that holds the same message; the same number when none does."""
        if not 0 <= row < len(self._before):
            return row
        key = self._before[row].key
        if row < len(self._after) and self._after[row].key == key:
            return row
        if self._numbers is None:
            self._numbers = {message.key: number for number, message in enumerate(self._after)}
        return self._numbers.get(key, row)
