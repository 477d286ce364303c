"""Walks through Claude Code's folders and finds every transcript, each real file once.

Rule: one stat a file and none a folder, for this runs every minute over thousands of files, and
before every report: nothing is imported here that a report has not imported already. Folders are
walked by their real path and links to folders afterwards, so that a loop of links ends, and a file
that lies below a real folder is found there.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Stat = tuple[str, int, int, int, int]
    """The real path, device, inode, size in bytes, and when it was changed in nanoseconds: with
    these a transcript is as it was or is not."""
    Found = tuple[Stat, list[str], str]
    """A transcript, the names of the folders that lead to it from `projects` on, and its own."""
    Failure = tuple[str, OSError]
    """A path, and why it cannot be looked at."""

SUFFIX = ".jsonl"
_DEEPEST = 32
"""Folders inside of each other; Claude Code makes five."""


class TranscriptWalk:
    """One pass over some folders.

    Attributes:
        files: What was found, by device and inode.
        projects: The real paths of the `projects` folders that it began with.
        linked: The real paths of the folders that links led to.
        nameless: Paths that are no text.
        failures: What is there and cannot be looked at, and why; what vanished meanwhile too.
    """

    def __init__(
        self, config_dirs: "Iterable[str]", tell: "Callable[[Stat], object] | None" = None
    ) -> None:
        """Find all transcripts of some folders of Claude Code.

        Args:
            config_dirs: The folders.
            tell: Hears of each as soon as it is found.
        """
        self.files: dict[tuple[int, int], Found] = {}
        self.projects: list[str] = []
        self.linked: list[str] = []
        self.nameless: list[str] = []
        self.failures: list[Failure] = []
        self._tell = tell
        self._walked: set[str] = set()
        self._links: list[tuple[str, list[str], str]] = []
        for config_dir in config_dirs:
            projects = projects_in(config_dir)
            self.projects.append(projects)
            self._folder(projects, [])
        self._follow_links()

    def _folder(self, path: str, below: list[str]) -> None:
        """Take in a folder by its real path, but for links; `below`: its names from `projects`."""
        if path in self._walked or len(below) > _DEEPEST:
            return
        self._walked.add(path)
        folders: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
                        self._file(entry.path, below, name, entry)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    elif entry.is_symlink():
                        self._links.append((entry.path, below, name))
        except OSError as error:
            self.failures.append((path, error))
        for name in folders:
            self._folder(f"{path}/{name}", [*below, name])

    def _file(
        self, path: str, below: list[str], name: str, entry: "os.DirEntry[str] | None" = None
    ) -> None:
        """Take in a transcript by its real path, unless the same file was found before."""
        if not path.isascii() and not _is_text(path):
            self.nameless.append(path)
            return
        try:
            stat = entry.stat() if entry is not None else os.stat(path)
        except OSError as error:
            self.failures.append((path, error))
            return
        device, inode = file = stat.st_dev, stat.st_ino
        if file not in self.files:
            row = path, device, inode, stat.st_size, stat.st_mtime_ns
            self.files[file] = row, below, name
            if self._tell is not None:
                self._tell(row)

    def _follow_links(self) -> None:
        """Take in what links lead to, and the links found there: after all folders."""
        while self._links:
            links, self._links = self._links, []
            for link, below, name in links:
                real = os.path.realpath(link)
                if os.path.isdir(real):
                    self.linked.append(real)
                    self._folder(real, [*below, name])
                elif name.endswith(SUFFIX) and os.path.isfile(real):
                    self._file(real, below, name)


def projects_in(config_dir: str) -> str:
    """The real path of the folder with a folder of Claude Code's transcripts for each project."""
    return os.path.realpath(f"{config_dir}/projects")


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
