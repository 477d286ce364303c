"""Which transcripts below a few folders changed, told by inotify.

Rule: what is told is where to look, never what happened; a folder that cannot be watched is found
by the next sweep. Where the system has no watches left, all are swept by the clock.

A watch is on a folder, whatever its name: it goes with a folder that is moved, and one folder that
two names lead to has one. So a name is followed only while its folder is not watched under another
that still leads there; that ends loops of links, too.
"""

import errno
import os
from contextlib import suppress

from inotify_simple import INotify, flags

from agent_console.claude_code.transcript_walk import SUFFIX

_CONTENT = (
    flags.CREATE
    | flags.MODIFY
    | flags.CLOSE_WRITE
    | flags.MOVED_TO
    | flags.ONLYDIR
    | flags.EXCL_UNLINK
)


class TreeWatch:
    """Folders with everything below them, and single transcripts elsewhere.

    Raises:
        OSError: The system has no inotify instance left.
    """

    def __init__(self) -> None:
        self._inotify = INotify(nonblocking=True)
        self._folders: dict[int, str] = {}
        self._descriptors: dict[str, int] = {}
        self._single: dict[int, dict[str, None]] = {}

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
            if not self._watch(at):
                continue
            with suppress(OSError), os.scandir(at) as entries:
                for entry in entries:
                    if entry.is_dir():
                        todo.append(entry.path)
                    elif entry.name.endswith(SUFFIX):
                        found.append(entry.path)
        return found

    def add_file(self, path: str) -> list[str]:
        """Watch one transcript and those of its subagents, not what else lies beside it.

        Or a folder that is not there yet: from its appearance on it is watched as a whole.

        Raises:
            OSError: The system has no watches left.
        """
        folder, name = os.path.split(path)
        if folder not in self._descriptors:
            descriptor = self._placed(folder)
            if descriptor is None:
                return []
            if descriptor not in self._folders:
                self._remember(descriptor, folder)
                self._single[descriptor] = {}
        names = self._single.get(self._descriptors.get(folder, -1))
        if names is None:  # all of the folder is watched
            return []
        own_folder = name.removesuffix(SUFFIX)
        names.update(dict.fromkeys((name, own_folder)))
        return self.add(f"{folder}/{own_folder}")

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
                self._forget(event.wd)
            elif (folder := self._folders.get(event.wd)) is not None:
                names = self._single.get(event.wd)
                if names is not None and event.name not in names:
                    continue
                path = f"{folder}/{event.name}"
                if event.mask & flags.ISDIR:
                    changed.update(dict.fromkeys(self.add(path)))
                elif event.name.endswith(SUFFIX):
                    changed[path] = None
        return list(changed) if complete else None

    def close(self) -> None:
        """End watching."""
        self._inotify.close()

    def _watch(self, folder: str) -> bool:
        """Whether `folder` is watched as a whole from now on, and was not before."""
        descriptor = self._placed(folder)
        if descriptor is None:
            return False
        known = self._folders.get(descriptor)
        if known is not None and descriptor not in self._single and os.path.isdir(known):
            return False
        self._forget(descriptor)
        self._remember(descriptor, folder)
        return True

    def _placed(self, folder: str) -> int | None:
        try:
            return self._inotify.add_watch(folder, _CONTENT)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.ENOMEM}:
                raise
            return None

    def _remember(self, descriptor: int, folder: str) -> None:
        self._folders[descriptor] = folder
        self._descriptors[folder] = descriptor

    def _forget(self, descriptor: int) -> None:
        self._single.pop(descriptor, None)
        folder = self._folders.pop(descriptor, None)
        if folder is not None and self._descriptors.get(folder) == descriptor:
            del self._descriptors[folder]
