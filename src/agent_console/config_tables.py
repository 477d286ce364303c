"""Arrays of tables in the configuration (`[[prices.models]]` and the like), which it checks alike.

Rule: an entry that is wrong is an error with its number; a key that is unknown is only told.
"""

from collections.abc import Callable, Collection
from typing import TypeVar, cast

Entry = TypeVar("Entry")


def entries(value: object, checked: Callable[[dict[str, object], int], Entry]) -> tuple[Entry, ...]:
    """The entries of an array of tables.

    Args:
        value: What the file says.
        checked: Makes an entry of a table and its number, from 1.

    Raises:
        ValueError: It is no list of tables.
        ConfigError: As `checked` says.
    """
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 - every value that is not allowed is one
    found = cast("list[object]", value)
    tables = [cast("dict[str, object]", entry) for entry in found if isinstance(entry, dict)]
    if len(tables) != len(found):
        raise ValueError
    return tuple(checked(table, number) for number, table in enumerate(tables, 1))


def unknown_keys(value: object, name: str, known: Collection[str]) -> list[str]:
    """Keys of entries that mean nothing to this version, as `table.name.key`."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [
        f"{name}.{key}"
        for entry in found
        if isinstance(entry, dict)
        for key in cast("dict[str, object]", entry)
        if key not in known
    ]
