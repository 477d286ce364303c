"""Whether something lies at a path, for who must not take what cannot be looked at for missing."""

import os


def is_missing(path: str | os.PathLike[str]) -> bool:
    """The system says that nothing is there.

    Who may not look there, or has an ill disk, does not know it: false.
    """
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
