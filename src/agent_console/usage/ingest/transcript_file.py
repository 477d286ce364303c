"""A transcript's place on the disk: whose it is, and whether anything changed since it was read.

Rule: a file is named by its real path, so that a link to it or to a folder above never makes it a
second one. Its session is told by where it lies, never by a name taken apart.
"""

from msgspec import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.claude_code.transcript_walk import Stat


class TranscriptFile(Struct, array_like=True, frozen=True, gc=False):
    """A transcript that was found.

    Attributes:
        path: The real one.
        session_id: Whose transcript it is, a subagent's its parent's; empty when only its lines
            can tell (subagents of Claude Code 2.0 lie beside their session).
        is_subagent: Every line of it is a subagent's.
    """

    path: str
    session_id: str
    is_subagent: bool
    device: int
    inode: int
    size_bytes: int
    mtime_ns: int


class UnreadableFile(Struct, array_like=True, frozen=True, gc=False):
    """A transcript or a folder that could not be read.

    Attributes:
        reason: For the person: what the system said.
        is_gone: It is not there any more, which is no fault.
    """

    path: str
    reason: str
    is_gone: bool


def described(stat: "Stat", below_projects: list[str]) -> TranscriptFile:
    """A transcript by what the disk says of it and the names that lead to it from `projects`."""
    path, device, inode, size_bytes, mtime_ns = stat
    session_id, is_subagent = place(below_projects)
    return TranscriptFile(path, session_id, is_subagent, device, inode, size_bytes, mtime_ns)


def place(below_projects: list[str]) -> tuple[str, bool]:
    """Session and whether it is a subagent's, from `[slug, (session, ...,) file]`."""
    name = below_projects[-1].removesuffix(".jsonl")
    is_subagent = name.startswith("agent-") or "subagents" in below_projects[2:-1]
    if len(below_projects) > 2:
        return below_projects[1], is_subagent
    return "" if is_subagent else name, is_subagent


def unreadable(path: str, error: OSError) -> UnreadableFile:
    """What the system said, as a value."""
    is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
    return UnreadableFile(path, error.strerror or str(error), is_gone)
