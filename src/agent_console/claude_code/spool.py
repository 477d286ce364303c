"""The folder where hooks leave the events that no daemon took, seen from the daemon.

Rule: an event leaves the folder only after it was applied (`drain`, apply, `forget`). A daemon that
dies in between is told it again, which changes nothing, since events are guarded by their time.

hooks/agent_console_hook_rare.py writes: `<sent_at>-<pid>.json` holds one line of the wire and gets
its name when it is whole; `….part` is on its way; `dropped` has a byte for each event that had to
go because the folder was full. Everything else in the folder is none of our business, and a folder
or file that is not the user's own is not touched.

Programs that use the SDK write `<sent_at>-<pid>.jsonl` (`leave`): lines of SET and UPSERT, which
may be told again as well. They are few and large, and have bounds of their own, so that they never
cost a hook its event.
"""

import os
import re
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from agent_console.private_folder import make_private_folder

MAX_FRAME_BYTES = 8 * 1024 * 1024
FRAME_START = b'{"cmd":"HOOK",'
REPORT_STARTS = (b'{"cmd":"SET",', b'{"cmd":"UPSERT",')
MOST_REPORTS = 64
MOST_REPORT_BYTES = 8 * 1024 * 1024
ABANDONED_SECONDS = 60
"""After which a file that never got its name belonged to a hook that was killed."""

_NAME = re.compile(
    r"(?P<sent_at>[0-9]{1,16}(?:\.[0-9]{1,9})?)-[0-9]{1,10}\.jsonl?(?P<part>\.part)?"
)
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SpooledEvent(NamedTuple):
    """One event: its file's name, and its frame without the newline; or the lines of a report."""

    name: str
    line: bytes

    @property
    def is_report(self) -> bool:
        """It is what a program reports, not what a hook has seen."""
        return self.name.endswith(".jsonl")


class Drained(NamedTuple):
    """What was found.

    Attributes:
        folder: Where.
        events: In the order in which they were sent.
        dropped: How many are lost since the last call: the folder was full, or a file is broken.
        more: There are others, which would have been too much at once.
    """

    folder: Path
    events: tuple[SpooledEvent, ...]
    dropped: int
    more: bool = False


def prepare(spool: Path) -> None:
    """Make the folder, so that it can be watched.

    Raises:
        OSError: It cannot be made. (One that is there already is left as it is.)
    """
    make_private_folder(spool)


def pending(spool: Path) -> list[str]:
    """The names of the events that wait, in the order in which they were sent."""
    with _opened(spool) as folder:
        return [] if folder is None else _waiting(folder)


def drain(spool: Path, most_bytes: int | None = None) -> Drained:
    """Read the events that wait, the oldest first. Call `forget` when they were applied.

    Args:
        spool: The folder.
        most_bytes: After how many no further event is read; null for all of them.

    What is broken, or was left half-written by a hook that was killed, is removed and counted. A
    folder that is missing, unreadable or not the user's own holds nothing.
    """
    with _opened(spool) as folder:
        if folder is None:
            return Drained(spool, (), 0)
        dropped = _take_dropped(folder) + _remove_abandoned(folder)
        events: list[SpooledEvent] = []
        read_bytes = 0
        for name in _waiting(folder):
            if most_bytes is not None and read_bytes >= most_bytes:
                return Drained(spool, tuple(events), dropped, more=True)
            try:
                content = _read(folder, name)
            except OSError:
                continue  # gone meanwhile, or not the user's own file
            read_bytes += len(content)
            frame = content.removesuffix(b"\n")
            if content != frame and _is_whole(name, frame):
                events.append(SpooledEvent(name, frame))
            else:
                dropped += _removed(folder, name)
        return Drained(spool, tuple(events), dropped)


