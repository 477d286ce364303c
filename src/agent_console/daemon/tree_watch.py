"""Which transcripts below a few folders changed, told by inotify.

Rule: what is told is where to look, never what happened; a folder that cannot be watched is found
by the next sweep. A system without watches left, or without inotify, is swept by the clock.
"""

import errno
import os
from contextlib import suppress

from inotify_simple import INotify, flags

SUFFIX = ".jsonl"

_CONTENT = (
    flags.CREATE
    | flags.MODIFY
    | flags.CLOSE_WRITE
    | flags.MOVED_TO
    | flags.ONLYDIR
    | flags.EXCL_UNLINK
)


class TreeWatch:
    """Folders with everything below them.

    Raises:
        OSError: The system has no inotify instance left.
    """

    def __init__(self) -> None:
        self._inotify = INotify(nonblocking=True)
        self._folders: dict[int, str] = {}
        self._descriptors: dict[str, int] = {}

    def fileno(self) -> int:
        """For a selector."""
        return self._inotify.fileno()

    def add(self, folder: str) -> list[str]:
        """Watch `folder` and all below it; the transcripts that are there already.

        Raises:
            OSError: The system has no watches left.
        """
        found: list[str] = []
        todo = [folder]
        while todo:
            at = todo.pop()
            if at in self._descriptors:
                continue
            try:
                descriptor = self._inotify.add_watch(at, _CONTENT)
            except OSError as error:
                if error.errno in {errno.ENOSPC, errno.ENOMEM}:
                    raise
                continue
            self._folders[descriptor] = at
            self._descriptors[at] = descriptor
            with suppress(OSError), os.scandir(at) as entries:
                for entry in entries:
                    if entry.is_dir():
                        todo.append(entry.path)
                    elif entry.name.endswith(SUFFIX):
                        found.append(entry.path)
        return found

    def read(self) -> list[str] | None:
        """The transcripts that changed since the last call; null when some may be missing.

        Raises:
            OSError: The system has no watches left.
        """
        changed: dict[str, None] = {}
        complete = True
        for event in self._inotify.read(timeout=0):
            if event.mask & flags.Q_OVERFLOW:
                complete = False
            elif event.mask & flags.IGNORED:
                self._descriptors.pop(self._folders.pop(event.wd, ""), None)
            elif (folder := self._folders.get(event.wd)) is not None:
                path = f"{folder}/{event.name}"
                if event.mask & flags.ISDIR:
                    changed.update(dict.fromkeys(self.add(path)))
                elif event.name.endswith(SUFFIX):
                    changed[path] = None
        return list(changed) if complete else None

    def close(self) -> None:
        """End watching."""
        self._inotify.close()
