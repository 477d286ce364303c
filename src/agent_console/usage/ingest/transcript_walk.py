"""Walks through Claude Code's folders and finds every transcript, each real file once.

Rule: one stat a file and none a folder, for this runs every minute over thousands of files, and
before every report: nothing is imported here that a report has not imported already. Folders are
walked by their real path and links to folders afterwards, so that a loop of links ends, and a file
that lies below a real folder is found there.
"""

import os

SUFFIX = ".jsonl"
_DEEPEST = 32
"""Folders inside of each other; Claude Code makes five."""


class TranscriptWalk:
    """One pass over some folders.

    Attributes:
        files: By device and inode: the real path, the names that lead there from `projects` on,
            and its stat.
        nameless: Paths that are no text.
        failures: What is there and cannot be looked at, and why; what vanished meanwhile too.
    """

    def __init__(self) -> None:
        self.files: dict[tuple[int, int], tuple[str, list[str], os.stat_result]] = {}
        self.nameless: list[str] = []
        self.failures: list[tuple[str, OSError]] = []
        self._walked: set[str] = set()
        self._links: list[tuple[str, list[str]]] = []

    def projects(self, config_dir: str) -> None:
        """Take in all transcripts of a folder of Claude Code, but for what links lead to."""
        self._folder(os.path.realpath(f"{config_dir}/projects"), [])

    def _folder(self, path: str, below: list[str]) -> None:
        """Take in a folder by its real path; `below`: its names from `projects` on."""
        if path in self._walked or len(below) > _DEEPEST:
            return
        self._walked.add(path)
        folders: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif entry.is_symlink():
                        self._links.append((entry.path, [*below, entry.name]))
                    elif entry.name.endswith(SUFFIX) and entry.is_file():
                        self._file(entry.path, [*below, entry.name], entry)
        except OSError as error:
            self.failures.append((path, error))
        for name in folders:
            self._folder(f"{path}/{name}", [*below, name])

    def _file(self, path: str, below: list[str], entry: "os.DirEntry[str] | None" = None) -> None:
        """Take in a transcript by its real path, unless the same file was found before."""
        if not path.isascii() and not _is_text(path):
            self.nameless.append(path)
            return
        try:
            stat = entry.stat() if entry is not None else os.stat(path)
        except OSError as error:
            self.failures.append((path, error))
            return
        self.files.setdefault((stat.st_dev, stat.st_ino), (path, below, stat))

    def follow_links(self) -> None:
        """Take in what links lead to, and the links found there: after all folders."""
        while self._links:
            links, self._links = self._links, []
            for link, below in links:
                real = os.path.realpath(link)
                if os.path.isdir(real):
                    self._folder(real, below)
                elif link.endswith(SUFFIX) and os.path.isfile(real):
                    self._file(real, below)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
