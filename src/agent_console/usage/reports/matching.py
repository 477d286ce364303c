"""Which projects, models and sessions a person means.

Rule: patterns are matched against the names in the ledger, and only their numbers reach the SQL.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection


EXACTLY = "="
"""Before a name that is meant letter by letter."""


def project_numbers(connection: "Connection", patterns: "Sequence[str]") -> list[int]:
    """The projects that any of the patterns means.

    A pattern is a folder's name, a path (what lies below it counts too), a glob over either, the
    name of the folder in which Claude Code keeps the project's transcripts, or `=` with a path,
    for exactly that one.
    """
    found = connection.execute(
        "SELECT name_no, name FROM names WHERE name_no IN (SELECT project_no FROM facets)"
    ).fetchall()
    return [number for number, path in found if any(is_project(path, each) for each in patterns)]


def model_numbers(connection: "Connection", patterns: "Sequence[str]") -> list[int]:
    """The models that any of the patterns means: a name, part of it, a glob, or `=` with a name."""
    found = connection.execute(
        "SELECT name_no, name FROM names WHERE name_no IN (SELECT model_no FROM facets)"
    ).fetchall()
    return [number for number, name in found if any(is_model(name, each) for each in patterns)]


def session_numbers(connection: "Connection", beginnings: "Iterable[str]") -> list[int]:
    """The sessions whose id begins with one of these."""
    numbers: list[int] = []
    for beginning in beginnings:
        found = connection.execute(
            "SELECT session_no FROM sessions WHERE session_id >= ? AND session_id < ?",
            (beginning, f"{beginning}\U0010ffff"),
        )
        numbers += [number for (number,) in found]
    return numbers


def is_model(name: str, pattern: str) -> bool:
    """Whether the pattern means the model of this name; see `model_numbers`."""
    if pattern.startswith(EXACTLY):
        return name == pattern[1:]
    name, pattern = name.lower(), pattern.lower()
    if pattern != "" and pattern in name:
        return True
    return _is_glob(pattern) and _globbed(name, pattern)


def is_project(path: str, pattern: str) -> bool:
    """Whether the pattern means the project in this folder; see `project_numbers`."""
    if pattern.startswith(EXACTLY):
        return path == pattern[1:]
    if _is_plainly(path, pattern):
        return True
    return _is_glob(pattern) and (
        _globbed(path, os.path.expanduser(pattern)) or _globbed(_name(path), pattern)
    )


def _is_plainly(path: str, pattern: str) -> bool:
    """Whether it is meant without a glob: folders have brackets in their names, too."""
    if pattern == path or pattern == _name(path):
        return True
    if not path or not pattern:
        return False
    if pattern == transcript_folder(path):
        return True
    if "/" not in pattern and not pattern.startswith(("~", ".")):
        return False
    folder = os.path.abspath(os.path.expanduser(pattern))
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def transcript_folder(path: str) -> str:
    """What Claude Code calls the folder with a project's transcripts."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in path)


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_glob(pattern: str) -> bool:
    return any(char in pattern for char in "*?[")


def _globbed(text: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase  # noqa: PLC0415 - imports re; most patterns are no globs

    return fnmatchcase(text, pattern)
