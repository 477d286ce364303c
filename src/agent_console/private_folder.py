"""Make folders that are the person's alone, whatever the umask says."""

import os


def make_private_folder(folder: str | os.PathLike[str]) -> None:
    """Make a folder with mode 0700, and those above it that are missing (as the XDG rules say).

    Folders that are there stay as they are.

    Raises:
        OSError: It cannot be made, or something else lies there.
    """
    missing: list[str] = []
    above = os.fspath(folder)
    while above and not os.path.isdir(above):
        missing.append(above)
        above = os.path.dirname(above)
    for path in reversed(missing):
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            # Of what is no folder, the next one below it says so.
            if path == missing[0] and not os.path.isdir(path):
                raise
