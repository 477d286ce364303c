"""Tells which files of a few folders changed, as soon as they do.

Rule: nothing is polled where the system can tell. On Linux inotify is awaited like any socket: no
thread, no timer, no wake-up while nothing happens, which watchfiles' own thread would have
twenty times a second. Elsewhere watchfiles does it. A folder that does not exist yet is waited for
at its nearest parent. Only when the system has no watches left are folders looked at by the clock.
"""

import logging
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import anyio

from agent_console.daemon.watching.folder_change import FolderChange

_log = logging.getLogger(__name__)

POLL_SECONDS = 2.0


async def watch_folders(folders: list[Path]) -> AsyncGenerator[FolderChange]:
    """Changes for ever, beginning with each folder as a whole; what comes later is not missed."""
    if sys.platform == "linux":
        changes = _told_by_inotify
    else:
        changes = _told_by_watchfiles
    try:
        async with aclosing(changes(folders)) as told:
            async for change in told:
                yield change  # noqa: ASYNC119 - whoever watches closes this generator
    except OSError as error:
        names = ", ".join(map(str, folders))
        _log.warning(
            "The system cannot watch %s (%s): looking every %.0f s.", names, error, POLL_SECONDS
        )
    while True:
        for folder in folders:
            yield FolderChange(folder)
        await anyio.sleep(POLL_SECONDS)


async def _told_by_inotify(folders: list[Path]) -> AsyncGenerator[FolderChange]:
    from agent_console.daemon.watching.inotify import InotifyWatch  # noqa: PLC0415 - Linux only

    watch = InotifyWatch(folders)
    try:
        for folder in folders:
            yield FolderChange(folder)
        while True:
            await anyio.wait_readable(watch.fileno())
            for change in watch.read():
                yield change
    finally:
        watch.close()


async def _told_by_watchfiles(  # pyright: ignore[reportUnusedFunction] - not on Linux
    folders: list[Path],
) -> AsyncGenerator[FolderChange]:
    import watchfiles  # noqa: PLC0415 - not on Linux

    roots = {_nearest(folder) for folder in folders}
    for folder in folders:
        yield FolderChange(folder)
    async for changes in watchfiles.awatch(*roots, step=20, debounce=50):
        for folder in folders:
            names = frozenset(Path(path).name for _, path in changes if Path(path).parent == folder)
            if names:
                yield FolderChange(folder, names)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest parent of it that exists."""
    while not os.path.isdir(folder):
        folder = folder.parent
    return folder
