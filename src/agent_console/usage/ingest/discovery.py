"""Finds every transcript of every config dir, in every layout, each real file once.

Layouts: `<slug>/<session>.jsonl`, `<slug>/<session>/subagents/**/*.jsonl` and, of Claude Code 2.0,
`<slug>/agent-*.jsonl`.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

from msgspec import Struct

from agent_console import paths
from agent_console.claude_code.transcript_walk import TranscriptWalk
from agent_console.usage.ingest.transcript_file import (
    TranscriptFile,
    UnreadableFile,
    described,
    unreadable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.claude_code.transcript_walk import Failure, Found

_NO_TEXT = "Its path is not valid UTF-8: rename it."


class Discovery(Struct, frozen=True):
    """What was found.

    Attributes:
        unreadable: Folders and files that are there and cannot be looked at.
    """

    files: list[TranscriptFile]
    unreadable: list[UnreadableFile]


def find_transcripts(config_dirs: Iterable[Path] | None = None) -> Discovery:
    """All transcripts below `projects/` of the config dirs (default: the person's own)."""
    walk = TranscriptWalk(
        paths.claude_config_folders() if config_dirs is None else map(str, config_dirs)
    )
    return Discovery(
        [found(each) for each in walk.files.values()], unreadable_in(walk.failures, walk.nameless)
    )


def found(each: "Found") -> TranscriptFile:
    """A transcript that a walk found."""
    stat, below, name = each
    return described(stat, [*below, name])


def unreadable_in(failures: "Iterable[Failure]", nameless: Iterable[str]) -> list[UnreadableFile]:
    """Folders and files that are there and that a walk could not look at."""
    told = [unreadable(path, error) for path, error in failures]
    without_name = [
        UnreadableFile(os.fsencode(path).decode(errors="replace"), _NO_TEXT, is_gone=False)
        for path in nameless
    ]
    return [*without_name, *(failure for failure in told if not failure.is_gone)]


def find_transcript(path: str) -> TranscriptFile | UnreadableFile:
    """One transcript, as `find_transcripts` would tell it: for a path that a hook named."""
    try:
        real = os.path.realpath(path, strict=True)
        stat = os.stat(real)
    except OSError as error:
        return unreadable(path, error)
    except ValueError as error:  # a NUL in the name
        return UnreadableFile(path.replace("\0", "?"), str(error), is_gone=False)
    if not S_ISREG(stat.st_mode):  # who opens a pipe may wait for ever
        return UnreadableFile(path, "It is no file.", is_gone=False)
    row = real, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
    return described(row, _below_projects(path))


def _below_projects(path: str) -> list[str]:
    names = os.path.abspath(path).split("/")
    for at in range(len(names) - 2, 0, -1):
        if names[at] == "projects":
            return names[at + 1 :]
    return names[-2:]
