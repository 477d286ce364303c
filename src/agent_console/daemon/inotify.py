"""Folders watched by inotify.

Rule: a folder that is not there, or goes, is watched for at its nearest parent, so that watching
never has to be started again from outside.
"""

from pathlib import Path

from inotify_simple import INotify, flags

from agent_console.daemon.folder_watch import FolderChange

_CONTENT = (
    flags.CREATE
    | flags.CLOSE_WRITE
    | flags.MODIFY
    | flags.MOVED_TO
    | flags.MOVED_FROM
    | flags.DELETE
    | flags.DELETE_SELF
    | flags.MOVE_SELF
    | flags.ONLYDIR
)
_APPEARANCE = flags.CREATE | flags.MOVED_TO | flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR


class InotifyWatch:
    """A few folders, each watched itself or, while it is not there, at its nearest parent."""

    def __init__(self, folders: list[Path]) -> None:
        self._inotify = INotify(nonblocking=True)
        self._wanted = folders
        self._descriptors: dict[int, set[Path]] = {}
        self._placed: dict[Path, tuple[Path, int]] = {}
        for folder in folders:
            self._place(folder)

    def fileno(self) -> int:
        """For the event loop."""
        return int(self._inotify.fileno())

    def close(self) -> None:
        """End watching."""
        self._inotify.close()

    def read(self) -> list[FolderChange]:
        """What happened since the last call."""
        names: dict[Path, set[str]] = {}
        whole: set[Path] = set()
        displaced = False
        for event in self._inotify.read(timeout=0):
            if event.mask & flags.Q_OVERFLOW:
                whole.update(self._wanted)
                displaced = True
                continue
            for folder in self._descriptors.get(event.wd, ()):
                at, _ = self._placed[folder]
                if at != folder or event.mask & (flags.DELETE_SELF | flags.MOVE_SELF):
                    displaced = True
                elif event.name:
                    names.setdefault(folder, set()).add(event.name)
        if displaced:
            whole.update(self._replace())
        return [FolderChange(folder) for folder in self._wanted if folder in whole] + [
            FolderChange(folder, frozenset(found))
            for folder, found in names.items()
            if folder not in whole
        ]

    def _replace(self) -> set[Path]:
        """Watch where things are now; the folders that are watched elsewhere than before."""
        changed: set[Path] = set()
        for folder in self._wanted:
            before = self._placed.get(folder)
            self._place(folder)
            if self._placed.get(folder) != before:
                changed.add(folder)
        return changed

    def _place(self, folder: Path) -> None:
        for watchers in self._descriptors.values():
            watchers.discard(folder)
        for at in (folder, *folder.parents):
            try:
                descriptor = self._inotify.add_watch(
                    at, _CONTENT if at in self._wanted else _APPEARANCE
                )
            except OSError:
                continue  # not there, or not ours to read
            self._descriptors.setdefault(descriptor, set()).add(folder)
            self._placed[folder] = (at, descriptor)
            break
        else:
            self._placed.pop(folder, None)
        for descriptor in [d for d, watchers in self._descriptors.items() if not watchers]:
            del self._descriptors[descriptor]
            try:
                self._inotify.rm_watch(descriptor)
            except OSError:
                continue  # it went with its folder
