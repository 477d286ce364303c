"""Why a process may not use a file of ours, and what gives it back: `sudo` makes files of root's.

Rule: nothing is opened here; asking changes nothing, and what is allowed is told by nobody.
"""

import os
import pwd
import stat
from pathlib import Path
from shlex import quote

from msgspec import Struct


class Denial(Struct, frozen=True):
    """What stands between a person and a file.

    Attributes:
        text: What is so, as a sentence.
        mend: What to do.
    """

    text: str
    mend: str

    @property
    def sentence(self) -> str:
        """Both."""
        mend = self.mend if self.mend.endswith(".") else f"To have it back: `{self.mend}`."
        return f"{self.text} {mend}"


def denial(path: Path) -> Denial | None:
    """What keeps this process from reading or writing the file at `path`; null when nothing does.

    A file system that is read-only for everybody is no denial.
    """
    try:
        return _denial(Path(os.path.realpath(path)))
    except OSError:  # it changes while it is looked at
        return None


def _denial(path: Path) -> Denial | None:
    folder = path.parent
    for above in reversed(folder.parents):
        if not _may(above, os.X_OK):
            return _told(path, above, os.X_OK, reads=False)
    for place, how, reads in (
        (folder, os.X_OK, False),
        (path, os.R_OK, False),
        (folder, os.W_OK, True),
        (path, os.W_OK, True),
    ):
        if not _may(place, how):
            wanted = os.R_OK | os.W_OK | (os.X_OK if place == folder else 0)
            return _told(path, place, wanted, reads=reads)
    return None


def _may(path: Path, how: int) -> bool:
    """Whether it is allowed, as far as owner and mode say; what cannot be there is."""
    real = os.access in os.supports_effective_ids
    if os.access(path, how, effective_ids=real):
        return True
    try:
        if how & os.W_OK and os.statvfs(path).f_flag & os.ST_RDONLY:
            return os.access(path, how & ~os.W_OK, effective_ids=real)
        os.stat(path)
    except PermissionError:
        return False
    except OSError:
        return True
    return False


def _told(path: Path, place: Path, wanted: int, *, reads: bool) -> Denial:
    found = os.stat(place)
    how = "read-only" if reads else "closed"
    mode = stat.S_IMODE(found.st_mode)
    text = (
        f"The ledger {path} is {how} for you: {place} belongs to {_name(found.st_uid)} and has the "
        f"mode {mode:04o}."
    )
    letters = "".join(
        letter for bit, letter in ((os.R_OK, "r"), (os.W_OK, "w"), (os.X_OK, "x")) if wanted & bit
    )
    if found.st_uid == os.geteuid():
        return Denial(text, f"chmod u+{letters} {quote(str(place))}")
    if wanted == os.X_OK:
        return Denial(text, "Ask whoever it belongs to, or set XDG_DATA_HOME to a folder of yours.")
    return Denial(text, f"sudo chown -R {_name(os.geteuid())} {quote(str(path.parent))}")


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
