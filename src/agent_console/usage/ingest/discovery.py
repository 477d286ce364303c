"""Finds every transcript of every config dir, in every layout, each real file once.

Rule: one stat a file and none a folder, for this runs every minute over thousands of files. Folders
are walked by their real path and links to folders afterwards, so that a loop of links ends, and a
file that lies below a real folder is found there.

Layouts: `<slug>/<session>.jsonl`, `<slug>/<session>/subagents/**/*.jsonl` and, of Claude Code 2.0,
`<slug>/agent-*.jsonl`.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from agent_console import paths
from agent_console.usage.ingest.transcript_file import (
    TranscriptFile,
    UnreadableFile,
    described,
    unreadable,
)

_SUFFIX = ".jsonl"
_DEEPEST = 32
"""Folders inside of each other; Claude Code makes five."""


_NO_TEXT = "Its path is not valid UTF-8: rename it."


class Discovery(Struct, frozen=True):
    """What was found.

    Attributes:
        unreadable: Folders and files that are there and cannot be looked at.
    """

    files: list[TranscriptFile]
    unreadable: list[UnreadableFile]


class _Walk:
    """One pass over all config dirs."""

    def __init__(self) -> None:
        self.files: dict[tuple[int, int], TranscriptFile] = {}
        self.unreadable: list[UnreadableFile] = []
        self.walked: set[str] = set()
        self.links: list[tuple[str, list[str]]] = []

    def folder(self, path: str, below: list[str]) -> None:
        """Take in a folder by its real path; `below`: its names from `projects` on."""
        if path in self.walked or len(below) > _DEEPEST:
            return
        self.walked.add(path)
        folders: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif entry.is_symlink():
                        self.links.append((entry.path, [*below, entry.name]))
                    elif entry.name.endswith(_SUFFIX) and entry.is_file():
                        self.file(entry.path, [*below, entry.name], entry)
        except OSError as error:
            self.fail(path, error)
        for name in folders:
            self.folder(f"{path}/{name}", [*below, name])

    def file(self, path: str, below: list[str], entry: "os.DirEntry[str] | None" = None) -> None:
        """Take in a transcript by its real path, unless the same file was found before."""
        if not path.isascii() and not _is_text(path):
            shown = os.fsencode(path).decode(errors="replace")
            self.unreadable.append(UnreadableFile(shown, _NO_TEXT, is_gone=False))
            return
        try:
            stat = entry.stat() if entry is not None else os.stat(path)
        except OSError as error:
            self.fail(path, error)
            return
        self.files.setdefault((stat.st_dev, stat.st_ino), described(path, below, stat))

    def follow_links(self) -> None:
        """Take in what links lead to, and the links found there."""
        while self.links:
            links, self.links = self.links, []
            for link, below in links:
                real = os.path.realpath(link)
                if os.path.isdir(real):
                    self.folder(real, below)
                elif link.endswith(_SUFFIX) and os.path.isfile(real):
                    self.file(real, below)

    def fail(self, path: str, error: OSError) -> None:
        """Remember what could not be looked at; what vanished meanwhile is nothing to tell."""
        failure = unreadable(path, error)
        if not failure.is_gone:
            self.unreadable.append(failure)


def find_transcripts(config_dirs: Iterable[Path] | None = None) -> Discovery:
    """All transcripts below `projects/` of the config dirs (default: the person's own)."""
    walk = _Walk()
    for folder in paths.claude_config_dirs() if config_dirs is None else config_dirs:
        walk.folder(os.path.realpath(folder / "projects"), [])
    walk.follow_links()
    return Discovery(list(walk.files.values()), walk.unreadable)


def find_transcript(path: str) -> TranscriptFile | UnreadableFile:
    """One transcript, as `find_transcripts` would tell it: for a path that a hook named."""
    try:
        real = os.path.realpath(path, strict=True)
        stat = os.stat(real)
    except OSError as error:
        return unreadable(path, error)
    except ValueError as error:  # a NUL in the name
        return UnreadableFile(path.replace("\0", "?"), str(error), is_gone=False)
    return described(real, _below_projects(path), stat)


def _below_projects(path: str) -> list[str]:
    names = os.path.abspath(path).split("/")
    for at in range(len(names) - 2, 0, -1):
        if names[at] == "projects":
            return names[at + 1 :]
    return names[-2:]


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
