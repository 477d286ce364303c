"""Display names: the folder's name, with as much of its parents as tells two folders apart.

Rule: two sessions of one folder share a name; two folders never do. A session without a folder, or
in the root folder, goes by the first characters of its id.
"""

from collections import Counter
from typing import TypeAlias

Folder: TypeAlias = tuple[str, ...]
"""A path's parts; the first one is empty when the path is absolute."""


def folder_of(working_dir: str | None) -> Folder:
    """The folder a path means, however many slashes it is written with; empty for none."""
    if not working_dir:
        return ()
    parts = tuple(part for part in working_dir.split("/") if part)
    return ("", *parts) if working_dir.startswith("/") else parts


class FolderNames:
    """The folders of all sessions on the board, and how each is called."""

    def __init__(self) -> None:
        self._alike: dict[str, dict[Folder, int]] = {}
        """Last part → folder → how many sessions are there."""
        self._names: dict[Folder, str] = {}

    def enter(self, working_dir: str | None) -> bool:
        """A session came to a folder; whether other folders may now be called otherwise."""
        folder = folder_of(working_dir)
        if not folder:
            return False
        alike = self._alike.setdefault(folder[-1], {})
        alike[folder] = alike.get(folder, 0) + 1
        if alike[folder] > 1:
            return False
        self._name(alike)
        return len(alike) > 1

    def leave(self, working_dir: str | None) -> bool:
        """A session left a folder; whether other folders may now be called otherwise."""
        folder = folder_of(working_dir)
        if not folder:
            return False
        alike = self._alike[folder[-1]]
        alike[folder] -= 1
        if alike[folder] > 0:
            return False
        del alike[folder]
        del self._names[folder]
        if not alike:
            del self._alike[folder[-1]]
            return False
        self._name(alike)
        return True

    def name(self, working_dir: str | None, session_id: str) -> str:
        """The shortest end of the path that no other folder shares."""
        return self._names.get(folder_of(working_dir)) or session_id[:8]

    def _name(self, alike: dict[Folder, int]) -> None:
        shared = Counter(
            folder[-length:] for folder in alike for length in range(1, len(folder) + 1)
        )
        for folder in alike:
            endings = (folder[-length:] for length in range(1, len(folder) + 1))
            ending = next((ending for ending in endings if shared[ending] == 1), folder)
            self._names[folder] = "/".join(ending)