def leave(spool: Path, sent_at_ms: float, lines: bytes) -> str:
    """Keep what a program reports for the daemon to find, and the folder within its bounds.

    Args:
        spool: The folder.
        sent_at_ms: When it is reported; of one process no two are the same.
        lines: Whole lines of SET and UPSERT.

    Returns:
        The name of the file.

    Raises:
        OSError: It cannot be kept.
    """
    prepare(spool)
    name = f"{sent_at_ms:017.3f}-{os.getpid()}.jsonl"
    with _opened(spool) as folder:
        if folder is None:
            raise PermissionError(f"{spool} is not the user's own folder.")
        if os.fstat(folder).st_mode & 0o077:
            os.fchmod(folder, 0o700)
        _drop_oldest_reports(folder, len(lines))
        part = f"{name}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(part, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(lines)
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _removed(folder, part)
            raise
    return name


def take_back(spool: Path, name: str) -> None:
    """Remove a report that another one holds too, if the daemon has not taken it yet."""
    with _opened(spool) as folder:
        if folder is not None:
            _removed(folder, name)


def forget(drained: Drained) -> int:
    """Remove the events that were applied; how many could be."""
    with _opened(drained.folder) as folder:
        if folder is None:
            return 0
        return sum(_removed(folder, event.name) for event in drained.events)


@contextmanager
def _opened(spool: Path) -> Generator[int | None]:
    """The folder's descriptor, or None when there is none that is the user's own."""
    try:
        folder = os.open(spool, _FOLDER_FLAGS)
    except OSError:
        yield None
        return
    try:
        yield folder if os.fstat(folder).st_uid == os.getuid() else None
    finally:
        os.close(folder)


def _is_whole(name: str, frame: bytes) -> bool:
    if name.endswith(".jsonl"):
        return all(line.startswith(REPORT_STARTS) for line in frame.split(b"\n"))
    return frame.startswith(FRAME_START) and b"\n" not in frame


def _drop_oldest_reports(folder: int, incoming_bytes: int) -> None:
    reports = [name for name in _waiting(folder) if name.endswith(".jsonl")]
    sizes: dict[str, int] = {}
    for name in reports:
        with suppress(OSError):
            sizes[name] = os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    total_bytes = incoming_bytes + sum(sizes.values())
    for name, size in list(sizes.items()):
        if len(sizes) < MOST_REPORTS and total_bytes <= MOST_REPORT_BYTES:
            break
        del sizes[name]
        total_bytes -= size
        if _removed(folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            dropped = os.open("dropped", flags, 0o600, dir_fd=folder)
            with os.fdopen(dropped, "ab") as file:
                file.write(b".")


def _waiting(folder: int) -> list[str]:
    found: list[tuple[float, str]] = []
    with suppress(OSError):
        for name in os.listdir(folder):
            match = _NAME.fullmatch(name)
            if match and not match["part"]:
                found.append((float(match["sent_at"]), name))
    return [name for _, name in sorted(found)]


def _read(folder: int, name: str) -> bytes:
    """What the file holds; nothing when that is more than a frame.

    Raises:
        OSError: It is gone, a link, no plain file or not the user's own.
    """
    file = os.open(name, _FILE_FLAGS, dir_fd=folder)
    with os.fdopen(file, "rb") as reader:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(name)
        return reader.read() if found.st_size <= MAX_FRAME_BYTES else b""


def _removed(folder: int, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    return True


def _take_dropped(folder: int) -> int:
    try:
        found = os.stat("dropped", dir_fd=folder, follow_symlinks=False)
        os.unlink("dropped", dir_fd=folder)
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _remove_abandoned(folder: int) -> int:
    count = 0
    with suppress(OSError):
        for name in os.listdir(folder):
            match = _NAME.fullmatch(name)
            if match and match["part"] and _age_seconds(folder, name) > ABANDONED_SECONDS:
                count += _removed(folder, name)
    return count


def _age_seconds(folder: int, name: str) -> float:
    try:
        return time.time() - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
    except OSError:
        return 0
