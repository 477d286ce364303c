"""Folders watched by inotify.

Rule: watching never has to be started again from outside. A folder that is not there yet is waited
for at its nearest parent, and every parent is watched for being moved or deleted; whenever that
happens all watches are placed anew and every folder is told as a whole.
"""

import errno
import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from inotify_simple import INotify, flags

from agent_console.daemon.watching.folder_change import FolderChange

_CONTENT = (
    flags.CREATE
    | flags.CLOSE_WRITE
    | flags.MODIFY
    | flags.MOVED_TO
    | flags.MOVED_FROM
    | flags.DELETE
)
_APPEARANCE = flags.CREATE | flags.MOVED_TO
_DISPLACED = flags.DELETE_SELF | flags.MOVE_SELF | flags.UNMOUNT | flags.Q_OVERFLOW
_EVERYWHERE = flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR | flags.MASK_ADD


class InotifyWatch:
    """A few folders, with all their parents.

    Raises:
        OSError: The system has no watches left (also raised by `read`).
    """

    def __init__(self, folders: list[Path]) -> None:
        self._inotify = INotify(nonblocking=True)
        self._wanted = folders
        self._descriptors: dict[Path, int] = {}
        self._content: dict[int, list[Path]] = {}
        self._awaited: dict[int, set[str]] = {}
        try:
            self._place()
        except OSError:
            self.close()
            raise

    def fileno(self) -> int:
        """For the event loop."""
        return self._inotify.fileno()

    def close(self) -> None:
        """End watching."""
        self._inotify.close()

    def read(self) -> list[FolderChange]:
        """What happened since the last call."""
        names: dict[Path, set[str]] = {}
        displaced = False
        current = set(self._descriptors.values())
        for event in self._inotify.read(timeout=0):
            if event.wd not in current and not event.mask & flags.Q_OVERFLOW:
                continue  # said of a watch that was placed anew since
            if event.mask & _DISPLACED or event.name in self._awaited.get(event.wd, ()):
                displaced = True
            elif event.name:
                for folder in self._content.get(event.wd, ()):
                    names.setdefault(folder, set()).add(event.name)
        if displaced:
            self._place()
            return [FolderChange(folder) for folder in self._wanted]
        return [FolderChange(folder, frozenset(found)) for folder, found in names.items()]

    def _place(self) -> None:
        """Watch where things are now."""
        while not self._placed():
            pass  # something came or went just then

    def _placed(self) -> bool:
        for old in set(self._descriptors.values()):
            with suppress(OSError):  # it went with its folder
                self._inotify.rm_watch(old)
        self._descriptors = {}
        self._content = {}
        self._awaited = {}
        awaited: dict[Path, set[str]] = defaultdict(set)
        there: set[Path] = set()
        for folder in self._wanted:
            for at in (folder, *folder.parents):
                if os.path.isdir(at):
                    there.add(at)
                    break
                awaited[at.parent].add(at.name)
                awaited.pop(at, None)
        for at in {parent for folder in self._wanted for parent in (folder, *folder.parents)}:
            descriptor = self._watch(at, awaits=at in awaited)
            if descriptor is None:
                if at in there and not os.path.isdir(at):
                    return False  # it went just now, and nobody waits for it to come again
                continue
            self._descriptors[at] = descriptor
            if at in self._wanted:
                self._content.setdefault(descriptor, []).append(at)
            if at in awaited:
                self._awaited.setdefault(descriptor, set()).update(awaited[at])
        return not any(os.path.isdir(at / name) for at, names in awaited.items() for name in names)

    def _watch(self, at: Path, *, awaits: bool) -> int | None:
        """The watch of one folder; null when it is not there or not ours to read."""
        mask = _EVERYWHERE
        if at in self._wanted:
            mask |= _CONTENT
        if awaits:
            mask |= _APPEARANCE
        try:
            return self._inotify.add_watch(at, mask)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.ENOMEM}:
                raise
            return None
