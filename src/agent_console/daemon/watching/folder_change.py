"""What is told of watched folders, whoever watches them."""

from pathlib import Path

from msgspec import Struct


class FolderChange(Struct, frozen=True):
    """What happened.

    Attributes:
        folder: One of the watched folders.
        names: Files that appeared, changed or went; empty means: look at all of it.
    """

    folder: Path
    names: frozenset[str] = frozenset()
