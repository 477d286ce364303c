"""Can nobody but the user connect, or read what we keep?"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install.telling import short
from agent_console.paths import data_dir, database_path, spool_dir, state_dir

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def privacy(situation: Situation) -> Iterator[Finding]:
    """Folders, socket and database are the user's own and closed to others."""
    socket = Path(situation.socket)
    looked_at = (
        (socket.parent, OTHERS_WRITE),
        (socket, OTHERS),
        (spool_dir(situation.socket), OTHERS),
        (data_dir(), OTHERS_WRITE),
        (database_path(), OTHERS),
        (state_dir(), OTHERS_WRITE),
    )
    found = [finding for path, forbidden in looked_at for finding in _look(path, forbidden)]
    yield from found
    if not found:
        yield ok("privacy", "Socket, database and folders are yours alone.")


def _look(path: Path, forbidden: int) -> Iterator[Finding]:
    try:
        status = os.lstat(path)
    except OSError:
        return
    if status.st_uid != os.getuid():
        yield problem("privacy", f"{short(path)} belongs to another user.", f"Move it away: {path}")
    elif status.st_mode & forbidden and not stat.S_ISLNK(status.st_mode):
        mode = stat.S_IMODE(status.st_mode)
        mend = f"chmod go-{'w' if forbidden == OTHERS_WRITE else 'rwx'} {path}"
        tell = problem if forbidden & stat.S_IWOTH and mode & OTHERS_WRITE else warning
        yield tell("privacy", f"{short(path)} is open to others (mode {mode:04o}).", mend)
