"""Display names: the folder's name, with as much of its parents as tells two folders apart.

Rule: two sessions of one folder share a name; two folders never do.
"""

from typing import TypeAlias

FolderNames: TypeAlias = dict[str, dict[str, int]]
"""Basename → working directory → how many sessions are there."""


def basename(working_dir: str | None) -> str:
    """The last part of a path; empty when there is none."""
    return (working_dir or "").rstrip("/").rpartition("/")[2]


def display_name(working_dir: str | None, session_id: str, folders: FolderNames) -> str:
    """The shortest end of the path that no other known folder shares."""
    name = basename(working_dir)
    if working_dir is None or not name:
        return session_id[:8]
    others = [path for path in folders.get(name, ()) if path.rstrip("/") != working_dir.rstrip("/")]
    if not others:
        return name
    parts = working_dir.strip("/").split("/")
    for length in range(2, len(parts) + 1):
        ending = parts[-length:]
        if all(path.strip("/").split("/")[-length:] != ending for path in others):
            return "/".join(ending)
    return working_dir
